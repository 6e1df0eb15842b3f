//! The page behind the links, the one door that is open to the internet. GET shows, POST acts.
//!
//! In this order: the token's form and expiry, and what was sent with it, which cost nothing; its MAC, which costs a
//! call to KMS; the instance and the CNAME, which cost calls to RDS and Route 53. Somebody who guesses never gets past
//! the MAC.

use jiff::Timestamp;
use tag_state::announce::approval_changed;
use tag_state::approval::{Action, Claim, Mac};
use tag_state::decide::click::{Standing, press as press_button, standing};
use tag_state::own::OwnInstance;
use tag_state::predecessor::Predecessor;
use tag_state::reason::Reason;
use tag_state::remark::Remark;
use tag_state::settings::Settings;
use tag_state::stage::Stage;
use tag_state::text::page::{Look, Page, STYLE_HASH};

use crate::observe;
use crate::ports::{Announcer, Answer, CallError, Dns, Macs, Rds};
use crate::report::{Did, Outcome, Report, Stop};

mod form;

/// What a browser asked for, as far as it matters here.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path, with its leading slash, without the query.
    pub path: String,
    /// The header of that name; empty where there is none.
    pub content_type: String,
    /// What was sent, decoded.
    pub body: Vec<u8>,
}

/// What the browser gets.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names, in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
    /// HTML; empty for HEAD.
    pub body: String,
}

/// What approve needs of the world.
pub struct Ports<'a, R, D, M, A> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// Amazon Route 53, which is only read.
    pub dns: &'a D,
    /// AWS KMS.
    pub macs: &'a M,
    /// Amazon EventBridge.
    pub announcer: &'a A,
}

/// A pressed button.
struct Press {
    remark: Option<Remark>,
}

/// A link whose MAC KMS has said to be right.
struct Genuine {
    claim: Claim,
    mac: Mac,
}

/// Answers one request. The report never holds a token, and nothing of what a form says.
pub async fn handle<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    request: &Request,
    now: Timestamp,
) -> (Response, Report) {
    // Who asks is known only once the link has proved genuine.
    let mut report = Report::new(settings, "approve", &format_args!("{} of a page", known_method(request)), now);
    let response = answer(settings, ports, request, now, &mut report).await;
    (response, report)
}

/// The method as far as it means anything here: whatever else somebody sends does not belong into a log.
fn known_method(request: &Request) -> &'static str {
    match request.method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "another method",
    }
}

async fn answer<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    request: &Request,
    now: Timestamp,
    report: &mut Report,
) -> Response {
    if known_method(request) == "another method" {
        return respond(settings, &Page::WrongMethod, request);
    }
    // A domain of the user's own may lead here by a path of its own: the token is the last part.
    let token = request.path.rsplit('/').next().unwrap_or_default();
    let Some((claim, mac)) = Claim::parse(token).filter(|(claim, _)| claim.echo == settings.name.as_str()) else {
        report.add(Outcome::not_done(None, Did::Nothing, &Reason::BadLink {}));
        return respond(settings, &Page::BadLink, request);
    };
    if now > claim.expires {
        report.add(Outcome::not_done(None, Did::Nothing, &Reason::OldLink {}));
        return respond(settings, &Page::Expired, request);
    }
    let pressed = match request.method.as_str() {
        "POST" => match form::read(&request.content_type, &request.body) {
            Ok(remark) => Some(Press { remark: remark.filter(|_| claim.action == Action::Cancel) }),
            Err(page) => {
                report.add(Outcome::not_done(None, Did::Nothing, &Reason::BadForm {}));
                return respond(settings, &page, request);
            }
        },
        _ => None,
    };
    match genuine(settings, ports, claim, mac).await {
        Ok(Some(link)) => look(settings, ports, &link, request, pressed.as_ref(), now, report).await,
        Ok(None) => {
            report.add(Outcome::not_done(None, Did::Nothing, &Reason::BadLink {}));
            respond(settings, &Page::BadLink, request)
        }
        Err(error) => {
            report.failed(None, &error);
            respond(settings, &Page::NotRead, request)
        }
    }
}

async fn genuine<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    claim: Claim,
    mac: Mac,
) -> Answer<Option<Genuine>> {
    let Some(key_id) = &settings.promote.key_id else { return Ok(None) };
    let is_right = ports.macs.verify(key_id, &claim.message(), &mac).await?;
    Ok(is_right.then_some(Genuine { claim, mac }))
}

/// What a genuine link shows, or its button does.
async fn look<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    link: &Genuine,
    request: &Request,
    pressed: Option<&Press>,
    now: Timestamp,
    report: &mut Report,
) -> Response {
    let Genuine { claim, mac } = link;
    report.woken_by = format!("{} of the {} page by {}", request.method, claim.action.name(), claim.approver);
    let not_stored = |error: &CallError, report: &mut Report| {
        report.failed(Some(&claim.instance), error);
        let remark = pressed.and_then(|press| press.remark.as_ref());
        let page = if pressed.is_some() { Page::NotStored { claim, remark } } else { Page::NotRead };
        respond(settings, &page, request)
    };
    let own = match ports.rds.instance(&claim.instance).await {
        Ok(found) => found.and_then(|instance| OwnInstance::recognise(&settings.name, instance).ok()),
        Err(error) => return not_stored(&error, report),
    };
    let at = leads_to(settings, ports, own.as_ref(), claim, report).await;
    let known = at.clone().unwrap_or(Predecessor::Unknown);
    let before = standing(settings, own.as_ref(), &known, claim, mac, now);
    let tags = pressed.and_then(|press| press_button(settings, &before, claim, mac, press.remark.clone(), now));
    let (own, after) = match (own, tags) {
        (Some(own), Some(tags)) => {
            if let Err(error) = ports.rds.add_tags(&own.facts().arn, &tags).await {
                return not_stored(&error, report);
            }
            if let Err(error) = ports.announcer.announce(&approval_changed(&own, claim)).await {
                report.warnings.push(error.to_string());
            }
            let why = format!("{} pressed the button of request {}", claim.approver, claim.request);
            report.add(Outcome::pressed(own.identifier(), claim.action, why));
            let own = own.after_writing(&settings.name, &tags);
            let after = standing(settings, Some(&own), &known, claim, mac, now);
            (Some(own), after)
        }
        (own, _) => {
            report.add(Outcome::done(&claim.instance, Did::Nothing, "", word(&before)));
            (own, before)
        }
    };
    // The swap is made and its tags are to follow: what it led to before is remembered already.
    let at = match (&at, &own) {
        (Ok(Predecessor::Itself), Some(own)) => Predecessor::before(&settings.name, own),
        (Ok(_) | Err(_), Some(_) | None) => at,
    };
    // Only now, so that nothing which the page merely tells can come between a press and its tag.
    let predecessor = match observe::predecessor(settings, ports.rds, &[], at).await {
        Ok(predecessor) => predecessor,
        Err(error) => {
            report.warnings.push(error.to_string());
            Predecessor::Unknown
        }
    };
    let own = own.as_ref();
    let (standing, predecessor) = (&after, &predecessor);
    respond(
        settings,
        &Page::Standing(Look { standing, claim, own, predecessor, pressed: pressed.is_some(), now }),
        request,
    )
}

/// What the CNAME leads to while the instance waits, or led to before it was promoted; for the page, which does
/// without where it cannot be read. `Err` is a host name: see [`Predecessor::of`].
async fn leads_to<R: Rds, D: Dns, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, D, M, A>,
    own: Option<&OwnInstance>,
    claim: &Claim,
    report: &mut Report,
) -> Result<Predecessor, String> {
    // A link whose instance is gone or another one tells nothing, and costs no more calls.
    let Some(own) = own.filter(|own| own.facts().resource_id == claim.resource_id) else {
        return Ok(Predecessor::Unknown);
    };
    match own.stage() {
        Stage::Promoted => Predecessor::before(&settings.name, own),
        Stage::Rebooted => match observe::record(settings, ports.dns).await {
            Ok(record) => Predecessor::of(&settings.name, own, &record),
            Err(Stop::Decided(outcome)) => {
                report.warnings.push(outcome.why);
                Ok(Predecessor::Unknown)
            }
            Err(Stop::Failed(error)) => {
                report.warnings.push(error.to_string());
                Ok(Predecessor::Unknown)
            }
        },
        Stage::New | Stage::Modified | Stage::Forgotten | Stage::Retired => Ok(Predecessor::Unknown),
    }
}

pub(crate) fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Open { .. } => "the request is open",
        Standing::ConfirmedByYou { .. } => "confirmed by them already",
        Standing::Enough => "enough have confirmed",
        Standing::Cancelled { .. } => "the request was cancelled",
        Standing::Expired => "the request has expired",
        Standing::Superseded => "the instance does not wait for this request any more",
        Standing::Promoted => "the instance is promoted",
        Standing::NotListed => "they are no approver any more",
    }
}

fn respond(settings: &Settings, page: &Page<'_>, request: &Request) -> Response {
    let mut headers = vec![
        ("content-type", "text/html; charset=utf-8".to_owned()),
        // Nothing keeps the page or learns its address, frames it, or makes it load or run anything.
        ("cache-control", "no-store".to_owned()),
        ("referrer-policy", "no-referrer".to_owned()),
        (
            "content-security-policy",
            format!(
                "default-src 'none'; style-src '{STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            ),
        ),
        ("x-content-type-options", "nosniff".to_owned()),
        ("x-frame-options", "DENY".to_owned()),
        ("cross-origin-opener-policy", "same-origin".to_owned()),
        ("cross-origin-resource-policy", "same-origin".to_owned()),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()".to_owned()),
        ("x-robots-tag", "noindex".to_owned()),
        ("strict-transport-security", "max-age=31536000".to_owned()),
    ];
    match page {
        Page::WrongMethod => headers.push(("allow", "GET, HEAD, POST".to_owned())),
        Page::NotStored { .. } | Page::NotRead => headers.push(("retry-after", "60".to_owned())),
        Page::Standing(_) | Page::BadLink | Page::Expired | Page::TooLarge | Page::WrongType | Page::Unreadable => {}
    }
    let body = if request.method == "HEAD" { String::new() } else { page.html(settings) };
    Response { status: page.status(), headers, body }
}
