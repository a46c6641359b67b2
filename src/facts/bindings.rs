//! Access Context Manager bindings: session settings of groups, which take precedence over the console's policy.
//!
//! Facts: Discovery document `accesscontextmanager v1` (October 2026) and Google's page on session controls for
//! reauthentication (September 2025). A session length of zero, or one that is switched off, means no limit. Where a
//! user is in several bound groups the newest binding decides, and no answer of the API tells which is newest.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::fact::Gap;
use crate::domain::{ClientId, SessionLength};
use crate::evidence::{Account, Evidence, Item, Source};
use crate::google::access_context::{GcpUserAccessBinding, SessionSettings};
use crate::google::directory::Member;
use crate::report::model::SourceStatus;
use crate::snapshot::SourceId;

/// Name of this in `missing`.
pub const ACCESS_BINDINGS: &str = "access-bindings";

/// What may decide over one user's session with one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decider {
    /// The console's policy: no binding has a say.
    Console,
    /// A binding without a limit.
    Unlimited,
    /// A binding with a session of this length.
    Limited(SessionLength),
}

/// What bindings say about one user's session with one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRule {
    /// One of these decides; more than one where it cannot be told which. `None` where it may be anything.
    pub deciders: Option<BTreeSet<Decider>>,
    /// The bindings that have, or may have, a say.
    pub evidence: BTreeSet<Arc<Item>>,
    /// Why it cannot be told, where it cannot.
    pub gap: Option<Gap>,
}

/// All bindings of the tenant's organization.
#[derive(Debug)]
pub struct Bindings<'e> {
    known: Result<Vec<&'e GcpUserAccessBinding>, Gap>,
    members: &'e BTreeMap<String, Vec<Member>>,
    members_complete: bool,
}

/// What a binding demands of a session, before it is known whether the binding applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Demand {
    Nothing,
    Unlimited,
    Limited(SessionLength),
    Unreadable,
}

fn gap(why: String) -> Gap {
    Gap {
        fact: ACCESS_BINDINGS.into(),
        why,
        supply: "give the audit read access to Access Context Manager (gwsaudit asks accesscontextmanager.googleapis.com for \
                 gcpUserAccessBindings), or state gcp_organization = \"none\" under [evidence] if no bindings exist"
            .to_owned(),
    }
}

impl<'e> Bindings<'e> {
    /// What is known of them. `stated_none` is the operator's word that there are none.
    #[must_use]
    pub fn new(evidence: &'e Evidence, stated_none: bool) -> Self {
        let known = match evidence.source(SourceId::AccessBindings) {
            _ if stated_none => Ok(Vec::new()),
            Some(source) if source.is_complete() => Ok(evidence.bindings.iter().collect()),
            Some(source) => {
                let reason = source.error.as_ref().or(source.note.as_ref());
                let how = match source.status {
                    SourceStatus::Denied => "Google refused to list the bindings",
                    SourceStatus::Skipped => "the bindings were not asked for",
                    SourceStatus::Complete | SourceStatus::Partial | SourceStatus::Failed => {
                        "the bindings could not be read in full"
                    }
                };
                Err(gap(reason.map_or_else(|| how.to_owned(), |reason| format!("{how}: {reason}"))))
            }
            None => Err(gap("the bindings were not asked for".to_owned())),
        };
        Self { known, members: &evidence.members, members_complete: evidence.is_complete(SourceId::Members) }
    }

    /// What they say about this user and client.
    #[must_use]
    pub fn rule(&self, account: &Account, client: &ClientId) -> SessionRule {
        let bindings = match &self.known {
            Ok(bindings) => bindings,
            Err(gap) => {
                return SessionRule { deciders: None, evidence: BTreeSet::new(), gap: Some(gap.clone()) };
            }
        };
        let mut demands = BTreeSet::new();
        let mut bound_for_certain = false;
        let mut left_to_console = false;
        let mut evidence = BTreeSet::new();
        let mut last: Option<&GcpUserAccessBinding> = None;
        for binding in bindings {
            let demand = demand_of(binding, client);
            match (self.membership(binding, account), demand) {
                (Membership::No, _) => continue,
                (Membership::Direct | Membership::Open, Demand::Nothing) => {
                    left_to_console = true;
                    continue;
                }
                (Membership::Direct, _) => bound_for_certain = true,
                (Membership::Open, _) => {}
            }
            demands.insert(demand);
            evidence.insert(item(binding, demand));
            last = Some(binding);
        }
        // Which of several is the newest no record tells, so any of them may decide. The console may where it is open
        // whether one applies at all, and where the newest may be one that says nothing about sessions.
        let mut deciders: Option<BTreeSet<Decider>> = demands
            .iter()
            .map(|demand| match demand {
                Demand::Nothing => Some(Decider::Console),
                Demand::Unlimited => Some(Decider::Unlimited),
                Demand::Limited(length) => Some(Decider::Limited(*length)),
                Demand::Unreadable => None,
            })
            .collect();
        if let Some(deciders) = deciders.as_mut().filter(|_| !bound_for_certain || left_to_console) {
            deciders.insert(Decider::Console);
        }
        let settled = deciders.as_ref().is_some_and(|deciders| deciders.len() == 1);
        let gap = last.filter(|_| !settled).map(|last| {
            gap(format!(
                "which Access Context Manager binding decides for {} cannot be told (one of them is {})",
                account.email, last.name
            ))
        });
        SessionRule { deciders, evidence, gap }
    }

    fn membership(&self, binding: &GcpUserAccessBinding, account: &Account) -> Membership {
        let Some(group) = &binding.group_key else { return Membership::Open };
        let Some(members) = self.members.get(group) else {
            return if self.members_complete { Membership::No } else { Membership::Open };
        };
        if members.iter().any(|member| is(member, account)) {
            return Membership::Direct;
        }
        if !self.members_complete {
            return Membership::Open;
        }
        // Whether membership through a group inside the group counts is documented nowhere.
        let mut seen: HashSet<&str> = HashSet::from([group.as_str()]);
        let mut ahead: Vec<&Member> = members.iter().collect();
        while let Some(member) = ahead.pop() {
            if is(member, account) {
                return Membership::Open;
            }
            if let Some(inner) = member.id.as_deref().filter(|_| member.member_type.as_deref() == Some("GROUP"))
                && seen.insert(inner)
            {
                ahead.extend(self.members.get(inner).into_iter().flatten());
            }
        }
        Membership::No
    }
}

enum Membership {
    No,
    Direct,
    Open,
}

fn is(member: &Member, account: &Account) -> bool {
    member.member_type.as_deref() == Some("CUSTOMER")
        || (member.id.is_some() && member.id == account.id)
        || member.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(account.email.as_str()))
}

fn item(binding: &GcpUserAccessBinding, demand: Demand) -> Arc<Item> {
    let says = match demand {
        Demand::Nothing => "nothing about sessions".to_owned(),
        Demand::Unlimited => "no session limit".to_owned(),
        Demand::Limited(length) => format!("a session of {length}"),
        Demand::Unreadable => "a session that cannot be read for certain".to_owned(),
    };
    Arc::new(Item {
        at: None,
        source: Source::Google(SourceId::AccessBindings),
        locator: binding.name.clone(),
        says: format!("the binding of group {} sets {says}", binding.group_key.as_deref().unwrap_or("(unnamed)")),
        actor: None,
    })
}

/// The setting for this client: a scoped entry that names it, else the binding's own.
fn demand_of(binding: &GcpUserAccessBinding, client: &ClientId) -> Demand {
    let own = settings_demand(binding.session_settings.as_ref());
    let mut doubtful = false;
    let mut scoped_to_client = BTreeSet::new();
    for scoped in &binding.scoped_access_settings {
        let Some(settings) = scoped.active_settings.as_ref().and_then(|active| active.session_settings.as_ref()) else {
            continue;
        };
        let named = scoped.scope.as_ref().and_then(|scope| {
            scope.pointer("/clientScope/restrictedClientApplication/clientId").and_then(Value::as_str)
        });
        match named {
            Some(id) if id == client.as_str() => {
                scoped_to_client.insert(settings_demand(Some(settings)));
            }
            Some(_) => {}
            None => doubtful |= settings_demand(Some(settings)) != own,
        }
    }
    match (scoped_to_client.len(), scoped_to_client.first()) {
        (1, Some(only)) => *only,
        (0, _) | (_, None) => {
            if doubtful {
                Demand::Unreadable
            } else {
                own
            }
        }
        // Two entries for the same client that differ.
        (_, Some(_)) => Demand::Unreadable,
    }
}

fn settings_demand(settings: Option<&SessionSettings>) -> Demand {
    let Some(settings) = settings else { return Demand::Nothing };
    if settings.session_length_enabled == Some(false) {
        return Demand::Unlimited;
    }
    let seconds = settings.session_length.as_deref().and_then(|text| text.strip_suffix('s')).and_then(whole_seconds);
    match seconds {
        Some(0) => Demand::Unlimited,
        Some(seconds) => SessionLength::from_seconds(seconds).map_or(Demand::Unreadable, Demand::Limited),
        None => Demand::Unreadable,
    }
}

/// Durations may have fractions; a part of a second makes no limit of none.
fn whole_seconds(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: u64 = whole.parse().ok()?;
    if seconds == 0 && fraction.contains(|c| c != '0') { None } else { Some(seconds) }
}
