//! [`Mailer`] with Amazon SES, version 2.

use aws_sdk_sesv2::error::BuildError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageHeader};
use stages::ports::{Answer, Mailer};
use tag_state::calls::Mail;

use crate::environment::{Environment, Service};
use crate::errors::{call_error, not_asked};
use crate::lazy::Lazy;

const OPERATION: &str = "SendEmail";

/// The SES client.
#[derive(Debug)]
pub struct Ses(Lazy<aws_sdk_sesv2::Client>);

impl Ses {
    /// A client for the SES of the function's region.
    pub fn new(environment: &Environment) -> Ses {
        Ses(Lazy::new(environment, |environment| {
            let config = aws_sdk_sesv2::config::Builder::from(&environment.sdk_config(Service::SesV2));
            aws_sdk_sesv2::Client::from_conf(config.interceptor(environment.calls()).build())
        }))
    }
}

impl Mailer for Ses {
    async fn send(&self, mail: &Mail) -> Answer<()> {
        let message = message(mail).map_err(|error| not_asked(OPERATION, &mail.to, error.to_string()))?;
        self.0
            .send_email()
            .from_email_address(format!("{} <{}>", mail.from_name, mail.from))
            .set_reply_to_addresses(mail.reply_to.clone().map(|address| vec![address]))
            .destination(Destination::builder().to_addresses(&mail.to).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map_err(|error| call_error(OPERATION, &mail.to, &error))?;
        Ok(())
    }
}

fn message(mail: &Mail) -> Result<Message, BuildError> {
    let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
    let mut message = Message::builder().subject(utf8(&mail.subject)?).body(body);
    for (name, value) in [
        // Keep vacation responders from answering: RFC 3834, and what Exchange goes by.
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        // One conversation a request (RFC 5322 3.6.4).
        ("In-Reply-To", &mail.thread),
        ("References", &mail.thread),
    ] {
        message = message.headers(MessageHeader::builder().name(name).value(value).build()?);
    }
    Ok(message.build())
}
