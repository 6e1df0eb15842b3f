//! Whether trouble is to be told now, and to whom: each once, and once more only where that could not be noted.

use jiff::Timestamp;

use super::{Trouble, What, trouble, waits};
use crate::decide::request::RETRY_MAILS_FOR;
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::remark::{quote, unquote};
use crate::settings::Settings;
use crate::tags::{LONGEST_VALUE, TagWriter, stamp, with_addresses};

/// Stands among those who were reached for the announcement.
pub const ANNOUNCED: &str = "announced";

/// What is noted that RDS refused, until it is told.
const UNTOLD_REFUSAL: &str = "refused";
/// Between the mark and RDS's own words.
const SAYING: &str = " : ";

/// What was told last, as the tag `trouble` holds it: `WORD TIME`, behind that who was reached where some were not,
/// and behind ` : ` what RDS said when it refused a modification, or why retire leaves it alone, [quoted](quote). One tag, because an instance can have
/// only so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The trouble's code, perhaps with a status behind it.
    pub word: String,
    /// When it was first told.
    pub at: Timestamp,
    /// Who was reached; `None` where nobody is left to be.
    pub only: Option<Vec<String>>,
    /// What RDS said when it refused the modification for good; or [why retire leaves it alone](super::note_wait).
    pub said: Option<String>,
}

impl Mark {
    pub(crate) fn parse(text: &str) -> Option<Mark> {
        let (told, said) = match text.split_once(SAYING) {
            Some((told, said)) => (told, Some(unquote(said))),
            None => (text, None),
        };
        let mut parts = told.split(' ');
        let (word, at) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
        let reached: Vec<String> = parts.map(str::to_owned).collect();
        Some(Mark { word, at, only: (!reached.is_empty()).then_some(reached), said })
    }
}

/// The tag to be written when RDS has refused a modification for good, so that somebody hears of it; `None` where the
/// same was noted before.
pub fn note_refusal(settings: &Settings, own: &OwnInstance, said: &str, now: Timestamp) -> Option<Tags> {
    let noted = own.tags().trouble.as_ref().and_then(|mark| mark.said.as_deref());
    // What was noted may have been cut.
    if noted.is_some_and(|noted| !noted.is_empty() && said.starts_with(noted)) {
        return None;
    }
    let value = with_saying(format!("{UNTOLD_REFUSAL} {}", stamp(now)), said);
    Some(TagWriter::new(&settings.name).text("trouble", &value).finish())
}

pub(super) fn with_saying(mut value: String, said: &str) -> String {
    let room = LONGEST_VALUE.saturating_sub(value.chars().count() + SAYING.len());
    value.push_str(SAYING);
    value.push_str(&quote(said, room));
    value
}

/// Trouble to be told, in this order: the announcement and the mails, then the [mark](Tell::mark). Both may go twice,
/// never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// What is wrong.
    pub trouble: Trouble,
    /// Who is to be mailed.
    pub to: Vec<String>,
    /// Whether it is to be announced.
    pub announce: bool,
    /// Who has been reached before, [`ANNOUNCED`] among them.
    pub reached: Vec<String>,
    /// When it was first told.
    pub first: Timestamp,
    /// Whether those who cannot be reached now are left so.
    pub last_try: bool,
    /// What stays noted beside it: RDS's words, or why retire leaves it alone.
    pub said: Option<String>,
}

impl Tell {
    /// The tag that tells later runs whom not to tell again: `reached` now and before; all where nobody is left.
    pub fn mark(&self, settings: &Settings, reached: &[String], nobody_left: bool) -> Tags {
        let all: Vec<String> = self.reached.iter().chain(reached).cloned().collect();
        let value = format!("{} {}", self.trouble.what.word(), stamp(self.first));
        let value = with_addresses(value, (!nobody_left).then_some(&all[..]));
        let value = match &self.said {
            Some(said) => with_saying(value, said),
            None => value,
        };
        TagWriter::new(&settings.name).text("trouble", &value).finish()
    }
}

/// What is to be told of an instance now; `None` where there is no trouble, or it was told. Where not all of this
/// echo's were looked at (`sees_all`), only of what is certain without the others.
pub fn tell(
    settings: &Settings,
    own: &OwnInstance,
    all: &[OwnInstance],
    sees_all: bool,
    now: Timestamp,
) -> Option<Tell> {
    let trouble = trouble(settings, own, all, now).filter(|trouble| sees_all || trouble.what.is_certain())?;
    let word = trouble.what.word();
    let marks = own.tags().trouble.as_ref();
    let in_this_stage = |mark: &&Mark| mark.at >= trouble.since;
    if trouble.what.is_passing() && marks.filter(in_this_stage).is_some_and(|mark| mark.word != word) {
        return None;
    }
    // Of what has failed, or people work with, each status is told once; a wait once in each stage.
    let known = marks.filter(|mark| mark.word == word && (!trouble.what.is_stuck() || in_this_stage(mark)));
    let (reached, first) = match known {
        Some(mark) => (mark.only.clone()?, mark.at),
        None => (Vec::new(), now),
    };
    let to = recipients(settings, own, &trouble).into_iter().filter(|one| !reached.contains(one)).collect();
    let last_try = known.is_some() && now >= first.checked_add(RETRY_MAILS_FOR).unwrap_or(first);
    let announce = !reached.iter().any(|one| one == ANNOUNCED);
    let said = if let What::ModifyRefused { said } = &trouble.what {
        Some(said.clone())
    } else {
        marks.filter(|_| waits::noted(own).is_some()).and_then(|mark| mark.said.clone())
    };
    Some(Tell { trouble, to, announce, reached, first, last_try, said })
}

/// Who is mailed. Approvers who have been asked about a copy that failed hear from its request that it is withdrawn.
fn recipients(settings: &Settings, own: &OwnInstance, trouble: &Trouble) -> Vec<String> {
    if settings.promote.sender.is_none() {
        return Vec::new();
    }
    let named = !settings.troubles.notify.is_empty() || settings.promote.reply_to.is_some();
    let hear_of_it = matches!(trouble.what, What::Failed { .. }) && own.tags().notified.is_some();
    if !named && hear_of_it { Vec::new() } else { settings.told_of_trouble() }
}
