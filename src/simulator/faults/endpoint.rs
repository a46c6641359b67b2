//! What can be asked, by name: the sources of a report, and the token endpoint.

use std::fmt;
use std::str::FromStr;

use crate::simulator::gate::Api;

/// One thing that gwsaudit asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::simulator) struct Endpoint {
    name: &'static str,
    /// Parts in braces are anything but a slash.
    path: &'static str,
    api: Option<Api>,
}

const fn of(api: Api, name: &'static str, path: &'static str) -> Endpoint {
    Endpoint { name, path, api: Some(api) }
}

/// All of them. A test holds them to the sources that a report may list.
const ALL: [Endpoint; 18] = [
    Endpoint { name: "token", path: "/token", api: None },
    of(
        Api::AccessContextManager,
        "accesscontextmanager.bindings",
        "/v1/organizations/{organization}/gcpUserAccessBindings",
    ),
    of(Api::CloudIdentity, "cloudidentity.inbound_sso", "/v1/inboundSsoAssignments"),
    of(Api::CloudIdentity, "cloudidentity.policies", "/v1/policies"),
    of(Api::ResourceManager, "cloudresourcemanager.organizations", "/v3/organizations:search"),
    of(Api::AdminSdk, "directory.customers", "/admin/directory/v1/customers/{customer}"),
    of(Api::AdminSdk, "directory.domains", "/admin/directory/v1/customer/{customer}/domains"),
    of(Api::AdminSdk, "directory.groups", "/admin/directory/v1/groups"),
    of(Api::AdminSdk, "directory.members", "/admin/directory/v1/groups/{group}/members"),
    of(Api::AdminSdk, "directory.orgunits", "/admin/directory/v1/customer/{customer}/orgunits"),
    of(Api::AdminSdk, "directory.role_assignments", "/admin/directory/v1/customer/{customer}/roleassignments"),
    of(Api::AdminSdk, "directory.roles", "/admin/directory/v1/customer/{customer}/roles"),
    of(Api::AdminSdk, "directory.tokens", "/admin/directory/v1/users/{user}/tokens"),
    of(Api::AdminSdk, "directory.users", "/admin/directory/v1/users"),
    of(Api::Licensing, "licensing.assignments", "/apps/licensing/v1/product/{product}/users"),
    of(
        Api::AdminSdk,
        "reports.access_evaluation",
        "/admin/reports/v1/activity/users/{user}/applications/access_evaluation",
    ),
    of(Api::AdminSdk, "reports.admin", "/admin/reports/v1/activity/users/{user}/applications/admin"),
    of(Api::AdminSdk, "reports.token", "/admin/reports/v1/activity/users/{user}/applications/token"),
];

impl Endpoint {
    /// The one that a path belongs to.
    pub(in crate::simulator) fn of(path: &str) -> Option<Self> {
        ALL.into_iter().find(|endpoint| endpoint.is(path))
    }

    /// The API it is a part of; none for the token endpoint.
    pub(super) fn api(self) -> Option<Api> {
        self.api
    }

    /// Whether a path is one of its.
    pub(super) fn is(self, path: &str) -> bool {
        let (mut wanted, mut found) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return true,
                (Some(wanted), Some(found)) if wanted.starts_with('{') && !found.is_empty() => {}
                (Some(wanted), Some(found)) if wanted == found => {}
                (_, _) => return false,
            }
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ALL.into_iter().find(|endpoint| endpoint.name == text).ok_or_else(|| {
            let known: Vec<&str> = ALL.iter().map(|endpoint| endpoint.name).collect();
            format!("there is no endpoint {text:?}; there are {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_endpoints_apart() {
        for (path, name) in [
            ("/token", Some("token")),
            ("/admin/directory/v1/users", Some("directory.users")),
            ("/admin/directory/v1/users/a@b.example/tokens", Some("directory.tokens")),
            ("/admin/directory/v1/users/a@b.example", None),
            ("/admin/directory/v1/groups/g/members", Some("directory.members")),
            ("/admin/directory/v1/groups//members", None),
            ("/admin/reports/v1/activity/users/all/applications/token", Some("reports.token")),
            ("/v1/policies/p1", None),
            ("/simulator/faults", None),
        ] {
            assert_eq!(Endpoint::of(path).map(|endpoint| endpoint.name), name, "{path}");
        }
        for endpoint in ALL {
            assert_eq!(endpoint.to_string().parse(), Ok(endpoint));
        }
        assert!("directory.user".parse::<Endpoint>().is_err());
    }
}
