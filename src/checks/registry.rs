use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, OnceLock};

use super::check::Check;
use super::declared::DeclaredCheck;
use super::examples::{ExampleError, Tried, try_all, try_one};
use super::language::{Declared, Example, PackErrors, PackFile, load_builtin, load_dir};
use super::okta_workflows_gmail::{
    AppTrusted, ClientIdPinned, ConnectionSurvivesReauth, RepeatedReauthorization, TrustedAppsExempt,
};
use super::per_subject::PerSubject;
use crate::domain::{PackId, Sha256};
use crate::evidence::Catalogue;
use crate::policy::SettingCatalogue;

/// A pack that ships with the program as a file, read when it is first asked for.
struct Shipped {
    id: &'static str,
    title: &'static str,
    file: &'static str,
    text: &'static str,
    /// The place in [`SHIPPED`] of the pack that it builds on.
    extends: Option<usize>,
    shelf: OnceLock<Shelf>,
}

/// Sorted by id.
static SHIPPED: [Shipped; 4] = [
    Shipped {
        id: "app-exposure",
        title: "What apps can reach",
        file: "config/packs/app-exposure.yaml",
        text: include_str!("../../config/packs/app-exposure.yaml"),
        extends: None,
        shelf: OnceLock::new(),
    },
    Shipped {
        id: "cis-gws-1.3",
        title: "CIS Google Workspace Foundations Benchmark 1.3.0",
        file: "config/packs/cis-gws-1.3.yaml",
        text: include_str!("../../config/packs/cis-gws-1.3.yaml"),
        extends: None,
        shelf: OnceLock::new(),
    },
    Shipped {
        id: "cis-gws-1.4",
        title: "CIS Google Workspace Foundations Benchmark 1.4.0",
        file: "config/packs/cis-gws-1.4.yaml",
        text: include_str!("../../config/packs/cis-gws-1.4.yaml"),
        extends: Some(1),
        shelf: OnceLock::new(),
    },
    Shipped {
        id: "scuba-gws-1",
        title: "CISA SCuBA Secure Configuration Baselines for Google Workspace, version 1",
        file: "config/packs/scuba-gws-1.yaml",
        text: include_str!("../../config/packs/scuba-gws-1.yaml"),
        extends: None,
        shelf: OnceLock::new(),
    },
];

/// The pack in Rust.
static OKTA_WORKFLOWS_GMAIL: LazyLock<Vec<Arc<dyn Check>>> = LazyLock::new(|| {
    vec![
        Arc::new(PerSubject(AppTrusted)),
        Arc::new(PerSubject(ClientIdPinned)),
        Arc::new(PerSubject(ConnectionSurvivesReauth)),
        Arc::new(PerSubject(RepeatedReauthorization)),
        Arc::new(PerSubject(TrustedAppsExempt)),
    ]
});

impl Shipped {
    /// Its checks, without their examples, which are the greater part of the file and no concern of an audit.
    fn shelf(&self) -> &Shelf {
        self.shelf.get_or_init(|| {
            let base: Vec<PackFile> = self.base().map(|base| base.shelf().file.clone()).collect();
            let read = read(self.file, &without_examples(self.text), &base);
            // That of the whole file, which is what an operator can compute.
            Shelf::of(PackFile { sha256: self.sha256(), ..read })
        })
    }

    /// See [`PackFile::sha256_of`].
    fn sha256(&self) -> Sha256 {
        PackFile::sha256_of(self.text, self.base().next().map(Self::sha256).as_ref())
    }

    /// All of it.
    fn whole(&self) -> Shelf {
        let base: Vec<PackFile> = self.base().map(|base| base.whole().file).collect();
        Shelf::of(read(self.file, self.text, &base))
    }

    fn base(&self) -> impl Iterator<Item = &'static Self> {
        self.extends.iter().map(|base| &SHIPPED[*base])
    }
}

fn read(file: &str, text: &str, base: &[PackFile]) -> PackFile {
    let read = load_builtin(&[(file, text)], SettingCatalogue::builtin(), base);
    let mut files = read.unwrap_or_else(|errors| panic!("a test loads them all: {errors}"));
    files.pop().expect("one file is one pack")
}

/// The text of a pack of ours with its examples blanked, so that everything else stays in its line.
fn without_examples(text: &str) -> String {
    let mut kept = String::with_capacity(text.len() / 2);
    // How far the key `examples` stands from the margin, while below it.
    let mut below: Option<usize> = None;
    for line in text.lines() {
        let rest = line.trim_start();
        let indent = line.len() - rest.len();
        below = below.filter(|key| rest.is_empty() || indent > *key);
        if below.is_none() && rest == "examples:" {
            below = Some(indent);
        }
        if below.is_none() {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

/// A pack that has been read, and its checks.
#[derive(Clone)]
struct Shelf {
    file: PackFile,
    declared: Vec<Arc<DeclaredCheck>>,
}

impl Shelf {
    fn of(file: PackFile) -> Self {
        let declared = file.checks.iter().map(|check| Arc::new(DeclaredCheck::new(Arc::clone(check)))).collect();
        Self { file, declared }
    }
}

/// Where a pack's checks are.
#[derive(Clone)]
enum Contents {
    /// In Rust.
    Compiled(&'static [Arc<dyn Check>]),
    /// In a file of ours, which may not have been read yet.
    Shipped(&'static Shipped),
    /// In a file of the operator's.
    Own(Arc<Shelf>),
}

impl Contents {
    /// Those that a pack's file declares.
    fn declared(&self) -> &[Arc<DeclaredCheck>] {
        match self {
            Self::Compiled(_) => &[],
            Self::Shipped(shipped) => &shipped.shelf().declared,
            Self::Own(shelf) => &shelf.declared,
        }
    }

    fn checks(&self) -> impl Iterator<Item = &dyn Check> {
        let compiled = match self {
            Self::Compiled(checks) => *checks,
            Self::Shipped(_) | Self::Own(_) => &[],
        };
        compiled.iter().map(|check| &**check).chain(self.declared().iter().map(|check| &**check as &dyn Check))
    }
}

fn chosen(pack: &Pack, packs: &[PackId]) -> bool {
    packs.iter().any(|wanted| wanted.as_str() == pack.id)
}

/// A named set of checks.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its id.
    pub id: String,
    /// In a few words.
    pub title: String,
}

/// All packs and their checks: those that ship with the program, and the operator's own. Of the former only those are
/// read that somebody asks for.
#[derive(Clone)]
pub struct Registry {
    packs: Vec<Pack>,
    /// In the order of the packs.
    contents: Vec<Contents>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("packs", &self.packs).finish_non_exhaustive()
    }
}

impl Registry {
    /// What ships with the program.
    #[must_use]
    pub fn builtin() -> Self {
        Self::of(Vec::new())
    }

    /// The same, all of it read, and with the examples that checks carry.
    #[must_use]
    pub fn builtin_with_examples() -> Self {
        let mut registry = Self::builtin();
        for contents in &mut registry.contents {
            if let Contents::Shipped(shipped) = contents {
                *contents = Contents::Own(Arc::new(shipped.whole()));
            }
        }
        registry
    }

    /// What ships with the program, and the packs of these folders.
    ///
    /// # Errors
    /// [`PackErrors`], with every fault of a folder's files.
    pub fn with(folders: &[PathBuf]) -> Result<Self, PackErrors> {
        let mut own: Vec<PackFile> = Vec::new();
        for folder in folders {
            // They may build on any of ours, and no check may be called as one of these.
            let known: Vec<PackFile> =
                SHIPPED.iter().map(|shipped| &shipped.shelf().file).chain(&own).cloned().collect();
            own.extend(load_dir(folder, SettingCatalogue::builtin(), &known)?);
        }
        Ok(Self::of(own))
    }

    fn of(own: Vec<PackFile>) -> Self {
        let okta = Pack {
            id: "okta-workflows-gmail".to_owned(),
            title: "Connections of automation platforms that hold a Google Cloud scope, Okta Workflows' Gmail connector first"
                .to_owned(),
        };
        let mut packs = vec![(okta, Contents::Compiled(&OKTA_WORKFLOWS_GMAIL))];
        packs.extend(SHIPPED.iter().map(|shipped| {
            let pack = Pack { id: shipped.id.to_owned(), title: shipped.title.to_owned() };
            (pack, Contents::Shipped(shipped))
        }));
        packs.extend(own.into_iter().map(|file| {
            let pack = Pack { id: file.pack.to_string(), title: file.title.clone() };
            (pack, Contents::Own(Arc::new(Shelf::of(file))))
        }));
        packs.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        let (packs, contents) = packs.into_iter().unzip();
        Self { packs, contents }
    }

    /// All packs, sorted by id.
    #[must_use]
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// All checks, sorted by id.
    pub fn checks(&self) -> impl Iterator<Item = &dyn Check> {
        self.checks_where(|_| true)
    }

    /// The checks of these packs, sorted by id.
    pub fn checks_of(&self, packs: &[PackId]) -> impl Iterator<Item = &dyn Check> {
        self.checks_where(|pack| chosen(pack, packs))
    }

    fn checks_where(&self, wanted: impl Fn(&Pack) -> bool) -> impl Iterator<Item = &dyn Check> {
        let packs = self.packs.iter().zip(&self.contents).filter(|(pack, _)| wanted(pack));
        let mut checks: Vec<&dyn Check> = packs.flat_map(|(_, contents)| contents.checks()).collect();
        checks.sort_by(|one, other| one.meta().id.cmp(&other.meta().id));
        checks.into_iter()
    }

    /// The pack of that id.
    #[must_use]
    pub fn find_pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }

    /// What the file of the pack of that id is, see [`PackFile::sha256_of`]; `None` for a pack in Rust, which is part of
    /// the program, and where there is no such pack.
    #[must_use]
    pub fn sha256_of(&self, id: &PackId) -> Option<Sha256> {
        let (_, contents) = self.packs.iter().zip(&self.contents).find(|(pack, _)| pack.id == id.as_str())?;
        match contents {
            Contents::Compiled(_) => None,
            Contents::Shipped(shipped) => Some(shipped.sha256()),
            Contents::Own(shelf) => Some(shelf.file.sha256.clone()),
        }
    }

    /// The check of that id, or the one that its framework calls so (in any case), where only one is called so.
    #[must_use]
    pub fn find_check(&self, id: &str) -> Option<&dyn Check> {
        let by_control = || {
            let mut called = self.called(id);
            called.next().filter(|_| called.next().is_none())
        };
        // What is in Rust is at hand, and most other ids begin with that of their pack; the other packs are read last.
        let mut packs: Vec<(&Pack, &Contents)> = self.packs.iter().zip(&self.contents).collect();
        packs.sort_by_key(|(pack, contents)| !matches!(contents, Contents::Compiled(_)) && !id.starts_with(&pack.id));
        let mut checks = packs.into_iter().flat_map(|(_, contents)| contents.checks());
        checks.find(|check| check.meta().id == id).or_else(by_control)
    }

    /// The checks that their frameworks call so, in any case: two editions of one framework share most of its numbers.
    pub fn called<'r, 'c>(&'r self, control: &'c str) -> impl Iterator<Item = &'r dyn Check> + use<'r, 'c> {
        self.checks().filter(move |check| {
            check.meta().control.as_ref().is_some_and(|called| called.eq_ignore_ascii_case(control))
        })
    }

    /// The checks that packs declare, as they are declared, in the order of packs and of their files. Those of shipped
    /// packs come without their examples, unless [`Self::builtin_with_examples`] read them.
    pub fn declarations(&self) -> impl Iterator<Item = &Declared> {
        self.declared().map(|check| check.declared())
    }

    fn declared(&self) -> impl Iterator<Item = &DeclaredCheck> {
        self.contents.iter().flat_map(Contents::declared).map(|check| &**check)
    }

    /// The declaration of the check of that id; `None` for a check in Rust, and where there is none.
    #[must_use]
    pub fn declaration(&self, id: &str) -> Option<&Declared> {
        let pack_first = |(pack, _): &(&Pack, &Contents)| !id.starts_with(&pack.id);
        let mut packs: Vec<(&Pack, &Contents)> = self.packs.iter().zip(&self.contents).collect();
        packs.sort_by_key(pack_first);
        let mut declared = packs.into_iter().flat_map(|(_, contents)| contents.declared());
        declared.find(|check| check.declared().id.as_str() == id).map(|check| check.declared())
    }

    /// Tries the examples of the declared checks of these packs, each on the small tenant that it describes.
    /// `catalogue` tells which apps are known.
    ///
    /// # Errors
    /// [`ExampleError`] where temporary storage fails.
    pub fn try_examples(&self, packs: &[PackId], catalogue: &Catalogue) -> Result<Vec<Tried>, ExampleError> {
        let mut tried = Vec::new();
        for (_, contents) in self.packs.iter().zip(&self.contents).filter(|(pack, _)| chosen(pack, packs)) {
            let whole = match contents {
                Contents::Compiled(_) => continue,
                Contents::Shipped(shipped) => Cow::Owned(shipped.whole()),
                Contents::Own(shelf) => Cow::Borrowed(&**shelf),
            };
            for check in &whole.declared {
                tried.extend(try_all(check, catalogue)?);
            }
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
        let check = self.declared().find(|check| check.declared().id.as_str() == id);
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
    fn shipped_packs_are_what_their_files_say() {
        assert!(SHIPPED.is_sorted_by_key(|shipped| shipped.id));
        for shipped in &SHIPPED {
            let file = &shipped.shelf().file;
            assert_eq!((file.pack.as_str(), file.title.as_str()), (shipped.id, shipped.title));
        }
    }

    #[test]
    fn nothing_but_examples_is_left_out() {
        for shipped in &SHIPPED {
            let mut whole = shipped.whole().file;
            assert!(whole.checks.iter().any(|check| !check.examples.is_empty()));
            for check in &mut whole.checks {
                Arc::make_mut(check).examples.clear();
            }
            assert_eq!(format!("{whole:?}"), format!("{:?}", shipped.shelf().file));
        }
    }

    #[test]
    fn packs_are_read_only_when_they_are_asked_for() {
        let unreadable = Shipped {
            id: "unreadable",
            title: "Whoever reads it panics",
            file: "unreadable.yaml",
            text: "checks: 7",
            extends: None,
            shelf: OnceLock::new(),
        };
        let mut registry = Registry::builtin();
        registry.packs.push(Pack { id: unreadable.id.to_owned(), title: unreadable.title.to_owned() });
        registry.contents.push(Contents::Shipped(Box::leak(Box::new(unreadable))));
        for pack in ["okta-workflows-gmail", "cis-gws-1.4", "scuba-gws-1"] {
            let pack = pack.parse().expect("an id");
            assert!(registry.checks_of(&[pack]).next().is_some());
        }
        assert!(registry.find_check("app-trusted").is_some());
        assert!(registry.find_check("cis-gws-1.4-1.1.1").is_some());
        assert!(registry.find_pack("unreadable").is_some());
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
