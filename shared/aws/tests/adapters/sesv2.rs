use aws::Ses;
use serde_json::json;
use stages::ports::{Failure, Mailer as _};
use tag_state::calls::Mail;

use crate::loopback::Loopback;

fn mail() -> Mail {
    Mail {
        from_name: "RDS Echo dev".to_owned(),
        from: "echo@example.com".to_owned(),
        to: "ada@example.com".to_owned(),
        reply_to: Some("platform@example.com".to_owned()),
        thread: "<dev.db-1.1@example.com>".to_owned(),
        subject: "dev-2026-11-22 is ready – switch?".to_owned(),
        text: "Confirm: https://example.com/a.b".to_owned(),
        html: "<p>Confirm</p>".to_owned(),
    }
}

#[tokio::test]
async fn a_mail_goes_to_one_reader_in_both_forms_and_says_that_a_machine_wrote_it() {
    let server = Loopback::answering(200, r#"{"MessageId": "m-1"}"#);
    Ses::new(&server.environment()).send(&mail()).await.expect("accepted");
    let asked = server.asked();
    assert_eq!(asked.line, "POST /v2/email/outbound-emails");
    assert_eq!(
        asked.json(),
        json!({
            "FromEmailAddress": "RDS Echo dev <echo@example.com>",
            "ReplyToAddresses": ["platform@example.com"],
            "Destination": {"ToAddresses": ["ada@example.com"]},
            "Content": {"Simple": {
                "Subject": {"Data": "dev-2026-11-22 is ready – switch?", "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": "Confirm: https://example.com/a.b", "Charset": "UTF-8"},
                    "Html": {"Data": "<p>Confirm</p>", "Charset": "UTF-8"},
                },
                "Headers": [
                    {"Name": "Auto-Submitted", "Value": "auto-generated"},
                    {"Name": "X-Auto-Response-Suppress", "Value": "OOF, AutoReply"},
                    {"Name": "In-Reply-To", "Value": "<dev.db-1.1@example.com>"},
                    {"Name": "References", "Value": "<dev.db-1.1@example.com>"},
                ],
            }},
        })
    );
}

#[tokio::test]
async fn a_rejected_mail_is_refused_with_what_ses_said() {
    let body = r#"{"__type": "MessageRejected", "message": "Email address is not verified."}"#;
    let server = Loopback::answering(400, body);
    let error = Ses::new(&server.environment()).send(&mail()).await.expect_err("rejected");
    assert_eq!(error.failure, Failure::Refused);
    assert_eq!(
        error.to_string(),
        "SendEmail of ada@example.com failed: MessageRejected: Email address is not verified. (request id request-1)"
    );
    assert_eq!(server.all_asked().len(), 1, "a refusal is not retried");
}
