use std::sync::Arc;

use super::answered;
use crate::domain::DomainName;
use crate::evidence::{Evidence, Item, Source};
use crate::facts::fact::Gap;
use crate::facts::supply::{remedy, unread};
use crate::snapshot::SourceId;

/// What DNS answered.
pub(super) struct Answers<'e> {
    evidence: &'e Evidence,
}

impl<'e> Answers<'e> {
    pub(super) fn new(evidence: &'e Evidence) -> Self {
        Self { evidence }
    }

    /// The texts at a name, none where there are none; or why nobody knows.
    pub(super) fn texts(&self, name: &DomainName, fact: &'static str) -> Result<&'e [String], Gap> {
        let Some(answer) = self.evidence.directory.dns.get(name) else {
            return Err(self.not_asked(name.as_str(), fact));
        };
        if answered(answer.status) {
            return Ok(&answer.texts);
        }
        let why = answer.error.as_deref().unwrap_or("no answer");
        Err(Gap {
            fact: fact.into(),
            why: format!("TXT {name} could not be looked up: {why}"),
            supply: remedy(SourceId::Dns),
        })
    }

    /// Whether every answer that there was is at hand, those among them that tell nothing.
    pub(super) fn all_kept(&self) -> bool {
        let answers = self.evidence.directory.dns.len() as u64;
        self.evidence.source(SourceId::Dns).is_some_and(|source| source.items == answers)
    }

    /// Why nothing is known of a name that was not asked for.
    pub(super) fn not_asked(&self, name: &str, fact: &'static str) -> Gap {
        let why = format!("TXT {name} was not looked up");
        match unread(self.evidence, SourceId::Dns, fact) {
            Some(gap) => Gap { why: format!("{why}: {}", gap.why), ..gap },
            None => Gap {
                fact: fact.into(),
                why,
                supply: format!("{}; only domains that the tenant has verified are looked up", remedy(SourceId::Dns)),
            },
        }
    }
}

/// What a name's record says.
pub(super) fn dns_item(name: &DomainName, says: &str) -> Arc<Item> {
    Arc::new(Item {
        at: None,
        source: Source::Google(SourceId::Dns),
        locator: format!("TXT {name}"),
        says: says.to_owned(),
        actor: None,
    })
}
