//! `RDS_ECHO_OPTS`, split as a shell would split it.

use super::Problem;

/// One setting as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, such as `rdsecho.name`.
    pub key: String,
    /// The value, quotes removed.
    pub value: String,
    /// Where it stood, for error texts.
    pub place: String,
}

/// What `RDS_ECHO_OPTS` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The settings, in their order; of a key that stands there twice the last wins, as with Java's `-D`.
    pub entries: Vec<Entry>,
    /// The words that are no settings, such as `-Xmx512m`: each without what follows its `=`, which may be
    /// a secret.
    pub ignored: Vec<String>,
}

const PLACE: &str = "RDS_ECHO_OPTS";

/// The `-Drdsecho.key=value` options. Others (`-Xmx512m`, `-Dother=1`) were for the original's Java
/// machine and mean nothing here. Single quotes hold all, double quotes and bare words know `\`.
///
/// # Errors
/// A quote that does not end.
pub fn split_options(options: &str) -> Result<Options, Problem> {
    let mut found = Options::default();
    for word in words(options)? {
        let (before, value) = word.split_once('=').unwrap_or((&word, ""));
        match before.strip_prefix("-D").filter(|key| key.starts_with("rdsecho.")) {
            Some(key) => {
                found.entries.push(Entry { key: key.to_owned(), value: value.to_owned(), place: PLACE.to_owned() })
            }
            None => found.ignored.push(before.to_owned()),
        }
    }
    Ok(found)
}

fn words(options: &str) -> Result<Vec<String>, Problem> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = options.chars();
    while let Some(each) = characters.next() {
        match (quote, each) {
            (Some(open), _) if each == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(each);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next()),
            (None, _) if each.is_whitespace() => words.extend(word.take()),
            (Some(_) | None, _) => word.get_or_insert_default().push(each),
        }
    }
    if let Some(open) = quote {
        return Err(Problem {
            key: PLACE.to_owned(),
            place: String::new(),
            message: format!("the quote {open} that opens somewhere in it is never closed"),
        });
    }
    words.extend(word);
    Ok(words)
}

/// A value as [`split_options`] gives it back: as it is, or within single quotes.
pub(super) fn quoted(value: &str) -> String {
    let plain = |each: char| each.is_ascii_alphanumeric() || "_.:/=,@+-{}".contains(each);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_split_as_a_shell_does() {
        let Options { entries, ignored } = split_options(
            r#"-Xmx1g -Drdsecho.name=dev  '-Drdsecho.new.tags=a=b c,d="e"' -Drdsecho.x="1 \"2\"" -Dother.password=1=2"#,
        )
        .unwrap();
        let pairs: Vec<_> = entries.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
        assert_eq!(pairs, [("rdsecho.name", "dev"), ("rdsecho.new.tags", r#"a=b c,d="e""#), ("rdsecho.x", r#"1 "2""#)]);
        assert_eq!(ignored, ["-Xmx1g", "-Dother.password"], "what may be a secret is not repeated");
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert!(split_options("-Drdsecho.name='dev").unwrap_err().message.contains("never closed"));
    }
}
