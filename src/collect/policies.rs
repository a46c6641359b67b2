//! The Policy API's policies, and which groups and products their queries name.

use std::collections::BTreeSet;

use crate::google::policies::{self, Part, Policy, PolicyQuery};
use crate::google::{Google, Pace, Raw, Session};
use crate::policy::{GroupId, Query};
use crate::snapshot::{Line, RecordKind, SourceId, WriteError};

use super::plan::Plan;
use super::source::{Finished, Observer, Reading};

/// Groups and products that policies name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Group ids, without `groups/`.
    pub(super) groups: BTreeSet<String>,
    /// Product ids, such as `Google-Apps`.
    pub(super) products: BTreeSet<String>,
}

/// The policies, and what they name.
pub(super) struct Read {
    pub(super) finished: Finished,
    pub(super) named: Named,
    pub(super) session: Session,
}

/// Reads all policies, of every type: one listing is no dearer than several filtered ones.
pub(super) async fn collect(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Read, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Policies, Pace::Policies, observer)?;
    let mut named = Named::default();
    let pages = policies::list(&reading.session, &plan.customer);
    let take = |raw: &Raw<Policy>| {
        if let Ok(policy) = raw.read() {
            named.take(&policy.policy_query);
        }
    };
    reading.keep_pages(pages, |raw| Line::new(RecordKind::Policy, raw), take).await?;
    let session = reading.session.clone();
    Ok(Read { finished: reading.finish(), named, session })
}

impl Named {
    /// Takes in whom a policy is for: what the reduction will ask about, and the group that Google names beside it.
    fn take(&mut self, query: &Part<PolicyQuery>) {
        let named = Query::from_google(query).named();
        let beside = query.sound().and_then(|query| query.group.sound()).filter(|group| !group.is_empty());
        let groups = named.groups.into_iter().chain(beside.map(|group| GroupId::from_google(group)));
        // Of all administrators the Directory API has no members.
        self.groups.extend(groups.filter(|group| !group.is_all_admins()).map(|group| group.to_string()));
        self.products.extend(named.skus.iter().map(|sku| sku.product().to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn named(query: &Value) -> (Vec<String>, Vec<String>) {
        let mut named = Named::default();
        named.take(&Part::Sound(serde_json::from_str(&query.to_string()).expect("a query, however odd")));
        (named.groups.into_iter().collect(), named.products.into_iter().collect())
    }

    #[test]
    fn groups_and_products_are_found_in_any_query() {
        let query = "entity.org_units.exists(o, o.org_unit_id == orgUnitId('03ph')) && \
            !entity.groups.exists(g, g.group_id == groupId(\"01ab\")) || \
            entity.licenses.exists(l, l in ['/product/Google-Apps/sku/1010020020', '/product/101031/sku/1010310008'])";
        let (groups, products) = named(&json!({"query": query, "group": "groups/02cd"}));
        assert_eq!(groups, ["01ab", "02cd"]);
        assert_eq!(products, ["101031", "Google-Apps"]);
    }

    #[test]
    fn a_group_in_a_list_is_asked_for_as_the_reduction_asks_about_it() {
        let query = "entity.groups.exists(g, g.group_id in [groupId('01ab'), '03ef'])";
        let (groups, _) = named(&json!({"query": query}));
        assert_eq!(groups, ["01ab", "03ef"]);
    }

    #[test]
    fn what_names_nothing_asks_for_nothing() {
        for query in [
            json!({}),
            json!({"query": ""}),
            json!({"query": "groupId('"}),
            json!({"query": "groupId('')"}),
            json!({"query": "'/product/'"}),
            json!({"query": 7, "group": null}),
            json!({"group": "groups/WORKSPACE_ALL_ADMIN_GROUP", "query": "groupId('WORKSPACE_ALL_ADMIN_GROUP')"}),
        ] {
            assert_eq!(named(&query), (Vec::new(), Vec::new()), "{query}");
        }
    }
}
