//! Reads requests. Bodies are parsed by the handler, after the caller has been
//! let into the practice, so that a stranger learns nothing from them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::ApiError;

/// Longest explanation of a wrong field: an unknown field's name is in it, and
/// that may be anything.
const LONGEST_WHY: usize = 400;

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
    ApiError::Malformed { why: format!("line {}, column {}", error.line(), error.column()) }
}

impl FromRequest<Arc<App>> for Payload {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        let declared = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = declared.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(ApiError::NotJson);
        }
        match Bytes::from_request(request, app).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ApiError::TooLarge { limit_bytes: app.limits.body_bytes })
            }
            Err(_) => Err(ApiError::Malformed { why: "it ended too early".to_owned() }),
        }
    }
}

/// The one variable part of a path, decoded. A name that is not text names
/// nothing.
pub(crate) struct Named(pub(crate) String);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Path(name) =
            Path::<String>::from_request_parts(parts, app).await.map_err(|_| ApiError::NotFound("resource"))?;
        Ok(Self(name))
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
        Some(_) => Err(ApiError::invalid(field, format!("expected a whole number from {least} to {most}"))),
    }
}

/// `facts[0].value` as `facts.0.value`, as everywhere in greffon.
fn dotted(path: &str) -> String {
    path.replace('[', ".").replace(']', "").trim_start_matches('.').to_owned()
}

/// What serde says, without the value that it was given: that may be personal.
fn explain(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    let names_fields_only = ["unknown field", "missing field", "duplicate field"];
    let why = if names_fields_only.iter().any(|start| message.starts_with(start)) {
        message.to_owned()
    } else {
        match message.rfind("expected ") {
            Some(start) => message[start..].to_owned(),
            None => "has a wrong form".to_owned(),
        }
    };
    why.chars().take(LONGEST_WHY).collect()
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use greffon_core::flow::NewContact;
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

    fn refused(body: &'static str) -> (String, String) {
        match Payload(Bytes::from_static(body.as_bytes())).parse::<Order>().unwrap_err() {
            ApiError::Invalid { field, why } => (field, why),
            ApiError::Malformed { why } => ("malformed".into(), why),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrong_field_is_named_and_its_value_is_not() {
        let (field, why) = refused(r#"{"lines":[{"count":1},{"count":"Dupont"}]}"#);
        assert_eq!((field.as_str(), why.as_str()), ("lines.1.count", "expected u32"));
    }

    #[test]
    fn an_unknown_field_is_named_with_the_known_ones() {
        let (field, why) = refused(r#"{"lines":[],"line":1}"#);
        assert_eq!((field.as_str(), why.as_str()), ("line", "unknown field `line`, expected `lines`"));
    }

    #[test]
    fn a_missing_field_is_named() {
        assert_eq!(refused("{}"), ("body".into(), "missing field `lines`".into()));
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
        assert_eq!(explain("invalid value: string \"expected Dupont\", expected a date"), "expected a date");
        assert_eq!(
            explain("unknown variant `Dupont`, expected `yes` or `no` at line 1 column 2"),
            "expected `yes` or `no`"
        );
        assert_eq!(explain("Dupont"), "has a wrong form");
        assert!(explain(&format!("unknown field `{}`", "x".repeat(9_000))).len() <= super::LONGEST_WHY);
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
