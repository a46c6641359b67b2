//! What else shows the truth of a moment: the console's list of configured apps, and Google's own decisions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gwsaudit::evidence::{Dating, Extent};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner};

use super::census::Seen;
use super::history::{History, quiet};
use super::people::Standing;
use super::plan::{Plan, plan};
use super::render::{email, time, whole};
use super::soundness::lies;
use super::world::{App, DAY, Level, Ms};
use crate::verdicts::tenant::{Csv, OKTA, Tenant};

const MINUTE: Ms = 60_000;

/// A download of the list.
#[derive(Debug, Clone)]
struct Download {
    /// Minutes before the moment of judgement.
    before: u32,
    extent: Extent,
    /// Which inherited rows the console shows as well, and which rows a filter left out.
    shown: u64,
}

#[derive(Debug, Clone)]
struct Sightings {
    list: Option<Download>,
    /// Tokens that were asked for: minutes before the moment of judgement, and the user.
    asked: Vec<(u32, usize)>,
}

fn sightings() -> impl Strategy<Value = Sightings> {
    let minutes = || 60..(170 * 24 * 60_u32);
    let extent = select(vec![Extent::Whole, Extent::Unsaid]);
    let list = (minutes(), extent, any::<u64>()).prop_map(|(before, extent, shown)| Download { before, extent, shown });
    let asked = prop::collection::vec((prop_oneof![minutes(), 60..(20 * 24 * 60_u32)], 0..4usize), 0..6);
    (prop::option::weighted(0.8, list), asked).prop_map(|(list, asked)| Sightings { list, asked })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Trusted => "trusted",
        Level::Limited => "Limited",
        Level::Blocked => "blocked",
        // How Google writes it, nobody outside knows.
        Level::SpecificData => "Specific Google data",
    }
}

impl Download {
    fn csv(&self, history: &History) -> Csv {
        let at = quiet(history.as_of - i64::from(self.before) * MINUTE, &history.log).min(history.as_of);
        let world = history.timeline.at(at);
        let mut text = "Type,Id,Access,Org Unit\n".to_owned();
        for (number, unit) in world.units.keys().enumerate() {
            let bit = self.shown >> (number % 64) & 1 == 1;
            let own = world.units[unit].level(App::Okta);
            let level = match self.extent {
                Extent::Whole => own.or(world.level_in_force(*unit, App::Okta).filter(|_| bit)),
                Extent::Unsaid => world.level_in_force(*unit, App::Okta).filter(|_| bit),
            };
            if let Some(level) = level {
                writeln!(text, "web application,{OKTA},{},{}", word(level), world.path(*unit)).expect("text");
            }
        }
        Csv { text, at: time(at), dating: Dating::Stated, extent: self.extent }
    }
}

/// By which setting Google allowed a token then; a change may have reached it, or not yet.
fn source(history: &History, at: Ms, user: usize, late: bool) -> Option<&'static str> {
    let world = history.timeline.at(at);
    let felt = history.timeline.at(if late { at - DAY } else { at });
    // Where the org unit did not exist a day before, its settings of today are felt.
    let unit = world.users[user];
    let world = if felt.units.contains_key(&unit) && felt.users[user] == unit { felt } else { world };
    match world.level_in_force(unit, App::Okta) {
        Some(Level::Trusted | Level::Limited | Level::SpecificData) => Some("APP_ACCESS_CONTROL"),
        None => Some("CONFIGURATION_SOURCE_UNSPECIFIED"),
        Some(Level::Blocked) => None,
    }
}

impl Sightings {
    fn add_to(&self, history: &History, mut tenant: Tenant) -> Tenant {
        tenant.csv = self.list.as_ref().map(|list| list.csv(history));
        for (number, (before, user)) in self.asked.iter().enumerate() {
            let at = history.as_of - i64::from(*before) * MINUTE;
            let active = history.plan.people.get(*user).is_some_and(|person| person.standing == Standing::Active);
            if let Some(source) = active.then(|| source(history, at, *user, number % 2 == 1)).flatten() {
                tenant = tenant.evaluated(&time(at), email(*user), source);
            }
        }
        tenant
    }
}

#[test]
fn what_the_list_and_google_s_decisions_show_makes_nothing_false_proven() {
    let dates = ["2026-01-15T10:00:00Z", "2026-06-30T10:00:00Z", "2026-11-23T10:00:00Z"];
    let dates: Vec<Ms> =
        dates.iter().map(|date| date.parse::<jiff::Timestamp>().expect("a time").as_millisecond()).collect();
    let regressions = "tests/integration/histories/sightings.regressions";
    let config = ProptestConfig {
        cases: 1_200,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        rng_seed: RngSeed::Fixed(20_261_125),
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    };
    let counts = std::cell::RefCell::new(BTreeMap::<&str, u32>::new());
    let judge = |(plan, as_of, sightings): (Plan, Ms, Sightings)| {
        let history = History::of(&plan, as_of);
        let tenant = sightings.add_to(&history, whole(&history));
        let judged = tenant.judge();
        let faults = lies(&history, &judged, &mut Seen::default());
        let mut counts = counts.borrow_mut();
        let units = judged.json["org_units"].as_array().expect("a list");
        let proven = units.iter().any(|unit| unit["apps"].to_string().contains("\"proven\""));
        *counts.entry("a level proven").or_default() += u32::from(proven);
        *counts.entry("by the list").or_default() +=
            u32::from(judged.json["results"].to_string().contains("configured-apps-csv"));
        *counts.entry("in the light of a decision").or_default() +=
            u32::from(judged.json["results"].to_string().contains("configuration_source="));
        if faults.is_empty() {
            return Ok(());
        }
        let csv = tenant.csv.as_ref().map_or(String::new(), |csv| format!("{} {:?}\n{}", csv.at, csv.extent, csv.text));
        Err(TestCaseError::fail(format!("{}\n{csv}{}{}", faults.join("\n"), tenant.text(), tenant.attestations)))
    };
    match TestRunner::new(config).run(&(plan(), select(dates), sightings()), judge) {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
    let counts = counts.into_inner();
    for (what, least) in [("a level proven", 400), ("by the list", 300), ("in the light of a decision", 200)] {
        assert!(counts.get(what).copied().unwrap_or_default() >= least, "{what}: {counts:?}");
    }
}
