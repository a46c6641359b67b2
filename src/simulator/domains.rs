//! Admin SDK Directory API: the tenant's domains.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::ids;
use super::people::google_time;
use super::scenario::File;
use super::server::Shared;

/// A domain beside those of `[customer]`, or more about one of these.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Domain {
    pub(super) name: String,
    #[serde(default = "verified")]
    pub(super) verified: bool,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
}

fn verified() -> bool {
    true
}

const API: Api = Api::AdminSdk;
const LIST: Endpoint = Endpoint {
    method: "directory.domains.list",
    api: API,
    scopes: &["admin.directory.domain", "admin.directory.domain.readonly"],
    needs: Needs::AnyAdministrator,
};

/// The primary domain, the verified ones of `[customer]`, then what `[[domain]]` adds.
fn domains(file: &File) -> Vec<Domain> {
    let customer = file.customer.get_ref();
    let plain = |name: &String| Domain { name: name.clone(), verified: true, aliases: Vec::new() };
    let mut domains: Vec<Domain> =
        std::iter::once(&customer.primary_domain).chain(&customer.verified_domains).map(plain).collect();
    for domain in file.domain.iter().map(Spanned::get_ref) {
        match domains.iter_mut().find(|known| known.name.eq_ignore_ascii_case(&domain.name)) {
            Some(known) => *known = domain.clone(),
            None => domains.push(domain.clone()),
        }
    }
    domains
}

/// `GET /admin/directory/v1/customer/{customer}/domains`
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    call: Call,
) -> Result<Json<Value>, Refusal> {
    shared.admit(&call, &LIST)?;
    if !shared.is_customer(&key) {
        return Err(Refusal::bad_request(API, "Invalid Customer Id"));
    }
    let primary = &shared.file.customer.get_ref().primary_domain;
    let created = google_time(shared.clock.start());
    let records: Vec<Value> = domains(&shared.file)
        .into_iter()
        .map(|domain| {
            let mut record = json!({
                "kind": "admin#directory#domain",
                "domainName": domain.name,
                "isPrimary": domain.name.eq_ignore_ascii_case(primary),
                "verified": domain.verified,
                "creationTime": created,
            });
            if !domain.aliases.is_empty() {
                let alias = |name: &String| {
                    json!({
                        "kind": "admin#directory#domainAlias",
                        "domainAliasName": name,
                        "parentDomainName": domain.name,
                        "verified": true,
                        "creationTime": created,
                    })
                };
                record["domainAliases"] = domain.aliases.iter().map(alias).collect();
            }
            record["etag"] = ids::etag(&record).into();
            record
        })
        .collect();
    let mut body = json!({"kind": "admin#directory#domains", "domains": records});
    body["etag"] = ids::etag(&body).into();
    Ok(Json(body))
}
