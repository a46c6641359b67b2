//! The server: routes, what happens to every request and answer, and how a test or the command line holds it.

use std::io::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderValue, StatusCode, Uri, header};
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock::{Clock, Speed};
use super::errors::Refusal;
use super::faults::{self, Before, Ending, Faults, Served};
use super::files::{self, WrittenFiles};
use super::key::ServiceAccount;
use super::keyless::{self, Workload};
use super::listener::{Counting, Peer};
use super::oauth::{self, Ledger, Tokens};
use super::present::Present;
use super::scenario::{Contradiction, File, Scenario, ScenarioError};
use super::tenant::Tenant;
use super::{
    access_context, control, directory, dns, domains, licences, policies, reports, resource_manager, roles, sign_on,
};

/// Starts simulated tenants.
#[derive(Debug)]
pub struct Simulator;

/// Who may reach the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// This machine alone; any other listen address is refused.
    #[default]
    Loopback,
    /// Whoever the listen address lets in. The simulator speaks plain http and gives its key to nobody over the wire.
    AnyAddress,
}

/// How to run a simulator.
#[derive(Debug, Clone, Default)]
pub struct SimulatorOptions {
    /// The moment that the scenario's offsets count from, and at which its clock starts; the present unless said. Signed
    /// assertions and access tokens of service accounts are judged by the real clock either way.
    pub now: Option<Timestamp>,
    /// How fast the scenario's clock runs.
    pub speed: Speed,
    /// Who may reach it.
    pub reach: Reach,
}

/// The simulator cannot start or go on.
#[derive(Debug, Error)]
pub enum SimulatorError {
    /// The caller must say so explicitly to be reachable from elsewhere.
    #[error("{0} can be reached from other machines; the simulator listens on a loopback address only")]
    NotLoopback(SocketAddr),
    /// Most often the port is taken.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// No key could be made; the machine's fault.
    #[error("cannot make a key for the service account")]
    Key,
    /// The scenario contradicts itself at this moment.
    #[error("the scenario cannot be replayed: {0}")]
    Scenario(String),
    /// A file cannot be written.
    #[error("cannot write the files for gwsaudit")]
    Files(#[source] io::Error),
}

/// One request, for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// `GET`
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Without the question mark.
    pub query: String,
    /// What was answered; `None` while it is not, or never will be.
    pub status: Option<u16>,
    /// No API has this path.
    pub unexpected: bool,
}

/// What all requests share.
pub(super) struct Shared {
    pub(super) file: File,
    present: Present,
    pub(super) key: ServiceAccount,
    pub(super) tokens: Tokens,
    ledger: Mutex<Ledger>,
    pub(super) clock: Clock,
    pub(super) base_url: String,
    pub(super) workload: Workload,
    key_file: String,
    pub(super) faults: Faults,
    requests: Mutex<Vec<RecordedRequest>>,
    /// Where the scenario's names are looked up.
    name_server: SocketAddr,
    /// When policies may be read again, where a quota is kept.
    pub(super) next_policy_read: Mutex<Option<Instant>>,
}

impl Shared {
    /// The tenant as it is now.
    pub(super) fn tenant(&self) -> Arc<Tenant> {
        // Held while the clock is read, so that nobody asks for a moment before one that was asked for.
        let ledger = self.ledger();
        self.present.at(&self.file, self.clock.now(), &ledger.deeds)
    }

    /// What users authorised and revoked, while nobody else writes there.
    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A simulator that listens. Dropping it ends it too, without waiting.
pub struct Running {
    shared: Arc<Shared>,
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
}

impl Simulator {
    /// Serves a scenario. Port 0 takes a free one.
    ///
    /// # Errors
    /// [`SimulatorError`] if the address is not to be listened on, or no key can be made.
    pub async fn start(
        scenario: Scenario,
        address: SocketAddr,
        options: SimulatorOptions,
    ) -> Result<Running, SimulatorError> {
        if options.reach == Reach::Loopback && !address.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(address));
        }
        #[expect(clippy::disallowed_methods, reason = "the simulator's clock starts here")]
        let real_start = scenario.file.service.clock.from(Timestamp::now());
        let start = options.now.unwrap_or(real_start);
        let present =
            Present::new(&scenario.file, start).map_err(|Contradiction { what, .. }| SimulatorError::Scenario(what))?;
        let key = tokio::task::spawn_blocking(ServiceAccount::generate)
            .await
            .map_err(|_| SimulatorError::Key)?
            .map_err(|_| SimulatorError::Key)?;

        let listen = |source| SimulatorError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let mut host = address;
        if host.ip().is_unspecified() {
            host.set_ip(if host.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
        }
        let base_url = format!("http://{host}");
        let (stop, stopped) = watch::channel(false);
        let name_server = dns::serve(&scenario.file, stopped.clone()).await.map_err(listen)?;
        let shared = Arc::new(Shared {
            faults: Faults::new(&scenario.file.fault),
            key_file: key.file(&base_url).map_err(|_| SimulatorError::Key)?,
            file: scenario.file,
            workload: Workload::new().map_err(|_| SimulatorError::Key)?,
            present,
            key,
            tokens: Tokens::default(),
            ledger: Mutex::default(),
            clock: Clock::new(start, real_start, options.speed),
            base_url,
            requests: Mutex::default(),
            name_server,
            next_policy_read: Mutex::default(),
        });

        let connections = Arc::new(AtomicUsize::new(0));
        let router = router(Arc::clone(&shared), stopped.clone());
        let listener = Counting { listener, accepted: Arc::clone(&connections) };
        let server = tokio::spawn(
            axum::serve(listener, router.into_make_service_with_connect_info::<Peer>())
                .with_graceful_shutdown(told_to_stop(stopped))
                .into_future(),
        );
        Ok(Running { shared, address, connections, stop, server })
    }
}

/// Ends when the holder says so, or is gone.
async fn told_to_stop(mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow_and_update() {
        if stopped.changed().await.is_err() {
            return;
        }
    }
}

impl Running {
    /// `http://127.0.0.1:PORT`, to stand for every Google host.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where names are looked up, over UDP.
    #[must_use]
    pub fn name_server(&self) -> SocketAddr {
        self.shared.name_server
    }

    /// The service account's key file. It holds the private key.
    #[must_use]
    pub fn key_file_json(&self) -> String {
        self.shared.key_file.clone()
    }

    /// A `gwsaudit.toml` for this tenant, naming the key file and, if there are any, the attestations.
    #[must_use]
    pub fn config_toml(&self, key_file: &str, attestations: Option<&str>) -> String {
        let written =
            files::Written { url: &self.shared.base_url, name_server: self.shared.name_server, key_file, attestations };
        files::config(&self.shared.file, &self.shared.tenant(), written)
    }

    /// The attestations of the scenario, at their absolute times.
    #[must_use]
    pub fn attestations_toml(&self) -> Option<String> {
        files::attestations(&self.shared.tenant().attestations)
    }

    /// Writes key file (0600), configuration, attestations and desktop clients (0600) into a folder, replacing what is there.
    ///
    /// # Errors
    /// [`SimulatorError::Files`].
    pub fn write_files(&self, dir: &Path) -> Result<WrittenFiles, SimulatorError> {
        let attestations = self.attestations_toml();
        let config = self.config_toml(files::KEY_FILE, attestations.as_ref().map(|_| files::ATTESTATIONS));
        let keys = self.shared.file.app.iter().map(|app| &app.get_ref().key);
        let clients: Vec<_> = keys.filter_map(|key| Some((key.clone(), self.client_json(key)?))).collect();
        let keyless = self.shared.credential_files(dir).map_err(SimulatorError::Files)?;
        WrittenFiles::write(dir, &self.shared.key_file, &config, attestations.as_deref(), &clients, &keyless)
            .map_err(SimulatorError::Files)
    }

    /// Every request so far, in order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The file that the Cloud console would hand out for a desktop client; `None` unless the scenario has an app of this
    /// key with a `client_secret`.
    #[must_use]
    pub fn client_json(&self, key: &str) -> Option<String> {
        oauth::client_file(self.shared.file.app_called(key)?, &self.shared.base_url)
    }

    /// The time in the scenario.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Moves the scenario's clock on and gives the time that it shows then. It never runs backwards: a negative length
    /// moves nothing.
    pub fn advance(&self, by: SignedDuration) -> Timestamp {
        self.shared.clock.advance(by)
    }

    /// Puts the faults of a text in the place of all that are in force: `[[fault]]` tables as in a scenario, or their
    /// JSON. An empty text ends all trouble.
    ///
    /// # Errors
    /// [`ScenarioError::Faults`]; the faults in force stay.
    pub fn order_faults(&self, text: &str) -> Result<(), ScenarioError> {
        let faults = faults::read(text).map_err(ScenarioError::Faults)?;
        self.shared.faults.replace(&faults);
        Ok(())
    }

    /// The faults in force: as `GET /simulator/faults` shows them.
    #[must_use]
    pub fn faults(&self) -> serde_json::Value {
        self.shared.faults.shown()
    }

    /// Makes every access token that is out worthless, as if its hour had passed.
    pub fn expire_tokens(&self) {
        self.shared.tokens.expire_all();
    }

    /// Ends it; a request that is still stalled is cut off.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        let mut server = self.server;
        if tokio::time::timeout(Duration::from_secs(2), &mut server).await.is_err() {
            server.abort();
        }
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("base_url", &self.shared.base_url).finish_non_exhaustive()
    }
}

#[derive(Clone)]
struct Watched {
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
}

fn router(shared: Arc<Shared>, stopped: watch::Receiver<bool>) -> Router {
    const ACTIVITIES: &str = "/admin/reports/v1/activity/users/{user}/applications/{application}";
    Router::new()
        .route("/o/oauth2/auth", get(oauth::consent))
        .route("/o/oauth2/v2/auth", get(oauth::consent))
        .route("/token", post(oauth::token).fallback(oauth::post_alone))
        .route("/revoke", post(oauth::revoke).fallback(oauth::post_alone))
        .merge(control::routes())
        .merge(keyless::routes())
        .route("/admin/directory/v1/customers/{customer}", get(directory::customer))
        .route("/admin/directory/v1/customer/{customer}/orgunits", get(directory::org_units))
        .route("/admin/directory/v1/customer/{customer}/roles", get(roles::roles))
        .route("/admin/directory/v1/customer/{customer}/roleassignments", get(roles::assignments))
        .route("/admin/directory/v1/customer/{customer}/domains", get(domains::list))
        .route("/admin/directory/v1/users", get(directory::users))
        .route("/admin/directory/v1/users/{user}", get(directory::user))
        .route("/admin/directory/v1/users/{user}/tokens", get(directory::tokens))
        .route("/admin/directory/v1/groups", get(directory::groups))
        .route("/admin/directory/v1/groups/{group}/members", get(directory::members))
        .route(ACTIVITIES, get(reports::activities))
        .route("/apps/licensing/v1/product/{product}/users", get(licences::list))
        .route("/v1/inboundSsoAssignments", get(sign_on::list))
        .route("/v1/policies", get(policies::list))
        .route("/v1/policies/{id}", get(policies::get))
        .route("/v1/organizations/{id}/gcpUserAccessBindings", get(access_context::list))
        .route("/v3/organizations:search", get(resource_manager::search))
        .fallback(unexpected)
        .method_not_allowed_fallback(unexpected)
        .layer(middleware::from_fn_with_state(Watched { shared: Arc::clone(&shared), stopped }, watch_over))
        .with_state(shared)
}

/// Marks an answer to a path or method that no API has.
#[derive(Clone)]
pub(super) struct Unexpected;

async fn unexpected(uri: Uri) -> Response {
    let mut response = Refusal::no_such_path(uri.path()).into_response();
    response.extensions_mut().insert(Unexpected);
    response
}

/// Around every request: the record of it, ordered trouble, compression.
async fn watch_over(State(watched): State<Watched>, request: Request, next: Next) -> Response {
    let Watched { shared, stopped } = watched;
    let path = request.uri().path().to_owned();
    let nth = {
        let mut requests = shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(RecordedRequest {
            method: request.method().to_string(),
            path: path.clone(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            status: None,
            unexpected: false,
        });
        requests.len() - 1
    };
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(peer)| peer.clone());
    let gzip = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let gzip = gzip.is_some_and(|value| value.split([',', ';']).any(|coding| coding.trim() == "gzip"));

    // The simulator's own paths are in nobody's way.
    let hit = if path.starts_with(control::PREFIX) { None } else { shared.faults.hit(&path) };
    let before = match &hit {
        Some(hit) => hit.before(peer.as_ref()).await,
        None => Before::Answer,
    };
    match before {
        Before::Answer => {}
        Before::Stall => told_to_stop(stopped).await,
        Before::Gone => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
    let Served { response, ending } = faults::serve(hit.as_ref(), shared.key.project_number(), request, next).await;
    {
        let mut requests = shared.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests[nth].status = Some(response.status().as_u16());
        requests[nth].unexpected = response.extensions().get::<Unexpected>().is_some();
    }
    let mut response = finish(response, gzip, ending).await;
    if let Ok(date) = HeaderValue::from_str(&http_date(faults::date(hit.as_ref(), shared.clock.now()))) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// As HTTP writes times: `Mon, 23 Nov 2026 10:00:00 GMT`.
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

async fn finish(response: Response, gzip: bool, ending: Ending) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(mut bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let packs = gzip && !bytes.is_empty() && !matches!(ending, Ending::Packed | Ending::Flood);
    if packs {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        if let Ok(packed) = encoder.write_all(&bytes).and_then(|()| encoder.finish()) {
            bytes = packed.into();
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    parts.headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    parts.headers.remove(header::CONTENT_LENGTH);
    if ending != Ending::Flood {
        parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    Response::from_parts(parts, ending.body(bytes))
}
