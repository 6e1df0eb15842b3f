//! The server: one thread, one world.

use std::cell::{Cell, RefCell, RefMut};
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::clock::Clock;
use super::publish::Publisher;
use super::query::Query;
use super::{api, control, xml};
use crate::world::World;
use crate::world::operation::Arrival;

/// The world, and what goes with it outside.
#[derive(Debug)]
pub struct Simulator {
    pub(super) world: RefCell<World>,
    pub(super) publisher: Publisher,
    pub(super) clock: Option<Clock>,
    /// Held while time moves, so that two who move it do not do so at once.
    pub(super) moving: Mutex<()>,
    requests: Cell<u64>,
    /// The real time that the answers to the API's calls took to make.
    pub(super) busy: Cell<Duration>,
}

/// The answer of a call gets lost: the connection is closed without one.
#[derive(Debug)]
struct AnswerLost;

impl fmt::Display for AnswerLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is lost, as planted")
    }
}

impl std::error::Error for AnswerLost {}

impl Simulator {
    /// A simulator; the clock, if there is one, is set to the world's time.
    ///
    /// # Errors
    /// The clock cannot be set.
    pub fn new(world: World, publisher: Publisher, clock: Option<Clock>) -> std::io::Result<Simulator> {
        if let Some(clock) = &clock {
            clock.set(world.now())?;
        }
        let (world, moving, requests, busy) =
            (RefCell::new(world), Mutex::new(()), Cell::new(0), Cell::new(Duration::ZERO));
        Ok(Simulator { world, publisher, clock, moving, requests, busy })
    }

    /// The world, to look into or change it beside the calls. Not to be held across an await.
    pub fn world_mut(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }

    async fn respond(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, AnswerLost> {
        let (head, body) = request.into_parts();
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(_) => return Ok(response(StatusCode::BAD_REQUEST, "text/plain", b"unreadable body\n".to_vec())),
        };
        if let Some(path) = head.uri.path().strip_prefix("/_sim/") {
            let (status, answer) = control::respond(self, &head.method, path, &body).await;
            return Ok(response(status, "application/json", format!("{answer}\n").into_bytes()));
        }
        let began = tick();
        let encoded = match head.method {
            Method::POST => &*body,
            _ => head.uri.query().unwrap_or_default().as_bytes(),
        };
        let answer = self.call(&Query::parse(encoded));
        self.busy.set(self.busy.get() + began.elapsed());
        answer
    }

    /// A call of the RDS API. Its events go out after it, without holding up its answer.
    fn call(&self, query: &Query) -> Result<Response<Full<Bytes>>, AnswerLost> {
        self.requests.set(self.requests.get() + 1);
        let request_id = format!("00000000-0000-4000-9000-{:012x}", self.requests.get());
        let mut world = self.world.borrow_mut();
        let (outcome, lost) = match api::operation(query) {
            Err(error) => (Err(error), false),
            Ok(operation) => match world.arrive(operation) {
                Arrival::Served => (api::carry_out(&mut world, operation, query, &request_id), false),
                Arrival::Refused(error) => (Err(error), false),
                Arrival::AnswerLost => (api::carry_out(&mut world, operation, query, &request_id), true),
            },
        };
        let events = world.take_events();
        if !events.is_empty() {
            self.publisher.send(events);
        }
        if lost {
            return Err(AnswerLost);
        }
        let (status, document) = match outcome {
            Ok(document) => (StatusCode::OK, document),
            Err(error) => {
                let status = StatusCode::from_u16(error.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (status, xml::error(&error, &request_id))
            }
        };
        let mut answer = response(status, "text/xml", document);
        if let Ok(id) = header::HeaderValue::from_str(&request_id) {
            answer.headers_mut().insert("x-amzn-requestid", id);
        }
        Ok(answer)
    }
}

#[expect(clippy::disallowed_methods, reason = "how long answers take is about the machine's time, not the world's")]
fn tick() -> Instant {
    Instant::now()
}

fn response(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

/// Serves until `end` is over; must run within a [`tokio::task::LocalSet`].
///
/// # Errors
/// The listener fails for good.
pub async fn serve(
    simulator: Rc<Simulator>,
    listener: TcpListener,
    end: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let mut end = std::pin::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => return Ok(()),
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::task::spawn_local(converse(Rc::clone(&simulator), stream));
            }
        }
    }
}

async fn converse(simulator: Rc<Simulator>, stream: TcpStream) {
    // An answer is one small write; waiting to fill a packet would only delay it.
    drop(stream.set_nodelay(true));
    let service = service_fn(|request| simulator.respond(request));
    // Clients break off as they like, and lost answers end here by intention: neither is an error of ours.
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}
