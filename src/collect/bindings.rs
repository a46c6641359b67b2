//! The tenant's Google Cloud organization, its user access bindings, and which groups these bind.

use std::collections::BTreeSet;

use crate::google::access_context::{self, GcpUserAccessBinding};
use crate::google::resource_manager::{self, Organization};
use crate::google::{Google, OrganizationName, Pace, Raw, Session};
use crate::snapshot::{Line, RecordKind, SourceId, WriteError};

use super::plan::{OrganizationPlan, Plan};
use super::source::{Finished, Observer, Reading, session};

/// Organizations, bindings, and which groups are bound.
pub(super) struct Bound {
    pub(super) finished: Vec<Finished>,
    pub(super) groups: BTreeSet<String>,
    pub(super) session: Session,
}

/// Reads the bindings. `customer` waits for the tenant's ID, and is only waited for where it decides.
pub(super) async fn collect(
    google: &Google,
    plan: &Plan,
    customer: impl Future<Output = Option<String>>,
    observer: &dyn Observer,
) -> Result<Bound, WriteError> {
    let mut finished = Vec::new();
    let (organization, session) = match &plan.organization {
        OrganizationPlan::StatedNone => {
            let mut reading = Reading::begin(google, SourceId::AccessBindings, Pace::AccessContext, observer)?;
            let session = reading.session.clone();
            reading.skip("the configuration states that there are none (gcp_organization = \"none\")".to_owned());
            return Ok(Bound { finished: vec![reading.finish()], groups: BTreeSet::new(), session });
        }
        OrganizationPlan::Named(name) => {
            (Ok(name.clone()), session(google, SourceId::AccessBindings, Pace::AccessContext))
        }
        OrganizationPlan::Find => {
            let mut reading = Reading::begin(google, SourceId::Organizations, Pace::ResourceManager, observer)?;
            let mut seen = Vec::new();
            let pages = resource_manager::organizations(&reading.session);
            reading
                .keep_pages(
                    pages,
                    |raw| Line::new(RecordKind::Organization, raw),
                    |raw: &Raw<Organization>| seen.extend(raw.read()),
                )
                .await?;
            let found = if reading.record.is_complete() {
                pick(&seen, customer.await.as_deref())
            } else {
                Err("the organizations could not be listed".to_owned())
            };
            let session = reading.session.clone();
            finished.push(reading.finish());
            (found, session)
        }
    };
    let mut reading = Reading::after(&session, SourceId::AccessBindings, Pace::AccessContext, observer)?;
    let mut groups = BTreeSet::new();
    match organization {
        Ok(organization) => {
            let pages = access_context::bindings(&reading.session, &organization);
            reading
                .keep_pages(
                    pages,
                    |raw| Line::new(RecordKind::AccessBinding, raw),
                    |raw: &Raw<GcpUserAccessBinding>| {
                        groups.extend(raw.read().ok().and_then(|binding| binding.group_key))
                    },
                )
                .await?;
        }
        Err(why) => reading.skip(format!("{why}; name it under [evidence] gcp_organization, or state \"none\"")),
    }
    let session = reading.session.clone();
    finished.push(reading.finish());
    Ok(Bound { finished, groups, session })
}

/// The organization that belongs to the customer.
pub(super) fn pick(seen: &[Organization], customer: Option<&str>) -> Result<OrganizationName, String> {
    let Some(customer) = customer else {
        return Err("the customer ID is not known, so the organization that belongs to it cannot be told".to_owned());
    };
    let mut own = seen.iter().filter(|organization| organization.directory_customer_id.as_deref() == Some(customer));
    match (own.next(), own.next()) {
        (Some(only), None) => {
            only.name.parse().map_err(|error: crate::google::InvalidOrganizationName| error.to_string())
        }
        (Some(_), Some(_)) => Err(format!("several organizations belong to {customer}")),
        (None, _) => Err(format!("no organization that belongs to {customer} can be seen")),
    }
}
