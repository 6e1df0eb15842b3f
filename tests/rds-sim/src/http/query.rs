//! Requests of the Query protocol: `Action`, and parameters whose names spell out lists and structures.

use std::collections::BTreeMap;

use tag_state::facts::Tags;
use tag_state::parameter::{Kind, Parameters, Value};

use crate::wire::{Names, TABLE};
use crate::world::error::{ApiError, Code};

/// The parameters of one request, from its query string or its form.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    /// Reads `a=b&c=d`; of the same name the last one counts.
    pub(super) fn parse(encoded: &[u8]) -> Query {
        Query(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// A parameter; an empty one counts as not given.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, ApiError> {
        let missing =
            || ApiError::new(Code::MissingParameter, format!("The request must contain the parameter {name}"));
        self.text(name).ok_or_else(missing)
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(text) => Err(bad(name, text)),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.text(name).map(|text| text.parse().map_err(|_| bad(name, text))).transpose()
    }

    /// The members of a list, in order: `NAME.anything.1`, `NAME.anything.2` (clients name the middle as the
    /// API's model says, older ones `member`).
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let prefix = format!("{name}.");
        let mut found: Vec<(u64, String)> = self
            .under(&prefix)
            .filter_map(|(key, value)| Some((key.rsplit('.').next()?.parse().ok()?, value.clone())))
            .collect();
        found.sort();
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// `Tags.Tag.1.Key`, `Tags.Tag.1.Value`.
    pub(super) fn tags(&self) -> Result<Tags, ApiError> {
        let mut tags = Tags::new();
        for (key, name) in self.under("Tags.").filter(|(key, _)| key.ends_with(".Key")) {
            let value_key = format!("{}Value", key.trim_end_matches("Key"));
            let value = self.0.get(&value_key).cloned().unwrap_or_default();
            if tags.insert(name.clone(), value).is_some() {
                return Err(ApiError::new(Code::InvalidParameterValue, format!("Duplicate tag key: {name}")));
            }
        }
        Ok(tags)
    }

    /// `Filters.Filter.1.Name`, `Filters.Filter.1.Values.Value.1`.
    pub(super) fn filters(&self) -> Vec<(String, Vec<String>)> {
        self.under("Filters.")
            .filter_map(|(key, name)| {
                let filter = key.strip_suffix(".Name")?;
                Some((name.clone(), self.list(&format!("{filter}.Values"))))
            })
            .collect()
    }

    /// The settings of an instance in the request, under the names of one of the calls.
    pub(super) fn parameters(
        &self,
        taken: impl Fn(&Names) -> bool,
        name: impl Fn(&Names) -> &'static str,
    ) -> Result<Parameters, ApiError> {
        let mut parameters = Parameters::new();
        for names in TABLE.iter().filter(|names| taken(names)) {
            let name = name(names);
            let value = match names.parameter.kind() {
                Kind::Text => self.text(name).map(|text| Value::Text(text.to_owned())),
                Kind::Flag => self.flag(name)?.map(Value::Flag),
                Kind::Number => self.number(name)?.map(Value::Number),
                Kind::List => {
                    let members = self.list(name);
                    (!members.is_empty()).then(|| Value::List(members.into_iter().collect()))
                }
            };
            if let Some(value) = value {
                parameters.insert(names.parameter, value);
            }
        }
        Ok(parameters)
    }

    fn under(&self, prefix: &str) -> impl Iterator<Item = (&String, &String)> {
        self.0.range(prefix.to_owned()..).take_while(move |(key, _)| key.starts_with(prefix))
    }
}

fn bad(name: &str, text: &str) -> ApiError {
    ApiError::new(Code::InvalidParameterValue, format!("Invalid value {text} for {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_order_beyond_nine_and_tags_need_no_value() {
        let query = Query::parse(
            b"Ids.member.2=b&Ids.member.10=c&Ids.member.1=a&Tags.Tag.1.Key=k&Tags.Tag.2.Key=l&Tags.Tag.2.Value=v%20w",
        );
        assert_eq!(query.list("Ids"), ["a", "b", "c"]);
        let expected: Tags = [("k".to_owned(), String::new()), ("l".to_owned(), "v w".to_owned())].into();
        assert_eq!(query.tags().unwrap(), expected);
    }

    #[test]
    fn a_number_that_is_none_is_named() {
        let error = Query::parse(b"Port=many").number("Port").unwrap_err();
        assert_eq!(error.to_string(), "InvalidParameterValue: Invalid value many for Port");
    }
}
