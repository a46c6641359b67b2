use std::collections::BTreeSet;
use std::path::Path;

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tokio::try_join;

use crate::google::reports::Application;
use crate::google::{ErrorKind, Google, Pace, Raw, directory, domains};
use crate::report::model::SourceStatus;
use crate::snapshot::{
    Header, Line, Operator, RecordKind, SCHEMA, Snapshot, SourceId, SourceRecord, Spool, WriteError, write_snapshot,
};

use super::carry::Continuity;
use super::grants::{self, Directory, Listed};
use super::logs::{self, TiedUsers};
use super::plan::{OrganizationPlan, Plan, Purpose};
use super::source::{Finished, Observer, Reading};
use super::{dns, groups, only_if, roles};

/// What only the tenant asked for can answer, the most telling first.
const TENANT_S_OWN: [SourceId; 10] = [
    SourceId::Customer,
    SourceId::OrgUnits,
    SourceId::Users,
    SourceId::AdminLog,
    SourceId::TokenLog,
    SourceId::Grants,
    SourceId::Policies,
    SourceId::Domains,
    SourceId::RoleAssignments,
    SourceId::InboundSso,
];

/// A tenant as it was read, not yet written.
#[derive(Debug)]
pub struct Collected {
    no_such_customer: bool,
    /// The customer's ID, where Google or the plan told it.
    pub(super) customer: Option<String>,
    header: Header,
    pub(super) sources: Vec<SourceRecord>,
    /// Records, in the order of the sources.
    pub(super) spools: Vec<Spool>,
    pub(super) continuity: Vec<Continuity>,
}

impl Collected {
    /// How each source went, sorted by id.
    #[must_use]
    pub fn sources(&self) -> &[SourceRecord] {
        &self.sources
    }

    /// Why there is nothing to judge: not one of the tenant's own lists and logs could be read, or Google knows no such
    /// customer. `None` where there is something.
    #[must_use]
    pub fn nothing_to_judge(&self) -> Option<&SourceRecord> {
        let of = |id: SourceId| self.sources.iter().find(|source| source.id == id.as_str());
        if self.no_such_customer {
            return of(SourceId::Customer);
        }
        let read = |source: &SourceRecord| matches!(source.status, SourceStatus::Complete | SourceStatus::Partial);
        if TENANT_S_OWN.into_iter().filter_map(of).any(read) {
            return None;
        }
        TENANT_S_OWN.into_iter().filter_map(of).find(|source| source.error.is_some())
    }

    /// Writes the snapshot to `path`, or to unnamed temporary storage.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(self, path: Option<&Path>) -> Result<Snapshot, WriteError> {
        write_snapshot(path, &self.header, &self.sources, self.spools)
    }
}

/// Reads everything that the plan asks for. Sources that fail are recorded as such; only this machine's own storage can
/// make the whole fail.
///
/// # Errors
/// [`WriteError`] where temporary storage fails.
pub async fn collect(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Collected, WriteError> {
    if plan.purpose == Purpose::OrgUnits {
        let (source, spool) = org_units(google, plan, observer).await?;
        let (sources, spools) = (vec![source], vec![spool]);
        return Ok(Collected {
            no_such_customer: false,
            customer: None,
            header: header(plan),
            sources,
            spools,
            continuity: Vec::new(),
        });
    }
    let asked = plan.sources();
    let wants = |source| asked.contains(&source);
    let (tell_customer, customer_known) = oneshot::channel();
    let customer_known = async { customer_known.await.ok().flatten() }.shared();
    let (tell_tied, tied_known) = oneshot::channel();
    let tied_known = async { tied_known.await.unwrap_or_default() };

    let (customer, org_units, users, token_log, admin_log, named, evaluation_log, roles, domains) = try_join!(
        customer(google, plan, tell_customer, observer),
        org_units(google, plan, observer),
        only_if(wants(SourceId::Users), users_and_grants(google, plan, &asked, tied_known, observer)),
        only_if(wants(SourceId::TokenLog), token_log(google, plan, tell_tied, observer)),
        only_if(wants(SourceId::AdminLog), logs::whole(google, plan, SourceId::AdminLog, Application::Admin, observer)),
        groups::collect(google, plan, &asked, customer_known, observer),
        only_if(
            wants(SourceId::AccessEvaluationLog),
            logs::whole(google, plan, SourceId::AccessEvaluationLog, Application::AccessEvaluation, observer)
        ),
        only_if(wants(SourceId::Roles), roles::collect(google, plan, observer)),
        only_if(wants(SourceId::Domains), domains_and_dns(google, plan, &asked, observer)),
    )?;

    let mut finished: Vec<Finished> = vec![customer.finished, org_units];
    finished.extend([token_log, admin_log, evaluation_log, roles].into_iter().flatten());
    finished.extend([users, domains].into_iter().flatten().flatten());
    finished.extend(named);
    finished.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
    let (sources, spools) = finished.into_iter().unzip();
    Ok(Collected {
        no_such_customer: customer.unknown,
        customer: customer.id,
        header: header(plan),
        sources,
        spools,
        continuity: Vec::new(),
    })
}

fn header(plan: &Plan) -> Header {
    Header {
        schema: SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        collected_at: plan.now,
        customer: plan.customer.as_str().to_owned(),
        operator: Operator {
            gcp_organization: match &plan.organization {
                OrganizationPlan::StatedNone => Some("none".to_owned()),
                OrganizationPlan::Named(name) => Some(name.to_string()),
                OrganizationPlan::Find => None,
            },
        },
    }
}

/// The tenant's own record, and what is known of the customer without it.
struct AskedCustomer {
    finished: Finished,
    id: Option<String>,
    /// Google knows no such customer.
    unknown: bool,
}

async fn customer(
    google: &Google,
    plan: &Plan,
    tell: oneshot::Sender<Option<String>>,
    observer: &dyn Observer,
) -> Result<AskedCustomer, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Customer, Pace::Directory, observer)?;
    let mut id = plan.customer.id().map(str::to_owned);
    let mut unknown = false;
    match directory::customer(&reading.session, &plan.customer).await {
        Ok(customer) => {
            id = customer.read().ok().map(|customer| customer.id).or(id);
            reading.keep(RecordKind::Customer, &customer)?;
        }
        Err(error) => {
            unknown = *error.kind() == ErrorKind::NoSuchCustomer;
            reading.fail(&error);
        }
    }
    // Nobody may be waiting for it.
    drop(tell.send(id.clone()));
    Ok(AskedCustomer { finished: reading.finish(), id, unknown })
}

async fn org_units(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Finished, WriteError> {
    let mut reading = Reading::begin(google, SourceId::OrgUnits, Pace::Directory, observer)?;
    match directory::org_units(&reading.session, &plan.customer).await {
        Ok(units) => {
            for unit in &units {
                reading.keep(RecordKind::OrgUnit, unit)?;
            }
            reading.advance();
        }
        Err(error) => reading.fail(&error),
    }
    Ok(reading.finish())
}

async fn users_and_grants(
    google: &Google,
    plan: &Plan,
    asked: &BTreeSet<SourceId>,
    tied: impl Future<Output = TiedUsers>,
    observer: &dyn Observer,
) -> Result<Vec<Finished>, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Users, Pace::Directory, observer)?;
    let mut listed = Vec::new();
    let mut unreadable = false;
    let pages =
        directory::users(&reading.session, &plan.customer, directory::Projection::Basic, directory::Accounts::Existing);
    let take = |raw: &Raw<directory::User>| {
        let Ok(user) = raw.read() else {
            unreadable = true;
            return;
        };
        listed.push(Listed { email: user.primary_email, id: user.id });
    };
    reading.keep_pages(pages, |raw| Line::new(RecordKind::User, raw), take).await?;
    let directory = Directory { listed, whole: reading.record.is_complete() && !unreadable };
    let session = reading.session.clone();
    let mut finished = vec![reading.finish()];
    if asked.contains(&SourceId::Grants) {
        finished.push(grants::collect(&session, &directory, plan.scan, tied, observer).await?);
    }
    Ok(finished)
}

async fn token_log(
    google: &Google,
    plan: &Plan,
    tell: oneshot::Sender<TiedUsers>,
    observer: &dyn Observer,
) -> Result<Finished, WriteError> {
    let (finished, tied) = logs::token(google, plan, observer).await?;
    // Nobody may be waiting for it.
    drop(tell.send(tied));
    Ok(finished)
}

/// The domains, then what the domain name system says of them.
async fn domains_and_dns(
    google: &Google,
    plan: &Plan,
    asked: &BTreeSet<SourceId>,
    observer: &dyn Observer,
) -> Result<Vec<Finished>, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Domains, Pace::Directory, observer)?;
    let mut listed = None;
    match domains::list(&reading.session, &plan.customer).await {
        Ok(domains) => {
            for domain in &domains {
                reading.keep(RecordKind::Domain, domain)?;
            }
            reading.advance();
            listed = Some(domains);
        }
        Err(error) => reading.fail(&error),
    }
    let mut finished = vec![reading.finish()];
    if asked.contains(&SourceId::Dns) {
        finished.push(dns::collect(google.limits(), &plan.dns, listed.as_deref(), observer).await?);
    }
    Ok(finished)
}
