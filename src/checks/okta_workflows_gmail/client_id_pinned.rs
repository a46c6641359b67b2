use std::sync::{Arc, LazyLock};

use super::{APP_ACCESS_HELP, PACK};
use crate::checks::check::{Meta, Shown, Turn};
use crate::checks::per_subject::{Subject, SubjectCheck, SubjectSet};
use crate::checks::verdict::Outcome;
use crate::domain::{ClientId, Severity};
use crate::evidence::{APP_ACCESS_URL, Item, Source};
use crate::facts::{AppFacts, Facts, Gap, Identity, Truth};
use crate::report::model::{Remediation, Status, SubjectKind};
use crate::snapshot::SourceId;

/// An app must be known by its client ID, and its name must be its own.
pub(crate) struct ClientIdPinned;

static META: LazyLock<Meta> = LazyLock::new(|| {
    Meta {
    id: "client-id-pinned".into(),
    pack: PACK.into(),
    title: "The app is known by its client ID, and no other client bears its name".into(),
    severity: Severity::Medium,
    subject: SubjectKind::App,
    automated: true,
    control: None,
    conflicts: Vec::new(),
    settings: vec![],
    sources: WITNESSES.to_vec(),
    why: "Whoever registers an OAuth app chooses its display name. An app recognised by name alone may be another: trust given \
          to it may go to a stranger, and verdicts about it may be about the wrong client.".into(),
    fails_when: "the app is recognised by display name alone, or a second client ID bears the same name, or one that a reader \
                 takes for it".into(),
    not_applicable_when: "no grant and no event names the app".into(),
    fix: "Run `gwsaudit apps discover`, make sure with the vendor which client ID is the app's, and pin it in the configuration \
          ([[apps]] id, client_ids). Block any other client that bears the name.".into(),
    limits: "Google publishes no list of Okta's client IDs. Clients that nobody in this tenant authorised are not seen.".into(),
    references: vec![APP_ACCESS_HELP.into()],
}
});

/// The sources that could name a client.
const WITNESSES: [SourceId; 3] = [SourceId::Grants, SourceId::TokenLog, SourceId::AdminLog];

fn app(subject: Subject<'_>) -> Option<&AppFacts> {
    match subject {
        Subject::App(app) => Some(app),
        Subject::OrgUnit(_) | Subject::AppInOrgUnit(..) | Subject::Connection(_) => None,
    }
}

fn namesakes(app: &AppFacts) -> Vec<String> {
    app.clients_known(Identity::ByName).map(|client| client.client.to_string()).collect()
}

fn look_alikes(app: &AppFacts) -> Vec<String> {
    app.look_alikes.iter().map(|other| other.client.to_string()).collect()
}

/// The names in quotes, one after another.
fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// The source that shows a client, the most telling first.
fn seen_in(client: &ClientId, facts: &Facts) -> SourceId {
    match facts.evidence.sightings.get(client) {
        Some(sighting) if sighting.granted_by > 0 => SourceId::Grants,
        Some(sighting) if sighting.token_events > 0 => SourceId::TokenLog,
        Some(_) | None => SourceId::AdminLog,
    }
}

impl SubjectCheck for ClientIdPinned {
    fn meta(&self) -> &Meta {
        &META
    }

    fn subjects(&self) -> SubjectSet {
        SubjectSet::Apps
    }

    fn evaluate(&self, subject: Subject<'_>, facts: &Facts) -> Outcome {
        let Some(app) = app(subject) else { return Outcome::new(Truth::Unknown, Truth::Unknown) };
        let mut gaps = std::collections::BTreeSet::new();
        for id in WITNESSES {
            let source = facts.evidence.source(id);
            let not_asked = source.map_or(0, |source| source.users_not_asked);
            if !facts.evidence.is_complete(id) {
                gaps.insert(Gap {
                    fact: "client-id".into(),
                    why: format!("{id} is not at hand in full, and may name another client"),
                    supply: format!("make {id} readable for the audit, then run it again"),
                });
            } else if not_asked > 0 {
                gaps.insert(Gap {
                    fact: "client-id".into(),
                    why: format!("{not_asked} users were not asked for their grants"),
                    supply: "run the audit with --scan all".to_owned(),
                });
            }
        }
        let seen = app.clients.iter().any(|client| client.seen);
        let alone = app.clients_known(Identity::ByName).next().is_none();
        let all_seen = gaps.is_empty();
        let unmistakable = app.look_alikes.is_empty();
        let applicable = match (seen, all_seen && unmistakable) {
            (true, _) => Truth::TrueProven,
            (false, true) => Truth::FalseProven,
            (false, false) => Truth::Unknown,
        };
        // By which name the pinned client goes, no record shows; then the others bear a name of the catalogue's, not its own.
        let own_name_open =
            app.definition.is_pinned() && app.clients_known(Identity::Pinned).all(|client| client.names.is_empty());
        let healthy = match (alone, all_seen) {
            (false, false) if own_name_open => Truth::Unknown,
            (false, _) => Truth::FalseProven,
            // That a name is taken for another is our reading of it.
            (true, _) if !unmistakable && !own_name_open && app.definition.is_pinned() => Truth::FalsePresumed,
            (true, true) if unmistakable => Truth::TrueProven,
            (true, _) => Truth::Unknown,
        };
        let mut outcome = Outcome::new(applicable, healthy);
        outcome.gaps = gaps;
        for other in &app.look_alikes {
            outcome.gaps.insert(Gap {
                fact: "client-id".into(),
                why: format!(
                    "{} goes by {}, which looks like the name of {}",
                    other.client,
                    quoted(&other.names),
                    app.definition.name
                ),
                supply: format!(
                    "find out whose client that is; add it to client_ids of {} if it is the vendor's, else block it",
                    app.definition.id
                ),
            });
            outcome.evidence.insert(Arc::new(Item {
                at: None,
                source: Source::Google(seen_in(&other.client, facts)),
                locator: other.client.to_string(),
                says: format!("goes by {}; looks like the app, and is not known to be it", quoted(&other.names)),
                actor: None,
            }));
        }
        for client in app.clients.iter().filter(|client| client.seen) {
            let pinned = match client.identity {
                Identity::Pinned => "pinned",
                Identity::ByName => "recognised by name alone",
            };
            outcome.evidence.insert(Arc::new(Item {
                at: None,
                source: Source::Google(seen_in(&client.client, facts)),
                locator: client.client.to_string(),
                says: format!(
                    "goes by {}; {pinned}",
                    if client.names.is_empty() { "no name".to_owned() } else { quoted(&client.names) }
                ),
                actor: None,
            }));
        }
        outcome
    }

    fn summary(&self, subject: Subject<'_>, _facts: &Facts, status: Status) -> String {
        let Some(app) = app(subject) else { return META.title.clone() };
        let name = &app.definition.name;
        match status {
            Status::Pass => format!("{name} is pinned to its client ID, and no other client bears its name."),
            Status::Fail | Status::Suppressed => {
                let others = namesakes(app).join(", ");
                if others.is_empty() {
                    let others = look_alikes(app).join(", ");
                    format!("Another client bears a name that looks like that of {name}: {others}.")
                } else if app.definition.is_pinned() {
                    format!("Another client bears the name of {name}: {others}.")
                } else {
                    format!("{name} is recognised by its display name alone, as {others}.")
                }
            }
            Status::NotApplicable => format!("No grant and no event names {name}."),
            Status::Undetermined | Status::Manual if !app.look_alikes.is_empty() => {
                let others = look_alikes(app).join(", ");
                format!(
                    "A client bears a name that looks like that of {name}, and nothing tells whether it is: {others}."
                )
            }
            Status::Undetermined | Status::Manual => {
                format!("Whether another client bears the name of {name} could not be seen in full.")
            }
        }
    }

    fn remediation(&self, subject: Subject<'_>, _facts: &Facts) -> Remediation {
        let steps = app(subject).map_or_else(Vec::new, |app| {
            let (id, mut others) = (&app.definition.id, namesakes(app));
            if app.definition.is_pinned() || others.is_empty() {
                others.extend(look_alikes(app));
                vec![format!(
                    "Find out whose client {} is. If it is the vendor's too, add it to client_ids of {id} in the configuration; \
                     otherwise block it under API controls.",
                    others.join(", ")
                )]
            } else {
                let list: Vec<String> = others.iter().map(|other| format!("{other:?}")).collect();
                vec![format!(
                    "Make sure with the vendor that the client is theirs, then pin it in the configuration: [[apps]] \
                     id = \"{id}\", client_ids = [{}].",
                    list.join(", ")
                )]
            }
        });
        Remediation::new(steps, Some(APP_ACCESS_URL.to_owned()))
    }

    fn turned_by(&self, shown: &Shown<'_>) -> Vec<Turn> {
        match shown.result.status {
            Status::Pass => vec![
                Turn::by(
                    "a grant or an event names another client of the same name, or of one that looks like it",
                    &[Status::Fail],
                ),
                Turn::by("the client ID is taken out of the configuration", &[Status::Fail]),
            ],
            Status::NotApplicable => {
                vec![Turn::by("a grant or an event names the app", &[Status::Pass, Status::Fail])]
            }
            Status::Fail | Status::Undetermined | Status::Manual | Status::Suppressed => Vec::new(),
        }
    }
}
