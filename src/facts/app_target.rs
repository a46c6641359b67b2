//! Whose access level is asked for, and which evidence is about it.

use std::collections::BTreeMap;

use crate::domain::{AppId, ClientId};
use crate::evidence::{AppRef, AppScope, Attestation, AttestedValue, Sighting};

const BY_NAME: &str = "the app is recognised by its display name alone; pin its client ID";

/// Whose level is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A client that is the app because the operator or the catalogue says so.
    Pinned { app: AppId, client: ClientId },
    /// A client that goes by the app's name.
    Named { app: AppId, client: ClientId },
    /// The app itself, no client of which is pinned; `lead` is the one client that goes by its name, if there is one.
    Unpinned { app: AppId, lead: Option<ClientId>, others: Vec<ClientId> },
}

/// How an event concerns a target.
pub(super) enum Concern {
    Surely,
    Perhaps,
    /// Surely the client that goes by the app's name.
    ByName,
    /// Perhaps one that goes by the app's name.
    PerhapsByName,
}

impl Target {
    /// The client by which other evidence than attestations names the target, and why it may be another, if so.
    pub(super) fn client(&self) -> Option<(&ClientId, Option<&'static str>)> {
        match self {
            Self::Pinned { client, .. } | Self::Named { client, .. } => Some((client, None)),
            Self::Unpinned { lead, .. } => lead.as_ref().map(|lead| (lead, Some(BY_NAME))),
        }
    }

    pub(super) fn app(&self) -> &AppId {
        match self {
            Self::Pinned { app, .. } | Self::Named { app, .. } | Self::Unpinned { app, .. } => app,
        }
    }

    /// `None` if an attestation is about something else; else why it may be, if so.
    pub(super) fn attested_by(&self, attestation: &Attestation) -> Option<Option<&'static str>> {
        let AttestedValue::AppAccess { app: named, .. } = &attestation.value else { return None };
        self.named_by(named)
    }

    /// `None` if that name is another's; else why it may be, if so.
    pub(super) fn named_by(&self, named: &AppRef) -> Option<Option<&'static str>> {
        match (self, named) {
            (Self::Pinned { client, .. } | Self::Named { client, .. }, AppRef::Client(other)) => {
                (client == other).then_some(None)
            }
            (Self::Pinned { app, .. } | Self::Unpinned { app, .. }, AppRef::Catalogue(other)) => {
                (app == other).then_some(None)
            }
            (Self::Named { app, .. }, AppRef::Catalogue(other)) => (app == other).then_some(Some(BY_NAME)),
            (Self::Unpinned { lead, .. }, AppRef::Client(other)) => {
                (lead.as_ref() == Some(other)).then_some(Some(BY_NAME))
            }
        }
    }

    pub(super) fn concern(&self, scope: &AppScope, sightings: &BTreeMap<ClientId, Sighting>) -> Option<Concern> {
        let named: Vec<&str> = match scope {
            AppScope::All => return Some(Concern::Perhaps),
            AppScope::Client { id, .. } => vec![id.as_str()],
            AppScope::Undeclared { values } => {
                let known: Vec<&str> =
                    values.iter().map(String::as_str).filter(|value| self.knows(value, sightings)).collect();
                if known.is_empty() {
                    return Some(Concern::Perhaps);
                }
                known
            }
        };
        let one = named.len() == 1;
        match self {
            Self::Pinned { client, .. } | Self::Named { client, .. } => {
                named.contains(&client.as_str()).then_some(if one { Concern::Surely } else { Concern::Perhaps })
            }
            Self::Unpinned { lead, others, .. } => {
                if let Some(lead) = lead
                    && named.contains(&lead.as_str())
                {
                    return Some(if one { Concern::ByName } else { Concern::PerhapsByName });
                }
                let may_be = |id: &&str| {
                    others.iter().any(|other| other.as_str() == *id)
                        // A client that no record gives a name to may be any app.
                        || sightings.get(*id).is_none_or(|sighting| sighting.names.is_empty())
                };
                named.iter().any(may_be).then_some(Concern::PerhapsByName)
            }
        }
    }

    fn knows(&self, value: &str, sightings: &BTreeMap<ClientId, Sighting>) -> bool {
        sightings.contains_key(value)
            || match self {
                Self::Pinned { client, .. } | Self::Named { client, .. } => client.as_str() == value,
                Self::Unpinned { .. } => false,
            }
    }
}
