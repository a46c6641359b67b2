//! What to supply where a source was not read in full.

use std::borrow::Cow;

use super::fact::Gap;
use crate::evidence::Evidence;
use crate::google::{ScopeEntry, scopes};
use crate::snapshot::SourceId;

/// What a source leaves open about a fact; `None` where it is whole.
pub(super) fn unread(evidence: &Evidence, id: SourceId, fact: &'static str) -> Option<Gap> {
    if evidence.is_complete(id) {
        return None;
    }
    let source = evidence.source(id);
    let why = match source.and_then(|source| source.error.as_ref().or(source.note.as_ref())) {
        Some(reason) => format!("{id} could not be read in full: {reason}"),
        None if source.is_some() => format!("{id} could not be read in full"),
        None => format!("{id} was not asked for"),
    };
    let next_step = source.and_then(|source| source.next_step.clone());
    Some(Gap { fact: Cow::Borrowed(fact), why, supply: next_step.unwrap_or_else(|| remedy(id)) })
}

/// What makes a source readable.
pub(super) fn remedy(id: SourceId) -> String {
    let api = |api: &str, method: &str, scope: &ScopeEntry| {
        format!(
            "let the audit read {id} ({method} of the {api}): delegate the scope {}, and let the administrator that it acts \
             as hold a role that may read this",
            scope.url
        )
    };
    match id {
        SourceId::Users => api("Admin SDK API", "users.list", &scopes::USERS),
        SourceId::OrgUnits => api("Admin SDK API", "orgunits.list", &scopes::ORG_UNITS),
        SourceId::Customer => api("Admin SDK API", "customers.get", &scopes::CUSTOMER),
        SourceId::Groups => api("Admin SDK API", "groups.list", &scopes::GROUPS),
        SourceId::Members => api("Admin SDK API", "members.list", &scopes::GROUP_MEMBERS),
        SourceId::Roles => api("Admin SDK API", "roles.list", &scopes::ROLES),
        SourceId::RoleAssignments => api("Admin SDK API", "roleAssignments.list", &scopes::ROLES),
        SourceId::Domains => api("Admin SDK API", "domains.list", &scopes::DOMAINS),
        SourceId::InboundSso => api("Cloud Identity API", "inboundSsoAssignments.list", &scopes::INBOUND_SSO),
        SourceId::Dns => {
            "run the audit where TXT records can be looked up, with the tenant's domains listed (directory.domains)"
                .to_owned()
        }
        SourceId::AccessBindings
        | SourceId::Canaries
        | SourceId::Policies
        | SourceId::Organizations
        | SourceId::Grants
        | SourceId::Licences
        | SourceId::AccessEvaluationLog
        | SourceId::AdminLog
        | SourceId::TokenLog => format!("make {id} readable for the audit, then run it again"),
    }
}
