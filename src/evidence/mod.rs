//! Records and statements to evidence: what was observed or attested, when, and where it can be looked up.
//!
//! Nothing is judged here and nothing is placed on today's org-unit tree yet; that is the business of
//! [`crate::facts`]. Facts of the logs' shapes are those of Google's appendix pages (admin-security-settings,
//! admin-org-settings, token) as of April 2026, and of the help page on admin log event changes.

mod access_events;
mod accounts;
mod admin_events;
mod application_settings;
mod apps;
mod attestation;
mod canaries;
mod console_csv;
mod delegations;
mod directory;
mod evaluations;
mod exposure;
mod first_pass;
mod gather;
mod item;
mod memberships;
mod populace;
mod resemblance;
mod session_events;
mod supposition;
mod token_events;

pub use accounts::{Account, AccountIndex, AccountState, Administers, Said, Whom, find_account};
pub use admin_events::{AdminEvent, AppScope, Change, Effect, LevelChange, Reading, TreeChange, UnitRef};
pub use application_settings::{LastDoubt, LastEvent, SettingChange, SettingEvent};
pub use apps::{AppDefinition, Card, Catalogue, NamePattern};
pub use attestation::{AppRef, Attestation, AttestedSession, AttestedValue, Below, OwnAccess, OwnReauth, ReauthMethod};
pub use canaries::{Canary, CanaryOutcome, CanaryTry};
pub use console_csv::{ConfiguredApp, ConfiguredApps, CsvError, Dating, Extent, ListedAccess, read_configured_apps};
pub use delegations::{Delegation, DelegationChange};
pub use directory::{Directory, DomainKind, OwnDomain, Reach};
pub use evaluations::{ConfigurationSource, Evaluation};
pub use exposure::{ClientUse, EXAMPLES, Exposure, LastUse};
pub use gather::{Evidence, Grant, LogWindow, Sighting, Tenant, Unit, gather, gather_of, gather_supposing};
pub use item::{Item, Source};
pub use populace::{Cohort, Populace, Standing};
pub use resemblance::Likeness;
pub use supposition::{PolicyTarget, Supposed, Supposition, Wave};
pub use token_events::{TokenEvent, TokenEventKind};

/// The Google Cloud session control page.
pub const SESSION_CONTROL_URL: &str = "https://admin.google.com/ac/security/reauth/admin-tools";
/// Where the menu path leads, as links are no documented interface.
pub const SESSION_CONTROL_MENU: &str = "Security > Access and data control > Google Cloud session control";
/// The app access control page, on its list of configured apps.
pub const APP_ACCESS_URL: &str = "https://admin.google.com/ac/owl/list?tab=configuredApps";
/// Where the menu path leads.
pub const APP_ACCESS_MENU: &str = "Security > Access and data control > API controls > Manage third-party app access";
