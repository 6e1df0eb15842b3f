//! The Lambda Runtime API for one process. When a request came is noted before anything is made of it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::aws;
use crate::request::{Repeated, Request as Wanted};

const PREFIX: &str = "/2018-06-01/runtime/";

/// What one process did, as seen from here.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// From its start to its first request for an event.
    pub(crate) init: Option<Duration>,
    /// For each event: from the process's start (the first) or from when it was handed out, to the answer.
    pub(crate) answers: Vec<Duration>,
    /// The answers; `{"error": ...}` for an event that failed.
    pub(crate) responses: Vec<Value>,
    /// The calls of AWS that were answered here.
    pub(crate) calls: BTreeMap<&'static str, u64>,
    /// What was spent on answering them.
    pub(crate) busy: Duration,
    /// Why it cannot be measured any further.
    pub(crate) failure: Option<String>,
}

/// The Runtime API of one process.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    began: Cell<Instant>,
    function_arn: String,
    deadline: Duration,
    events: Vec<Repeated>,
    /// When the event that is not answered yet was handed out.
    handed_out: Cell<Option<Instant>>,
    seen: RefCell<Seen>,
    over: Notify,
}

impl RuntimeApi {
    pub(crate) fn new(wanted: &Wanted) -> RuntimeApi {
        RuntimeApi {
            began: Cell::new(now()),
            function_arn: wanted.function_arn.clone(),
            deadline: wanted.deadline,
            events: wanted.events.clone(),
            handed_out: Cell::new(None),
            seen: RefCell::default(),
            over: Notify::new(),
        }
    }

    /// The process is started now.
    pub(crate) fn begin(&self) {
        self.began.set(now());
    }

    /// Until the process asks for one event more than there are, or fails.
    pub(crate) async fn over(&self) {
        self.over.notified().await;
    }

    /// What was seen.
    pub(crate) fn take(&self) -> Seen {
        self.seen.take()
    }

    /// Answers until it is dropped; must run within a [`tokio::task::LocalSet`].
    pub(crate) async fn serve(self: Rc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(converse(Rc::clone(&self), stream));
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let arrived = now();
        let (head, body) = request.into_parts();
        let path = head.uri.path().strip_prefix(PREFIX);
        if (&head.method, path) == (&Method::GET, Some("invocation/next")) {
            return self.next(arrived).await;
        }
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return plain(StatusCode::BAD_REQUEST, "unreadable body"),
        };
        let arrived_whole = now();
        match path.map(|path| path.split('/').collect::<Vec<_>>()).as_deref() {
            Some(["invocation", _, "response"]) => {
                self.answered(arrived_whole, json_or_text(&body));
                accepted()
            }
            Some(["invocation", _, "error"]) => {
                self.answered(arrived_whole, json!({ "error": json_or_text(&body) }));
                accepted()
            }
            Some(["init", "error"]) => {
                self.fail(format!("its start failed: {}", json_or_text(&body)));
                accepted()
            }
            Some(_) => plain(StatusCode::NOT_FOUND, "not in the Runtime API"),
            None => match aws::call(&head, &body) {
                Some(call) => {
                    let answer = with_type(call.answer, call.content_type);
                    let mut seen = self.seen.borrow_mut();
                    *seen.calls.entry(call.operation).or_default() += 1;
                    seen.busy += arrived_whole.elapsed();
                    answer
                }
                // Refused, and not to be tried again: nothing that is measured shall call AWS itself.
                None => plain(StatusCode::NOT_FOUND, "the bench has no such service"),
            },
        }
    }

    /// The next event, or a wait without end.
    async fn next(&self, arrived: Instant) -> Response<Full<Bytes>> {
        if self.handed_out.get().is_some() {
            self.fail("it asked for the next event without having answered the one before".to_owned());
            return std::future::pending().await;
        }
        let number = {
            let mut seen = self.seen.borrow_mut();
            seen.init.get_or_insert(arrived.duration_since(self.began.get()));
            seen.answers.len()
        };
        let Some(event) = self.event(number) else {
            self.over.notify_one();
            return std::future::pending().await;
        };
        let mut response = with_type(event, "application/json");
        let headers = [
            ("lambda-runtime-aws-request-id", format!("00000000-0000-4000-8000-{number:012x}")),
            ("lambda-runtime-deadline-ms", milliseconds(since_epoch() + self.deadline).to_string()),
            ("lambda-runtime-invoked-function-arn", self.function_arn.clone()),
            ("lambda-runtime-trace-id", format!("Root=1-00000000-{number:024x};Parent=0000000000000000;Sampled=0")),
        ];
        for (name, value) in headers {
            match value.parse() {
                Ok(value) => drop(response.headers_mut().insert(name, value)),
                Err(error) => self.fail(format!("the header {name} cannot be {value:?}: {error}")),
            }
        }
        self.handed_out.set(Some(now()));
        response
    }

    fn event(&self, number: usize) -> Option<Bytes> {
        let mut before = 0;
        let found = self.events.iter().find(|repeated| {
            before += repeated.times;
            (number as u64) < before
        });
        found.map(|repeated| repeated.event.clone())
    }

    fn answered(&self, at: Instant, response: Value) {
        let Some(handed_out) = self.handed_out.take() else {
            return self.fail("it answered an event that it was not given".to_owned());
        };
        let mut seen = self.seen.borrow_mut();
        let since = if seen.answers.is_empty() { self.began.get() } else { handed_out };
        seen.answers.push(at.duration_since(since));
        seen.responses.push(response);
    }

    fn fail(&self, why: String) {
        self.seen.borrow_mut().failure.get_or_insert(why);
        self.over.notify_one();
    }
}

async fn converse(api: Rc<RuntimeApi>, stream: TcpStream) {
    // An answer is one small write; waiting to fill a packet would only delay it.
    drop(stream.set_nodelay(true));
    let service = service_fn(|request| async { Ok::<_, Infallible>(api.respond(request).await) });
    // Ends when the process does.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

fn json_or_text(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(body)))
}

fn accepted() -> Response<Full<Bytes>> {
    plain(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}

fn with_type(body: Bytes, content_type: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "this is what it is for: it measures")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "an event's deadline is by the real clock")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
