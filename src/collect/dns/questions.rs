//! Which names are looked up.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{DkimSelector, DomainName};
use crate::google::Raw;
use crate::google::domains::Domain;
use crate::snapshot::DnsAnswer;

/// The selector that the Admin console proposes, and those that Microsoft 365 uses, which often sends for the same domain.
const SELECTORS: [&str; 3] = ["google", "selector1", "selector2"];

/// What is to be asked about a tenant's domains.
#[derive(Debug, Default)]
pub(super) struct Questions {
    /// Every name once.
    pub(super) names: BTreeSet<DomainName>,
    /// The domains themselves, where SPF is.
    pub(super) senders: BTreeSet<DomainName>,
    /// Domains of Google's list whose names cannot be asked for.
    pub(super) impossible: BTreeSet<String>,
}

/// The questions about all domains and aliases that the tenant has verified: mail is handled for no other.
pub(super) fn questions(domains: &[Raw<Domain>], configured: &[DkimSelector]) -> Questions {
    let usual = SELECTORS.map(|selector| selector.parse::<DkimSelector>().expect("the literal is a selector"));
    let selectors: BTreeSet<&DkimSelector> = usual.iter().chain(configured).collect();
    let mut questions = Questions::default();
    for domain in domains.iter().filter_map(|raw| raw.read().ok()) {
        let aliases = domain.domain_aliases.iter().map(|alias| (&alias.domain_alias_name, alias.verified));
        for (name, verified) in std::iter::once((&domain.domain_name, domain.verified)).chain(aliases) {
            if verified == Some(false) {
                continue;
            }
            match name.parse::<DomainName>() {
                Ok(name) => questions.about(name, &selectors),
                Err(_) => {
                    questions.impossible.insert(name.clone());
                }
            }
        }
    }
    questions
}

impl Questions {
    fn about(&mut self, domain: DomainName, selectors: &BTreeSet<&DkimSelector>) {
        let organisation = psl::domain_str(domain.as_str()).and_then(|name| name.parse::<DomainName>().ok());
        let policies = std::iter::once(&domain).chain(&organisation).map(|name| name.below("_dmarc"));
        let keys = selectors.iter().map(|selector| selector.of(&domain));
        // A domain so long that nothing can stand before it has neither policy nor keys.
        self.names.extend(policies.chain(keys).filter_map(Result::ok));
        self.names.insert(domain.clone());
        self.senders.insert(domain);
    }
}

/// SPF redirects on the way to their end.
pub(super) struct Redirects {
    ahead: BTreeSet<DomainName>,
    seen: BTreeSet<DomainName>,
}

impl Redirects {
    pub(super) fn new(senders: BTreeSet<DomainName>) -> Self {
        Self { seen: senders.clone(), ahead: senders }
    }

    /// Where the domains looked up last point to, as far as it was not looked up yet.
    pub(super) fn step(&mut self, answers: &BTreeMap<DomainName, DnsAnswer>) -> Vec<DomainName> {
        let mut targets = BTreeSet::new();
        for name in std::mem::take(&mut self.ahead) {
            let texts = answers.get(&name).map(|answer| answer.texts.as_slice()).unwrap_or_default();
            targets.extend(texts.iter().filter_map(|text| redirect(text)));
        }
        self.ahead = targets.into_iter().filter(|name| self.seen.insert(name.clone())).collect();
        self.ahead.iter().filter(|name| !answers.contains_key(*name)).cloned().collect()
    }
}

/// Whose SPF record a record defers to. Targets with macros depend on the mail and are left out.
fn redirect(text: &str) -> Option<DomainName> {
    let mut terms = text.split_ascii_whitespace();
    if !terms.next()?.eq_ignore_ascii_case("v=spf1") {
        return None;
    }
    let target = terms.find_map(|term| {
        let (name, value) = term.split_once('=')?;
        name.eq_ignore_ascii_case("redirect").then_some(value)
    })?;
    target.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{DnsStatus, DnsType};
    use serde_json::json;

    fn name(text: &str) -> DomainName {
        text.parse().expect("a name")
    }

    fn answer(of: &str, texts: &[&str]) -> (DomainName, DnsAnswer) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let status = DnsStatus::Answer;
        (name(of), DnsAnswer { name: name(of), record_type: DnsType::Txt, status, texts, error: None })
    }

    #[test]
    fn verified_domains_and_aliases_are_asked_about_and_their_organisation() {
        let domains = [
            Raw::new(json!({"domainName": "mail.example.co.uk", "verified": true, "domainAliases": [
                {"domainAliasName": "alias.example", "verified": true},
                {"domainAliasName": "foreign.example", "verified": false},
            ]})),
            Raw::new(json!({"domainName": "not yet", "verified": true})),
            Raw::new(json!({"domainName": "claimed.example", "verified": false})),
        ];
        let asked = questions(&domains, &["s2026".parse().expect("a selector")]);
        let names: Vec<_> = asked.names.iter().map(DomainName::as_str).collect();
        assert_eq!(
            names,
            [
                "_dmarc.alias.example",
                "_dmarc.example.co.uk",
                "_dmarc.mail.example.co.uk",
                "alias.example",
                "google._domainkey.alias.example",
                "google._domainkey.mail.example.co.uk",
                "mail.example.co.uk",
                "s2026._domainkey.alias.example",
                "s2026._domainkey.mail.example.co.uk",
                "selector1._domainkey.alias.example",
                "selector1._domainkey.mail.example.co.uk",
                "selector2._domainkey.alias.example",
                "selector2._domainkey.mail.example.co.uk",
            ]
        );
        assert_eq!(asked.impossible.into_iter().collect::<Vec<_>>(), ["not yet"]);
    }

    #[test]
    fn redirects_are_followed_once_each_and_circles_end() {
        let mut redirects = Redirects::new(BTreeSet::from([name("a.example")]));
        let mut answers =
            BTreeMap::from([answer("a.example", &["hello", "V=SPF1 include:x.example REDIRECT=b.example"])]);
        assert_eq!(redirects.step(&answers), [name("b.example")]);
        answers.extend([answer("b.example", &["v=spf1 redirect=a.example"])]);
        assert_eq!(redirects.step(&answers), []);
        assert_eq!(redirects.step(&answers), []);
    }

    #[test]
    fn only_spf_redirects_and_only_to_plain_names() {
        for text in [
            "v=spf10 redirect=b.example",
            "v=DMARC1; redirect=b.example",
            "v=spf1 redirect=%{d}.b.example",
            "v=spf1",
            "",
        ] {
            assert_eq!(redirect(text), None, "{text}");
        }
        assert_eq!(redirect("v=spf1 redirect=_spf.b.example"), Some(name("_spf.b.example")));
    }
}
