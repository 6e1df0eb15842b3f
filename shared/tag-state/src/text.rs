//! All texts for approvers: the mails and the page. The words stand here and in `templates/`, whose escaping keeps what
//! others control (names, tags, addresses, remarks) from becoming markup.
//!
//! They are for people who use a database and know nothing of AWS: a *name* leads to a *copy*, and is *switched*.

mod facts;
pub mod mail;
pub mod page;
mod standing;
pub mod trouble;
mod words;

use askama::Template;

/// Rendering writes to a string and calls nothing that fails.
fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_else(|error| format!("this text could not be made: {error}"))
}
