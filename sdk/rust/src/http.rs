//! A small blocking HTTP client. The host sends the request only to an origin
//! that the practice grants, adds the credentials bound to that origin, and
//! follows no redirect.

mod message;

pub use self::message::{Error, Request, Response};
use crate::host;

impl Request {
    /// Sends the request and waits for the whole answer. An answer of any
    /// status is a success.
    ///
    /// # Errors
    /// [`Error::certainly_not_sent`] tells whether the other side can have
    /// acted on the request.
    pub fn send(self) -> Result<Response, Error> {
        host::http(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Fakes;

    #[test]
    fn answers_come_from_the_test() {
        let fakes = Fakes::new();
        fakes.reply(Response::new(207, "<ok/>").with_header("ETag", "\"1\""));
        let response = Request::new("REPORT", "https://dav.example/").header("depth", "1").send().unwrap();
        assert_eq!((response.status, response.text().as_ref()), (207, "<ok/>"));
        assert_eq!(response.header("etag"), Some("\"1\""));
        assert!(response.is_success());
        assert_eq!(fakes.requests()[0].headers, [("depth".to_owned(), "1".to_owned())]);
    }

    #[test]
    fn an_unexpected_request_is_denied() {
        let fakes = Fakes::new();
        let error = Request::new("GET", "https://elsewhere.example/").send().unwrap_err();
        assert!(matches!(error, Error::Denied(_)), "{error}");
        assert_eq!(fakes.requests().len(), 1);
    }

    #[test]
    fn a_server_can_be_written_in_the_test() {
        let fakes = Fakes::new();
        let mut stored = Vec::new();
        fakes.serve(move |request| match request.method.as_str() {
            "PUT" => {
                stored.clone_from(&request.body);
                Ok(Response::new(201, ""))
            }
            _ => Ok(Response::new(200, stored.clone())),
        });
        Request::new("PUT", "https://dav.example/a").body("x").send().unwrap();
        assert_eq!(Request::new("GET", "https://dav.example/a").send().unwrap().body, b"x");
    }

    #[test]
    fn only_a_lost_response_leaves_a_doubt() {
        let why = || "connection reset".to_owned();
        assert!(Error::NotSent(why()).certainly_not_sent());
        assert!(Error::Denied(why()).certainly_not_sent());
        assert!(Error::Invalid(why()).certainly_not_sent());
        assert!(!Error::ResponseLost(why()).certainly_not_sent());
    }
}
