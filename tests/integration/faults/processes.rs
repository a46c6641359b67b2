//! A sample of each row through the program itself, each with another endpoint.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gwsaudit::report::model::Status;
use serde_json::Value;

use super::kinds::{FAULTS, Takes, endpoints, plan};
use super::world::{SCENARIO, World, groups, learn_groups};
use crate::cli::harness::{Run, Tenant};
use crate::corpus::invariant::{Rows, rows_of, speaks};

/// What each run is given, and what it may need on top of it to start and to judge on a busy machine.
const DEADLINE: &str = "3s";
const LONGEST: Duration = Duration::from_secs(40);
/// So many runs at once.
const AT_ONCE: usize = 3;

fn audit(tenant: &Tenant) -> Run {
    let packs = ["okta-workflows-gmail", "app-exposure", "cis-gws-1.4"].into_iter().flat_map(|pack| ["--pack", pack]);
    let args: Vec<&str> = ["audit", "--format", "json", "--deadline", DEADLINE].into_iter().chain(packs).collect();
    tenant.run(&args)
}

/// Puts a plan in force from outside.
fn order(tenant: &Tenant, plan: &str) {
    let host = tenant.url().strip_prefix("http://").expect("plain http");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let request = format!(
        "POST /simulator/faults HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{plan}",
        plan.len()
    );
    stream.write_all(request.as_bytes()).expect("it listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn rows(run: &Run) -> Rows {
    let report = gwsaudit::report::read(run.stdout.as_bytes()).expect("a report");
    let groups = groups();
    let groups: Vec<(&str, &str)> = groups.iter().map(|(id, email)| (id.as_str(), email.as_str())).collect();
    rows_of(&report.results, &groups)
}

/// What is wrong with a run under this fault.
fn judged(run: &Run, endpoint: &str, sound: &Rows) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(status @ (0 | 1 | 3 | 4)) = run.status() else { return vec![format!("it ends with {:?}", run.status())] };
    if status == 4 && !run.stderr.contains("nothing could be read") {
        wrong.push(format!("it says not why: {}", run.stderr));
    }
    if run.stdout.is_empty() {
        wrong.extend((status != 4).then(|| "there is no report".to_owned()));
        return wrong;
    }
    let report: Value = run.json();
    for source in report["sources"].as_array().expect("a list") {
        let harmed = ["partial", "denied", "failed"].contains(&source["status"].as_str().expect("a status"));
        if harmed && !source["error"].is_string() {
            wrong.push(format!("no error: {source}"));
        }
        // What turns out when records are read is in the report alone.
        let unread = source["error"].as_str().is_some_and(|error| error.contains("documented shape"));
        if harmed && !unread && endpoint == source["id"] && !run.stderr.contains(endpoint) {
            wrong.push(format!("nobody is told of {endpoint}: {}", run.stderr));
        }
    }
    for (check, rows) in rows(run) {
        for (about, (is, _)) in rows {
            let was = sound.get(&check).and_then(|were| speaks(were, &about));
            if matches!(is, Status::Pass | Status::NotApplicable) && was != Some(is) {
                wrong.push(format!("{check} of {about:?} was {was:?} and became {is:?}"));
            }
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_ends_in_time_as_documented_and_calls_nothing_well() {
    let world = World::start().await;
    learn_groups(&world.collect("", Takes::NoTime).await);
    world.running.shutdown().await;
    tokio::task::spawn_blocking(sample).await.expect("no panic");
}

fn sample() {
    let next = AtomicUsize::new(0);
    let endpoints = endpoints();
    let work = || {
        let tenant = Tenant::of(SCENARIO, &[]);
        let run = audit(&tenant);
        assert_eq!(run.status(), Some(1), "{}", run.stderr);
        let sound = rows(&run);
        let mut wrong = Vec::new();
        let mut statuses = BTreeSet::new();
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            let Some(fault) = FAULTS.get(nth) else { return (wrong, statuses) };
            // Seven has no factor in common with the number of endpoints, so that neighbours differ much.
            let endpoint = endpoints[nth * 7 % endpoints.len()];
            order(&tenant, &plan(endpoint, fault, None));
            let began = Instant::now();
            let run = audit(&tenant);
            let took = began.elapsed();
            statuses.extend(run.status());
            let mut found = judged(&run, endpoint, &sound);
            found.extend((took > LONGEST).then(|| format!("it takes {took:?}")));
            wrong.extend(found.into_iter().map(|what| format!("{} on {endpoint}: {what}", fault.name)));
        }
    };
    let (wrong, statuses) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let mut all = (Vec::new(), BTreeSet::new());
        for worker in workers {
            let (wrong, statuses) = worker.join().expect("no panic");
            all.0.extend(wrong);
            all.1.extend(statuses);
        }
        all
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Failures that stand, and nothing to judge.
    assert!(statuses.is_superset(&BTreeSet::from([1, 4])), "{statuses:?}");
}

#[test]
fn a_closed_port_ends_the_run() {
    let mut tenant = Tenant::of(SCENARIO, &[]);
    tenant.stop();
    let began = Instant::now();
    tenant.run(&["audit", "--deadline", DEADLINE]).exits(4).says(&["nothing could be read"]);
    assert!(began.elapsed() < LONGEST);
}
