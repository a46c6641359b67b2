use std::collections::BTreeMap;

use super::resemblance::Likeness;
use crate::domain::{AppId, ClientId, CloudScope, PackId};

/// A name by which an app may be recognised: consecutive words, compared without regard to case and punctuation.
///
/// Whoever registers an app chooses its name, so a match is a lead and never identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    words: Vec<String>,
}

/// The words of a name, folded for comparison.
fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

impl NamePattern {
    /// A pattern of these words; `None` where there is not one word.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let words = words(text);
        (!words.is_empty()).then_some(Self { words })
    }

    /// The words, for people.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// Whether the name holds these words, one after another.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        words(name).windows(self.words.len()).any(|window| window == self.words)
    }

    /// Whether the two names are the same but for case and punctuation.
    #[must_use]
    pub fn same(one: &str, other: &str) -> bool {
        let one = words(one);
        !one.is_empty() && one == words(other)
    }
}

/// An app under the eyes of the audit: from the catalogue, the configuration, or both.
#[derive(Debug, Clone)]
pub struct AppDefinition {
    /// Its id.
    pub id: AppId,
    /// Its name for people.
    pub name: String,
    /// Its client IDs, as far as anybody said; empty means that the name is all there is to go by.
    pub client_ids: Vec<ClientId>,
    /// Names by which it may be recognised.
    pub names: Vec<NamePattern>,
    /// Packs that audit it unasked.
    pub packs: Vec<PackId>,
    /// Whether the operator's configuration names it; such apps are audited by every pack.
    pub configured: bool,
    /// What is known about it, and from where.
    pub about: String,
    /// What it can be used for, and whether that needs a Cloud scope, as its vendor documents it.
    pub cards: Vec<Card>,
}

/// One thing that an app can be used for: a card, as Okta Workflows calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Whether a connection needs a Cloud scope for it.
    pub cloud_scope: CloudScope,
}

impl AppDefinition {
    /// Whether the operator (or the catalogue) said which clients the app is.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        !self.client_ids.is_empty()
    }

    /// The cards of that need, in the vendor's order.
    pub fn cards_that_need(&self, cloud_scope: CloudScope) -> impl Iterator<Item = &str> {
        self.cards.iter().filter(move |card| card.cloud_scope == cloud_scope).map(|card| card.name.as_str())
    }

    /// Whether a person may take that name for one of the app's, though it is none of them. A lead, as any match of names.
    #[must_use]
    pub fn may_be_mistaken_for(&self, name: &str) -> bool {
        let likeness = Likeness::of(name);
        !self.may_be_called(name)
            && self.names.iter().any(|pattern| likeness.passes_for(&Likeness::of(&pattern.text())))
    }

    /// Whether the app may go by that name.
    #[must_use]
    pub fn may_be_called(&self, name: &str) -> bool {
        self.names.iter().any(|pattern| pattern.matches(name))
    }
}

/// All known apps, by id.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The apps.
    pub apps: BTreeMap<AppId, AppDefinition>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_by_whole_words() {
        let pattern = NamePattern::new("Okta Workflows").expect("words");
        assert!(pattern.matches("Okta Workflows - Gmail"));
        assert!(pattern.matches("OKTA  WORKFLOWS"));
        assert!(!pattern.matches("Okta"));
        assert!(!pattern.matches("Okta WorkflowsX"));
        assert!(!pattern.matches("Notokta Workflows"));
        assert!(NamePattern::same("Okta Workflows (Gmail)", "okta workflows gmail"));
        assert!(!NamePattern::same("", ""));
        assert!(NamePattern::new(" - ").is_none());
    }
}
