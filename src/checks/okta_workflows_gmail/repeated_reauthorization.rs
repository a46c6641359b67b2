//! The human repair that a dying connection leaves in the token log.
//!
//! A refresh that fails with `invalid_rapt` leaves no event at all; what shows is the next `authorize` of the same user
//! and client. The rules (bursts of ten minutes are one repair, three repairs in thirty days, a gap of at least one
//! session between them) are this project's own inference, so a failure is proven only where the session length is, every
//! repair follows its session closely, and nothing else explains them.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use jiff::{SignedDuration, Timestamp};

use super::{OKTA_ARTICLE, PACK};
use crate::checks::check::{Meta, Shown, Turn};
use crate::checks::per_subject::{Subject, SubjectCheck, SubjectSet};
use crate::checks::verdict::Outcome;
use crate::domain::{CloudScope, SessionLength, Severity, cloud_scope_of, humane_duration, humane_time};
use crate::evidence::{Item, Source, TokenEvent, TokenEventKind};
use crate::facts::{ACCOUNT, CLOUD_SESSION_CONTROL, ConnectionFacts, Facts, Gap, Reauth, Strength, Truth};
use crate::report::model::{Remediation, Status, SubjectKind};
use crate::snapshot::SourceId;

/// Nobody should have to authorise the same connection at the session's rhythm.
pub(crate) struct RepeatedReauthorization;

static META: LazyLock<Meta> = LazyLock::new(|| {
    Meta {
    id: "repeated-reauthorization".into(),
    pack: PACK.into(),
    title: "The connection is not authorised again and again".into(),
    severity: Severity::Medium,
    subject: SubjectKind::Connection,
    automated: true,
    control: None,
    conflicts: Vec::new(),
    settings: vec![CLOUD_SESSION_CONTROL.into()],
    sources: vec![SourceId::Grants, SourceId::Users, SourceId::AdminLog, SourceId::TokenLog],
    why: "When a connection dies at the end of each Google Cloud session, somebody repairs it by authorising it again. The token \
          log shows the repairs: the same user, the same client, at the session's rhythm.".into(),
    fails_when: "the token log shows the user authorising the same client again and again at the session's rhythm".into(),
    not_applicable_when: "fewer than two authorisations are at hand".into(),
    fix: "See connection-survives-reauth for the cure. If that passes, look for another cause: revocations, password changes, \
          several connections on one account.".into(),
    limits: "A user who gave up looks the same as a healthy one. Several connections of one account, a client in testing mode \
             (seven days) and changed scopes look alike; where they may explain the repairs the failure is presumed at most.".into(),
    references: vec![OKTA_ARTICLE.into()],
}
});

const CURE: &str = "Cure the connection as connection-survives-reauth says, then authorise it one last time; no further authorisation \
                    should follow.";

/// Authorisations this close together are one repair: consent retries, one event per scope set.
const BURST: SignedDuration = SignedDuration::from_mins(10);
/// So many repairs …
const REPAIRS: usize = 3;
/// … within so long are a pattern.
const PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A repair is prompt if it follows the end of the session within a day.
const PROMPT: SignedDuration = SignedDuration::from_hours(24);
/// Grants of a client in testing mode end after seven days.
const TESTING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A rhythm that ended longer ago is no longer one; a log that was carried forward reaches back for years.
const LATELY: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The default since 2023, for want of a better number.
const DEFAULT_SESSION: SignedDuration = SignedDuration::from_hours(16);

fn connection(subject: Subject<'_>) -> Option<&ConnectionFacts> {
    match subject {
        Subject::Connection(connection) => Some(connection),
        Subject::OrgUnit(_) | Subject::AppInOrgUnit(..) | Subject::App(_) => None,
    }
}

/// Authorisations for a Cloud scope (or for scopes that the log does not tell), bursts counted once.
fn repairs(events: &[TokenEvent]) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = Vec::new();
    let mut burst_end: Option<Timestamp> = None;
    for event in events {
        if event.kind != TokenEventKind::Authorize || cloud_scope_of(&event.scopes) == CloudScope::No {
            continue;
        }
        if burst_end.is_none_or(|end| event.at.duration_since(end) > BURST) {
            times.push(event.at);
        }
        burst_end = Some(event.at);
    }
    times
}

/// The longest run of repairs, each at least one session after the one before, that fits into the period.
fn rhythm(repairs: &[Timestamp], session: SignedDuration) -> Vec<Timestamp> {
    let mut best: Vec<Timestamp> = Vec::new();
    for start in 0..repairs.len() {
        let mut run = vec![repairs[start]];
        for at in &repairs[start + 1..] {
            let Some(last) = run.last() else { break };
            if at.duration_since(run[0]) > PERIOD {
                break;
            }
            if at.duration_since(*last) + BURST >= session {
                run.push(*at);
            }
        }
        if run.len() >= best.len() {
            best = run;
        }
    }
    best
}

fn gaps_between(run: &[Timestamp]) -> impl Iterator<Item = SignedDuration> + '_ {
    run.windows(2).map(|pair| pair[1].duration_since(pair[0]))
}

/// The token events that tell how the connection does nowadays.
fn lately<'c>(connection: &'c ConnectionFacts, facts: &Facts) -> &'c [TokenEvent] {
    let from = facts.as_of.checked_sub(LATELY).unwrap_or(Timestamp::MIN);
    &connection.events[connection.events.partition_point(|event| event.at < from)..]
}

struct Pattern {
    run: Vec<Timestamp>,
    /// Something else may explain the repairs, or the session length is only assumed.
    doubt: Option<String>,
}

fn pattern(connection: &ConnectionFacts, events: &[TokenEvent]) -> Option<Pattern> {
    let (session, assumed) = match (connection.frequency.value(), connection.frequency.strength()) {
        (Some(length), Some(Strength::Proven)) => (length.duration(), None),
        (Some(length), _) => (length.duration(), Some("the session length is presumed")),
        (None, _) => (DEFAULT_SESSION, Some("the session length is not known, 16 h were assumed")),
    };
    let run = rhythm(&repairs(events), session);
    if run.len() < REPAIRS {
        return None;
    }
    let weekly = gaps_between(&run).all(|gap| (gap - TESTING).abs() <= SignedDuration::from_hours(2));
    let prompt = gaps_between(&run).all(|gap| gap <= session + PROMPT);
    let explained = run.windows(2).any(|pair| {
        let between = |at: &Timestamp| pair[0] < *at && *at <= pair[1];
        connection.endings.iter().any(between)
            || events.iter().any(|event| event.kind == TokenEventKind::Revoke && between(&event.at))
    });
    let doubt = if weekly {
        Some("the repairs are seven days apart, as with a client in testing mode")
    } else if explained {
        Some("revocations or password changes lie between some of them")
    } else if !prompt {
        Some("some repairs came more than a day after the session's end")
    } else {
        assumed
    };
    Some(Pattern { run, doubt: doubt.map(str::to_owned) })
}

/// Whether the authorisations would be a pattern if the session, whose length is not proven, were as short as can be.
fn shorter_session_would_fit(connection: &ConnectionFacts, events: &[TokenEvent]) -> bool {
    let unlimited = connection.reauth.truth(|reauth| *reauth == Reauth::NotRequired) == Truth::TrueProven;
    let open = connection.frequency.strength() != Some(Strength::Proven) && !unlimited;
    open && rhythm(&repairs(events), SessionLength::SHORTEST.duration()).len() >= REPAIRS
}

fn authorizations(connection: &ConnectionFacts) -> usize {
    connection.events.iter().filter(|event| event.kind == TokenEventKind::Authorize).count()
}

impl SubjectCheck for RepeatedReauthorization {
    fn meta(&self) -> &Meta {
        &META
    }

    fn subjects(&self) -> SubjectSet {
        SubjectSet::Connections
    }

    fn evaluate(&self, subject: Subject<'_>, facts: &Facts) -> Outcome {
        let Some(connection) = connection(subject) else { return Outcome::new(Truth::Unknown, Truth::Unknown) };
        // Without the directory, what a renamed user authorised under the old address cannot be told to be theirs.
        let accounts_known = facts.evidence.is_complete(SourceId::Users);
        let log_whole = facts.evidence.token_log.is_some();
        let whole = log_whole && accounts_known;
        let applicable = match (authorizations(connection) >= 2, whole) {
            (true, _) => Truth::TrueProven,
            (false, true) => Truth::FalseProven,
            (false, false) => Truth::Unknown,
        };
        let mut gaps = BTreeSet::new();
        if !accounts_known {
            gaps.insert(Gap {
                fact: ACCOUNT.into(),
                why: "the accounts are not at hand in full, so an old address cannot be told to be this user's"
                    .to_owned(),
                supply: "make directory.users readable for the audit, then run it again".to_owned(),
            });
        }
        if !log_whole {
            gaps.insert(Gap {
                fact: "token-log".into(),
                why: "the token log is not at hand in full".to_owned(),
                supply: "make reports.token readable for the audit, then run it again".to_owned(),
            });
        }
        let events = lately(connection, facts);
        let found = pattern(connection, events);
        let healthy = match &found {
            Some(Pattern { doubt: None, .. }) => Truth::FalseProven,
            Some(Pattern { doubt: Some(doubt), .. }) => {
                gaps.insert(Gap {
                    fact: "cause-of-reauthorization".into(),
                    why: doubt.clone(),
                    supply: "ask the user why the connection was authorised again, or attest session control of the org unit"
                        .to_owned(),
                });
                Truth::FalsePresumed
            }
            None if shorter_session_would_fit(connection, events) => {
                gaps.insert(Gap {
                    fact: CLOUD_SESSION_CONTROL.into(),
                    why: "the session length is not known, and at a shorter one the authorisations would be its rhythm"
                        .to_owned(),
                    supply: "attest session control of the org unit, with its frequency".to_owned(),
                });
                Truth::Unknown
            }
            None if whole => Truth::TrueProven,
            None => Truth::Unknown,
        };
        let mut outcome = Outcome::new(applicable, healthy);
        outcome.gaps = gaps;
        let shown = found.map_or_else(|| repairs(events), |pattern| pattern.run);
        outcome
            .evidence
            .extend(events.iter().filter(|event| shown.contains(&event.at)).map(|event| Arc::new(event_item(event))));
        outcome
    }

    fn summary(&self, subject: Subject<'_>, facts: &Facts, status: Status) -> String {
        let Some(connection) = connection(subject) else { return META.title.clone() };
        let user = &connection.user;
        let times = authorizations(connection);
        let events = lately(connection, facts);
        let since = if events.len() < connection.events.len() { " in the last 180 days" } else { "" };
        match status {
            Status::Pass => {
                format!("{user} authorised the connection {times} times, not at the rhythm of a session{since}.")
            }
            Status::Fail | Status::Suppressed => {
                let run = pattern(connection, events).map(|pattern| pattern.run).unwrap_or_default();
                let every = median(gaps_between(&run).collect());
                let last = run.last().map(|at| humane_time(*at)).unwrap_or_default();
                format!(
                    "{user} authorised the connection {} times within 30 days, about every {}, last on {last}.",
                    run.len(),
                    humane_duration(every),
                )
            }
            Status::NotApplicable => {
                format!("Fewer than two authorisations of the connection of {user} are in the token log.")
            }
            Status::Undetermined | Status::Manual => {
                format!("Whether {user} authorises the connection again and again cannot be seen in full.")
            }
        }
    }

    fn remediation(&self, _subject: Subject<'_>, _facts: &Facts) -> Remediation {
        Remediation { steps: vec![CURE.into()], console_url: None }
    }

    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn> {
        match shown.result.status {
            Status::Pass => vec![Turn::by(
                format!(
                    "the token log shows {REPAIRS} authorisations within {}, each at least a session after the one before",
                    humane_duration(PERIOD)
                ),
                &[Status::Fail],
            )],
            Status::NotApplicable => vec![Turn::by("the token log shows a second authorisation", &[Status::Pass])],
            // They stay in the log when the cause is cured.
            Status::Fail => vec![Turn {
                steps: vec![CURE.to_owned(), "The log at hand no longer shows the repairs of the past.".to_owned()],
                then: vec![Status::Pass],
            }],
            Status::Undetermined | Status::Manual | Status::Suppressed => Vec::new(),
        }
    }
}

fn event_item(event: &TokenEvent) -> Item {
    let who = event.email.as_deref().unwrap_or("the user");
    Item {
        at: Some(event.at),
        source: Source::Google(SourceId::TokenLog),
        locator: format!("uniqueQualifier={}", event.qualifier),
        says: format!("{who} authorised {}", event.client),
        actor: event.email.clone(),
    }
}

fn median(mut gaps: Vec<SignedDuration>) -> SignedDuration {
    gaps.sort();
    gaps.get(gaps.len() / 2).copied().unwrap_or_else(|| SessionLength::SHORTEST.duration())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn authorize(minutes: i64) -> TokenEvent {
        TokenEvent {
            at: at(minutes),
            qualifier: minutes.to_string(),
            index: 0,
            kind: TokenEventKind::Authorize,
            email: None,
            profile_id: None,
            client: "1.apps.googleusercontent.com".parse().expect("a client ID"),
            app_name: None,
            client_type: None,
            scopes: vec![crate::domain::Scope::from_google("https://www.googleapis.com/auth/cloud-platform")],
        }
    }

    #[test]
    fn a_burst_is_one_repair() {
        let events: Vec<TokenEvent> = [0, 4, 12, 60].map(authorize).into();
        assert_eq!(repairs(&events), [at(0), at(60)]);
    }

    #[test]
    fn parallel_connections_are_no_rhythm() {
        let session = SignedDuration::from_hours(16);
        assert_eq!(rhythm(&[at(0), at(30), at(60), at(90)], session).len(), 1);
    }

    #[test]
    fn repairs_a_session_apart_are_a_rhythm_within_thirty_days_only() {
        let session = SignedDuration::from_hours(16);
        let daily: Vec<Timestamp> = (0..4).map(|day| at(day * 24 * 60)).collect();
        assert_eq!(rhythm(&daily, session).len(), 4);
        let monthly: Vec<Timestamp> = (0..4).map(|month| at(month * 20 * 24 * 60)).collect();
        assert_eq!(rhythm(&monthly, session).len(), 2);
    }
}
