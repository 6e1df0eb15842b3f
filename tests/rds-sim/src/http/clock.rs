//! The clock file: the virtual time for programs that run under libfaketime.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A file that always holds the virtual time, as libfaketime's `FAKETIME_TIMESTAMP_FILE` wants it:
/// frozen, absolute, `YYYY-MM-DD HH:MM:SS` in UTC.
#[derive(Clone, Debug)]
pub struct Clock {
    path: PathBuf,
}

impl Clock {
    /// The clock in that file.
    pub fn new(path: &Path) -> Clock {
        Clock { path: path.to_owned() }
    }

    /// Sets it. A reader sees the old time or the new one, never a part.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn set(&self, now: Timestamp) -> io::Result<()> {
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        fs::write(&beside, format!("{}\n", now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S")))?;
        fs::rename(&beside, &self.path)
    }
}
