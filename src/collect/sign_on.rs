//! Who signs in through an identity provider of the tenant's own.

use std::collections::BTreeSet;

use crate::google::inbound_sso::{self, InboundSsoAssignment};
use crate::google::{Google, Pace, Raw};
use crate::snapshot::{Line, RecordKind, SourceId, WriteError};

use super::groups::Naming;
use super::plan::Plan;
use super::source::{Observer, Reading};

/// Reads the assignments; groups that one is for are named.
pub(super) async fn collect(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Naming, WriteError> {
    let mut reading = Reading::begin(google, SourceId::InboundSso, Pace::InboundSso, observer)?;
    let mut groups = BTreeSet::new();
    let pages = inbound_sso::assignments(&reading.session, &plan.customer);
    let take = |raw: &Raw<InboundSsoAssignment>| {
        let target = raw.read().ok().and_then(|assignment| assignment.target_group);
        groups.extend(target.as_deref().and_then(|group| group.strip_prefix("groups/")).map(str::to_owned));
    };
    reading.keep_pages(pages, |raw| Line::new(RecordKind::SsoAssignment, raw), take).await?;
    Ok(Naming { finished: reading.finish(), groups })
}
