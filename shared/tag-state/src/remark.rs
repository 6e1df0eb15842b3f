//! What an approver writes beside a click: a line of plain text from the internet, kept in a tag and shown to others.

use std::fmt;

/// The longest remark that is kept, in characters. With its request's number and time it fits a tag, unless many of
/// its characters have to be [quoted](quote).
pub const LONGEST_REMARK: usize = 200;

/// One line of text, trimmed, without control characters and without those that turn the direction of writing (which
/// could make it read as something else). It is still untrusted: it may look like markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark(String);

impl Remark {
    /// What is left of a text; `None` where nothing is.
    pub fn new(text: &str) -> Option<Remark> {
        let visible = text.chars().filter(|each| !turns_direction(*each));
        let line: String = visible.map(|each| if each.is_control() { ' ' } else { each }).collect();
        let words: Vec<&str> = line.split_whitespace().collect();
        let line: String = words.join(" ").chars().take(LONGEST_REMARK).collect();
        let line = line.trim_end();
        (!line.is_empty()).then(|| Remark(line.to_owned()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Unicode's marks, embeddings, overrides and isolates (Unicode Standard Annex 9), and its line and paragraph ends.
const fn turns_direction(each: char) -> bool {
    matches!(each, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a tag certainly takes this character as it is. Tags take all letters, but not the marks that some scripts
/// put to them, and the standard library does not tell the two apart: so only scripts without such marks.
fn stays(each: char) -> bool {
    let plain = matches!(each,
        '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}');
    each.is_ascii_alphanumeric() || " _.:/+-@".contains(each) || plain && each.is_alphabetic()
}

/// A text in the characters that a tag can hold, at most `room` of them: every other becomes `=` and two hexadecimal
/// digits for each byte of its UTF-8 form, as in mails (RFC 2045 6.7). Cut between two characters.
pub fn quote(text: &str, room: usize) -> String {
    let mut quoted = String::new();
    let mut length = 0;
    for each in text.chars() {
        let mut bytes = [0; 4];
        let utf8 = each.encode_utf8(&mut bytes);
        let fits = stays(each);
        length += if fits { 1 } else { 3 * utf8.len() };
        if length > room {
            break;
        }
        if fits {
            quoted.push(each);
        } else {
            quoted.extend(utf8.bytes().map(|byte| format!("={byte:02X}")));
        }
    }
    quoted
}

/// The text that was [quoted](quote). What nobody has quoted stays as it is: the tag may have been written by hand.
pub fn unquote(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |place: usize| after.get(place).and_then(|digit| char::from(*digit).to_digit(16));
        match (*first == b'=').then(|| digit(0).zip(digit(1))).flatten() {
            Some((high, low)) => {
                bytes.push((16 * high + low) as u8);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
