//! The tenant's domains, and what DNS says of mail from them: SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489).
//!
//! A name without a record and a name of which nobody could tell are never the same.

mod answers;
mod dmarc;
mod spf;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fact::{Fact, Gap, Standing, Strength};
use super::listing::Listing;
use super::supply::{remedy, unread};
use crate::domain::DomainName;
use crate::evidence::{DomainKind, Evidence, Item, OwnDomain, Source};
use crate::snapshot::{DnsStatus, SourceId};
use answers::{Answers, dns_item};
pub use dmarc::DmarcRecord;
pub use spf::SpfAll;
use spf::{Target, Terms};

/// A TXT record as whatever it may be, for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_record(text: &str) {
    if let Some(terms) = Terms::read(text) {
        assert!(text.len() >= 6 && text[..6].eq_ignore_ascii_case("v=spf1"), "{text:?} is no SPF record");
        assert!(terms.includes.iter().all(|name| !name.chars().any(|c| c.is_ascii_uppercase())));
        if let Some(Target::Domain(name)) = terms.target() {
            assert!(name.as_str().len() <= 253, "{name} cannot be asked for");
        }
    }
    if let Some(record) = dmarc::read(text) {
        assert_eq!(record.text, text);
        let words = record.policy.iter().chain(&record.subdomain_policy);
        assert!(words.chain(&record.rua).chain(&record.ruf).all(|word| !word.chars().any(|c| c.is_ascii_uppercase())));
    }
    let count = tags::tags(text).len();
    assert!(count <= text.split(';').count());
    is_key(text);
}

/// Name of the list of domains in `missing`.
pub const DOMAINS: &str = "domains";
/// Name of a domain's SPF records in `missing`.
pub const SPF: &str = "spf";
/// Name of a domain's DKIM keys in `missing`.
pub const DKIM: &str = "dkim";
/// Name of a domain's DMARC records in `missing`.
pub const DMARC: &str = "dmarc";

/// Redirects that are followed in a row; receivers look up ten names at most for a mail, all terms included.
const REDIRECTS: usize = 5;

/// All domains and aliases of the tenant.
#[derive(Debug)]
pub struct Domains {
    /// Sorted by name; open where the list could not be read in full.
    pub list: Listing<MailDomain>,
    /// The name of the primary one.
    pub primary: Fact<String>,
}

/// A domain, and what DNS says of it.
#[derive(Debug)]
pub struct MailDomain {
    /// Its name.
    pub name: DomainName,
    /// What it is to the tenant.
    pub kind: Fact<DomainKind>,
    /// Whether the tenant has shown that it is its own.
    pub verified: Fact<bool>,
    /// SPF records; of more than one, none is in force, and all are here.
    pub spf: Listing<SpfRecord>,
    /// DMARC records: its own, else those of its organisational domain.
    pub dmarc: Listing<DmarcRecord>,
    /// Whether these are the organisational domain's.
    pub dmarc_inherited: Fact<bool>,
    /// DKIM keys, of the selectors that were asked for; which others there may be no answer tells.
    pub dkim: Listing<DkimKey>,
}

/// An SPF record, with what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpfRecord {
    /// As published.
    pub text: String,
    /// The `all` in force, redirects followed.
    pub all: Fact<SpfAll>,
    /// Its own redirect, as written; empty where there is none.
    pub redirect: String,
    /// Whose senders may send, in lower case, those behind redirects among them.
    pub includes: Listing<String>,
}

/// A DKIM key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DkimKey {
    /// The name under which it is published.
    pub selector: String,
    /// As published. An empty `p=` says that the key is revoked.
    pub text: String,
}

impl Domains {
    /// What is known of them.
    #[must_use]
    pub fn new(evidence: &Evidence) -> Self {
        let keys = keys_by_domain(evidence);
        let selectors = keys.values().flatten().map(|(selector, _)| *selector).collect();
        let ground = Ground { answers: Answers::new(evidence), keys, selectors, evidence };
        let mut list = Listing::empty();
        list.open.extend(unread(evidence, SourceId::Domains, DOMAINS));
        list.items.extend(evidence.directory.domains.iter().map(|own| ground.domain(own)));
        Self { list, primary: primary(evidence) }
    }
}

/// The answers about DKIM keys by domain.
fn keys_by_domain(evidence: &Evidence) -> BTreeMap<&str, Vec<(&str, &DomainName)>> {
    let mut keys: BTreeMap<&str, Vec<(&str, &DomainName)>> = BTreeMap::new();
    for name in evidence.directory.dns.keys() {
        if let Some((selector, domain)) = name.as_str().split_once("._domainkey.") {
            keys.entry(domain).or_default().push((selector, name));
        }
    }
    keys
}

/// The primary domain, as the list of domains and the tenant's own record call it.
fn primary(evidence: &Evidence) -> Fact<String> {
    let own = evidence.directory.domains.iter().filter(|own| own.kind == Some(DomainKind::Primary));
    let mut names: BTreeSet<String> = own.map(|own| own.name.to_string()).collect();
    let mut items: BTreeSet<Arc<Item>> = names.iter().map(|name| domain_item(name, "the primary domain")).collect();
    if let Some(name) = evidence.tenant.as_ref().and_then(|tenant| tenant.primary_domain.as_deref()) {
        items.insert(Arc::new(Item {
            at: None,
            source: Source::Google(SourceId::Customer),
            locator: "customerDomain".to_owned(),
            says: format!("the primary domain is {name}"),
            actor: None,
        }));
        names.insert(name.parse::<DomainName>().map_or_else(|_| name.to_owned(), |name| name.to_string()));
    }
    let mut gaps = BTreeSet::new();
    let standing = match (names.len(), names.pop_first()) {
        (1, Some(name)) => Standing::Known(name, Strength::Proven),
        (_, Some(_)) => {
            gaps.insert(Gap {
                fact: DOMAINS.into(),
                why: "the sources name different primary domains".to_owned(),
                supply: "collect again: the primary domain may have been changed meanwhile".to_owned(),
            });
            Standing::Conflict
        }
        (_, None) => {
            gaps.insert(unread(evidence, SourceId::Customer, DOMAINS).unwrap_or_else(|| Gap {
                fact: DOMAINS.into(),
                why: "no record names the primary domain".to_owned(),
                supply: remedy(SourceId::Domains),
            }));
            Standing::Unknown
        }
    };
    Fact { standing, evidence: items, gaps, ..Fact::unknown() }
}

fn domain_item(name: &str, says: &str) -> Arc<Item> {
    Arc::new(Item {
        at: None,
        source: Source::Google(SourceId::Domains),
        locator: format!("domain={name}"),
        says: says.to_owned(),
        actor: None,
    })
}

struct Ground<'e> {
    answers: Answers<'e>,
    keys: BTreeMap<&'e str, Vec<(&'e str, &'e DomainName)>>,
    /// Every selector that was asked for below any domain.
    selectors: BTreeSet<&'e str>,
    evidence: &'e Evidence,
}

impl Ground<'_> {
    fn domain(&self, own: &OwnDomain) -> MailDomain {
        let (dmarc, dmarc_inherited) = self.dmarc(&own.name);
        let name = own.name.as_str();
        MailDomain {
            kind: self.said(name, own.kind, |kind| format!("a domain of the kind {}", kind.as_str())),
            verified: self.said(name, own.verified, |is| if *is { "verified" } else { "not verified" }.to_owned()),
            spf: self.spf(&own.name),
            dmarc,
            dmarc_inherited,
            dkim: self.dkim(name),
            name: own.name.clone(),
        }
    }

    fn said<T>(&self, name: &str, value: Option<T>, says: impl Fn(&T) -> String) -> Fact<T> {
        let Some(value) = value else {
            let gap = unread(self.evidence, SourceId::Domains, DOMAINS).unwrap_or_else(|| Gap {
                fact: DOMAINS.into(),
                why: format!("the records do not say the same, or nothing, about {name}"),
                supply: format!("collect again; {}", remedy(SourceId::Domains)),
            });
            return Fact { gaps: BTreeSet::from([gap]), ..Fact::unknown() };
        };
        let item = domain_item(name, &says(&value));
        Fact { evidence: BTreeSet::from([item]), ..Fact::known(value, Strength::Proven) }
    }

    fn spf(&self, domain: &DomainName) -> Listing<SpfRecord> {
        let texts = match self.answers.texts(domain, SPF) {
            Ok(texts) => texts,
            Err(gap) => return Listing::unknown(gap),
        };
        let mut list = Listing::empty();
        for text in texts {
            let Some(terms) = Terms::read(text) else { continue };
            list.evidence.insert(dns_item(domain, text));
            let redirect = terms.redirect.clone().unwrap_or_default();
            let (all, includes) = self.follow(domain, terms);
            list.items.push(SpfRecord { text: text.clone(), all, redirect, includes });
        }
        if list.items.is_empty() {
            list.evidence.insert(dns_item(domain, "no SPF record"));
        }
        list
    }

    /// What a record comes to behind its redirects. Where receivers give up (RFC 7208 calls it a permanent error), nothing
    /// is in force.
    fn follow(&self, domain: &DomainName, mut terms: Terms) -> (Fact<SpfAll>, Listing<String>) {
        let mut all = Fact::unknown();
        let mut includes = Listing::empty();
        let mut at = domain.clone();
        let mut seen = BTreeSet::from([domain.clone()]);
        let settle = |standing, mut fact: Fact<SpfAll>, includes: Listing<String>| {
            fact.standing = Standing::Known(standing, Strength::Proven);
            (fact, includes)
        };
        for _ in 0..=REDIRECTS {
            if let Some(fault) = &terms.fault {
                all.evidence.insert(dns_item(&at, &format!("an SPF record with the faulty term {fault}")));
                return settle(SpfAll::Absent, all, includes);
            }
            includes.items.append(&mut terms.includes);
            let target = match (terms.all, terms.target()) {
                (Some(sign), _) => return settle(sign, all, includes),
                (None, None | Some(Target::Nowhere)) => return settle(SpfAll::Absent, all, includes),
                (None, Some(Target::Domain(name))) => name,
                (None, Some(Target::Macro)) => {
                    return self.lost(
                        all,
                        includes,
                        format!("the SPF record of {at} defers to one that depends on the mail"),
                    );
                }
            };
            if !seen.insert(target.clone()) {
                return settle(SpfAll::Absent, all, includes);
            }
            let texts = match self.answers.texts(&target, SPF) {
                Ok(texts) => texts,
                Err(gap) => {
                    all.gaps.insert(gap.clone());
                    includes.open.insert(gap);
                    return (all, includes);
                }
            };
            let mut records = texts.iter().filter_map(|text| Some((text, Terms::read(text)?)));
            let (Some((text, behind)), None) = (records.next(), records.next()) else {
                all.evidence.insert(dns_item(&target, "not one SPF record, though another one defers to it"));
                return settle(SpfAll::Absent, all, includes);
            };
            all.evidence.insert(dns_item(&target, text));
            (terms, at) = (behind, target);
        }
        self.lost(all, includes, format!("the SPF record of {domain} leads through more than {REDIRECTS} redirects"))
    }

    fn lost(
        &self,
        mut all: Fact<SpfAll>,
        mut includes: Listing<String>,
        why: String,
    ) -> (Fact<SpfAll>, Listing<String>) {
        let supply =
            "write into the domain's SPF record which senders it allows, instead of deferring to another".to_owned();
        let gap = Gap { fact: SPF.into(), why, supply };
        all.gaps.insert(gap.clone());
        includes.open.insert(gap);
        (all, includes)
    }

    fn dmarc(&self, domain: &DomainName) -> (Listing<DmarcRecord>, Fact<bool>) {
        let inherited = |answer| Fact::known(answer, Strength::Proven);
        let own = self.policies(domain);
        if !own.items.is_empty() {
            return (own, inherited(false));
        }
        if !own.is_whole() {
            let gaps = own.open.clone();
            return (own, Fact { gaps, ..Fact::unknown() });
        }
        let above = psl::domain_str(domain.as_str()).and_then(|name| name.parse::<DomainName>().ok());
        let Some(above) = above.filter(|above| above != domain) else { return (own, inherited(false)) };
        let mut policies = self.policies(&above);
        policies.evidence.extend(own.evidence);
        let origin = if policies.is_whole() {
            inherited(!policies.items.is_empty())
        } else {
            Fact { gaps: policies.open.clone(), ..Fact::unknown() }
        };
        (policies, origin)
    }

    /// The DMARC records published for exactly that domain.
    fn policies(&self, domain: &DomainName) -> Listing<DmarcRecord> {
        let mut list = Listing::empty();
        // A domain so long that nothing can stand before it has no policy.
        let Ok(name) = domain.below("_dmarc") else { return list };
        let texts = match self.answers.texts(&name, DMARC) {
            Ok(texts) => texts,
            Err(gap) => return Listing::unknown(gap),
        };
        for record in texts.iter().filter_map(|text| dmarc::read(text)) {
            list.evidence.insert(dns_item(&name, &record.text));
            list.items.push(record);
        }
        if list.items.is_empty() {
            list.evidence.insert(dns_item(&name, "no DMARC record"));
        }
        list
    }

    fn dkim(&self, domain: &str) -> Listing<DkimKey> {
        let mut list = Listing::empty();
        let Some(asked) = self.keys.get(domain) else {
            return Listing::unknown(self.answers.not_asked(&format!("<selector>._domainkey.{domain}"), DKIM));
        };
        // Of an answer that was lost on the way nothing else tells that it was there.
        let whole = self.answers.all_kept() && asked.len() == self.selectors.len();
        if !whole {
            list.open.insert(self.answers.not_asked(&format!("<another selector>._domainkey.{domain}"), DKIM));
        }
        for (selector, name) in asked {
            let texts = match self.answers.texts(name, DKIM) {
                Ok(texts) => texts,
                Err(gap) => {
                    list.open.insert(gap);
                    continue;
                }
            };
            let mut keys = texts.iter().filter(|text| is_key(text)).peekable();
            if keys.peek().is_none() {
                list.evidence.insert(dns_item(name, "no DKIM key"));
            }
            for text in keys {
                list.evidence.insert(dns_item(name, text));
                list.items.push(DkimKey { selector: (*selector).to_owned(), text: text.clone() });
            }
        }
        list
    }
}

/// Whether a text is a DKIM key: it says so, or it has a tag for one.
fn is_key(text: &str) -> bool {
    text.starts_with("v=DKIM1") || tags::tags(text).iter().any(|(name, _)| name == "p")
}

/// Whether anything was answered for a name.
fn answered(status: DnsStatus) -> bool {
    match status {
        DnsStatus::Answer | DnsStatus::None => true,
        DnsStatus::Failed => false,
    }
}
