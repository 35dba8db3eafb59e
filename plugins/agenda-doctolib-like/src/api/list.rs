//! Lists, read to their end and counted.

use std::collections::BTreeSet;

use greffon_sdk::agenda::Instant;
use serde_json::Value;

use super::client::Client;
use super::failure::Failure;
use super::wire::Item;
use crate::time::instant;

/// Most items of one list.
const MOST_ITEMS: usize = 10_000;

/// Most pages of one list.
const MOST_PAGES: u64 = 200;

/// A list, whole.
#[derive(Clone, Debug)]
pub struct List<T> {
    /// What could be read, in the vendor's order, each once.
    pub items: Vec<T>,
    /// How many items could not be read: nobody knows what they are.
    pub unreadable: usize,
    /// The vendor's clock. None: not told.
    pub server_time: Option<Instant>,
}

impl<T: Item> List<T> {
    /// Reads all pages of a list. A list that changes while it is read, or whose pages are
    /// cut short, has not as many items as it says; it is read once more.
    pub fn read(client: &Client, path: &str) -> Result<Self, Failure> {
        match Self::read_once(client, path) {
            Err(Failure::Incomplete) => Self::read_once(client, path),
            other => other,
        }
    }

    fn read_once(client: &Client, path: &str) -> Result<Self, Failure> {
        let mut list = Self { items: Vec::new(), unreadable: 0, server_time: None };
        let mut seen = BTreeSet::new();
        let mut page = 1;
        loop {
            let sign = if path.contains('?') { '&' } else { '?' };
            let url = if page == 1 { path.to_owned() } else { format!("{path}{sign}page={page}") };
            let answer = client.get(&url)?;
            let (Some(items), Some(total)) = (answer["items"].as_array(), answer["meta"]["total"].as_u64()) else {
                return Err(Failure::Garbage("a list"));
            };
            list.server_time = list.server_time.or_else(|| answer["meta"]["server_time"].as_str().and_then(instant));
            if items.len() + list.items.len() + list.unreadable > MOST_ITEMS || page > MOST_PAGES {
                return Err(Failure::TooLong);
            }
            for item in items {
                match T::read(item) {
                    Some(item) if !seen.insert(item.key()) => {}
                    Some(item) => list.items.push(item),
                    None => list.unreadable += 1,
                }
            }
            match &answer["meta"]["next_page"] {
                Value::Null => {
                    let told = u64::try_from(list.items.len() + list.unreadable).unwrap_or(u64::MAX);
                    return if told == total { Ok(list) } else { Err(Failure::Incomplete) };
                }
                next if next.as_u64() == Some(page + 1) => page += 1,
                _ => return Err(Failure::Garbage("a page that leads on")),
            }
        }
    }
}
