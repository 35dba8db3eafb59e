//! An object of a calendar, as it is kept.

use super::availability;
use super::component::Component;
use super::read::{Occasion, doubt, items, whose};
use super::salvage;
use super::zone::Zones;
use crate::mirror::object::Content;

/// Reads an object. What cannot be read makes its days unclear; nothing makes the reading fail.
pub fn object(bytes: &[u8], zones: &Zones) -> Content {
    let mut content = Content::default();
    let Some(calendar) = Component::parse(bytes).filter(|calendar| calendar.name == "VCALENDAR") else {
        doubt(&mut content, &salvage::days(bytes), zones);
        return content;
    };
    let events: Vec<&Component> = calendar.children_of("VEVENT").collect();
    for event in &events {
        whose(&mut content, event);
    }
    let (busy, unread) = items(&events, zones, &calendar);
    content.first = events.iter().find_map(|event| Occasion::read(event, zones, &calendar).ok()).map(|one| one.period);
    content.busy = busy;
    content.closed = availability::closed(&calendar, zones);
    for unclear in &unread {
        doubt(&mut content, unclear, zones);
    }
    content
}
