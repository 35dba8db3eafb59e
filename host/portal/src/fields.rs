//! The fields of a form that was sent.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::code::MAX_CODE;
use crate::page::Notice;
use crate::say::Say;

/// What `application/x-www-form-urlencoded` says. One that is not UTF-8, holds what nobody
/// types, or says something twice has no fields at all.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field that is there and not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
    }

    /// The code; none when it is longer than any is.
    pub(crate) fn code(&self) -> Option<String> {
        self.get("code").filter(|code| code.trim().chars().count() <= MAX_CODE).map(str::to_owned)
    }

    fn read(body: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(body) {
            // Browsers send a line's end as two characters.
            let value = value.replace("\r\n", "\n");
            // Bytes that are not UTF-8 have become U+FFFD.
            let odd = |text: &str| {
                text.chars().any(|one| one == '\u{fffd}' || (one.is_control() && one != '\n' && one != '\t'))
            };
            if odd(&name) || odd(&value) || fields.iter().any(|(known, _)| *known == name) {
                return Self(Vec::new());
            }
            fields.push((name.into_owned(), value));
        }
        Self(fields)
    }
}

impl<S: Send + Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let say = Say::as_asked(request.headers());
        if !is_form(request.headers()) {
            return Err(Notice::NoForm.page(say));
        }
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Self::read(&body)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Notice::TooLarge.page(say)),
            Err(_) => Err(Notice::NoForm.page(say)),
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn fields_are_read_once_and_whole_or_not_at_all() {
        let fields = Fields::read(b"code=a%C3%A9+b&note=un%0D%0Adeux&blank=+&code2=x");
        assert_eq!(fields.get("code"), Some("aé b"));
        assert_eq!(fields.get("note"), Some("un\ndeux"));
        assert_eq!((fields.get("blank"), fields.get("none")), (None, None));
        for odd in [&b"code=a&x=%FF"[..], b"code=a&x=\xff", b"code=a&code=b", b"code=a&x=%00", b"code=a&%1B=x"] {
            assert_eq!(Fields::read(odd).get("code"), None, "{}", odd.escape_ascii());
        }
    }
}
