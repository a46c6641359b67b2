//! What has to be made, as `--format json` says it; the other formats are written from the same.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::credentials::{CredentialFault, Found};
use crate::cli::doctor::delegation;
use crate::cli::service_account::{ServiceAccount, shell_word};
use crate::collect::{Occasion, OrganizationPlan, Plan, Requirement};
use crate::config::{Config, Credentials as Configured, GcpOrganization};
use crate::domain::{PackId, with_causes};
use crate::google::privileges::{ACCESS_READER, IamRole, ORGANIZATION_VIEWER, Privilege, TOKEN_CREATOR};
use crate::google::{Api, Asker, Credentials, DELEGATION};
use crate::snapshot::SourceId;

/// Changes only with what a reader would have to know.
const SCHEMA: &str = "gwsaudit/setup/1";
/// The console's page of administrator roles.
const ROLES: &str = "https://admin.google.com/ac/roles";
/// Stands for an administrator who is not configured yet.
const ADMINISTRATOR: &str = "auditor@example.com";

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Guide {
    schema: &'static str,
    pub(super) packs: Vec<String>,
    pub(super) service_account: Account,
    pub(super) apis: Apis,
    pub(super) delegation: Grant,
    pub(super) administrator: Administrator,
    /// `null` where the packs look at no Access Context Manager bindings.
    pub(super) organization: Option<Organization>,
    /// `null` where a key signs.
    pub(super) keyless: Option<Keyless>,
    /// A `gwsaudit.toml` to start from.
    pub(super) configuration: String,
    pub(super) next: &'static str,
}

/// The service account.
#[derive(Debug, Serialize)]
pub(super) struct Account {
    /// `null` while there is none.
    pub(super) email: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) project: Option<String>,
    /// What the credentials are, and where they were found.
    pub(super) credentials: Option<String>,
    /// Why there are none.
    pub(super) missing: Option<String>,
    /// What makes one, where there is none.
    pub(super) commands: Vec<String>,
}

/// APIs of the service account's project.
#[derive(Debug, Serialize)]
pub(super) struct Apis {
    pub(super) services: Vec<Service>,
    pub(super) command: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Service {
    pub(super) service: &'static str,
    pub(super) title: &'static str,
    pub(super) reason: String,
    pub(super) sources: Vec<&'static str>,
}

/// The delegation.
#[derive(Debug, Serialize)]
pub(super) struct Grant {
    /// `null` where no file tells it; then the command does.
    pub(super) client_id: Option<String>,
    pub(super) client_id_command: Option<String>,
    pub(super) console_path: &'static str,
    pub(super) console_url: &'static str,
    /// All scopes with commas between, as the console takes them.
    pub(super) scope_list: String,
    pub(super) scopes: Vec<ScopeRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct ScopeRow {
    pub(super) scope: &'static str,
    pub(super) reason: &'static str,
    /// Why it is not a read-only one.
    pub(super) broader_because: Option<&'static str>,
    /// `always`, or `where_named`: only where policies, bindings or roles name a group or a licence.
    pub(super) asked: &'static str,
    pub(super) sources: Vec<&'static str>,
}

/// The administrator to act for.
#[derive(Debug, Serialize)]
pub(super) struct Administrator {
    /// `null` where none is configured.
    pub(super) email: Option<String>,
    /// Sources that Google gives to super administrators alone.
    pub(super) super_administrator_for: Vec<&'static str>,
    /// Privileges of a custom role with which the rest can be read.
    pub(super) custom_role: Vec<PrivilegeRow>,
    /// Sources of which Google does not document which privilege suffices.
    pub(super) undocumented_for: Vec<&'static str>,
    pub(super) console_url: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct PrivilegeRow {
    pub(super) privilege: &'static str,
    pub(super) sources: Vec<&'static str>,
}

/// The Google Cloud organization, where Access Context Manager's bindings are.
#[derive(Debug, Serialize)]
pub(super) struct Organization {
    /// The operator states that there are no bindings: nothing is needed.
    pub(super) stated_none: bool,
    pub(super) name: Option<String>,
    /// Shows its number.
    pub(super) find_command: &'static str,
    pub(super) roles: Vec<RoleRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct RoleRow {
    pub(super) role: &'static str,
    pub(super) title: &'static str,
    pub(super) reason: &'static str,
    pub(super) command: String,
}

/// What it takes for IAM to sign.
#[derive(Debug, Serialize)]
pub(super) struct Keyless {
    /// Who asks IAM to sign, as IAM names members.
    pub(super) member: String,
    pub(super) role: &'static str,
    pub(super) commands: Vec<String>,
}

/// Puts it together. Nothing is asked of Google.
pub(super) fn guide(config: &Config, plan: &Plan, packs: &[PackId], found: &Result<Found, CredentialFault>) -> Guide {
    let requirements = plan.requirements();
    let mut account =
        found.as_ref().map_or_else(|_| ServiceAccount::default(), |found| ServiceAccount::of(&found.credentials));
    if account.email.is_none()
        && let Some(Configured::Impersonate(wanted)) = &config.credentials
    {
        account = ServiceAccount::named(wanted.as_str());
    }
    let admin = config.admin.as_ref().map(|admin| admin.as_str().to_owned());
    let keyless = keyless(config, &account, found);
    Guide {
        schema: SCHEMA,
        packs: packs.iter().map(|pack| pack.as_str().to_owned()).collect(),
        apis: apis(&requirements, &account, keyless.is_some() && account.email.is_some()),
        delegation: grant(&requirements, &account),
        organization: organization(plan, admin.as_deref()),
        configuration: configuration(config, packs, found),
        administrator: administrator(&requirements, admin),
        service_account: describe(account, found),
        keyless,
        next: "gwsaudit doctor",
    }
}

fn describe(account: ServiceAccount, found: &Result<Found, CredentialFault>) -> Account {
    let commands = match found {
        Ok(_) => Vec::new(),
        Err(_) if account.email.is_some() => Vec::new(),
        Err(_) => vec![
            format!("gcloud iam service-accounts create gwsaudit --project={}", shell_word(account.project())),
            format!(
                "gcloud iam service-accounts keys create service-account.json --iam-account={}",
                shell_word(&account.email())
            ),
            "chmod 600 service-account.json".to_owned(),
        ],
    };
    Account {
        credentials: found.as_ref().ok().map(|found| format!("{}, from {}", found.credentials.kind(), found.origin)),
        missing: found.as_ref().err().map(|fault| with_causes(fault)),
        email: account.email,
        client_id: account.client_id,
        project: account.project,
        commands,
    }
}

fn apis(requirements: &[Requirement], account: &ServiceAccount, signs: bool) -> Apis {
    let mut of: BTreeMap<&'static str, Vec<&Requirement>> = BTreeMap::new();
    for requirement in requirements {
        of.entry(requirement.api.host()).or_default().push(requirement);
    }
    let mut services: Vec<Service> = of
        .into_iter()
        .filter_map(|(service, used)| {
            let title = used.first()?.api.name();
            let reasons = unique(used.iter().map(|one| one.scope.reason));
            let sources = used.iter().map(|one| one.source.as_str()).collect();
            Some(Service { service, title, reason: reasons.join("; "), sources })
        })
        .collect();
    if signs {
        let api = Api::IamCredentials;
        let reason = "signatures for the service account, as there is no key".to_owned();
        services.push(Service { service: api.host(), title: api.name(), reason, sources: Vec::new() });
    }
    let names: Vec<&str> = services.iter().map(|service| service.service).collect();
    Apis { command: account.enable(&names), services }
}

fn grant(requirements: &[Requirement], account: &ServiceAccount) -> Grant {
    let scopes = delegation::scopes_of(requirements);
    let rows = scopes.iter().map(|scope| {
        let used: Vec<&Requirement> = requirements.iter().filter(|one| one.scope == *scope).collect();
        let always = used.iter().any(|one| one.occasion == Occasion::Always);
        ScopeRow {
            scope: scope.url,
            reason: scope.reason,
            broader_because: scope.broader_because,
            asked: if always { "always" } else { "where_named" },
            sources: used.iter().map(|one| one.source.as_str()).collect(),
        }
    });
    Grant {
        client_id: account.client_id.clone(),
        client_id_command: account.client_id.is_none().then(|| account.describe()),
        console_path: delegation::CONSOLE,
        console_url: DELEGATION,
        scope_list: delegation::list(&scopes),
        scopes: rows.collect(),
    }
}

fn administrator(requirements: &[Requirement], email: Option<String>) -> Administrator {
    let mut custom_role: Vec<PrivilegeRow> = Vec::new();
    let (mut super_administrator_for, mut undocumented_for) = (Vec::new(), Vec::new());
    for one in requirements {
        let source = one.source.as_str();
        match one.privilege {
            Privilege::SuperAdministrator => super_administrator_for.push(source),
            Privilege::Open => undocumented_for.push(source),
            Privilege::Role { privilege } => match custom_role.iter_mut().find(|row| row.privilege == privilege) {
                Some(row) => row.sources.push(source),
                None => custom_role.push(PrivilegeRow { privilege, sources: vec![source] }),
            },
            // No matter of the Admin console.
            Privilege::Iam(_) => {}
        }
    }
    custom_role.sort_by_key(|row| row.privilege);
    Administrator { email, super_administrator_for, custom_role, undocumented_for, console_url: ROLES }
}

fn organization(plan: &Plan, admin: Option<&str>) -> Option<Organization> {
    if !plan.sources().contains(&SourceId::AccessBindings) {
        return None;
    }
    let (stated_none, name) = match &plan.organization {
        OrganizationPlan::StatedNone => (true, None),
        OrganizationPlan::Named(name) => (false, Some(name.as_str().to_owned())),
        OrganizationPlan::Find => (false, None),
    };
    let number = name.as_deref().and_then(|name| name.rsplit('/').next()).unwrap_or("ORGANIZATION_ID");
    let member = format!("user:{}", admin.unwrap_or(ADMINISTRATOR));
    let role = |role: IamRole, reason| RoleRow {
        role: role.role,
        title: role.title,
        reason,
        command: format!(
            "gcloud organizations add-iam-policy-binding {number} --member={} --role={}",
            shell_word(&member),
            role.role
        ),
    };
    let mut roles = vec![role(ACCESS_READER, "reads Access Context Manager bindings")];
    if name.is_none() {
        roles.push(role(ORGANIZATION_VIEWER, "finds the organization; not needed where gcp_organization names it"));
    }
    let roles = if stated_none { Vec::new() } else { roles };
    Some(Organization { stated_none, name, find_command: "gcloud organizations list", roles })
}

/// Whoever asks for signatures must be allowed to; where there are no credentials yet, that is a way to do without a key.
fn keyless(config: &Config, account: &ServiceAccount, found: &Result<Found, CredentialFault>) -> Option<Keyless> {
    let own = || format!("serviceAccount:{}", account.email());
    let named = matches!(config.credentials, Some(Configured::Impersonate(_)));
    let member = match found {
        Ok(Found { credentials: Credentials::Key(_), .. }) => return None,
        Ok(found) => match found.credentials.asker()? {
            Asker::ServiceAccount(email) => format!("serviceAccount:{email}"),
            Asker::Machine if !named => own(),
            Asker::Machine => "serviceAccount:MACHINE_SERVICE_ACCOUNT".to_owned(),
            Asker::Person => "user:YOUR_ADDRESS".to_owned(),
            Asker::Workload => {
                "principal://iam.googleapis.com/projects/PROJECT_NUMBER/locations/global/workloadIdentityPools/POOL_ID/\
                 subject/SUBJECT"
                    .to_owned()
            }
        },
        Err(_) => "user:YOUR_ADDRESS".to_owned(),
    };
    let allow = format!(
        "gcloud iam service-accounts add-iam-policy-binding {} --member={} --role={} --project={}",
        shell_word(&account.email()),
        shell_word(&member),
        TOKEN_CREATOR.role,
        shell_word(account.project())
    );
    Some(Keyless {
        member,
        role: TOKEN_CREATOR.role,
        commands: vec![account.enable(&[Api::IamCredentials.host()]), allow],
    })
}

/// The least that an audit takes, in TOML.
fn configuration(config: &Config, packs: &[PackId], found: &Result<Found, CredentialFault>) -> String {
    let credentials = match (&config.credentials, found) {
        (Some(Configured::KeyFile(path)), _) => Some(CredentialsTable::KeyFile(path.display().to_string())),
        (Some(Configured::Impersonate(wanted)), _) => Some(CredentialsTable::Impersonate(wanted.to_string())),
        // Application Default Credentials, which nothing has to name.
        (None, Ok(_)) => None,
        (None, Err(_)) => Some(CredentialsTable::KeyFile("service-account.json".to_owned())),
    };
    let gcp_organization = config.evidence.gcp_organization.as_ref().map(|organization| match organization {
        GcpOrganization::None => "none".to_owned(),
        GcpOrganization::Named(name) => name.to_string(),
    });
    let document = Document {
        tenant: TenantTable {
            customer: config.customer.as_str(),
            admin: config.admin.as_ref().map_or(ADMINISTRATOR, |admin| admin.as_str()),
        },
        credentials,
        evidence: gcp_organization.map(|gcp_organization| EvidenceTable { gcp_organization }),
        audit: AuditTable { packs: packs.iter().map(PackId::as_str).collect() },
    };
    toml::to_string(&document).expect("texts, lists and tables are TOML")
}

#[derive(Serialize)]
struct Document<'a> {
    tenant: TenantTable<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<CredentialsTable>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<EvidenceTable>,
    audit: AuditTable<'a>,
}

#[derive(Serialize)]
struct TenantTable<'a> {
    customer: &'a str,
    admin: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum CredentialsTable {
    KeyFile(String),
    Impersonate(String),
}

#[derive(Serialize)]
struct EvidenceTable {
    gcp_organization: String,
}

#[derive(Serialize)]
struct AuditTable<'a> {
    packs: Vec<&'a str>,
}

fn unique<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen
}
