//! Every scope that gwsaudit ever asks for, and why.
//!
//! Each is asked for by itself, in a token of its own, so that a scope that an administrator did not delegate costs
//! the sources that need it and no other. The scope asked for must be delegated literally: a broader one does not
//! cover it (Google's pages on domain-wide delegation).

/// A scope and what it is for.
#[derive(Debug, PartialEq, Eq)]
pub struct ScopeEntry {
    /// As it is delegated and asked for.
    pub url: &'static str,
    /// What gwsaudit reads with it.
    pub reason: &'static str,
    /// Why it is not a `.readonly` one; `None` where it is.
    pub broader_because: Option<&'static str>,
}

/// `customers.get`.
pub static CUSTOMER: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.customer.readonly",
    reason: "the tenant's customer ID, primary domain and name",
    broader_because: None,
};

/// `orgunits.list`.
pub static ORG_UNITS: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.orgunit.readonly",
    reason: "the tree of org units that settings are inherited along",
    broader_because: None,
};

/// `users.list`.
pub static USERS: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.user.readonly",
    reason: "which org unit each account is in, and whether it is active",
    broader_because: None,
};

/// `groups.list`.
pub static GROUPS: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.group.readonly",
    reason: "the groups that session bindings and policies name",
    broader_because: None,
};

/// `members.list`.
pub static GROUP_MEMBERS: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.group.member.readonly",
    reason: "who is in groups that session bindings, policies and roles name",
    broader_because: None,
};

/// `tokens.list`.
pub static USER_SECURITY: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.user.security",
    reason: "which apps each account has authorised, with which scopes",
    broader_because: Some("tokens.list has no read-only scope"),
};

/// `activities.list`.
pub static AUDIT_LOG: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.reports.audit.readonly",
    reason: "what administrators changed, and which apps users authorised",
    broader_because: None,
};

/// `policies.list`.
pub static POLICIES: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/cloud-identity.policies.readonly",
    reason: "policies as they are set now",
    broader_because: None,
};

/// `inboundSsoAssignments.list`.
pub static INBOUND_SSO: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/cloud-identity.inboundsso.readonly",
    reason: "which users sign in through an identity provider of the tenant's own",
    broader_because: None,
};

/// `roles.list` and `roleAssignments.list`.
pub static ROLES: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.rolemanagement.readonly",
    reason: "administrator roles, and who holds them",
    broader_because: None,
};

/// `domains.list`.
pub static DOMAINS: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/admin.directory.domain.readonly",
    reason: "the tenant's domains, whose SPF, DKIM and DMARC records are public",
    broader_because: None,
};

/// `licenseAssignments.listForProduct`.
pub static LICENCES: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/apps.licensing",
    reason: "who holds a licence of the products that policies are bound to; optional",
    broader_because: Some("the Enterprise License Manager API has no read-only scope"),
};

/// `gcpUserAccessBindings.list` and `organizations.search`.
///
/// Resource Manager has a read-only scope, but shares this one so that one line of delegation serves both.
pub static CLOUD_PLATFORM: ScopeEntry = ScopeEntry {
    url: "https://www.googleapis.com/auth/cloud-platform",
    reason: "session lengths that Access Context Manager binds to groups; optional",
    broader_because: Some("Access Context Manager accepts no narrower scope"),
};

/// All of them.
pub static ALL: [&ScopeEntry; 13] = [
    &CUSTOMER,
    &ORG_UNITS,
    &USERS,
    &GROUPS,
    &GROUP_MEMBERS,
    &USER_SECURITY,
    &AUDIT_LOG,
    &POLICIES,
    &INBOUND_SSO,
    &ROLES,
    &DOMAINS,
    &LICENCES,
    &CLOUD_PLATFORM,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn all_but_named_exceptions_are_read_only() {
        let broader: Vec<_> =
            ALL.iter().filter(|entry| !entry.url.ends_with(".readonly")).map(|entry| entry.url).collect();
        assert_eq!(
            broader,
            [
                "https://www.googleapis.com/auth/admin.directory.user.security",
                "https://www.googleapis.com/auth/apps.licensing",
                "https://www.googleapis.com/auth/cloud-platform"
            ]
        );
        for entry in ALL {
            assert_eq!(entry.url.ends_with(".readonly"), entry.broader_because.is_none(), "{}", entry.url);
            assert!(!entry.reason.is_empty());
        }
    }

    #[test]
    fn none_is_listed_twice() {
        assert_eq!(ALL.iter().map(|entry| entry.url).collect::<BTreeSet<_>>().len(), ALL.len());
    }
}
