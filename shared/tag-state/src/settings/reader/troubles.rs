//! Who is told when it goes wrong, and what counts as that.

use jiff::SignedDuration;

use super::entries::{Reader, mail_address};
use crate::settings::{Limits, Troubles};
use crate::tags::fits_a_tag;

pub(super) fn troubles(reader: &mut Reader) -> Troubles {
    let retries = u32::try_from(reader.number("rdsecho.retries", 2, 0, 20)).unwrap_or_default();
    let mut notify = Vec::new();
    if let Some(entry) = &reader.take("rdsecho.notify") {
        for address in entry.value.split(',').map(str::trim).filter(|address| !address.is_empty()) {
            if !mail_address(address) || address.contains(['<', '>', '"', ';']) {
                reader.problem(entry, format!("{address:?} is not a mail address such as ann@example.com"));
            } else if !fits_a_tag(address) {
                reader.problem(
                    entry,
                    format!("that {address:?} was told could not be noted in a tag (letters, digits and _ . : / = + - @): use another address"),
                );
            } else {
                notify.push(address.to_owned());
            }
        }
    }
    let hours = |reader: &mut Reader, stage: &str| {
        reader.optional_number(&format!("rdsecho.stuck.{stage}Hours"), 1, 8784).map(SignedDuration::from_hours)
    };
    let stuck = Limits {
        otherwise: SignedDuration::from_hours(reader.number("rdsecho.stuck.hours", 48, 1, 8784)),
        new: hours(reader, "new"),
        modified: hours(reader, "modified"),
        rebooted: hours(reader, "rebooted"),
        forgotten: hours(reader, "forgotten"),
        retired: hours(reader, "retired"),
    };
    Troubles { retries, notify, stuck }
}
