//! Talking to Google: read-only, typed, one module per API.
//!
//! Everything Google sends is kept as it was sent ([`Raw`]); the typed views beside each call read only the fields
//! that gwsaudit uses, and tolerate the rest.
//!
//! [`Google::connect`] builds the one client, [`Google::session`] gives each source its access, and the functions of
//! [`directory`], [`roles`], [`domains`], [`licensing`], [`reports`], [`policies`], [`inbound_sso`], [`access_context`]
//! and [`resource_manager`] are the calls. What fails is
//! an [`ApiError`], and [`next_step`] says what to do about it.

pub mod access_context;
mod advice;
pub mod auth;
mod call;
mod client;
pub mod credentials;
mod customer;
pub mod desktop_oauth;
pub mod directory;
pub mod domains;
mod endpoint;
mod error;
mod error_body;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
pub mod inbound_sso;
mod interrupt;
pub mod licensing;
mod pace;
mod pages;
mod patience;
pub mod policies;
pub mod privileges;
pub mod raw;
pub mod reports;
pub mod resource_manager;
mod retry;
pub mod roles;
pub mod scopes;
mod slot;
mod tokens;
mod transport;

pub use advice::{DELEGATION, next_step};
pub use auth::{InvalidKey, ServiceAccountKey};
pub(crate) use call::Call;
pub use client::{ConnectError, Google, Limits, Options, ServerDate, Session};
pub use credentials::{Asker, CredentialFile, Credentials};
pub use customer::{CustomerId, CustomerKey, InvalidCustomer};
pub use endpoint::{Api, Endpoint, InvalidEndpoint};
pub use error::{ApiError, ErrorKind, Garbling, QuotaWindow};
pub use interrupt::Interrupt;
pub use pace::{Pace, Pacing};
pub use pages::Pages;
pub use raw::{Raw, Unreadable};
pub use resource_manager::{InvalidOrganizationName, OrganizationName};
pub use retry::Backoff;
pub use scopes::ScopeEntry;
