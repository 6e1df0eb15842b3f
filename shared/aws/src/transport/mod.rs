//! How a function's requests reach AWS: one connection pool for all clients, HTTP/1.1, TLS by rustls.
//!
//! The SDK's own transport (`default-https-client`) does the same and more, and is not used by the functions: it reads
//! the machine's 144 root certificates for the first client, which was nine tenths of a function's start; it makes a
//! TLS configuration for each client, and throws it away; and it brings HTTP/2, which RDS, Route 53, KMS, SES and
//! EventBridge do not need, as a fifteenth of the program. docs/PERFORMANCE.md has the figures.

mod trust;
mod way;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, HttpConnector as Tcp, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use rustls::crypto::ring;

use way::Way;

pub(crate) use trust::Bundle;
pub use trust::UnreadableBundle;

/// The connections of a process, for all its clients.
#[derive(Clone, Debug)]
struct Connections(Client<HttpsConnector<Way>, SdkBody>);

/// A client that makes connections to AWS, and keeps them for the next request.
///
/// `connect` bounds the TCP handshake; what comes after it, the time of an attempt does.
pub(crate) fn http_client(bundle: Option<Bundle>, connect: Duration) -> SharedHttpClient {
    let mut tcp = Tcp::new();
    tcp.set_connect_timeout(Some(connect));
    tcp.set_nodelay(true);
    // The scheme is the endpoint's: a local cloud speaks plain HTTP.
    tcp.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls(bundle))
        .https_or_http()
        .enable_http1()
        .wrap_connector(Way::from_env(tcp));
    let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(https);
    let connections = SharedHttpConnector::new(Connections(client));
    http_client_fn(move |_, _| connections.clone())
}

fn tls(bundle: Option<Bundle>) -> ClientConfig {
    let provider = Arc::new(ring::default_provider());
    let verifier = trust::verifier(bundle, &provider);
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // Only a provider without cipher suites for them could be refused.
    let config = config.expect("ring speaks TLS 1.2 and 1.3");
    config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()
}

impl HttpConnector for Connections {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || Some(poisonable(connection.clone())));
        }
        let answer = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| connector_error(error.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK keep a retry off the connection on which a server has failed.
fn poisonable(connection: CaptureConnection) -> ConnectionMetadata {
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    ConnectionMetadata::builder().proxied(false).poison_fn(poison).build()
}

/// What went wrong, as the SDK's retries want to know it: all but a request that cannot be sent may go better the next
/// time.
fn connector_error(error: Box<dyn Error + Send + Sync>) -> ConnectorError {
    let by_hyper = find::<hyper::Error>(error.as_ref());
    if by_hyper.is_some_and(hyper::Error::is_user) {
        ConnectorError::user(error)
    } else if by_hyper.is_some_and(hyper::Error::is_incomplete_message) {
        // The server closed the connection without an answer; the request may have been carried out.
        ConnectorError::other(error, Some(ErrorKind::TransientError))
    } else {
        ConnectorError::io(error)
    }
}

/// The first cause of that kind.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}
