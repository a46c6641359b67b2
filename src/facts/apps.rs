//! Which clients the apps under audit are, and how sure that is.

use std::collections::BTreeMap;

use super::app_access::Access;
use super::app_target::Target;
use super::fact::Fact;
use super::look_again::OwnDoubt;
use super::truth::Truth;
use crate::domain::ClientId;
use crate::evidence::{AppDefinition, Likeness, NamePattern, Sighting};

/// How a client is known to be an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// The operator or the catalogue says so.
    Pinned,
    /// It goes by the app's name, which whoever registered it chose.
    ByName,
}

/// A client that is, or may pass for, an app.
#[derive(Debug, Clone)]
pub struct ClientFacts {
    /// Its ID.
    pub client: ClientId,
    /// How it is known.
    pub identity: Identity,
    /// Every name it goes by.
    pub names: Vec<String>,
    /// Whether any record of the tenant names it.
    pub seen: bool,
    /// Its access level for every org unit, in the tree's order.
    pub access: Vec<Fact<Access>>,
    /// Whether an org unit has no level of its own for it, and takes that of the one above; in the tree's order.
    pub inherits: Vec<Truth>,
}

/// A client that goes by another name than an app's, which a reader takes for it: a letter of another script, a blank that
/// is none, a slip. It is never taken for the app here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookAlike {
    /// Its ID.
    pub client: ClientId,
    /// Those of its names that look like the app's.
    pub names: Vec<String>,
}

/// An app under audit.
#[derive(Debug, Clone)]
pub struct AppFacts {
    /// Its definition.
    pub definition: AppDefinition,
    /// Its clients: the pinned ones first, then those that bear its name; each by ID.
    pub clients: Vec<ClientFacts>,
    /// Clients that are none of these, and look like one; by ID.
    pub look_alikes: Vec<LookAlike>,
    /// The app's access level for every org unit, in the tree's order.
    pub access: Vec<Fact<Access>>,
    /// Why an org unit's own level has to be looked at again, in the tree's order.
    pub(super) own_doubts: Vec<Option<OwnDoubt>>,
}

impl AppFacts {
    /// The one client that the app is, where it is pinned to one.
    #[must_use]
    pub fn only_client(&self) -> Option<&ClientId> {
        match self.definition.client_ids.as_slice() {
            [only] => Some(only),
            [] | [_, ..] => None,
        }
    }

    /// Clients of that identity.
    pub fn clients_known(&self, identity: Identity) -> impl Iterator<Item = &ClientFacts> {
        self.clients.iter().filter(move |client| client.identity == identity)
    }
}

/// The clients of an app, as far as any record shows or anybody said.
pub(super) fn clients_of(
    app: &AppDefinition,
    sightings: &BTreeMap<ClientId, Sighting>,
) -> Vec<(ClientId, Identity, Vec<String>, bool)> {
    let names_of = |client: &ClientId| -> Vec<String> {
        sightings.get(client).map(|sighting| sighting.names.iter().cloned().collect()).unwrap_or_default()
    };
    let pinned_names: Vec<String> = app.client_ids.iter().flat_map(names_of).collect();
    let mut clients: Vec<(ClientId, Identity, Vec<String>, bool)> = app
        .client_ids
        .iter()
        .map(|client| (client.clone(), Identity::Pinned, names_of(client), sightings.contains_key(client)))
        .collect();
    for (client, sighting) in sightings {
        if app.client_ids.contains(client) {
            continue;
        }
        // A pinned app that was seen has its names; one that was not has only those of the catalogue.
        let bears_the_name = |name: &String| {
            if pinned_names.is_empty() {
                app.may_be_called(name)
            } else {
                pinned_names.iter().any(|known| NamePattern::same(known, name))
            }
        };
        if sighting.names.iter().any(bears_the_name) {
            clients.push((client.clone(), Identity::ByName, names_of(client), true));
        }
    }
    clients.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
    clients.dedup_by(|one, other| one.0 == other.0);
    clients
}

/// Clients that are not known as the app, even by name, and bear a name that looks like one of its own or the catalogue's.
pub(super) fn look_alikes(
    app: &AppDefinition,
    known: &[(ClientId, Identity, Vec<String>, bool)],
    sightings: &BTreeMap<ClientId, Sighting>,
) -> Vec<LookAlike> {
    let of_pinned = known.iter().filter(|(_, identity, ..)| *identity == Identity::Pinned);
    let own: Vec<Likeness> = of_pinned.flat_map(|(_, _, names, _)| names).map(|name| Likeness::of(name)).collect();
    let patterns: Vec<Likeness> = app.names.iter().map(|pattern| Likeness::of(&pattern.text())).collect();
    let looks_like_it = |name: &&String| {
        let likeness = Likeness::of(name);
        let catalogue = |pattern: &Likeness| {
            // Where the app's own name is known, a name that merely begins like the catalogue's is another app of the vendor's.
            if own.is_empty() { likeness.passes_for(pattern) } else { likeness.is_taken_for(pattern) }
        };
        own.iter().any(|own| likeness.is_taken_for(own)) || (!app.may_be_called(name) && patterns.iter().any(catalogue))
    };
    sightings
        .iter()
        .filter(|(client, _)| !known.iter().any(|(known, ..)| known == *client))
        .filter_map(|(client, sighting)| {
            let names: Vec<String> = sighting.names.iter().filter(looks_like_it).cloned().collect();
            (!names.is_empty()).then(|| LookAlike { client: client.clone(), names })
        })
        .collect()
}

/// Whose level decides for the app as a whole, where nothing is pinned.
pub(super) fn unpinned(app: &AppDefinition, clients: &[(ClientId, Identity, Vec<String>, bool)]) -> Target {
    let named: Vec<ClientId> = clients.iter().map(|(client, ..)| client.clone()).collect();
    let lead = if let [only] = named.as_slice() { Some(only.clone()) } else { None };
    Target::Unpinned { app: app.id.clone(), others: if lead.is_some() { Vec::new() } else { named }, lead }
}

/// The level of an app that is several clients: theirs, where they agree, else one of theirs.
pub(super) fn fold(levels: &[&Fact<Access>]) -> Fact<Access> {
    levels.iter().map(|fact| (*fact).clone()).reduce(Fact::or_else).unwrap_or_else(Fact::unknown)
}
