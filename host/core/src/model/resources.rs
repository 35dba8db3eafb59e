//! Rooms and devices that appointments take beside the practitioner's time. Each is claimed
//! like an agenda, in the same transaction: all of an appointment or nothing.

use greffon_words::{Text, rules};

use super::practice::Resource;
use crate::ids::ResourceId;
use crate::time::Span;

/// A room or device at the site of an agenda, and when it is not to be had.
#[derive(Clone, Debug)]
pub struct Usable<'a> {
    /// Which.
    pub resource: &'a Resource,
    /// When others have it, with their buffers.
    pub taken: Vec<Span>,
    /// When nobody can use it.
    pub out: Vec<Span>,
}

/// One of several, of which an appointment takes one.
pub type Choice<'a> = Vec<Usable<'a>>;

/// What an appointment takes for this time, one of each choice.
///
/// # Errors
/// Why there is none.
pub(super) fn pick(choices: &[Choice<'_>], motive: &str, wanted: Span) -> Result<Vec<ResourceId>, Text> {
    choices.iter().map(|choice| pick_one(choice, motive, wanted)).collect()
}

fn pick_one(choice: &[Usable<'_>], motive: &str, wanted: Span) -> Result<ResourceId, Text> {
    let free = |spans: &[Span]| !spans.iter().any(|span| span.overlaps(&wanted));
    let works = |one: &&Usable<'_>| free(&one.out);
    if let Some(one) = choice.iter().filter(works).find(|one| free(&one.taken)) {
        return Ok(one.resource.id.clone());
    }
    Err(match (choice.iter().find(works), choice.first()) {
        (Some(one), _) => rules::resource_taken(&one.resource.name),
        (None, Some(one)) => rules::resource_out(&one.resource.name),
        (None, None) => rules::resource_elsewhere(motive),
    })
}
