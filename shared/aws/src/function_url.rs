//! A Lambda function URL's event and answer (payload format 2.0), between HTTP and the stage.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use stages::approve::{Request, Response};

/// What the browser asked for. An event of another kind has neither method nor path, and the stage answers
/// it as it answers any request that it does not know.
///
/// The query is not read: all that counts is in the path and the form.
pub fn request(event: &Value) -> Request {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let body = text("/body");
    let body = match event["isBase64Encoded"].as_bool() {
        // What is no base64 was not made by Lambda; as it stands it is no form either.
        Some(true) => BASE64.decode(body).unwrap_or_else(|_| body.into()),
        Some(false) | None => body.into(),
    };
    Request {
        method: text("/requestContext/http/method").to_ascii_uppercase(),
        path: text("/rawPath").to_owned(),
        // Lambda writes the names of headers in lower case.
        content_type: text("/headers/content-type").to_owned(),
        body,
    }
}

/// The answer as Lambda takes it.
pub fn answer(response: &Response) -> Value {
    let headers: Map<String, Value> =
        response.headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
    json!({
        "statusCode": response.status,
        "headers": headers,
        "body": response.body,
        "isBase64Encoded": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_path_and_form_are_taken_from_the_event() {
        let event = json!({
            "version": "2.0",
            "rawPath": "/dG9rZW4.bWFj",
            "rawQueryString": "utm_source=mail",
            "headers": {"content-type": "application/x-www-form-urlencoded", "cookie": "a=b"},
            "requestContext": {"http": {"method": "post", "path": "/dG9rZW4.bWFj"}},
            "body": "cmVhc29uPW5vdw==",
            "isBase64Encoded": true,
        });
        let taken = request(&event);
        assert_eq!((taken.method.as_str(), taken.path.as_str()), ("POST", "/dG9rZW4.bWFj"));
        assert_eq!(
            (taken.content_type.as_str(), &taken.body[..]),
            ("application/x-www-form-urlencoded", &b"reason=now"[..])
        );
        let plain = request(&json!({"body": "reason=now", "isBase64Encoded": false}));
        assert_eq!(plain.body, b"reason=now");
        let broken = request(&json!({"body": "%%%", "isBase64Encoded": true}));
        assert_eq!(broken.body, b"%%%");
    }

    #[test]
    fn an_event_of_another_kind_asks_for_nothing() {
        let request = request(&json!({"detail-type": "Echo Schedule", "echo": "dev"}));
        assert_eq!((request.method.as_str(), request.path.as_str()), ("", ""));
    }

    #[test]
    fn an_answer_says_that_its_body_is_text() {
        let response =
            Response { status: 404, headers: vec![("cache-control", "no-store".to_owned())], body: "<p>no".to_owned() };
        assert_eq!(
            answer(&response),
            json!({"statusCode": 404, "headers": {"cache-control": "no-store"}, "body": "<p>no", "isBase64Encoded": false})
        );
    }
}
