//! Our tags on an instance, read and written. All state lives here and in the CNAME.

use std::collections::BTreeMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::approval::Mac;
use crate::attempt::Attempt;
use crate::decide::trouble::Mark;
use crate::facts::{Instance, Snapshot, Tags};
use crate::hold::Hold;
use crate::name::EchoName;
use crate::remark::{Remark, quote, unquote};
use crate::stage::{Move, Stage};

/// The most tags a resource can have (RDS tagging documentation).
pub const MOST_TAGS: usize = 50;
/// The longest tag key, in characters.
pub const LONGEST_KEY: usize = 128;
/// The longest tag value, in characters.
pub const LONGEST_VALUE: usize = 256;
/// Between those who were reached and those who will not be.
const UNREACHED: &str = " : ";

/// Whether a tag may hold this text: letters, digits, white space and `_ . : / = + - @`
/// (RDS API model, `^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`).
pub fn fits_a_tag(text: &str) -> bool {
    text.chars().all(|each| each.is_alphanumeric() || each == ' ' || "_.:/=+-@".contains(each))
}

/// A confirmation as its tag holds it: `REQUEST TIME MAC`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The request that was confirmed.
    pub request: u32,
    /// When the button was pressed.
    pub at: Timestamp,
    /// The MAC of the link that was pressed.
    pub mac: Mac,
}

/// A cancellation as its tag holds it: `REQUEST TIME`, and behind that the [quoted](quote) remark, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// The request that was cancelled.
    pub request: u32,
    /// When the button was pressed.
    pub at: Timestamp,
    /// What its sender wants the others to know.
    pub remark: Option<Remark>,
}

/// Our tags of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoTags {
    /// Where in its life it is.
    pub stage: Stage,
    /// When it entered that stage; instances of the original tool lack it.
    pub since: Option<Timestamp>,
    /// The identifier that it was restored as.
    pub id: Option<String>,
    /// Its DbiResourceId.
    pub resource: Option<String>,
    /// The snapshot that it was restored from.
    pub snapshot: Option<String>,
    /// When that snapshot's data is from.
    pub data_from: Option<Timestamp>,
    /// How long it was in the stages before this one.
    pub took: Took,
    /// When the reboot was asked for.
    pub rebooting: Option<Timestamp>,
    /// The approval request, if there is one.
    pub request: Option<Request>,
    /// The request whose mails are out.
    pub notified: Option<Notified>,
    /// The last news of an open request that its approvers were told.
    pub told: Option<Told>,
    /// How it ended, as its approvers were told. Two tags, because two runs may tell of both at once, and the one
    /// that is slower must not undo what the other one wrote.
    pub told_end: Option<Told>,
    /// Who confirmed, by address. Confirmations that cannot be read are not here: they count for nothing.
    pub confirmed: BTreeMap<String, Confirmation>,
    /// Who cancelled, by address.
    pub cancelled: BTreeMap<String, Cancellation>,
    /// The CNAME's value before the promotion.
    pub replaced: Option<String>,
    /// When a person led the CNAME back to it. It counts while it is when the stage was [entered](Self::led_back).
    pub returned: Option<Timestamp>,
    /// Why it was given up.
    pub failure: Option<String>,
    /// What **new** last announced that it refuses: the day, and a fingerprint of the findings.
    pub refused: Option<String>,
    /// Until when it is kept from retire.
    pub hold: Option<Hold>,
    /// Which try of a row of failures it is.
    pub attempt: Option<Attempt>,
    /// The last trouble that people were told of.
    pub trouble: Option<Mark>,
    /// The final snapshot that its delete asked for.
    pub final_snapshot: Option<FinalSnapshot>,
}

/// The final snapshot that a delete asks for, as the instance's tag `final-snapshot` holds it: `NAME TIME`. The time
/// tells it from a snapshot that had the name before, for which the delete was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalSnapshot {
    /// Its identifier.
    pub identifier: String,
    /// When it was asked for.
    pub asked: Timestamp,
}

impl FinalSnapshot {
    /// Whether this snapshot is the one that was asked for, and not one that had its name before.
    pub fn is(&self, instance: &Instance, snapshot: &Snapshot) -> bool {
        snapshot.identifier.eq_ignore_ascii_case(&self.identifier)
            && snapshot.snapshot_type == "manual"
            && snapshot.source.eq_ignore_ascii_case(&instance.identifier)
            && snapshot.created.is_none_or(|created| created >= self.asked)
    }
}

/// Which request's mails are out, as its tag holds it: `REQUEST EXPIRES`, and behind that the addresses that
/// were reached where some were not, and behind ` : ` those that nobody can mail. Two runs that open the same request at once can write different ends, where
/// full ten minutes come in between, and only the links of the one that stays are good: so the request is named by both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notified {
    /// Its number.
    pub request: u32,
    /// Its end.
    pub expires: Timestamp,
    /// Who was reached; `None` where there is nobody left to be.
    pub only: Option<Vec<String>>,
    /// Who was not, and will not be: SES refuses their mail for good, or it was tried for long enough.
    pub unreached: Vec<String>,
}

impl Notified {
    /// Whether it is about this request.
    pub fn is_of(&self, request: Request) -> bool {
        self.request == request.number && self.expires == request.expires
    }
}

/// Which news of a request the approvers were told, as its tag holds it: `REQUEST EXPIRES NEWS`, and behind that
/// the addresses that were reached where some were not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The news, by its [word](crate::decide::news::News::word).
    pub news: String,
    /// The request, and who was reached.
    pub notified: Notified,
}

/// How long an instance was in each stage on its way to a promotion, as its tag holds it: `STAGE SECONDS`, one
/// after the other. The next one's `watch` expects the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Took(BTreeMap<Stage, SignedDuration>);

impl Took {
    fn parse(text: &str) -> Took {
        let words: Vec<&str> = text.split(' ').collect();
        let pairs = words.chunks_exact(2).filter_map(|pair| {
            let seconds = pair[1].parse().ok().filter(|seconds| *seconds >= 0)?;
            Some((Stage::by_name(pair[0])?, SignedDuration::from_secs(seconds)))
        });
        Took(pairs.collect())
    }

    /// How long it was in a stage, where that is known.
    pub fn get(&self, stage: Stage) -> Option<SignedDuration> {
        self.0.get(&stage).copied()
    }

    /// How long it was in all of them together.
    pub fn sum(&self) -> SignedDuration {
        self.0.values().fold(SignedDuration::ZERO, |sum, each| sum.saturating_add(*each))
    }

    /// The same with the stage that is left now; `None` where there is nothing to learn.
    fn with(&self, left: &EchoTags, now: Timestamp) -> Option<Took> {
        let on_its_way = [Stage::New, Stage::Modified, Stage::Rebooted].contains(&left.stage);
        let since = left.since.filter(|since| on_its_way && *since <= now)?;
        let mut took = self.clone();
        took.0.insert(left.stage, now.duration_since(since));
        Some(took)
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (stage, time)) in self.0.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{stage} {}", time.as_secs())?;
        }
        Ok(())
    }
}

/// An approval request: tags `request`, `requested` and `expires`, written together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Counts up on this instance.
    pub number: u32,
    /// When it was made.
    pub requested: Timestamp,
    /// Until when it can be confirmed.
    pub expires: Timestamp,
}

impl EchoTags {
    /// Reads our tags. `Ok(None)`: it does not carry this echo's `managed` tag. The error names the tag
    /// that cannot be read and the remedy; nothing is done with such an instance, because a guess about
    /// its state could destroy it.
    pub fn read(name: &EchoName, tags: &Tags) -> Result<Option<EchoTags>, String> {
        let prefix = name.tag_prefix();
        let ours: Vec<(&str, &str)> = tags
            .range(prefix.clone()..)
            .map_while(|(key, value)| Some((key.strip_prefix(&prefix)?, value.as_str())))
            .collect();
        let get = |wanted: &str| ours.iter().find(|(suffix, _)| *suffix == wanted).map(|(_, value)| *value);
        let unreadable = |suffix: &str, allowed: &str| {
            format!(
                "tag {} has the value {:?}, but must be {allowed}: correct it by hand",
                name.tag_key(suffix),
                get(suffix).unwrap_or_default()
            )
        };
        let time = |suffix: &str| match get(suffix) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| unreadable(suffix, "a time such as 2026-11-22T09:00:00Z")),
        };
        if get("managed") != Some("true") {
            return Ok(None);
        }
        let stages = "one of new, modified, rebooted, promoted, forgotten, retired";
        let stage = get("stage").and_then(Stage::by_name).ok_or_else(|| unreadable("stage", stages))?;
        let request = match get("request") {
            None => None,
            Some(text) => Some(Request {
                number: text.parse().map_err(|_| unreadable("request", "a whole number"))?,
                requested: time("requested")?.ok_or_else(|| unreadable("requested", "a time"))?,
                expires: time("expires")?.ok_or_else(|| unreadable("expires", "a time"))?,
            }),
        };
        let mut confirmed = BTreeMap::new();
        let mut cancelled = BTreeMap::new();
        for (suffix, value) in &ours {
            if let Some(address) = suffix.strip_prefix("confirmed:") {
                if let Some(confirmation) = read_confirmation(value) {
                    confirmed.insert(address.to_owned(), confirmation);
                }
            } else if let Some(address) = suffix.strip_prefix("cancelled:") {
                let cancellation =
                    read_cancellation(value).ok_or_else(|| unreadable(suffix, "a request's number and a time"))?;
                cancelled.insert(address.to_owned(), cancellation);
            }
        }
        let text = |suffix: &str| get(suffix).map(str::to_owned);
        let replaced = get("replaced").map(|value| value.split_once(' ').unwrap_or((value, "")));
        Ok(Some(EchoTags {
            stage,
            since: time("since")?,
            id: text("id"),
            resource: text("resource"),
            snapshot: text("snapshot"),
            // These two are for people; what cannot be read is not told.
            data_from: get("data-from").and_then(|text| text.parse().ok()),
            took: get("took").map(Took::parse).unwrap_or_default(),
            rebooting: time("rebooting")?,
            request,
            // What cannot be read is mailed again; that harms nobody.
            notified: get("notified").and_then(read_notified),
            told: get("told").and_then(read_told),
            told_end: get("told-end").and_then(read_told),
            confirmed,
            cancelled,
            replaced: replaced.map(|(host, _)| host.to_owned()),
            returned: replaced.and_then(|(_, returned)| returned.parse().ok()),
            refused: text("refused"),
            // One that was promoted after all has none any more, and tags are never removed.
            failure: text("failure").filter(|why| !why.is_empty()),
            hold: get("hold").map(Hold::parse),
            // What cannot be read counts as the first try, and is told again; both harm nobody.
            attempt: get("attempt").and_then(Attempt::parse),
            trouble: get("trouble").and_then(Mark::parse),
            // What cannot be read is a snapshot that nobody marks, and so nobody deletes.
            final_snapshot: get("final-snapshot").and_then(read_final_snapshot),
        }))
    }

    /// Since when it is in use because a person led the CNAME back to it; `None` where it came by a promotion, or a
    /// hand has moved the CNAME.
    pub fn led_back(&self) -> Option<Timestamp> {
        self.returned.filter(|returned| self.stage == Stage::Promoted && self.since == Some(*returned))
    }

    /// The hold, while it holds.
    pub fn held(&self, now: Timestamp) -> Option<&Hold> {
        self.hold.as_ref().filter(|hold| hold.holds(now))
    }
}

fn read_confirmation(value: &str) -> Option<Confirmation> {
    let mut parts = value.split(' ');
    let confirmation = Confirmation {
        request: parts.next()?.parse().ok()?,
        at: parts.next()?.parse().ok()?,
        mac: Mac::decode(parts.next()?)?,
    };
    parts.next().is_none().then_some(confirmation)
}

fn read_cancellation(value: &str) -> Option<Cancellation> {
    let mut parts = value.splitn(3, ' ');
    Some(Cancellation {
        request: parts.next()?.parse().ok()?,
        at: parts.next()?.parse().ok()?,
        remark: parts.next().and_then(|quoted| Remark::new(&unquote(quoted))),
    })
}

fn read_told(value: &str) -> Option<Told> {
    let (request, rest) = value.split_once(' ')?;
    let (expires, rest) = rest.split_once(' ')?;
    let (news, reached) = rest.split_once(' ').unwrap_or((rest, ""));
    let notified = read_notified(format!("{request} {expires} {reached}").trim_end())?;
    Some(Told { news: news.to_owned(), notified })
}

fn read_final_snapshot(value: &str) -> Option<FinalSnapshot> {
    let (identifier, asked) = value.split_once(' ')?;
    Some(FinalSnapshot { identifier: identifier.to_owned(), asked: asked.parse().ok()? })
}

fn read_notified(value: &str) -> Option<Notified> {
    let (value, unreached) = value.split_once(UNREACHED).unwrap_or((value, ""));
    let mut parts = value.split(' ');
    let (request, expires) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let reached: Vec<String> = parts.map(str::to_owned).collect();
    let unreached = unreached.split_whitespace().map(str::to_owned).collect();
    Some(Notified { request, expires, only: (!reached.is_empty()).then_some(reached), unreached })
}

/// The moment without its fraction of a second: what a tag can give back.
pub fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// A moment as our tags hold it: RFC 3339, UTC, whole seconds.
pub fn stamp(at: Timestamp) -> String {
    whole_seconds(at).to_string()
}

/// Tags to be written in one call, each under the echo's prefix.
#[derive(Clone, Debug)]
pub struct TagWriter<'a> {
    name: &'a EchoName,
    tags: Tags,
}

impl<'a> TagWriter<'a> {
    /// Starts with no tag.
    pub fn new(name: &'a EchoName) -> Self {
        TagWriter { name, tags: Tags::new() }
    }

    /// One tag with a text. What a tag cannot hold becomes `_`, and it is cut to the longest value:
    /// only `failure` and `replaced` can need either, and they are for people.
    pub fn text(mut self, suffix: &str, value: &str) -> Self {
        let value: String = value
            .chars()
            .take(LONGEST_VALUE)
            .map(|each| if fits_a_tag(each.encode_utf8(&mut [0; 4])) { each } else { '_' })
            .collect();
        self.tags.insert(self.name.tag_key(suffix), value);
        self
    }

    /// One tag with a time.
    pub fn time(self, suffix: &str, at: Timestamp) -> Self {
        self.text(suffix, &stamp(at))
    }

    /// `stage` and `since`.
    pub fn stage(self, stage: Stage, now: Timestamp) -> Self {
        self.text("stage", stage.name()).time("since", now)
    }

    /// The user's own tags, in the same call.
    pub fn with(mut self, users: &Tags) -> Self {
        self.tags.extend(users.iter().map(|(key, value)| (key.clone(), value.clone())));
        self
    }

    /// The tags to write.
    pub fn finish(self) -> Tags {
        self.tags
    }
}

/// The tags of a move to another stage; `None` where the table has no such way.
pub fn advance<'a>(name: &'a EchoName, from: &EchoTags, step: Move, now: Timestamp) -> Option<(Stage, TagWriter<'a>)> {
    let to = from.stage.after(step)?;
    let writer = TagWriter::new(name).stage(to, now);
    Some((
        to,
        match from.took.with(from, now) {
            Some(took) => writer.text("took", &took.to_string()),
            None => writer,
        },
    ))
}

/// The tag of a confirmation.
pub fn confirmation_tag(name: &EchoName, approver: &str, confirmation: &Confirmation) -> Tags {
    let value = format!("{} {} {}", confirmation.request, stamp(confirmation.at), confirmation.mac.encode());
    TagWriter::new(name).text(&format!("confirmed:{approver}"), &value).finish()
}

/// The tag that says who was mailed about a request: everybody, or `only` these, and who is left unreached. Addresses
/// that do not fit are left out; those who were reached get one mail more.
pub fn notified_tag(name: &EchoName, request: Request, only: Option<&[String]>, unreached: &[String]) -> Tags {
    let value = format!("{} {}", request.number, stamp(request.expires));
    let mut value = with_addresses(value, only);
    if !unreached.is_empty() && value.chars().count() + UNREACHED.len() < LONGEST_VALUE {
        value.push_str(UNREACHED.trim_end());
        value = with_addresses(value, Some(unreached));
    }
    TagWriter::new(name).text("notified", &value).finish()
}

/// The tag `told` or `told-end`, which says the same of a piece of news.
pub fn told_tag(name: &EchoName, suffix: &str, request: Request, news: &str, only: Option<&[String]>) -> Tags {
    let value = format!("{} {} {news}", request.number, stamp(request.expires));
    TagWriter::new(name).text(suffix, &with_addresses(value, only)).finish()
}

pub(crate) fn with_addresses(mut value: String, addresses: Option<&[String]>) -> String {
    for address in addresses.unwrap_or_default() {
        if value.chars().count() + 1 + address.chars().count() <= LONGEST_VALUE {
            value.push(' ');
            value.push_str(address);
        }
    }
    value
}

/// The instance's tag that says which final snapshot its delete asks for.
pub fn final_snapshot_tag(name: &EchoName, identifier: &str, now: Timestamp) -> Tags {
    TagWriter::new(name).text("final-snapshot", &format!("{identifier} {}", stamp(now))).finish()
}

/// The same where that delete was refused: none is asked for, and tags are never removed.
pub fn no_final_snapshot_tag(name: &EchoName) -> Tags {
    TagWriter::new(name).text("final-snapshot", "").finish()
}

/// The key of the tag by which a final snapshot is known to be ours; its value is the snapshot's own identifier.
/// No instance ever carries it, because an instance's tags can go to snapshots that people take of it.
pub fn final_mark_key(name: &EchoName) -> String {
    name.tag_key("final")
}

/// The tag of a cancellation. A remark that does not fit is cut.
pub fn cancellation_tag(name: &EchoName, approver: &str, cancellation: &Cancellation) -> Tags {
    let mut value = format!("{} {}", cancellation.request, stamp(cancellation.at));
    if let Some(remark) = &cancellation.remark {
        let room = LONGEST_VALUE - value.chars().count() - 1;
        value.push(' ');
        value.push_str(&quote(remark.as_str(), room));
    }
    TagWriter::new(name).text(&format!("cancelled:{approver}"), &value).finish()
}
