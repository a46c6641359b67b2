use std::collections::BTreeSet;
use std::path::Path;

use tokio::sync::oneshot;
use tokio::try_join;

use crate::google::reports::Application;
use crate::google::{ErrorKind, Google, Pace, Raw, directory, policies};
use crate::report::model::SourceStatus;
use crate::snapshot::{
    Header, Line, Operator, RecordKind, SCHEMA, Snapshot, SourceId, SourceRecord, Spool, WriteError, write_snapshot,
};

use super::carry::Continuity;
use super::grants::{self, Directory, Listed};
use super::logs::{self, TiedUsers};
use super::plan::{OrganizationPlan, Plan, Purpose};
use super::source::{Finished, Observer, Reading};
use super::{bindings, bindings::Bound};

/// What only the tenant asked for can answer, the most telling first.
const TENANT_S_OWN: [SourceId; 6] =
    [SourceId::Customer, SourceId::OrgUnits, SourceId::Users, SourceId::AdminLog, SourceId::TokenLog, SourceId::Grants];

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
    let (tell_customer, customer_known) = oneshot::channel();
    let (tell_tied, tied_known) = oneshot::channel();
    let everything = plan.purpose == Purpose::Snapshot;

    let (customer, org_units, users, token_log, admin_log, groups, evaluation_log, policies) = try_join!(
        customer(google, plan, tell_customer, observer),
        org_units(google, plan, observer),
        users_and_grants(google, plan, async { tied_known.await.unwrap_or_default() }, observer),
        token_log(google, plan, tell_tied, observer),
        logs::whole(google, plan, SourceId::AdminLog, Application::Admin, observer),
        groups_and_bindings(google, plan, async { customer_known.await.ok().flatten() }, observer),
        logs::whole(google, plan, SourceId::AccessEvaluationLog, Application::AccessEvaluation, observer),
        only_if(everything, all_policies(google, plan, observer)),
    )?;

    let mut finished: Vec<Finished> = vec![customer.finished, org_units, token_log, admin_log, evaluation_log];
    finished.extend(users);
    finished.extend(groups);
    finished.extend(policies);
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

async fn only_if<T>(wanted: bool, work: impl Future<Output = Result<T, WriteError>>) -> Result<Option<T>, WriteError> {
    if wanted { work.await.map(Some) } else { Ok(None) }
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
    tied: impl Future<Output = TiedUsers>,
    observer: &dyn Observer,
) -> Result<Vec<Finished>, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Users, Pace::Directory, observer)?;
    let mut listed = Vec::new();
    let pages =
        directory::users(&reading.session, &plan.customer, directory::Projection::Basic, directory::Accounts::Existing);
    let take = |raw: &Raw<directory::User>| {
        let Ok(user) = raw.read() else { return };
        listed.push(Listed { email: user.primary_email, id: user.id });
    };
    reading.keep_pages(pages, |raw| Line::new(RecordKind::User, raw), take).await?;
    let directory = Directory { listed, whole: reading.record.is_complete() };
    let session = reading.session.clone();
    let users = reading.finish();
    let grants = grants::collect(&session, &directory, plan.scan, tied, observer).await?;
    Ok(vec![users, grants])
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

/// Groups and bindings side by side, then the members of those groups that matter.
async fn groups_and_bindings(
    google: &Google,
    plan: &Plan,
    customer: impl Future<Output = Option<String>>,
    observer: &dyn Observer,
) -> Result<Vec<Finished>, WriteError> {
    let everything = plan.purpose == Purpose::Snapshot;
    let (groups, bound) = try_join!(
        only_if(everything, groups(google, plan, observer)),
        bindings::collect(google, plan, customer, observer),
    )?;
    let Bound { mut finished, groups: mut wanted, session } = bound;
    let mut all_listed = true;
    if let Some((group_list, ids)) = groups {
        all_listed = group_list.0.is_complete();
        finished.push(group_list);
        wanted.extend(ids);
    }
    if everything || !wanted.is_empty() {
        finished.push(bindings::members(&session, wanted, all_listed, observer).await?);
    }
    Ok(finished)
}

async fn groups(
    google: &Google,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<(Finished, BTreeSet<String>), WriteError> {
    let mut reading = Reading::begin(google, SourceId::Groups, Pace::Directory, observer)?;
    let mut ids = BTreeSet::new();
    let pages = directory::groups(&reading.session, directory::GroupsOf::Customer(&plan.customer));
    let take = |raw: &Raw<directory::Group>| ids.extend(raw.read().ok().map(|group| group.id));
    reading.keep_pages(pages, |raw| Line::new(RecordKind::Group, raw), take).await?;
    Ok((reading.finish(), ids))
}

async fn all_policies(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Finished, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Policies, Pace::Policies, observer)?;
    let pages = policies::list(&reading.session, &plan.customer);
    reading.keep_pages(pages, |raw| Line::new(RecordKind::Policy, raw), |_| {}).await?;
    Ok(reading.finish())
}
