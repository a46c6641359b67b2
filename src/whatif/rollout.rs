//! The order in which nothing breaks: trust first, then the exemption together with what it exempts from, and each step
//! proven by the same engine.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::Sight;
use super::link::{Link, LinkKey, Reach};
use super::needs::Needs;
use super::remedy::Remedies;
use super::scene::{Connections, Stage};
use crate::domain::{ClientId, CloudScope, Email, Scope};
use crate::evidence::{AppRef, AttestedValue, OwnAccess, OwnReauth, Supposed, Supposition, Wave};
use crate::facts::PROPAGATION;
use crate::report::what_if::model::{Change, Drop, Fate, Rollout, Step, Unproven};
use crate::snapshot::ReadError;

/// Remedies that turn out not to suffice are added to so often.
const ATTEMPTS: usize = 3;
/// More saves than this are verified a step at a time.
const SAVES_VERIFIED: usize = 40;

/// Saves that belong together.
struct Stride {
    saves: Vec<Supposition>,
    why: String,
}

/// How to roll the waves out.
pub(super) fn rollout(
    stage: &mut Stage<'_, '_>,
    sight: &Sight<'_>,
    waves: &[Wave],
    today: &Connections,
    scenes: &[Connections],
) -> Result<Rollout, ReadError> {
    let waves: &[Wave] = &waves.iter().map(settled).collect::<Vec<_>>();
    let reach = Reach::of(waves.iter().flat_map(|wave| &wave.set));
    let mut needs = Needs::default();
    let mut fails = false;
    for scene in scenes {
        needs.add(sight, &reach, today, scene, Change::Fails);
        fails |= failing(sight, &reach, today, scene).next().is_some();
    }
    let mut drops = drops(sight, &reach, today, scenes);
    drops.sort_by(|one, other| one.client_id.cmp(&other.client_id));
    let mut unavoidable = needs.unavoidable.clone();
    let mut remedies = Remedies::default();
    let levels = scenes.last().unwrap_or(today);
    let survives = |key: &LinkKey| today.links.get(key).is_some_and(|link| sight.fate(link) >= Fate::PresumedToSurvive);
    let mut attempt = 0;
    loop {
        attempt += 1;
        remedies.meet(&needs);
        let trusting = remedies.trusting(&sight.today, levels);
        let (amended, besides, mut set) = remedies.exempting(waves, survives);
        let (trust, told): (Vec<Supposition>, Vec<_>) = trusting.into_iter().unzip();
        set.splice(0..0, told);
        let strides = strides(trust, besides, &amended);
        let walked = walk(stage, sight, today, &strides)?;
        needs = walked.needs;
        unavoidable.extend(needs.unavoidable.iter().cloned());
        if needs.is_empty() || attempt == ATTEMPTS {
            let mut sure = Remedies::default();
            sure.meet(&walked.doubtful);
            let mut to_be_sure: Vec<_> =
                sure.trusting(&sight.today, levels).into_iter().map(|(_, remedy)| remedy).collect();
            to_be_sure.extend(sure.exempting(&amended, |_| true).2);
            return Ok(Rollout {
                needed: fails,
                remedies: set,
                to_be_sure,
                steps: walked.steps,
                drops,
                unavoidable: unavoidable.into_iter().collect(),
                proven: walked.not_proven.is_empty() && stage.everything_is_listed(),
                not_proven: walked.not_proven.into_values().collect(),
            });
        }
    }
}

/// A wave in which each page, and each app's level in an org unit, is saved once: saves are put into another order, and of
/// two of the same thing the later one counts.
fn settled(wave: &Wave) -> Wave {
    let mut set: Vec<Supposition> = Vec::new();
    for supposition in &wave.set {
        let mut save = supposition.clone();
        let overtaken = set.iter().position(|earlier| is_same(&earlier.what, &save.what));
        if let Some(earlier) = overtaken.map(|at| set.remove(at)) {
            keep_unsaid(&earlier.what, &mut save.what);
        }
        set.push(save);
    }
    Wave { name: wave.name.clone(), set }
}

/// Whether two suppositions are about the same page, or the same app's level, of one org unit.
fn is_same(one: &Supposed, other: &Supposed) -> bool {
    let (Supposed::Own { org_unit, value }, Supposed::Own { org_unit: place, value: second }) = (one, other) else {
        return false;
    };
    let same_page = match (value, second) {
        (AttestedValue::Session(_), AttestedValue::Session(_)) => true,
        (AttestedValue::AppAccess { app, .. }, AttestedValue::AppAccess { app: another, .. }) => app == another,
        (AttestedValue::Session(_), AttestedValue::AppAccess { .. })
        | (AttestedValue::AppAccess { .. }, AttestedValue::Session(_)) => false,
    };
    org_unit == place && same_page
}

/// What a later save of the session-control page does not say stays as an earlier one had it.
fn keep_unsaid(earlier: &Supposed, later: &mut Supposed) {
    if let Supposed::Own { value: AttestedValue::Session(before), .. } = earlier
        && let Supposed::Own { value: AttestedValue::Session(after), .. } = later
        && before.reauth == OwnReauth::Required
        && after.reauth == OwnReauth::Required
    {
        after.frequency = after.frequency.or(before.frequency);
        after.method = after.method.or(before.method);
        after.exempt_trusted_apps = after.exempt_trusted_apps.or(before.exempt_trusted_apps);
    }
}

/// Connections that fail, and do not today.
fn failing<'c>(
    sight: &'c Sight<'_>,
    reach: &'c Reach,
    today: &'c Connections,
    then: &'c Connections,
) -> impl Iterator<Item = (&'c LinkKey, &'c Link)> {
    then.links.iter().filter(move |(key, link)| {
        sight.includes(link) && sight.change(reach, key, today.links.get(key), link) == Some(Change::Fails)
    })
}

/// What a save does to connections, in the order in which saves do least harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Trust,
    NoReauth,
    Reauth,
    Inherited,
    OtherLevel,
    Policy,
}

fn kind(supposition: &Supposition) -> Kind {
    match &supposition.what {
        Supposed::Own { value: AttestedValue::AppAccess { level, .. }, .. } => match level {
            OwnAccess::Trusted => Kind::Trust,
            OwnAccess::Inherit
            | OwnAccess::Limited
            | OwnAccess::SpecificData
            | OwnAccess::Blocked
            | OwnAccess::Unconfigured => Kind::OtherLevel,
        },
        Supposed::Own { value: AttestedValue::Session(session), .. } => match session.reauth {
            OwnReauth::NotRequired => Kind::NoReauth,
            OwnReauth::Required => Kind::Reauth,
            OwnReauth::Inherit => Kind::Inherited,
        },
        Supposed::Policy { .. } => Kind::Policy,
    }
}

fn strides(mut trust: Vec<Supposition>, besides: Vec<Supposition>, waves: &[Wave]) -> Vec<Stride> {
    let mut strides = Vec::new();
    let mut later: Vec<(&Wave, Vec<Supposition>)> = Vec::new();
    // A level that an earlier save of the plan gives the same app there must not be taken for the later one.
    let mut levels_seen: BTreeSet<(&crate::domain::OrgUnitPath, &AppRef)> = BTreeSet::new();
    for wave in waves {
        let mut rest = Vec::new();
        for supposition in &wave.set {
            let first = match &supposition.what {
                Supposed::Own { org_unit, value: AttestedValue::AppAccess { app, .. } } => {
                    levels_seen.insert((org_unit, app))
                }
                Supposed::Own { value: AttestedValue::Session(_), .. } | Supposed::Policy { .. } => false,
            };
            let ahead = first && kind(supposition) == Kind::Trust;
            if ahead { &mut trust } else { &mut rest }.push(supposition.clone());
        }
        later.push((wave, rest));
    }
    if !trust.is_empty() {
        let why = "trust the apps before anything is asked of their users".to_owned();
        strides.push(Stride { saves: trust, why });
    }
    if !besides.is_empty() {
        let why = "exempt trusted apps where reauthentication is asked for already".to_owned();
        strides.push(Stride { saves: besides, why });
    }
    for (wave, mut saves) in later {
        saves.sort_by_key(kind);
        for of_kind in saves.chunk_by(|one, other| kind(one) == kind(other)) {
            strides.push(Stride { saves: of_kind.to_vec(), why: wave.name.clone() });
        }
    }
    strides
}

/// What happened on the way.
struct Walked {
    steps: Vec<Step>,
    /// What those that break still need.
    needs: Needs,
    /// What those need of whom nothing is certain, in the end.
    doubtful: Needs,
    not_proven: BTreeMap<LinkKey, Unproven>,
}

fn walk(
    stage: &mut Stage<'_, '_>,
    sight: &Sight<'_>,
    today: &Connections,
    strides: &[Stride],
) -> Result<Walked, ReadError> {
    let mut walked =
        Walked { steps: Vec::new(), needs: Needs::default(), doubtful: Needs::default(), not_proven: BTreeMap::new() };
    let mut so_far: Vec<Supposition> = Vec::new();
    let one_by_one = strides.iter().map(|stride| stride.saves.len()).sum::<usize>() <= SAVES_VERIFIED;
    let mut waited_for = false;
    for stride in strides {
        let reaches_connections = stride.saves.iter().any(|save| kind(save) != Kind::Policy);
        if waited_for && reaches_connections {
            walked.steps.push(Step {
                set: Vec::new(),
                wait_seconds: u32::try_from(PROPAGATION.as_secs()).ok(),
                why: "a change may take up to 24 h to reach everybody".to_owned(),
                breaks: Vec::new(),
            });
        }
        waited_for |= reaches_connections;
        let mut broken: BTreeMap<LinkKey, Unproven> = BTreeMap::new();
        for (nth, save) in stride.saves.iter().enumerate() {
            so_far.push(save.clone());
            let last = nth + 1 == stride.saves.len();
            // Trusting an app breaks nothing, so that of several the last shows it all.
            let looked_at = last || (one_by_one && !matches!(kind(save), Kind::Trust | Kind::Policy));
            if !looked_at || !reaches_connections {
                continue;
            }
            let then = stage.connections(&so_far)?;
            let reach = Reach::of(&so_far);
            walked.look(sight, &reach, today, &then, &mut broken);
            walked.doubtful = Needs::of(sight, &reach, today, &then, Change::MayFail);
        }
        walked.steps.push(Step {
            set: stride.saves.iter().map(|save| save.what.assignment()).collect(),
            wait_seconds: None,
            why: stride.why.clone(),
            breaks: broken.into_values().collect(),
        });
    }
    Ok(walked)
}

impl Walked {
    fn look(
        &mut self,
        sight: &Sight<'_>,
        reach: &Reach,
        today: &Connections,
        then: &Connections,
        broken: &mut BTreeMap<LinkKey, Unproven>,
    ) {
        self.needs.add(sight, reach, today, then, Change::Fails);
        let told =
            |key: &LinkKey, link: &Link| Unproven { user: key.0.clone(), client_id: key.1.clone(), why: link.why() };
        for (key, link) in failing(sight, reach, today, then) {
            broken.insert(key.clone(), told(key, link));
        }
        for (key, link) in then.links.iter().filter(|(_, link)| sight.includes(link)) {
            let earlier = today.links.get(key);
            let breaks_today = earlier.is_some_and(|earlier| earlier.fate == Fate::Breaks);
            let touched = earlier.is_none_or(|earlier| reach.touches(key, earlier, link));
            if touched && !breaks_today && sight.fate(link) != Fate::Survives {
                self.not_proven.insert(key.clone(), told(key, link));
            }
        }
    }
}

/// Cloud scopes that connections which fail could leave out.
fn drops(sight: &Sight<'_>, reach: &Reach, today: &Connections, scenes: &[Connections]) -> Vec<Drop> {
    let mut users: BTreeMap<&ClientId, BTreeSet<&Email>> = BTreeMap::new();
    let mut scopes: BTreeMap<&ClientId, BTreeSet<&Scope>> = BTreeMap::new();
    let mut apps = BTreeMap::new();
    for (key, link) in scenes.iter().flat_map(|scene| failing(sight, reach, today, scene)) {
        users.entry(&key.1).or_default().insert(&key.0);
        let cloud = link.scopes.iter().filter(|scope| scope.cloud() == CloudScope::Yes);
        scopes.entry(&key.1).or_default().extend(cloud);
        apps.insert(&key.1, &link.app);
    }
    let drop = |(client, users): (&ClientId, BTreeSet<&Email>)| {
        let definition = apps.get(client).and_then(|app| sight.today.definitions.get(*app));
        let cards = |need| -> Vec<String> {
            definition.into_iter().flat_map(|app| app.cards_that_need(need)).map(str::to_owned).collect()
        };
        let of_client = scopes.get(client).into_iter().flatten();
        Drop {
            client_id: client.clone(),
            name: sight.today.name(client),
            scopes: of_client.map(|scope| scope.as_str().to_owned()).collect(),
            users: users.into_iter().cloned().collect(),
            needed_for: cards(CloudScope::Yes),
            not_needed_for: cards(CloudScope::No),
        }
    };
    users.into_iter().map(drop).filter(|drop| !drop.scopes.is_empty()).collect()
}
