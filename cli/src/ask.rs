//! Asking a person at the terminal. The identifier must be typed, as the original wanted it: a `y` comes too easily.

use std::io::{BufRead as _, IsTerminal as _, Write as _, stdin};

use crate::exit::{Exit, Failure};
use crate::print::Tone;

/// What a person answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The identifier was typed.
    Confirmed,
    /// Something else was.
    Declined,
}

/// Whether somebody is there to be asked.
pub fn somebody_is_there() -> bool {
    stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Shows what would be done and asks for the identifier.
///
/// # Errors
/// Where the terminal cannot be written to or read from.
pub fn ask(what: &str, identifier: &str) -> Result<Answer, Failure> {
    let mut terminal = anstream::stderr();
    write!(terminal, "{}\nType {} to go on: ", what.trim_end(), Tone::Doubtful.paint(identifier))?;
    terminal.flush()?;
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    Ok(if line.trim() == identifier { Answer::Confirmed } else { Answer::Declined })
}

/// Nobody is there.
pub fn nobody(why: &str) -> Failure {
    Failure::new(Exit::NotConfirmed, format!("{why}, and there is no terminal to ask at"))
}
