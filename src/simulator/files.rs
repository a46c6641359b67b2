//! What the simulator writes for gwsaudit to start with: key file, configuration, attestations.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::actions::{Level, Method, Session};
use super::replay::{Attestation, Attested};
use super::scenario::File;
use super::tenant::Tenant;
use crate::config::{AttestationText, ValueText};

/// The files that [`Running::write_files`](super::Running::write_files) left behind.
#[derive(Debug, Clone)]
pub struct WrittenFiles {
    /// `gwsaudit.toml`
    pub config: PathBuf,
    /// `service-account.json`, readable by its owner alone.
    pub key: PathBuf,
    /// `attestations.toml`, if the scenario attests anything.
    pub attestations: Option<PathBuf>,
    /// `client-KEY.json` of each desktop client, readable by its owner alone.
    pub clients: Vec<PathBuf>,
    /// Credentials of other kinds than a key, where the scenario asks for them; readable by their owner alone.
    pub keyless: Vec<PathBuf>,
}

pub(super) const KEY_FILE: &str = "service-account.json";
pub(super) const ATTESTATIONS: &str = "attestations.toml";
const CONFIG: &str = "gwsaudit.toml";

impl WrittenFiles {
    /// Writes each file whole or not at all.
    pub(super) fn write(
        dir: &Path,
        key: &str,
        config: &str,
        attestations: Option<&str>,
        clients: &[(String, String)],
        keyless: &[(&str, String)],
    ) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let write = |name: &str, text: &str| {
            // A temporary file is its owner's alone (0600), and stays so when it takes its name.
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            file.write_all(text.as_bytes())?;
            let path = dir.join(name);
            file.persist(&path).map_err(|error| error.error)?;
            io::Result::Ok(path)
        };
        let key = write(KEY_FILE, key)?;
        let attestations = attestations.map(|text| write(ATTESTATIONS, text)).transpose()?;
        let clients = clients.iter().map(|(name, text)| write(&format!("client-{name}.json"), text));
        let clients = clients.collect::<io::Result<Vec<_>>>()?;
        let keyless = keyless.iter().map(|(name, text)| write(name, text)).collect::<io::Result<Vec<_>>>()?;
        Ok(Self { config: write(CONFIG, config)?, key, attestations, clients, keyless })
    }
}

#[derive(Serialize)]
struct Config<'a> {
    tenant: TenantTable<'a>,
    credentials: Credentials<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    apps: Vec<Pin<'a>>,
    evidence: Evidence<'a>,
    dns: Dns,
    google: Google<'a>,
}

#[derive(Serialize)]
struct TenantTable<'a> {
    customer: &'a str,
    admin: &'a str,
}

#[derive(Serialize)]
struct Credentials<'a> {
    key_file: &'a str,
}

#[derive(Serialize)]
struct Pin<'a> {
    id: &'a str,
    client_ids: Vec<&'a str>,
}

#[derive(Serialize)]
struct Evidence<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    attestations: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gcp_organization: Option<&'a str>,
}

#[derive(Serialize)]
struct Dns {
    servers: [SocketAddr; 1],
}

#[derive(Serialize)]
struct Google<'a> {
    endpoint: &'a str,
}

/// What a configuration points to.
pub(super) struct Written<'a> {
    pub(super) url: &'a str,
    pub(super) name_server: SocketAddr,
    pub(super) key_file: &'a str,
    pub(super) attestations: Option<&'a str>,
}

/// A `gwsaudit.toml` for this tenant.
pub(super) fn config(file: &File, tenant: &Tenant, written: Written<'_>) -> String {
    let Written { url, name_server, key_file, attestations } = written;
    let mut apps: Vec<Pin<'_>> = Vec::new();
    for app in file.app.iter().map(toml::Spanned::get_ref) {
        let Some(id) = app.pin.as_deref() else { continue };
        match apps.iter_mut().find(|pin| pin.id == id) {
            Some(pin) => pin.client_ids.push(&app.client_id),
            None => apps.push(Pin { id, client_ids: vec![&app.client_id] }),
        }
    }
    let config = Config {
        tenant: TenantTable { customer: &file.customer.get_ref().id, admin: &tenant.auditor },
        credentials: Credentials { key_file },
        apps,
        evidence: Evidence {
            attestations,
            gcp_organization: file.gcp.as_ref().and_then(|gcp| gcp.configured.as_deref()),
        },
        dns: Dns { servers: [name_server] },
        google: Google { endpoint: url },
    };
    toml::to_string(&config).expect("strings, tables and lists are TOML")
}

/// The attestations file of this tenant.
pub(super) fn attestations(attestations: &[Attestation]) -> Option<String> {
    (!attestations.is_empty()).then(|| attestations.iter().map(one).collect::<Vec<_>>().join("\n"))
}

fn one(attestation: &Attestation) -> String {
    let text = AttestationText {
        value: match attestation.value {
            Attested::Session(session) => session_value(session),
            Attested::Access(level) => ValueText::AppAccess {
                app: attestation.app.as_deref().expect("the replay refuses one without an app"),
                level: level_word(level),
            },
        },
        org_unit: &attestation.org_unit,
        below: attestation.below.is_some().then_some("inherit"),
        attested_by: &attestation.by,
        attested_at: second(attestation.at),
        expires_at: attestation.expires.map(second),
        note: attestation.note.as_deref(),
    };
    text.to_string()
}

/// As people write times.
fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

fn session_value(session: Session) -> ValueText<'static> {
    let plain = |reauth| ValueText::Session { reauth, frequency: None, method: None, exempt_trusted_apps: None };
    match session {
        Session::Inherit => plain("inherit"),
        Session::NotRequired => plain("not_required"),
        Session::Required { frequency, method, exempt_trusted_apps } => ValueText::Session {
            reauth: "required",
            frequency: Some(frequency),
            method: Some(match method {
                Method::Password => "password",
                Method::SecurityKey => "security_key",
            }),
            exempt_trusted_apps: Some(exempt_trusted_apps),
        },
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Trusted => "trusted",
        Level::Limited => "limited",
        Level::SpecificData => "specific_data",
        Level::Blocked => "blocked",
        Level::Unconfigured => "unconfigured",
        Level::Inherit => "inherit",
    }
}
