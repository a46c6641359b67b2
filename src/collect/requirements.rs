//! What it takes to read each source: a scope, an API, a privilege. `setup` tells people, `doctor` tries it.

use crate::google::privileges::Privilege;
use crate::google::{Api, ScopeEntry};
use crate::snapshot::SourceId;

use super::plan::{OrganizationPlan, Plan, scope_of};

/// Whether a source is asked in every audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// It is.
    Always,
    /// Only where what is read first names a group or a product.
    WhereNamed,
}

/// What it takes to read a source of Google's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// Which.
    pub source: SourceId,
    /// The scope that it is asked with.
    pub scope: &'static ScopeEntry,
    /// The API that has it.
    pub api: Api,
    /// What the administrator acted for must be allowed to do.
    pub privilege: Privilege,
    /// When it is asked.
    pub occasion: Occasion,
}

impl Plan {
    /// What it takes to carry the plan out, by source. What the operator states need not be read, and is not in it.
    #[must_use]
    pub fn requirements(&self) -> Vec<Requirement> {
        let mut asked = self.sources();
        if self.organization == OrganizationPlan::StatedNone {
            asked.remove(&SourceId::AccessBindings);
        }
        let mut found: Vec<Requirement> =
            asked.iter().filter_map(|source| requirement(*source, Occasion::Always)).collect();
        let namers = [SourceId::AccessBindings, SourceId::Policies, SourceId::RoleAssignments, SourceId::InboundSso];
        let mut later = Vec::new();
        if namers.iter().any(|namer| asked.contains(namer)) {
            later.push(SourceId::Members);
        }
        if asked.contains(&SourceId::Policies) {
            later.extend([SourceId::Groups, SourceId::Licences]);
        }
        later.retain(|source| !asked.contains(source));
        found.extend(later.into_iter().filter_map(|source| requirement(source, Occasion::WhereNamed)));
        found.sort_by_key(|requirement| requirement.source);
        found
    }
}

fn requirement(source: SourceId, occasion: Occasion) -> Option<Requirement> {
    let scope = scope_of(source)?;
    let (api, call) = call_of(source)?;
    Some(Requirement { source, scope, api, privilege: Privilege::of(api, call), occasion })
}

/// The call by which a source is read.
fn call_of(source: SourceId) -> Option<(Api, &'static str)> {
    Some(match source {
        SourceId::Customer => (Api::Directory, "directory.customers.get"),
        SourceId::OrgUnits => (Api::Directory, "directory.orgunits.list"),
        SourceId::Users => (Api::Directory, "directory.users.list"),
        SourceId::Grants => (Api::Directory, "directory.tokens.list"),
        SourceId::Groups => (Api::Directory, "directory.groups.list"),
        SourceId::Members => (Api::Directory, "directory.members.list"),
        SourceId::Roles => (Api::Directory, "directory.roles.list"),
        SourceId::RoleAssignments => (Api::Directory, "directory.roleAssignments.list"),
        SourceId::Domains => (Api::Directory, "directory.domains.list"),
        SourceId::AdminLog | SourceId::TokenLog | SourceId::AccessEvaluationLog => {
            (Api::Reports, "reports.activities.list")
        }
        SourceId::Policies => (Api::Policies, "cloudidentity.policies.list"),
        SourceId::InboundSso => (Api::InboundSso, "cloudidentity.inboundSsoAssignments.list"),
        SourceId::Licences => (Api::Licensing, "licensing.licenseAssignments.listForProduct"),
        SourceId::AccessBindings => {
            (Api::AccessContext, "accesscontextmanager.organizations.gcpUserAccessBindings.list")
        }
        SourceId::Organizations => (Api::ResourceManager, "cloudresourcemanager.organizations.search"),
        SourceId::Canaries | SourceId::Dns => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::{DnsPlan, Purpose, Scan};
    use crate::google::CustomerKey;

    fn of(needs: &[SourceId], organization: OrganizationPlan) -> Vec<(SourceId, Occasion)> {
        let plan = Plan {
            customer: CustomerKey::Mine,
            purpose: Purpose::Audit,
            needs: needs.iter().copied().collect(),
            scan: Scan::Auto,
            organization,
            dns: DnsPlan::default(),
            apps: Vec::new(),
            now: jiff::Timestamp::UNIX_EPOCH,
        };
        plan.requirements().iter().map(|one| (one.source, one.occasion)).collect()
    }

    #[test]
    fn what_may_be_named_is_required_too() {
        let policies = of(&[SourceId::Policies], OrganizationPlan::Find);
        for source in [SourceId::Groups, SourceId::Members, SourceId::Licences] {
            assert!(policies.contains(&(source, Occasion::WhereNamed)), "{policies:?}");
        }
        assert!(policies.contains(&(SourceId::Policies, Occasion::Always)));
        let bindings = of(&[SourceId::AccessBindings], OrganizationPlan::Find);
        assert!(bindings.contains(&(SourceId::Members, Occasion::WhereNamed)), "{bindings:?}");
        assert!(bindings.contains(&(SourceId::Organizations, Occasion::Always)), "{bindings:?}");
    }

    #[test]
    fn what_is_stated_is_not_required() {
        let stated = of(&[SourceId::AccessBindings], OrganizationPlan::StatedNone);
        let sources: Vec<_> = stated.into_iter().map(|(source, _)| source).collect();
        assert_eq!(sources, [SourceId::Customer, SourceId::OrgUnits]);
    }

    #[test]
    fn every_source_with_a_scope_has_a_call() {
        for source in SourceId::ALL {
            assert_eq!(scope_of(source).is_some(), call_of(source).is_some(), "{source}");
        }
    }
}
