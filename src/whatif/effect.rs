//! What one wave changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::link::{Link, LinkKey, Reach, SetBy};
use super::results::changes;
use super::scene::{Scene, Today, is_made_up};
use crate::checks::{Acceptance, Selection};
use crate::domain::{ClientId, CloudScope, Email};
use crate::evidence::{Administers, AttestedValue, PolicyTarget, Supposed, Wave};
use crate::facts::Gap;
use crate::report::model::{Administration, Missing, SessionSetter, SharedText};
use crate::report::what_if::model::{
    AdministratorEffect, AppEffect, Change, ConnectionChange, Direction, Fate, WaveEffect, WaveSummary,
};

/// What all waves are looked at with.
pub(super) struct Sight<'q> {
    pub(super) today: Today,
    pub(super) selection: &'q Selection,
    pub(super) acceptance: Acceptance,
    pub(super) as_of: Timestamp,
}

impl Sight<'_> {
    /// Whether a connection is in the part of the tenant in question.
    pub(super) fn includes(&self, link: &Link) -> bool {
        link.org_unit.as_ref().is_none_or(|path| self.selection.includes(path))
    }

    /// How it fares, as strictly as was asked.
    pub(super) fn fate(&self, link: &Link) -> Fate {
        match (link.fate, self.acceptance) {
            (Fate::PresumedToSurvive, Acceptance::Presumed) => Fate::Survives,
            (fate, Acceptance::Presumed | Acceptance::ProvenOnly) => fate,
        }
    }

    /// What becomes of it.
    pub(super) fn change(&self, reach: &Reach, key: &LinkKey, before: Option<&Link>, after: &Link) -> Option<Change> {
        let earlier = before.map_or(Fate::Open, |link| self.fate(link));
        let later = self.fate(after);
        let broken = |fate: Fate| fate <= Fate::PresumedToBreak;
        if broken(later) {
            return (!broken(earlier)).then_some(Change::Fails);
        }
        if broken(earlier) && later >= Fate::PresumedToSurvive {
            return Some(Change::Recovers);
        }
        let touched = before.is_none_or(|before| reach.touches(key, before, after));
        let open = later == Fate::Open && earlier == Fate::Open && touched;
        (later < Fate::Survives && (later < earlier || open)).then_some(Change::MayFail)
    }
}

pub(super) fn effect(
    sight: &Sight<'_>,
    wave: &Wave,
    before: &Scene,
    after: &Scene,
    doubts: &BTreeSet<Gap>,
) -> WaveEffect {
    let mut results = changes(&before.results, &after.results);
    let moved = moved(sight, &Reach::of(&wave.set), before, after);
    for result in &mut results {
        // What a check says of the time of failure reckons from the past, when the setting was another.
        let of_result = |(key, ..): &&Moved<'_>| {
            Some(&key.0) == result.subject.user.as_ref() && Some(&key.1) == result.subject.client_id.as_ref()
        };
        if let Some((key, _, link, change)) = moved.iter().find(of_result) {
            result.summary = told(key, link, *change);
        }
    }
    let apps = apps(sight, &moved);
    let mut unknown: BTreeSet<Gap> = BTreeSet::new();
    for (_, _, link, change) in &moved {
        if *change == Change::MayFail {
            unknown.extend(link.all_gaps());
        }
    }
    let reaches_connections = wave.set.iter().any(|one| matches!(one.what, Supposed::Own { .. }));
    if reaches_connections {
        unknown.extend(doubts.iter().cloned());
    }
    let mut missing: BTreeSet<Missing> = unknown.into_iter().map(missing_of).collect();
    for result in results.iter().filter(|result| result.direction == Direction::Worse) {
        missing.extend(result.missing.iter().cloned());
    }
    missing.extend(wave.set.iter().filter_map(|one| order_of_groups(&one.what)));
    let count = |wanted: Change| moved.iter().filter(|(.., change)| *change == wanted).count() as u64;
    let directed = |wanted: Direction| results.iter().filter(|result| result.direction == wanted).count() as u64;
    WaveEffect {
        name: wave.name.clone(),
        set: wave.set.iter().map(|one| one.what.assignment()).collect(),
        summary: WaveSummary {
            worse: directed(Direction::Worse),
            better: directed(Direction::Better),
            other: directed(Direction::Other),
            fail: count(Change::Fails),
            may_fail: count(Change::MayFail),
            recover: count(Change::Recovers),
        },
        administrators: administrators(sight, &moved),
        bound_connections: bound(sight, wave, after),
        results,
        apps,
        unknown: missing.into_iter().collect(),
    }
}

pub(super) fn missing_of(gap: Gap) -> Missing {
    Missing { fact: gap.fact.into_owned(), why: SharedText::from(gap.why), supply: SharedText::from(gap.supply) }
}

fn told(key: &LinkKey, link: &Link, change: Change) -> String {
    let place = link.org_unit.as_ref().map(|path| format!(" in {path}")).unwrap_or_default();
    let what = match change {
        Change::Fails => "would fail",
        Change::MayFail => "may fail",
        Change::Recovers => "would work again",
    };
    format!("The connection of {}{place} {what}: {}.", key.0, link.why())
}

/// A connection before and after.
type Moved<'s> = (&'s LinkKey, Option<&'s Link>, &'s Link, Change);

fn moved<'s>(sight: &Sight<'_>, reach: &Reach, before: &'s Scene, after: &'s Scene) -> Vec<Moved<'s>> {
    let links = after.connections.links.iter().filter(|(_, link)| sight.includes(link));
    links
        .filter_map(|(key, link)| {
            let earlier = before.connections.links.get(key);
            Some((key, earlier, link, sight.change(reach, key, earlier, link)?))
        })
        .collect()
}

fn apps(sight: &Sight<'_>, moved: &[Moved<'_>]) -> Vec<AppEffect> {
    let mut by_client: BTreeMap<&ClientId, Vec<&Moved<'_>>> = BTreeMap::new();
    for one in moved {
        by_client.entry(&one.0.1).or_default().push(one);
    }
    let mut apps: Vec<AppEffect> = by_client
        .into_iter()
        .filter_map(|(client, moved)| {
            let (_, _, first, _) = moved.first()?;
            let users = |wanted: Change| -> Vec<Email> {
                moved.iter().filter(|(.., change)| *change == wanted).map(|(key, ..)| key.0.clone()).collect()
            };
            let scopes = |wanted: CloudScope| -> Vec<String> {
                let hit = moved.iter().filter(|(.., change)| *change != Change::Recovers);
                let scopes = hit.flat_map(|(_, _, link, _)| &link.scopes).filter(|scope| scope.cloud() == wanted);
                let scopes: BTreeSet<&str> = scopes.map(crate::domain::Scope::as_str).collect();
                scopes.into_iter().map(str::to_owned).collect()
            };
            Some(AppEffect {
                client_id: client.clone(),
                app: Some(first.app.clone()).filter(|id| !is_made_up(id)),
                name: sight.today.name(client),
                outcome: moved.iter().map(|(.., change)| *change).min()?,
                failing_users: users(Change::Fails),
                doubtful_users: users(Change::MayFail),
                cloud_scopes: scopes(CloudScope::Yes),
                unknown_scopes: scopes(CloudScope::Unknown),
                connections: moved.iter().map(|one| connection(sight, one)).collect(),
            })
        })
        .collect();
    apps.sort_by(|one, other| (one.outcome, &one.client_id).cmp(&(other.outcome, &other.client_id)));
    apps
}

impl Today {
    /// What a client is called.
    pub(super) fn name(&self, client: &ClientId) -> String {
        self.names.get(client).cloned().unwrap_or_else(|| client.to_string())
    }
}

fn connection(sight: &Sight<'_>, (key, before, link, change): &Moved<'_>) -> ConnectionChange {
    let fails = *change == Change::Fails;
    let session = link.session_at_most();
    let by = link.last_authorized_at.and_then(|at| at.checked_add(session).ok()).map(|by| by.max(sight.as_of));
    let seconds = u32::try_from(session.as_secs()).unwrap_or(u32::MAX);
    ConnectionChange {
        user: key.0.clone(),
        org_unit: link.org_unit.clone(),
        change: *change,
        before: before.map_or(Fate::Open, |link| link.fate),
        after: link.fate,
        why: link.why(),
        first_failure_by: by.filter(|_| fails),
        fails_within_seconds: (fails && by.is_none()).then_some(seconds),
        last_authorized_at: link.last_authorized_at,
        administers: administration(link.administers),
        session_set_by: match link.set_by {
            SetBy::Console => SessionSetter::Console,
            SetBy::Binding => SessionSetter::Binding,
            SetBy::Unknown => SessionSetter::Unknown,
        },
    }
}

fn administration(administers: Administers) -> Administration {
    match administers {
        Administers::Everything => Administration::Everything,
        Administers::ByRole => Administration::ByRole,
        Administers::Nothing => Administration::Nothing,
        Administers::Unknown => Administration::Unknown,
    }
}

fn administrators(sight: &Sight<'_>, moved: &[Moved<'_>]) -> Vec<AdministratorEffect> {
    let mut hit: BTreeMap<&str, AdministratorEffect> = BTreeMap::new();
    for (key, _, link, change) in moved {
        let administers = match link.administers {
            Administers::Everything | Administers::ByRole => administration(link.administers),
            Administers::Nothing | Administers::Unknown => continue,
        };
        if *change == Change::Recovers {
            continue;
        }
        let name = sight.today.name(&key.1);
        let fresh = || AdministratorEffect { user: key.0.clone(), administers, apps: Vec::new() };
        hit.entry(key.0.as_str()).or_insert_with(fresh).apps.push(name);
    }
    hit.into_values().collect()
}

/// Connections where the wave's session control would reach, were it not for a binding.
fn bound(sight: &Sight<'_>, wave: &Wave, after: &Scene) -> u64 {
    let pages: Vec<_> = wave
        .set
        .iter()
        .filter_map(|one| match &one.what {
            Supposed::Own { org_unit, value: AttestedValue::Session(_) } => Some(org_unit),
            Supposed::Own { value: AttestedValue::AppAccess { .. }, .. } | Supposed::Policy { .. } => None,
        })
        .collect();
    let links = after.connections.links.values().filter(|link| link.set_by == SetBy::Binding && sight.includes(link));
    let below = |link: &&Link| link.org_unit.as_ref().is_some_and(|at| pages.iter().any(|page| page.contains(at)));
    links.filter(below).count() as u64
}

/// Google documents nowhere for certain whether a group's policy beats an org unit's.
fn order_of_groups(what: &Supposed) -> Option<Missing> {
    match what {
        Supposed::Policy { setting, whom: PolicyTarget::Group(email), .. } => Some(Missing {
            fact: "policies".to_owned(),
            why: SharedText::from(format!(
                "a policy of the group {email} is taken to win over all others of {setting}; which place Google gives it shows \
                 only once it is saved"
            )),
            supply: SharedText::from(
                "save it for a small group first, and see what `gwsaudit policy effective` shows".to_owned(),
            ),
        }),
        Supposed::Policy { whom: PolicyTarget::OrgUnit(_), .. } | Supposed::Own { .. } => None,
    }
}
