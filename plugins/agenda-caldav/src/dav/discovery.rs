//! Finding a calendar whose path nobody wrote down: `.well-known/caldav` (RFC 6764), then the principal, its calendar
//! homes (RFC 4791 §6.2.1), and the calendar of that name.

use super::client::Client;
use super::failure::Failure;
use super::multistatus::Multistatus;
use super::xml::Ns;

/// Most redirects that are followed, all on the same server.
const REDIRECTS: usize = 3;

/// Most calendar homes that are looked into.
const HOMES: usize = 5;

/// A calendar of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its path, ending in a slash.
    pub path: String,
    /// Its name, as people see it.
    pub name: String,
}

impl Calendar {
    /// Whether it is called so, by its name or by the last segment of its path.
    pub fn is_called(&self, name: &str) -> bool {
        let segment = self.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        self.name.trim().eq_ignore_ascii_case(name.trim()) || segment.eq_ignore_ascii_case(name.trim())
    }
}

/// Returns the calendars of the principal that the credentials belong to.
pub fn calendars(client: &Client) -> Result<Vec<Calendar>, Failure> {
    let principal = principal(client)?;
    let (found, _) = client.properties(&principal, 0, "<C:calendar-home-set/>")?;
    let homes = hrefs(client, &found, Ns::CalDav, "calendar-home-set");
    if homes.is_empty() {
        return Err(Failure::Garbage("a principal with a calendar home"));
    }
    let mut calendars = Vec::new();
    for home in homes.iter().take(HOMES) {
        let (found, _) = client.properties(home, 1, "<D:resourcetype/><D:displayname/>")?;
        for part in found.responses {
            let is_calendar =
                part.prop(Ns::Dav, "resourcetype").is_some_and(|kind| kind.child(Ns::CalDav, "calendar").is_some());
            if is_calendar {
                let name = part.prop(Ns::Dav, "displayname").map(|name| name.text.clone()).unwrap_or_default();
                calendars.push(Calendar { path: with_slash(part.path), name });
            }
        }
    }
    Ok(calendars)
}

/// Returns the path under which the server itself knows a collection: where it redirects to, as it writes it.
pub fn own_path(client: &Client, path: &str) -> Result<String, Failure> {
    let mut path = path.to_owned();
    for _ in 0..=REDIRECTS {
        match client.properties(&path, 0, "<D:resourcetype/>") {
            Ok((found, _)) => {
                let own = found.responses.into_iter().next().filter(|part| !part.is_gone());
                return Ok(with_slash(own.map_or(path, |part| part.path)));
            }
            Err(Failure::Redirect { status, location }) => match client.server.path(&location) {
                // The name of a collection ends in a slash (RFC 4918 §5.2).
                Some(next) => path = with_slash(next),
                None => return Err(Failure::Redirect { status, location }),
            },
            Err(failure) => return Err(failure),
        }
    }
    Err(Failure::Garbage("a calendar after its redirects"))
}

fn principal(client: &Client) -> Result<String, Failure> {
    let mut last = Failure::Garbage("a principal");
    for begin in ["/.well-known/caldav", client.server.base.as_str()] {
        match ask_principal(client, begin) {
            Ok(Some(path)) => return Ok(path),
            Ok(None) => {}
            // Not to be let in is said in the same way everywhere.
            Err(failure) if matches!(failure.status(), Some(401 | 403)) => return Err(failure),
            Err(failure @ Failure::Http(_)) => return Err(failure),
            Err(failure) => last = failure,
        }
    }
    Err(last)
}

fn ask_principal(client: &Client, begin: &str) -> Result<Option<String>, Failure> {
    let mut path = begin.to_owned();
    for _ in 0..=REDIRECTS {
        match client.properties(&path, 0, "<D:current-user-principal/>") {
            Ok((found, _)) => return Ok(hrefs(client, &found, Ns::Dav, "current-user-principal").into_iter().next()),
            Err(Failure::Redirect { status, location }) => match client.server.path(&location) {
                Some(next) => path = next,
                None => return Err(Failure::Redirect { status, location }),
            },
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

fn hrefs(client: &Client, found: &Multistatus, ns: Ns, prop: &str) -> Vec<String> {
    let props = found.responses.iter().filter_map(|part| part.prop(ns, prop));
    props
        .flat_map(|prop| prop.all(Ns::Dav, "href"))
        .filter_map(|href| client.server.path(&href.text))
        .map(with_slash)
        .collect()
}

fn with_slash(mut path: String) -> String {
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}
