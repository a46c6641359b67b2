//! Canaries at a clock of our own: whatever is set, and changed in mid-flight, what their fate proves is true, and what it
//! must prove is proven.

use gwsaudit::collect::{DnsPlan, OrganizationPlan, Plan, Purpose, Scan, Unobserved, collect};
use gwsaudit::config::builtin_catalogue;
use gwsaudit::google::{Google, Limits, Options, Pacing, ServiceAccountKey};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::verdicts::tenant::{Judged, tenant};

/// A session-control page: hours and exemption where reauthentication is required.
type Page = Option<(u8, bool)>;

#[derive(Debug, Clone)]
struct Case {
    root: Page,
    sales: Option<Page>,
    /// Hours from the start, whether at `/Sales` or at the root, and what it becomes.
    change: Option<(u8, bool, Page)>,
    level: Option<&'static str>,
}

/// Hours after the authorisation at which both canaries are tried.
const HOURS: [i64; 22] = [1, 2, 3, 4, 5, 6, 8, 9, 12, 15, 16, 17, 20, 23, 24, 25, 26, 30, 40, 49, 55, 60];

fn page() -> impl Strategy<Value = Page> {
    let hours = prop::sample::select(vec![1_u8, 2, 4, 8, 16, 24]);
    prop_oneof![1 => Just(None), 2 => (hours, any::<bool>()).prop_map(Some)]
}

fn case() -> impl Strategy<Value = Case> {
    let change = prop::option::weighted(0.5, (1..50_u8, any::<bool>(), page()));
    let level = prop::sample::select(vec![Some("trusted"), Some("trusted"), Some("limited"), None]);
    (page(), prop::option::weighted(0.4, page()), change, level).prop_map(|(root, sales, change, level)| Case {
        root,
        sales,
        change,
        level,
    })
}

fn saved(at: &str, unit: &str, page: Page) -> String {
    match page {
        Some((hours, exempt)) => action(at, &set_required(unit, &format!("{hours}h"), exempt)),
        None => action(
            at,
            &format!("set_session_control = {{ org_unit = {unit:?}, value = {{ reauth = \"not_required\" }} }}"),
        ),
    }
}

impl Case {
    fn scenario(&self) -> String {
        let mut text = CANARY.replace("level = \"trusted\" }", "level = \"limited\" }");
        if let Some(level) = self.level {
            let deed = format!("set_app_access = {{ org_unit = \"/\", app = \"trusted\", level = {level:?} }}");
            text += &action("-9d12h", &deed);
        } else {
            text = CANARY.split("\n[[action]]").next().expect("a part").to_owned();
        }
        text += &saved("-9d", "/", self.root);
        if let Some(page) = self.sales {
            text += &saved("-8d", "/Sales", page);
        }
        if let Some((hour, at_sales, page)) = self.change {
            let unit = if at_sales { "/Sales" } else { "/" };
            // Between two tries.
            text += &saved(&format!("+{hour}h30m"), unit, page);
        }
        text
    }

    /// What is in force in `/Sales` at the end.
    fn truth(&self) -> Page {
        let (mut root, mut sales) = (self.root, self.sales);
        match self.change {
            Some((_, true, page)) => sales = Some(page),
            Some((_, false, page)) => root = page,
            None => {}
        }
        sales.unwrap_or(root)
    }

    /// Whether the setting of `/Sales` stayed as it was for long enough before the last tries.
    fn settled(&self) -> bool {
        // A page without an override is thought to follow the root's.
        self.change.is_none_or(|(hour, ..)| i64::from(hour) + 25 < HOURS[HOURS.len() - 2])
    }
}

/// The tenant as it is read, with what became of both canaries.
async fn experiment(case: &Case) -> Judged {
    let (running, caller) = start_still(&case.scenario()).await;
    let started = running.now();
    let clients = ["trusted", "untrusted"].map(|key| Desktop::new(&running, &caller, key));
    let mut tokens = Vec::new();
    for client in &clients {
        tokens.push(client.authorize(USER).await);
    }
    let mut tries: [Vec<Value>; 2] = [Vec::new(), Vec::new()];
    let mut hour = 0;
    for next in HOURS {
        running.advance(SignedDuration::from_hours(next - hour));
        hour = next;
        for ((client, token), tries) in clients.iter().zip(&tokens).zip(&mut tries) {
            tries.push(json!({"at": running.now(), "outcome": client.outcome(token).await}));
        }
    }
    let canaries: Vec<Value> = ["trusted", "untrusted"]
        .iter()
        .zip(&clients)
        .zip(tries)
        .map(|((role, client), tries)| {
            json!({"type": "canary", "data": {"id": role, "org_unit": "/Sales", "role": role, "client_id": client.id,
                "user": USER, "added_at": started, "lives": [{"authorized_at": started, "tries": tries}]}})
        })
        .collect();
    let text = snapshot(&running, &canaries).await;
    running.shutdown().await;
    tenant().judge_text(&text)
}

/// A real collection, and the canaries' records in it.
async fn snapshot(running: &Running, canaries: &[Value]) -> String {
    let config: toml::Table = running.config_toml("key.json", None).parse().expect("a configuration");
    let google = Google::connect(Options {
        credentials: ServiceAccountKey::from_json(&running.key_file_json()).expect("a key").into(),
        subject: config["tenant"]["admin"].as_str().expect("text").parse().expect("an address"),
        endpoint: Some(running.base_url().parse().expect("an endpoint")),
        limits: Limits { pacing: Pacing::Unlimited, ..Limits::default() },
        user_agent: "gwsaudit-tests".to_owned(),
    })
    .await
    .expect("a client");
    let plan = Plan {
        customer: config["tenant"]["customer"].as_str().expect("text").parse().expect("a customer"),
        purpose: Purpose::Audit,
        needs: Plan::CONNECTIONS.into(),
        dns: DnsPlan::Off,
        scan: Scan::All,
        organization: OrganizationPlan::StatedNone,
        apps: builtin_catalogue(&[]).expect("the catalogue").apps.into_values().collect(),
        now: running.now(),
    };
    let collected = collect(&google, &plan, &Unobserved).await.expect("storage");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tenant.jsonl");
    collected.write(Some(&path)).expect("storage");
    let text = std::fs::read_to_string(&path).expect("a snapshot");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.pop();
    let source = json!({"id": "canaries", "status": "complete", "requests": 2, "items": canaries.len()});
    lines.insert(1, json!({"type": "source", "data": source}).to_string());
    lines.extend(canaries.iter().map(ToString::to_string));
    lines.push(json!({"type": "end", "records": lines.len() - 1}).to_string());
    lines.join("\n") + "\n"
}

fn check(case: &Case, judged: &Judged) -> Result<bool, TestCaseError> {
    let units = judged.json["org_units"].as_array().expect("a list");
    let session = &units.iter().find(|unit| unit["path"] == json!("/Sales")).expect("it is there")["cloud_session"];
    let text = |name: &str| session[name].as_str().unwrap_or("-").to_owned();
    let (reauth, exempt) = (text("reauth"), text("exempt_trusted_apps"));
    let proven = text("confidence") == "proven";
    let exempt_proven = text("exempt_confidence") == "proven";
    let truth = case.truth();

    // Nothing false is proven.
    let word = if truth.is_some() { "required" } else { "not_required" };
    prop_assert!(!proven || reauth == word, "{reauth} proven, in truth {word}: {session}");
    if exempt_proven {
        let answer = truth.map_or("-", |(_, exempt)| if exempt { "yes" } else { "no" });
        prop_assert_eq!(&exempt, answer, "the exemption: {}", session);
    }
    if let Some((hours, _)) = truth.filter(|_| proven) {
        let length = i64::from(hours) * 3600;
        prop_assert!(session["frequency_at_least_seconds"].as_i64().is_none_or(|least| least <= length), "{}", session);
        prop_assert!(session["frequency_at_most_seconds"].as_i64().is_none_or(|most| length <= most), "{}", session);
    }
    // What the truth table allows is determined.
    if case.settled() {
        prop_assert!(proven, "not determined: {session}");
        let spared = truth.is_some_and(|(_, exempt)| exempt) && case.level == Some("trusted");
        prop_assert!(!spared || exempt_proven, "the exemption is not determined: {session}");
    }
    Ok(proven)
}

#[test]
fn what_canaries_prove_is_true_and_what_they_must_prove_is_proven() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let proven = std::cell::Cell::new(0);
    let config = ProptestConfig {
        cases: 96,
        rng_seed: RngSeed::Fixed(20_261_124),
        failure_persistence: None,
        max_shrink_iters: 32,
        ..ProptestConfig::default()
    };
    proptest!(config, |(case in case())| {
        let judged = runtime.block_on(experiment(&case));
        if check(&case, &judged)? {
            proven.set(proven.get() + 1);
        }
    });
    assert!(proven.get() >= 20, "it proves something in {} cases", proven.get());
}
