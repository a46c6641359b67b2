//! A simulated tenant with a fault, collected and judged in this process as the program would.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use gwsaudit::checks::{Acceptance, Inquiry, Registry, Selection, evaluate};
use gwsaudit::collect::{DnsPlan, OrganizationPlan, Plan, Purpose, Scan, Unobserved, collect};
use gwsaudit::config::{builtin_catalogue, read_attestations};
use gwsaudit::evidence::{AppDefinition, Whom, gather_of};
use gwsaudit::facts::{Facts, Statements};
use gwsaudit::google::{Backoff, Google, Limits, Options, Pacing, ServiceAccountKey};
use gwsaudit::report::{Assembly, Format, RenderOptions, assemble, render};
use gwsaudit::simulator::{Running, Scenario, Simulator, SimulatorOptions};
use gwsaudit::snapshot::{Snapshot, SourceId};
use serde_json::{Value, json};

use super::kinds::Takes;
use crate::corpus::invariant::{Rows, rows_of};

pub(super) const SCENARIO: &str = include_str!("../../fixtures/faults.toml");
/// When everything is read, by all clocks but those of tokens.
const NOW: &str = "2026-11-23T10:00:00Z";
/// Longer than any cell takes, by far; one that takes longer hangs.
const HANGS: Duration = Duration::from_secs(120);

/// A simulator, and what is asked of it.
pub(super) struct World {
    pub(super) running: Running,
    app: AppDefinition,
}

/// What came of a collection.
#[derive(Clone)]
pub(super) struct Collected {
    /// How each source went, by id.
    pub(super) sources: HashMap<String, Value>,
    /// The lines of the snapshot, without what is measured about the run itself.
    pub(super) lines: Vec<Value>,
    /// Why there is nothing to judge (exit status 4).
    pub(super) nothing: Option<String>,
    /// Which endpoints were hit.
    pub(super) hit: HashSet<String>,
}

/// What is made of a snapshot.
pub(super) struct Judged {
    pub(super) rows: Rows,
    /// The JSON report.
    pub(super) report: String,
}

impl World {
    pub(super) async fn start() -> Self {
        let scenario = Scenario::from_toml(SCENARIO).expect("a scenario");
        let options = SimulatorOptions { now: Some(NOW.parse().expect("a time")), ..SimulatorOptions::default() };
        let running = Simulator::start(scenario, ([127, 0, 0, 1], 0).into(), options).await.expect("it starts");
        let mut app = builtin_catalogue(&[]).expect("the catalogue").apps["okta-workflows-gmail"].clone();
        app.client_ids = ["510000000001-oktagmail.apps.googleusercontent.com".parse().expect("a client ID")].into();
        Self { running, app }
    }

    /// Reads everything that the checks of all packs ask for, with this plan of faults in force.
    pub(super) async fn collect(&self, plan: &str, takes: Takes) -> Collected {
        self.running.order_faults(plan).expect("a plan");
        let work = self.collect_in_time(takes).boxed();
        let mut collected = tokio::time::timeout(HANGS, work).await.unwrap_or_else(|_| panic!("it hangs: {plan}"));
        collected.hit = self.hit();
        self.running.order_faults("").expect("no plan");
        collected
    }

    /// The endpoints that some fault of the plan has hit.
    fn hit(&self) -> HashSet<String> {
        let faults = self.running.faults();
        let hit = faults["fault"].as_array().expect("a list").iter().filter(|fault| fault["hit"].as_u64() > Some(0));
        hit.map(|fault| fault["endpoint"].as_str().expect("a name").to_owned()).collect()
    }

    async fn collect_in_time(&self, takes: Takes) -> Collected {
        let limits =
            Limits { backoff: Backoff::immediate(), pacing: Pacing::Unlimited, body: 1 << 20, ..Limits::default() };
        let limits = match takes {
            Takes::NoTime => limits,
            // A busy machine is slow, too; one that is so slow twice in a row is not to be expected.
            Takes::Time => Limits {
                read_idle: Duration::from_millis(2500),
                connect: Duration::from_millis(500),
                patience: Duration::from_secs(10),
                backoff: Backoff { attempts: 2, ..Backoff::immediate() },
                ..limits
            },
        };
        let google = Google::connect(Options {
            credentials: ServiceAccountKey::from_json(&self.running.key_file_json()).expect("a key").into(),
            subject: "ada@faults.example".parse().expect("an address"),
            endpoint: Some(self.running.base_url().parse().expect("an endpoint")),
            limits,
            user_agent: "gwsaudit-tests".to_owned(),
        })
        .await
        .expect("a client");
        let led_to = [SourceId::Groups, SourceId::Members, SourceId::Licences, SourceId::Organizations];
        let needs = registry().checks().flat_map(|check| check.meta().sources.iter().copied());
        let plan = Plan {
            customer: "my_customer".parse().expect("a customer"),
            purpose: Purpose::Audit,
            needs: needs.filter(|source| !led_to.contains(source)).collect(),
            scan: Scan::Auto,
            organization: OrganizationPlan::Find,
            dns: DnsPlan::Ask { servers: vec![self.running.name_server()], selectors: Vec::new() },
            apps: vec![self.app.clone()],
            now: NOW.parse().expect("a time"),
        };
        let collected = collect(&google, &plan, &Unobserved).await.expect("storage");
        let nothing = collected.nothing_to_judge().map(|source| source.error.clone().unwrap_or_default());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tenant.jsonl");
        collected.write(Some(&path)).expect("storage");
        let text = std::fs::read_to_string(&path).expect("a snapshot");
        let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let mut sources = HashMap::new();
        for line in lines.iter_mut().filter(|line| line["type"] == "source") {
            line["data"]["requests"] = 0.into();
            sources.insert(line["data"]["id"].as_str().expect("an id").to_owned(), line["data"].clone());
        }
        Collected { sources, lines, nothing, hit: HashSet::new() }
    }

    /// Judges a snapshot by all packs. Snapshots alike but for the words of an error are judged once: the same snapshot
    /// gives the same report.
    pub(super) fn judge(&self, lines: &[Value]) -> Arc<Judged> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Judged>>>> = LazyLock::new(Mutex::default);
        let text = worded_alike(lines);
        if let Some(judged) = KNOWN.lock().expect("no panic").get(&text) {
            return Arc::clone(judged);
        }
        let judged = Arc::new(self.judge_text(&text));
        KNOWN.lock().expect("no panic").insert(text, Arc::clone(&judged));
        judged
    }

    fn judge_text(&self, text: &str) -> Judged {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tenant.jsonl");
        std::fs::write(&path, text).expect("storage");
        let snapshot = Snapshot::open(&path).expect("a snapshot");
        let mut catalogue = builtin_catalogue(&[]).expect("the catalogue");
        catalogue.apps.insert(self.app.id.clone(), self.app.clone());
        let attestations = self.running.attestations_toml().expect("attestations");
        let attestations = read_attestations("attestations.toml", &attestations, std::slice::from_ref(&self.app.id))
            .expect("sound attestations");
        let statements =
            Statements { attestations, configured_apps: None, no_bindings: false, catalogue, ..Statements::default() };
        let apps = [&self.app];
        let evidence = gather_of(&snapshot, &apps, Whom::Everybody).expect("a whole snapshot");
        let facts = Facts::derive(evidence, &statements, &apps);
        let selection = Selection::default();
        let inquiry = Inquiry { facts: &facts, selection: &selection, acceptance: Acceptance::ProvenOnly };
        let results = evaluate(registry().checks(), &inquiry);
        let groups = groups();
        let groups: Vec<(&str, &str)> = groups.iter().map(|(id, email)| (id.as_str(), email.as_str())).collect();
        let rows = rows_of(&results, &groups);
        let customer = "my_customer";
        let report =
            assemble(Assembly { facts: &facts, results, selection: &selection, customer, collisions: Vec::new() });
        let mut bytes = Vec::new();
        render(&report, Format::Json, &RenderOptions::default(), &mut bytes).expect("memory");
        Judged { rows, report: String::from_utf8(bytes).expect("UTF-8") }
    }
}

/// Names of the scenario's groups by their ids; known once the sound tenant has been read.
static GROUPS: LazyLock<Mutex<Vec<(String, String)>>> = LazyLock::new(Mutex::default);

pub(super) fn groups() -> Vec<(String, String)> {
    GROUPS.lock().expect("no panic").clone()
}

/// Learns the names of groups from the sound tenant.
pub(super) fn learn_groups(sound: &Collected) {
    let of = |line: &Value, key: &str| line["data"][key].as_str().expect("a text").to_owned();
    let groups = sound.lines.iter().filter(|line| line["type"] == "group");
    *GROUPS.lock().expect("no panic") = groups.map(|line| (of(line, "id"), of(line, "email"))).collect();
}

fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);
    &REGISTRY
}

/// The snapshot with one wording for all errors.
fn worded_alike(lines: &[Value]) -> String {
    let mut text = String::new();
    for line in lines {
        let mut line = line.clone();
        if line["type"] == "source" {
            for key in ["error", "next_step"] {
                if line["data"][key].is_string() {
                    line["data"][key] = json!(format!("[{key}]"));
                }
            }
        }
        text += &line.to_string();
        text.push('\n');
    }
    text
}
