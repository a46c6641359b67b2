//! `gwsaudit.toml` and the environment on top of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::canaries::{self, CanarySettings};
use super::dns::{self, DnsSettings};
use super::document::{ConfigError, Decode, Document, Fault, Found, Parsed, Place, Table};
use super::suppress::Suppress;
use crate::collect::Scan;
use crate::domain::{AppId, CheckId, ClientId, Email, OrgUnitPath, PackId, Severity};
use crate::google::credentials::ServiceAccountEmail;
use crate::google::{CustomerKey, Endpoint, OrganizationName};

/// Everything that the operator configured; see the contract, section 3.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which tenant.
    pub customer: CustomerKey,
    /// The administrator whom the service account acts for.
    pub admin: Option<Email>,
    /// Whose key is used; none means Application Default Credentials.
    pub credentials: Option<Credentials>,
    /// Whether credential files that others can read are refused.
    pub strict_permissions: bool,
    /// Additions to the catalogue.
    pub apps: Vec<AppSettings>,
    /// Evidence besides Google's.
    pub evidence: EvidenceSettings,
    /// What is judged.
    pub audit: AuditSettings,
    /// Accepted risks.
    pub suppress: Vec<Suppress>,
    /// Where canaries live, and their tokens.
    pub canaries: CanarySettings,
    /// SPF, DKIM and DMARC.
    pub dns: DnsSettings,
    /// How Google is reached.
    pub google: GoogleSettings,
}

/// How gwsaudit proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A service account's key file.
    KeyFile(PathBuf),
    /// A service account for which IAM signs, asked by the Application Default Credentials.
    Impersonate(ServiceAccountEmail),
}

/// An app that the operator adds to the catalogue, or narrows in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSettings {
    /// Its id.
    pub id: AppId,
    /// Its client IDs.
    pub client_ids: Vec<ClientId>,
    /// Its name for people.
    pub name: Option<String>,
    /// Names by which it may be recognised.
    pub display_names: Vec<String>,
}

/// `[evidence]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceSettings {
    /// The attestation file.
    pub attestations: Option<PathBuf>,
    /// The console's download of configured apps.
    pub configured_apps_csv: Option<PathBuf>,
    /// When it was downloaded.
    pub configured_apps_csv_at: Option<Timestamp>,
    /// Whether it is the whole list.
    pub configured_apps_csv_complete: Option<bool>,
    /// Where Access Context Manager bindings are.
    pub gcp_organization: Option<GcpOrganization>,
}

/// The tenant's Google Cloud organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GcpOrganization {
    /// The operator states that no bindings exist.
    None,
    /// `organizations/123456`
    Named(OrganizationName),
}

impl std::str::FromStr for GcpOrganization {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(Self::None);
        }
        text.parse().map(Self::Named).map_err(|error| format!("{error}; or \"none\" if there are no bindings"))
    }
}

/// `[audit]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSettings {
    /// The packs to run.
    pub packs: Vec<PackId>,
    /// From which severity on a failure fails the run.
    pub fail_on: Severity,
    /// Whether presumed facts may pass.
    pub accept_presumed: bool,
    /// Whose grants are asked for.
    pub scan: Scan,
    /// Folders with packs of the operator's own.
    pub pack_dirs: Vec<PathBuf>,
}

/// `[google]`
#[derive(Debug, Clone, Default)]
pub struct GoogleSettings {
    /// Replaces every Google host.
    pub endpoint: Option<Endpoint>,
    /// Bounds the whole run, and how long a source that never answers is waited for.
    pub deadline: Option<SignedDuration>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            customer: CustomerKey::Mine,
            admin: None,
            credentials: None,
            strict_permissions: false,
            apps: Vec::new(),
            evidence: EvidenceSettings::default(),
            audit: AuditSettings {
                packs: vec![default_pack()],
                fail_on: Severity::High,
                accept_presumed: false,
                scan: Scan::Auto,
                pack_dirs: Vec::new(),
            },
            suppress: Vec::new(),
            canaries: CanarySettings::default(),
            dns: DnsSettings::default(),
            google: GoogleSettings::default(),
        }
    }
}

fn default_pack() -> PackId {
    "okta-workflows-gmail".parse().expect("the literal is an id")
}

/// A duration as people write it: `90s`, `5m`, `2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration(pub SignedDuration);

impl std::str::FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("{text:?} is not a duration; write it as \"90s\", \"5m\" or \"2h\"");
        let unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let number: i64 = text[..unit].parse().map_err(|_| refuse())?;
        let seconds = match &text[unit..] {
            "s" => Some(number),
            "m" => number.checked_mul(60),
            "h" => number.checked_mul(3_600),
            _ => None,
        };
        match seconds {
            Some(seconds) if seconds > 0 => Ok(Self(SignedDuration::from_secs(seconds))),
            Some(_) | None => Err(refuse()),
        }
    }
}

/// A path as written; made absolute later.
struct Written(PathBuf);

impl Decode for Written {
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        let text = String::decode(found)?;
        if text.is_empty() { Err("the path is empty".to_owned()) } else { Ok(Self(PathBuf::from(text))) }
    }
}

/// Reads a configuration. `file` is its name for faults and the folder that relative paths start from; without text
/// everything comes from the environment. `environment` holds `section.key` to value.
///
/// # Errors
/// [`ConfigError`] with every fault.
pub fn load(file: Option<&Path>, text: &str, environment: BTreeMap<String, String>) -> Result<Config, ConfigError> {
    let name = file.map_or_else(|| "(environment)".to_owned(), |file| file.display().to_string());
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let mut document = Document::new(&name, text, environment);
    let Some(parsed) = document.parse() else { return document.conclude(None) };
    let mut top = Table::new(Some(parsed.get_ref()), "", 0);
    let mut config = Config::default();

    let mut tenant = top.section(&mut document, "tenant");
    if let Some(Parsed(customer)) = tenant.take(&mut document, "customer") {
        config.customer = customer;
    }
    config.admin = tenant.take::<Parsed<Email>>(&mut document, "admin").map(|admin| admin.0);
    tenant.finish(&mut document);

    credentials(&mut document, &mut top, folder, &mut config);
    config.apps = apps(&mut document, &mut top);
    config.evidence = evidence(&mut document, &mut top, folder);

    let mut audit = top.section(&mut document, "audit");
    if let Some((packs, place)) = audit.take_placed::<Vec<Parsed<PackId>>>(&mut document, "packs") {
        config.audit.packs = packs.into_iter().map(|pack| pack.0).collect();
        if config.audit.packs.is_empty() {
            document.fault(place, "packs: name at least one pack".to_owned());
        }
    }
    if let Some(Parsed(severity)) = audit.take(&mut document, "fail_on") {
        config.audit.fail_on = severity;
    }
    if let Some(accept) = audit.take(&mut document, "accept_presumed") {
        config.audit.accept_presumed = accept;
    }
    if let Some(Parsed(scan)) = audit.take(&mut document, "scan") {
        config.audit.scan = scan;
    }
    config.audit.pack_dirs = take_paths(&mut document, &mut audit, "pack_dirs", folder);
    audit.finish(&mut document);

    config.suppress = suppress(&mut document, &mut top);
    config.canaries = canaries::read(&mut document, &mut top, folder);
    config.dns = dns::read(&mut document, &mut top);

    let mut google = top.section(&mut document, "google");
    config.google.endpoint = google.take::<Parsed<Endpoint>>(&mut document, "endpoint").map(|endpoint| endpoint.0);
    config.google.deadline = google.take::<Parsed<Duration>>(&mut document, "deadline").map(|deadline| deadline.0.0);
    google.finish(&mut document);

    top.finish(&mut document);
    document.conclude(Some(config))
}

/// Relative paths in a file start from the file; those of the environment from where the program runs.
fn settle(folder: &Path, written: Written, place: &Place) -> PathBuf {
    match place {
        Place::File { .. } => folder.join(written.0),
        Place::Environment(_) | Place::Whole(_) => written.0,
    }
}

pub(super) fn take_path(
    document: &mut Document<'_>,
    table: &mut Table<'_>,
    key: &'static str,
    folder: &Path,
) -> Option<PathBuf> {
    table.take_placed::<Written>(document, key).map(|(written, place)| settle(folder, written, &place))
}

fn take_paths(document: &mut Document<'_>, table: &mut Table<'_>, key: &'static str, folder: &Path) -> Vec<PathBuf> {
    let taken = table.take_placed::<Vec<Written>>(document, key);
    taken.map_or_else(Vec::new, |(written, place)| {
        written.into_iter().map(|path| settle(folder, path, &place)).collect()
    })
}

fn credentials(document: &mut Document<'_>, top: &mut Table<'_>, folder: &Path, config: &mut Config) {
    let mut table = top.section(document, "credentials");
    let key_file = take_path(document, &mut table, "key_file", folder);
    let impersonate = table.take_placed::<String>(document, "impersonate");
    config.strict_permissions = table.take(document, "strict_permissions").unwrap_or_default();
    table.finish(document);
    config.credentials = match (key_file, impersonate) {
        (Some(_), Some((_, place))) => {
            document.fault(place, "give either key_file or impersonate, not both".to_owned());
            None
        }
        (Some(path), None) => Some(Credentials::KeyFile(path)),
        (None, Some((account, place))) => match account.parse::<ServiceAccountEmail>() {
            Ok(account) => Some(Credentials::Impersonate(account)),
            Err(error) => {
                document.fault(place, format!("impersonate: {error}"));
                None
            }
        },
        (None, None) => None,
    };
}

fn apps(document: &mut Document<'_>, top: &mut Table<'_>) -> Vec<AppSettings> {
    let mut apps: Vec<AppSettings> = Vec::new();
    for mut table in top.list(document, "apps") {
        let id = table.require::<Parsed<AppId>>(document, "id").map(|id| id.0);
        let client_ids = table.take::<Vec<Parsed<ClientId>>>(document, "client_ids").unwrap_or_default();
        let name = table.take(document, "name");
        let display_names = table.take(document, "display_names").unwrap_or_default();
        let at = table.at();
        table.finish(document);
        let Some(id) = id else { continue };
        if apps.iter().any(|app| app.id == id) {
            document.fault_at(at, format!("the app \"{id}\" is configured twice"));
            continue;
        }
        let mut client_ids: Vec<ClientId> = client_ids.into_iter().map(|client| client.0).collect();
        client_ids.sort();
        client_ids.dedup();
        apps.push(AppSettings { id, client_ids, name, display_names });
    }
    apps
}

fn evidence(document: &mut Document<'_>, top: &mut Table<'_>, folder: &Path) -> EvidenceSettings {
    let mut table = top.section(document, "evidence");
    let settings = EvidenceSettings {
        attestations: take_path(document, &mut table, "attestations", folder),
        configured_apps_csv: take_path(document, &mut table, "configured_apps_csv", folder),
        configured_apps_csv_at: table.take(document, "configured_apps_csv_at"),
        configured_apps_csv_complete: table.take(document, "configured_apps_csv_complete"),
        gcp_organization: table
            .take::<Parsed<GcpOrganization>>(document, "gcp_organization")
            .map(|organization| organization.0),
    };
    table.finish(document);
    settings
}

fn suppress(document: &mut Document<'_>, top: &mut Table<'_>) -> Vec<Suppress> {
    let mut suppressions = Vec::new();
    for mut table in top.list(document, "suppress") {
        let locator = document.locator(table.at());
        let check = table.require::<Parsed<CheckId>>(document, "check").map(|check| check.0);
        let org_unit = table.take::<Parsed<OrgUnitPath>>(document, "org_unit").map(|path| path.0);
        let user = table.take::<Parsed<Email>>(document, "user").map(|user| user.0);
        let group = table.take::<String>(document, "group");
        let app = table.take::<Parsed<AppId>>(document, "app").map(|app| app.0);
        let client_id = table.take::<Parsed<ClientId>>(document, "client_id").map(|client| client.0);
        let reason = table.require::<String>(document, "reason");
        let owner = table.take::<String>(document, "owner");
        let expires = table.require(document, "expires");
        let at = table.at();
        table.finish(document);
        if let (Some(check), Some(reason), Some(expires)) = (check, reason, expires) {
            let place = document.place(at);
            suppressions.push(Suppress {
                check,
                org_unit,
                group,
                user,
                app,
                client_id,
                reason,
                owner,
                expires,
                locator,
                place,
            });
        }
    }
    suppressions
}

impl From<Fault> for ConfigError {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        load(Some(Path::new("etc/gwsaudit.toml")), text, BTreeMap::new())
    }

    fn faults(text: &str) -> String {
        read(text).expect_err("a faulty configuration").to_string()
    }

    #[test]
    fn the_example_shows_every_setting_as_it_is() {
        let config = read(include_str!("../../config/example.toml")).expect("the example");
        assert_eq!(config.credentials, Some(Credentials::KeyFile("etc/service-account.json".into())));
        assert_eq!(config.apps.len(), 1);
        assert_eq!(config.suppress.len(), 1);
        assert_eq!(config.google.deadline, Some(SignedDuration::from_mins(10)));
        assert_eq!(config.canaries.state_dir, Some("etc/gwsaudit-state".into()));
        assert_eq!(config.canaries.tokens, CanarySettings::default().tokens);
        assert_eq!(config.canaries.kept.len(), 2);
        assert_eq!((config.dns.servers.len(), config.dns.dkim_selectors.len()), (1, 1));
        assert_eq!(config.dns.enabled, DnsSettings::default().enabled);
        let default = Config::default();
        assert_eq!(config.audit, default.audit);
        assert_eq!(config.customer, default.customer);
    }

    #[test]
    fn an_unknown_key_names_its_place_and_the_nearest_known_one() {
        assert_eq!(
            faults("[tenant]\ncustomer = \"my_customer\"\nadmni = \"a@example.com\"\n"),
            "etc/gwsaudit.toml:3:1: unknown key in [tenant]: `admni`; the nearest known key is `admin`"
        );
        assert_eq!(
            faults("[tennant]\n"),
            "etc/gwsaudit.toml:1:2: unknown key `tennant`; the nearest known key is `tenant`"
        );
    }

    #[test]
    fn all_faults_are_reported_together() {
        let said = faults(
            "[tenant]\nadmin = \"nobody\"\n[audit]\nfail_on = \"hihg\"\n[google]\nendpoint = \"http://192.0.2.1\"\n",
        );
        assert_eq!(said.lines().count(), 3, "{said}");
        for place in [":2:9:", ":4:11:", ":6:12:"] {
            assert!(said.contains(place), "{said}");
        }
    }

    #[test]
    fn the_environment_wins_and_is_as_strict() {
        let set = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        let text = "[tenant]\nadmin = \"a@example.com\"\n";
        let config = load(None, text, set("tenant.admin", "b@example.com")).expect("sound");
        assert_eq!(config.admin.map(|admin| admin.to_string()), Some("b@example.com".to_owned()));
        let config = load(None, text, set("audit.packs", "one, two")).expect("sound");
        assert_eq!(config.audit.packs.len(), 2);
        let error = load(None, text, set("tenant.admni", "b@example.com")).expect_err("an unknown key");
        assert_eq!(
            error.to_string(),
            "environment variable GWSAUDIT_TENANT__ADMNI: unknown key `tenant.admni`; the nearest known key is `tenant.admin`"
        );
    }
}
