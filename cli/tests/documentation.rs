//! docs/CLI.md is made from `cli.md` beside this, from the definition of the command line, the exit codes, and the table
//! of settings; `UPDATE_DOCS=1` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use clap::{Arg, Command, CommandFactory as _};
use rds_echo::arguments::Arguments;
use rds_echo::exit::EXITS;
use tag_state::settings::keys;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/CLI.md");
const BY_HAND: &str = include_str!("cli.md");

#[test]
#[expect(clippy::disallowed_methods, reason = "a test's own switch")]
fn docs_cli_md_is_up_to_date() {
    let wanted = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(Path::new(FILE), &wanted).expect("docs/CLI.md can be written");
    }
    let is = fs::read_to_string(Path::new(FILE)).unwrap_or_default();
    let differs = is.lines().zip(wanted.lines()).position(|(is, wanted)| is != wanted);
    let line = differs.unwrap_or_else(|| is.lines().count().min(wanted.lines().count())) + 1;
    let remedy = "UPDATE_DOCS=1 cargo test -p rds-echo --test documentation writes it anew";
    assert!(is == wanted, "docs/CLI.md is out of date from line {line}: {remedy}");
}

/// What is shown as JSON is JSON: a slip of the hand is easily made there.
#[test]
fn every_example_of_json_can_be_read() {
    let mut examples = 0;
    for block in BY_HAND.split("```json\n").skip(1) {
        let (example, _) = block.split_once("```").expect("the block ends");
        for line in example.lines() {
            examples += 1;
            let read = serde_json::from_str::<serde_json::Value>(line);
            assert!(read.is_ok(), "{line}: {read:?}");
        }
    }
    assert!(examples > 0);
}

/// The Rust that people are told to have is the one that cargo demands.
#[test]
fn the_rust_that_is_needed_is_told() {
    let needed = concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"), " or newer");
    for (file, text) in [
        ("README.md", include_str!("../../README.md")),
        ("docs/DEPLOY.md", include_str!("../../docs/DEPLOY.md")),
        ("Makefile", include_str!("../../Makefile")),
    ] {
        assert!(text.contains(needed), "{file} does not say {needed:?}");
    }
}

fn page() -> String {
    let mut command = Arguments::command();
    command.build();
    let mut page = BY_HAND.to_owned();
    let parts = [
        ("commands", commands(&mut command)),
        ("options", options(&command)),
        ("exits", exits()),
        ("settings", settings()),
    ];
    for (name, part) in parts {
        let place = format!("<!-- {name} -->\n");
        assert_eq!(page.matches(&place).count(), 1, "cli.md says where the {name} go");
        page = page.replace(&place, &part);
    }
    page
}

fn commands(command: &mut Command) -> String {
    let mut text = "| command | |\n|---|---|\n".to_owned();
    for each in command.get_subcommands() {
        let about = each.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "| [`{0}`](#rds-echo-{0}) | {about} |", each.get_name());
    }
    for each in command.get_subcommands_mut() {
        let usage = each.render_usage().to_string();
        let usage = usage.strip_prefix("Usage: ").expect("clap says so");
        let about = each.get_long_about().or(each.get_about()).map(sentence).unwrap_or_default();
        let _ = write!(text, "\n### `rds-echo {}`\n\n{about}\n\n```\n{usage}\n```\n", each.get_name());
        let own: Vec<&Arg> = each.get_arguments().filter(|arg| !arg.is_global_set() && is_ours(arg)).collect();
        if !own.is_empty() {
            text.push('\n');
        }
        for arg in own {
            describe(&mut text, arg);
        }
    }
    text
}

fn options(command: &Command) -> String {
    let mut text = String::new();
    for arg in command.get_arguments().filter(|arg| is_ours(arg)) {
        describe(&mut text, arg);
    }
    text
}

/// Not those that clap adds to every command.
fn is_ours(arg: &Arg) -> bool {
    !["help", "version"].contains(&arg.get_id().as_str())
}

fn describe(text: &mut String, arg: &Arg) {
    let values: Vec<String> = arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect();
    let value = if arg.get_action().takes_values() { values.join(" ") } else { String::new() };
    let name = match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long} {value}"),
        (None, Some(long)) => format!("--{long} {value}"),
        (_, None) => value,
    };
    let help = arg.get_long_help().or(arg.get_help()).map(sentence).unwrap_or_default();
    let _ = write!(text, "- `{}`: {help}", name.trim());
    if arg.get_action().takes_values() {
        let possible: Vec<String> =
            arg.get_possible_values().iter().map(|one| format!("`{}`", one.get_name())).collect();
        if !possible.is_empty() {
            let _ = write!(text, " One of {}.", possible.join(", "));
        }
        for default in arg.get_default_values() {
            let _ = write!(text, " Default: `{}`.", default.to_string_lossy());
        }
    }
    text.push('\n');
}

/// clap takes the dot from the end.
fn sentence(text: impl ToString) -> String {
    let text = text.to_string();
    if text.ends_with('.') { text } else { format!("{text}.") }
}

fn exits() -> String {
    let mut text = "| code | meaning |\n|---|---|\n".to_owned();
    for (exit, meaning) in EXITS {
        let _ = writeln!(text, "| {} | {meaning} |", exit.code());
    }
    text
}

fn settings() -> String {
    let mut text = String::new();
    let mut part = "";
    for key in keys() {
        if key.part != part {
            part = key.part;
            let _ = write!(text, "\n#### {part}\n\n| key | default | meaning | allowed |\n|---|---|---|---|\n");
        }
        let default = match (&key.default, key.required) {
            (Some(default), _) => format!("`{default}`"),
            (None, true) => "(required)".to_owned(),
            (None, false) => String::new(),
        };
        let name = key.name.strip_prefix("rdsecho.").expect("all begin so");
        let _ = writeln!(text, "| `{name}` | {default} | {} | {} |", key.meaning, key.allowed);
    }
    text.trim_start().to_owned()
}
