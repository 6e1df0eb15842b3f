//! `rdsecho.properties`, read by the rules of commons-configuration 1.10: the original read its file with that,
//! and each file that was good then must mean the same now.

use std::collections::BTreeSet;

use super::{Entry, Problem, schema};

/// What a properties file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// The settings, each key once, in the order of the file.
    pub entries: Vec<Entry>,
    /// What could not be read; those settings are not among the entries.
    pub problems: Vec<Problem>,
    /// What stands in the file and has no effect, as a warning each.
    pub ignored: Vec<Problem>,
}

/// How many `${key}` there may be on the way to a value, and how long (in bytes) it may become: nobody needs as
/// much, and a few lines could otherwise ask for more than there is memory or stack.
const MOST_STEPS: usize = 1000;
const LONGEST: usize = 65_536;

/// Reads the text of a properties file; `place` is what error texts call it, such as its name.
pub fn read_properties(text: &str, place: &str) -> Properties {
    read_properties_below(text, place, &[])
}

/// As [`read_properties`], for a file that other settings stand above, such as those of `RDS_ECHO_OPTS`: where
/// the file says `${rdsecho.name}`, theirs is meant, as the original meant it.
pub fn read_properties_below(text: &str, place: &str, above: &[Entry]) -> Properties {
    let mut file = File { place, above, properties: Vec::new(), problems: Vec::new(), ignored: Vec::new() };
    file.parse(text);
    file.finish()
}

struct Property {
    /// Where its logical line begins, counted from 1.
    line: usize,
    key: String,
    /// The value before the escapes of a list are undone and `${}` is replaced.
    value: String,
}

struct File<'a> {
    place: &'a str,
    above: &'a [Entry],
    properties: Vec<Property>,
    /// With their line numbers, to be put in order.
    problems: Vec<(usize, Problem)>,
    ignored: Vec<(usize, Problem)>,
}

impl File<'_> {
    fn note(&self, line: usize, key: &str, message: impl Into<String>) -> (usize, Problem) {
        let key = if key.is_empty() { "a line without a key" } else { key };
        (line, Problem { key: key.to_owned(), place: self.at(&[line]), message: message.into() })
    }

    fn problem(&mut self, line: usize, key: &str, message: impl Into<String>) {
        let note = self.note(line, key, message);
        self.problems.push(note);
    }

    fn ignore(&mut self, line: usize, key: &str, message: impl Into<String>) {
        let note = self.note(line, key, message);
        self.ignored.push(note);
    }

    fn at(&self, lines: &[usize]) -> String {
        let numbers: Vec<String> = lines.iter().map(ToString::to_string).collect();
        match numbers.as_slice() {
            [] => self.place.to_owned(),
            [only] => format!("{} line {only}", self.place),
            [before @ .., last] => format!("{} lines {} and {last}", self.place, before.join(", ")),
        }
    }

    fn parse(&mut self, text: &str) {
        let (lines, unfinished) = logical_lines(text);
        for Line { number, text } in lines {
            let Some((raw_key, raw_value)) = split(&text) else {
                self.ignore(number, only_ours(&text), "is ignored: there is no = behind it");
                continue;
            };
            match (unescape(raw_key, false), unescape(raw_value, true)) {
                (Err(message), _) => self.problem(number, raw_key, message),
                (Ok(key), Err(message)) => self.problem(number, &key, message),
                (Ok(key), Ok(value)) if key.eq_ignore_ascii_case("include") && !value.is_empty() => {
                    self.problem(number, &key, format!("{value:?} is not read: put what stands in it here"));
                }
                (Ok(key), Ok(value)) => self.properties.push(Property { line: number, key, value }),
            }
        }
        if let Some(Line { number, text }) = unfinished {
            let key = split(&text).map_or_else(|| only_ours(&text), |(key, _)| key);
            self.ignore(number, key, "is ignored: a backslash at its end continues it, and nothing follows");
        }
    }

    fn finish(mut self) -> Properties {
        let properties = std::mem::take(&mut self.properties);
        let mut entries = Vec::new();
        let mut used = BTreeSet::new();
        let mut done = BTreeSet::new();
        for Property { key, .. } in properties.iter().filter(|property| property.key.starts_with("rdsecho.")) {
            if done.insert(key) {
                entries.extend(self.entry(key, &properties, &mut used));
            }
        }
        for Property { line, key, .. } in &properties {
            if !key.starts_with("rdsecho.") && !used.contains(key) {
                self.ignore(*line, key, "is ignored: it does not begin with rdsecho.");
            }
        }
        // Also where another line of the key could be read: which one counts is not for us to guess.
        entries.retain(|entry| self.problems.iter().all(|(_, problem)| problem.key != entry.key));
        // What a key above has replaced has no effect, so nothing about it is wrong.
        self.problems.retain(|(_, problem)| self.above.iter().all(|above| above.key != problem.key));
        self.problems.sort_by_key(|(line, _)| *line);
        self.ignored.sort_by_key(|(line, _)| *line);
        let without_lines = |notes: Vec<(usize, Problem)>| notes.into_iter().map(|(_, note)| note).collect();
        Properties { entries, problems: without_lines(self.problems), ignored: without_lines(self.ignored) }
    }

    /// One entry from all places of a key; `None` where there is a problem.
    fn entry(&mut self, key: &str, properties: &[Property], used: &mut BTreeSet<String>) -> Option<Entry> {
        let scope = Scope { above: self.above, properties };
        let mut values: Vec<(usize, String)> = Vec::new();
        let mut failed = false;
        for Property { line, value, .. } in properties.iter().filter(|property| property.key == key) {
            let mut expansion = Expansion::default();
            match scope.expand(&without_list_escapes(value), &mut expansion) {
                Ok(value) => values.push((*line, value)),
                Err(message) => {
                    failed = true;
                    self.problem(*line, key, message);
                }
            }
            for other in &expansion.shortened {
                let message =
                    format!("${{{other}}} has several values and stands for the first: write all of them here");
                self.ignore(*line, key, message);
            }
            used.extend(expansion.used);
        }
        if failed {
            return None;
        }
        if schema::is_list(key) {
            let (lines, values): (Vec<usize>, Vec<String>) = values.into_iter().unzip();
            let filled: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
            return Some(Entry { key: key.to_owned(), value: filled.join(","), place: self.at(&lines) });
        }
        let (first, value) = values.first()?;
        if let Some((other, _)) = values.iter().find(|(_, other)| other != value) {
            let message =
                format!("has another value in line {other}, and only the first ever counted: keep one of them");
            self.problem(*first, key, message);
            return None;
        }
        Some(Entry { key: key.to_owned(), value: value.clone(), place: self.at(&[*first]) })
    }
}

/// What replacing each `${}` of one value has come to.
#[derive(Default)]
struct Expansion {
    /// The keys on the way to here, to notice a circle.
    path: Vec<String>,
    used: BTreeSet<String>,
    /// Keys that stood for the first of several values.
    shortened: BTreeSet<String>,
    steps: usize,
}

/// What `${key}` can mean.
struct Scope<'a> {
    above: &'a [Entry],
    properties: &'a [Property],
}

impl Scope<'_> {
    /// The value of another key. As in the original, the first where there are several.
    fn lookup(&self, key: &str, expansion: &mut Expansion) -> Option<String> {
        let above = self.above.iter().rfind(|entry| entry.key == key).map(|entry| entry.value.as_str());
        let mut here = self.properties.iter().filter(|property| property.key == key);
        let value = above.or_else(|| here.next().map(|property| property.value.as_str()))?;
        let (first, others) = first_of(value);
        if others || (above.is_none() && here.any(|other| other.value != value)) {
            expansion.shortened.insert(key.to_owned());
        }
        expansion.used.insert(key.to_owned());
        Some(first)
    }

    fn expand(&self, text: &str, expansion: &mut Expansion) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            if let Some(before) = before.strip_suffix('$') {
                out.push_str(before);
                out.push_str("${");
                rest = behind;
                continue;
            }
            let Some((key, after)) = behind.split_once('}') else { break };
            out.push_str(before);
            expansion.steps += 1;
            if expansion.path.iter().any(|on_the_way| on_the_way == key) {
                return Err(format!("{} leads back to itself: write the value itself", shown(key)));
            }
            if expansion.steps > MOST_STEPS {
                return Err(TOO_MUCH.to_owned());
            }
            let Some(value) = self.lookup(key, expansion).filter(|_| !key.is_empty()) else {
                let outside = ["env:", "sys:", "const:"].iter().any(|prefix| key.starts_with(prefix));
                let why = if outside { "stands outside of this file" } else { "is no key of this file" };
                return Err(format!("{} {why}: write the value itself, or $${{ where no key is meant", shown(key)));
            };
            expansion.path.push(key.to_owned());
            out.push_str(&self.expand(&value, expansion)?);
            expansion.path.pop();
            rest = after;
        }
        out.push_str(rest);
        if expansion.steps > 0 && out.len() > LONGEST {
            return Err(TOO_MUCH.to_owned());
        }
        Ok(out)
    }
}

const TOO_MUCH: &str = "there is too much behind its ${}: write the value itself";

/// What is no name of a key may be anything, also a part of a secret, and is not repeated.
fn shown(key: &str) -> String {
    let name = key.chars().all(|each| each.is_ascii_alphanumeric() || "._-:".contains(each));
    format!("${{{}}}", if name { key } else { "..." })
}

/// A line without a separator may be the rest of anything, also of a secret: only what is meant to be a setting
/// is repeated.
fn only_ours(line: &str) -> &str {
    if line.starts_with("rdsecho.") { line } else { "" }
}

/// What Java takes for white space within a line.
fn is_space(each: char) -> bool {
    matches!(each, ' ' | '\t' | '\n' | '\x0B' | '\x0C' | '\r')
}

/// As Java trims: also control characters.
fn trim(text: &str) -> &str {
    text.trim_matches(|each| each <= ' ')
}

/// A line and those that continue it.
struct Line {
    /// Of the first, counted from 1.
    number: usize,
    text: String,
}

/// The lines with those that they continue in, each with the number of its first; and the last one, where it
/// was to be continued and is not. Comments and empty lines may stand within a continued line.
fn logical_lines(text: &str) -> (Vec<Line>, Option<Line>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut lines = Vec::new();
    let mut open: Option<Line> = None;
    for (number, line) in text.split(['\n', '\r']).enumerate().map(|(index, line)| (index + 1, trim(line))) {
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        let continues = backslashes % 2 == 1;
        let whole = open.get_or_insert_with(|| Line { number, text: String::new() });
        whole.text.push_str(if continues { &line[..line.len() - 1] } else { line });
        if !continues {
            lines.extend(open.take());
        }
    }
    (lines, open)
}

/// The key and the value, both with their escapes; `None` where no separator stands behind the key.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut characters = line.char_indices();
    let end = loop {
        match characters.next()? {
            (_, '\\') => {
                characters.next();
            }
            (place, each) if each == '=' || each == ':' || is_space(each) => break place,
            (_, _) => {}
        }
    };
    let (key, rest) = line.split_at(end);
    let rest = rest.trim_start_matches(is_space);
    Some((trim(key), trim(rest.strip_prefix(['=', ':']).unwrap_or(rest))))
}

/// Undoes the escapes; an unknown one loses its backslash. That of a comma can be kept, because it says that
/// the comma separates nothing.
fn unescape(text: &str, keep_comma: bool) -> Result<String, String> {
    // In UTF-16, because that is what \u counts in.
    let mut out: Vec<u16> = Vec::new();
    let push = |out: &mut Vec<u16>, each: char| out.extend_from_slice(each.encode_utf16(&mut [0; 2]));
    let mut characters = text.chars();
    while let Some(each) = characters.next() {
        if each != '\\' {
            push(&mut out, each);
            continue;
        }
        match characters.next() {
            Some('t') => push(&mut out, '\t'),
            Some('n') => push(&mut out, '\n'),
            Some('r') => push(&mut out, '\r'),
            Some('f') => push(&mut out, '\x0C'),
            Some('b') => push(&mut out, '\x08'),
            Some(',') if keep_comma => out.extend([u16::from(b'\\'), u16::from(b',')]),
            Some('u') => {
                let digits: String = characters.by_ref().take(4).collect();
                let hex = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let unit = u16::from_str_radix(&digits, 16).ok().filter(|_| hex);
                out.push(
                    unit.ok_or("holds a \\u without four hexadecimal digits behind it: write \\\\u for a backslash")?,
                );
            }
            Some(other) => push(&mut out, other),
            None => push(&mut out, '\\'),
        }
    }
    String::from_utf16(&out).map_err(|_| "holds half of a character: \\u escapes above ffff come in pairs".to_owned())
}

/// Undoes what escapes a comma and a backslash in a list. As in the original, only where there is a comma
/// behind the first character.
fn without_list_escapes(value: &str) -> String {
    if value.find(',').is_none_or(|place| place == 0) {
        return value.to_owned();
    }
    trim(&tokens(value).map(|(character, _)| character).collect::<String>()).to_owned()
}

/// The first of a list, and whether there are others.
fn first_of(value: &str) -> (String, bool) {
    if value.find(',').is_none_or(|place| place == 0) {
        return (value.to_owned(), false);
    }
    let separates = |(each, escaped): &(char, bool)| *each == ',' && !escaped;
    let first: String = tokens(value).take_while(|token| !separates(token)).map(|(character, _)| character).collect();
    (trim(&first).to_owned(), tokens(value).any(|token| separates(&token)))
}

/// The characters of a list, each with whether it was escaped.
fn tokens(value: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut characters = value.chars().peekable();
    std::iter::from_fn(move || match characters.next()? {
        '\\' => Some(characters.next_if(|next| matches!(next, ',' | '\\')).map_or(('\\', false), |next| (next, true))),
        each => Some((each, false)),
    })
}
