//! What an engine brings along where nothing else is said.

/// The defaults of an engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Engine {
    name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) port: i64,
    pub(crate) license: &'static str,
}

const ENGINES: &[Engine] = &[
    Engine { name: "postgres", version: "16.4", port: 5432, license: "postgresql-license" },
    Engine { name: "mysql", version: "8.0.39", port: 3306, license: "general-public-license" },
    Engine { name: "mariadb", version: "10.11.9", port: 3306, license: "general-public-license" },
    Engine { name: "oracle-", version: "19.0.0.0.ru-2024-07.rur-2024-07.r1", port: 1521, license: "license-included" },
    Engine { name: "sqlserver-", version: "15.00.4385.2.v1", port: 1433, license: "license-included" },
    Engine { name: "db2-", version: "11.5.9.0.sb00000000.r1", port: 50000, license: "bring-your-own-license" },
];

/// The defaults of the engine of that name, if RDS has it.
pub(crate) fn engine(name: &str) -> Option<&'static Engine> {
    let fits = |engine: &&Engine| match engine.name.strip_suffix('-') {
        Some(_) => name.starts_with(engine.name),
        None => name == engine.name,
    };
    ENGINES.iter().find(fits)
}

/// The part of a version that names its family: `16` of PostgreSQL 16.4, `8.0` of MySQL 8.0.39.
fn family(engine: &str, version: &str) -> String {
    let parts = if engine == "postgres" { 1 } else { 2 };
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

/// The default parameter group: `default.postgres16`.
pub(crate) fn default_parameter_group(engine: &str, version: &str) -> String {
    format!("default.{engine}{}", family(engine, version))
}

/// The default option group: `default:mysql-8-0`.
pub(crate) fn default_option_group(engine: &str, version: &str) -> String {
    format!("default:{engine}-{}", family(engine, version).replace('.', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_as_rds_names_them() {
        assert_eq!(default_parameter_group("postgres", "16.4"), "default.postgres16");
        assert_eq!(default_option_group("mysql", "8.0.39"), "default:mysql-8-0");
        assert_eq!(engine("oracle-ee").map(|engine| engine.port), Some(1521));
        assert!(engine("postgresql").is_none());
    }
}
