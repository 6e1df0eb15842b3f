//! What other services than RDS know of the things that settings name.

use std::time::Duration;

use aws::{Aws, Patience};
use serde_json::json;
use stages::ports::{Answer, Failure, Lookups as _};
use tag_state::facts::Zone;

use crate::loopback::{Loopback, Reply};

/// SES has such an identity, verified or not yet.
fn identity(verified: bool) -> Reply {
    Reply::Answer(200, format!(r#"{{"IdentityType": "DOMAIN", "VerifiedForSendingStatus": {verified}}}"#))
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::Answer(status, format!(r#"{{"__type": "{code}", "message": "no"}}"#))
}

/// What is found of an address, and which identities were asked for.
async fn sender(address: &str, replies: Vec<Reply>) -> (Answer<bool>, Vec<String>) {
    let server = Loopback::start(replies);
    let found = Aws::new(&server.environment()).sender(address).await;
    let asked = server.all_asked().into_iter();
    let line = |line: String| line.trim_start_matches("GET /v2/email/identities/").to_owned();
    (found, asked.map(|asked| line(asked.line)).collect())
}

#[tokio::test]
async fn an_address_is_verified_by_itself_or_by_a_domain_that_it_is_in() {
    let (found, asked) = sender("echo@example.com", vec![identity(true)]).await;
    assert_eq!((found, asked), (Ok(true), vec!["echo%40example.com".to_owned()]));
    // Known to SES and not verified, unknown, and verified at last: nothing is asked behind it.
    let (missing, above) = (refusal(404, "NotFoundException"), refusal(404, "NotFoundException"));
    let (found, asked) =
        sender("echo+dev@a.b.example.com", vec![identity(false), missing, above, identity(true), identity(false)])
            .await;
    assert_eq!(found, Ok(true));
    assert_eq!(asked, ["echo%2Bdev%40a.b.example.com", "echo%40a.b.example.com", "a.b.example.com", "b.example.com"]);
}

#[tokio::test]
async fn an_address_of_which_ses_knows_nothing_is_not_verified() {
    let (found, asked) = sender("echo@a.example.com", vec![refusal(404, "NotFoundException")]).await;
    assert_eq!(found, Ok(false));
    assert_eq!(asked, ["echo%40a.example.com", "a.example.com", "example.com"]);
    let (found, asked) = sender("echo@example.com", vec![identity(false)]).await;
    assert_eq!((found, asked.len()), (Ok(false), 2));
}

#[tokio::test]
async fn what_may_not_be_asked_is_neither_verified_nor_not() {
    let (found, _) = sender("echo@example.com", vec![refusal(403, "AccessDeniedException"), identity(true)]).await;
    assert_eq!(found, Ok(true), "the domain may be looked at");
    let missing = refusal(404, "NotFoundException");
    let (found, asked) = sender("echo@example.com", vec![refusal(403, "AccessDeniedException"), missing]).await;
    let error = found.expect_err("nobody knows");
    assert_eq!((error.failure, error.subject.as_str()), (Failure::Refused, "echo@example.com"));
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn zones_are_read_from_all_pages() {
    let zone = |id: &str, name: &str, private: bool| {
        format!(
            "<HostedZone><Id>/hostedzone/{id}</Id><Name>{name}</Name><CallerReference>r</CallerReference>\
             <Config><PrivateZone>{private}</PrivateZone></Config></HostedZone>"
        )
    };
    let page = |zone: &str, end: &str| {
        let body = format!(
            "<ListHostedZonesResponse><HostedZones>{zone}</HostedZones>{end}<MaxItems>100</MaxItems></ListHostedZonesResponse>"
        );
        Reply::Answer(200, body)
    };
    let server = Loopback::start(vec![
        page(&zone("Z1", "example.com.", false), "<IsTruncated>true</IsTruncated><NextMarker>Z2</NextMarker>"),
        page(&zone("Z2", "db.example.com.", true), "<IsTruncated>false</IsTruncated>"),
    ]);
    let zone = |id: &str, name: &str, private| Zone { id: id.to_owned(), name: name.to_owned(), private };
    let found = Aws::new(&server.environment()).zones().await;
    assert_eq!(found, Ok(vec![zone("Z1", "example.com", false), zone("Z2", "db.example.com", true)]));
    let asked: Vec<String> = server.all_asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(asked, ["GET /2013-04-01/hostedzone", "GET /2013-04-01/hostedzone?marker=Z2"]);
}

#[tokio::test]
async fn zones_that_may_not_be_listed_say_so() {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    let server = Loopback::answering(403, body);
    let error = Aws::new(&server.environment()).zones().await.expect_err("denied");
    assert_eq!((error.operation, error.failure), ("ListHostedZones", Failure::Refused));
}

#[tokio::test]
async fn a_key_of_links_is_an_hmac_key_that_is_enabled() {
    for (metadata, wrong) in [
        (r#""KeyUsage": "GENERATE_VERIFY_MAC", "KeyState": "Enabled""#, None),
        (r#""KeyUsage": "ENCRYPT_DECRYPT", "KeyState": "Enabled""#, Some("it is no HMAC key")),
        (r#""KeyUsage": "GENERATE_VERIFY_MAC", "KeyState": "PendingDeletion""#, Some("its state is PendingDeletion")),
    ] {
        let server = Loopback::answering(200, &format!(r#"{{"KeyMetadata": {{"KeyId": "k", {metadata}}}}}"#));
        let found = Aws::new(&server.environment()).mac_key("alias/links").await;
        assert_eq!(found, Ok(wrong.map(str::to_owned)));
        assert_eq!(server.asked().json(), json!({"KeyId": "alias/links"}));
    }
    let server = Loopback::answering(200, "{}");
    let found = Aws::new(&server.environment()).mac_key("k").await;
    assert_eq!(found, Ok(Some("KMS says nothing of it".to_owned())));
    let server = Loopback::start(vec![refusal(400, "NotFoundException")]);
    assert_eq!(Aws::new(&server.environment()).mac_key("k").await, Ok(Some("it is not there".to_owned())));
    let server = Loopback::start(vec![refusal(400, "AccessDeniedException")]);
    let error = Aws::new(&server.environment()).mac_key("k").await.expect_err("denied");
    assert_eq!(error.failure, Failure::Refused);
}

/// Seconds are for a person; here they are a tenth.
#[tokio::test]
async fn what_hangs_is_given_up_in_time() {
    let server = Loopback::start(vec![Reply::Silence]);
    let patience = Patience { operation: Duration::from_millis(100), lookups: Duration::from_millis(200) };
    let aws = Aws::new(&server.environment().with_patience(patience));
    let all = async {
        let group = aws.security_groups(&["sg-1".to_owned()].into()).await.map(|_| ());
        // A service that is silent is not asked for the next identity.
        [group, aws.mail_account().await.map(|_| ()), aws.sender("echo@a.example.com").await.map(|_| ())]
    };
    let answers = tokio::time::timeout(Duration::from_secs(5), all).await.expect("each within a tenth of a second");
    assert!(
        answers.iter().all(|answer| matches!(answer, Err(error) if error.failure == Failure::Unknown)),
        "{answers:?}"
    );
    assert_eq!(server.all_asked().len(), 3);
    tokio::time::timeout(Duration::from_secs(5), aws.enough()).await.expect("all lookups together have a limit");
    let patient = Aws::new(&server.environment());
    tokio::time::timeout(Duration::from_millis(300), patient.enough()).await.expect_err("a person waits for all of it");
}
