//! A server on the loopback interface that answers with prepared answers and keeps what it was asked: what
//! the SDK really sends over HTTP, without TLS and without AWS.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use aws::Environment;

/// What the server does with one request.
pub(crate) enum Reply {
    /// Answers with this status and body.
    Answer(u16, String),
    /// Reads the request and closes the connection: a call that may have been applied and lost its answer.
    HangUp,
    /// Reads the request, and never says anything.
    Silence,
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method and target, such as `POST /`.
    pub(crate) line: String,
    /// Headers, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }

    /// The body read as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    /// The body read as a form: names and values, decoded, in the order of the names.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = self
            .body
            .split('&')
            .filter_map(|field| field.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .filter(|(name, _)| name != "Version")
            .collect();
        fields.sort();
        fields
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let code = std::str::from_utf8(&tail[..2]).expect("two hexadecimal digits");
            bytes.push(u8::from_str_radix(code, 16).expect("two hexadecimal digits"));
            rest = &tail[2..];
        } else {
            bytes.push(if *first == b'+' { b' ' } else { *first });
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// The server; it ends when it is dropped.
pub(crate) struct Loopback {
    address: String,
    asked: Receiver<Asked>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Starts it. Each request takes the next reply; the last one serves all that follow.
    pub(crate) fn start(replies: Vec<Reply>) -> Loopback {
        assert!(!replies.is_empty(), "a server without a reply");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (sender, asked) = channel();
        let thread = std::thread::spawn(move || {
            let mut replies = replies.iter().peekable();
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                // A connection that says nothing is the one that `drop` makes.
                let Some(request) = read(&stream) else { return };
                let Some(reply) = replies.peek().copied() else { return };
                if replies.len() > 1 {
                    replies.next();
                }
                if sender.send(request).is_err() {
                    return;
                }
                match reply {
                    Reply::Answer(status, body) => answer(&mut stream, *status, body),
                    Reply::HangUp => stream.shutdown(Shutdown::Both).unwrap_or_default(),
                    Reply::Silence => silent.push(stream),
                }
            }
        });
        Loopback { address, asked, thread: Some(thread) }
    }

    /// A server with one answer.
    pub(crate) fn answering(status: u16, body: &str) -> Loopback {
        Self::start(vec![Reply::Answer(status, body.to_owned())])
    }

    /// The environment of a function that calls this server for every service.
    pub(crate) fn environment(&self) -> Environment {
        let url = format!("http://{}", self.address);
        Environment::from_variables(|name| match name {
            "AWS_REGION" => Some("us-east-1".to_owned()),
            "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
            "AWS_SESSION_TOKEN" => Some("session".to_owned()),
            "AWS_ENDPOINT_URL" => Some(url.clone()),
            _ => None,
        })
        .expect("all that is needed is set")
    }

    /// Everything asked so far.
    pub(crate) fn all_asked(&self) -> Vec<Asked> {
        self.asked.try_iter().collect()
    }

    /// The one request that was made.
    pub(crate) fn asked(&self) -> Asked {
        let mut all = self.all_asked();
        assert_eq!(all.len(), 1, "one request: {all:#?}");
        all.remove(0)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        // Wakes the listener with an empty connection, which ends it.
        drop(TcpStream::connect(&self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server did not panic");
        }
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let line = line.trim_end().strip_suffix(" HTTP/1.1")?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { line, headers, body: String::from_utf8(body).expect("UTF-8") })
}

fn answer(stream: &mut TcpStream, status: u16, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} Prepared\r\nx-amzn-requestid: request-1\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    // The client may have given up on it; what it was asked is kept all the same.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
