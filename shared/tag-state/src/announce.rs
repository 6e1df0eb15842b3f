//! Our own events, for those who want to know: chat, masking, smoke tests, and our own next stage.

use jiff::Timestamp;
use serde_json::json;

use crate::approval::Claim;
use crate::calls::Announcement;
use crate::own::OwnInstance;
use crate::reason::Reason;
use crate::settings::Settings;
use crate::stage::Stage;
use crate::tags::stamp;

/// An instance has entered a stage. `from` is `None` for a restore.
pub fn stage_changed(
    settings: &Settings,
    instance: &str,
    arn: &str,
    from: Option<Stage>,
    to: Stage,
    since: Timestamp,
) -> Announcement {
    Announcement {
        detail_type: "Echo Stage Changed",
        arn: arn.to_owned(),
        detail: json!({
            "echo": settings.name.as_str(),
            "instance": instance,
            "from": from.map(Stage::name),
            "to": to.name(),
            "since": stamp(since),
        })
        .to_string(),
    }
}

/// An instance was given up: that it has entered a stage, and why.
pub fn given_up(settings: &Settings, own: &OwnInstance, to: Stage, reason: &Reason, since: Timestamp) -> Announcement {
    Announcement {
        detail_type: "Echo Stage Changed",
        arn: own.facts().arn.clone(),
        detail: json!({
            "echo": settings.name.as_str(),
            "instance": own.identifier(),
            "from": own.stage().name(),
            "to": to.name(),
            "since": stamp(since),
            "code": reason.code(),
            "failure": reason.to_string(),
        })
        .to_string(),
    }
}

/// Something is wrong: with an instance, given as identifier and ARN, which is in its stage `since` then; or with none in
/// particular, as was seen then. The echo's rule sends code, summary and that moment to the topic of the alarms.
pub fn trouble(
    settings: &Settings,
    instance: Option<(&str, &str)>,
    code: &str,
    summary: &str,
    details: &[String],
    since: Timestamp,
) -> Announcement {
    let (identifier, arn) = instance.unzip();
    let when = if instance.is_some() { "In its stage since" } else { "Seen at" };
    Announcement {
        detail_type: "Echo Trouble",
        arn: arn.unwrap_or_default().to_owned(),
        detail: json!({
            "echo": settings.name.as_str(),
            "instance": identifier,
            "code": code,
            "summary": one_line(summary),
            "details": details,
            "since": stamp(since),
            "when": format!("{when} {}", stamp(since)),
        })
        .to_string(),
    }
}

/// Without what a rule's template would turn into backslashes, or break at: AWS's own words have quotes and line ends.
fn one_line(text: &str) -> String {
    let plain = |each: char| match each {
        '"' => '\'',
        '\\' => '/',
        each if each.is_control() => ' ',
        each => each,
    };
    text.chars().map(plain).collect()
}

/// An approver has pressed a button.
pub fn approval_changed(own: &OwnInstance, claim: &Claim) -> Announcement {
    Announcement {
        detail_type: "Echo Approval Changed",
        arn: own.facts().arn.clone(),
        detail: json!({
            "echo": claim.echo,
            "instance": own.identifier(),
            "request": claim.request,
            "action": claim.action.name(),
            "approver": claim.approver,
        })
        .to_string(),
    }
}
