//! Identities that cannot be malformed, ordered levels, and time as an argument.
//!
//! Everything in here is a value: no I/O, no clock, no dependency on another stage.
//!
//! Names that come *from Google* are never refused for their looks (an auditor that drops an odd record
//! is blind to it); names that come *from the operator* go through the strict `FromStr` of the type.

mod app_id;
mod canary;
mod causes;
mod client_id;
mod domain_name;
mod email;
mod hidden;
mod nearest;
mod org_unit_path;
mod schema;
mod scope;
mod secret;
mod setting_type;
mod severity;
mod sha256;
mod span;

pub use app_id::{AppId, CanaryId, CheckId, InvalidId, PackId};
pub use canary::{CanaryBelow, CanaryRole, Clock, TryOutcome};
pub use causes::with_causes;
pub use client_id::{ClientId, InvalidClientId};
pub use domain_name::{DkimSelector, DomainName, InvalidDomainName, InvalidSelector};
pub use email::{Email, InvalidEmail};
pub use hidden::is_hidden;
pub use nearest::nearest;
pub use org_unit_path::{InvalidOrgUnitPath, OrgUnitPath};
pub use schema::{Day, Moment};
pub use scope::{CloudScope, Scope, cloud_scope_of};
pub use secret::Secret;
pub use setting_type::{InvalidSettingType, SettingType};
pub use severity::Severity;
pub use sha256::{Hasher, InvalidSha256, Sha256};
pub use span::{InvalidSessionLength, SessionLength, humane_duration, humane_time};
