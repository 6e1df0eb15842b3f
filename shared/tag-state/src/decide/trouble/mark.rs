//! What was told of an instance's trouble, as its tag `trouble` holds it.

use jiff::Timestamp;

use super::What;
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::remark::{quote, unquote};
use crate::settings::Settings;
use crate::tags::{LONGEST_VALUE, TagWriter, stamp, with_addresses};

/// What is noted that RDS refused, until it is told.
const UNTOLD_REFUSAL: &str = "refused";
/// Stands where nothing was told, and retire notes why it leaves it alone.
pub(super) const UNTOLD_WAIT: &str = "waits";
/// Between the mark and RDS's own words.
const SAYING: &str = " : ";
/// Between the mark and what was told before it.
const BEFORE: &str = " + ";
/// A look is about to tell it, or died meanwhile.
const TELLING: &str = "telling";
/// A look has reached nobody at all.
const NOBODY: &str = "nobody";
/// It has passed.
const OVER: &str = "over";
/// So many earlier ones are remembered.
const MOST_EARLIER: usize = 4;

/// What was told last, as the tag `trouble` holds it: `WORD TIME`; behind that `over` where it has passed; else
/// `telling` for each look that began to tell it and has not said how that went, and who was reached, or `nobody`, where
/// some were not. Behind ` + ` each earlier one, and behind ` : ` what RDS said when it refused a modification, or why
/// retire leaves it alone, [quoted](quote). One tag, because an instance can have only so many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The trouble's code, perhaps with what tells it from others of its kind.
    pub word: String,
    /// When it was first told.
    pub at: Timestamp,
    /// Whether it has passed since.
    pub over: bool,
    /// How many looks in a row were about to tell it, of which nobody knows whether they did.
    pub telling: usize,
    /// Who was reached; `None` where nobody is left to be.
    pub only: Option<Vec<String>>,
    /// What was told before it, the latest first.
    pub earlier: Vec<Earlier>,
    /// What RDS said when it refused the modification for good; or [why retire leaves it alone](super::note_wait).
    pub said: Option<String>,
}

/// What was told before another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// As in [`Mark`].
    pub word: String,
    /// As in [`Mark`].
    pub at: Timestamp,
    /// As in [`Mark`].
    pub over: bool,
}

impl Mark {
    pub(crate) fn parse(text: &str) -> Option<Mark> {
        let (told, said) = match text.split_once(SAYING) {
            Some((told, said)) => (told, Some(unquote(said))),
            None => (text, None),
        };
        let mut marks = told.split(BEFORE);
        let mut parts = marks.next()?.split(' ');
        let (word, at) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
        let parts: Vec<&str> = parts.collect();
        let reached = parts.iter().filter(|part| ![TELLING, NOBODY, OVER].contains(part));
        Some(Mark {
            word,
            at,
            over: parts.contains(&OVER),
            telling: parts.iter().filter(|part| **part == TELLING).count(),
            only: (!parts.is_empty()).then(|| reached.map(|part| (*part).to_owned()).collect()),
            earlier: marks.filter_map(Earlier::parse).collect(),
            said,
        })
    }

    /// All that was told, the latest first.
    pub(super) fn all(&self) -> impl Iterator<Item = Earlier> + '_ {
        let latest = Earlier { word: self.word.clone(), at: self.at, over: self.over };
        let latest = Some(latest).filter(|latest| ![UNTOLD_REFUSAL, UNTOLD_WAIT].contains(&latest.word.as_str()));
        latest.into_iter().chain(self.earlier.iter().cloned())
    }

    /// All of it as it stands in the tag, but for what was said.
    pub(super) fn told(&self) -> String {
        let value = format!("{} {}", self.word, stamp(self.at));
        let value = match &self.only {
            _ if self.over => format!("{value} {OVER}"),
            only => with_addresses(value, only.as_ref().map(|only| progress(self.telling, only)).as_deref()),
        };
        with_earlier(value, &self.earlier)
    }

    /// Whether somebody was told of a trouble with this word, and nobody is left to be.
    pub(super) fn has_told(&self, word: &str) -> bool {
        (self.word == word && self.only.is_none()) || self.earlier.iter().any(|earlier| earlier.word == word)
    }

    /// The tag that says that all of it has passed but what is told once.
    pub(super) fn passed(&self, settings: &Settings) -> Tags {
        let over = |one: Earlier| Earlier { over: one.over || one.can_pass(), ..one };
        let mut all = self.all().map(over);
        let first = all.next().map(|one| one.to_string()).unwrap_or_default();
        let value = with_earlier(first, &all.collect::<Vec<_>>());
        TagWriter::new(&settings.name).text("trouble", &value).finish()
    }
}

impl Earlier {
    fn parse(text: &str) -> Option<Earlier> {
        let mut parts = text.split(' ');
        let (word, at) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
        Some(Earlier { word, at, over: parts.next() == Some(OVER) })
    }

    /// Whether it is told again once it has passed.
    pub(super) fn can_pass(&self) -> bool {
        !What::is_told_once(self.word.split('/').next().unwrap_or_default())
    }
}

impl std::fmt::Display for Earlier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}{}", self.word, stamp(self.at), if self.over { " over" } else { "" })
    }
}

/// How far the telling of one is, as it stands behind its time.
pub(super) fn progress(telling: usize, reached: &[String]) -> Vec<String> {
    let began = std::iter::repeat_n(TELLING.to_owned(), telling);
    let nobody = (telling == 0 && reached.is_empty()).then(|| NOBODY.to_owned());
    began.chain(nobody).chain(reached.iter().cloned()).collect()
}

/// Those that do not fit are left out; they are told once more.
pub(super) fn with_earlier(mut value: String, earlier: &[Earlier]) -> String {
    for one in earlier.iter().take(MOST_EARLIER) {
        let more = format!("{BEFORE}{one}");
        if value.chars().count() + more.chars().count() <= LONGEST_VALUE {
            value.push_str(&more);
        }
    }
    value
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
