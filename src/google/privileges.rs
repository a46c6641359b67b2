//! What the administrator acted for must be allowed to do, call by call.
//!
//! Names of privileges are those of *Admin console > Account > Admin roles*. That the Policy API answers super
//! administrators alone is documented; where Google's pages leave it open, [`Privilege::Open`] says so.

use super::endpoint::Api;

/// What it takes to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// To be a super administrator: no custom role will do.
    SuperAdministrator,
    /// A privilege that a custom role can hold.
    Role {
        /// As the console names it.
        privilege: &'static str,
    },
    /// An IAM role on the Google Cloud organization.
    Iam(IamRole),
    /// An administrator role; which privilege suffices is documented nowhere. A super administrator has it.
    Open,
}

/// A role that IAM predefines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IamRole {
    /// Its name in the console.
    pub title: &'static str,
    /// As IAM names it.
    pub role: &'static str,
}

/// Reads Access Context Manager bindings.
pub const ACCESS_READER: IamRole =
    IamRole { title: "Cloud Access Binding Reader", role: "roles/accesscontextmanager.gcpAccessReader" };
/// Sees the organization.
pub const ORGANIZATION_VIEWER: IamRole =
    IamRole { title: "Organization Viewer", role: "roles/resourcemanager.organizationViewer" };
/// Has IAM sign for a service account.
pub const TOKEN_CREATOR: IamRole =
    IamRole { title: "Service Account Token Creator", role: "roles/iam.serviceAccountTokenCreator" };

impl Privilege {
    /// What a call of an API takes.
    #[must_use]
    pub fn of(api: Api, call: &str) -> Self {
        let role = |privilege| Self::Role { privilege };
        match (api, call) {
            (Api::Policies | Api::InboundSso, _) => Self::SuperAdministrator,
            (Api::AccessContext, _) => Self::Iam(ACCESS_READER),
            (Api::ResourceManager, _) => Self::Iam(ORGANIZATION_VIEWER),
            (_, "directory.roles.list" | "directory.roleAssignments.list") => Self::SuperAdministrator,
            (_, "directory.orgunits.list") => role("Organizational Units > Read"),
            (_, "directory.users.list") => role("Users > Read"),
            (_, "directory.tokens.list") => role("User Security Management"),
            (_, "directory.groups.list" | "directory.members.list") => role("Groups > Read"),
            (_, "directory.domains.list") => role("Domain Management"),
            (_, "licensing.licenseAssignments.listForProduct") => role("License Management > License Read"),
            (_, "reports.activities.list") => role("Reports"),
            (
                Api::Directory
                | Api::Reports
                | Api::Licensing
                | Api::TokenEndpoint
                | Api::IamCredentials
                | Api::SecurityTokens
                | Api::MetadataServer,
                _,
            ) => Self::Open,
        }
    }
}
