//! `gwsaudit doctor`: tries each thing that an audit stands on, by itself, and says what cures what fails.
//!
//! Nothing is judged and nothing changed. A step that cannot be tried because another failed says which.

mod args;
pub(super) mod delegation;
mod files;
mod print;
mod reading;
mod step;

pub(super) use args::{DOCTOR_HELP, DoctorArgs};

use std::time::Duration;

use tokio::time::Instant;

use self::print::Findings;
use self::step::{Step, exit};
use super::Surroundings;
use super::args::{Global, TenantArgs};
use super::error::CliError;
use super::exit::Exit;
use super::judge::{choose_apps, choose_packs, needs};
use super::output::Output;
use super::service_account::ServiceAccount;
use super::setup::{Attestations, Setup};
use super::tenant::{Tenant, connect_with, plan};
use crate::collect::{Examination, Plan, Purpose, examine};
use crate::domain::{PackId, with_causes};
use crate::google::{Backoff, Credentials, Limits, Pacing};

/// The whole run, unless `--deadline` says otherwise.
const WITHIN: Duration = Duration::from_secs(60);
/// How long a silent source is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn run(args: &DoctorArgs, global: &Global, surroundings: &Surroundings) -> Result<Exit, CliError> {
    let output = Output::open(None)?;
    let source = TenantArgs { demo: args.demo.clone(), snapshot: None, scan: None, deadline: args.deadline };
    let tenant = match Tenant::open_with(&source, None, global, surroundings, Attestations::LeaveAlone).await {
        Ok(tenant) => tenant,
        Err(error) if args.demo.is_some() => return Err(error),
        Err(error) => {
            let step = Step::problem("configuration", CONFIGURATION, with_causes(&error));
            let step = error.advice().into_iter().fold(step, Step::cure);
            let step = step.cure("Correct it; `gwsaudit setup` prints a configuration to start from.").misused();
            let findings = Findings { steps: vec![step], exit: Exit::Misused, ..Findings::default() };
            findings.print(args.format, output)?;
            return Ok(findings.exit);
        }
    };
    let packs = choose_packs(&tenant.setup, &args.packs)?;
    let findings = diagnose(&tenant.setup, packs, args, surroundings).await?;
    findings.print(args.format, output)?;
    tenant.close().await;
    Ok(findings.exit)
}

const CONFIGURATION: &str = "Configuration";

async fn diagnose(
    setup: &Setup,
    packs: Vec<PackId>,
    args: &DoctorArgs,
    surroundings: &Surroundings,
) -> Result<Findings, CliError> {
    let apps = choose_apps(setup, &packs, &[])?;
    let plan = plan(&setup.config, Purpose::Audit, needs(&setup.registry, &packs), setup.config.audit.scan, &apps);
    let mut steps = vec![configuration(setup, &packs)];
    steps.extend(files::steps(setup, &plan, args.demo.is_some(), surroundings));
    let found = super::credentials::look(setup, surroundings).await;
    steps.extend(credentials(&found));
    let account =
        found.as_ref().map_or_else(|_| ServiceAccount::default(), |found| ServiceAccount::of(&found.credentials));
    let examination = match (found, &setup.config.admin) {
        (Ok(found), Some(_)) => Some(ask(setup, found.credentials, &plan, args).await?),
        (_, None) | (Err(_), _) => None,
    };
    let mut findings = Findings { packs, account, administrator: setup.config.admin.clone(), ..Findings::default() };
    match examination {
        Some((examination, limits)) => {
            steps.extend(reading::steps(&examination, &plan, &findings.account, setup));
            steps.extend(delegation_and_sources(&examination, &plan, &findings.account));
            steps.extend(reading::dns(&examination, &plan, setup, &limits).await);
            findings.delegation = delegation::summary(&examination, &plan);
            findings.exit = exit(&steps, examination.anything_read());
        }
        None => {
            let why = if setup.config.admin.is_none() {
                "no administrator to act for is set"
            } else {
                "there are no credentials to ask Google with"
            };
            steps.push(Step::skipped("google", "Google", why));
            findings.delegation = delegation::wanted(&plan);
            findings.exit = exit(&steps, false);
        }
    }
    findings.steps = steps;
    Ok(findings)
}

fn delegation_and_sources(examination: &Examination, plan: &Plan, account: &ServiceAccount) -> Vec<Step> {
    let mut steps = delegation::steps(examination, plan, account);
    steps.extend(reading::apis(examination, account));
    steps.extend(reading::sources(examination, plan));
    steps
}

fn configuration(setup: &Setup, packs: &[PackId]) -> Step {
    let packs = packs.iter().map(PackId::as_str).collect::<Vec<_>>().join(", ");
    match &setup.config.admin {
        Some(admin) => {
            let detail = format!("read from {}; acts for {admin}; packs: {packs}", setup.origin);
            Step::ok("configuration", CONFIGURATION, detail)
        }
        None => {
            let detail = format!("no administrator to act for; read from {}", setup.origin);
            Step::problem("configuration", CONFIGURATION, detail)
                .cure("Set [tenant] admin (or GWSAUDIT_TENANT__ADMIN) to the address of an administrator.")
                .cure("`gwsaudit setup` prints a configuration to start from.")
                .misused()
        }
    }
}

fn credentials(found: &Result<super::credentials::Found, super::credentials::CredentialFault>) -> Vec<Step> {
    const TITLE: &str = "Credentials";
    match found {
        Err(fault) => {
            let step = Step::problem("credentials", TITLE, with_causes(fault));
            let step = fault.advice().into_iter().fold(step, Step::cure);
            vec![step.cure("`gwsaudit setup` says how to make some.")]
        }
        Ok(found) => {
            let account = found.credentials.account();
            let detail = format!("{}: {account}, from {}", found.credentials.kind(), found.origin);
            let mut steps = vec![Step::ok("credentials", TITLE, detail).measure("service_account", account)];
            const FILES: &str = "Credential files";
            steps.push(match found.exposed.as_slice() {
                [] => Step::ok("credential-files", FILES, "nobody else on this machine can read them"),
                exposed => {
                    let all: Vec<String> = exposed.iter().map(ToString::to_string).collect();
                    let step = Step::doubt("credential-files", FILES, all.join("; "));
                    exposed.iter().map(super::credentials::Exposed::cure).fold(step, Step::cure)
                }
            });
            steps
        }
    }
}

/// Tries everything at Google, within the command's time.
async fn ask(
    setup: &Setup,
    credentials: Credentials,
    plan: &Plan,
    args: &DoctorArgs,
) -> Result<(Examination, Limits), CliError> {
    let config = &setup.config;
    let deadline = args.deadline.map(|deadline| deadline.0).or(config.google.deadline);
    let within = deadline.map_or(WITHIN, |deadline| Duration::try_from(deadline).unwrap_or_default());
    let patience = PATIENCE.min(within);
    let limits = Limits {
        connect: patience / 2,
        read_idle: patience,
        attempt: patience,
        patience,
        deadline: Some(Instant::now() + within),
        backoff: Backoff { attempts: 4, ..Backoff::default() },
        pacing: Pacing::towards(config.google.endpoint.as_ref()),
        ..Limits::default()
    };
    let administrator = config.admin.clone().expect("whoever calls has seen that it is there");
    let google = connect_with(setup, credentials, administrator.clone(), limits.clone()).await?;
    Ok((examine(&google, plan, &administrator).await, limits))
}
