//! Sends the world's events to an EventBridge: `PutEvents` over plain HTTP, in order.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use crate::world::events::RdsEvent;

/// PutEvents takes at most this many.
const MOST_ENTRIES: usize = 10;
/// An EventBridge that does not answer must not stop the time for ever.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where events go, and under which name.
#[derive(Clone, Debug)]
struct Destination {
    /// `host:port`.
    authority: String,
    /// The `Source` of the entries: `aws.rds` may not be put.
    source: String,
    account: String,
    region: String,
}

#[derive(Debug, Default)]
struct Counts {
    sent: Cell<u64>,
    dropped: Cell<u64>,
    dropping: Cell<bool>,
}

/// A batch, and whom to tell when it is through.
type Parcel = (Vec<RdsEvent>, Option<oneshot::Sender<()>>);

/// Hands events over to a task that sends them one batch after the other.
#[derive(Clone, Debug)]
pub struct Publisher {
    counts: Rc<Counts>,
    queue: Option<mpsc::UnboundedSender<Parcel>>,
}

impl Publisher {
    /// A publisher without a destination: all events are dropped.
    pub fn nowhere() -> Publisher {
        Publisher { counts: Rc::default(), queue: None }
    }

    /// A publisher to `http://host:port`; must be made within a [`tokio::task::LocalSet`].
    ///
    /// # Errors
    /// The address is not of that form, said in words.
    pub fn to(url: &str, source: &str, account: &str, region: &str) -> Result<Publisher, String> {
        let authority = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let authority = authority.filter(|authority| !authority.is_empty() && !authority.contains('/'));
        let authority = authority.ok_or_else(|| format!("events go to http://HOST:PORT, not to {url}"))?.to_owned();
        let destination = Destination {
            authority,
            source: source.to_owned(),
            account: account.to_owned(),
            region: region.to_owned(),
        };
        let (queue, parcels) = mpsc::unbounded_channel();
        let counts: Rc<Counts> = Rc::default();
        tokio::task::spawn_local(deliver(destination, parcels, Rc::clone(&counts)));
        Ok(Publisher { counts, queue: Some(queue) })
    }

    /// Sends events without waiting for it.
    pub(super) fn send(&self, events: Vec<RdsEvent>) {
        self.hand_over(events, None);
    }

    /// Sends events, and waits until they and all before them are through.
    pub(super) async fn send_and_wait(&self, events: Vec<RdsEvent>) {
        let (told, through) = oneshot::channel();
        if self.hand_over(events, Some(told)) {
            // An error means that the sender is gone, with which nothing is left to wait for.
            drop(through.await);
        }
    }

    /// From now on all events are lost, or not.
    pub(super) fn set_dropping(&self, dropping: bool) {
        self.counts.dropping.set(dropping);
    }

    /// How many events were sent, and how many lost.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.counts.sent.get(), self.counts.dropped.get())
    }

    fn hand_over(&self, events: Vec<RdsEvent>, told: Option<oneshot::Sender<()>>) -> bool {
        match &self.queue {
            Some(queue) if !self.counts.dropping.get() => queue.send((events, told)).is_ok(),
            Some(_) | None => {
                add(&self.counts.dropped, events.len());
                false
            }
        }
    }
}

fn add(count: &Cell<u64>, more: usize) {
    count.set(count.get() + more as u64);
}

async fn deliver(destination: Destination, mut parcels: mpsc::UnboundedReceiver<Parcel>, counts: Rc<Counts>) {
    while let Some((events, told)) = parcels.recv().await {
        for batch in events.chunks(MOST_ENTRIES) {
            let sent = tokio::time::timeout(PATIENCE, put_events(&destination, batch));
            match sent.await.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
                Ok(()) => add(&counts.sent, batch.len()),
                Err(error) => {
                    add(&counts.dropped, batch.len());
                    eprintln!("rds-sim: PutEvents to {}: {error}", destination.authority);
                }
            }
        }
        if let Some(told) = told {
            // Nobody may be waiting any more.
            told.send(()).ok();
        }
    }
}

fn entries(destination: &Destination, events: &[RdsEvent]) -> Value {
    let entry = |event: &RdsEvent| {
        json!({
            "Time": event.at.as_second(),
            "Source": destination.source,
            "DetailType": event.source.detail_type(),
            "Resources": [event.arn],
            "Detail": event.detail().to_string(),
        })
    };
    json!({ "Entries": events.iter().map(entry).collect::<Vec<_>>() })
}

async fn put_events(destination: &Destination, events: &[RdsEvent]) -> Result<(), String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let stream = TcpStream::connect(&destination.authority).await.map_err(|error| said(&error))?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| said(&error))?;
    tokio::task::spawn_local(connection);
    let (account, region) = (&destination.account, &destination.region);
    let day = events.first().map(|event| event.at.strftime("%Y%m%d").to_string()).unwrap_or_default();
    // Local clouds tell service, region and account by the credential's scope; none checks the signature.
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={account}/{day}/{region}/events/aws4_request, SignedHeaders=host, Signature=none"
    );
    let request = Request::post("/")
        .header(header::HOST, &destination.authority)
        .header(header::CONTENT_TYPE, "application/x-amz-json-1.1")
        .header(header::AUTHORIZATION, authorization)
        .header("x-amz-target", "AWSEvents.PutEvents")
        .body(Full::new(Bytes::from(entries(destination, events).to_string())))
        .map_err(|error| said(&error))?;
    let response = sender.send_request(request).await.map_err(|error| said(&error))?;
    let status = response.status();
    let body = response.into_body().collect().await.map_err(|error| said(&error))?.to_bytes();
    let answer: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if !status.is_success() || answer["FailedEntryCount"].as_u64().unwrap_or(0) > 0 {
        return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
    }
    Ok(())
}
