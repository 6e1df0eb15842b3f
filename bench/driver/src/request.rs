//! What is to be measured.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::body::Bytes;
use serde_json::{Map, Value, from_value};

/// The function that a process is where the request names none.
const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:bench";
/// The time that an invocation has where the request says nothing.
const DEADLINE_MS: u64 = 60_000;

/// How the process is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// At once.
    Kill,
    /// By SIGTERM, upon which callgrind writes what it has counted.
    Terminate,
}

/// An event, and how often it is handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repeated {
    pub(crate) event: Bytes,
    pub(crate) times: u64,
}

/// A process to start, and what happens to it.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) command: Vec<String>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) events: Vec<Repeated>,
    pub(crate) function_arn: String,
    pub(crate) deadline: Duration,
    pub(crate) end: End,
}

impl Request {
    /// Reads a line; an unknown member is refused, because it would be one that has no effect.
    pub(crate) fn parse(line: &str) -> Result<Request, String> {
        let mut fields: Map<String, Value> =
            serde_json::from_str(line).map_err(|error| format!("the request is no JSON object: {error}"))?;
        let command: Vec<String> = take(&mut fields, "command", from_value)?.unwrap_or_default();
        if command.is_empty() {
            return Err("command is missing".to_owned());
        }
        let events: Vec<Value> = take(&mut fields, "events", from_value)?.unwrap_or_default();
        let end = match take::<String>(&mut fields, "end", from_value)?.as_deref() {
            None | Some("kill") => End::Kill,
            Some("terminate") => End::Terminate,
            Some(other) => return Err(format!("end is {other}, not kill or terminate")),
        };
        let request = Request {
            command,
            environment: take(&mut fields, "environment", from_value)?.unwrap_or_default(),
            events: events.into_iter().map(repeated).collect(),
            function_arn: take(&mut fields, "function_arn", from_value)?.unwrap_or_else(|| FUNCTION_ARN.to_owned()),
            deadline: Duration::from_millis(take(&mut fields, "deadline_ms", from_value)?.unwrap_or(DEADLINE_MS)),
            end,
        };
        match fields.keys().next() {
            None => Ok(request),
            Some(unknown) => Err(format!("not known in a request: {unknown}")),
        }
    }
}

/// A member that may be missing.
fn take<T>(
    fields: &mut Map<String, Value>,
    name: &str,
    read: fn(Value) -> serde_json::Result<T>,
) -> Result<Option<T>, String> {
    fields.remove(name).map(read).transpose().map_err(|error| format!("{name} cannot be read: {error}"))
}

/// An object that holds `event` and `times` and nothing else stands for so many events.
fn repeated(given: Value) -> Repeated {
    let times = given.get("times").and_then(Value::as_u64);
    let (event, times) = match (given.get("event"), times) {
        (Some(event), Some(times)) if given.as_object().is_some_and(|members| members.len() == 2) => (event, times),
        _ => (&given, 1),
    };
    Repeated { event: Bytes::from(event.to_string()), times }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(line: &str) -> Vec<(String, u64)> {
        let read = Request::parse(line).expect("right").events.into_iter();
        read.map(|each| (String::from_utf8_lossy(&each.event).into_owned(), each.times)).collect()
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        let request = Request::parse(r#"{"command": ["bootstrap"]}"#).expect("right");
        assert_eq!((request.end, request.events.len()), (End::Kill, 0));
        assert_eq!(request.deadline, Duration::from_secs(60));
    }

    #[test]
    fn an_event_may_stand_for_many() {
        let line = r#"{"command": ["b"], "events": [{"event": {"a": 1}, "times": 1000}, {"event": 1}, {"times": 2}]}"#;
        let wanted = [(r#"{"a":1}"#, 1000), (r#"{"event":1}"#, 1), (r#"{"times":2}"#, 1)];
        assert_eq!(events(line), wanted.map(|(event, times)| (event.to_owned(), times)));
        let of_its_own = r#"{"command": ["b"], "events": [{"event": 1, "times": 2, "id": 3}]}"#;
        assert_eq!(events(of_its_own), [(r#"{"event":1,"id":3,"times":2}"#.to_owned(), 1)]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, says) in [
            ("[]", "no JSON object"),
            ("{}", "command is missing"),
            (r#"{"command": "bootstrap"}"#, "command cannot be read"),
            (r#"{"command": ["b"], "end": "later"}"#, "end is later"),
            (r#"{"command": ["b"], "evnts": []}"#, "not known in a request: evnts"),
        ] {
            let error = Request::parse(line).expect_err(line);
            assert!(error.contains(says), "{line}: {error}");
        }
    }
}
