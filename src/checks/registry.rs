use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::check::Check;
use super::okta_workflows_gmail::{
    AppTrusted, ClientIdPinned, ConnectionSurvivesReauth, RepeatedReauthorization, TrustedAppsExempt,
};
use super::per_subject::PerSubject;
use crate::domain::PackId;

/// A named set of checks.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its id.
    pub id: String,
    /// In a few words.
    pub title: String,
}

/// Packs that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("TEMPORARY")]
pub struct PackErrors;

/// All packs and their checks: those that ship with the program, and the operator's own.
#[derive(Clone)]
pub struct Registry {
    packs: Vec<Pack>,
    checks: Vec<Arc<dyn Check>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("packs", &self.packs).field("checks", &self.checks.len()).finish()
    }
}

impl Registry {
    /// What ships with the program.
    #[must_use]
    pub fn builtin() -> Self {
        let packs = vec![Pack {
            id: "okta-workflows-gmail".to_owned(),
            title: "Connections of automation platforms that hold a Google Cloud scope, Okta Workflows' Gmail connector first"
                .to_owned(),
        }];
        let checks: Vec<Arc<dyn Check>> = vec![
            Arc::new(PerSubject(AppTrusted)),
            Arc::new(PerSubject(ClientIdPinned)),
            Arc::new(PerSubject(ConnectionSurvivesReauth)),
            Arc::new(PerSubject(RepeatedReauthorization)),
            Arc::new(PerSubject(TrustedAppsExempt)),
        ];
        Self { packs, checks }
    }

    /// What ships with the program, and the packs of these folders.
    ///
    /// # Errors
    /// [`PackErrors`], with every fault of every file.
    pub fn with(folders: &[PathBuf]) -> Result<Self, PackErrors> {
        let _ = folders;
        Ok(Self::builtin())
    }

    /// The checks of these packs.
    pub fn checks_of<'r>(&'r self, packs: &'r [PackId]) -> impl Iterator<Item = &'r dyn Check> {
        self.checks().filter(|check| packs.iter().any(|pack| pack.as_str() == check.meta().pack))
    }

    /// All packs, sorted by id.
    #[must_use]
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// All checks, sorted by id.
    pub fn checks(&self) -> impl Iterator<Item = &dyn Check> {
        self.checks.iter().map(|check| &**check)
    }

    /// The pack of that id.
    #[must_use]
    pub fn find_pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }

    /// The check of that id, or that a framework calls so (in any case), where only one is called so.
    #[must_use]
    pub fn find_check(&self, id: &str) -> Option<&dyn Check> {
        self.checks().find(|check| check.meta().id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CheckId, PackId};

    #[test]
    fn ids_are_sound_unique_and_sorted() {
        let registry = Registry::builtin();
        let ids: Vec<&str> = registry.checks().map(|check| check.meta().id.as_str()).collect();
        assert!(ids.is_sorted_by(|one, other| one < other), "{ids:?}");
        for check in registry.checks() {
            assert!(check.meta().id.parse::<CheckId>().is_ok());
            assert!(registry.find_pack(&check.meta().pack).is_some(), "{} names a pack", check.meta().id);
        }
        for pack in registry.packs() {
            assert!(pack.id.parse::<PackId>().is_ok());
        }
    }
}
