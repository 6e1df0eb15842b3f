//! Our own events, for those who want to know: chat, masking, smoke tests, and our own next stage.

use jiff::Timestamp;
use serde_json::json;

use crate::approval::Claim;
use crate::calls::Announcement;
use crate::own::OwnInstance;
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

/// Something needs a person. `instance` is the identifier and the ARN of the one it is about, if it is about one.
pub fn trouble(
    settings: &Settings,
    instance: Option<(&str, &str)>,
    code: &str,
    summary: &str,
    details: &[String],
    now: Timestamp,
) -> Announcement {
    Announcement {
        detail_type: "Echo Trouble",
        arn: instance.map_or(String::new(), |(_, arn)| arn.to_owned()),
        detail: json!({
            "echo": settings.name.as_str(),
            "instance": instance.map(|(identifier, _)| identifier),
            "code": code,
            "summary": summary,
            "details": details,
            "since": stamp(now),
        })
        .to_string(),
    }
}
