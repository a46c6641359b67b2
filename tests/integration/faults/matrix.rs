//! The cells.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _};
use gwsaudit::report::model::Status;
use serde_json::{Value, json};
use tokio::sync::{Mutex, OnceCell};

use super::kinds::{FAULTS, TOKEN, Takes, endpoints, plan};
use super::world::{Collected, Judged, World, learn_groups};
use crate::corpus::invariant::{broken, speaks, stands_in};

/// So many cells at once, each with a simulator of its own; most of their time is spent waiting.
const AT_ONCE: usize = 6;

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
    let worlds = stream::iter(0..AT_ONCE).then(|_| World::start()).collect::<Vec<_>>().await;
    let collected = worlds[0].collect("", Takes::NoTime).await;
    learn_groups(&collected);
    let judged = worlds[0].judge(&collected.lines);
    let sound = Arc::new(Sound { collected, judged });

    let mut ahead = Vec::new();
    for (nth, fault) in FAULTS.iter().enumerate() {
        for endpoint in endpoints() {
            if fault.passes_after(endpoint).is_some() {
                ahead.push((nth, endpoint, Weather::Passing));
            }
            ahead.push((nth, endpoint, Weather::Lasting));
        }
    }
    // What waits goes first, so that the rest fills the time.
    ahead.sort_by_key(|(nth, _, _)| FAULTS[*nth].takes == Takes::NoTime);
    let free = Arc::new(Mutex::new(worlds));
    let work = stream::iter(ahead).map(|(fault, endpoint, weather)| {
        let (free, sound) = (Arc::clone(&free), Arc::clone(&sound));
        async move {
            let world = free.lock().await.pop().expect("no more cells at once than simulators");
            let (world, cell) = tokio::spawn(async move {
                let cell = cell(&world, &sound, fault, endpoint, weather).await;
                (world, cell)
            })
            .await
            .unwrap_or_else(|panic| panic!("{} on {endpoint}: {panic}", FAULTS[fault].name));
            free.lock().await.push(world);
            cell
        }
    });
    work.buffer_unordered(AT_ONCE).collect().await
}

async fn cell(world: &World, sound: &Sound, nth: usize, endpoint: &'static str, weather: Weather) -> Cell {
    let fault = &FAULTS[nth];
    let times = match weather {
        Weather::Passing => fault.passes_after(endpoint),
        Weather::Lasting => None,
    };
    let collected = world.collect(&plan(endpoint, fault, times), fault.takes).await;
    let judged = tokio::task::block_in_place(|| world.judge(&collected.lines));
    let (word, wrong) = match weather {
        Weather::Passing => passed(sound, &collected, &judged),
        Weather::Lasting => tokio::task::block_in_place(|| lasted(world, sound, endpoint, &collected, &judged)),
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
    let harmed = collected.sources.values().filter(|source| !["complete", "skipped"].contains(&status(source)));
    for source in harmed {
        if !source["error"].is_string() || !source["next_step"].is_string() {
            wrong.push(format!("no error or no next step: {source}"));
        }
    }
    if endpoint == TOKEN {
        wrong.push("without a token something was read".to_owned());
        return ("?", wrong);
    }
    let source = &collected.sources[endpoint];
    let word = match status(source) {
        "denied" => "denied",
        "failed" => "failed",
        "partial" => "partial",
        "complete" if judged.report == sound.judged.report => "unharmed",
        "complete" => "doubtful",
        _ => "?",
    };
    match word {
        "denied" | "failed" => wrong.extend(settled_without(world, sound, endpoint, judged)),
        "doubtful" if undetermined(judged) <= undetermined(&sound.judged) => {
            // Doubt that shows nowhere is none; what the report says besides may differ.
            let same = judged.rows.iter().all(|(check, rows)| {
                let were = sound.judged.rows.get(check);
                rows.iter().all(|(about, (is, _))| were.and_then(|were| speaks(were, about)) == Some(*is))
            });
            if !same {
                wrong.push("the results differ, and none of them is in doubt".to_owned());
            }
            return ("same verdicts", wrong);
        }
        _ => {}
    }
    (word, wrong)
}

fn status(source: &Value) -> &str {
    source["status"].as_str().expect("a status")
}

fn undetermined(judged: &Judged) -> usize {
    let rows = judged.rows.values().flat_map(BTreeMap::values);
    rows.filter(|(status, _)| *status == Status::Undetermined).count()
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
            for (key, value) in [("status", json!("failed")), ("items", json!(0)), ("error", json!("it failed")), ("next_step", json!("wait"))] {
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
        let without = world.judge(&without(&sound.lines, id));
        if undetermined(&without) <= undetermined(&judged) {
            idle.push(id);
        }
    }
    assert_eq!(idle, [""; 0], "no verdict rests on these");
    assert!(world.running.requests().iter().all(|request| !request.unexpected));
}
