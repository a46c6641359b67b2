use std::collections::BTreeSet;
use std::net::SocketAddr;

use jiff::{SignedDuration, Timestamp};

use crate::domain::DkimSelector;
use crate::evidence::AppDefinition;
use crate::google::reports::Application;
use crate::google::{CustomerKey, OrganizationName, ScopeEntry, scopes};
use crate::snapshot::SourceId;

/// How far back the Reports API goes (180 days; Google's page on data retention).
const LOG_REACH: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How far back an audit looks at access evaluations, of which the latest of each user counts.
const EVALUATION_REACH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whose grants are asked for, one call a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// Users whom the token log ties to the apps under audit.
    Log,
    /// All users.
    All,
    /// All users up to [`Scan::AUTO_LIMIT`], else those of the log.
    Auto,
}

impl Scan {
    /// Up to so many users `auto` asks for all.
    pub const AUTO_LIMIT: usize = 2_000;
}

impl std::str::FromStr for Scan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "log" => Ok(Self::Log),
            "all" => Ok(Self::All),
            "auto" => Ok(Self::Auto),
            _ => Err(format!("{text:?} is not a way to scan; choose log, all or auto")),
        }
    }
}

/// What the collection is for, which decides what is asked, and with which scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The org units alone.
    OrgUnits,
    /// Only what the checks need that were chosen: [`Plan::needs`].
    Audit,
    /// Everything that gwsaudit can read, so that later versions can judge it too.
    Snapshot,
}

/// Where Access Context Manager bindings are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganizationPlan {
    /// The operator states that there are none.
    StatedNone,
    /// In this organization.
    Named(OrganizationName),
    /// In the organization that belongs to the customer.
    Find,
}

/// Whether the domain name system is asked about the tenant's domains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DnsPlan {
    /// The operator does not want it.
    Off,
    /// Of these servers, and for these keys.
    Ask {
        /// Whom to ask; none means whom this machine asks.
        servers: Vec<SocketAddr>,
        /// DKIM selectors beside the usual ones.
        selectors: Vec<DkimSelector>,
    },
}

impl Default for DnsPlan {
    fn default() -> Self {
        Self::Ask { servers: Vec::new(), selectors: Vec::new() }
    }
}

/// What to read.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The tenant.
    pub customer: CustomerKey,
    /// What for.
    pub purpose: Purpose,
    /// For an audit: the sources that the chosen checks rest on. What these rest on in turn is added.
    pub needs: BTreeSet<SourceId>,
    /// Whose grants.
    pub scan: Scan,
    /// Bindings.
    pub organization: OrganizationPlan,
    /// SPF, DKIM and DMARC.
    pub dns: DnsPlan,
    /// The apps under audit, by which the token log is searched.
    pub apps: Vec<AppDefinition>,
    /// The moment as of which everything is read.
    pub now: Timestamp,
}

impl Plan {
    /// What the checks of connections (the pack `okta-workflows-gmail`) rest on.
    pub const CONNECTIONS: [SourceId; 6] = [
        SourceId::Users,
        SourceId::Grants,
        SourceId::AdminLog,
        SourceId::TokenLog,
        SourceId::AccessEvaluationLog,
        SourceId::AccessBindings,
    ];

    /// The sources that are asked, with those that they rest on. Which groups and licences matter shows only when
    /// policies and bindings have been read: an audit asks for [`SourceId::Groups`], [`SourceId::Members`] and
    /// [`SourceId::Licences`] besides where they name some.
    #[must_use]
    pub fn sources(&self) -> BTreeSet<SourceId> {
        // Whose tenant it is, and what all verdicts are spread over.
        let mut sources = match self.purpose {
            Purpose::OrgUnits => return BTreeSet::from([SourceId::OrgUnits]),
            Purpose::Audit => BTreeSet::from([SourceId::Customer, SourceId::OrgUnits]),
            // Canaries are tried beside the collection.
            Purpose::Snapshot => SourceId::ALL.into_iter().filter(|source| *source != SourceId::Canaries).collect(),
        };
        if self.purpose == Purpose::Audit {
            let mut ahead: Vec<SourceId> = self.needs.iter().copied().collect();
            while let Some(source) = ahead.pop() {
                if sources.insert(source) {
                    ahead.extend_from_slice(rests_on(source));
                }
            }
            sources.remove(&SourceId::Canaries);
        }
        let finds = self.organization == OrganizationPlan::Find && sources.contains(&SourceId::AccessBindings);
        if !finds {
            sources.remove(&SourceId::Organizations);
        }
        sources
    }

    /// Start of a log's window. An audit looks only at the latest access evaluations: there may be one for every token.
    #[must_use]
    pub fn log_from(&self, log: Application) -> Timestamp {
        let reach = match (log, self.purpose) {
            (Application::AccessEvaluation, Purpose::Audit) => EVALUATION_REACH,
            (Application::AccessEvaluation, Purpose::Snapshot | Purpose::OrgUnits)
            | (Application::Admin | Application::Token, _) => LOG_REACH,
        };
        self.now.checked_sub(reach).unwrap_or(Timestamp::MIN)
    }
}

/// What must be read before or beside a source for it to be of use.
fn rests_on(source: SourceId) -> &'static [SourceId] {
    match source {
        SourceId::AccessBindings => &[SourceId::Organizations],
        SourceId::Grants => &[SourceId::Users, SourceId::TokenLog],
        // They are judged user by user.
        SourceId::Policies | SourceId::InboundSso => &[SourceId::Users],
        SourceId::RoleAssignments => &[SourceId::Roles, SourceId::Users],
        SourceId::Licences => &[SourceId::Policies],
        SourceId::Dns => &[SourceId::Domains],
        SourceId::Canaries
        | SourceId::Organizations
        | SourceId::Customer
        | SourceId::Domains
        | SourceId::Groups
        | SourceId::Members
        | SourceId::OrgUnits
        | SourceId::Roles
        | SourceId::Users
        | SourceId::AccessEvaluationLog
        | SourceId::AdminLog
        | SourceId::TokenLog => &[],
    }
}

/// The scope that a source is asked with; `None` where Google's APIs have no part in it: canaries have tokens of their
/// own, and the domain name system asks for none.
#[must_use]
pub(super) fn scope_of(source: SourceId) -> Option<&'static ScopeEntry> {
    Some(match source {
        SourceId::Customer => &scopes::CUSTOMER,
        SourceId::OrgUnits => &scopes::ORG_UNITS,
        SourceId::Users => &scopes::USERS,
        SourceId::Grants => &scopes::USER_SECURITY,
        SourceId::Groups => &scopes::GROUPS,
        SourceId::Members => &scopes::GROUP_MEMBERS,
        SourceId::AdminLog | SourceId::TokenLog | SourceId::AccessEvaluationLog => &scopes::AUDIT_LOG,
        SourceId::Policies => &scopes::POLICIES,
        SourceId::InboundSso => &scopes::INBOUND_SSO,
        SourceId::Roles | SourceId::RoleAssignments => &scopes::ROLES,
        SourceId::Domains => &scopes::DOMAINS,
        SourceId::Licences => &scopes::LICENCES,
        SourceId::AccessBindings | SourceId::Organizations => &scopes::CLOUD_PLATFORM,
        SourceId::Canaries | SourceId::Dns => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(purpose: Purpose, needs: &[SourceId]) -> Plan {
        Plan {
            customer: CustomerKey::Mine,
            purpose,
            needs: needs.iter().copied().collect(),
            scan: Scan::Auto,
            organization: OrganizationPlan::Find,
            dns: DnsPlan::default(),
            apps: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_audit_asks_for_what_its_checks_rest_on_and_no_more() {
        let asked = |needs: &[SourceId]| plan(Purpose::Audit, needs).sources();
        let always = [SourceId::Customer, SourceId::OrgUnits];
        assert_eq!(asked(&[]), BTreeSet::from(always));
        assert_eq!(
            asked(&[SourceId::Dns]),
            [&always[..], &[SourceId::Domains, SourceId::Dns]].concat().into_iter().collect()
        );
        let policies = asked(&[SourceId::Policies]);
        assert_eq!(policies, [&always[..], &[SourceId::Policies, SourceId::Users]].concat().into_iter().collect());
        let connections = asked(&Plan::CONNECTIONS);
        let beside = [&always[..], &Plan::CONNECTIONS, &[SourceId::Organizations]].concat();
        assert_eq!(connections, beside.into_iter().collect());
    }

    #[test]
    fn a_snapshot_asks_for_everything_but_canaries() {
        let mut all = plan(Purpose::Snapshot, &[]).sources();
        assert!(!all.contains(&SourceId::Canaries));
        all.insert(SourceId::Canaries);
        assert_eq!(all, SourceId::ALL.into_iter().collect());
        let stated = Plan { organization: OrganizationPlan::StatedNone, ..plan(Purpose::Snapshot, &[]) };
        assert!(!stated.sources().contains(&SourceId::Organizations));
    }

    #[test]
    fn every_source_of_googles_has_a_scope() {
        for source in SourceId::ALL {
            assert_eq!(scope_of(source).is_none(), matches!(source, SourceId::Canaries | SourceId::Dns), "{source}");
        }
    }
}
