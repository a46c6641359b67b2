//! What the evidence says of each cause.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::cause::Cause;
use super::tenant::{Agreement, Ground, Verdict};
use crate::domain::{CloudScope, humane_duration, humane_time};
use crate::evidence::{AdminEvent, Change, Grant, TokenEventKind};
use crate::facts::{Access, ConnectionFacts, Fact, Holder, Reauth, Strength, Truth};

/// So many are named where there are more.
const NAMED: usize = 5;
/// So many live refresh tokens Google keeps of one account and client.
const TOKEN_LIMIT: usize = 100;

const OTHER_CLIENT: &str = "The failing token may be another client's or another account's: compare the client ID that the error names with `gwsaudit apps discover`";
const CHANGED_SINCE: &str =
    "The settings may have been changed after the evidence was collected: read the tenant again";
const NAME_USER: &str = "Say whose connection it is with --user EMAIL, and which app's with --app";

/// Whether the evidence fits that cause.
pub(super) fn judge(cause: Cause, ground: &Ground<'_>) -> Agreement {
    match cause {
        Cause::InvalidRapt | Cause::RaptRequired | Cause::Reauthentication => reauthentication(cause, ground),
        Cause::AccountDeleted | Cause::AccountUnknown | Cause::AccountRestricted => account(cause, ground),
        Cause::AdminPolicy | Cause::AppBlocked | Cause::AppNotConfigured | Cause::ServiceRestricted => {
            access(cause, ground)
        }
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

fn open(cause: Cause, because: &str, next: &[&str]) -> Agreement {
    Agreement {
        cause,
        verdict: Verdict::CannotTell,
        strength: None,
        says: because.to_owned(),
        next: next.iter().map(|step| (*step).to_owned()).collect(),
    }
}

fn settled(cause: Cause, verdict: Verdict, strength: Strength, says: String, next: &[&str]) -> Agreement {
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

fn account(cause: Cause, ground: &Ground<'_>) -> Agreement {
    let (Some(user), Some(holder)) = (&ground.subject.user, ground.subject.account) else {
        return open(cause, "the text does not say whose account it is", &[NAME_USER]);
    };
    let says = format!("the account of {user} is {}", holder_words(holder));
    let since = &["It may have been changed after the evidence was collected", OTHER_CLIENT];
    match (cause, holder) {
        (_, Holder::Unknown) => open(cause, &says, &["Make the users readable for the audit, then run it again"]),
        (Cause::AccountRestricted, Holder::Suspended | Holder::Archived)
        | (Cause::AccountDeleted | Cause::AccountUnknown, Holder::Deleted) => {
            settled(cause, Verdict::Agrees, Strength::Proven, says, &[])
        }
        (Cause::AccountRestricted, Holder::Active) => {
            open(cause, &format!("{says}; Google may hold it back for reasons that the directory does not show"), since)
        }
        _ => settled(cause, Verdict::Contradicts, Strength::Proven, says, since),
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

fn access(cause: Cause, ground: &Ground<'_>) -> Agreement {
    let levels = levels(ground);
    let values: BTreeSet<Option<&Access>> = levels.iter().map(|level| level.value()).collect();
    let one = match values.iter().collect::<Vec<_>>().as_slice() {
        [Some(level)] => **level,
        [] => return open(cause, "which app or whose org unit it is about is not known", &[NAME_USER]),
        [_, ..] => {
            return open(
                cause,
                "the app's access is not the same, or not known, for all whom it may be about",
                &[NAME_USER],
            );
        }
    };
    let place = ground.subject.org_unit.as_ref().map_or_else(String::new, |path| format!(" in {path}"));
    let says = format!("the app is {}{place}", one.describe());
    let strength = if levels.iter().all(|level| level.strength() == Some(Strength::Proven)) {
        Strength::Proven
    } else {
        Strength::Presumed
    };
    match (cause, one) {
        (Cause::AppBlocked | Cause::AdminPolicy, Access::Blocked) | (Cause::AppNotConfigured, Access::Unconfigured) => {
            settled(cause, Verdict::Agrees, strength, says, &[])
        }
        (Cause::AdminPolicy, Access::Limited | Access::SpecificData | Access::Unconfigured) => {
            settled(cause, Verdict::Agrees, strength, format!("{says}, which does not cover restricted services"), &[])
        }
        (Cause::AppBlocked, _) => {
            open(cause, &format!("{says}, so no administrator blocks it; Google itself may"), &[CHANGED_SINCE])
        }
        (Cause::ServiceRestricted, Access::Limited | Access::SpecificData | Access::Unconfigured | Access::Blocked) => {
            open(cause, &format!("{says}; whether a service was restricted then is for the audit log to say"), &[])
        }
        _ if strength == Strength::Proven => {
            settled(cause, Verdict::Contradicts, strength, says, &[CHANGED_SINCE, OTHER_CLIENT])
        }
        _ => open(cause, &format!("{says} by what is presumed, not proven"), &[CHANGED_SINCE]),
    }
}

// --- what ended the token -------------------------------------------------------------------------------------------

/// When the connection was last authorised, as far as the token log shows.
fn last_authorized(ground: &Ground<'_>) -> Option<Timestamp> {
    ground.events.iter().filter(|event| event.kind == TokenEventKind::Authorize).map(|event| event.at).max()
}

/// Why the token log cannot tell, where it cannot.
fn no_log(cause: Cause, ground: &Ground<'_>) -> Option<Agreement> {
    if ground.subject.user.is_none() {
        return Some(open(cause, "the text does not say whose connection it is", &[NAME_USER]));
    }
    let whole = ground.facts.evidence.token_log.is_some();
    (!whole).then(|| {
        open(cause, "the token log is not at hand without a gap", &["Read the tenant again, with the token log"])
    })
}

fn revoked_by_user(ground: &Ground<'_>) -> Agreement {
    let cause = Cause::RevokedByUser;
    let revoked = ground.events.iter().filter(|event| event.kind == TokenEventKind::Revoke).map(|event| event.at).max();
    let authorized = last_authorized(ground);
    match (revoked, ground.subject.user.is_some()) {
        (Some(at), true) if authorized.is_none_or(|authorized| authorized <= at) => {
            let says =
                format!("the token log shows a revocation at {}, and no authorisation after it", humane_time(at));
            settled(cause, Verdict::Agrees, Strength::Proven, says, &[])
        }
        (Some(at), true) => {
            let says =
                format!("the token log shows a revocation at {}, and an authorisation after it", humane_time(at));
            open(cause, &says, &["Compare with the time of the error"])
        }
        (Some(_) | None, false) | (None, true) => no_log(cause, ground).unwrap_or_else(|| {
            let window = ground.facts.evidence.token_log.map(|log| humane_time(log.from)).unwrap_or_default();
            let says = format!("the token log shows no revocation since {window}; its last hours may be missing");
            settled(cause, Verdict::Contradicts, Strength::Proven, says, &[OTHER_CLIENT])
        }),
    }
}

fn password_changed(ground: &Ground<'_>) -> Agreement {
    let evidence = &ground.facts.evidence;
    let of_connections = |grant: &&Grant| {
        ground.connections.iter().any(|connection| connection.user == grant.user && connection.client == grant.client)
    };
    let mut grants = evidence.grants.iter().filter(of_connections).peekable();
    let for_mail = |grant: &Grant| {
        grant.scopes.iter().any(|scope| scope.as_str().contains("gmail") || scope.as_str().contains("mail.google.com"))
    };
    if grants.peek().is_some() && !grants.any(for_mail) {
        let says = "the grant at hand carries no Gmail scope, so a new password does not end it".to_owned();
        return settled(Cause::PasswordChanged, Verdict::Contradicts, Strength::Proven, says, &[OTHER_CLIENT]);
    }
    ended_by_admin(Cause::PasswordChanged, ground, &["CHANGE_PASSWORD"])
}

fn ended_by_admin(cause: Cause, ground: &Ground<'_>, names: &[&str]) -> Agreement {
    let evidence = &ground.facts.evidence;
    let Some(user) = &ground.subject.user else {
        return open(cause, "the text does not say whose connection it is", &[NAME_USER]);
    };
    let concerns = |event: &&AdminEvent| match &event.change {
        Change::TokensEnded { user: whose, client } => {
            whose.as_deref().is_some_and(|whose| whose.eq_ignore_ascii_case(user.as_str()))
                && client
                    .as_ref()
                    .is_none_or(|client| ground.subject.client.as_ref().is_none_or(|asked| asked == client))
        }
        Change::Session { .. } | Change::Access { .. } | Change::Tree(_) | Change::UserMoved { .. } => false,
    };
    let last = evidence
        .admin_events
        .iter()
        .filter(concerns)
        .filter(|event| names.contains(&event.name.as_str()))
        .map(|event| (event.at, event.name.as_str()))
        .max();
    match last {
        Some((at, name)) if last_authorized(ground).is_none_or(|authorized| authorized <= at) => {
            let says = format!(
                "the audit log shows {name} for {user} at {}, and the token log no authorisation after it",
                humane_time(at)
            );
            settled(cause, Verdict::Agrees, Strength::Proven, says, &[])
        }
        Some((at, name)) => {
            let says = format!(
                "the audit log shows {name} for {user} at {}, and the token log an authorisation after it",
                humane_time(at)
            );
            open(cause, &says, &["Compare with the time of the error"])
        }
        None => match (evidence.admin_log, cause) {
            (None, _) => open(cause, "the administrators' audit log is not at hand without a gap", &[]),
            // Users change their passwords themselves, which the audit log does not show.
            (Some(_), Cause::PasswordChanged) => open(
                cause,
                "no administrator changed the password; whether the user did is in the login log, which is not read",
                &[],
            ),
            (Some(log), _) => {
                let says = format!("the audit log shows no such thing for {user} since {}", humane_time(log.from));
                settled(cause, Verdict::Contradicts, Strength::Proven, says, &[OTHER_CLIENT])
            }
        },
    }
}

fn idle(ground: &Ground<'_>) -> Agreement {
    let cause = Cause::Idle;
    match (last_authorized(ground), ground.subject.user.is_some()) {
        // Another token of the same user and client may be older than the one that was made then.
        (Some(at), true) => {
            let says = format!(
                "it was authorised {}, less than six months before the evidence was collected; only an older token of the same \
                 user and client may have been idle",
                humane_time(at)
            );
            settled(cause, Verdict::Contradicts, Strength::Presumed, says, &[OTHER_CLIENT])
        }
        (Some(_) | None, false) | (None, true) => no_log(cause, ground).unwrap_or_else(|| {
            let says = "the token log reaches back six months at most, and shows no authorisation";
            open(cause, says, &["Ask when the flow last ran"])
        }),
    }
}

fn testing_mode(ground: &Ground<'_>) -> Agreement {
    let cause = Cause::TestingMode;
    if let Some(open) = no_log(cause, ground) {
        return open;
    }
    let times: Vec<Timestamp> =
        ground.events.iter().filter(|event| event.kind == TokenEventKind::Authorize).map(|event| event.at).collect();
    let week = SignedDuration::from_hours(7 * 24);
    let weekly = |pair: &[Timestamp]| (pair[1].duration_since(pair[0]) - week).abs() <= SignedDuration::from_hours(24);
    let weeks = times.windows(2).filter(|pair| weekly(pair)).count();
    if weeks >= 2 {
        let says = format!("{weeks} times it was authorised again about seven days after the time before");
        return settled(cause, Verdict::Agrees, Strength::Presumed, says, &[]);
    }
    match times.last() {
        Some(last) if ground.facts.as_of.duration_since(*last) < week => {
            let says = format!(
                "it was authorised {}, less than seven days before the evidence was collected",
                humane_time(*last)
            );
            open(cause, &says, &["Compare with the time of the error"])
        }
        Some(_) | None => open(
            cause,
            "the rhythm of its authorisations says neither",
            &["See the publishing status of the client's project"],
        ),
    }
}

fn token_limit(ground: &Ground<'_>) -> Agreement {
    let cause = Cause::TokenLimit;
    if let Some(open) = no_log(cause, ground) {
        return open;
    }
    let count = ground.events.iter().filter(|event| event.kind == TokenEventKind::Authorize).count();
    if count > TOKEN_LIMIT {
        let says =
            format!("the token log shows {count} authorisations, more than the {TOKEN_LIMIT} tokens that Google keeps");
        return settled(cause, Verdict::Agrees, Strength::Presumed, says, &[]);
    }
    open(cause, &format!("the token log shows {count} authorisations; older tokens may count too"), &[])
}
