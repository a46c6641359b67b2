use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use super::check::Check;
use super::declared::DeclaredCheck;
use super::examples::{ExampleError, Tried, try_all, try_one};
use super::language::{Declared, Example, PackErrors, PackFile, load_builtin, load_dir};
use super::okta_workflows_gmail::{
    AppTrusted, ClientIdPinned, ConnectionSurvivesReauth, RepeatedReauthorization, TrustedAppsExempt,
};
use super::per_subject::PerSubject;
use crate::domain::PackId;
use crate::evidence::Catalogue;
use crate::policy::SettingCatalogue;

/// The packs that ship with the program: file and text.
const FILES: [(&str, &str); 4] = [
    ("config/packs/app-exposure.yaml", include_str!("../../config/packs/app-exposure.yaml")),
    ("config/packs/cis-gws-1.3.yaml", include_str!("../../config/packs/cis-gws-1.3.yaml")),
    ("config/packs/cis-gws-1.4.yaml", include_str!("../../config/packs/cis-gws-1.4.yaml")),
    ("config/packs/scuba-gws-1.yaml", include_str!("../../config/packs/scuba-gws-1.yaml")),
];

/// Read when the first of them is asked for.
static BUILTIN: LazyLock<Vec<PackFile>> = LazyLock::new(|| {
    load_builtin(&FILES, SettingCatalogue::builtin()).unwrap_or_else(|errors| panic!("a test loads them all: {errors}"))
});

/// A named set of checks.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its id.
    pub id: String,
    /// In a few words.
    pub title: String,
}

/// All packs and their checks: those that ship with the program, and the operator's own.
#[derive(Clone)]
pub struct Registry {
    packs: Vec<Pack>,
    checks: Vec<Arc<dyn Check>>,
    /// Those of them that packs declare.
    declared: Vec<Arc<DeclaredCheck>>,
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
        Self::of(BUILTIN.iter())
    }

    /// What ships with the program, and the packs of these folders.
    ///
    /// # Errors
    /// [`PackErrors`], with every fault of a folder's files.
    pub fn with(folders: &[PathBuf]) -> Result<Self, PackErrors> {
        let mut own: Vec<PackFile> = Vec::new();
        for folder in folders {
            let known: Vec<PackFile> = BUILTIN.iter().chain(&own).cloned().collect();
            own.extend(load_dir(folder, SettingCatalogue::builtin(), &known)?);
        }
        Ok(Self::of(BUILTIN.iter().chain(&own)))
    }

    fn of<'p>(files: impl Iterator<Item = &'p PackFile>) -> Self {
        let mut packs = vec![Pack {
            id: "okta-workflows-gmail".to_owned(),
            title: "Connections of automation platforms that hold a Google Cloud scope, Okta Workflows' Gmail connector first"
                .to_owned(),
        }];
        let mut checks: Vec<Arc<dyn Check>> = vec![
            Arc::new(PerSubject(AppTrusted)),
            Arc::new(PerSubject(ClientIdPinned)),
            Arc::new(PerSubject(ConnectionSurvivesReauth)),
            Arc::new(PerSubject(RepeatedReauthorization)),
            Arc::new(PerSubject(TrustedAppsExempt)),
        ];
        let mut declared = Vec::new();
        for file in files {
            packs.push(Pack { id: file.pack.to_string(), title: file.title.clone() });
            declared.extend(file.checks.iter().map(|check| Arc::new(DeclaredCheck::new(Arc::clone(check)))));
        }
        checks.extend(declared.iter().map(|check| Arc::clone(check) as Arc<dyn Check>));
        packs.sort_by(|one, other| one.id.cmp(&other.id));
        checks.sort_by(|one, other| one.meta().id.cmp(&other.meta().id));
        Self { packs, checks, declared }
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

    /// The checks of these packs.
    pub fn checks_of<'r>(&'r self, packs: &'r [PackId]) -> impl Iterator<Item = &'r dyn Check> {
        self.checks().filter(|check| packs.iter().any(|pack| pack.as_str() == check.meta().pack))
    }

    /// The pack of that id.
    #[must_use]
    pub fn find_pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }

    /// The check of that id, or the one that its framework calls so (in any case), where only one is called so.
    #[must_use]
    pub fn find_check(&self, id: &str) -> Option<&dyn Check> {
        let by_control = || {
            let mut called = self.called(id);
            called.next().filter(|_| called.next().is_none())
        };
        self.checks().find(|check| check.meta().id == id).or_else(by_control)
    }

    /// The checks that their frameworks call so, in any case: two editions of one framework share most of its numbers.
    pub fn called<'r, 'c>(&'r self, control: &'c str) -> impl Iterator<Item = &'r dyn Check> + use<'r, 'c> {
        self.checks().filter(move |check| {
            check.meta().control.as_ref().is_some_and(|called| called.eq_ignore_ascii_case(control))
        })
    }

    /// The checks that packs declare, as they are declared, in the order of packs and of their files.
    pub fn declarations(&self) -> impl Iterator<Item = &Declared> {
        self.declared.iter().map(|check| check.declared())
    }

    /// The declaration of the check of that id; `None` for a check in Rust, and where there is none.
    #[must_use]
    pub fn declaration(&self, id: &str) -> Option<&Declared> {
        self.declarations().find(|declared| declared.id.as_str() == id)
    }

    /// Tries the examples of the declared checks of these packs, each on the small tenant that it describes.
    /// `catalogue` tells which apps are known.
    ///
    /// # Errors
    /// [`ExampleError`] where temporary storage fails.
    pub fn try_examples(&self, packs: &[PackId], catalogue: &Catalogue) -> Result<Vec<Tried>, ExampleError> {
        let mut tried = Vec::new();
        for check in self.declared.iter().filter(|check| packs.contains(&check.declared().pack)) {
            tried.extend(try_all(check, catalogue)?);
        }
        Ok(tried)
    }

    /// Tries one example of one's own on the declared check of that id; `None` where there is no such check.
    ///
    /// # Errors
    /// [`ExampleError`] where temporary storage fails.
    pub fn try_example(
        &self,
        id: &str,
        example: &Example,
        catalogue: &Catalogue,
    ) -> Result<Option<Tried>, ExampleError> {
        let check = self.declared.iter().find(|check| check.declared().id.as_str() == id);
        check.map(|check| try_one(check, example, catalogue)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CheckId;

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

    #[test]
    fn collisions_name_checks_that_exist() {
        let registry = Registry::builtin();
        for check in registry.checks() {
            for collision in &check.meta().conflicts {
                assert!(registry.find_check(&collision.check).is_some(), "{}: {}", check.meta().id, collision.check);
            }
        }
    }
}
