//! The storage URL: its scheme chooses the database.

use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::error::SetupError;

/// Where the data is.
pub(crate) enum Location {
    /// One file.
    File(PathBuf),
    /// A file that goes with the process, for tests.
    Temporary,
    /// A server.
    Server(Box<PgConnectOptions>),
}

impl Location {
    /// Reads `sqlite:PATH`, `sqlite::memory:` or `postgres://…`. A path is taken
    /// as it is: nothing in it is decoded.
    pub(crate) fn parse(url: &str) -> Result<Self, SetupError> {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(SetupError::InvalidUrl {
                why: "it has no scheme: use sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned(),
            });
        };
        match scheme {
            "sqlite" => sqlite(rest),
            "postgres" | "postgresql" => postgres(url),
            other => Err(SetupError::UnknownScheme { scheme: other.to_owned() }),
        }
    }
}

fn sqlite(rest: &str) -> Result<Location, SetupError> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path == ":memory:" {
        return Ok(Location::Temporary);
    }
    if path.is_empty() {
        return Err(SetupError::InvalidUrl { why: "sqlite: needs a path: sqlite:data/greffon.db".to_owned() });
    }
    if path.contains('?') {
        return Err(SetupError::InvalidUrl {
            why: "sqlite: takes no parameters, greffon sets them: remove the ? and what follows".to_owned(),
        });
    }
    Ok(Location::File(PathBuf::from(path)))
}

fn postgres(url: &str) -> Result<Location, SetupError> {
    // The driver's own text may quote the URL, and with it the password.
    let options = PgConnectOptions::from_str(url).map_err(|_| SetupError::InvalidUrl {
        why: "expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded".to_owned(),
    })?;
    if options.get_database().is_none_or(str::is_empty) {
        return Err(SetupError::InvalidUrl { why: "it names no database: postgres://USER@HOST/DATABASE".to_owned() });
    }
    Ok(Location::Server(Box::new(options)))
}

/// The URL as it may be shown: no password, no parameters.
pub(crate) fn shown(location: &Location) -> String {
    match location {
        Location::File(path) => format!("sqlite:{}", path.display()),
        Location::Temporary => "sqlite::memory:".to_owned(),
        Location::Server(options) => format!(
            "postgres://{}@{}:{}/{}",
            options.get_username(),
            options.get_socket().map_or_else(|| options.get_host().to_owned(), |socket| socket.display().to_string()),
            options.get_port(),
            options.get_database().unwrap_or_default(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(url: &str) -> String {
        match Location::parse(url) {
            Ok(location) => shown(&location),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_scheme_chooses_the_database() {
        assert_eq!(shown_of("sqlite:data/greffon.db"), "sqlite:data/greffon.db");
        assert_eq!(shown_of("sqlite:///var/lib/greffon.db"), "sqlite:/var/lib/greffon.db");
        assert_eq!(shown_of("sqlite::memory:"), "sqlite::memory:");
        assert_eq!(shown_of("postgresql://g@db:5433/greffon"), "postgres://g@db:5433/greffon");
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown_of("postgres://g:s3cret@db/greffon"), "postgres://g@db:5432/greffon");
        let broken = shown_of("postgres://g:s3cret@db:port/greffon");
        assert!(!broken.contains("s3cret") && broken.contains("expected postgres://"), "{broken}");
    }

    #[test]
    fn a_wrong_url_names_the_remedy() {
        assert!(shown_of("mysql://h/d").contains("unknown storage scheme \"mysql\": use sqlite:PATH"));
        assert!(shown_of("greffon.db").contains("it has no scheme"));
        assert!(shown_of("sqlite:").contains("needs a path"));
        assert!(shown_of("sqlite:a.db?mode=ro").contains("takes no parameters"));
        assert!(shown_of("postgres://g@db").contains("names no database"));
    }
}
