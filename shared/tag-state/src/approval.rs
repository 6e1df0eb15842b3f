//! Approval links: what they say, how they are written, and what a recorded click must prove.
//!
//! A link carries a [`Claim`] and the MAC of its message by a KMS key that never leaves KMS. The
//! message names everything that the click is about, so that no part of one link fits another:
//! version, echo, DbiResourceId, request number, action, address, expiry.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;

/// A message authentication code: HMAC_SHA_256, 32 bytes. Its `Debug` says nothing, because whoever
/// holds a confirm link's MAC can confirm.
#[derive(Clone, PartialEq, Eq)]
pub struct Mac([u8; 32]);

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}

impl Mac {
    /// A MAC of exactly 32 bytes; `None` for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Mac> {
        bytes.try_into().ok().map(Mac)
    }

    /// A MAC that belongs to nothing.
    pub const fn zero() -> Mac {
        Mac([0; 32])
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As it stands in links and tags: 43 characters of unpadded base64url, all of which a tag may hold.
    pub fn encode(&self) -> String {
        BASE64.encode(self.0)
    }

    /// Reads what [`encode`](Self::encode) wrote; refuses every other spelling.
    pub fn decode(text: &str) -> Option<Mac> {
        Self::from_bytes(&BASE64.decode(text).ok()?)
    }
}

/// What a link does when its button is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Agree to the promotion.
    Confirm,
    /// Close the request: no promotion.
    Cancel,
}

impl Action {
    /// As it stands in the token.
    pub const fn name(self) -> &'static str {
        match self {
            Action::Confirm => "confirm",
            Action::Cancel => "cancel",
        }
    }

    fn by_name(name: &str) -> Option<Action> {
        [Action::Confirm, Action::Cancel].into_iter().find(|action| action.name() == name)
    }
}

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The echo's name, as written in the settings.
    pub echo: String,
    /// The DbiResourceId of the instance to promote.
    pub resource_id: String,
    /// The instance's identifier: where to look, not what is proven (the resource id is).
    pub instance: String,
    /// The request's number on that instance.
    pub request: u32,
    /// What the link does.
    pub action: Action,
    /// The address that the link was mailed to.
    pub approver: String,
    /// The link works until then; whole seconds.
    pub expires: Timestamp,
}

/// The version of the message's form; a new key or form gets a new one (HMAC keys do not rotate).
const VERSION: &str = "1";
/// Separates these messages from anything else that the same key might ever be used for.
const DOMAIN: &str = "rds-echo approval";
/// No token that we make is longer; checked before anything is decoded.
const LONGEST_TOKEN: usize = 1024;

impl Claim {
    /// The bytes that the MAC is over. No field can hold a line feed (see [`Claim::parse`] and the
    /// settings), so no two claims share a message.
    pub fn message(&self) -> Vec<u8> {
        format!("{DOMAIN}\n{}", self.fields()).into_bytes()
    }

    fn fields(&self) -> String {
        [
            VERSION,
            &self.echo,
            &self.resource_id,
            &self.instance,
            &self.request.to_string(),
            self.action.name(),
            &self.approver,
            &self.expires.as_second().to_string(),
        ]
        .join("\n")
    }

    /// The link's last part: base64url of the fields, a dot, base64url of the MAC.
    pub fn token(&self, mac: &Mac) -> Token {
        Token(format!("{}.{}", BASE64.encode(self.fields()), mac.encode()))
    }

    /// Reads a token's form; whether its MAC is right is for KMS to say. Exactly one spelling is
    /// accepted for each claim: the one that [`token`](Self::token) writes. `None` says no more,
    /// so that nobody learns how nearly right a guess was.
    pub fn parse(token: &str) -> Option<(Claim, Mac)> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let (fields, mac) = token.split_once('.')?;
        let mac = Mac::decode(mac)?;
        let fields = String::from_utf8(BASE64.decode(fields).ok()?).ok()?;
        let parts: Vec<&str> = fields.split('\n').collect();
        let [version, echo, resource_id, instance, request, action, approver, expires] = parts[..] else {
            return None;
        };
        let claim = Claim {
            echo: echo.to_owned(),
            resource_id: resource_id.to_owned(),
            instance: instance.to_owned(),
            request: request.parse().ok()?,
            action: Action::by_name(action)?,
            approver: approver.to_owned(),
            expires: Timestamp::from_second(expires.parse().ok()?).ok()?,
        };
        // Numbers have several spellings ("07", "+7"); only ours is a token.
        (version == VERSION && claim.fields() == fields).then_some((claim, mac))
    }
}

/// A token: whoever holds it can act in its address's name, so its `Debug` says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token's text, to be put into a link and nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
