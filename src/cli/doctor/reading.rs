//! What Google says: that it answers, its clock, the credentials, each API, each source; and the domain name system.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::step::Step;
use crate::cli::service_account::ServiceAccount;
use crate::cli::setup::Setup;
use crate::cli::tenant::now;
use crate::collect::{DnsPlan, Examination, Finding, LogReach, OrganizationPlan, Plan, Requirement, try_resolver};
use crate::domain::{DomainName, Email, humane_time};
use crate::google::privileges::{ORGANIZATION_VIEWER, Privilege};
use crate::google::{Api, ApiError, ErrorKind, Limits, next_step};
use crate::snapshot::SourceId;

/// So much is no matter.
const TRIFLING_SECONDS: i64 = 60;

/// From the first knock to the account acted for.
pub(super) fn steps(examination: &Examination, plan: &Plan, account: &ServiceAccount, setup: &Setup) -> Vec<Step> {
    const NETWORK: &str = "Google answers";
    let place = match &setup.config.google.endpoint {
        Some(endpoint) => format!("{endpoint} ([google] endpoint)"),
        None => Api::Directory.host().to_owned(),
    };
    let mut steps = match &examination.reached {
        Ok(()) => vec![Step::ok("network", NETWORK, place)],
        Err(error) => vec![Step::problem("network", NETWORK, error.to_string()).cure(next_step(error))],
    };
    steps.push(clock(examination));
    steps.push(key(examination));
    steps.push(administrator(examination, setup.config.admin.as_ref(), plan));
    if let Some(Err(error)) = &examination.first_token
        && matches!(error.kind(), ErrorKind::Keyless(_))
        && let Some(step) = steps.iter_mut().find(|step| step.id == "key")
    {
        step.cure.push(account.enable(&[Api::IamCredentials.host()]));
    }
    steps
}

/// This machine's clock against the date of Google's answers, whose resolution is a second.
fn clock(examination: &Examination) -> Step {
    let (id, title) = ("clock", "Clock");
    let refused = match &examination.first_token {
        Some(Err(error)) if *error.kind() == ErrorKind::ClockSkew => Some(error),
        Some(_) | None => None,
    };
    let Some(seen) = examination.clock else {
        return match (refused, &examination.reached) {
            (Some(error), _) => Step::problem(id, title, error.to_string()).cure(next_step(error)),
            (None, Ok(())) => Step::doubt(id, title, "Google's answers bear no date to compare with"),
            (None, Err(_)) => Step::skipped(id, title, "Google does not answer"),
        };
    };
    let since = SignedDuration::try_from(seen.received.elapsed()).unwrap_or_default();
    let skew = now().duration_since(seen.date).saturating_sub(since).as_secs();
    let apart = match skew {
        0 => "as Google's, to the second".to_owned(),
        1.. => format!("{skew} s ahead of Google's"),
        _ => format!("{} s behind Google's", skew.unsigned_abs()),
    };
    let step = match refused {
        Some(error) => {
            Step::problem(id, title, format!("{apart}, and Google refuses what bears its time")).cure(next_step(error))
        }
        None if skew.abs() > TRIFLING_SECONDS => {
            Step::doubt(id, title, format!("{apart}; Google accepts a few minutes, and times in reports are off"))
                .cure("Set this machine's clock: see that `timedatectl` says it is synchronised (NTP).")
        }
        None => Step::ok(id, title, apart),
    };
    step.measure("skew_seconds", skew).measure("google_date", seen.date.to_string())
}

/// Whether Google takes the credentials, by the first token.
fn key(examination: &Examination) -> Step {
    let (id, title) = ("key", "Credentials accepted");
    match &examination.first_token {
        None => Step::skipped(id, title, "Google does not answer"),
        Some(Ok(())) => Step::ok(id, title, "Google gives tokens for them"),
        // Google looks at the signature first.
        Some(Err(error)) if matches!(error.kind(), ErrorKind::ScopeNotDelegated { .. } | ErrorKind::UnknownSubject) => {
            Step::ok(id, title, "Google knows the service account and its signature")
        }
        Some(Err(error)) if *error.kind() == ErrorKind::ClockSkew => {
            Step::skipped(id, title, "the clock is wrong, and Google looks at nothing else")
        }
        Some(Err(error)) => Step::problem(id, title, error.to_string()).cure(next_step(error)),
    }
}

fn administrator(examination: &Examination, admin: Option<&Email>, plan: &Plan) -> Step {
    let (id, title) = ("administrator", "Account acted for");
    let name = admin.map_or("", Email::as_str);
    match &examination.first_token {
        Some(Err(error)) if *error.kind() == ErrorKind::UnknownSubject => {
            Step::problem(id, title, format!("{name}: {error}")).cure(next_step(error))
        }
        _ if examination.tokens.iter().any(|(_, token)| token.is_ok()) => {
            let super_needed = plan.requirements().iter().any(|one| one.privilege == Privilege::SuperAdministrator);
            let wanted = if super_needed { "; the packs take a super administrator" } else { "" };
            Step::ok(id, title, format!("{name}: an account of this tenant{wanted}"))
        }
        _ => Step::skipped(id, title, "no token can be had at all"),
    }
}

/// Each API's service, in the service account's project.
pub(super) fn apis(examination: &Examination, account: &ServiceAccount) -> Vec<Step> {
    let mut of: BTreeMap<&str, (Api, Vec<&Finding>)> = BTreeMap::new();
    for (requirement, finding) in &examination.sources {
        of.entry(requirement.api.host()).or_insert((requirement.api, Vec::new())).1.push(finding);
    }
    of.into_iter().map(|(service, (api, findings))| service_step(service, api, &findings, account)).collect()
}

fn service_step(service: &str, api: Api, findings: &[&Finding], account: &ServiceAccount) -> Step {
    let (id, title) = (format!("api.{service}"), format!("API {service}"));
    let errors = || findings.iter().filter_map(|finding| failure(finding));
    for error in errors() {
        if let ErrorKind::ApiNotEnabled { service, activation_url } = error.kind() {
            return Step::problem(id, title, format!("{} is not enabled in the service account's project", api.name()))
                .cure(account.enable(&[service]))
                .cure(format!("Or: {activation_url}. It takes a few minutes to come into force."));
        }
    }
    let answered = findings.iter().any(|finding| match finding {
        Finding::Read | Finding::Log(_) | Finding::OutOfReach(_) => true,
        // An API that is off says so before it looks at anything else.
        Finding::Failed(error) => matches!(
            error.kind(),
            ErrorKind::NotAdministrator | ErrorKind::NotFound | ErrorKind::NoSuchCustomer | ErrorKind::Quota(_)
        ),
        Finding::Nothing(_) | Finding::NoToken | Finding::Untried(_) => false,
    });
    if answered {
        return Step::ok(id, title, format!("{} is enabled", api.name()));
    }
    match errors().next() {
        Some(error) => Step::doubt(id, title, format!("it could not be told: {error}")).cure(next_step(error)),
        None if findings.iter().any(|finding| matches!(finding, Finding::NoToken)) => {
            Step::skipped(id, title, "there is no token to ask it with")
        }
        None => Step::skipped(id, title, "there was nothing to ask it for"),
    }
}

fn failure(finding: &Finding) -> Option<&ApiError> {
    match finding {
        Finding::Failed(error) => Some(error),
        Finding::Read
        | Finding::Log(_)
        | Finding::Nothing(_)
        | Finding::OutOfReach(_)
        | Finding::NoToken
        | Finding::Untried(_) => None,
    }
}

/// Each source, by one small read.
pub(super) fn sources(examination: &Examination, plan: &Plan) -> Vec<Step> {
    let mut steps: Vec<Step> =
        examination.sources.iter().map(|(requirement, finding)| source(requirement, finding, examination)).collect();
    if plan.organization == OrganizationPlan::StatedNone && plan.sources().contains(&SourceId::AccessBindings) {
        let detail = "not read: the configuration states that there are none (gcp_organization = \"none\")";
        steps.insert(0, Step::ok(id_of(SourceId::AccessBindings), title_of(SourceId::AccessBindings), detail));
    }
    steps
}

fn id_of(source: SourceId) -> String {
    format!("source.{source}")
}

fn title_of(source: SourceId) -> String {
    format!("Source {source}")
}

fn source(requirement: &Requirement, finding: &Finding, examination: &Examination) -> Step {
    let source = requirement.source;
    let (id, title) = (id_of(source), title_of(source));
    match finding {
        Finding::Read => Step::ok(id, title, readable(source, examination)),
        Finding::Log(reach) => log(id, title, source, *reach),
        Finding::Nothing(why) => Step::ok(id, title, format!("not asked for at present: {why}")),
        Finding::OutOfReach(why) => Step::problem(id, title, why.clone())
            .cure(format!(
                "Grant tenant.admin the role {} ({}) on the organization, or set evidence.gcp_organization to \
                 \"organizations/NUMBER\", as `gcloud organizations list` shows it.",
                ORGANIZATION_VIEWER.title, ORGANIZATION_VIEWER.role
            ))
            .cure("If no Access Context Manager binding exists, state it: evidence.gcp_organization = \"none\"."),
        Finding::NoToken => Step::skipped(id, title, "there is no token for its scope"),
        Finding::Untried(why) => Step::skipped(id, title, why),
        Finding::Failed(error) => {
            if let ErrorKind::ApiNotEnabled { service, .. } = error.kind() {
                return Step::skipped(id, title, format!("{service} is not enabled"));
            }
            Step::problem(id, title, error.to_string()).cure(next_step(error))
        }
    }
}

fn readable(source: SourceId, examination: &Examination) -> String {
    match (source, &examination.organization) {
        (SourceId::Grants, _) => "can be read (tried on the account acted for)".to_owned(),
        (SourceId::Organizations | SourceId::AccessBindings, Some(name)) => format!("can be read: {name}"),
        (_, _) => "can be read".to_owned(),
    }
}

/// What is said of a log is what was seen: one event, the oldest that a few small reads come by.
fn log(id: String, title: String, source: SourceId, reach: LogReach) -> Step {
    let days = |from: jiff::Timestamp| now().duration_since(from).as_hours() / 24;
    let wanted = days(reach.wanted_from);
    let step = match reach.seen {
        Some(at) => {
            let detail = format!(
                "can be read; an event of {} is there ({} days ago; {wanted} days are asked for)",
                humane_time(at),
                days(at)
            );
            Step::ok(id, title, detail).measure("seen", at.to_string()).measure("days", days(at))
        }
        // Whoever set up delegation left an event.
        None if source == SourceId::AdminLog => {
            Step::doubt(id, title, format!("can be read, but holds no event of the last {wanted} days"))
                .cure("Compare with Admin console > Reporting > Audit and investigation > Admin log events.")
        }
        None => Step::ok(id, title, format!("can be read; it holds no event of the last {wanted} days")),
    };
    step.measure("wanted_from", reach.wanted_from.to_string())
}

/// Whether names can be looked up, tried on the tenant's own domain.
pub(super) async fn dns(examination: &Examination, plan: &Plan, setup: &Setup, limits: &Limits) -> Option<Step> {
    let (id, title) = ("dns", "Name servers");
    if !plan.sources().contains(&SourceId::Dns) {
        return None;
    }
    let servers = match &plan.dns {
        DnsPlan::Off => {
            let detail = "left alone ([dns] enabled = false): SPF, DKIM and DMARC stay undetermined";
            return Some(Step::doubt(id, title, detail).cure("Set [dns] enabled = true."));
        }
        DnsPlan::Ask { servers, .. } => servers,
    };
    let own = setup.config.admin.as_ref().and_then(|admin| Some(admin.as_str().rsplit_once('@')?.1));
    let name = examination.primary_domain.as_deref().or(own).and_then(|name| name.parse::<DomainName>().ok());
    let Some(name) = name else {
        return Some(Step::skipped(id, title, "no domain is known to try them on"));
    };
    Some(match try_resolver(limits, servers, name.clone()).await {
        Ok(true) => Step::ok(id, title, format!("answer (tried on {name})")),
        Ok(false) => Step::ok(id, title, format!("answer (tried on {name}, which has no TXT record)")),
        Err((why, cure)) => Step::problem(id, title, format!("{name}: {why}")).cure(capital(&cure)),
    })
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
