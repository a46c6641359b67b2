//! `tenant` and `user`: administrators and domains.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Trace, record, text, texts};
use crate::checks::language::value::{Datum, Val};
use crate::facts::{ADMINISTRATORS, Administrator, DMARC, DmarcRecord, Fact, Facts, Gap, MailDomain, SpfRecord, Truth};

/// One field of the tenant; nothing else is looked at.
pub(crate) fn tenant_field(facts: &Facts, field: &str, trace: &mut Trace) -> Val {
    match field {
        "super_admins" => super_admins(facts, trace),
        "admins" => admins(facts, trace),
        "domains" => domains(facts, trace),
        "primary_domain" => primary_domain(facts, trace),
        _ => Val::Unknown,
    }
}

/// `tenant.super_admins`: those that can sign in.
pub(crate) fn super_admins(facts: &Facts, trace: &mut Trace) -> Val {
    active(facts, &facts.administrators.more_super_admins, |admin| &admin.is_super_admin, trace)
}

/// `tenant.admins`: those with any role that can sign in.
pub(crate) fn admins(facts: &Facts, trace: &mut Trace) -> Val {
    active(facts, &facts.administrators.more_admins, |admin| &admin.is_admin, trace)
}

/// `tenant.domains`.
pub(crate) fn domains(facts: &Facts, trace: &mut Trace) -> Val {
    trace.listing(&facts.domains.list, domain)
}

/// `tenant.primary_domain`.
pub(crate) fn primary_domain(facts: &Facts, trace: &mut Trace) -> Val {
    trace.fact(&facts.domains.primary, |name| Datum::from(name.as_str()))
}

/// Active administrators of one kind; where it is not known whether somebody is one, there may be more.
fn active(facts: &Facts, more: &BTreeSet<Gap>, kind: impl Fn(&Administrator) -> &Fact<bool>, trace: &mut Trace) -> Val {
    let mut open = more.clone();
    let mut items = Vec::new();
    for admin in &facts.administrators.list {
        let of_kind = kind(admin);
        match of_kind.truth(|is| *is) & admin.is_active() {
            Truth::TrueProven => items.push(user(admin, trace)),
            Truth::TruePresumed | Truth::Unknown | Truth::FalsePresumed => {
                for fact in [of_kind, &admin.suspended, &admin.archived] {
                    trace.items.extend(fact.evidence.iter().cloned());
                    open.extend(fact.gaps.iter().cloned());
                }
                open.insert(Gap {
                    fact: Cow::Borrowed(ADMINISTRATORS),
                    why: format!(
                        "whether {} counts among the active administrators asked for is not known",
                        admin.email
                    ),
                    supply: "see what else is missing about this account".to_owned(),
                });
            }
            // What makes somebody no part of the list is evidence for its length.
            Truth::FalseProven => {
                for fact in [of_kind, &admin.suspended, &admin.archived] {
                    trace.items.extend(fact.evidence.iter().cloned());
                }
            }
        }
    }
    trace.list(items, &open)
}

/// An account.
pub(crate) fn user(admin: &Administrator, trace: &mut Trace) -> Val {
    record(USER_FIELDS.map(|field| (field, user_field(admin, field, trace))))
}

const USER_FIELDS: [&str; 10] = [
    "email",
    "org_unit",
    "is_super_admin",
    "is_admin",
    "suspended",
    "archived",
    "roles",
    "two_step_enrolled",
    "two_step_enforced",
    "sso",
];

/// One field of an account; nothing else is looked at.
pub(crate) fn user_field(admin: &Administrator, field: &str, trace: &mut Trace) -> Val {
    let mut flag = |fact: &Fact<bool>| trace.fact(fact, |is| Datum::Bool(*is));
    match field {
        "email" => text(admin.email.as_str()),
        "org_unit" => trace.fact(&admin.org_unit, |path| Datum::from(path.as_str())),
        "is_super_admin" => flag(&admin.is_super_admin),
        "is_admin" => flag(&admin.is_admin),
        "suspended" => flag(&admin.suspended),
        "archived" => flag(&admin.archived),
        "roles" => trace.listing(&admin.roles, |role, trace| trace.fact(&role.name, |name| Datum::from(name.as_str()))),
        "two_step_enrolled" => flag(&admin.two_step_enrolled),
        "two_step_enforced" => flag(&admin.two_step_enforced),
        "sso" => trace.fact(&admin.sign_on, |sign_on| Datum::from(sign_on.as_str())),
        _ => Val::Unknown,
    }
}

/// A domain.
pub(crate) fn domain(domain: &MailDomain, trace: &mut Trace) -> Val {
    record([
        ("name", text(domain.name.as_str())),
        ("kind", trace.fact(&domain.kind, |kind| Datum::from(kind.as_str()))),
        ("verified", trace.fact(&domain.verified, |is| Datum::Bool(*is))),
        ("spf", trace.listing(&domain.spf, spf)),
        ("dmarc", trace.listing(&domain.dmarc, |record, trace| dmarc(domain, record, trace))),
        ("dmarc_inherited", trace.fact(&domain.dmarc_inherited, |is| Datum::Bool(*is))),
        (
            "dkim",
            trace
                .listing(&domain.dkim, |key, _| record([("selector", text(&key.selector)), ("text", text(&key.text))])),
        ),
    ])
}

fn spf(of: &SpfRecord, trace: &mut Trace) -> Val {
    record([
        ("text", text(&of.text)),
        ("all", trace.fact(&of.all, |all| Datum::from(all.as_str()))),
        ("redirect", text(&of.redirect)),
        ("includes", trace.listing(&of.includes, |name, _| text(name))),
    ])
}

fn dmarc(domain: &MailDomain, of: &DmarcRecord, trace: &mut Trace) -> Val {
    let mut policy = |tag: &str, policy: &Option<String>| match policy {
        Some(policy) => text(policy),
        None => {
            trace.gaps.insert(Gap {
                fact: Cow::Borrowed(DMARC),
                why: format!("the DMARC record for {} has two different {tag} tags", domain.name),
                supply: format!("leave one {tag} tag in the record"),
            });
            Val::Unknown
        }
    };
    record([
        ("text", text(&of.text)),
        ("policy", policy("p", &of.policy)),
        ("subdomain_policy", policy("sp", &of.subdomain_policy)),
        ("rua", texts(&of.rua)),
        ("ruf", texts(&of.ruf)),
    ])
}
