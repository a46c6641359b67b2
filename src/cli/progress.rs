//! Progress on a terminal: one line a source while it is read.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::talk::Talk;
use crate::collect::Observer;
use crate::report::model::SourceStatus;
use crate::snapshot::{SourceId, SourceRecord};

/// Lines on standard error, where somebody can see them.
#[derive(Debug)]
pub(super) struct Progress {
    lines: Option<MultiProgress>,
    bars: Mutex<HashMap<&'static str, ProgressBar>>,
}

impl Progress {
    pub(super) fn new(talk: Talk) -> Self {
        let seen = talk.shows_progress() && std::io::stderr().is_terminal();
        Self { lines: seen.then(MultiProgress::new), bars: Mutex::default() }
    }
}

impl Observer for Progress {
    fn begun(&self, source: SourceId) {
        let Some(lines) = &self.lines else { return };
        let bar = lines.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {pos} items {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(source.as_str());
        bar.enable_steady_tick(Duration::from_millis(120));
        self.bars.lock().unwrap_or_else(PoisonError::into_inner).insert(source.as_str(), bar);
    }

    fn advanced(&self, source: SourceId, items: u64) {
        if let Some(bar) = self.bars.lock().unwrap_or_else(PoisonError::into_inner).get(source.as_str()) {
            bar.set_position(items);
        }
    }

    fn ended(&self, record: &SourceRecord) {
        tracing::info!(
            source = record.id,
            status = ?record.status,
            requests = record.requests,
            items = record.items,
            "source read"
        );
        let bar = self.bars.lock().unwrap_or_else(PoisonError::into_inner).remove(record.id.as_str());
        if let Some(bar) = bar {
            if record.status == SourceStatus::Complete {
                bar.finish_and_clear();
            } else {
                bar.abandon_with_message("(not complete)");
            }
        }
    }
}
