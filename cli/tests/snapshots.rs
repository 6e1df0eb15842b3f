//! What the real binary says wherever no AWS is needed, word for word: the cases are in `snapshots/`. Each runs in the
//! folder beside it that is named like it, else in an empty one. `TRYCMD=overwrite` writes the cases anew.

use std::fs;
use std::path::Path;
use std::process::Command;

use rds_echo::arguments::Arguments;
use rds_echo::exit::EXITS;
use trycmd::TestCases;

const BINARY: &str = env!("CARGO_BIN_EXE_rds-echo");
const ISOLATED: &str = "RDS_ECHO_SNAPSHOTS_ISOLATED";

/// Where nobody listens: what gets past the settings fails there, and asks no AWS.
const NOWHERE: &str = "http://127.0.0.1:1";

#[test]
#[expect(clippy::disallowed_methods, reason = "a test runner's own variables")]
fn snapshots() {
    if std::env::var_os(ISOLATED).is_none() {
        return isolated();
    }
    TestCases::new()
        .register_bin("rds-echo", Path::new(BINARY))
        .case(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/*.trycmd"))
        .run();
}

/// Runs the test again with nothing of this machine's environment, in an empty folder: no settings, no credentials,
/// no profile, no colours, no width of a terminal.
#[expect(clippy::disallowed_methods, reason = "a test runner's own variables")]
fn isolated() {
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join("snapshots");
    let _ = fs::remove_dir_all(&empty);
    fs::create_dir_all(&empty).expect("the target folder can be written to");
    let mut again = Command::new(std::env::current_exe().expect("a test has a path"));
    again.env_clear().current_dir(&empty).args(std::env::args_os().skip(1));
    let kept = ["PATH", "TMPDIR", "TRYCMD"];
    again.envs(kept.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    again.envs([
        (ISOLATED, "yes"),
        ("HOME", "/nonexistent"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ACCESS_KEY_ID", "nobody"),
        ("AWS_SECRET_ACCESS_KEY", "nothing"),
        ("AWS_ENDPOINT_URL", NOWHERE),
    ]);
    let status = again.status().expect("this binary can be started again");
    assert!(
        status.success(),
        "see above; TRYCMD=overwrite cargo test -p rds-echo --test snapshots writes what is said now"
    );
}

#[test]
fn every_exit_code_has_a_number_of_its_own_and_stands_in_the_help() {
    let help = <Arguments as clap::CommandFactory>::command().render_long_help().to_string();
    for (number, (exit, meaning)) in (0..).zip(EXITS) {
        assert_eq!(exit.code(), number, "{exit:?}");
        assert!(help.contains(&format!("\n  {number}  {meaning}\n")), "{exit:?} is missing in --help");
    }
}

#[test]
fn every_shell_completes_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = Command::new(BINARY).args(["completions", shell]).output().expect("the binary can be started");
        let script = String::from_utf8(output.stdout).expect("a script is text");
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}");
        for word in ["rds-echo", "rollback", "sample-props", "--endpoint-url", "endpoint-url"] {
            assert!(word == "--endpoint-url" || script.contains(word), "{shell} knows no {word}");
        }
    }
}
