//! From needs to settings: the smallest set of them, and the waves as they would be with it.

use std::collections::{BTreeMap, BTreeSet};

use super::link::LinkKey;
use super::needs::Needs;
use super::placement::places;
use super::scene::{Connections, LevelAt, Today};
use crate::domain::{ClientId, OrgUnitPath};
use crate::evidence::{AppRef, AttestedSession, AttestedValue, OwnAccess, OwnReauth, Supposed, Supposition, Wave};
use crate::facts::UnitIndex;
use crate::report::what_if::model::Remedy;

/// Settings that avoid failures.
#[derive(Debug, Clone, Default)]
pub(super) struct Remedies {
    /// Pages to be ticked, and how many connections need it.
    pages: BTreeMap<OrgUnitPath, BTreeSet<LinkKey>>,
    /// Org units that need a client to be Trusted.
    trust: BTreeMap<ClientId, BTreeMap<UnitIndex, BTreeSet<LinkKey>>>,
}

impl Remedies {
    /// Takes in more needs.
    pub(super) fn meet(&mut self, needs: &Needs) {
        for (page, links) in &needs.pages {
            self.pages.entry(page.clone()).or_default().extend(links.iter().cloned());
        }
        for (client, units) in &needs.trust {
            let known = self.trust.entry(client.clone()).or_default();
            for (unit, links) in units {
                known.entry(*unit).or_default().extend(links.iter().cloned());
            }
        }
    }

    /// Where each client is made Trusted, and for which connections.
    pub(super) fn trusting(&self, today: &Today, connections: &Connections) -> Vec<(Supposition, Remedy)> {
        let mut all = Vec::new();
        for (client, units) in &self.trust {
            let needy: BTreeSet<UnitIndex> = units.keys().copied().collect();
            let levels: &[LevelAt] = connections.levels.get(client).map(Vec::as_slice).unwrap_or_default();
            for place in places(&needy, &today.tree, levels) {
                let path = &today.tree.paths[place];
                let served = units.iter().filter(|(unit, _)| path.contains(&today.tree.paths[**unit]));
                let links: BTreeSet<&LinkKey> = served.flat_map(|(_, links)| links).collect();
                let app =
                    today.ids.get(client).cloned().map_or_else(|| AppRef::Client(client.clone()), AppRef::Catalogue);
                let what = Supposed::Own {
                    org_unit: path.clone(),
                    value: AttestedValue::AppAccess { app, level: OwnAccess::Trusted },
                };
                let remedy = Remedy {
                    assignment: what.assignment(),
                    instead_of: None,
                    why: format!("only Trusted apps are exempt; {} is made Trusted in {path}", today.name(client)),
                    connections: links.len() as u64,
                };
                all.push((Supposition { what, locator: "rollout".to_owned() }, remedy));
            }
        }
        all
    }

    /// The waves with the exemption ticked where it is needed; what comes besides them, and what that amounts to.
    ///
    /// `survives` tells which connections survive today. A save that does not say whether the box is ticked makes none fail
    /// for certain; it is amended for those that survive, and where no other save of the page explains the failure.
    pub(super) fn exempting(
        &self,
        waves: &[Wave],
        survives: impl Fn(&LinkKey) -> bool,
    ) -> (Vec<Wave>, Vec<Supposition>, Vec<Remedy>) {
        let mut waves = waves.to_vec();
        let (mut besides, mut remedies) = (Vec::new(), Vec::new());
        for (page, links) in &self.pages {
            let why = format!(
                "trusted apps are exempt on the page of {page} from the moment on when it asks for reauthentication"
            );
            let connections = links.len() as u64;
            let mut replaced = false;
            let unticks = |supposition: &Supposition| match &supposition.what {
                Supposed::Own { org_unit, value: AttestedValue::Session(session) } => {
                    org_unit == page && session.exempt_trusted_apps == Some(false)
                }
                Supposed::Own { value: AttestedValue::AppAccess { .. }, .. } | Supposed::Policy { .. } => false,
            };
            let amends_unsaid = links.iter().any(&survives) || !waves.iter().flat_map(|wave| &wave.set).any(unticks);
            // A later save that does not say otherwise leaves the box as an earlier one had it.
            let mut ticked = false;
            for supposition in waves.iter_mut().flat_map(|wave| &mut wave.set) {
                let written = supposition.what.assignment();
                let Supposed::Own { org_unit, value: AttestedValue::Session(session) } = &mut supposition.what else {
                    continue;
                };
                if org_unit != page {
                    continue;
                }
                if session.reauth != OwnReauth::Required {
                    ticked = false;
                    continue;
                }
                replaced = true;
                if session.exempt_trusted_apps == Some(true) || (session.exempt_trusted_apps.is_none() && ticked) {
                    ticked = true;
                    continue;
                }
                if session.exempt_trusted_apps.is_none() && !amends_unsaid {
                    continue;
                }
                ticked = true;
                session.exempt_trusted_apps = Some(true);
                let assignment = supposition.what.assignment();
                remedies.push(Remedy { assignment, instead_of: Some(written), why: why.clone(), connections });
            }
            if !replaced {
                let session =
                    AttestedSession { exempt_trusted_apps: Some(true), ..AttestedSession::only(OwnReauth::Required) };
                let what = Supposed::Own { org_unit: page.clone(), value: AttestedValue::Session(session) };
                let why =
                    format!("the page of {page} asks for reauthentication, and trusted apps are not exempt on it");
                remedies.push(Remedy { assignment: what.assignment(), instead_of: None, why, connections });
                besides.push(Supposition { what, locator: "rollout".to_owned() });
            }
        }
        (waves, besides, remedies)
    }
}
