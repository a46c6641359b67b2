//! The cells.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use gwsaudit::report::model::Status;
use serde_json::{Value, json};
use tokio::sync::{Mutex, OnceCell};

use super::kinds::{FAULTS, Harms, TOKEN, Takes, endpoints, plan};
use super::world::{Collected, Judged, World, learn_groups};
use crate::corpus::invariant::{About, broken, speaks, stands_in};

/// So many cells at once, each with a simulator of its own.
const AT_ONCE: usize = 3;
/// And beside them so many of those that spend their time waiting.
const WAITING_AT_ONCE: usize = 8;

/// Whether the fault goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weather {
    Passing,
    Lasting,
}

/// One fault, one endpoint, and a word for what came of it.
pub(super) struct Cell {
    pub(super) endpoint: &'static str,
    pub(super) fault: usize,
    pub(super) weather: Weather,
    pub(super) word: &'static str,
    /// What should not have been.
    wrong: Vec<String>,
}

impl Cell {
    /// With the world that it was found in, for the next.
    fn within(self, world: World) -> (World, Self) {
        (world, self)
    }
}

/// The tenant without trouble.
struct Sound {
    collected: Collected,
    judged: Arc<Judged>,
}

/// All cells, made once for all tests.
pub(super) async fn cells() -> &'static [Cell] {
    static CELLS: OnceCell<Vec<Cell>> = OnceCell::const_new();
    CELLS.get_or_init(|| all().boxed_local()).await
}

async fn all() -> Vec<Cell> {
    let mut worlds = stream::iter(0..AT_ONCE + WAITING_AT_ONCE).then(|_| World::start()).collect::<Vec<_>>().await;
    let collected = worlds[0].collect("", Takes::NoTime).await;
    learn_groups(&collected);
    let judged = worlds[0].judge(&collected.lines);
    let sound = Arc::new(Sound { collected, judged });
    let waiting = worlds.split_off(AT_ONCE);
    let of = |takes| {
        let numbers = FAULTS.iter().enumerate().filter(move |(_, fault)| fault.takes == takes).map(|(nth, _)| nth);
        numbers.flat_map(|nth| [(nth, Weather::Passing), (nth, Weather::Lasting)]).collect()
    };
    let (mut quick, slow) = tokio::join!(
        rows(worlds, of(Takes::NoTime), Arc::clone(&sound)).boxed_local(),
        rows(waiting, of(Takes::Time), sound).boxed_local()
    );
    quick.extend(slow);
    quick
}

/// The cells of these rows, as many at once as there are worlds.
async fn rows(worlds: Vec<World>, rows: Vec<(usize, Weather)>, sound: Arc<Sound>) -> Vec<Cell> {
    let free = Mutex::new(worlds);
    let together = each_in_a_world(&free, rows, {
        let sound = Arc::clone(&sound);
        move |world, (nth, weather)| row(world, Arc::clone(&sound), nth, weather).boxed()
    });
    let (mut cells, mut ahead) = (Vec::new(), Vec::new());
    for (whole, rest) in together.await {
        cells.extend(whole);
        ahead.extend(rest);
    }
    let one_by_one = each_in_a_world(&free, ahead, move |world, (nth, endpoint, weather)| {
        let sound = Arc::clone(&sound);
        async move { cell(&world, &sound, nth, endpoint, weather).await.within(world) }.boxed()
    });
    cells.extend(one_by_one.await);
    cells
}

/// A cell that is still to be looked at.
type Ahead = (usize, &'static str, Weather);

/// All endpoints of a fault at once: where the report is the same even so, each of them leaves it as it is. Otherwise they
/// are to be tried one by one.
async fn row(world: World, sound: Arc<Sound>, nth: usize, weather: Weather) -> (World, (Vec<Cell>, Vec<Ahead>)) {
    let fault = &FAULTS[nth];
    let here: Vec<(&'static str, Option<usize>)> = match weather {
        Weather::Passing => {
            let passing =
                endpoints().into_iter().filter_map(|endpoint| Some((endpoint, Some(fault.passes_after(endpoint)?))));
            passing.collect()
        }
        Weather::Lasting => {
            endpoints().into_iter().filter(|endpoint| fault.is_at(endpoint)).map(|endpoint| (endpoint, None)).collect()
        }
    };
    let alone = |endpoint| (nth, endpoint, weather);
    let ahead: Vec<Ahead> = here.iter().map(|(endpoint, _)| alone(*endpoint)).collect();
    // Lasting faults that nothing is known to survive are not worth the try.
    if here.is_empty() || (weather == Weather::Lasting && fault.harms == Harms::Always) {
        return (world, (Vec::new(), ahead));
    }
    // Whether tokens can be had decides on all that follows.
    let apart = weather == Weather::Lasting;
    let together = here.iter().filter(|(endpoint, _)| !(apart && *endpoint == TOKEN));
    let text: String = together.clone().map(|(endpoint, times)| plan(endpoint, fault, *times)).collect();
    let collected = world.collect(&text, fault.takes).await;
    let judged = world.judge(&collected.lines);
    if collected.nothing.is_some() || judged.report != sound.judged.report {
        return (world, (Vec::new(), ahead));
    }
    let word = if weather == Weather::Passing { "cured" } else { "unharmed" };
    let cell = |endpoint| Cell { endpoint, fault: nth, weather, word, wrong: Vec::new() };
    let mut cells: Vec<Cell> = together.map(|(endpoint, _)| cell(*endpoint)).collect();
    for (endpoint, cell) in cells.iter_mut().map(|cell| (cell.endpoint, cell)) {
        if !collected.hit.contains(endpoint) {
            cell.wrong.push(format!("{} hit nothing on {endpoint}", fault.name));
        }
    }
    let rest = ahead.into_iter().filter(|(_, endpoint, _)| apart && *endpoint == TOKEN).collect();
    (world, (cells, rest))
}

/// Does this for each of them in a world of its own, as many at once as there are worlds.
async fn each_in_a_world<T: Send + 'static, O: Send + 'static>(
    free: &Mutex<Vec<World>>,
    things: Vec<T>,
    work: impl Fn(World, T) -> BoxFuture<'static, (World, O)>,
) -> Vec<O> {
    let at_once = free.lock().await.len();
    let tasks = stream::iter(things).map(|thing| async {
        let world = free.lock().await.pop().expect("no more at once than there are worlds");
        let (world, outcome) = tokio::spawn(work(world, thing)).await.expect("nothing panics, whatever the fault");
        free.lock().await.push(world);
        outcome
    });
    tasks.buffer_unordered(at_once).collect().await
}

async fn cell(world: &World, sound: &Sound, nth: usize, endpoint: &'static str, weather: Weather) -> Cell {
    let fault = &FAULTS[nth];
    let times = match weather {
        Weather::Passing => fault.passes_after(endpoint),
        Weather::Lasting => None,
    };
    let collected = world.collect(&plan(endpoint, fault, times), fault.takes).await;
    let judged = world.judge(&collected.lines);
    let (word, wrong) = match weather {
        Weather::Passing => passed(sound, &collected, &judged),
        Weather::Lasting => lasted(world, sound, endpoint, &collected, &judged),
    };
    let (word, mut wrong) = (word, wrong);
    let word = match collected.hit.contains(endpoint) {
        true => word,
        // There was no second request.
        false if fault.spares_the_first() => "–",
        false => {
            wrong.push("it hit nothing".to_owned());
            word
        }
    };
    let named = |what: String| format!("{} on {endpoint}, {weather:?}: {what}", fault.name);
    Cell { endpoint, fault: nth, weather, word, wrong: wrong.into_iter().map(named).collect() }
}

/// With the fault gone nothing is different.
fn passed(sound: &Sound, collected: &Collected, judged: &Judged) -> (&'static str, Vec<String>) {
    if collected.nothing.is_none() && judged.report == sound.judged.report {
        return ("cured", Vec::new());
    }
    let sources = differing(&sound.collected, collected);
    ("not cured", vec![format!("the report is another; sources that differ: {sources}")])
}

fn differing(sound: &Collected, other: &Collected) -> Value {
    let differs = |(id, source): &(&String, &Value)| sound.sources.get(*id) != Some(*source);
    other.sources.iter().filter(differs).map(|(_, source)| source.clone()).collect::<Vec<_>>().into()
}

fn lasted(
    world: &World,
    sound: &Sound,
    endpoint: &'static str,
    collected: &Collected,
    judged: &Judged,
) -> (&'static str, Vec<String>) {
    let mut wrong = broken(&sound.judged.rows, &judged.rows);
    if collected.nothing.is_some() {
        return ("no report", wrong);
    }
    let harmed = |source: &&Value| !["complete", "skipped"].contains(&status(source));
    for source in collected.sources.values().filter(harmed) {
        if !source["error"].is_string() {
            wrong.push(format!("no error: {source}"));
        }
    }
    let same = judged.report == sound.judged.report;
    if endpoint == TOKEN {
        return (if same { "unharmed" } else { "partial" }, wrong);
    }
    let source = &collected.sources[endpoint];
    if harmed(&source) && !source["next_step"].is_string() {
        wrong.push(format!("no next step: {source}"));
    }
    let word = match status(source) {
        "denied" => "denied",
        "failed" => "failed",
        "partial" => "partial",
        "complete" if same => "unharmed",
        "complete" if opened(&sound.judged, judged) > 0 => "doubtful",
        // What the report says besides may differ.
        "complete" => "same verdicts",
        _ => "?",
    };
    if ["denied", "failed"].contains(&word) {
        wrong.extend(settled_without(world, sound, endpoint, judged));
    }
    (word, wrong)
}

/// How many results are in doubt that were not before.
fn opened(before: &Judged, after: &Judged) -> usize {
    let none = BTreeMap::new();
    let of_check = |(check, rows): (&String, &BTreeMap<About, (Status, Value)>)| {
        let were = before.rows.get(check).unwrap_or(&none);
        let open = rows.iter().filter(|(_, (is, _))| *is == Status::Undetermined);
        open.filter(|(about, _)| speaks(were, about) != Some(Status::Undetermined)).count()
    };
    after.rows.iter().map(of_check).sum()
}

fn status(source: &Value) -> &str {
    source["status"].as_str().expect("a status")
}

/// What stays settled although it is not where the source's records are taken from the snapshot.
fn settled_without(world: &World, sound: &Sound, id: &str, judged: &Judged) -> Vec<String> {
    let without = world.judge(&without(&sound.collected.lines, id));
    let mut wrong = Vec::new();
    for (check, rows) in &without.rows {
        let Some(are) = judged.rows.get(check) else {
            wrong.push(format!("{check} is gone"));
            continue;
        };
        for (about, (was, _)) in rows.iter().filter(|(_, (was, _))| *was == Status::Undetermined) {
            let is = speaks(are, about);
            if is != Some(Status::Undetermined) && !stands_in(are, about, *was) {
                wrong.push(format!("{check} of {about:?} rests on it and is {is:?}"));
            }
        }
    }
    wrong
}

/// The snapshot as it is when a source fails at once.
fn without(lines: &[Value], id: &str) -> Vec<Value> {
    let of = |line: &&Value| crate::verdicts::tenant::source_of(line) != Some(id);
    let mut lines: Vec<Value> = lines.iter().filter(of).cloned().collect();
    // All lines but the header and the end itself.
    let records = lines.len() - 2;
    for line in &mut lines {
        if line["type"] == "source" && line["data"]["id"] == id {
            for (key, value) in [
                ("status", json!("failed")),
                ("items", json!(0)),
                ("error", json!("it failed")),
                ("next_step", json!("wait")),
            ] {
                line["data"][key] = value;
            }
        }
        if line["type"] == "end" {
            line["records"] = json!(records);
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn no_fault_settles_anything_and_all_that_pass_leave_nothing_behind() {
    let wrong: Vec<&String> = cells().await.iter().flat_map(|cell| &cell.wrong).collect();
    let shown: Vec<_> = wrong.iter().take(200).map(|what| what.chars().take(600).collect::<String>()).collect();
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), shown.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_source_has_something_to_lose() {
    let world = World::start().await;
    let sound = world.collect("", Takes::NoTime).await;
    learn_groups(&sound);
    let judged = world.judge(&sound.lines);
    let mut idle = Vec::new();
    for id in endpoints().into_iter().filter(|id| *id != TOKEN) {
        let source = sound.sources.get(id).unwrap_or_else(|| panic!("{id} is asked"));
        assert_eq!(status(source), "complete", "{source}");
        assert!(source["items"].as_u64() > Some(0), "{source}");
        // What rests on it, or on what cannot be asked without it.
        let without = world.judge(&without(&sound.lines, id));
        let refused = format!("[[fault]]\nendpoint = '{id}'\nkind = 'status'\nstatus = 403");
        let refused = world.collect(&refused, Takes::NoTime).await;
        let refused = world.judge(&refused.lines);
        if opened(&judged, &without) + opened(&judged, &refused) == 0 {
            idle.push(id);
        }
    }
    // Of groups the names alone: members are asked for by the ids that policies, bindings and roles name.
    assert_eq!(idle, ["directory.groups"], "no verdict rests on these");
    assert!(world.running.requests().iter().all(|request| !request.unexpected));
}
