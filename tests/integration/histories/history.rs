//! A plan carried out: the truth through time, what Google logged, and what was attested.

use super::baselines::{Attested, attest};
use super::deeds::resolve;
use super::log::{Log, Scribe};
use super::people::Standing;
use super::plan::{Pace, Plan};
use super::world::{App, DAY, Ms, ROOT, SECOND, Timeline, World};

const MINUTE: Ms = 60 * SECOND;

#[derive(Debug, Clone)]
pub(super) struct History {
    pub(super) plan: Plan,
    pub(super) as_of: Ms,
    /// Where the log at hand begins.
    pub(super) from: Ms,
    pub(super) timeline: Timeline,
    pub(super) log: Log,
    pub(super) attested: Vec<Attested>,
}

/// What was there before anything happened.
fn beginning(plan: &Plan) -> World {
    let mut world = World::new(plan.root.0, plan.people.len());
    for (app, level) in [App::Okta, App::Other].into_iter().zip(plan.root.1) {
        world.unit_mut(ROOT).set_level(app, level);
    }
    for seedling in &plan.units {
        let parent = seedling.parent.of(&world);
        if world.depth(parent) < super::world::DEEPEST && !world.has_child(parent, seedling.name) {
            let id = world.next_id();
            world.add(id, seedling.name, parent);
            let unit = world.unit_mut(id);
            unit.session = seedling.session;
            for (app, level) in [App::Okta, App::Other].into_iter().zip(seedling.levels) {
                unit.set_level(app, level);
            }
        }
    }
    for (user, person) in plan.people.iter().enumerate() {
        // Who was deleted is no hindrance to removing the org unit.
        world.users[user] = if person.standing == Standing::Deleted { ROOT } else { person.unit.of(&world) };
    }
    world
}

impl History {
    /// Carries out a plan that ends at `as_of`.
    pub(super) fn of(plan: &Plan, as_of: Ms) -> Self {
        let mut timeline = Timeline::new(Ms::MIN, beginning(plan));
        let mut scribe = Scribe::new(plan.dialect);
        let mut deeds: Vec<_> = plan.deeds.iter().collect();
        deeds.sort_by_key(|planned| std::cmp::Reverse(planned.before));
        let mut last = Ms::MIN;
        for planned in deeds {
            let due = as_of - i64::from(planned.before) * MINUTE;
            let at = match planned.pace {
                Pace::After(gap) if last != Ms::MIN => last + gap,
                Pace::After(_) | Pace::Due => due.max(last.saturating_add(20 * SECOND)),
            };
            if at > as_of - 20 * SECOND {
                break;
            }
            let world = timeline.now();
            let Some(act) = resolve(&planned.deed, world) else { continue };
            scribe.write(at, planned.actor, world, &act, planned.outcome);
            if planned.outcome.happened() {
                let mut after = world.clone();
                after.apply(&act);
                timeline.push(at, after);
            }
            // Its last word in the log: what is logged late must not look like a later deed.
            last = scribe.log.activities.iter().map(|activity| activity.at).fold(at, Ms::max);
        }
        let mut log = scribe.log;
        log.activities.sort_by_key(|activity| activity.at);
        let mut attested: Vec<Attested> = Vec::new();
        for baseline in &plan.baselines {
            let at = quiet(as_of - i64::from(baseline.before) * MINUTE, &log);
            if at <= as_of {
                attested.extend(attest(baseline, at, &timeline));
            }
        }
        let from = as_of - i64::from(plan.window) * DAY;
        Self { plan: plan.clone(), as_of, from, timeline, log, attested }
    }

    /// The tenant at the moment of judgement.
    pub(super) fn today(&self) -> &World {
        self.timeline.at(self.as_of)
    }
}

/// The first moment from `at` on that is not within seconds of an act: what was seen then is beyond doubt.
pub(super) fn quiet(mut at: Ms, log: &Log) -> Ms {
    for activity in &log.activities {
        if (activity.at - SECOND..activity.at + 15 * SECOND).contains(&at) {
            at = activity.at + 15 * SECOND;
        }
    }
    at
}
