//! Where the settings come from, and which of them wins.

use std::path::Path;

use tag_state::settings::{
    Caller, Entry, Found, Problem, Settings, SettingsError, read_properties_below, split_options,
};

use crate::arguments::Global;
use crate::exit::{Exit, Failure};

/// The file in the working directory.
pub const FILE: &str = "rdsecho.properties";
const OPTIONS: &str = "RDS_ECHO_OPTS";
const SET: &str = "--set";

/// What was found, before it is read as settings.
#[derive(Debug, Default)]
pub struct Gathered {
    /// In the order in which the later ones win.
    pub entries: Vec<Entry>,
    /// What could not be understood.
    pub problems: Vec<Problem>,
    /// What people should know, and harms nothing.
    pub notes: Vec<String>,
    /// The places that were read.
    pub places: Vec<String>,
}

/// Gathers from the file, `RDS_ECHO_OPTS` (the value of `variable`) and `--set`; with `--config` from that file and
/// `--set` only: values of two echoes must not mix.
///
/// # Errors
/// Where a file is there and cannot be read.
pub fn gather(global: &Global, variable: Option<&str>) -> Result<Gathered, Failure> {
    let variable = variable.filter(|options| !options.trim().is_empty());
    let mut options = Gathered::default();
    let mut notes = Vec::new();
    let (file, place) = match &global.config {
        Some(file) => {
            let place = file.display().to_string();
            let text = read(file)?;
            let missing = || Failure::new(Exit::Usage, format!("there is no file {place}: check --config"));
            let text = text.ok_or_else(missing)?;
            if variable.is_some() {
                notes.push(format!("{OPTIONS} is not read, because --config names the settings"));
            }
            (Some(text), place)
        }
        None => {
            if let Some(variable) = variable {
                options.options(variable);
            }
            (read(Path::new(FILE))?, FILE.to_owned())
        }
    };
    for set in &global.set {
        let (key, value) = set.split_once('=').unwrap_or((set, ""));
        let key = if key.starts_with("rdsecho.") { key.to_owned() } else { format!("rdsecho.{key}") };
        options.entries.push(Entry { key, value: value.to_owned(), place: SET.to_owned() });
    }
    let mut gathered = Gathered { notes, ..Gathered::default() };
    if let Some(text) = file {
        // A `${rdsecho.name}` in the file means what wins over the file, where something does.
        gathered.file(&text, &place, &options.entries);
    }
    gathered.entries.extend(options.entries);
    gathered.problems.extend(options.problems);
    gathered.notes.extend(options.notes);
    gathered.places.extend(options.places);
    if !global.set.is_empty() {
        gathered.places.push(SET.to_owned());
    }
    Ok(gathered)
}

impl Gathered {
    fn file(&mut self, text: &str, place: &str, above: &[Entry]) {
        let properties = read_properties_below(text, place, above);
        self.entries.extend(properties.entries);
        self.problems.extend(properties.problems);
        self.notes.extend(properties.ignored.iter().map(ToString::to_string));
        self.places.push(place.to_owned());
    }

    fn options(&mut self, options: &str) {
        match split_options(options) {
            Ok(options) => {
                self.entries.extend(options.entries);
                let ignored =
                    options.ignored.iter().map(|word| format!("{OPTIONS}: {word} is ignored, it means nothing here"));
                self.notes.extend(ignored);
            }
            Err(problem) => self.problems.push(problem),
        }
        self.places.push(OPTIONS.to_owned());
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// Everything that is wrong, in all places, at once.
    pub fn settings(self) -> Result<Found, Failure> {
        if self.places.is_empty() && self.entries.is_empty() {
            let none = format!("there are no settings: no {FILE} in the working directory, and no {OPTIONS}");
            return Err(Failure::new(Exit::Usage, format!("{none}; `rds-echo sample-props` writes a file to fill in")));
        }
        Settings::read_all(&self.entries, self.problems, Caller::Person).map_err(|error| usage(&error))
    }
}

/// Wrong settings, as a failure.
pub fn usage(error: &SettingsError) -> Failure {
    Failure::new(Exit::Usage, error.to_string())
}

/// A file's text; `None` where there is no such file. What is not UTF-8 is Latin-1, which Java wrote.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
        })),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(Exit::Usage, format!("cannot read {}: {error}", path.display()))),
    }
}
