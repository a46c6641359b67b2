//! Which clients the log shows to act for every user: domain-wide delegation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::at_hand::lack_of;
use super::fact::Gap;
use super::seen::Seen;
use crate::domain::{ClientId, Scope, humane_time};
use crate::evidence::{Delegation, DelegationChange, Evidence, Item};
use crate::snapshot::SourceId;

/// Name of this in `missing`.
pub const DELEGATION: &str = "domain-wide-delegation";

const SUPPLY: &str =
    "open Security > Access and data control > API controls > Domain-wide delegation, and compare the list";

/// Delegations as the log at hand shows them; older ones it does not show at all.
#[derive(Debug)]
pub(super) struct Delegations {
    clients: BTreeMap<ClientId, (Seen<Scope>, BTreeSet<Arc<Item>>)>,
    /// Why any client's may be another.
    gaps: Arc<BTreeSet<Gap>>,
}

impl Delegations {
    pub(super) fn new(evidence: &Evidence) -> Self {
        let mut gaps = BTreeSet::new();
        if evidence.admin_log.is_none() {
            // What was granted may have been taken back in the part that is missing.
            gaps.extend(lack_of(evidence, SourceId::AdminLog, DELEGATION));
            return Self { clients: BTreeMap::new(), gaps: Arc::new(gaps) };
        }
        let mut events: BTreeMap<&ClientId, Vec<&Delegation>> = BTreeMap::new();
        for event in &evidence.delegations {
            match &event.client {
                Some(client) => events.entry(client).or_default().push(event),
                None => {
                    gaps.insert(gap(format!("{}, so it may be any", event.item.says)));
                }
            }
        }
        let clients = events
            .into_iter()
            .map(|(client, events)| {
                let items = events.iter().map(|event| Arc::clone(&event.item)).collect();
                (client.clone(), (replay(client, &events, &gaps), items))
            })
            .collect();
        Self { clients, gaps: Arc::new(gaps) }
    }

    /// Clients that the log names.
    pub(super) fn clients(&self) -> impl Iterator<Item = &ClientId> {
        self.clients.keys()
    }

    /// The scopes of one client, and the events that tell.
    pub(super) fn of(&self, client: &ClientId) -> (Seen<Scope>, BTreeSet<Arc<Item>>) {
        let nothing = || (Seen::proven([], Arc::clone(&self.gaps)), BTreeSet::new());
        self.clients.get(client).cloned().unwrap_or_else(nothing)
    }
}

/// The newest event wins. Whether an authorisation adds to an earlier one or takes its place, no page of Google's says, so
/// where the newest lacks what an earlier one had, there may be more.
fn replay(client: &ClientId, events: &[&Delegation], gaps: &BTreeSet<Gap>) -> Seen<Scope> {
    let mut gaps = gaps.clone();
    let mut doubts = BTreeSet::new();
    let mut scopes: BTreeSet<Scope> = BTreeSet::new();
    for moment in events.chunk_by(|one, other| one.at == other.at) {
        let at = humane_time(moment[0].at);
        if moment.iter().any(|event| event.change != moment[0].change) {
            doubts.insert(gap(format!("the delegation of {client}: events of {at} say different things")));
            scopes.clear();
            continue;
        }
        match &moment[0].change {
            DelegationChange::Authorized(now) => {
                let now: BTreeSet<Scope> = now.iter().cloned().collect();
                if !scopes.is_subset(&now) {
                    doubts.insert(gap(format!(
                        "the delegation of {client}: the authorisation of {at} lacks scopes of an earlier one, which may still hold"
                    )));
                }
                scopes = now;
            }
            DelegationChange::Removed => {
                scopes.clear();
                doubts.clear();
            }
            DelegationChange::Unreadable => {
                scopes.clear();
                doubts.insert(gap(format!("the delegation of {client}: the event of {at} cannot be read for certain")));
            }
        }
    }
    gaps.extend(doubts);
    Seen::proven(scopes, Arc::new(gaps))
}

fn gap(why: String) -> Gap {
    Gap { fact: DELEGATION.into(), why, supply: SUPPLY.to_owned() }
}
