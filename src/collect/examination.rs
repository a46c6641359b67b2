//! Whether everything that a plan takes is there: each scope's token, and of each source one small read.
//!
//! The calls are those of the collection, for pages of one thing. What cannot be tried because something before it failed
//! is said to be untried, and why; nothing is judged.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::join;

use crate::domain::Email;
use crate::google::directory::{self, Accounts, GroupsOf, Membership, Projection};
use crate::google::reports::{self, ActivityQuery, Application};
use crate::google::{
    ApiError, CustomerId, Google, OrganizationName, Pace, Pages, Raw, ScopeEntry, ServerDate, Session, access_context,
    domains, inbound_sso, licensing, policies, resource_manager, roles, scopes,
};
use crate::snapshot::SourceId;

use super::bindings::pick;
use super::plan::{OrganizationPlan, Plan};
use super::requirements::Requirement;

/// What came of it.
#[derive(Debug)]
pub struct Examination {
    /// Whether Google answers at all.
    pub reached: Result<(), ApiError>,
    /// What Google's clock showed, where it told.
    pub clock: Option<ServerDate>,
    /// What came of the first token, by which credentials and account are tried; `None` where Google was not reached.
    pub first_token: Option<Result<(), ApiError>>,
    /// What came of each scope's token, in the order of [`scopes::ALL`]; empty where the first said that there are none.
    pub tokens: Vec<(&'static ScopeEntry, Result<(), ApiError>)>,
    /// What came of each source, in the order of the requirements; empty where there are no tokens.
    pub sources: Vec<(Requirement, Finding)>,
    /// The tenant's primary domain, where it could be read.
    pub primary_domain: Option<String>,
    /// The organization whose bindings are read, where it is known.
    pub organization: Option<OrganizationName>,
}

impl Examination {
    /// Whether anything of the tenant could be read: if not, an audit could not run either.
    #[must_use]
    pub fn anything_read(&self) -> bool {
        self.sources.iter().any(|(_, finding)| matches!(finding, Finding::Read | Finding::Log(_)))
    }
}

/// What came of one source.
#[derive(Debug)]
pub enum Finding {
    /// It can be read.
    Read,
    /// It is a log, it can be read, and reaches back so far.
    Log(LogReach),
    /// There is nothing to read at present; why.
    Nothing(&'static str),
    /// It answers, and what it says leaves the source out of reach; why.
    OutOfReach(String),
    /// There is no token to ask with.
    NoToken,
    /// It was not tried; why.
    Untried(&'static str),
    /// The answer is an error.
    Failed(ApiError),
}

/// How far back a log goes, as far as a few reads of one event each tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogReach {
    /// From when on an audit reads it.
    pub wanted_from: Timestamp,
    /// The newest event in the oldest sixth of that time that holds any: the log reaches at least so far. `None` where
    /// there is no event at all.
    pub seen: Option<Timestamp>,
}

/// Parts of a log's window that are looked at, the oldest first, until one holds an event.
const PARTS: i32 = 6;
/// Every tenant's users hold licences of it.
const WORKSPACE: &str = "Google-Apps";

/// Tries all that the plan requires.
pub async fn examine(google: &Google, plan: &Plan, administrator: &Email) -> Examination {
    let requirements = plan.requirements();
    let door = google.session("doctor", &scopes::CUSTOMER, Pace::Directory);
    let reached = door.knock().await;
    let mut found = Examination {
        reached,
        clock: google.server_date(),
        first_token: None,
        tokens: Vec::new(),
        sources: Vec::new(),
        primary_domain: None,
        organization: None,
    };
    if found.reached.is_err() {
        return found;
    }
    // Alone: where the credentials are the trouble, one refusal is enough.
    let first = door.authorize().await;
    let scopes_matter = first.as_ref().err().is_none_or(concerns_one_scope);
    found.first_token = Some(first);
    if !scopes_matter {
        return found;
    }
    let wanted = scopes::ALL.into_iter().filter(|scope| requirements.iter().any(|one| one.scope == *scope));
    found.tokens = join_all(
        wanted.map(|scope| async move { (scope, google.session("doctor", scope, Pace::Directory).authorize().await) }),
    )
    .await;
    Round { google, plan, administrator, requirements: &requirements, tokens: &found.tokens }
        .go()
        .await
        .told(&requirements, &mut found);
    found.clock = google.server_date().or(found.clock);
    found
}

/// Whether a refused token leaves open how others would fare.
fn concerns_one_scope(error: &ApiError) -> bool {
    use crate::google::ErrorKind as Kind;
    match error.kind() {
        Kind::ScopeNotDelegated { .. } => true,
        Kind::ApiNotEnabled { .. }
        | Kind::NotAdministrator
        | Kind::UnknownSubject
        | Kind::Quota(_)
        | Kind::NoSuchCustomer
        | Kind::NotFound
        | Kind::CredentialsRefused
        | Kind::Keyless(_)
        | Kind::ClockSkew
        | Kind::Unauthenticated
        | Kind::Unreachable
        | Kind::ConnectionLost
        | Kind::TimedOut
        | Kind::PatienceExhausted
        | Kind::DeadlineReached
        | Kind::Interrupted
        | Kind::BodyTooLarge { .. }
        | Kind::Garbled(_)
        | Kind::PageLoop
        | Kind::Server(_)
        | Kind::Redirected
        | Kind::Refused => false,
    }
}

/// One small read of each source.
struct Round<'e> {
    google: &'e Google,
    plan: &'e Plan,
    administrator: &'e Email,
    requirements: &'e [Requirement],
    tokens: &'e [(&'static ScopeEntry, Result<(), ApiError>)],
}

/// What a round found.
struct Seen {
    findings: BTreeMap<SourceId, Finding>,
    primary_domain: Option<String>,
    organization: Option<OrganizationName>,
}

impl Seen {
    fn told(mut self, requirements: &[Requirement], found: &mut Examination) {
        found.sources = requirements
            .iter()
            .map(|one| (*one, self.findings.remove(&one.source).unwrap_or(Finding::Untried("nothing asked for it"))))
            .collect();
        found.primary_domain = self.primary_domain;
        found.organization = self.organization;
    }
}

impl Round<'_> {
    /// The access to a source that is wanted and has a token; else why there is none.
    fn access(&self, source: SourceId, pace: Pace) -> Option<Result<Session, Finding>> {
        let requirement = self.requirements.iter().find(|one| one.source == source)?;
        let token = self.tokens.iter().any(|(scope, token)| *scope == requirement.scope && token.is_ok());
        Some(if token {
            Ok(self.google.session(source.as_str(), requirement.scope, pace).glance())
        } else {
            Err(Finding::NoToken)
        })
    }

    /// Tries a source, where it is wanted.
    async fn of<F>(&self, source: SourceId, pace: Pace, look: impl FnOnce(Session) -> F) -> Option<(SourceId, Finding)>
    where
        F: Future<Output = Finding>,
    {
        let finding = match self.access(source, pace)? {
            Ok(session) => look(session).await,
            Err(finding) => finding,
        };
        Some((source, finding))
    }

    async fn go(&self) -> Seen {
        let customer = &self.plan.customer;
        let (tenant, groups) = join!(self.tenant(), self.groups());
        let (tenant_finding, customer_id, primary_domain) = tenant;
        let bound = self.bindings(customer_id.as_deref());
        let simple = async {
            join!(
                self.of(SourceId::OrgUnits, Pace::Directory, |session| async move {
                    outcome(directory::org_units(&session, customer).await)
                }),
                self.of(SourceId::Users, Pace::Directory, |session| {
                    glance(directory::users(&session, customer, Projection::Basic, Accounts::Existing))
                }),
                self.of(SourceId::Grants, Pace::Directory, |session| async move {
                    outcome(directory::tokens(&session, self.administrator.as_str()).await)
                }),
                self.of(SourceId::Domains, Pace::Directory, |session| async move {
                    outcome(domains::list(&session, customer).await)
                }),
                self.of(SourceId::Roles, Pace::Directory, |session| glance(roles::roles(&session, customer))),
                self.of(SourceId::RoleAssignments, Pace::Directory, |session| {
                    glance(roles::assignments(&session, customer))
                }),
                self.of(SourceId::Policies, Pace::Policies, |session| glance(policies::list(&session, customer))),
                self.of(SourceId::InboundSso, Pace::InboundSso, |session| {
                    glance(inbound_sso::assignments(&session, customer))
                }),
                self.of(SourceId::Licences, Pace::Licensing, |session| {
                    licences(session, customer.id().map(str::to_owned).or(customer_id.clone()))
                }),
            )
        };
        let logs = async {
            join!(
                self.log(SourceId::AdminLog, Application::Admin, None),
                self.log(SourceId::TokenLog, Application::Token, Some("authorize")),
                self.log(SourceId::AccessEvaluationLog, Application::AccessEvaluation, None),
            )
        };
        let (bound, simple, logs) = join!(bound, simple, logs);
        let (group_finding, listed) = groups;
        let members = self.members(listed, &bound).await;
        let (a, b, c, d, e, f, g, h, i) = simple;
        let mut findings: BTreeMap<SourceId, Finding> =
            [a, b, c, d, e, f, g, h, i, logs.0, logs.1, logs.2, tenant_finding, group_finding, members]
                .into_iter()
                .flatten()
                .collect();
        findings.extend(bound.findings);
        Seen { findings, primary_domain, organization: bound.organization }
    }

    async fn tenant(&self) -> (Option<(SourceId, Finding)>, Option<String>, Option<String>) {
        let source = SourceId::Customer;
        let (finding, read) = match self.access(source, Pace::Directory) {
            None => return (None, None, None),
            Some(Err(finding)) => (finding, None),
            Some(Ok(session)) => match directory::customer(&session, &self.plan.customer).await {
                Ok(raw) => (Finding::Read, raw.read().ok()),
                Err(error) => (Finding::Failed(error), None),
            },
        };
        let (id, domain) = read.map(|customer| (customer.id, customer.customer_domain)).unzip();
        (Some((source, finding)), id, domain.flatten())
    }

    /// Whether groups can be listed, and one of them.
    async fn groups(&self) -> (Option<(SourceId, Finding)>, Option<Listed>) {
        let source = SourceId::Groups;
        match self.access(source, Pace::Directory) {
            None => (None, None),
            Some(Err(finding)) => (Some((source, finding)), None),
            Some(Ok(session)) => {
                let mut pages = directory::groups(&session, GroupsOf::Customer(&self.plan.customer));
                match pages.next().await {
                    None => (Some((source, Finding::Read)), Some(Listed::None)),
                    Some(Ok(page)) => {
                        let first = page.iter().find_map(|raw| raw.read().ok()).map(|group| group.id);
                        (Some((source, Finding::Read)), Some(first.map_or(Listed::None, Listed::One)))
                    }
                    Some(Err(error)) => (Some((source, Finding::Failed(error))), None),
                }
            }
        }
    }

    /// Members of a group that is listed or bound.
    async fn members(&self, listed: Option<Listed>, bound: &Bound) -> Option<(SourceId, Finding)> {
        let group = match (listed, &bound.group) {
            (Some(Listed::One(group)), _) => Ok(group),
            (_, Some(group)) => Ok(group.clone()),
            (Some(Listed::None), None) => Err(Finding::Nothing("the tenant has no group")),
            (None, None) if bound.empty && !self.plan.sources().contains(&SourceId::Policies) => {
                Err(Finding::Nothing("no session binding names a group, so that nobody's members are asked for"))
            }
            (None, None) => Err(Finding::Untried("no group is known whose members could be asked for")),
        };
        self.of(SourceId::Members, Pace::Directory, |session| async move {
            match group {
                Ok(group) => glance(directory::members(&session, &group, Membership::Direct)).await,
                Err(finding) => finding,
            }
        })
        .await
    }

    async fn bindings(&self, customer: Option<&str>) -> Bound {
        let mut bound = Bound::default();
        let organization = match &self.plan.organization {
            OrganizationPlan::StatedNone => return bound,
            OrganizationPlan::Named(name) => Some(name.clone()),
            OrganizationPlan::Find => match self.organization(customer).await {
                None => return bound,
                Some((finding, found)) => {
                    bound.findings.push((SourceId::Organizations, finding));
                    found
                }
            },
        };
        let source = SourceId::AccessBindings;
        let finding = match (self.access(source, Pace::AccessContext), &organization) {
            (None, _) => return bound,
            (Some(Err(finding)), _) => finding,
            (Some(Ok(_)), None) => Finding::Untried("the organization is not known"),
            (Some(Ok(session)), Some(organization)) => {
                match access_context::bindings(&session, organization).next().await {
                    Some(Err(error)) => Finding::Failed(error),
                    page => {
                        let page = page.and_then(Result::ok).unwrap_or_default();
                        bound.group = page.iter().find_map(|raw| raw.read().ok()).and_then(|binding| binding.group_key);
                        bound.empty = page.is_empty();
                        Finding::Read
                    }
                }
            }
        };
        bound.findings.push((source, finding));
        bound.organization = organization;
        bound
    }

    /// The organization that belongs to the tenant. Several may be seen, so that the list is read whole.
    async fn organization(&self, customer: Option<&str>) -> Option<(Finding, Option<OrganizationName>)> {
        let session = match self.access(SourceId::Organizations, Pace::ResourceManager)? {
            Err(finding) => return Some((finding, None)),
            // What a glance would miss decides here.
            Ok(_) => {
                self.google.session(SourceId::Organizations.as_str(), &scopes::CLOUD_PLATFORM, Pace::ResourceManager)
            }
        };
        let mut pages = resource_manager::organizations(&session);
        let mut seen = Vec::new();
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => seen.extend(page.iter().filter_map(|raw| raw.read().ok())),
                Err(error) => return Some((Finding::Failed(error), None)),
            }
        }
        Some(match pick(&seen, self.plan.customer.id().or(customer)) {
            Ok(name) => (Finding::Read, Some(name)),
            Err(why) => (Finding::OutOfReach(why), None),
        })
    }

    /// Whether a log can be read, and how far back it goes.
    async fn log(
        &self,
        source: SourceId,
        log: Application,
        event_name: Option<&'static str>,
    ) -> Option<(SourceId, Finding)> {
        let pace = if event_name.is_some() { Pace::FilteredReports } else { Pace::Reports };
        self.of(source, pace, |session| async move {
            let (from, until) = (self.plan.log_from(log), self.plan.now);
            let part = until.duration_since(from) / PARTS;
            let mut seen = None;
            for nth in 0..PARTS {
                let at = |nth: i32| from.checked_add(part * nth).unwrap_or(until);
                let query = ActivityQuery {
                    application: log,
                    start: Some(at(nth)),
                    end: Some(if nth + 1 == PARTS { until } else { at(nth + 1) }),
                    event_name: event_name.map(str::to_owned),
                    customer: self.plan.customer.clone(),
                };
                match reports::activities(&session, &query).next().await {
                    Some(Err(error)) => return Finding::Failed(error),
                    Some(Ok(page)) => {
                        seen = page.iter().filter_map(|raw| raw.read().ok()).map(|activity| activity.id.time).max();
                    }
                    None => {}
                }
                if seen.is_some() {
                    break;
                }
            }
            Finding::Log(LogReach { wanted_from: from, seen })
        })
        .await
    }
}

/// What a list of groups shows at a glance.
enum Listed {
    None,
    One(String),
}

/// What was seen of the bindings.
#[derive(Default)]
struct Bound {
    findings: Vec<(SourceId, Finding)>,
    organization: Option<OrganizationName>,
    group: Option<String>,
    /// They could be read, and there are none.
    empty: bool,
}

fn outcome<T>(answer: Result<T, ApiError>) -> Finding {
    match answer {
        Ok(_) => Finding::Read,
        Err(error) => Finding::Failed(error),
    }
}

/// The first page of a list.
async fn glance<T>(mut pages: Pages<T>) -> Finding {
    let first: Option<Result<Vec<Raw<T>>, ApiError>> = pages.next().await;
    first.map_or(Finding::Read, outcome)
}

async fn licences(session: Session, customer: Option<String>) -> Finding {
    match customer.and_then(|id| id.parse::<CustomerId>().ok()) {
        Some(customer) => glance(licensing::assignments(&session, &customer, WORKSPACE)).await,
        None => Finding::Untried("the customer ID is not known, and this API asks for it"),
    }
}
