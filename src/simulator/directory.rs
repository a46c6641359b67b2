//! Admin SDK Directory API: customers, org units, users, tokens, groups, members.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::errors::Refusal;
use super::gate::{Api, Call, Endpoint, Needs};
use super::ids;
use super::pages::{Beyond, Size};
use super::people::{Account, Group, google_time};
use super::server::Shared;
use super::tenant::Tenant;
use crate::domain::OrgUnitPath;

const API: Api = Api::AdminSdk;

const fn endpoint(method: &'static str, scopes: &'static [&'static str], needs: Needs) -> Endpoint {
    Endpoint { method, api: API, scopes, needs }
}

const CUSTOMERS_GET: Endpoint = endpoint(
    "directory.customers.get",
    &["admin.directory.customer", "admin.directory.customer.readonly"],
    Needs::AnyAdministrator,
);
const ORG_UNITS_LIST: Endpoint = endpoint(
    "directory.orgunits.list",
    &["admin.directory.orgunit", "admin.directory.orgunit.readonly"],
    Needs::AnyAdministrator,
);
const USERS_LIST: Endpoint = endpoint(
    "directory.users.list",
    &["admin.directory.user", "admin.directory.user.readonly", "cloud-platform"],
    Needs::AnyAdministrator,
);
const USERS_GET: Endpoint = endpoint(
    "directory.users.get",
    &["admin.directory.user", "admin.directory.user.readonly"],
    Needs::AnyAdministrator,
);
const TOKENS_LIST: Endpoint =
    endpoint("directory.tokens.list", &["admin.directory.user.security"], Needs::SuperAdministrator);
const GROUPS_LIST: Endpoint = endpoint(
    "directory.groups.list",
    &["admin.directory.group", "admin.directory.group.readonly"],
    Needs::AnyAdministrator,
);
const MEMBERS_LIST: Endpoint = endpoint(
    "directory.members.list",
    &[
        "admin.directory.group",
        "admin.directory.group.member",
        "admin.directory.group.member.readonly",
        "admin.directory.group.readonly",
    ],
    Needs::AnyAdministrator,
);

const USERS_SIZE: Size = Size { parameter: "maxResults", default: 100, maximum: 500, beyond: Beyond::Refused };
const GROUPS_SIZE: Size = Size { parameter: "maxResults", default: 200, maximum: 200, beyond: Beyond::Cut };

type Answer = Result<Json<Value>, Refusal>;

/// A list's body, tagged as Google tags it.
fn list_body(kind: &str, of: &[Value]) -> Value {
    json!({"kind": kind, "etag": ids::etag(&json!(of))})
}

/// `GET /admin/directory/v1/customers/{customerKey}`
pub(super) async fn customer(State(shared): State<Arc<Shared>>, Path(key): Path<String>, call: Call) -> Answer {
    shared.admit(&call, &CUSTOMERS_GET)?;
    if !shared.is_customer(&key) {
        return Err(Refusal::not_found(API, "Resource Not Found: customerKey"));
    }
    let customer = shared.file.customer.get_ref();
    let mut record = json!({
        "kind": "admin#directory#customer",
        "id": customer.id,
        "customerDomain": customer.primary_domain,
        "alternateEmail": format!("root@{}", customer.primary_domain),
        "customerCreationTime": google_time(shared.clock.start()),
        "language": "en",
        "postalAddress": {"organizationName": customer.organization_name, "countryCode": "US"},
    });
    record["etag"] = ids::etag(&record).into();
    Ok(Json(record))
}

/// `GET /admin/directory/v1/customer/{customerId}/orgunits`
pub(super) async fn org_units(State(shared): State<Arc<Shared>>, Path(key): Path<String>, call: Call) -> Answer {
    let tenant = shared.admit(&call, &ORG_UNITS_LIST)?.tenant;
    if !shared.is_customer(&key) {
        return Err(Refusal::bad_request(API, "Invalid Customer Id"));
    }
    let all = &tenant.org_units;
    let path_of = |unit: &Value| unit["orgUnitPath"].as_str().and_then(OrgUnitPath::from_google);
    let asked = call.get("orgUnitPath").unwrap_or("/");
    let above = if asked.starts_with("id:") {
        all.iter().find(|unit| unit["orgUnitId"] == asked).and_then(path_of)
    } else {
        let path = OrgUnitPath::from_google(&format!("/{}", asked.trim_start_matches('/')));
        path.filter(|path| all.iter().any(|unit| path_of(unit).as_ref() == Some(path)))
    };
    let above = above.ok_or_else(|| Refusal::not_found(API, "Org unit not found"))?;
    let kind = call.get("type").unwrap_or("children");
    let wanted = |path: &OrgUnitPath| match kind {
        "all" => Some(above.contains(path) && *path != above),
        "allIncludingParent" => Some(above.contains(path)),
        "children" => Some(path.parent().as_ref() == Some(&above)),
        _ => None,
    };
    let mut found = Vec::new();
    for unit in all {
        let Some(path) = path_of(unit) else { continue };
        if wanted(&path).ok_or_else(|| Refusal::invalid(API, format!("Invalid value at 'type': {kind}")))? {
            found.push(unit.clone());
        }
    }
    let mut body = list_body("admin#directory#orgUnits", &found);
    if !found.is_empty() {
        body["organizationUnits"] = found.into();
    }
    Ok(Json(body))
}

/// Whether a call names this tenant by customer or domain, as users.list and groups.list take it.
fn names_tenant(shared: &Shared, call: &Call) -> Result<(), Refusal> {
    match (call.get("customer"), call.get("domain")) {
        (Some(key), _) if shared.is_customer(key) => Ok(()),
        (None, Some(name)) if shared.is_domain(name) => Ok(()),
        (None, Some(_)) => Err(Refusal::not_found(API, "Domain not found.")),
        (Some(_) | None, _) => Err(Refusal::bad_request(API, "Bad Request")),
    }
}

fn descending(call: &Call) -> bool {
    call.get("sortOrder") == Some("DESCENDING")
}

/// `GET /admin/directory/v1/users`
pub(super) async fn users(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    let tenant = shared.admit(&call, &USERS_LIST)?.tenant;
    names_tenant(&shared, &call)?;
    let deleted = call.get("showDeleted") == Some("true");
    let query = call.get("query").unwrap_or_default();
    let suits = |account: &Account| match query.split_once('=') {
        _ if query.is_empty() => Some(true),
        Some(("isAdmin", value)) => Some(account.record["isAdmin"] == (value == "true")),
        Some(("isDelegatedAdmin", value)) => Some(account.record["isDelegatedAdmin"] == (value == "true")),
        Some(("isSuspended", value)) => Some(account.record["suspended"] == (value == "true")),
        Some(_) | None => None,
    };
    let in_domain = |account: &Account| match call.get("domain") {
        Some(domain) => account.email.rsplit('@').next().is_some_and(|own| own.eq_ignore_ascii_case(domain)),
        None => true,
    };
    let mut chosen = Vec::new();
    for account in &tenant.people.accounts {
        let suits = suits(account).ok_or_else(|| Refusal::invalid(API, "Invalid Input: query"))?;
        if suits && account.deleted == deleted && in_domain(account) {
            chosen.push(&account.record);
        }
    }
    match call.get("orderBy") {
        None | Some("email") => {}
        Some(field @ ("familyName" | "givenName")) => {
            chosen.sort_by(|a, b| a["name"][field].as_str().cmp(&b["name"][field].as_str()));
        }
        Some(other) => return Err(Refusal::invalid(API, format!("Invalid value at 'order_by': {other}"))),
    }
    if descending(&call) {
        chosen.reverse();
    }
    Ok(Json(shared.page(&call, API, &USERS_SIZE, &chosen)?.tagged_body("admin#directory#users", "users")))
}

fn account<'a>(tenant: &'a Tenant, key: &str) -> Result<&'a Account, Refusal> {
    tenant.people.account(key).ok_or_else(|| Refusal::not_found(API, "Resource Not Found: userKey"))
}

/// `GET /admin/directory/v1/users/{userKey}`
pub(super) async fn user(State(shared): State<Arc<Shared>>, Path(key): Path<String>, call: Call) -> Answer {
    let tenant = shared.admit(&call, &USERS_GET)?.tenant;
    Ok(Json(account(&tenant, &key)?.record.clone()))
}

/// `GET /admin/directory/v1/users/{userKey}/tokens`
pub(super) async fn tokens(State(shared): State<Arc<Shared>>, Path(key): Path<String>, call: Call) -> Answer {
    let tenant = shared.admit(&call, &TOKENS_LIST)?.tenant;
    let tokens = &account(&tenant, &key)?.tokens;
    let mut body = list_body("admin#directory#tokenList", tokens);
    if !tokens.is_empty() {
        body["items"] = tokens.clone().into();
    }
    Ok(Json(body))
}

/// `GET /admin/directory/v1/groups`
pub(super) async fn groups(State(shared): State<Arc<Shared>>, call: Call) -> Answer {
    let tenant = shared.admit(&call, &GROUPS_LIST)?.tenant;
    let member = call.get("userKey");
    if member.is_none() {
        names_tenant(&shared, &call)?;
    }
    let holds = |group: &Group, key: &str| {
        let id = tenant.people.account(key).map(|account| account.id.as_str());
        let names = |member: &Value| member["email"].as_str().is_some_and(|email| email.eq_ignore_ascii_case(key));
        group.members.iter().any(|member| names(member) || (id.is_some() && member["id"].as_str() == id))
    };
    let groups = tenant.people.groups.iter();
    let mut chosen: Vec<_> =
        groups.filter(|group| member.is_none_or(|key| holds(group, key))).map(|group| &group.record).collect();
    if descending(&call) {
        chosen.reverse();
    }
    Ok(Json(shared.page(&call, API, &GROUPS_SIZE, &chosen)?.tagged_body("admin#directory#groups", "groups")))
}

/// `GET /admin/directory/v1/groups/{groupKey}/members`
pub(super) async fn members(State(shared): State<Arc<Shared>>, Path(key): Path<String>, call: Call) -> Answer {
    let tenant = shared.admit(&call, &MEMBERS_LIST)?.tenant;
    let people = &tenant.people;
    let group = people.group(&key).ok_or_else(|| Refusal::not_found(API, "Resource Not Found: groupKey"))?;
    let derived = call.get("includeDerivedMembership") == Some("true");
    let chosen: Vec<_> = if derived { people.derived_members(group) } else { group.members.iter().collect() };
    Ok(Json(shared.page(&call, API, &GROUPS_SIZE, &chosen)?.tagged_body("admin#directory#members", "members")))
}
