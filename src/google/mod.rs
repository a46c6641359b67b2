//! Talking to Google: read-only, typed, one module per API.
//!
//! Everything Google sends is kept as it was sent ([`Raw`]); the typed views beside each call read only the fields
//! that gwsaudit uses, and tolerate the rest.

pub mod access_context;
mod advice;
pub mod auth;
mod customer;
pub mod directory;
mod endpoint;
mod error;
mod error_body;
mod pace;
mod patience;
pub mod policies;
pub mod raw;
pub mod reports;
pub mod resource_manager;
pub mod scopes;

pub use advice::next_step;
pub use auth::{InvalidKey, ServiceAccountKey};
pub use customer::{CustomerId, CustomerKey, InvalidCustomer};
pub use endpoint::{Api, Endpoint, InvalidEndpoint};
pub use error::{ApiError, ErrorKind, Garbling, QuotaWindow};
pub use pace::{Pace, Pacing};
pub use raw::{Raw, Unreadable};
