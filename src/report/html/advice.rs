//! What to do, what is not known, and where a person has to choose.

use std::collections::BTreeMap;

use super::shown::{Place, Shown};
use crate::domain::{CheckId, Severity};
use crate::report::digest::{Cure, Gap, Gaps, View, contradictions, cures, gaps};
use crate::report::model::{CheckResult, Collision, Evidence};
use crate::report::wording::{counted, plain};

/// Where each check's results are on the page.
pub(super) type Anchors<'a> = BTreeMap<&'a CheckId, usize>;

/// A link to a check's results.
pub(super) struct Check {
    pub(super) id: Shown,
    pub(super) anchor: usize,
}

fn checks(results: &[&CheckResult], anchors: &Anchors<'_>) -> Vec<Check> {
    let mut checks: Vec<&CheckId> = results.iter().map(|result| &result.check).collect();
    checks.sort_unstable();
    checks.dedup();
    checks
        .into_iter()
        .filter_map(|check| Some(Check { id: Shown::name(check.as_str()), anchor: *anchors.get(check)? }))
        .collect()
}

/// One cure.
pub(super) struct Remedy {
    /// Where.
    pub(super) place: Shown,
    pub(super) severity: Severity,
    pub(super) checks: Vec<Check>,
    pub(super) cures: String,
    /// The number of the first step: they are counted through, as one cure may build on another.
    pub(super) first: usize,
    pub(super) steps: Vec<Shown>,
    pub(super) page: Option<Place>,
}

/// Every cure once, the gravest first.
pub(super) fn remedies(view: &View<'_>, anchors: &Anchors<'_>) -> Vec<Remedy> {
    let mut next = 1;
    let remedy = |cure: Cure<'_>| Remedy {
        place: Shown::from(&cure.place(view)),
        first: {
            next += cure.steps.len();
            next - cure.steps.len()
        },
        severity: cure.severity,
        checks: checks(&cure.results, anchors),
        cures: counted(cure.results.len(), "result", "results"),
        steps: cure.steps.iter().map(|step| Shown::text(step)).collect(),
        page: cure.url.map(Place::of),
    };
    cures(view).into_iter().map(remedy).collect()
}

/// A fact that is not known.
pub(super) struct Unknown {
    pub(super) fact: Shown,
    pub(super) gaps: Vec<Lack>,
}

/// One advice that would settle something.
pub(super) struct Lack {
    pub(super) subjects: Shown,
    pub(super) hang: String,
    pub(super) checks: Vec<Check>,
    pub(super) reasons: Vec<Shown>,
    /// Reasons that are told with the results alone.
    pub(super) more: usize,
    pub(super) supply: Shown,
}

/// More reasons than this differ in times and names only.
const REASONS: usize = 5;

/// Everything that is not known, and the subjects of results that do not say what they lack.
pub(super) fn unknowns(view: &View<'_>, anchors: &Anchors<'_>) -> (Vec<Unknown>, Option<Shown>) {
    let Gaps { mut facts, unexplained } = gaps(view);
    facts.sort_by_key(|fact| std::cmp::Reverse(fact.weight()));
    let lack = |gap: Gap<'_>| Lack {
        subjects: Shown::from(&view.subjects(&gap.results)),
        hang: counted(gap.results.len(), "result hangs on it", "results hang on it"),
        checks: checks(&gap.results, anchors),
        reasons: gap.reasons.iter().take(REASONS).map(|why| Shown::text(why)).collect(),
        more: gap.reasons.len().saturating_sub(REASONS),
        supply: Shown::text(&gap.supply),
    };
    let unknowns = facts
        .into_iter()
        .map(|fact| Unknown { fact: Shown::name(&plain(fact.fact)), gaps: fact.gaps.into_iter().map(lack).collect() })
        .collect();
    (unknowns, (!unexplained.is_empty()).then(|| Shown::from(&view.subjects(&unexplained))))
}

/// Goals of which nobody can have both.
pub(super) struct Clash {
    pub(super) checks: Vec<Shown>,
    pub(super) trades: Vec<Shown>,
    pub(super) lets_through: Vec<Shown>,
}

pub(super) fn clashes(collisions: &[Collision]) -> Vec<Clash> {
    let clash = |collision: &Collision| Clash {
        checks: collision.checks.iter().map(|check| Shown::name(check.as_str())).collect(),
        trades: collision.trades.iter().map(|trade| Shown::text(trade)).collect(),
        lets_through: collision.lets_through.iter().map(|app| Shown::name(app)).collect(),
    };
    collisions.iter().map(clash).collect()
}

/// A setting on which the evidence contradicts itself.
pub(super) struct Dispute {
    pub(super) setting: Shown,
    pub(super) units: Shown,
    pub(super) sides: Vec<Piece>,
}

pub(super) fn disputes(view: &View<'_>) -> Vec<Dispute> {
    contradictions(view.report)
        .into_iter()
        .map(|((setting, sides), units)| Dispute {
            setting: Shown::name(&setting),
            units: Shown::from(&view.tree.list(&units, 12)),
            sides: sides.iter().map(Piece::of).collect(),
        })
        .collect()
}

/// A piece of evidence.
pub(super) struct Piece {
    pub(super) source: Shown,
    pub(super) at: Option<String>,
    pub(super) locator: Shown,
    pub(super) says: Shown,
    pub(super) actor: Option<Shown>,
    pub(super) disputed: bool,
}

impl Piece {
    pub(super) fn of(item: &Evidence) -> Self {
        Self {
            source: Shown::name(&item.source),
            at: item.at.map(crate::domain::humane_time),
            locator: Shown::name(&item.locator),
            says: Shown::text(&item.says),
            actor: item.actor.as_deref().map(Shown::name),
            disputed: item.disputed,
        }
    }
}
