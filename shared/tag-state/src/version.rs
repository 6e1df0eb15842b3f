//! Engine versions, as RDS counts them: `16.4`, `8.0.39`, `15.00.4385.2.v1`, `19.0.0.0.ru-2024-07.rur-2024-07.r1`.

/// The numbers in a version, in their order: the greater they are, the newer it is.
pub fn numbers(version: &str) -> Vec<u64> {
    version.split(|character: char| !character.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

/// Whether an upgrade from one version to the other is one to another major version, for which RDS wants a consent of
/// its own. What is major is the first number, or the first two: of MySQL, of MariaDB, of PostgreSQL before 10, and of
/// what is not known here.
pub fn is_major(engine: &str, from: &str, to: &str) -> bool {
    let (from, to) = (numbers(from), numbers(to));
    let engine = engine.strip_prefix("custom-").unwrap_or(engine);
    let old = from.first().is_some_and(|first| *first < 10);
    let parts = match engine.split('-').next() {
        Some("postgres") if !old => 1,
        Some("oracle" | "sqlserver") => 1,
        Some(_) | None => 2,
    };
    from.iter().take(parts).ne(to.iter().take(parts))
}
