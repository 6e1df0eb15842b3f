//! Settings to begin with.

use std::fs::File;
use std::io::{ErrorKind, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;
use tag_state::settings::{sample_options, sample_properties};

use crate::arguments::{Arguments, Global};
use crate::exit::{Exit, Failure, Outcome};
use crate::print::Printer;
use crate::session::options;
use crate::sources::{FILE, gather};

/// Writes a documented `rdsecho.properties` into the working directory.
///
/// # Errors
/// Where there is one, or it cannot be written.
pub fn sample_props(printer: &Printer) -> Outcome {
    let mut file = File::create_new(FILE).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::new(Exit::Refused, format!("{FILE} is there already, and is not overwritten: move it away first"))
        }
        _ => Failure::new(Exit::Failed, format!("cannot write {FILE}: {error}")),
    })?;
    file.write_all(sample_properties().as_bytes())
        .map_err(|error| Failure::new(Exit::Failed, format!("cannot write {FILE}: {error}")))?;
    printer.line(&format!("wrote {FILE}: fill in what is not commented out, then run `rds-echo check`"));
    Ok(Exit::Done)
}

/// Prints an `RDS_ECHO_OPTS`, with the values that there are.
///
/// # Errors
/// Where a file is there and cannot be read or understood.
pub fn sample_opts(global: &Global, printer: &Printer) -> Outcome {
    let gathered = gather(global, options().as_deref())?;
    if let Some(problem) = gathered.problems.first() {
        return Err(Failure::new(Exit::Usage, problem.to_string()));
    }
    if !gathered.entries.is_empty() {
        printer.detail(&format!("values from {}", gathered.places.join(", ")));
    }
    printer.line(&sample_options(&gathered.entries));
    Ok(Exit::Done)
}

/// Prints a shell's completions.
pub fn completions(shell: Shell) -> Exit {
    clap_complete::generate(shell, &mut Arguments::command(), "rds-echo", &mut std::io::stdout());
    Exit::Done
}
