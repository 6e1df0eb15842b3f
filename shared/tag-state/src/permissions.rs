//! What each deployed function's role must allow: for `rds-echo check`, which asks IAM before a restore finds out.
//!
//! One table, [`needs`]: the calls that a function makes, on what it makes them, and what AWS then tells IAM of the
//! request. template.yaml grants the same, and a test compares the two.

mod ask;
mod place;
mod table;

use std::collections::BTreeMap;

pub use ask::{Denial, Judgement, Question, Verdict, judge, questions};
pub use place::Place;
pub use table::{GRANT, needs};

/// A deployed function, by the role that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the function of that name")]
pub enum Role {
    New,
    Modify,
    Reboot,
    RequestApproval,
    Approve,
    Promote,
    Retire,
}

impl Role {
    /// All of them, in the order of an instance's life.
    pub const ALL: [Role; 7] =
        [Role::New, Role::Modify, Role::Reboot, Role::RequestApproval, Role::Approve, Role::Promote, Role::Retire];

    /// Its function's name.
    pub const fn name(self) -> &'static str {
        match self {
            Role::New => "new",
            Role::Modify => "modify",
            Role::Reboot => "reboot",
            Role::RequestApproval => "request-approval",
            Role::Approve => "approve",
            Role::Promote => "promote",
            Role::Retire => "retire",
        }
    }

    /// The one of that function; `None` where there is no such function.
    pub fn by_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// The value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContextValue {
    /// A text.
    Text(String),
    /// True or false.
    Flag(bool),
    /// Several texts, of a key that has any number of values.
    List(Vec<String>),
}

/// What AWS tells IAM of a request, by condition key.
pub type Context = BTreeMap<String, ContextValue>;

/// One thing that a role must allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The action, such as `rds:DeleteDBInstance`.
    pub action: &'static str,
    /// The ARN of what it is done to.
    pub resource: String,
    /// The circumstances.
    pub context: Context,
}
