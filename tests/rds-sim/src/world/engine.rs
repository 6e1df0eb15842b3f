//! The engines: what each brings along where nothing else is said, and how its versions are grouped.

/// An engine of RDS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Engine {
    name: &'static str,
    /// The version where none is said.
    pub(crate) version: &'static str,
    /// The versions of a listing, the oldest first; any other version is offered too, where somebody names it.
    pub(crate) versions: &'static [&'static str],
    /// The versions that older ones can be upgraded to.
    upgrades: &'static [&'static str],
    pub(crate) port: i64,
    pub(crate) license: &'static str,
    /// How many parts of a version name its family.
    family_parts: usize,
    /// How many parts are its major version, as option groups name it.
    major_parts: usize,
    /// What stands between engine and version in a family's name.
    family_dash: &'static str,
}

const ENGINES: &[Engine] = &[
    Engine {
        name: "postgres",
        version: "16.4",
        versions: &["14.12", "15.7", "16.4", "16.6", "17.2"],
        upgrades: &["15.7", "15.8", "16.4", "16.6", "17.2", "17.4"],
        port: 5432,
        license: "postgresql-license",
        family_parts: 1,
        major_parts: 1,
        family_dash: "",
    },
    Engine {
        name: "mysql",
        version: "8.0.39",
        versions: &["8.0.39", "8.4.3"],
        upgrades: &["8.0.39", "8.0.40", "8.4.3"],
        port: 3306,
        license: "general-public-license",
        family_parts: 2,
        major_parts: 2,
        family_dash: "",
    },
    Engine {
        name: "mariadb",
        version: "10.11.9",
        versions: &["10.6.19", "10.11.9", "11.4.3"],
        upgrades: &["10.6.19", "10.11.9", "11.4.3"],
        port: 3306,
        license: "general-public-license",
        family_parts: 2,
        major_parts: 2,
        family_dash: "",
    },
    Engine {
        name: "oracle-",
        version: "19.0.0.0.ru-2024-07.rur-2024-07.r1",
        versions: &["19.0.0.0.ru-2024-07.rur-2024-07.r1"],
        upgrades: &["19.0.0.0.ru-2024-07.rur-2024-07.r1"],
        port: 1521,
        license: "license-included",
        family_parts: 1,
        major_parts: 1,
        family_dash: "-",
    },
    Engine {
        name: "sqlserver-",
        version: "15.00.4385.2.v1",
        versions: &["15.00.4385.2.v1", "16.00.4150.1.v1"],
        upgrades: &["15.00.4385.2.v1", "16.00.4150.1.v1"],
        port: 1433,
        license: "license-included",
        family_parts: 2,
        major_parts: 2,
        family_dash: "-",
    },
    Engine {
        name: "db2-",
        version: "11.5.9.0.sb00000000.r1",
        versions: &["11.5.9.0.sb00000000.r1"],
        upgrades: &["11.5.9.0.sb00000000.r1"],
        port: 50000,
        license: "bring-your-own-license",
        family_parts: 2,
        major_parts: 2,
        family_dash: "-",
    },
];

/// The defaults of the engine of that name, if RDS has it.
pub(crate) fn engine(name: &str) -> Option<&'static Engine> {
    let fits = |engine: &&Engine| match engine.name.strip_suffix('-') {
        Some(_) => name.starts_with(engine.name),
        None => name == engine.name,
    };
    ENGINES.iter().find(fits)
}

fn first_parts(version: &str, parts: usize) -> String {
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

/// The parameter group family of a version: `postgres16` of PostgreSQL 16.4, `mysql8.0` of MySQL 8.0.39,
/// `sqlserver-se-15.0` of SQL Server 15.00.4385.2.v1.
pub(crate) fn family(name: &str, version: &str) -> String {
    let engine = engine(name);
    // PostgreSQL counted otherwise before 10.
    let old = name == "postgres" && version.starts_with("9.");
    let parts = engine.map_or(2, |engine| if old { 2 } else { engine.family_parts });
    let dash = engine.map_or("", |engine| engine.family_dash);
    let part = first_parts(version, parts);
    let part = if name.starts_with("sqlserver-") { part.replace(".00", ".0") } else { part };
    format!("{name}{dash}{part}")
}

/// The major version, as an option group names it: `16`, `8.0`, `15.00`.
pub(crate) fn major_version(name: &str, version: &str) -> String {
    let old = name == "postgres" && version.starts_with("9.");
    first_parts(version, engine(name).map_or(2, |engine| if old { 2 } else { engine.major_parts }))
}

/// What a version can be upgraded to: everything newer.
pub(crate) fn upgrades(name: &str, version: &str) -> impl Iterator<Item = &'static str> {
    fn parts(version: &str) -> Vec<u64> {
        version
            .split(['.', '-'])
            .map(|part| part.trim_start_matches(char::is_alphabetic).parse().unwrap_or(0))
            .collect()
    }
    let has = parts(version);
    let known = engine(name).map_or(&[][..], |engine| engine.upgrades);
    known.iter().copied().filter(move |target| parts(target) > has)
}

/// The default parameter group: `default.postgres16`.
pub(crate) fn default_parameter_group(name: &str, version: &str) -> String {
    format!("default.{}", family(name, version))
}

/// The default option group: `default:mysql-8-0`.
pub(crate) fn default_option_group(name: &str, version: &str) -> String {
    format!("default:{name}-{}", major_version(name, version).replace('.', "-"))
}

/// Engine and major version of a default option group's name.
pub(crate) fn of_default_option_group(group: &str) -> Option<(&str, String)> {
    let rest = group.strip_prefix("default:")?;
    let dash = rest
        .match_indices('-')
        .map(|(at, _)| at)
        .find(|at| rest[at + 1..].starts_with(|first: char| first.is_ascii_digit()))?;
    let name = &rest[..dash];
    engine(name).map(|_| (name, rest[dash + 1..].replace('-', ".")))
}

/// The family in a default parameter group's name.
pub(crate) fn of_default_parameter_group(group: &str) -> Option<&str> {
    let family = group.strip_prefix("default.")?;
    let name = family.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.').trim_end_matches('-');
    engine(name).map(|_| family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_as_rds_names_them() {
        assert_eq!(default_parameter_group("postgres", "16.4"), "default.postgres16");
        assert_eq!(default_option_group("mysql", "8.0.39"), "default:mysql-8-0");
        assert_eq!(default_parameter_group("oracle-ee", "19.0.0.0.ru-2024-07.rur-2024-07.r1"), "default.oracle-ee-19");
        assert_eq!(default_parameter_group("sqlserver-se", "15.00.4385.2.v1"), "default.sqlserver-se-15.0");
        assert_eq!(default_option_group("sqlserver-se", "15.00.4385.2.v1"), "default:sqlserver-se-15-00");
        assert_eq!(family("postgres", "9.6.24"), "postgres9.6");
        assert_eq!(engine("oracle-ee").map(|engine| engine.port), Some(1521));
        assert!(engine("postgresql").is_none());
    }

    #[test]
    fn upgrades_go_forward_only() {
        assert_eq!(upgrades("postgres", "16.4").collect::<Vec<_>>(), ["16.6", "17.2", "17.4"]);
        assert_eq!(upgrades("postgres", "9.6.24").count(), 6);
        assert_eq!(upgrades("postgres", "17.4").count(), 0);
        assert_eq!(upgrades("sqlserver-se", "15.00.4385.2.v1").collect::<Vec<_>>(), ["16.00.4150.1.v1"]);
        assert_eq!(upgrades("cobol", "1").count(), 0);
    }

    #[test]
    fn the_names_of_default_groups_say_what_they_are_for() {
        assert_eq!(of_default_option_group("default:mysql-8-0"), Some(("mysql", "8.0".to_owned())));
        assert_eq!(of_default_option_group("default:sqlserver-se-15-00"), Some(("sqlserver-se", "15.00".to_owned())));
        assert_eq!(of_default_option_group("default:cobol-1"), None);
        assert_eq!(of_default_parameter_group("default.postgres16"), Some("postgres16"));
        assert_eq!(of_default_parameter_group("default.oracle-ee-19"), Some("oracle-ee-19"));
        assert_eq!(of_default_parameter_group("default.cobol1"), None);
        assert_eq!(of_default_parameter_group("default"), None);
    }
}
