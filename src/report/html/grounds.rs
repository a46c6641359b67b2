//! What it all rests on, and what weakens it: sources, events that could not be read, remarks.

use super::label::Label;
use super::shown::Shown;
use crate::domain::humane_time;
use crate::report::model::{Report, Source, Touch, UnreadEvent};
use crate::report::wording::number;

/// How reading a source went.
pub(super) struct Origin {
    pub(super) id: Shown,
    pub(super) label: Label,
    pub(super) requests: String,
    pub(super) items: String,
    pub(super) window: Option<(String, String)>,
    pub(super) error: Option<Shown>,
    pub(super) note: Option<Shown>,
    pub(super) next: Option<Shown>,
}

pub(super) fn sources(report: &Report) -> Vec<Origin> {
    let count = |n: u64| number(usize::try_from(n).unwrap_or(usize::MAX));
    let origin = |source: &Source| Origin {
        id: Shown::name(&source.id),
        label: source.status.into(),
        requests: count(source.requests),
        items: count(source.items),
        window: source.window_from.zip(source.window_to).map(|(from, to)| (humane_time(from), humane_time(to))),
        error: source.error.as_deref().map(Shown::text),
        note: source.note.as_deref().map(Shown::text),
        next: source.next_step.as_deref().map(Shown::text),
    };
    report.sources.iter().map(origin).collect()
}

/// Events of one name that could not be read for certain.
pub(super) struct Unread {
    pub(super) name: Shown,
    pub(super) source: Shown,
    pub(super) times: String,
    pub(super) first: String,
    pub(super) last: Option<String>,
    pub(super) parameters: Vec<Shown>,
    pub(super) touches: Vec<Shown>,
    pub(super) settled: bool,
}

pub(super) fn unread(report: &Report) -> Vec<Unread> {
    let one = |event: &UnreadEvent| Unread {
        name: Shown::name(&event.name),
        source: Shown::name(&event.source),
        times: match event.count {
            1 => "once".to_owned(),
            n => format!("{} times", number(usize::try_from(n).unwrap_or(usize::MAX))),
        },
        first: humane_time(event.first_at),
        last: (event.last_at != event.first_at).then(|| humane_time(event.last_at)),
        parameters: event.parameters.iter().map(|parameter| Shown::name(parameter)).collect(),
        touches: event.touches.iter().map(touched).collect(),
        settled: event.settled,
    };
    report.unread_events.iter().map(one).collect()
}

fn touched(touch: &Touch) -> Shown {
    let app = touch.app.as_ref().map_or_else(String::new, |app| format!(" of {app}"));
    let unit = touch.org_unit.as_ref().map_or_else(|| "any org unit".to_owned(), ToString::to_string);
    Shown::text(&format!("{}{app} in {unit}", touch.setting))
}
