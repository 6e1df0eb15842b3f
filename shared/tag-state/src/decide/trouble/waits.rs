//! Why an instance that should go stays, as retire noted it: behind what the tag `trouble` says that was told, because an
//! instance can have only so many tags.

use jiff::{SignedDuration, Timestamp};

use super::mark::{Mark, UNTOLD_WAIT, with_saying};
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::tags::{TagWriter, stamp};

/// Another reason is noted at most this often: two that alternate would write at every look.
const CALM: SignedDuration = SignedDuration::from_hours(1);
/// The code of a call that failed: of these the words count too.
const CALL_FAILED: &str = "call-failed";
/// What goes as it should.
const AS_FORESEEN: [&str; 6] = ["grace", "pause", "held", "going", "gone", "other-stage"];

/// Why retire leaves an instance alone: `CODE TIME WORDS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waits {
    /// The reason's code.
    pub(super) code: String,
    /// When it was noted.
    at: Timestamp,
    /// The reason, perhaps cut.
    pub(super) words: String,
}

/// What was noted in this stage.
pub(super) fn noted(own: &OwnInstance) -> Option<Waits> {
    let said = own.tags().trouble.as_ref()?.said.as_deref()?;
    let mut parts = said.splitn(3, ' ');
    let (code, at) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
    let waits = Waits { code, at, words: parts.next().unwrap_or_default().to_owned() };
    (waits.at >= own.tags().since?).then_some(waits)
}

/// From when on it may go if nothing speaks against it, a hold neither; `None` in a stage that does not lead to its end.
pub(super) fn may_go_from(settings: &Settings, own: &OwnInstance) -> Option<Timestamp> {
    let kept = match own.stage() {
        Stage::Forgotten => settings.retire.grace,
        Stage::Retired => settings.retire.pause,
        Stage::New | Stage::Modified | Stage::Rebooted | Stage::Promoted => return None,
    };
    own.tags().since?.checked_add(kept).ok()
}

/// The tag to be written where retire leaves an instance alone that is due, so that people hear why: a reason's code, and
/// its words. `None` where the same was noted before, or another one lately.
pub fn note_wait(settings: &Settings, own: &OwnInstance, code: &str, words: &str, now: Timestamp) -> Option<Tags> {
    if now < may_go_from(settings, own)? || AS_FORESEEN.contains(&code) {
        return None;
    }
    // What was noted may have been cut.
    let same = |noted: &Waits| noted.code == code && (code != CALL_FAILED || words.starts_with(&noted.words));
    let lately = |noted: &Waits| noted.at.checked_add(CALM).is_ok_and(|calm| now < calm);
    if noted(own).is_some_and(|noted| same(&noted) || lately(&noted)) {
        return None;
    }
    let told = own.tags().trouble.as_ref().map_or_else(|| format!("{UNTOLD_WAIT} {}", stamp(now)), Mark::told);
    let value = with_saying(told, &format!("{code} {} {words}", stamp(now)));
    Some(TagWriter::new(&settings.name).text("trouble", &value).finish())
}
