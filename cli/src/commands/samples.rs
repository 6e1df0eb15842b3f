//! Settings to begin with.

use std::fs::File;
use std::io::{Error, ErrorKind, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;
use tag_state::settings::{SettingsError, sample_options, sample_properties};

use crate::arguments::{Arguments, Global};
use crate::exit::{Exit, Failure, Outcome};
use crate::print::Printer;
use crate::session::options;
use crate::sources::{FILE, gather, usage};

/// Writes a documented `rdsecho.properties` into the working directory.
///
/// # Errors
/// Where there is one, or it cannot be written.
pub fn sample_props(printer: &Printer) -> Outcome {
    let failed = |error: Error| Failure::new(Exit::Failed, format!("cannot write {FILE}: {error}"));
    let mut file = File::create_new(FILE).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            let why = format!("{FILE} is there already, and is not overwritten: move it away first");
            return Failure::new(Exit::Refused, why);
        }
        failed(error)
    })?;
    file.write_all(sample_properties().as_bytes()).map_err(failed)?;
    printer.line(&format!("wrote {FILE}: fill in what is not commented out, then run `rds-echo check`"));
    Ok(Exit::Done)
}

/// Prints an `RDS_ECHO_OPTS`, with the values that there are.
///
/// # Errors
/// Where a file is there and cannot be read or understood.
pub fn sample_opts(global: &Global, printer: &Printer) -> Outcome {
    let gathered = gather(global, options().as_deref())?;
    if !gathered.problems.is_empty() {
        return Err(usage(&SettingsError { problems: gathered.problems }));
    }
    if !gathered.entries.is_empty() {
        printer.detail(&format!("values from {}", gathered.places.join(", ")));
    }
    printer.line(&sample_options(&gathered.entries));
    Ok(Exit::Done)
}

/// Prints a shell's completions.
pub fn completions(shell: Shell, printer: &Printer) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "rds-echo", &mut script);
    printer.line(&String::from_utf8_lossy(&script));
    Exit::Done
}
