//! Reads the tenant of the walk-throughs on two Mondays.

use gwsaudit::collect::{DnsPlan, OrganizationPlan, Plan, Purpose, Scan, Unobserved, collect};
use gwsaudit::google::{Google, Limits, Options, Pacing, ServiceAccountKey};
use gwsaudit::simulator::{Running, Scenario, Simulator, SimulatorOptions};
use jiff::SignedDuration;

use super::fixtures;

const FIRST_MONDAY: &str = "2026-11-16T08:00:00Z";
const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Writes both snapshots, and the operator's files that go with them.
pub(super) fn record() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let text = std::fs::read_to_string(fixtures().join("acme.toml")).expect("the scenario");
        let scenario = Scenario::from_toml(&text).expect("a scenario");
        let now = Some(FIRST_MONDAY.parse().expect("a time"));
        let options = SimulatorOptions { now, ..SimulatorOptions::default() };
        let running = Simulator::start(scenario, ([127, 0, 0, 1], 0).into(), options).await.expect("it starts");
        write("attestations.toml", &running.attestations_toml().expect("attestations"));
        read(&running, "monday.jsonl").await;
        running.advance(A_WEEK);
        read(&running, "next-monday.jsonl").await;
        running.shutdown().await;
    });
}

fn write(name: &str, text: &str) {
    std::fs::write(fixtures().join(name), text).expect("it can be written");
}

async fn read(running: &Running, name: &str) {
    let config: toml::Table = running.config_toml("key.json", None).parse().expect("a configuration");
    let google = Google::connect(Options {
        credentials: ServiceAccountKey::from_json(&running.key_file_json()).expect("a key").into(),
        subject: config["tenant"]["admin"].as_str().expect("text").parse().expect("an address"),
        endpoint: Some(running.base_url().parse().expect("an endpoint")),
        limits: Limits { pacing: Pacing::Learnt, ..Limits::default() },
        user_agent: "gwsaudit-tests".to_owned(),
    })
    .await
    .expect("a client");
    let plan = Plan {
        customer: "my_customer".parse().expect("a customer"),
        purpose: Purpose::Snapshot,
        needs: std::collections::BTreeSet::new(),
        scan: Scan::All,
        organization: OrganizationPlan::StatedNone,
        dns: DnsPlan::Ask { servers: vec![running.name_server()], selectors: Vec::new() },
        apps: Vec::new(),
        now: running.now().round(jiff::Unit::Second).expect("in range"),
    };
    let collected = collect(&google, &plan, &Unobserved).await.expect("storage");
    let whole = |source: &gwsaudit::snapshot::SourceRecord| source.error.is_none();
    assert!(collected.sources().iter().all(whole), "{:?}", collected.sources());
    collected.write(Some(&fixtures().join(name))).expect("storage");
}
