//! What of a history Google hands out, and what goes wrong with it on the way.

use serde_json::json;

use super::history::History;
use super::people::Standing;
use super::world::{DAY, Ms, ROOT};
use crate::verdicts::tenant::{CLOUD, NAME, OKTA, OTHER, Tenant, activity, source_of, tenant, token_event};

const USERS: [&str; 4] = ["ann@example.com", "bob@example.com", "cyd@example.com", "dan@example.com"];
const ACTORS: [&str; 2] = ["root-admin@example.com", "other-admin@example.com"];

pub(super) fn email(user: usize) -> &'static str {
    USERS[user]
}

pub(super) fn time(at: Ms) -> String {
    jiff::Timestamp::from_millisecond(at).expect("a time of this century").to_string()
}

/// What may go wrong with what Google hands out.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trouble {
    /// Some of a source's records, and it says so.
    Partial {
        source: usize,
        kept: u64,
    },
    Denied {
        source: usize,
    },
    Failed {
        source: usize,
        kept: u64,
    },
    /// Nothing says how the source went.
    Silent {
        source: usize,
    },
    /// Fewer records than the source counted.
    LostPage {
        source: usize,
        kept: u64,
    },
    /// A log that begins so many days later.
    BeginsLater {
        days: u16,
    },
    /// A log that ends so many days before the moment of judgement.
    EndsEarlier {
        days: u16,
    },
    /// The tree without the root's own record.
    NoRootRecord,
}

impl Trouble {
    pub(super) const SOURCES: [&str; 7] = [
        "reports.admin",
        "directory.orgunits",
        "directory.users",
        "directory.customers",
        "accesscontextmanager.bindings",
        "directory.members",
        "directory.tokens",
    ];
}

/// The tenant as it would be collected, if nothing went wrong.
pub(super) fn whole(history: &History) -> Tenant {
    between(history, history.from, history.as_of)
}

/// With the log of this stretch of time.
fn between(history: &History, from: Ms, to: Ms) -> Tenant {
    let (plan, world) = (&history.plan, history.today());
    let mut tenant = tenant().judged(&time(from), &time(history.as_of));
    tenant.sources.get_mut("reports.admin").expect("a source")["window_to"] = json!(time(to));
    for (id, unit) in world.units.iter().filter(|(id, _)| **id != ROOT) {
        let parent = unit.parent.filter(|parent| *parent != ROOT).map_or("id:root".to_owned(), |id| format!("id:{id}"));
        tenant = tenant.record(
            "org_unit",
            json!({"orgUnitId": format!("id:{id}"), "orgUnitPath": world.path(*id), "name": unit.name, "parentOrgUnitId": parent}),
        );
    }
    for (user, person) in plan.people.iter().enumerate() {
        let email = email(user);
        match person.standing {
            Standing::Active | Standing::Suspended => {
                let suspended = person.standing == Standing::Suspended;
                tenant = tenant.record(
                    "user",
                    json!({"id": format!("id-{user}"), "primaryEmail": email, "orgUnitPath": world.path(world.users[user]), "suspended": suspended}),
                );
                if let Some(grant) = person.grant {
                    tenant = tenant.grant(email, OKTA, NAME, grant.scopes());
                }
            }
            Standing::Deleted => {
                let at = time(history.as_of - 20 * DAY);
                tenant = tenant.token(&at, email, token_event("authorize", OKTA, NAME, &[CLOUD]));
            }
        }
    }
    // Every record knows the other app, so that no event of it can be about the first.
    tenant = tenant.record("user", json!({"id": "id-eve", "primaryEmail": "eve@example.com", "orgUnitPath": "/"}));
    tenant = tenant.grant("eve@example.com", OTHER, "Other Tool", &[CLOUD]);
    if let Some(bindings) = &plan.bindings {
        tenant.no_bindings = false;
        // The list has no order that tells anything.
        for (number, binding) in bindings.iter().enumerate().rev() {
            let (group, inner) = (format!("g{number}"), format!("h{number}"));
            tenant = tenant.binding(&format!("b{number}"), &group, binding.json());
            tenant = tenant.member(&group, json!({"id": inner, "type": "GROUP"}));
            for (group, members) in [(&group, &binding.members), (&inner, &binding.nested)] {
                for user in members {
                    tenant = tenant.member(group, json!({"id": format!("id-{user}"), "type": "USER"}));
                }
            }
        }
    }
    for (number, logged) in history.log.activities.iter().enumerate().rev() {
        if logged.at < from || logged.at > to {
            continue;
        }
        let events: Vec<_> = logged.entries.iter().map(|entry| entry.json.clone()).collect();
        // Qualifiers tell nothing of the order.
        let qualifier = format!("-{}", (number * 7919 + 13) % 10_007);
        let line = activity("admin", &qualifier, ACTORS[usize::from(logged.actor)], &time(logged.at), &events);
        if plan.twice >> (number % 64) & 1 == 1 {
            tenant.lines.push(line.clone());
        }
        tenant.lines.push(line);
    }
    for attested in &history.attested {
        tenant = tenant.attest(&attested.path, &time(attested.at), &attested.rest());
    }
    tenant
}

/// The same tenant, as it arrives after that trouble.
pub(super) fn troubled(history: &History, trouble: Trouble) -> Tenant {
    let keep = |tenant: &mut Tenant, source: &str, kept: u64| {
        let mut number = 0;
        tenant.lines.retain(|line| {
            if source_of(line) != Some(source) {
                return true;
            }
            number += 1;
            kept >> (number % 64) & 1 == 1
        });
    };
    let mut tenant = whole(history);
    match trouble {
        Trouble::Partial { source, kept } => {
            keep(&mut tenant, Trouble::SOURCES[source], kept);
            tenant.source(Trouble::SOURCES[source], "partial")
        }
        Trouble::Denied { source } => {
            keep(&mut tenant, Trouble::SOURCES[source], 0);
            tenant.source(Trouble::SOURCES[source], "denied")
        }
        Trouble::Failed { source, kept } => {
            keep(&mut tenant, Trouble::SOURCES[source], kept);
            tenant.source(Trouble::SOURCES[source], "failed")
        }
        Trouble::Silent { source } => {
            tenant.sources.remove(Trouble::SOURCES[source]);
            tenant
        }
        Trouble::LostPage { source, kept } => {
            let source = Trouble::SOURCES[source];
            let items = tenant.lines.iter().filter(|line| source_of(line) == Some(source)).count();
            tenant.sources.get_mut(source).expect("a source")["items"] = json!(items);
            keep(&mut tenant, source, kept);
            tenant
        }
        Trouble::BeginsLater { days } => {
            let from = (history.from + i64::from(days) * DAY).min(history.as_of - DAY);
            between(history, from, history.as_of)
        }
        Trouble::EndsEarlier { days } => {
            let to = (history.as_of - i64::from(days) * DAY).max(history.from + DAY);
            between(history, history.from, to)
        }
        Trouble::NoRootRecord => {
            tenant.lines.retain(|line| line["data"]["orgUnitId"] != json!("id:root"));
            tenant
        }
    }
}
