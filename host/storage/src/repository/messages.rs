//! Messages.

use greffon_core::ids::{MessageId, PracticeId};
use greffon_core::model::message::{Message, MessageState};
use greffon_core::ports::storage::{Listed, Page, Stored};

use crate::error::failed;
use crate::rows::{self, DocRow, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "messages";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM messages
     WHERE practice = $1 AND id = $2",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO messages (practice, id, state, created_at, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE messages
     SET state = $3, created_at = $4, doc = $5, version = $6 + 1
     WHERE practice = $1 AND id = $2 AND version = $6",
);

const LIST: Sql = Sql::both(
    "SELECT created_at AS at_ms, id, doc
     FROM messages
     WHERE practice = $1 AND (created_at, id) < ($2, $3)
     ORDER BY created_at DESC, id DESC
     LIMIT $4",
);

const LIST_BY_STATE: Sql = Sql::both(
    "SELECT created_at AS at_ms, id, doc
     FROM messages
     WHERE practice = $1 AND (created_at, id) < ($2, $3) AND state = $5
     ORDER BY created_at DESC, id DESC
     LIMIT $4",
);

impl Document for Message {
    const THING: &'static str = "message";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, id: MessageId) -> Stored<Option<Message>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), id.0).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, id, &doc)).transpose()
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, message: &mut Message) -> Stored<()> {
    let doc = rows::next_version(practice, message)?;
    let written = execute!(
        on,
        if message.version == 0 { INSERT } else { UPDATE },
        practice.as_str(),
        message.id.0,
        message.state.as_str(),
        message.created_at.0,
        doc,
        message.version,
    )
    .map_err(failed)?;
    rows::saved(message, written)
}

pub(crate) async fn list(
    on: On<'_>,
    practice: &PracticeId,
    state: Option<MessageState>,
    page: &Page,
) -> Stored<Listed<Message>> {
    let (at, id) = rows::place(TABLE, page, rows::LATEST)?;
    let asked = rows::asked(page);
    let found = match state {
        None => fetch!(fetch_all, DocRow, on, LIST, practice.as_str(), at, id, asked),
        Some(state) => {
            fetch!(fetch_all, DocRow, on, LIST_BY_STATE, practice.as_str(), at, id, asked, state.as_str())
        }
    };
    rows::listed(TABLE, found.map_err(failed)?, page)
}
