//! The Policy API's policies, and which groups and products their queries name.

use std::collections::BTreeSet;

use crate::google::policies::{self, Policy, PolicyQuery};
use crate::google::{Google, Pace, Raw, Session};
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

/// Stands for all administrators; nothing that the Directory API has members of.
const ALL_ADMINISTRATORS: &str = "WORKSPACE_ALL_ADMIN_GROUP";

/// Reads all policies, of every type: one listing is no dearer than several filtered ones.
pub(super) async fn collect(google: &Google, plan: &Plan, observer: &dyn Observer) -> Result<Read, WriteError> {
    let mut reading = Reading::begin(google, SourceId::Policies, Pace::Policies, observer)?;
    let mut named = Named::default();
    let pages = policies::list(&reading.session, &plan.customer);
    let take = |raw: &Raw<Policy>| {
        if let Some(query) = raw.read().ok().as_ref().and_then(|policy| policy.policy_query.sound()) {
            named.take(query);
        }
    };
    reading.keep_pages(pages, |raw| Line::new(RecordKind::Policy, raw), take).await?;
    let session = reading.session.clone();
    Ok(Read { finished: reading.finish(), named, session })
}

impl Named {
    /// Takes in a `policyQuery`. Its texts are looked at, not its logic: a group too many costs a request, a group too
    /// few an answer.
    fn take(&mut self, query: &PolicyQuery) {
        if let Some(group) = query.group.sound() {
            self.group(group);
        }
        let mut rest = query.query.sound().map(String::as_str).unwrap_or_default();
        while let Some(start) = rest.find(['\'', '"']) {
            let (before, quoted) = rest.split_at(start);
            let Some(end) = quoted[1..].find(&quoted[..1]) else { return };
            let text = &quoted[1..=end];
            if before.trim_end().ends_with("groupId(") {
                self.group(text);
            } else if let Some(product) = text.strip_prefix("/product/") {
                self.products.extend(product.split('/').next().filter(|id| !id.is_empty()).map(str::to_owned));
            }
            rest = &quoted[end + 2..];
        }
    }

    fn group(&mut self, text: &str) {
        let id = text.strip_prefix("groups/").unwrap_or(text);
        if !id.is_empty() && id != ALL_ADMINISTRATORS {
            self.groups.insert(id.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn named(query: &Value) -> (Vec<String>, Vec<String>) {
        let mut named = Named::default();
        named.take(&serde_json::from_str(&query.to_string()).expect("a query, however odd"));
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
