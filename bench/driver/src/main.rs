//! `bench-driver`: one request a line on stdin, one answer a line on stdout, JSON both, until stdin closes. Each request
//! is a process that is started as Lambda starts a function, given events, measured, and ended. See README.md.

mod aws;
mod process;
mod request;
mod runtime_api;

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

use request::Request;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

/// One request's answer; what fails is an answer too.
fn answer(runtime: &Runtime, line: &str) -> Value {
    let measured = Request::parse(line).and_then(|request| {
        // A set of its own for each: what is left of a conversation goes with it.
        LocalSet::new().block_on(runtime, process::measure(request))
    });
    measured.unwrap_or_else(|error| json!({ "error": error }))
}

fn main() -> ExitCode {
    // One thread: whoever is measured has the other cores to itself.
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("bench-driver: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let mut stdout = std::io::stdout().lock();
        if writeln!(stdout, "{}", answer(&runtime, &line)).and_then(|()| stdout.flush()).is_err() {
            // Nobody reads the answers any more.
            break;
        }
    }
    ExitCode::SUCCESS
}
