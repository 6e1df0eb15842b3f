use aws::Kms;
use serde_json::json;
use stages::ports::{Failure, Macs as _};
use tag_state::approval::Mac;

use crate::loopback::Loopback;

/// 32 bytes of 7 in base64.
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

fn sevens() -> Mac {
    Mac::from_bytes(&[7; 32]).expect("32 bytes")
}

#[tokio::test]
async fn a_mac_is_made_with_hmac_sha_256() {
    let server = Loopback::answering(200, &format!(r#"{{"KeyId": "k", "Mac": "{SEVENS}"}}"#));
    let mac = Kms::new(&server.environment()).generate("alias/dev", b"message").await.expect("a MAC");
    assert_eq!(mac, sevens());
    let asked = server.asked();
    assert_eq!(asked.header("x-amz-target"), "TrentService.GenerateMac");
    assert_eq!(asked.json(), json!({"KeyId": "alias/dev", "MacAlgorithm": "HMAC_SHA_256", "Message": "bWVzc2FnZQ=="}));
}

#[tokio::test]
async fn a_mac_of_another_length_is_not_taken() {
    let server = Loopback::answering(200, r#"{"KeyId": "k", "Mac": "BwcH"}"#);
    let error = Kms::new(&server.environment()).generate("k", b"message").await.expect_err("three bytes");
    assert_eq!(error.failure, Failure::Unknown);
}

#[tokio::test]
async fn a_right_mac_is_verified() {
    let server = Loopback::answering(200, r#"{"KeyId": "k", "MacValid": true}"#);
    assert_eq!(Kms::new(&server.environment()).verify("k", b"message", &sevens()).await, Ok(true));
    let asked = server.asked();
    assert_eq!(asked.header("x-amz-target"), "TrentService.VerifyMac");
    assert_eq!(
        asked.json(),
        json!({"KeyId": "k", "MacAlgorithm": "HMAC_SHA_256", "Message": "bWVzc2FnZQ==", "Mac": SEVENS})
    );
}

#[tokio::test]
async fn a_wrong_mac_is_an_answer_and_not_a_failure() {
    for body in [r#"{"__type": "KMSInvalidMacException"}"#, r#"{"__type": "KMSInvalidMacException", "message": "no"}"#]
    {
        let server = Loopback::answering(400, body);
        assert_eq!(Kms::new(&server.environment()).verify("k", b"message", &sevens()).await, Ok(false));
    }
}

#[tokio::test]
async fn whatever_else_kms_says_is_not_taken_for_a_right_or_wrong_mac() {
    let table = [
        ("NotFoundException", Failure::NotFound),
        ("AccessDeniedException", Failure::Refused),
        ("DisabledException", Failure::Refused),
        ("KMSInvalidStateException", Failure::Refused),
        ("InvalidKeyUsageException", Failure::Refused),
    ];
    for (code, failure) in table {
        let server = Loopback::answering(400, &format!(r#"{{"__type": "{code}", "message": "no"}}"#));
        let error = Kms::new(&server.environment()).verify("k", b"message", &sevens()).await.expect_err(code);
        assert_eq!((error.failure, error.code.as_deref()), (failure, Some(code)));
    }
}
