//! What the page's form sends: at most a remark.

use tag_state::remark::Remark;
use tag_state::text::page::Page;

/// Our form with the longest remark, where each character takes four bytes and each byte three characters, has a third
/// of that.
const LARGEST_BODY: usize = 8192;
/// What a browser sends a form as.
const FORM: &str = "application/x-www-form-urlencoded";

/// The remark of a sent form; other fields are not looked at, and of several remarks the first counts.
///
/// # Errors
/// The page that says what is wrong with it.
pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Option<Remark>, Page<'static>> {
    if body.len() > LARGEST_BODY {
        return Err(Page::TooLarge);
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(FORM) {
        return Err(Page::WrongType);
    }
    if std::str::from_utf8(body).is_err() {
        return Err(Page::Unreadable);
    }
    let mut reason = None;
    for (name, value) in form_urlencoded::parse(body) {
        // The parser puts this where the bytes are no UTF-8; nobody types it.
        if [&name, &value].iter().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
            return Err(Page::Unreadable);
        }
        if name == "reason" && reason.is_none() {
            reason = Some(value);
        }
    }
    Ok(reason.and_then(|reason| Remark::new(&reason)))
}
