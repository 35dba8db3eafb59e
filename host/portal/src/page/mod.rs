//! The pages, each a template of `templates/` and what fills it.

mod answer;
mod ask;
mod choices;
mod ending;
mod lines;
mod notice;
mod reading;
mod style;

pub(crate) use ask::Ask;
pub(crate) use choices::MINUTES;
pub(crate) use ending::Ending;
pub(crate) use notice::Notice;
pub(crate) use reading::Reading;
pub(crate) use style::STYLE;
