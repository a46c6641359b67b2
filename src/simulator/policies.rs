//! Cloud Identity Policy API: `policies.list`, `policies.get`.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::value::RawValue;

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::pages::{Beyond, Size};
use super::pattern::Pattern;
use super::policy_records::PolicyRecord;
use super::scenario::PoliciesListing;
use super::server::Shared;

const API: Api = Api::CloudIdentity;
const SCOPES: &[&str] = &["cloud-identity.policies", "cloud-identity.policies.readonly"];
const LIST: Endpoint = Endpoint {
    method: "google.apps.cloudidentity.policies.v1.PoliciesService.ListPolicies",
    api: API,
    scopes: SCOPES,
    needs: Needs::SuperAdministrator,
};
const GET: Endpoint = Endpoint {
    method: "google.apps.cloudidentity.policies.v1.PoliciesService.GetPolicy",
    api: API,
    scopes: SCOPES,
    needs: Needs::SuperAdministrator,
};
const SIZE: Size = Size { parameter: "pageSize", default: 50, maximum: 100, beyond: Beyond::Cut };

/// A page of policies, each digit for digit as the scenario has it.
#[derive(Serialize)]
pub(super) struct Listing {
    #[serde(rename = "nextPageToken", skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<Box<RawValue>>,
}

/// `GET /v1/policies`
pub(super) async fn list(State(shared): State<Arc<Shared>>, call: Call) -> Result<Json<Listing>, Refusal> {
    let tenant = shared.admit(&call, &LIST)?.tenant;
    shared.take_policy_read()?;
    let clauses = match call.get("filter") {
        Some(filter) => clauses(filter).ok_or_else(|| Refusal::invalid(API, format!("Invalid filter: {filter}")))?,
        None => Vec::new(),
    };
    let mut chosen: Vec<&PolicyRecord> = match shared.file.service.policies_listing {
        PoliciesListing::Whole => tenant.policies.iter().collect(),
        PoliciesListing::Empty => Vec::new(),
    };
    for clause in clauses {
        match clause {
            Clause::Customer(name) => {
                let known = name.strip_prefix("customers/").is_some_and(|key| shared.is_customer(key));
                if !known {
                    return Err(Refusal::permission_denied());
                }
            }
            Clause::Type(pattern) => chosen.retain(|policy| pattern.matches(&policy.setting_type)),
        }
    }
    let records: Vec<&Box<RawValue>> = chosen.into_iter().map(|policy| &policy.json).collect();
    let page = shared.page(&call, API, &SIZE, &records)?;
    Ok(Json(Listing { next_page_token: page.next, policies: page.items }))
}

/// `GET /v1/policies/{id}`
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    call: Call,
) -> Result<Json<Box<RawValue>>, Refusal> {
    let tenant = shared.admit(&call, &GET)?.tenant;
    shared.take_policy_read()?;
    let name = format!("policies/{id}");
    let found = tenant.policies.iter().find(|policy| policy.name == name).map(|policy| policy.json.clone());
    found.map(Json).ok_or_else(|| Refusal::not_found(API, "Requested entity was not found."))
}

impl Shared {
    /// One read of policies, where the quota has one left. Google's quota is its own clock's, not the scenario's.
    fn take_policy_read(&self) -> Result<(), Refusal> {
        let Some(rate) = self.file.service.policy_reads_per_second else { return Ok(()) };
        let now = Instant::now();
        let mut next = self.next_policy_read.lock().unwrap_or_else(PoisonError::into_inner);
        if next.is_some_and(|next| now < next) {
            return Err(Refusal::too_many_policy_reads(self.key.project_number()));
        }
        *next = Duration::try_from_secs_f64(1.0 / rate).ok().map(|distance| now + distance);
        Ok(())
    }
}

enum Clause {
    Customer(String),
    Type(Pattern),
}

/// `customer == "…"` and `setting.type.matches('…')`, joined by `&&`; `None` for anything else.
fn clauses(filter: &str) -> Option<Vec<Clause>> {
    let mut clauses = Vec::new();
    let mut rest = filter.trim();
    loop {
        let (clause, after) = if let Some(value) = rest.strip_prefix("customer") {
            let (text, after) = quoted(value.trim_start().strip_prefix("==")?.trim_start())?;
            (Clause::Customer(text), after)
        } else {
            let (text, after) = quoted(rest.strip_prefix("setting.type.matches(")?.trim_start())?;
            (Clause::Type(Pattern::parse(&text)?), after.trim_start().strip_prefix(')')?)
        };
        clauses.push(clause);
        let after = after.trim_start();
        if after.is_empty() {
            return Some(clauses);
        }
        rest = after.strip_prefix("&&")?.trim_start();
    }
}

/// A CEL string, unescaped, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut content = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return Some((content, &text[at + 1..]));
        }
        if character == '\\' {
            let (_, escaped) = characters.next()?;
            // CEL knows `\\` and quotes; a single backslash before a dot is no CEL, but everybody writes it.
            if !matches!(escaped, '\\' | '"' | '\'') {
                content.push('\\');
            }
            content.push(escaped);
        } else {
            content.push(character);
        }
    }
    None
}
