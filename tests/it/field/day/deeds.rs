//! What a practitioner does in a calendar program, each with what greffon must make of it.

use anyhow::Context as _;
use greffon_core::time::{Instant, Span};
use reqwest::StatusCode;

use super::super::desk::{calendar, event, instant, paris, utc};
use super::Day;

/// How far ahead the practitioner writes, in days.
const DAYS: i64 = 20;

/// What a practitioner does, in equal shares.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Drag,
    Strike,
    Note,
    Block,
    BlockOver,
    Leave,
    Recurring,
    Copy,
    CopyOver,
    Unreadable,
    OwnZone,
    DragAndBack,
    Remove,
}

pub(super) const DEEDS: [Deed; 13] = [
    Deed::Drag,
    Deed::Strike,
    Deed::Note,
    Deed::Block,
    Deed::BlockOver,
    Deed::Leave,
    Deed::Recurring,
    Deed::Copy,
    Deed::CopyOver,
    Deed::Unreadable,
    Deed::OwnZone,
    Deed::DragAndBack,
    Deed::Remove,
];

impl Day<'_> {
    /// A time of an hour at which there is nothing, in the days ahead.
    fn gap(&mut self, minutes: i64) -> Option<Span> {
        for _ in 0..50 {
            let day = self.lane.office.now().0 / 86_400_000 + 2 + self.random.between(0, DAYS);
            let quarter = self.random.between(0, 40);
            // Opening hours in Paris, in summer or in winter.
            let start = Instant(day * 86_400_000 + 7 * 3_600_000 + quarter * 900_000);
            let span = Span::new(start, start.plus_minutes(minutes))?;
            if self.taken(span).is_none() {
                return Some(span);
            }
        }
        None
    }

    fn name(&mut self, what: &str) -> String {
        self.number += 1;
        format!("{what}-{}.ics", self.number)
    }

    /// Does one thing; what came of it at the server, `None` when there was nothing to do it to.
    pub(super) async fn deed(&mut self, deed: Deed) -> anyhow::Result<Option<&'static str>> {
        match deed {
            Deed::Drag => self.drag().await,
            Deed::Strike => self.strike().await,
            Deed::Note => self.note().await,
            Deed::Block => {
                let Some(span) = self.gap(60) else { return Ok(None) };
                let name = self.name("bloc");
                self.write(&name, event(&name, span, "SUMMARY:Visite\r\n"), vec![span]).await
            }
            Deed::BlockOver => self.over("bloc").await,
            Deed::Leave => self.leave().await,
            Deed::Recurring => self.recurring().await,
            Deed::Copy => self.copy(false).await,
            Deed::CopyOver => self.copy(true).await,
            Deed::Unreadable => self.unreadable().await,
            Deed::OwnZone => self.own_zone().await,
            Deed::DragAndBack => self.drag_and_back().await,
            Deed::Remove => {
                let names: Vec<String> = self.own.keys().cloned().collect();
                let Some(name) = self.random.pick(&names) else { return Ok(None) };
                self.own.remove(name);
                Ok(self.desk.delete(name).await?.then_some("done"))
            }
        }
    }

    /// Writes something of the practitioner's own at these times. Whatever stands there is
    /// something that somebody must know of.
    async fn write(&mut self, name: &str, text: String, spans: Vec<Span>) -> anyhow::Result<Option<&'static str>> {
        let status = self.desk.put(name, text).await?;
        if !status.is_success() {
            anyhow::ensure!(status.is_client_error(), "PUT {name}: {status}");
            return Ok(Some("refused by the server"));
        }
        for visit in self.visits.iter_mut().filter(|one| one.stands) {
            visit.told += usize::from(spans.iter().any(|span| span.overlaps(&visit.span)));
        }
        self.own.insert(name.to_owned(), spans);
        Ok(Some("done"))
    }

    async fn drag(&mut self) -> anyhow::Result<Option<&'static str>> {
        let (Some(index), Some(to)) = (self.visit(), self.gap(15)) else { return Ok(None) };
        let name = self.visits[index].object();
        let object = self.desk.get(&name).await?.context("it stands")?;
        let text = if self.random.chance(5_000) {
            // Some programs write the zone of their user, in place of UTC.
            let text = object.moved_to(to);
            text.replace(
                &format!("DTSTART:{}", utc(to.start)),
                &format!("DTSTART;TZID=Europe/Paris:{}", paris(to.start)),
            )
            .replace(&format!("DTEND:{}", utc(to.end)), &format!("DTEND;TZID=Europe/Paris:{}", paris(to.end)))
        } else {
            object.moved_to(to)
        };
        accepted(self.desk.put(&name, text).await?)?;
        self.visits[index].span = to;
        self.visits[index].told += 1;
        Ok(Some("done"))
    }

    async fn strike(&mut self) -> anyhow::Result<Option<&'static str>> {
        let Some(index) = self.visit() else { return Ok(None) };
        self.desk.delete(&self.visits[index].object()).await?;
        self.visits[index].stands = false;
        self.visits[index].told += 1;
        Ok(Some("done"))
    }

    /// A note in an appointment, which changes nothing for anybody.
    async fn note(&mut self) -> anyhow::Result<Option<&'static str>> {
        let Some(index) = self.visit() else { return Ok(None) };
        let name = self.visits[index].object();
        let object = self.desk.get(&name).await?.context("it stands")?;
        // One that is there already is written anew: an event has one description (RFC 5545 §3.6.1).
        let lines = object.text.lines().filter(|line| !line.starts_with("DESCRIPTION:"));
        let text: String = lines.map(|line| format!("{line}\r\n")).collect();
        self.number += 1;
        let note = format!("DESCRIPTION:apporter les radios ({})\r\nEND:VEVENT", self.number);
        let text = text.replacen("END:VEVENT", &note, 1);
        accepted(self.desk.put(&name, text).await?)?;
        Ok(Some("done"))
    }

    /// Something over an appointment.
    async fn over(&mut self, what: &str) -> anyhow::Result<Option<&'static str>> {
        let Some(index) = self.visit() else { return Ok(None) };
        let span = self.visits[index].span;
        let name = self.name(what);
        self.write(&name, event(&name, span, "SUMMARY:Visite\r\n"), vec![span]).await
    }

    /// Two days off, as whole days.
    async fn leave(&mut self) -> anyhow::Result<Option<&'static str>> {
        let Some(around) = self.gap(15) else { return Ok(None) };
        let span = days_around(around.start, 2)?;
        let (start, end) = (span.start, span.end);
        // Nobody leaves for good: where something is changed already, another day is taken.
        let visited = self.visits.iter().any(|one| one.stands && one.told > 0 && one.span.overlaps(&span));
        if visited || self.own.values().flatten().any(|one| one.overlaps(&span)) {
            return Ok(None);
        }
        let name = self.name("conges");
        let text = calendar(&format!(
            "BEGIN:VEVENT\r\nUID:{name}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:{}\r\n\
             DTEND;VALUE=DATE:{}\r\nSUMMARY:Congés\r\nEND:VEVENT\r\n",
            &paris(start)[..8],
            &paris(end)[..8]
        ));
        self.write(&name, text, vec![span]).await
    }

    /// Four weeks of a meeting, of which one is left out and one is at another hour.
    async fn recurring(&mut self) -> anyhow::Result<Option<&'static str>> {
        const WEEK: i64 = 7 * 24 * 60;
        let Some(first) = self.gap(30) else { return Ok(None) };
        let nth = |n: i64, later: i64| Span {
            start: at_the_same_hour(first.start, n * WEEK).plus_minutes(later),
            end: at_the_same_hour(first.end, n * WEEK).plus_minutes(later),
        };
        let spans = vec![nth(0, 0), nth(2, 90), nth(3, 0)];
        if spans.iter().any(|span| self.taken(*span).is_some()) {
            return Ok(None);
        }
        let name = self.name("reunion");
        let text = calendar(&format!(
            "{PARIS}BEGIN:VEVENT\r\nUID:{name}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Paris:{}\r\n\
             DTEND;TZID=Europe/Paris:{}\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=Europe/Paris:{}\r\nEND:VEVENT\r\n\
             BEGIN:VEVENT\r\nUID:{name}\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID;TZID=Europe/Paris:{}\r\n\
             DTSTART;TZID=Europe/Paris:{}\r\nDTEND;TZID=Europe/Paris:{}\r\nEND:VEVENT\r\n",
            paris(first.start),
            paris(first.end),
            paris(nth(1, 0).start),
            paris(nth(2, 0).start),
            paris(nth(2, 90).start),
            paris(nth(2, 90).end),
        ));
        self.write(&name, text, spans).await
    }

    /// A copy of an appointment, beside it or elsewhere, with all that greffon wrote into it.
    async fn copy(&mut self, over: bool) -> anyhow::Result<Option<&'static str>> {
        let (Some(index), Some(gap)) = (self.visit(), self.gap(15)) else { return Ok(None) };
        let visit = &self.visits[index];
        let to = if over { visit.span } else { gap };
        let object = self.desk.get(&visit.object()).await?.context("it stands")?;
        let uid = format!("UID:{}@greffon", visit.op);
        let name = self.name("copie");
        let text = object.moved_to(to).replace(&uid, &format!("UID:{name}"));
        anyhow::ensure!(!text.contains(&uid), "a copy has a name of its own");
        self.write(&name, text, vec![to]).await
    }

    /// Something that no program can read but for its day.
    async fn unreadable(&mut self) -> anyhow::Result<Option<&'static str>> {
        let Some(around) = self.gap(60) else { return Ok(None) };
        // What cannot be read keeps its whole day busy.
        let day = days_around(around.start, 1)?;
        if self.taken(day).is_some() {
            return Ok(None);
        }
        let name = self.name("illisible");
        let hour = utc(around.start);
        let text = calendar(&format!(
            "BEGIN:VEVENT\r\nUID:{name}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Nulle/Part:{}\r\n\
             DURATION:PT1H\r\nSUMMARY:?\r\nEND:VEVENT\r\n",
            hour.trim_end_matches('Z')
        ));
        self.write(&name, text, vec![day]).await
    }

    /// A time in a zone that only the object itself describes.
    async fn own_zone(&mut self) -> anyhow::Result<Option<&'static str>> {
        let Some(span) = self.gap(60) else { return Ok(None) };
        let name = self.name("zone");
        // Three hours east of UTC, always.
        let local = |at: Instant| utc(at.plus_minutes(180)).trim_end_matches('Z').to_owned();
        let text = calendar(&format!(
            "BEGIN:VTIMEZONE\r\nTZID:Cabinet\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0300\r\n\
             TZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:{name}\r\n\
             DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Cabinet:{}\r\nDTEND;TZID=Cabinet:{}\r\nEND:VEVENT\r\n",
            local(span.start),
            local(span.end)
        ));
        self.write(&name, text, vec![span]).await
    }

    /// The hand slips, and sets it right: nobody is told.
    async fn drag_and_back(&mut self) -> anyhow::Result<Option<&'static str>> {
        let (Some(index), Some(to)) = (self.visit(), self.gap(15)) else { return Ok(None) };
        let (name, from) = (self.visits[index].object(), self.visits[index].span);
        let object = self.desk.get(&name).await?.context("it stands")?;
        accepted(self.desk.put(&name, object.moved_to(to)).await?)?;
        let minutes = self.random.between(1, 6);
        self.lane.office.pass(minutes).await?;
        accepted(self.desk.put(&name, object.moved_to(from)).await?)?;
        Ok(Some("done"))
    }
}

fn accepted(status: StatusCode) -> anyhow::Result<()> {
    anyhow::ensure!(status.is_success(), "the server takes what the practitioner writes: {status}");
    Ok(())
}

/// So many whole days in Paris, from the one of this instant on.
fn days_around(at: Instant, days: i64) -> anyhow::Result<Span> {
    let midnight = |at: Instant| instant(&format!("{}T000000", &paris(at)[..8])).context("a day");
    let start = midnight(at)?;
    Span::new(start, midnight(start.plus_minutes((days * 24 + 2) * 60))?).context("a day ends after it begins")
}

/// The same hour in Paris so many minutes later, over a change of clocks too.
fn at_the_same_hour(at: Instant, later_min: i64) -> Instant {
    let moved = at.plus_minutes(later_min);
    let hour = |at: Instant| paris(at)[9..11].parse::<i64>().unwrap_or(0);
    moved.plus_minutes((hour(at) - hour(moved)) * 60)
}

/// What programs write of Paris.
const PARIS: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\n\
    TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
