//! What people write beside a click: kept, and harmless.
#![allow(missing_docs, reason = "tests")]

use proptest::prelude::*;
use tag_state::remark::{LONGEST_REMARK, Remark, quote, unquote};
use tag_state::tags::fits_a_tag;

proptest! {
    /// Whatever is written, it comes back as it was cleaned, or cut where it is too long for a tag.
    #[test]
    fn a_remark_reads_back(text in any::<String>(), room in 0usize..300) {
        let Some(remark) = Remark::new(&text) else { return Ok(()) };
        let quoted = quote(remark.as_str(), room);
        prop_assert!(fits_a_tag(&quoted) && quoted.chars().count() <= room, "{}", quoted);
        let back = unquote(&quoted);
        prop_assert!(remark.as_str().starts_with(&back), "{:?} is no beginning of {:?}", back, remark);
        if quote(remark.as_str(), usize::MAX).chars().count() <= room {
            prop_assert_eq!(back, remark.as_str());
        }
    }

    #[test]
    fn a_remark_is_one_short_line(text in any::<String>()) {
        let Some(remark) = Remark::new(&text) else { return Ok(()) };
        let said = remark.as_str();
        prop_assert!(said.chars().count() <= LONGEST_REMARK && !said.is_empty() && said.trim() == said);
        prop_assert!(!said.chars().any(char::is_control));
        prop_assert_eq!(Remark::new(said), Some(remark.clone()), "cleaning twice changes nothing");
    }

    /// The tag may have been written by hand.
    #[test]
    fn anything_can_be_unquoted(text in any::<String>()) {
        unquote(&text);
    }
}

#[test]
fn what_a_tag_cannot_hold_is_quoted_and_the_rest_is_readable() {
    for (text, quoted) in [
        ("release test until 5 pm", "release test until 5 pm"),
        ("we're busy, sorry!", "we=27re busy=2C sorry=21"),
        ("später, bitte", "später=2C bitte"),
        ("Пожалуйста, позже", "Пожалуйста=2C позже"),
        ("a=b", "a=3Db"),
        ("क्षमा", "=E0=A4=95=E0=A5=8D=E0=A4=B7=E0=A4=AE=E0=A4=BE"),
        ("🙈", "=F0=9F=99=88"),
    ] {
        assert_eq!(quote(text, 256), quoted);
        assert_eq!(unquote(quoted), text);
    }
    assert_eq!(quote("ab🙈", 13), "ab", "never half a character");
    for by_hand in ["50 = 50", "=ZZ", "=+1", "trailing =", "=4", "=FF"] {
        assert_eq!(unquote(by_hand), by_hand);
    }
}

#[test]
fn control_and_direction_are_taken_out() {
    let remark = |text: &str| Remark::new(text).map(|remark| remark.to_string());
    assert_eq!(remark("  not\tnow\r\nBcc: eve@example.test\0 "), Some("not now Bcc: eve@example.test".to_owned()));
    assert_eq!(remark("abc\u{202e}cba\u{2066}\u{200f}"), Some("abccba".to_owned()));
    for nothing in ["", " \n\t", "\u{202e}"] {
        assert_eq!(remark(nothing), None);
    }
}
