//! `what-if` held against the truth: what it foretells comes true, and whoever follows its order breaks nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;

use gwsaudit::evidence::Wave;
use gwsaudit::report::what_if::model::{Change as Becomes, Foresight};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::{Value, json};

use super::census::Seen;
use super::history::History;
use super::people::{Standing, survives};
use super::plan::{Plan, plan};
use super::render::{Trouble, email, time, troubled, whole};
use super::soundness::lies;
use super::supposed::{Change, Idea, carry_out, idea, suppose, wave};
use super::world::{Ms, World};
use crate::verdicts::tenant::Tenant;

const REGRESSIONS: &str = "tests/integration/histories/foreseen.regressions";
const DATES: [&str; 3] = ["2026-01-15T10:00:00Z", "2026-06-30T10:00:00Z", "2026-11-23T10:00:00Z"];

fn run(cases: u32, seed: u64, judge: impl Fn(&History, &[Idea], &[Idea]) -> Result<(), String>) {
    let dates: Vec<Ms> =
        DATES.iter().map(|date| date.parse::<jiff::Timestamp>().expect("a time").as_millisecond()).collect();
    let config = ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    };
    let ideas = || prop::collection::vec(idea(), 1..4);
    let strategy = (plan(), select(dates), ideas(), prop_oneof![1 => Just(Vec::new()), 1 => ideas()]);
    let judge = |(plan, as_of, first, second): (Plan, Ms, Vec<Idea>, Vec<Idea>)| {
        let history = History::of(&plan, as_of);
        judge(&history, &first, &second).map_err(|why| {
            let tenant = whole(&history);
            let records: String =
                tenant.lines.iter().filter(|line| line["type"] != "activity").map(|line| format!("{line}\n")).collect();
            TestCaseError::fail(format!("{why}\n{records}{}", tenant.attestations))
        })
    };
    match TestRunner::new(config).run(&strategy, judge) {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// The same history, with these changes made at its very end.
fn made(history: &History, changes: &[Change]) -> History {
    let mut after = history.clone();
    let mut world = history.today().clone();
    changes.iter().for_each(|change| change.make(&mut world));
    after.timeline.push(history.as_of, world);
    after
}

/// Later ones see what earlier ones made.
fn resolve(ideas: &[Idea], world: &World) -> Vec<Change> {
    let mut world = world.clone();
    let mut changes = Vec::new();
    for idea in ideas {
        if let Some(change) = Change::of(idea, &world) {
            change.make(&mut world);
            changes.push(change);
        }
    }
    changes
}

fn supposing(mut tenant: Tenant, changes: &[Change]) -> Tenant {
    tenant.suppositions = changes.iter().map(|change| suppose(&change.text)).collect();
    tenant
}

#[test]
fn what_is_foretold_is_true_once_it_is_made() {
    let seen = RefCell::new(Seen::default());
    run(300, 20_261_124, |history, ideas, _| {
        let seen = &mut *seen.borrow_mut();
        let changes = resolve(ideas, history.today());
        let after = made(history, &changes);
        let mut faults = lies(&after, &supposing(whole(history), &changes).judge(), seen);
        let keeps_units = |trouble: &&Trouble| match trouble {
            Trouble::Partial { source, .. }
            | Trouble::Denied { source }
            | Trouble::Failed { source, .. }
            | Trouble::Silent { source }
            | Trouble::LostPage { source, .. } => Trouble::SOURCES[*source] != "directory.orgunits",
            Trouble::BeginsLater { .. } | Trouble::EndsEarlier { .. } => true,
            Trouble::NoRootRecord => false,
        };
        // What could not be read makes no prediction a lie either.
        for trouble in history.plan.troubles.iter().filter(keeps_units) {
            let judged = supposing(troubled(history, *trouble), &changes).judge();
            faults.extend(lies(&after, &judged, seen).into_iter().map(|lie| format!("{trouble:?}: {lie}")));
        }
        if faults.is_empty() { Ok(()) } else { Err(told(&changes, &faults)) }
    });
    let wanting = seen.into_inner().wanting(&[
        ("reauth proven", 300),
        ("access proven", 300),
        ("exemption proven", 60),
        ("survives", 60),
        ("breaks", 10),
    ]);
    assert!(wanting.is_empty(), "too seldom:\n{}", wanting.join("\n"));
}

fn told(changes: &[Change], faults: &[String]) -> String {
    let changes: Vec<&str> = changes.iter().map(|change| change.text.as_str()).collect();
    format!("{}\n{}", faults.join("\n"), changes.join("\n"))
}

/// What decides: statuses, settings and outcomes, without the words around them.
fn verdicts(json: &Value) -> Value {
    let list = |key: &str| json[key].as_array().expect("a list").clone();
    let results: Vec<Value> = list("results")
        .iter()
        .map(|result| json!([result["check"], result["subject"], result["status"], result["confidence"]]))
        .collect();
    let units: Vec<Value> = list("org_units")
        .into_iter()
        .map(|mut unit| {
            unit["cloud_session"]["sides"].take();
            unit
        })
        .collect();
    let connections: Vec<Value> =
        list("connections").iter().map(|one| json!([one["user"], one["client_id"], one["outcome"]])).collect();
    json!([results, units, connections])
}

/// The change is made for real, and an administrator attests it: then the report is what was foretold, to the letter. Where
/// the page was attested before the two attestations would contradict each other, as no event lies between.
#[test]
fn predicting_a_change_and_making_it_give_the_same_verdicts() {
    let compared = RefCell::new(0_u32);
    run(1_000, 20_261_125, |history, ideas, _| {
        let changes = resolve(ideas, history.today());
        let attested_before = history.attested.iter().any(|attested| {
            changes.iter().any(|change| {
                attested.unit == change.unit || attested.below && history.today().is_below(change.unit, attested.unit)
            })
        });
        let units: Vec<_> = changes.iter().map(|change| change.unit).collect();
        let twice = units.iter().collect::<std::collections::BTreeSet<_>>().len() < units.len();
        // An attestation of a moving target is placed by the log; today's org units are what they are.
        let partly_said = changes.iter().any(|change| change.text.ends_with("=required"));
        if attested_before || twice || partly_said {
            return Ok(());
        }
        let foretold = supposing(whole(history), &changes).judge();
        let mut tenant = whole(history);
        for change in &changes {
            let path = history.today().path(change.unit);
            tenant = tenant.attest(&path, &time(history.as_of), &change.attested().expect("it can be seen"));
        }
        let real = tenant.judge();
        *compared.borrow_mut() += 1;
        let (foretold, real) = (verdicts(&foretold.json), verdicts(&real.json));
        if foretold == real {
            Ok(())
        } else {
            Err(told(&changes, &[format!("foretold {foretold}"), format!("came {real}")]))
        }
    });
    let compared = compared.into_inner();
    assert!(compared > 120, "{compared}");
}

fn texts(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| change.text.clone()).collect()
}

/// Users whose connection with the app under audit survives in that world.
fn surviving(history: &History, world: &World) -> Vec<usize> {
    let plan = &history.plan;
    let bindings = plan.bindings.as_deref().unwrap_or_default();
    let live = |user: &usize| plan.people[*user].standing == Standing::Active;
    let holds = |user: &usize| {
        plan.people[*user].grant.is_some_and(|grant| survives(world, *user, grant, bindings, plan.unwritten))
    };
    (0..plan.people.len()).filter(live).filter(holds).collect()
}

/// Every step of the order is carried out in the world, save by save.
fn follow(history: &History, foresight: &Foresight) -> Vec<String> {
    let mut world = history.today().clone();
    let before = surviving(history, &world);
    let unsure: Vec<&str> = foresight.rollout.not_proven.iter().map(|one| one.user.as_str()).collect();
    let mut faults = Vec::new();
    for step in &foresight.rollout.steps {
        let broken: Vec<&str> = step.breaks.iter().map(|one| one.user.as_str()).collect();
        for assignment in &step.set {
            carry_out(assignment, &mut world);
            let now = surviving(history, &world);
            for user in before.iter().filter(|user| !now.contains(user)).map(|user| email(*user)) {
                if foresight.rollout.proven {
                    faults.push(format!("{user} breaks by {assignment}, and the order is called proven"));
                } else if !unsure.contains(&user) && !broken.contains(&user) {
                    faults.push(format!("{user} breaks by {assignment}, unannounced"));
                }
            }
        }
    }
    faults
}

#[test]
fn whoever_follows_the_order_breaks_nothing() {
    let seen = RefCell::new([0_u32; 5]);
    run(450, 20_261_126, |history, first, second| {
        let mut world = history.today().clone();
        let first = resolve(first, &world);
        first.iter().for_each(|change| change.make(&mut world));
        let second = resolve(second, &world);
        let mut waves = vec![wave("first", &texts(&first))];
        if !second.is_empty() {
            waves.push(wave("second", &texts(&second)));
        }
        let tenant = whole(history);
        let foresight = tenant.foresee(&waves);
        let rollout = &foresight.rollout;
        let mut faults = follow(history, &foresight);
        for step in &rollout.steps {
            if !step.breaks.is_empty() && rollout.unavoidable.is_empty() {
                faults.push(format!("avoidable: {step:?}"));
            }
        }
        let [needed, proven, trusted, irredundant, other] = &mut *seen.borrow_mut();
        *needed += u32::from(rollout.needed);
        *proven += u32::from(rollout.needed && rollout.proven);
        *trusted += u32::from(rollout.remedies.iter().any(|remedy| remedy.assignment.starts_with("app:")));
        *other += u32::from(first.iter().any(Change::is_of_the_other_app));
        if rollout.unavoidable.is_empty() && !rollout.remedies.is_empty() && *irredundant < 60 {
            let with_all = hit(&tenant.foresee(&with_remedies(&foresight, &waves, None)));
            for left_out in 0..rollout.remedies.len() {
                *irredundant += 1;
                let without = hit(&tenant.foresee(&with_remedies(&foresight, &waves, Some(left_out))));
                if without.difference(&with_all).next().is_none() {
                    faults.push(format!("nobody needs {:?}", rollout.remedies[left_out]));
                }
            }
        }
        let all: Vec<Change> = first.into_iter().chain(second).collect();
        if faults.is_empty() { Ok(()) } else { Err(told(&all, &faults) + &format!("\n{rollout:#?}")) }
    });
    let seen = seen.into_inner();
    assert!(seen[0] >= 20 && seen[1] >= 5 && seen[2] >= 8 && seen[3] >= 15 && seen[4] >= 15, "{seen:?}");
}

/// Connections that fail, or may fail, and how bad it is.
fn hit(foresight: &Foresight) -> BTreeSet<(String, String, bool)> {
    let apps = foresight.waves.iter().flat_map(|wave| &wave.apps);
    let connections = apps.flat_map(|app| app.connections.iter().map(move |one| (app, one)));
    connections
        .filter(|(_, one)| one.change != Becomes::Recovers)
        .map(|(app, one)| (one.user.to_string(), app.client_id.to_string(), one.change == Becomes::Fails))
        .collect()
}

/// The waves with all remedies but one, those that come besides in a wave of their own before them.
fn with_remedies(foresight: &Foresight, waves: &[Wave], left_out: Option<usize>) -> Vec<Wave> {
    let mut besides = Vec::new();
    let mut amended: Vec<Vec<String>> =
        waves.iter().map(|wave| wave.set.iter().map(|one| one.what.assignment()).collect()).collect();
    for (nth, remedy) in foresight.rollout.remedies.iter().enumerate() {
        if Some(nth) == left_out {
            continue;
        }
        match &remedy.instead_of {
            None => besides.push(remedy.assignment.clone()),
            Some(written) => {
                for text in amended.iter_mut().flatten().filter(|text| *text == written) {
                    text.clone_from(&remedy.assignment);
                }
            }
        }
    }
    let mut all = vec![wave("besides", &besides)];
    all.extend(amended.iter().map(|texts| wave("amended", texts)));
    all
}

#[test]
fn an_empty_plan_changes_nothing() {
    run(60, 20_261_127, |history, _, _| {
        for tenant in [whole(history), troubled(history, history.plan.troubles[0])] {
            let foresight = tenant.foresee(&[wave("nothing", &[])]);
            let wave = &foresight.waves[0];
            if !(wave.results.is_empty() && wave.apps.is_empty() && wave.unknown.is_empty()) || foresight.rollout.needed
            {
                return Err(format!("{foresight:#?}"));
            }
        }
        Ok(())
    });
}
