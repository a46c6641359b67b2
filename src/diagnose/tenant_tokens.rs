//! What the logs say of the causes that Google's "expired or revoked" leaves open.

use jiff::{SignedDuration, Timestamp};

use super::cause::Cause;
use super::tenant::{Agreement, Ground, Verdict};
use super::tenant_causes::{NAME_USER, OTHER_CLIENT, open, settled};
use crate::domain::humane_time;
use crate::evidence::{AdminEvent, Change, Grant, TokenEventKind};
use crate::facts::Strength;

/// So many live refresh tokens Google keeps of one account and client.
const TOKEN_LIMIT: usize = 100;

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

pub(super) fn revoked_by_user(ground: &Ground<'_>) -> Agreement {
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

pub(super) fn password_changed(ground: &Ground<'_>) -> Agreement {
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

pub(super) fn ended_by_admin(cause: Cause, ground: &Ground<'_>, names: &[&str]) -> Agreement {
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

pub(super) fn idle(ground: &Ground<'_>) -> Agreement {
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

pub(super) fn testing_mode(ground: &Ground<'_>) -> Agreement {
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

pub(super) fn token_limit(ground: &Ground<'_>) -> Agreement {
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
