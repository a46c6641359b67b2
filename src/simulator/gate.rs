//! Who may call what: token, API, scope, administrator, in that order.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;

use super::errors::Refusal;
use super::scenario::Role;
use super::server::Shared;
use super::tenant::Tenant;

/// An API, as a project enables it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Api {
    AdminSdk,
    Licensing,
    CloudIdentity,
    AccessContextManager,
    ResourceManager,
    IamCredentials,
}

impl Api {
    pub(super) fn service(self) -> &'static str {
        match self {
            Self::AdminSdk => "admin.googleapis.com",
            Self::Licensing => "licensing.googleapis.com",
            Self::CloudIdentity => "cloudidentity.googleapis.com",
            Self::AccessContextManager => "accesscontextmanager.googleapis.com",
            Self::ResourceManager => "cloudresourcemanager.googleapis.com",
            Self::IamCredentials => "iamcredentials.googleapis.com",
        }
    }

    /// Whether its refusals carry the old `errors[].reason`.
    pub(super) fn is_old(self) -> bool {
        match self {
            Self::AdminSdk | Self::Licensing => true,
            Self::CloudIdentity | Self::AccessContextManager | Self::ResourceManager | Self::IamCredentials => false,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::AdminSdk => "Admin SDK API",
            Self::Licensing => "Enterprise License Manager API",
            Self::CloudIdentity => "Cloud Identity API",
            Self::AccessContextManager => "Access Context Manager API",
            Self::ResourceManager => "Cloud Resource Manager API",
            Self::IamCredentials => "IAM Service Account Credentials API",
        }
    }
}

/// Which administrators a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    AnyAdministrator,
    SuperAdministrator,
    /// Everybody may call; what comes back depends on permissions in Google Cloud.
    Nothing,
}

/// One call, as its Discovery document has it.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) method: &'static str,
    pub(super) api: Api,
    /// Any one of them will do.
    pub(super) scopes: &'static [&'static str],
    pub(super) needs: Needs,
}

/// What domain-wide delegation and the Discovery documents put before a scope's short name.
pub(super) const SCOPE_PREFIX: &str = "https://www.googleapis.com/auth/";

/// A request, as far as every endpoint looks at it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) token: Option<String>,
    query: Vec<(String, String)>,
}

impl Call {
    /// The last value of a query parameter; an empty one counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// All of the query but the page token: what must stay the same from page to page.
    pub(super) fn fingerprint(&self) -> String {
        let mut rest: Vec<_> = self.query.iter().filter(|(name, _)| name != "pageToken").collect();
        rest.sort();
        format!("{rest:?}")
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
        let query = parts.uri.query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { token, query })
    }
}

/// What a call that was let in may look at.
pub(super) struct Admitted {
    /// As it is now.
    pub(super) tenant: Arc<Tenant>,
    /// The caller's.
    pub(super) role: Role,
}

/// A scope's short name, such as `cloud-platform`; one that has none as it is.
pub(super) fn short(scope: &str) -> &str {
    scope.strip_prefix(SCOPE_PREFIX).unwrap_or(scope)
}

impl Shared {
    /// Lets a call in, or refuses it as Google would.
    pub(super) fn admit(&self, call: &Call, endpoint: &Endpoint) -> Result<Admitted, Refusal> {
        let api = endpoint.api;
        let token = call.token.as_deref().ok_or_else(|| Refusal::no_credentials(api))?;
        let access = self.tokens.find(token, self.clock.wall(), self.clock.now());
        let access = access.ok_or_else(|| Refusal::bad_credentials(api))?;
        if self.file.service.disabled_apis.iter().any(|disabled| disabled == api.service()) {
            return Err(Refusal::api_disabled(api, self.key.project_number()));
        }
        if !access.scopes.iter().any(|scope| endpoint.scopes.contains(&short(scope))) {
            return Err(Refusal::insufficient_scope(endpoint));
        }
        let tenant = self.tenant();
        let account = access.subject.as_deref().and_then(|subject| tenant.people.account(subject));
        let role = account.map_or(Role::User, |account| account.role);
        let suits = match endpoint.needs {
            Needs::Nothing => true,
            Needs::AnyAdministrator => matches!(role, Role::DelegatedAdmin | Role::SuperAdmin),
            Needs::SuperAdministrator => role == Role::SuperAdmin,
        };
        if suits { Ok(Admitted { tenant, role }) } else { Err(Refusal::not_an_administrator(endpoint)) }
    }

    /// Whether a customer key names this tenant.
    pub(super) fn is_customer(&self, key: &str) -> bool {
        let customer = self.file.customer.get_ref();
        key == "my_customer" || key == customer.id || self.is_domain(key)
    }

    /// Whether a domain is one of this tenant's.
    pub(super) fn is_domain(&self, name: &str) -> bool {
        let customer = self.file.customer.get_ref();
        let mut domains = std::iter::once(&customer.primary_domain).chain(&customer.verified_domains);
        domains.any(|domain| domain.eq_ignore_ascii_case(name))
    }
}
