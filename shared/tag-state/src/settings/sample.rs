//! Templates of the two places where settings stand, made from the table of settings.

use std::fmt::Write;

use super::schema::{Key, PARTS, keys};
use super::{Entry, options};

const WIDTH: usize = 120;

/// A documented `rdsecho.properties` for a person at the command line: every setting with its meaning, what is
/// allowed and the default. The required ones hold a placeholder, the optional ones are commented out. It can
/// be read as it is.
pub fn sample_properties() -> String {
    let mut file = String::new();
    comment(&mut file, "Settings of RDS Echo.");
    file.push_str("#\n");
    comment(
        &mut file,
        "They are read from rdsecho.properties in the working directory. A key that is also in the environment \
         variable RDS_ECHO_OPTS (as -Drdsecho.key=value) has the value from there. --config FILE is read instead of \
         both. --set key=value is above all of them.",
    );
    file.push_str("#\n");
    comment(
        &mut file,
        "A backslash at the end of a line continues it, ${key} stands for the value of another key, and what is \
         left empty counts as not set.",
    );
    let keys = keys();
    for part in PARTS {
        let _ = write!(file, "\n\n# ---- {part} ----\n");
        if let Some(more) = about(part) {
            file.push('\n');
            comment(&mut file, more);
        }
        for key in keys.iter().filter(|key| key.part == part) {
            describe(&mut file, key);
        }
    }
    file
}

fn about(part: &str) -> Option<&'static str> {
    match part {
        "Restore" => Some(
            "Besides your tags and the age these are parameters of RestoreDBInstanceFromDBSnapshot. What is not set \
             is left to RDS, which mostly takes it from the snapshot.",
        ),
        "Modification" => Some(
            "Besides the time these are parameters of ModifyDBInstance, for what a restore cannot set. What is not \
             set stays as it is.",
        ),
        _ => None,
    }
}

fn describe(file: &mut String, key: &Key) {
    file.push('\n');
    comment(file, &key.meaning.replace('`', ""));
    let mut allowed = format!("Allowed: {}.", key.allowed);
    if key.required {
        allowed.push_str(" Required.");
    } else if let Some(default) = &key.default {
        let _ = write!(allowed, " Default: {default}.");
    }
    comment(file, &allowed);
    let (mark, value) = if key.required {
        ("", key.example)
    } else if key.name == "rdsecho.interactive" {
        // Whoever asks for a template is a person, and new to this.
        ("", "true")
    } else {
        ("#", key.default.as_deref().unwrap_or(key.example))
    };
    let _ = writeln!(file, "{mark}{}={value}", key.name);
}

/// Appends a comment, in lines of at most [`WIDTH`].
fn comment(file: &mut String, text: &str) {
    let mut width = WIDTH;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width + 1 + length > WIDTH {
            if !file.is_empty() && !file.ends_with('\n') {
                file.push('\n');
            }
            file.push('#');
            width = 1;
        }
        file.push(' ');
        file.push_str(word);
        width += 1 + length;
    }
    file.push('\n');
}

/// The line for a shell that sets `RDS_ECHO_OPTS`: `export RDS_ECHO_OPTS="..."` with one
/// `-Drdsecho.key=value` a line, for all settings that are required or have a value in `existing` (of two the
/// later). Required ones without a value have a placeholder. Whatever characters the values hold, they come
/// back when a shell has read it and [`split_options`](super::split_options) has split what that left.
pub fn sample_options(existing: &[Entry]) -> String {
    let mut text = "export RDS_ECHO_OPTS=\"\n".to_owned();
    for key in keys() {
        let value = existing.iter().rfind(|entry| entry.key == key.name).map(|entry| entry.value.as_str());
        let value = value.filter(|value| !value.trim().is_empty()).or(key.required.then_some(key.example));
        if let Some(value) = value {
            let option = format!("-D{}={}", key.name, options::quoted(value));
            let _ = writeln!(text, "    {}", within_double_quotes(&option));
        }
    }
    text.push_str("\"\n");
    text
}

/// For between the double quotes of a shell. An interactive bash replaces `!` even there, and a backslash
/// before it would stay: so it is moved into single quotes of its own.
fn within_double_quotes(text: &str) -> String {
    let mut quoted = String::new();
    for each in text.chars() {
        match each {
            '"' | '$' | '`' | '\\' => quoted.extend(['\\', each]),
            '!' => quoted.push_str(r#""'!'""#),
            _ => quoted.push(each),
        }
    }
    quoted
}
