//! When settings were seen or changed, when connections were authorised, and when they fail: a drawing, and the same as
//! a table for whoever does not see it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::shown::Shown;
use crate::domain::humane_time;
use crate::evidence::Source;
use crate::report::digest::{View, broken};
use crate::report::model::{Evidence, Report};
use crate::report::wording::{counted, number};
use crate::snapshot::SourceId;

/// Of more moments than this the latest are drawn and listed; the others stand with the results.
const MOMENTS: usize = 1_000;

/// The drawing's own units, which a browser scales.
const WIDTH: i64 = 960;
const LEFT: i64 = 190;
const RIGHT: i64 = 24;
const TOP: i64 = 30;
const LANE: i64 = 40;
/// Moments nearer than this are one mark.
const APART: i64 = 24;

/// What a moment is about. The order is that of the drawing, top down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Changed,
    Unread,
    Attested,
    Tried,
    Decided,
    Authorised,
    Fails,
    Other,
}

impl Lane {
    fn of(source: &str) -> Self {
        let lanes = [
            (Source::Google(SourceId::AdminLog), Self::Changed),
            (Source::Attestation, Self::Attested),
            (Source::Google(SourceId::Canaries), Self::Tried),
            (Source::Google(SourceId::AccessEvaluationLog), Self::Decided),
            (Source::Google(SourceId::TokenLog), Self::Authorised),
        ];
        lanes.into_iter().find(|(known, _)| known.as_str() == source).map_or(Self::Other, |(_, lane)| lane)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Changed => "Settings changed",
            Self::Unread => "Changes not readable",
            Self::Attested => "Attested",
            Self::Tried => "Experiments",
            Self::Decided => "Google's decisions",
            Self::Authorised => "Authorisations",
            Self::Fails => "Connections fail by",
            Self::Other => "Other evidence",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unread => "unread",
            Self::Attested => "attested",
            Self::Tried => "tried",
            Self::Decided => "decided",
            Self::Authorised => "authorised",
            Self::Fails => "fails",
            Self::Other => "other",
        }
    }
}

/// Something that happened, or will.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Moment {
    at: Timestamp,
    lane: Lane,
    says: String,
    actor: Option<String>,
}

/// The drawing and its table.
pub(super) struct Timeline {
    pub(super) height: i64,
    pub(super) left: i64,
    pub(super) right: i64,
    pub(super) bottom: i64,
    pub(super) describes: String,
    /// The evidence window, from and to.
    pub(super) window: Option<(i64, i64)>,
    pub(super) now: i64,
    pub(super) ticks: Vec<(i64, String)>,
    pub(super) lanes: Vec<Row>,
    pub(super) table: Vec<Entry>,
    /// How many moments are neither drawn nor listed.
    pub(super) left_out: Option<String>,
}

/// One lane.
pub(super) struct Row {
    pub(super) title: &'static str,
    pub(super) class: &'static str,
    pub(super) middle: i64,
    pub(super) marks: Vec<Mark>,
}

/// Moments that are too near to be told apart.
pub(super) struct Mark {
    pub(super) x: i64,
    pub(super) radius: i64,
    pub(super) count: Option<String>,
    pub(super) says: Shown,
}

/// A row of the table.
pub(super) struct Entry {
    pub(super) at: String,
    pub(super) lane: &'static str,
    pub(super) class: &'static str,
    pub(super) says: Shown,
    pub(super) actor: Option<Shown>,
}

/// `None` where no moment is known.
pub(super) fn timeline(view: &View<'_>) -> Option<Timeline> {
    let report = view.report;
    let mut moments: Vec<Moment> = gathered(view).into_iter().collect();
    let all = moments.len();
    let moments = moments.split_off(all.saturating_sub(MOMENTS));
    let (first, last) = (moments.first()?.at, moments.last()?.at);
    let scale = Scale::over(first.min(report.evidence_from.unwrap_or(first)), last.max(report.audited_at));
    let lanes: BTreeSet<Lane> = moments.iter().map(|moment| moment.lane).collect();
    let rows: Vec<Row> = lanes
        .into_iter()
        .zip(0..)
        .map(|(lane, n)| Row {
            title: lane.title(),
            class: lane.class(),
            middle: TOP + LANE * n + LANE / 2,
            marks: marks(moments.iter().filter(|moment| moment.lane == lane), &scale),
        })
        .collect();
    let bottom = TOP + LANE * i64::try_from(rows.len()).unwrap_or_default();
    Some(Timeline {
        height: bottom + 40,
        left: LEFT,
        right: WIDTH - RIGHT,
        bottom,
        describes: describes(&moments, report),
        window: report.evidence_from.map(|from| (scale.x(from), scale.x(report.audited_at))),
        now: scale.x(report.audited_at),
        ticks: scale.ticks(),
        table: moments.iter().rev().map(entry).collect(),
        lanes: rows,
        left_out: (all > MOMENTS).then(|| counted(all - MOMENTS, "older moment is", "older moments are")),
    })
}

/// Every moment that the report knows, once.
fn gathered(view: &View<'_>) -> BTreeSet<Moment> {
    let report = view.report;
    let moment = |item: &Evidence| {
        let (lane, says, actor) = (Lane::of(&item.source), item.says.to_string(), item.actor.clone());
        Some(Moment { at: item.at?, lane, says, actor })
    };
    let mut moments: BTreeSet<Moment> = BTreeSet::new();
    moments.extend(report.results.iter().flat_map(|result| &result.evidence).filter_map(moment));
    for unit in &report.org_units {
        moments.extend(unit.cloud_session.sides.iter().filter_map(moment));
        moments.extend(unit.apps.values().flat_map(|access| &access.sides).filter_map(moment));
    }
    for event in &report.unread_events {
        let says = format!("{} in {}", event.name, event.source);
        let at = |at| Moment { at, lane: Lane::Unread, says: says.clone(), actor: None };
        moments.extend([at(event.first_at), at(event.last_at)]);
    }
    for connection in &report.connections {
        let (user, app) = (connection.user.as_str(), connection.app.as_str());
        if let Some(at) = connection.last_authorized_at {
            let says = format!("{user} authorised {app}, the last time so far");
            moments.insert(Moment { at, lane: Lane::Authorised, says, actor: Some(user.to_owned()) });
        }
    }
    for one in broken(view) {
        if let Some(at) = one.connection.next_failure_by {
            let (user, app) = (one.connection.user.as_str(), one.connection.app.as_str());
            let says = format!("the connection of {user} to {app} fails by then");
            moments.insert(Moment { at, lane: Lane::Fails, says, actor: None });
        }
    }
    moments
}

fn entry(moment: &Moment) -> Entry {
    Entry {
        at: humane_time(moment.at),
        lane: moment.lane.title(),
        class: moment.lane.class(),
        says: Shown::text(&moment.says),
        actor: moment.actor.as_deref().map(Shown::name),
    }
}

/// Neighbours become one mark, which says how many they are.
fn marks<'a>(moments: impl Iterator<Item = &'a Moment>, scale: &Scale) -> Vec<Mark> {
    let mut heaps: Vec<(i64, Vec<&Moment>)> = Vec::new();
    for moment in moments {
        let x = scale.x(moment.at);
        match heaps.last_mut() {
            Some((place, heap)) if x - *place < APART => heap.push(moment),
            Some(_) | None => heaps.push((x, vec![moment])),
        }
    }
    heaps
        .into_iter()
        .map(|(x, heap)| Mark {
            x,
            radius: match heap.len() {
                1 => 5,
                2..=9 => 9,
                _ => 11,
            },
            count: (heap.len() > 1).then(|| if heap.len() < 100 { number(heap.len()) } else { "99+".to_owned() }),
            says: told(&heap),
        })
        .collect()
}

/// The text that appears over a mark.
fn told(heap: &[&Moment]) -> Shown {
    let line = |moment: &&Moment| format!("{}: {}", humane_time(moment.at), moment.says);
    match heap {
        [first, .., last] => Shown::name(&format!(
            "{} from {} to {}; the last: {}",
            number(heap.len()),
            humane_time(first.at),
            humane_time(last.at),
            last.says
        )),
        one => Shown::name(&one.iter().map(line).collect::<String>()),
    }
}

/// The drawing in a sentence.
fn describes(moments: &[Moment], report: &Report) -> String {
    let mut lanes: BTreeMap<Lane, usize> = BTreeMap::new();
    for moment in moments {
        *lanes.entry(moment.lane).or_default() += 1;
    }
    let lanes: Vec<String> = lanes.into_iter().map(|(lane, n)| format!("{}: {}", lane.title(), number(n))).collect();
    format!("{}. The audit was at {}.", lanes.join("; "), humane_time(report.audited_at))
}

/// Time to place.
struct Scale {
    from: Timestamp,
    seconds: i64,
}

impl Scale {
    fn over(from: Timestamp, to: Timestamp) -> Self {
        Self { from, seconds: to.duration_since(from).as_secs().max(60) }
    }

    fn x(&self, at: Timestamp) -> i64 {
        let share = i128::from(at.duration_since(self.from).as_secs()) * i128::from(WIDTH - LEFT - RIGHT);
        LEFT + i64::try_from(share / i128::from(self.seconds)).unwrap_or_default().clamp(0, WIDTH - LEFT - RIGHT)
    }

    /// Round moments, seven at most.
    fn ticks(&self) -> Vec<(i64, String)> {
        const HOUR: i64 = 3_600;
        const DAY: i64 = 24 * HOUR;
        let steps =
            [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 180 * DAY];
        let step = steps.into_iter().find(|step| self.seconds / step <= 7).unwrap_or(self.seconds / 7);
        let start = self.from.as_second();
        let first = start + (step - start.rem_euclid(step)) % step;
        let format = if step < DAY { "%d %b %H:%M" } else { "%d %b %Y" };
        (0..8)
            .map(|n| SignedDuration::from_secs(first - start + n * step))
            .filter(|since| since.as_secs() <= self.seconds)
            .filter_map(|since| self.from.checked_add(since).ok())
            .map(|at| (self.x(at), at.strftime(format).to_string()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(from: &str, to: &str) -> Scale {
        let at = |text: &str| text.parse().expect("a timestamp");
        Scale::over(at(from), at(to))
    }

    #[test]
    fn ticks_are_round_and_few() {
        for (from, to, first) in [
            ("2026-05-27T10:00:00Z", "2026-11-23T10:00:00Z", "06 Jun 2026"),
            ("2026-11-22T21:00:00Z", "2026-11-23T13:02:00Z", "22 Nov 21:00"),
            ("2016-01-01T00:00:00Z", "2026-01-01T00:00:00Z", ""),
        ] {
            let ticks = scale(from, to).ticks();
            assert!((2..=8).contains(&ticks.len()), "{ticks:?}");
            assert!(ticks.is_sorted_by(|a, b| a.0 < b.0), "{ticks:?}");
            assert!(ticks[0].1.starts_with(first), "{ticks:?}");
        }
    }

    #[test]
    fn places_stay_within_the_drawing() {
        let scale = scale("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z");
        for at in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
            assert!((LEFT..=WIDTH - RIGHT).contains(&scale.x(at)));
        }
    }
}
