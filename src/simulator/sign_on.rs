//! Cloud Identity API: `inboundSsoAssignments.list`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::ids;
use super::pages::{Beyond, Size};
use super::people::People;
use super::scenario::{Contradiction, File};
use super::server::Shared;
use super::tree::Tree;
use crate::domain::OrgUnitPath;

/// How the users of an org unit or of a group sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignOn {
    /// `SSO_OFF`, `SAML_SSO`, `DOMAIN_WIDE_SAML_IF_ENABLED`, or anything else.
    pub(super) mode: String,
    /// The root unless there is a group.
    pub(super) org_unit: Option<OrgUnitPath>,
    pub(super) group: Option<String>,
    /// Among groups; the place in the file unless said.
    pub(super) rank: Option<u32>,
}

const API: Api = Api::CloudIdentity;
const LIST: Endpoint = Endpoint {
    method: "google.apps.cloudidentity.inboundsso.v1.InboundSsoAssignmentsService.ListInboundSsoAssignments",
    api: API,
    scopes: &["cloud-identity.inboundsso", "cloud-identity.inboundsso.readonly", "cloud-identity", "cloud-platform"],
    needs: Needs::SuperAdministrator,
};
const SIZE: Size = Size { parameter: "pageSize", default: 50, maximum: 100, beyond: Beyond::Cut };

/// Records of the assignments.
pub(super) fn records(file: &File, people: &People, tree: &Tree) -> Result<Vec<Value>, Contradiction> {
    let customer = &file.customer.get_ref().id;
    let mut records = Vec::new();
    let mut ranks = 0;
    for sign_on in &file.sso {
        let (place, sign_on) = (sign_on.span().start, sign_on.get_ref());
        let mut record = json!({
            "name": format!("inboundSsoAssignments/{}", ids::policy(customer, 1_000_000 + records.len())),
            "customer": format!("customers/{customer}"),
            "ssoMode": sign_on.mode,
        });
        match (&sign_on.group, &sign_on.org_unit) {
            (Some(_), Some(_)) => {
                return Err(Contradiction::new(
                    place,
                    "sign-on is for a group or for an org unit; write a second [[sso]]",
                ));
            }
            (Some(email), None) => {
                let group = people.group(email);
                let group = group.ok_or_else(|| Contradiction::new(place, format!("there is no group {email}")))?;
                ranks += 1;
                record["targetGroup"] = format!("groups/{}", group.id).into();
                record["rank"] = sign_on.rank.unwrap_or(ranks).into();
            }
            (None, unit) => {
                let path = unit.clone().unwrap_or_else(OrgUnitPath::root);
                let key = tree.find(&path).map_err(|what| Contradiction::new(place, what))?;
                record["targetOrgUnit"] = format!("orgUnits/{}", tree.unit(key).id).into();
            }
        }
        if sign_on.mode == "SAML_SSO" {
            record["samlSsoInfo"] = json!({"inboundSamlSsoProfile": "inboundSamlSsoProfiles/01simulated"});
        }
        records.push(record);
    }
    Ok(records)
}

/// `GET /v1/inboundSsoAssignments`
pub(super) async fn list(State(shared): State<Arc<Shared>>, call: Call) -> Result<Json<Value>, Refusal> {
    let tenant = shared.admit(&call, &LIST)?.tenant;
    if let Some(filter) = call.get("filter") {
        let named =
            filter.trim().strip_prefix("customer").map(str::trim_start).and_then(|rest| rest.strip_prefix("=="));
        let named = named.map(|rest| rest.trim().trim_matches('"'));
        let Some(key) = named.and_then(|name| name.strip_prefix("customers/")) else {
            return Err(Refusal::invalid(API, format!("Invalid filter: {filter}")));
        };
        if !shared.is_customer(key) {
            return Err(Refusal::permission_denied());
        }
    }
    let page = shared.page(&call, API, &SIZE, &tenant.sign_on.iter().collect::<Vec<_>>())?;
    Ok(Json(page.body("inboundSsoAssignments")))
}
