//! Whether trouble is to be told now, and to whom: each once, and once more only where that could not be noted, or where
//! it has passed and comes back on another day.

use jiff::{SignedDuration, Timestamp};

use super::mark::{Earlier, Mark, progress, with_earlier, with_saying};
use super::{Trouble, What, trouble, waits};
use crate::decide::request::RETRY_MAILS_FOR;
use crate::facts::Tags;
use crate::own::OwnInstance;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::tags::{TagWriter, stamp, with_addresses};

/// Stands among those who were reached for the announcement.
pub const ANNOUNCED: &str = "announced";

/// What comes and goes is told once in that time.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Longer than any function lives: until then the one that began to tell may be at it.
const AT_WORK: SignedDuration = SignedDuration::from_mins(15);
/// So many looks may tell it without a word of how that went: the one that died, and one more.
const MOST_TELLINGS: usize = 2;

/// Trouble to be told, in this order: the [mark that it begins](Tell::begun), the announcement and the mails, then the
/// [mark](Tell::mark) of who was reached. So what cannot be noted is not told, look after look; and who dies in between
/// makes it be told once more.
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
    /// How many looks before this one began to tell it and have left it at that.
    before: usize,
    /// What was told earlier.
    earlier: Vec<Earlier>,
    /// What stays noted beside it: RDS's words, or why retire leaves it alone.
    said: Option<String>,
}

impl Tell {
    /// The tag to be written first: this look is about to tell it.
    pub fn begun(&self, settings: &Settings) -> Tags {
        self.tag(settings, Some(progress(self.before + 1, &self.reached)))
    }

    /// The tag that tells later runs whom not to tell again: `reached` now and before; all where nobody is left.
    pub fn mark(&self, settings: &Settings, reached: &[String], nobody_left: bool) -> Tags {
        let all: Vec<String> = self.reached.iter().chain(reached).cloned().collect();
        // Where nobody at all heard of it, the next look begins anew.
        let over = nobody_left && !all.is_empty();
        self.tag(settings, (!over).then(|| progress(0, &all)))
    }

    fn tag(&self, settings: &Settings, progress: Option<Vec<String>>) -> Tags {
        let value = format!("{} {}", self.trouble.what.word(), stamp(self.first));
        let value = with_addresses(value, progress.as_deref());
        let value = with_earlier(value, &self.earlier);
        let value = match &self.said {
            Some(said) => with_saying(value, said),
            None => value,
        };
        TagWriter::new(&settings.name).text("trouble", &value).finish()
    }

    /// Whether it is told though nothing can note that, which is so while RDS deletes: a few times an hour.
    pub fn without_a_mark(&self, now: Timestamp) -> bool {
        self.trouble.what.is_urgent() && now.as_second().rem_euclid(1200) < 600
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
    let mark = own.tags().trouble.as_ref();
    let within = |at: Timestamp, time: SignedDuration| at.checked_add(time).is_ok_and(|end| now < end);
    // Of what has failed, or people work with, each is told once, whatever stage it is in; a wait once in each stage.
    let counts = |one: &Earlier| one.at >= trouble.since || !trouble.what.is_stuck() && one.word == word;
    let told: Vec<Earlier> = mark.into_iter().flat_map(Mark::all).filter(counts).collect();
    // It is behind the other one, for a night's backup; what lasts is another thing.
    let beside = |one: &Earlier| one.word != word && !one.over && within(one.at, DAY);
    if trouble.what.is_passing() && told.iter().any(beside) {
        return None;
    }
    let known = told.iter().find(|one| one.word == word);
    // It has passed since, and comes back: not each time, where it comes and goes all day.
    let is_back = known.is_some_and(|one| one.over && one.can_pass() && !within(one.at, DAY));
    let latest = mark.filter(|mark| mark.word == word && !mark.over && known.is_some());
    let (reached, first, before) = match (known, latest) {
        (None, _) => (Vec::new(), now, 0),
        (Some(_), _) if is_back => (Vec::new(), now, 0),
        (Some(_), None) => return None,
        (Some(_), Some(mark)) => match (mark.only.clone()?, mark.telling) {
            // Two may have told it, and could not say so: enough for a day.
            (_, MOST_TELLINGS..) if within(mark.at, DAY) => return None,
            (reached, MOST_TELLINGS..) => (reached, now, 0),
            (_, 1) if within(mark.at, AT_WORK) => return None,
            (reached, before) => (reached, mark.at, before),
        },
    };
    let to = recipients(settings, own, &trouble).into_iter().filter(|one| !reached.contains(one)).collect();
    let last_try = known.is_some() && !is_back && now >= first.checked_add(RETRY_MAILS_FOR).unwrap_or(first);
    let announce = !reached.iter().any(|one| one == ANNOUNCED);
    let earlier =
        mark.into_iter().flat_map(Mark::all).filter(|one| one.word != word && counts_later(own, one)).collect();
    let said = if let What::ModifyRefused { said } = &trouble.what {
        Some(said.clone())
    } else {
        mark.filter(|_| waits::noted(own).is_some()).and_then(|mark| mark.said.clone())
    };
    Some(Tell { trouble, to, announce, reached, first, last_try, before, earlier, said })
}

/// Whether it matters still that it was told: in this stage, or of what people work with.
fn counts_later(own: &OwnInstance, one: &Earlier) -> bool {
    own.stage() == Stage::Promoted || own.tags().since.is_some_and(|since| one.at >= since)
}

/// The tag to be written because nothing is wrong any more, so that what comes back is told again; `None` where nothing
/// was told, or that is noted. Only for a look at all of this echo's: one of them says how long is long.
pub fn recovered(settings: &Settings, own: &OwnInstance, all: &[OwnInstance], now: Timestamp) -> Option<Tags> {
    let mark = own.tags().trouble.as_ref()?;
    // What RDS refused is asked for again, and shows only while the instance is available.
    let is_refused = mark.said.is_some() && own.stage() == Stage::New;
    let lasts = |one: Earlier| !one.over && one.can_pass() && counts_later(own, &one);
    let is_well = || trouble(settings, own, all, now).is_none();
    (!is_refused && mark.all().any(lasts) && is_well()).then(|| mark.passed(settings))
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
