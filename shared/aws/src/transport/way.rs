//! The way to AWS: straight, or through the proxy that `HTTPS_PROXY` names and `NO_PROXY` does not except.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

type Connecting = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, Box<dyn Error + Send + Sync>>> + Send>>;

/// Makes connections for TLS to go over.
#[derive(Clone, Debug)]
pub(super) struct Way {
    tcp: Tcp,
    proxies: Arc<Matcher>,
}

impl Way {
    /// The way that this process's environment tells.
    pub(super) fn from_env(tcp: Tcp) -> Way {
        Way { tcp, proxies: Arc::new(Matcher::from_env()) }
    }
}

impl Service<Uri> for Way {
    type Response = TokioIo<TcpStream>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Connecting;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Connecting {
        // Plain HTTP is spoken with a local cloud only, which needs no proxy to be reached.
        let proxy = (to.scheme_str() == Some("https")).then(|| self.proxies.intercept(&to)).flatten();
        let Some(proxy) = proxy else {
            let connecting = self.tcp.call(to);
            return Box::pin(async { Ok(connecting.await?) });
        };
        if proxy.uri().scheme_str() != Some("http") {
            let why = "is not reached by http://: name one that is, or except AWS by NO_PROXY";
            let error = format!("the proxy {}, by which the environment leads to {to}, {why}", proxy.uri());
            return Box::pin(async { Err(error.into()) });
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(login) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(login.clone());
        }
        let connecting = tunnel.call(to);
        Box::pin(async { Ok(connecting.await?) })
    }
}
