//! `gwsaudit canary add`

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::args::AddArgs;
use super::destination::Destination;
use super::granting::{Question, ask, revoke};
use super::warn_of_history;
use crate::canaries::{
    Asked, Credential, Entry, Keeper, Mismatch, Placement, Registered, Tenancy, check_grant, check_placement,
};
use crate::cli::Surroundings;
use crate::cli::args::{Global, Listing};
use crate::cli::error::{CanaryFault, CliError};
use crate::cli::exit::Exit;
use crate::cli::output::{json, standard};
use crate::cli::setup::{Setup, read};
use crate::cli::talk::Talk;
use crate::cli::tenant::connect;
use crate::domain::{CanaryId, Email};
use crate::google::desktop_oauth::{DesktopClient, Granted};
use crate::google::{ErrorKind, Google, Limits, Pace, directory, scopes};
use crate::report::Visible;

pub(super) async fn run(
    args: &AddArgs,
    global: &Global,
    setup: &Setup,
    keeper: &Keeper,
    surroundings: &Surroundings,
    talk: Talk,
) -> Result<Exit, CliError> {
    if global.quiet {
        return Err(CliError::Usage("canary add has an address to show; leave out --quiet".to_owned()));
    }
    let text = read("the client's file", &args.client, Exit::Misused)?;
    let client = DesktopClient::from_json(&text, keeper.endpoint().endpoint())
        .map_err(|source| CliError::Client { path: args.client.clone(), source })?;
    drop(zeroize::Zeroizing::new(text));
    let id = args.id.clone().unwrap_or_else(|| Registered::default_id(&args.org_unit, args.role));
    admit(keeper, args, &id, &client)?;
    let destination = Destination::of(args, &id, setup)?;

    // Asked before a person is: what cannot be checked afterwards need not be granted.
    let live = if args.offline {
        talk.warning(&format!("--offline: that the canary's user is in {} is not checked", args.org_unit));
        None
    } else {
        Some(Live::open(setup, surroundings, talk).await?)
    };
    let tenancy = match &live {
        Some(live) => Tenancy::PrimaryDomain(live.primary_domain.clone()),
        None => offline_tenancy(setup, talk),
    };
    let within = Duration::try_from(args.wait.0).unwrap_or_default();
    let question = Question { client: &client, user: args.user.as_ref(), org_unit: args.org_unit.as_str(), within };
    let granted = ask(&question, keeper.endpoint(), talk).await?;

    let checked = check(args, &client, &granted, &tenancy, live.as_ref()).await;
    let (user, org_unit_checked_at) = match checked {
        Ok(checked) => checked,
        Err(fault) => {
            revoke(keeper.endpoint(), &granted.refresh_token, talk).await;
            return Err(fault.into());
        }
    };
    let customer = live.map(|live| live.customer);
    let endpoint = keeper.endpoint().endpoint().map(ToString::to_string);
    let candidate =
        Candidate { args, id, client: &client, granted: &granted, user, org_unit_checked_at, customer, endpoint };
    match keep(&candidate, &destination, keeper, talk).await {
        Ok(canary) => {
            report(&canary, keeper, args.format)?;
            Ok(Exit::Clean)
        }
        Err(fault) => {
            revoke(keeper.endpoint(), &granted.refresh_token, talk).await;
            Err(fault)
        }
    }
}

fn admit(keeper: &Keeper, args: &AddArgs, id: &CanaryId, client: &DesktopClient) -> Result<(), CliError> {
    keeper.registry()?.admit(id, &args.org_unit, args.role, client.id()).map_err(CliError::Usage)
}

/// Without the Directory API the tenant is known by its administrator's domain.
fn offline_tenancy(setup: &Setup, talk: Talk) -> Tenancy {
    match setup.config.admin.as_ref().and_then(|admin| admin.as_str().rsplit_once('@')) {
        Some((_, domain)) => Tenancy::AdministratorsDomain(domain.to_owned()),
        None => {
            talk.warning("that the canary's user is of your tenant is not checked, as no [tenant] admin is set");
            Tenancy::Unknown
        }
    }
}

/// The Directory API, and what it said of the tenant.
struct Live {
    google: Google,
    customer: String,
    primary_domain: String,
}

impl Live {
    async fn open(setup: &Setup, surroundings: &Surroundings, talk: Talk) -> Result<Self, CliError> {
        let config = &setup.config;
        let admin = config.admin.clone().ok_or_else(|| {
            CliError::Usage(format!(
                "no administrator to look the canary's user up for: set [tenant] admin (or GWSAUDIT_TENANT__ADMIN), or add \
                 --offline; configuration read from {}",
                setup.origin
            ))
        })?;
        let google = connect(setup, admin, Limits::default(), surroundings, talk).await?;
        let session = google.session("directory.customers", &scopes::CUSTOMER, Pace::Directory);
        let tenant = directory::customer(&session, &config.customer).await.map_err(CanaryFault::Directory)?;
        let tenant = tenant.read().map_err(CanaryFault::Unreadable)?;
        let primary_domain = tenant.customer_domain.ok_or(CanaryFault::NoPrimaryDomain)?;
        Ok(Self { google, customer: tenant.id, primary_domain })
    }

    async fn user(&self, id: &str) -> Result<directory::User, CanaryFault> {
        let session = self.google.session("directory.users", &scopes::USERS, Pace::Directory);
        let user = directory::user(&session, id).await.map_err(CanaryFault::Directory)?;
        user.read().map_err(CanaryFault::Unreadable)
    }
}

/// Compares what was granted with what was asked for. Gives the user, and when their org unit was seen.
async fn check(
    args: &AddArgs,
    client: &DesktopClient,
    granted: &Granted,
    tenancy: &Tenancy,
    live: Option<&Live>,
) -> Result<(Email, Option<Timestamp>), CanaryFault> {
    let asked = Asked { client_id: client.id(), user: args.user.as_ref(), tenancy };
    let user = check_grant(&asked, &granted.scope, &granted.identity)?;
    let Some(live) = live else { return Ok((user, None)) };
    let account = match live.user(&granted.identity.subject).await {
        Ok(account) => account,
        Err(CanaryFault::Directory(error)) if *error.kind() == ErrorKind::NotFound => {
            return Err(Mismatch::OtherAccount(user).into());
        }
        Err(fault) => return Err(fault),
    };
    let placement = Placement { identity: &granted.identity, org_unit: &args.org_unit };
    check_placement(&placement, &user, &account)?;
    Ok((user, Some(granted.at)))
}

/// What is about to become a canary.
struct Candidate<'a> {
    args: &'a AddArgs,
    id: CanaryId,
    client: &'a DesktopClient,
    granted: &'a Granted,
    user: Email,
    org_unit_checked_at: Option<Timestamp>,
    customer: Option<String>,
    endpoint: Option<String>,
}

/// Keeps the token first, and with it the moment of its authorisation, so that no crash can give it another's age; then
/// the history, then the registry.
async fn keep(
    candidate: &Candidate<'_>,
    destination: &Destination<'_>,
    keeper: &Keeper,
    talk: Talk,
) -> Result<Registered, CliError> {
    let Candidate { args, id, client, granted, user, .. } = candidate;
    // Somebody else may have added it while the browser was open.
    admit(keeper, args, id, client)?;
    let former = keeper.registry()?.find(id).cloned();
    if let Some(former) = former.as_ref().filter(|former| former.user_id != granted.identity.subject) {
        return Err(
            CanaryFault::OtherCanarysUser { id: id.clone(), theirs: former.user.clone(), ours: user.clone() }.into()
        );
    }
    let credential = Credential {
        client_id: client.id().clone(),
        client_secret: client.secret().clone(),
        refresh_token: granted.refresh_token.clone(),
        authorized_at: granted.at,
    };
    let kept = destination.store(id, keeper, &credential, talk).await?;
    let canary = Registered {
        id: id.clone(),
        org_unit: args.org_unit.clone(),
        role: args.role,
        below: args.below,
        user: user.clone(),
        user_id: granted.identity.subject.clone(),
        hosted_domain: granted.identity.hosted_domain.clone().unwrap_or_default(),
        customer: candidate.customer.clone(),
        client_id: client.id().clone(),
        endpoint: candidate.endpoint.clone(),
        added_at: former.map_or(granted.at, |former| former.added_at),
        authorized_at: granted.at,
        org_unit_checked_at: candidate.org_unit_checked_at,
        kept,
    };
    let locked = keeper.state().lock()?;
    let mut registry = keeper.registry()?;
    registry.admit(id, &args.org_unit, args.role, client.id()).map_err(CliError::Usage)?;
    warn_of_history(&locked.append(&[Entry::authorized(&canary, granted.clock)])?, talk);
    registry.put(canary.clone());
    locked.save(&registry)?;
    Ok(canary)
}

fn report(canary: &Registered, keeper: &Keeper, format: Listing) -> Result<(), CliError> {
    match format {
        Listing::Json => json(&json!({
            "id": canary.id,
            "org_unit": canary.org_unit,
            "role": canary.role,
            "user": canary.user,
            "client_id": canary.client_id,
            "authorized_at": canary.authorized_at,
            "org_unit_checked_at": canary.org_unit_checked_at,
            "token": canary.kept.to_string(),
        })),
        Listing::Human => standard(|out| {
            writeln!(
                out,
                "{} is the {} canary of {}: {}",
                canary.id,
                canary.role,
                Visible::of(canary.org_unit.as_str()),
                Visible::of(canary.user.as_str())
            )?;
            writeln!(out, "  token in {}", Visible::of(&canary.kept.to_string()))?;
            writeln!(out, "  state in {}", keeper.state().folder().display())?;
            writeln!(
                out,
                "Have it tried every hour or so, by `gwsaudit canary refresh` or by audits, for a day or more."
            )
        }),
    }
}
