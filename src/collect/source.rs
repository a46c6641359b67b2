//! What every source has in common: pages into a spool, errors into a status.

use futures_util::StreamExt as _;
use serde::Serialize;

use crate::google::{ApiError, Google, Pace, Pages, Raw, Session, next_step};
use crate::report::model::SourceStatus;
use crate::snapshot::{Line, RecordKind, SourceId, SourceRecord, Spool, WriteError};

use super::plan::scope_of;

/// Somebody who watches a collection, such as a progress bar.
pub trait Observer: Sync {
    /// A source is being asked.
    fn begun(&self, source: SourceId);
    /// So many items have arrived from it, in all.
    fn advanced(&self, source: SourceId, items: u64);
    /// It has ended.
    fn ended(&self, record: &SourceRecord);
}

/// Nobody.
#[derive(Debug, Clone, Copy)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn begun(&self, _source: SourceId) {}
    fn advanced(&self, _source: SourceId, _items: u64) {}
    fn ended(&self, _record: &SourceRecord) {}
}

/// A source while it is read.
pub(super) struct Reading<'o> {
    pub(super) id: SourceId,
    pub(super) session: Session,
    pub(super) spool: Spool,
    pub(super) record: SourceRecord,
    observer: &'o dyn Observer,
}

/// Does the work where it is wanted.
pub(super) async fn only_if<T>(
    wanted: bool,
    work: impl Future<Output = Result<T, WriteError>>,
) -> Result<Option<T>, WriteError> {
    if wanted { work.await.map(Some) } else { Ok(None) }
}

const ASKED_OF_GOOGLE: &str = "a source that Google is asked for has a scope";

/// The access of a source that waits for no other.
pub(super) fn session(google: &Google, id: SourceId, pace: Pace) -> Session {
    google.session(id.as_str(), scope_of(id).expect(ASKED_OF_GOOGLE), pace)
}

/// A source that has been read.
pub(super) type Finished = (SourceRecord, Spool);

impl<'o> Reading<'o> {
    pub(super) fn begin(
        google: &Google,
        id: SourceId,
        pace: Pace,
        observer: &'o dyn Observer,
    ) -> Result<Self, WriteError> {
        Self::over(session(google, id, pace), id, observer)
    }

    /// A source that depends on another shares its patience, so that the chain ends as soon as a single one would.
    pub(super) fn after(
        before: &Session,
        id: SourceId,
        pace: Pace,
        observer: &'o dyn Observer,
    ) -> Result<Self, WriteError> {
        let scope = scope_of(id).expect(ASKED_OF_GOOGLE);
        Self::over(before.follow_up(id.as_str(), scope, pace), id, observer)
    }

    fn over(session: Session, id: SourceId, observer: &'o dyn Observer) -> Result<Self, WriteError> {
        observer.begun(id);
        Ok(Self { id, session, spool: Spool::new()?, record: SourceRecord::new(id, SourceStatus::Complete), observer })
    }

    /// Keeps one thing that Google sent.
    pub(super) fn keep<T>(&mut self, kind: RecordKind, thing: &Raw<T>) -> Result<(), WriteError>
    where
        Raw<T>: Serialize,
    {
        self.spool.push(&Line::new(kind, thing)?)
    }

    /// Keeps one line.
    pub(super) fn keep_line(&mut self, line: &Line) -> Result<(), WriteError> {
        self.spool.push(line)
    }

    pub(super) fn advance(&self) {
        self.observer.advanced(self.id, self.spool.lines());
    }

    /// Keeps all pages, handing each thing to `each` as well; an error ends the reading and is noted.
    pub(super) async fn keep_pages<T>(
        &mut self,
        mut pages: Pages<T>,
        line: impl Fn(&Raw<T>) -> Result<Line, serde_json::Error>,
        mut each: impl FnMut(&Raw<T>),
    ) -> Result<(), WriteError> {
        while let Some(page) = pages.next().await {
            match page {
                Ok(things) => {
                    for thing in &things {
                        self.spool.push(&line(thing)?)?;
                        each(thing);
                    }
                    self.advance();
                }
                Err(error) => {
                    self.fail(&error);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Notes that Google's answer is missing, in whole or in part.
    pub(super) fn fail(&mut self, error: &ApiError) {
        self.record.status = match (self.spool.lines(), error.denied()) {
            (0, true) => SourceStatus::Denied,
            (0, false) => SourceStatus::Failed,
            (_, _) => SourceStatus::Partial,
        };
        self.record.error = Some(error.to_string());
        self.record.next_step = Some(next_step(error));
    }

    /// Says something about what was asked.
    pub(super) fn add_note(&mut self, note: &str) {
        self.record.note = Some(match self.record.note.take() {
            Some(before) => format!("{before}; {note}"),
            None => note.to_owned(),
        });
    }

    /// Notes that the source was not asked, and why.
    pub(super) fn skip(&mut self, why: String) {
        self.record.status = SourceStatus::Skipped;
        self.record.note = Some(why);
    }

    pub(super) fn finish(mut self) -> Finished {
        self.record.requests = self.session.requests();
        self.record.items = self.spool.lines();
        self.observer.ended(&self.record);
        (self.record, self.spool)
    }
}
