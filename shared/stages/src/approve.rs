//! The page behind the links, the one door that is open to the internet. GET shows, POST acts.
//!
//! In this order: the token's form and expiry, which cost nothing; its MAC, which costs a call to KMS;
//! the instance, which costs a call to RDS. Somebody who guesses never gets past the first or second.

use jiff::Timestamp;
use tag_state::announce::approval_changed;
use tag_state::approval::{Action, Claim, Mac};
use tag_state::decide::click::{Standing, press, standing};
use tag_state::own::OwnInstance;
use tag_state::reason::Reason;
use tag_state::settings::Settings;
use tag_state::text::page::{Page, STYLE_HASH};

use crate::ports::{Announcer, Answer, Macs, Rds};
use crate::report::{Did, Outcome, Report};

/// What a browser asked for, as far as it matters here.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path, with its leading slash, without the query.
    pub path: String,
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
pub struct Ports<'a, R, M, A> {
    /// Amazon RDS.
    pub rds: &'a R,
    /// AWS KMS.
    pub macs: &'a M,
    /// Amazon EventBridge.
    pub announcer: &'a A,
}

/// A link whose MAC KMS has said to be right.
struct Genuine {
    claim: Claim,
    mac: Mac,
}

/// Answers one request. The report never holds a token.
pub async fn handle<R: Rds, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, M, A>,
    request: &Request,
    now: Timestamp,
) -> (Response, Report) {
    // Who asks is known only once the link has proved genuine.
    let mut report = Report::new(settings, "approve", &format_args!("{} of a page", request.method), now);
    let response = match request.method.as_str() {
        "GET" | "HEAD" | "POST" => answer(settings, ports, request, now, &mut report).await,
        _ => respond(settings, &Page::WrongMethod, request),
    };
    (response, report)
}

async fn answer<R: Rds, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, M, A>,
    request: &Request,
    now: Timestamp,
    report: &mut Report,
) -> Response {
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
    match genuine(settings, ports, claim, mac).await {
        Ok(Some(link)) => match look(settings, ports, &link, request, now, report).await {
            Ok(response) => response,
            Err(error) => {
                report.failed(Some(&link.claim.instance), &error);
                respond(settings, &Page::NotStored, request)
            }
        },
        Ok(None) => {
            report.add(Outcome::not_done(None, Did::Nothing, &Reason::BadLink {}));
            respond(settings, &Page::BadLink, request)
        }
        Err(error) => {
            report.failed(None, &error);
            respond(settings, &Page::NotStored, request)
        }
    }
}

async fn genuine<R: Rds, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, M, A>,
    claim: Claim,
    mac: Mac,
) -> Answer<Option<Genuine>> {
    let Some(key_id) = &settings.promote.key_id else { return Ok(None) };
    let is_right = ports.macs.verify(key_id, &claim.message(), &mac).await?;
    Ok(is_right.then_some(Genuine { claim, mac }))
}

async fn look<R: Rds, M: Macs, A: Announcer>(
    settings: &Settings,
    ports: &Ports<'_, R, M, A>,
    link: &Genuine,
    request: &Request,
    now: Timestamp,
    report: &mut Report,
) -> Answer<Response> {
    let claim = &link.claim;
    report.woken_by = format!("{} of the {} page by {}", request.method, claim.action.name(), claim.approver);
    let found = ports.rds.instance(&claim.instance).await?;
    let own = found.and_then(|instance| OwnInstance::recognise(&settings.name, instance).ok());
    let before = standing(settings, own.as_ref(), claim, &link.mac, now);
    let tags = (request.method == "POST").then(|| press(settings, &before, claim, &link.mac, now)).flatten();
    let (own, after) = match (own, tags) {
        (Some(own), Some(tags)) => {
            ports.rds.add_tags(&own.facts().arn, &tags).await?;
            if let Err(error) = ports.announcer.announce(&approval_changed(&own, claim)).await {
                report.warnings.push(error.to_string());
            }
            let what = match claim.action {
                Action::Confirm => "confirmed",
                Action::Cancel => "cancelled",
            };
            let why = format!("{} pressed the button of request {}", claim.approver, claim.request);
            report.add(Outcome::done(own.identifier(), Did::Acted, what, why));
            let own = own.after_writing(&settings.name, &tags);
            let after = standing(settings, Some(&own), claim, &link.mac, now);
            (Some(own), after)
        }
        (own, _) => {
            report.add(Outcome::done(&claim.instance, Did::Nothing, "", word(&before)));
            (own, before)
        }
    };
    let pressed = request.method == "POST";
    Ok(respond(settings, &Page::Standing { standing: &after, claim, own: own.as_ref(), pressed }, request))
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
        ("x-robots-tag", "noindex".to_owned()),
        ("strict-transport-security", "max-age=31536000".to_owned()),
    ];
    if let Page::WrongMethod = page {
        headers.push(("allow", "GET, HEAD, POST".to_owned()));
    }
    let body = if request.method == "HEAD" { String::new() } else { page.html(settings) };
    Response { status: page.status(), headers, body }
}
