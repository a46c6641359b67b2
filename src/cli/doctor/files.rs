//! The operator's own evidence: attestations, the console's list, canaries.

use jiff::{SignedDuration, Timestamp};

use super::step::Step;
use crate::cli::Surroundings;
use crate::cli::exit::Exit;
use crate::cli::setup::{Setup, attestations_in, read};
use crate::collect::Plan;
use crate::domain::{humane_time, with_causes};
use crate::evidence::Attestation;
use crate::snapshot::SourceId;

/// How long Google keeps its logs, on which an attestation rests from its time on.
const LOG: SignedDuration = SignedDuration::from_hours(180 * 24);

/// `simulated` tenants have no canaries of this machine's.
pub(super) fn steps(setup: &Setup, plan: &Plan, simulated: bool, surroundings: &Surroundings) -> Vec<Step> {
    let canaries = if simulated { None } else { Some(canaries(setup, surroundings)) };
    let has_canaries = canaries.as_ref().is_some_and(|(_, count)| *count > 0);
    let mut steps = Vec::new();
    steps.extend(attestations(setup, plan, has_canaries));
    steps.extend(configured_apps(setup));
    steps.extend(canaries.map(|(step, _)| step));
    steps
}

fn attestations(setup: &Setup, plan: &Plan, has_canaries: bool) -> Option<Step> {
    const ID: &str = "attestations";
    const TITLE: &str = "Attestations";
    let evidence = &setup.config.evidence;
    let Some(path) = &evidence.attestations else {
        // Only checks of connections rest on what the console alone shows.
        let wanted = plan.sources().contains(&SourceId::AccessBindings);
        return (wanted && evidence.configured_apps_csv.is_none() && !has_canaries).then(|| {
            Step::doubt(ID, TITLE, "there are none, and two settings stand in the console alone: they stay unknown")
                .cure("Look at the two pages and write down what they show: gwsaudit attest")
        });
    };
    let text = read("the attestations", path, Exit::Misused);
    let attestations = match text.and_then(|text| attestations_in(path, &text, &setup.app_ids())) {
        Ok(attestations) => attestations,
        Err(error) => {
            let step = Step::problem(ID, TITLE, with_causes(&error)).misused();
            return Some(
                step.cure(format!("Correct {}, or set [evidence] attestations to where they are.", path.display())),
            );
        }
    };
    Some(judge_attestations(&attestations, plan.now).measure("attestations", attestations.len()))
}

fn judge_attestations(attestations: &[Attestation], now: Timestamp) -> Step {
    let (id, title) = ("attestations", "Attestations");
    let expired: Vec<String> = attestations
        .iter()
        .filter(|one| one.is_expired(now))
        .filter_map(|one| one.expires_at.map(|at| format!("that of {} on {}", one.org_unit, humane_time(at))))
        .collect();
    let horizon = now.checked_sub(LOG).unwrap_or(Timestamp::MIN);
    let old = attestations.iter().filter(|one| !one.is_expired(now) && one.attested_at < horizon).count();
    let count = attestations.len();
    if count == 0 {
        return Step::doubt(id, title, "the file holds none").cure("gwsaudit attest");
    }
    if !expired.is_empty() {
        let detail = format!("{} of {count} have expired and prove nothing: {}", expired.len(), expired.join(", "));
        return Step::doubt(id, title, detail).cure("Look again and attest: gwsaudit attest");
    }
    if old > 0 {
        let detail =
            format!("{old} of {count} are older than Google's logs (180 days), which no longer watch over them");
        return Step::doubt(id, title, detail)
            .cure("Look again and attest: gwsaudit attest")
            .cure("Or carry an older log forward: gwsaudit audit --since-snapshot FILE");
    }
    let newest = attestations.iter().map(|one| one.attested_at).max().map(humane_time).unwrap_or_default();
    let detail = format!(
        "{count} read, the newest of {newest}; whether the log has overtaken any, `gwsaudit attest --stale` tells"
    );
    Step::ok(id, title, detail)
}

fn configured_apps(setup: &Setup) -> Option<Step> {
    let (id, title) = ("configured-apps", "List of configured apps");
    let list = match setup.configured_apps().transpose()? {
        Ok(list) => list,
        Err(error) => {
            let step = Step::problem(id, title, with_causes(&error)).misused();
            return Some(step.cure(
                "Download it again: Manage third-party app access > Bulk update list > Download configured apps.",
            ));
        }
    };
    let rows: usize = list.rows.values().map(Vec::len).sum();
    Some(match list.doubt() {
        Some(doubt) => Step::doubt(id, title, format!("{doubt}, so the list proves nothing"))
            .cure("Set [evidence] configured_apps_csv_at to the time of the download."),
        None => {
            let detail = format!("{rows} rows, downloaded {}", humane_time(list.taken_at));
            Step::ok(id, title, detail).measure("rows", rows)
        }
    })
}

/// Whether there are canaries, and how many. How they fare, `canary list` tells.
fn canaries(setup: &Setup, surroundings: &Surroundings) -> (Step, usize) {
    let (id, title) = ("canaries", "Canaries");
    let Some(state) = crate::cli::canary::state(setup, surroundings) else {
        return (Step::ok(id, title, "there are none, which is fine: they are optional"), 0);
    };
    match state.registry() {
        Err(error) => (Step::problem(id, title, with_causes(&error)), 0),
        Ok(registry) => match registry.canaries.len() {
            0 => (Step::ok(id, title, "there are none, which is fine: they are optional"), 0),
            count => {
                let detail = format!("{count} kept; how they fare, `gwsaudit canary list` tells");
                (Step::ok(id, title, detail).measure("canaries", count), count)
            }
        },
    }
}
