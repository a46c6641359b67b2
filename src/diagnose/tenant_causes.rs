//! What the evidence says of each cause.

use std::collections::BTreeSet;

use super::cause::Cause;
use super::tenant::{Agreement, Ground, Verdict};
use super::tenant_tokens::{ended_by_admin, idle, password_changed, revoked_by_user, testing_mode, token_limit};
use crate::domain::{CloudScope, humane_duration, humane_time};
use crate::facts::{Access, ConnectionFacts, Fact, Holder, Reauth, Strength, Truth};

/// So many are named where there are more.
const NAMED: usize = 5;

pub(super) const OTHER_CLIENT: &str = "The failing token may be another client's or another account's: compare the client ID that the error names with `gwsaudit apps discover`";
const CHANGED_SINCE: &str =
    "The settings may have been changed after the evidence was collected: read the tenant again";
pub(super) const NAME_USER: &str = "Say whose connection it is with --user EMAIL, and which app's with --app";

/// Whether the evidence fits that cause.
pub(super) fn judge(cause: Cause, ground: &Ground<'_>) -> Agreement {
    match cause {
        Cause::InvalidRapt | Cause::RaptRequired | Cause::Reauthentication => reauthentication(cause, ground),
        Cause::AccountDeleted | Cause::AccountUnknown => account(cause, ground, &[Holder::Deleted], &[]),
        Cause::AccountRestricted => account(cause, ground, &[Holder::Suspended, Holder::Archived], &[Holder::Active]),
        Cause::AdminPolicy => access(cause, ground, &NOT_TRUSTED, None),
        Cause::AppBlocked => {
            access(cause, ground, &[Access::Blocked], Some("so no administrator blocks it; Google itself may"))
        }
        Cause::AppNotConfigured => access(cause, ground, &[Access::Unconfigured], None),
        Cause::ServiceRestricted => service_restricted(ground),
        Cause::RevokedByUser => revoked_by_user(ground),
        Cause::RevokedByAdmin => {
            ended_by_admin(cause, ground, &["REVOKE_3LO_TOKEN", "REVOKE_3LO_DEVICE_TOKENS", "SUSPEND_USER"])
        }
        Cause::PasswordChanged => password_changed(ground),
        Cause::Idle => idle(ground),
        Cause::TestingMode => testing_mode(ground),
        Cause::TokenLimit => token_limit(ground),
        Cause::InvalidGrant | Cause::ExpiredOrRevoked | Cause::AccessDenied | Cause::AccessTokenRefused => {
            by_candidates(cause, ground)
        }
        Cause::TimeLimited
        | Cause::ServiceAccountDisabled
        | Cause::ClockSkew
        | Cause::JwtSignature
        | Cause::CodeRefused
        | Cause::OrgInternal
        | Cause::NotVerified
        | Cause::UserRefused
        | Cause::ContextAware
        | Cause::DelegationMissing
        | Cause::UnauthorizedClient
        | Cause::ClientDeleted
        | Cause::ClientDisabled
        | Cause::InvalidClient
        | Cause::InvalidScope
        | Cause::InvalidAudience
        | Cause::RedirectMismatch
        | Cause::EmbeddedBrowser
        | Cause::InvalidRequest
        | Cause::AccessTokenExpired
        | Cause::ScopeInsufficient
        | Cause::ApiDisabled
        | Cause::NotAdministrator
        | Cause::MailboxDelegation
        | Cause::ServiceOff
        | Cause::OrganizationPolicy
        | Cause::RateLimited
        | Cause::DailyQuota
        | Cause::StorageQuota
        | Cause::Quota
        | Cause::PermissionDenied
        | Cause::GoogleFailed
        | Cause::Tls
        | Cause::Network => open(cause, "nothing that gwsaudit reads of a tenant bears on it", &[]),
    }
}

pub(super) fn open(cause: Cause, because: &str, next: &[&str]) -> Agreement {
    Agreement {
        cause,
        verdict: Verdict::CannotTell,
        strength: None,
        says: because.to_owned(),
        next: next.iter().map(|step| (*step).to_owned()).collect(),
    }
}

pub(super) fn settled(cause: Cause, verdict: Verdict, strength: Strength, says: String, next: &[&str]) -> Agreement {
    Agreement { verdict, strength: Some(strength), says, ..open(cause, "", next) }
}

/// A wider word fits where one of those that it leaves open does.
fn by_candidates(cause: Cause, ground: &Ground<'_>) -> Agreement {
    let each = cause.advice().candidates.iter().map(|candidate| judge(*candidate, ground));
    let fitting: Vec<Agreement> = each.filter(|agreement| agreement.verdict == Verdict::Agrees).collect();
    match fitting.as_slice() {
        [] => open(cause, "none of the causes that it leaves open is borne out by what is at hand", &[]),
        [first, ..] => {
            let fit: Vec<String> =
                fitting.iter().map(|agreement| format!("{} ({})", agreement.cause.id(), agreement.says)).collect();
            let says = format!("of the causes that it leaves open, the evidence fits {}", fit.join("; "));
            settled(cause, Verdict::Agrees, first.strength.unwrap_or(Strength::Presumed), says, &[])
        }
    }
}

fn holder_words(holder: Holder) -> &'static str {
    match holder {
        Holder::Active => "in use",
        Holder::Suspended => "suspended",
        Holder::Archived => "archived",
        Holder::Deleted => "no longer in the directory",
        Holder::Unknown => "not known, as the users could not all be read",
    }
}

// --- session control ------------------------------------------------------------------------------------------------

fn reauthentication(cause: Cause, ground: &Ground<'_>) -> Agreement {
    let live: Vec<&ConnectionFacts> =
        ground.connections.iter().copied().filter(|it| it.live() != Truth::FalseProven).collect();
    match live.as_slice() {
        [] => no_connection(cause, ground),
        [only] => one_connection(cause, only),
        several => many_connections(cause, several),
    }
}

fn no_connection(cause: Cause, ground: &Ground<'_>) -> Agreement {
    if let [gone, ..] = ground.connections.as_slice() {
        let says = format!(
            "the account of {} is {}, so session control is not what stands in the way",
            gone.user,
            holder_words(gone.holder)
        );
        return open(cause, &says, &[OTHER_CLIENT]);
    }
    let whose = ground.subject.user.as_ref().map_or_else(|| "anybody".to_owned(), ToString::to_string);
    let what = match (&ground.subject.client, &ground.subject.app) {
        (Some(client), _) => client.to_string(),
        (None, Some(app)) => app.to_string(),
        (None, None) => "the apps under audit".to_owned(),
    };
    let unit = ground.unit.map(|unit| {
        let session = &ground.facts.sessions[unit];
        let path = ground.facts.tree.path(unit);
        match session.reauth.value() {
            Some(Reauth::Required) => format!("; in {path} reauthentication is required"),
            Some(Reauth::NotRequired) => format!("; in {path} reauthentication is not required"),
            None => format!("; whether reauthentication is required in {path} is not known"),
        }
    });
    let says = format!("no grant of {whose} to {what} is at hand{}", unit.unwrap_or_default());
    open(cause, &says, &[OTHER_CLIENT, "The grant may be gone by now: compare with the token log", NAME_USER])
}

/// What decides about a connection, in words.
fn why(connection: &ConnectionFacts) -> String {
    let place = connection.org_unit.as_ref().map_or_else(String::new, |path| format!(" ({path})"));
    let scope = match connection.cloud {
        CloudScope::Yes => "the grant carries a Google Cloud scope",
        CloudScope::No => "the grant carries no Google Cloud scope",
        CloudScope::Unknown => "whether the grant carries a Google Cloud scope is not known",
    };
    let length = connection.frequency.value().map(|length| format!(" every {}", humane_duration(length.duration())));
    let reauth = match connection.reauth.value() {
        Some(Reauth::Required) => format!("reauthentication is required{}", length.unwrap_or_default()),
        Some(Reauth::NotRequired) => "reauthentication is not required".to_owned(),
        None => "whether reauthentication is required is not known".to_owned(),
    };
    let exempt = match connection.exempt.value() {
        Some(true) => "Exempt trusted apps is on",
        Some(false) => "Exempt trusted apps is off",
        None => "whether Exempt trusted apps is on is not known",
    };
    let access = match connection.access.value() {
        Some(access) => format!("the app is {}", access.describe()),
        None => "the app's access is not known".to_owned(),
    };
    let mut parts = vec![scope.to_owned(), reauth];
    if connection.reauth.value() != Some(&Reauth::NotRequired) {
        parts.push(exempt.to_owned());
        parts.push(access);
    }
    format!("for {}{place}, {}", connection.user, parts.join(", "))
}

fn one_connection(cause: Cause, connection: &ConnectionFacts) -> Agreement {
    let why = why(connection);
    let authorized = connection.last_authorized_at.map(|at| format!("; last authorised {}", humane_time(at)));
    let authorized = authorized.unwrap_or_default();
    let fails = connection.next_failure_by().map(|at| format!(", so its refresh fails by {}", humane_time(at)));
    let fails = fails.unwrap_or_default();
    match connection.survives {
        Truth::FalseProven => {
            settled(cause, Verdict::Agrees, Strength::Proven, format!("{why}{authorized}{fails}"), &[])
        }
        Truth::FalsePresumed => settled(cause, Verdict::Agrees, Strength::Presumed, format!("{why}{authorized}"), &[]),
        Truth::TrueProven => {
            let says = format!("by the evidence the connection outlives the session: {why}{authorized}");
            let grant = "The failing token may be an older grant with Cloud scopes: revoke the app's access, then authorise again";
            settled(cause, Verdict::Contradicts, Strength::Proven, says, &[CHANGED_SINCE, OTHER_CLIENT, grant])
        }
        Truth::TruePresumed => {
            let says = format!(
                "the evidence suggests that the connection outlives the session, without proving it: {why}{authorized}"
            );
            let mut agreement = open(cause, &says, &[]);
            agreement.next = missing(connection);
            agreement
        }
        Truth::Unknown => {
            let mut agreement = open(cause, &format!("{why}{authorized}"), &[]);
            agreement.next = missing(connection);
            agreement
        }
    }
}

/// What would settle it.
fn missing(connection: &ConnectionFacts) -> Vec<String> {
    let place = connection.org_unit.as_ref().map_or("/", |path| path.as_str());
    let proven = |strength: Option<Strength>| strength == Some(Strength::Proven);
    let mut next: Vec<String> = connection.gaps.iter().map(|gap| format!("{}: {}", gap.why, gap.supply)).collect();
    let session = !(proven(connection.reauth.strength()) && proven(connection.exempt.strength()));
    if session && connection.cloud != CloudScope::No {
        next.push(format!(
            "See what Google Cloud session control shows for {place}, and record it with `gwsaudit attest`"
        ));
    }
    if !proven(connection.access.strength()) {
        next.push(format!("See the app's access for {place}, and record it with `gwsaudit attest`"));
    }
    next.push(CHANGED_SINCE.to_owned());
    next
}

fn many_connections(cause: Cause, connections: &[&ConnectionFacts]) -> Agreement {
    let all = |wanted: &dyn Fn(Truth) -> bool| connections.iter().all(|connection| wanted(connection.survives));
    let fitting: Vec<&&ConnectionFacts> = connections.iter().filter(|it| it.survives.is_false()).collect();
    let names: Vec<String> = fitting
        .iter()
        .take(NAMED)
        .map(|it| {
            let fails = it.next_failure_by().map(|at| format!(", fails by {}", humane_time(at))).unwrap_or_default();
            format!("{} ({}{fails})", it.user, it.org_unit.as_ref().map_or("org unit unknown", |path| path.as_str()))
        })
        .collect();
    let more = fitting.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let count = connections.len();
    if all(&|survives| survives == Truth::TrueProven) {
        let says = format!("by the evidence all {count} connections outlive the session");
        settled(cause, Verdict::Contradicts, Strength::Proven, says, &[CHANGED_SINCE, OTHER_CLIENT])
    } else if all(&Truth::is_false) {
        let proven = all(&|survives| survives == Truth::FalseProven);
        let strength = if proven { Strength::Proven } else { Strength::Presumed };
        let says = format!("all {count} connections fail with their session: {}{more}", names.join(", "));
        settled(cause, Verdict::Agrees, strength, says, &[NAME_USER])
    } else if fitting.is_empty() {
        open(
            cause,
            &format!("{count} connections come into question, and of none it is known that it fails"),
            &[NAME_USER],
        )
    } else {
        let says = format!(
            "{count} connections come into question, and the text does not say which; {} of them would fail so: {}{more}",
            fitting.len(),
            names.join(", ")
        );
        open(cause, &says, &[NAME_USER])
    }
}

// --- the account ----------------------------------------------------------------------------------------------------

/// A cause that is about the account's state: these states bear it out, and those leave it open.
fn account(cause: Cause, ground: &Ground<'_>, fitting: &[Holder], open_for: &[Holder]) -> Agreement {
    let (Some(user), Some(holder)) = (&ground.subject.user, ground.subject.account) else {
        return open(cause, "the text does not say whose account it is", &[NAME_USER]);
    };
    let says = format!("the account of {user} is {}", holder_words(holder));
    let since = &["It may have been changed after the evidence was collected", OTHER_CLIENT];
    if holder == Holder::Unknown {
        open(cause, &says, &["Make the users readable for the audit, then run it again"])
    } else if fitting.contains(&holder) {
        settled(cause, Verdict::Agrees, Strength::Proven, says, &[])
    } else if open_for.contains(&holder) {
        open(cause, &format!("{says}; Google may hold it back for reasons that the directory does not show"), since)
    } else {
        settled(cause, Verdict::Contradicts, Strength::Proven, says, since)
    }
}

// --- app access -----------------------------------------------------------------------------------------------------

/// The app's levels for those whom the error may be about.
fn levels<'g>(ground: &Ground<'g>) -> Vec<&'g Fact<Access>> {
    let of_grants: Vec<&Fact<Access>> = ground.connections.iter().map(|connection| &connection.access).collect();
    let Some(unit) = ground.unit.filter(|_| of_grants.is_empty()) else { return of_grants };
    let apps =
        ground.facts.apps.iter().filter(|app| ground.subject.app.as_ref().is_none_or(|id| *id == app.definition.id));
    apps.filter_map(|app| {
        let named =
            |client: &&crate::facts::ClientFacts| ground.subject.client.as_ref().is_some_and(|id| *id == client.client);
        match app.clients.iter().find(named) {
            Some(client) => client.access.get(unit),
            None if ground.subject.client.is_some() => None,
            None => app.access.get(unit),
        }
    })
    .collect()
}

/// Levels that do not cover restricted services.
const NOT_TRUSTED: [Access; 4] = [Access::Blocked, Access::Limited, Access::SpecificData, Access::Unconfigured];

/// The one level that holds for all whom the error may be about, and how well it is known.
fn one_level(cause: Cause, ground: &Ground<'_>) -> Result<(Access, Strength), Agreement> {
    let levels = levels(ground);
    let values: BTreeSet<Option<&Access>> = levels.iter().map(|level| level.value()).collect();
    let level = match values.iter().collect::<Vec<_>>().as_slice() {
        [Some(level)] => **level,
        [] => return Err(open(cause, "which app or whose org unit it is about is not known", &[NAME_USER])),
        [_, ..] => {
            let says = "the app's access is not the same, or not known, for all whom it may be about";
            return Err(open(cause, says, &[NAME_USER]));
        }
    };
    let proven = levels.iter().all(|level| level.strength() == Some(Strength::Proven));
    Ok((level, if proven { Strength::Proven } else { Strength::Presumed }))
}

fn app_is(level: Access, ground: &Ground<'_>) -> String {
    let place = ground.subject.org_unit.as_ref().map_or_else(String::new, |path| format!(" in {path}"));
    format!("the app is {}{place}", level.describe())
}

/// A cause that is about the app's level: these levels bear it out; others contradict it, or leave it open for a reason.
fn access(cause: Cause, ground: &Ground<'_>, fitting: &[Access], else_open: Option<&str>) -> Agreement {
    let (level, strength) = match one_level(cause, ground) {
        Ok(level) => level,
        Err(open) => return open,
    };
    let says = app_is(level, ground);
    match else_open {
        _ if fitting.contains(&level) => settled(cause, Verdict::Agrees, strength, says, &[]),
        Some(reason) => open(cause, &format!("{says}, {reason}"), &[CHANGED_SINCE]),
        None if strength == Strength::Proven => {
            settled(cause, Verdict::Contradicts, strength, says, &[CHANGED_SINCE, OTHER_CLIENT])
        }
        None => open(cause, &format!("{says} by what is presumed, not proven"), &[CHANGED_SINCE]),
    }
}

fn service_restricted(ground: &Ground<'_>) -> Agreement {
    let cause = Cause::ServiceRestricted;
    match one_level(cause, ground) {
        Err(open) => open,
        Ok((Access::Trusted, Strength::Proven)) => {
            let says = app_is(Access::Trusted, ground);
            settled(cause, Verdict::Contradicts, Strength::Proven, says, &[CHANGED_SINCE, OTHER_CLIENT])
        }
        Ok((level, _)) => {
            let says = app_is(level, ground);
            open(cause, &format!("{says}; whether a service was restricted then is for the audit log to say"), &[])
        }
    }
}
