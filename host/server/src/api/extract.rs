//! Reads requests. Bodies are parsed by the handler, after the caller has been
//! let into the practice, so that a stranger learns nothing from them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use greffon_words::{Text, fields, problems};
use serde::de::DeserializeOwned;

use crate::api::v1::schema::time;
use crate::app::App;
use crate::error::ApiError;

/// Longest name or list of names in an explanation, in characters: an unknown
/// field's name may be anything.
const LONGEST_WHY: usize = 200;

/// A JSON body that was received but not read.
pub(crate) struct Payload(Bytes);

impl Payload {
    /// The body as received.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The body as a value of the contract.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let mut json = serde_json::Deserializer::from_slice(&self.0);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            if inner.is_data() {
                let field = if path == "." { "body".to_owned() } else { dotted(&path) };
                ApiError::Invalid { field, why: explain(&inner.to_string()) }
            } else {
                malformed(&inner)
            }
        })?;
        json.end().map_err(|error| malformed(&error))?;
        Ok(value)
    }
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::Malformed { why: problems::at_place(error.column(), error.line()) }
}

impl FromRequest<Arc<App>> for Payload {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = declared.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::NotJson);
        }
        Ok(Self(Raw::from_request(request, app).await?.0))
    }
}

/// A body as it came, of whatever type.
pub(crate) struct Raw(pub(crate) Bytes);

impl FromRequest<Arc<App>> for Raw {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        match Bytes::from_request(request, app).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ApiError::TooLarge { limit_bytes: app.limits.body_bytes })
            }
            Err(_) => Err(ApiError::Malformed { why: problems::cut_short() }),
        }
    }
}

/// The one variable part of a path, decoded. A name that is not text names
/// nothing.
pub(crate) struct Named(pub(crate) String);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Path(name) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| ApiError::NoName)?;
        Ok(Self(name))
    }
}

/// The two variable parts of a path: a practice, and a thing of it.
pub(crate) struct NamedIn(pub(crate) String, pub(crate) String);

impl FromRequestParts<Arc<App>> for NamedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let path = Path::<(String, String)>::from_request_parts(parts, app).await;
        let Path((practice, name)) = path.map_err(|_| ApiError::NoName)?;
        Ok(Self(practice, name))
    }
}

/// The query. Fields are read as text and parsed by the handler, so that each
/// problem names its parameter.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Query(query) = Query::<T>::from_request_parts(parts, app).await.map_err(|rejection| {
            let text = rejection.body_text();
            let why = text.rsplit(": ").next().unwrap_or_default();
            ApiError::invalid("query", explain(why))
        })?;
        Ok(Self(query))
    }
}

/// A whole number within bounds.
pub(crate) fn number_within(
    field: &str,
    text: Option<&str>,
    default: u32,
    least: u32,
    most: u32,
) -> Result<u32, ApiError> {
    match text.map(str::parse::<u32>) {
        None => Ok(default),
        Some(Ok(number)) if (least..=most).contains(&number) => Ok(number),
        Some(_) => Err(ApiError::invalid(field, fields::whole_number(least, most))),
    }
}

/// `facts[0].value` as `facts.0.value`, as everywhere in greffon.
fn dotted(path: &str) -> String {
    path.replace('[', ".").replace(']', "").trim_start_matches('.').to_owned()
}

/// What serde says, without the value that it was given: that may be personal.
fn explain(message: &str) -> Text {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    if message == time::EXPECTED {
        return fields::instant();
    }
    let about = |start: &str| message.strip_prefix(start).and_then(|rest| rest.strip_prefix('`'));
    if let Some(rest) = about("unknown field ") {
        // The name may be anything; what serde knows never holds a back-tick.
        return match rest.rsplit_once("`, expected ") {
            Some((name, known)) => fields::unknown_field_among(&bounded(&names(known)), &bounded(name)),
            None => fields::unknown_field(&bounded(rest.split_once("`, ").map_or(rest, |(name, _)| name))),
        };
    }
    if let Some(name) = about("missing field ") {
        return fields::missing_field(&bounded(name.trim_end_matches('`')));
    }
    if let Some(name) = about("duplicate field ") {
        return fields::duplicate_field(&bounded(name.trim_end_matches('`')));
    }
    match message.rsplit_once("expected ") {
        Some((_, what)) => fields::expected(&bounded(what)),
        None => fields::wrong_form(),
    }
}

/// The names of « one of `from`, `to` ».
fn names(known: &str) -> String {
    known.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(", ")
}

fn bounded(words: &str) -> String {
    words.chars().take(LONGEST_WHY).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use greffon_core::flow::NewContact;
    use greffon_words::{Locale, Text, fields};
    use serde::Deserialize;

    use super::{Payload, dotted, explain, number_within};
    use crate::error::ApiError;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Order {
        #[expect(dead_code, reason = "only its reading is tested")]
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[expect(dead_code, reason = "only its reading is tested")]
        count: u32,
    }

    fn english(why: &Text) -> String {
        why.of(Locale::En).to_owned()
    }

    fn refused(body: &'static str) -> (String, String) {
        match Payload(Bytes::from_static(body.as_bytes())).parse::<Order>().unwrap_err() {
            ApiError::Invalid { field, why } => (field, english(&why)),
            ApiError::Malformed { why } => ("malformed".into(), english(&why)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrong_field_is_named_and_its_value_is_not() {
        let (field, why) = refused(r#"{"lines":[{"count":1},{"count":"Dupont"}]}"#);
        assert_eq!((field.as_str(), why.as_str()), ("lines.1.count", "The expected form is: u32."));
    }

    #[test]
    fn an_unknown_field_is_named_with_the_known_ones() {
        let (field, why) = refused(r#"{"lines":[],"line":1}"#);
        assert_eq!((field.as_str(), why.as_str()), ("line", "The field “line” is unknown; expected: lines."));
    }

    #[test]
    fn a_missing_field_is_named() {
        assert_eq!(refused("{}"), ("body".into(), "The field “lines” is missing.".into()));
    }

    #[test]
    fn text_that_is_not_json_says_where() {
        assert_eq!(refused(r#"{"lines":]"#), ("malformed".into(), "line 1, column 10".into()));
        assert_eq!(refused(r#"{"lines":[]} x"#), ("malformed".into(), "line 1, column 14".into()));
        assert_eq!(refused(""), ("malformed".into(), "line 1, column 0".into()));
    }

    #[test]
    fn json_nested_too_deep_is_refused_and_does_not_overflow() {
        let body = "[".repeat(100_000);
        let payload = Payload(Bytes::from(format!(r#"{{"channel":"phone","facts":{body}"#)));
        assert!(payload.parse::<NewContact>().is_err());
    }

    #[test]
    fn an_explanation_never_holds_the_value() {
        let said = |message: &str| english(&explain(message));
        assert_eq!(said("invalid value: string \"expected Dupont\", expected a date"), "The expected form is: a date.");
        assert_eq!(
            said("unknown variant `Dupont`, expected `yes` or `no` at line 1 column 2"),
            "The expected form is: `yes` or `no`."
        );
        assert_eq!(explain("Dupont"), fields::wrong_form());
        assert_eq!(explain(&format!("{} at line 1 column 2", super::time::EXPECTED)), fields::instant());
    }

    #[test]
    fn a_field_is_explained_whatever_its_name_is() {
        let said = |message: &str| english(&explain(message));
        assert_eq!(
            said("unknown field `a`, expected one of `from`, `to`"),
            "The field “a” is unknown; expected: from, to."
        );
        assert_eq!(said("unknown field `a`, there are no fields"), "The field “a” is unknown.");
        assert_eq!(
            said("unknown field `x`, expected `y`, expected `from`"),
            "The field “x`, expected `y” is unknown; expected: from."
        );
        assert_eq!(explain("duplicate field `from`"), fields::duplicate_field("from"));
        assert!(said(&format!("unknown field `{}`", "x".repeat(9_000))).len() < 2 * super::LONGEST_WHY);
    }

    #[test]
    fn paths_are_dotted() {
        assert_eq!(dotted("facts[0].value"), "facts.0.value");
        assert_eq!(dotted("[3]"), "3");
    }

    #[test]
    fn a_number_is_within_its_bounds() {
        assert_eq!(number_within("limit", None, 50, 1, 200).unwrap(), 50);
        assert_eq!(number_within("limit", Some("200"), 50, 1, 200).unwrap(), 200);
        for wrong in ["0", "201", "-1", "x", "", "99999999999"] {
            assert!(number_within("limit", Some(wrong), 50, 1, 200).is_err(), "{wrong}");
        }
    }
}
