//! What the CNAME leads to while an instance waits to take its place: what people use now, and what becomes of it.

use crate::facts::{Instance, Record, same_host};
use crate::name::EchoName;
use crate::own::OwnInstance;

/// What the CNAME leads to. For people alone: no guard rests on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predecessor {
    /// Nothing: there is no such record.
    Nothing,
    /// Another instance of this echo. It goes away after the switch.
    Ours(Box<OwnInstance>),
    /// Something that this echo did not make, by its host name. It is left alone.
    Stranger(String),
    /// An instance of this echo that is not there any more, by its host name.
    Gone(String),
    /// A record that is never switched, in words.
    Unswitchable(String),
    /// The very instance that this is about: the switch has happened.
    Itself,
    /// It could not be read.
    Unknown,
}

impl Predecessor {
    /// What is known from the record, read after `own` was. `Err` is a host name that looks like an instance of this
    /// echo: [`at_host`](Self::at_host) tells, of the instance that [`identifier_at`] names.
    ///
    /// # Errors
    /// The host name.
    pub fn of(name: &EchoName, own: &OwnInstance, record: &Record) -> Result<Predecessor, String> {
        match record {
            Record::Absent => Ok(Predecessor::Nothing),
            Record::Other(what) => Ok(Predecessor::Unswitchable(what.clone())),
            Record::Cname { .. } if record.points_at(own.facts()) => Ok(Predecessor::Itself),
            Record::Cname { value, .. } if identifier_at(name, value).is_some() => Err(value.clone()),
            Record::Cname { value, .. } => Ok(Predecessor::Stranger(bare(value))),
        }
    }

    /// What stands at a host name, where `found` is the instance that [`identifier_at`] it.
    pub fn at_host(name: &EchoName, host: &str, found: Option<Instance>) -> Predecessor {
        let Some(found) = found else { return Predecessor::Gone(bare(host)) };
        let is_there = found.address.as_ref().is_some_and(|address| same_host(address, host));
        match OwnInstance::recognise(name, found) {
            Ok(own) if is_there => Predecessor::Ours(Box::new(own)),
            Ok(_) | Err(_) => Predecessor::Stranger(bare(host)),
        }
    }

    /// What is known of what the CNAME led to before `own` was promoted, as its tag has it; see [`of`](Self::of).
    ///
    /// # Errors
    /// The host name.
    pub fn before(name: &EchoName, own: &OwnInstance) -> Result<Predecessor, String> {
        match own.tags().replaced.as_deref() {
            None | Some("") => Ok(Predecessor::Nothing),
            Some(host) if identifier_at(name, host).is_some() => Err(host.to_owned()),
            Some(host) => Ok(Predecessor::Stranger(bare(host))),
        }
    }
}

/// The identifier of the instance whose endpoint this could be: RDS puts it in front (`dev-2026-11-22.abcdef.region...`).
pub fn identifier_at(name: &EchoName, host: &str) -> Option<String> {
    let label = host.split('.').next().unwrap_or_default().to_ascii_lowercase();
    name.edition(&label).is_some().then_some(label)
}

fn bare(host: &str) -> String {
    host.trim_end_matches('.').to_owned()
}
