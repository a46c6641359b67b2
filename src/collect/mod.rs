//! Reading a tenant: every source side by side, each within its API's pace, each with a status of its own.
//!
//! What is asked is what the chosen checks need ([`Plan::needs`]), for a snapshot everything. A source that fails is
//! recorded with its status and the run goes on; what was not asked, and why, is said in the source's note. Nothing is
//! judged here. What an earlier snapshot holds of the logs can be carried forward. Whether all that a plan takes is there,
//! [`examine`] tries beforehand.

mod bindings;
mod canaries;
mod carry;
mod dns;
mod examination;
mod grants;
mod groups;
mod licences;
mod logs;
mod plan;
mod policies;
mod requirements;
mod roles;
mod run;
mod sign_on;
mod source;

pub use canaries::{Canaries, Round, go_round};
pub use carry::{Broken, Carried, CarryError, Continuity, Earlier};
pub use dns::try_resolver;
pub use examination::{Examination, Finding, LogReach, examine};
pub use plan::{DnsPlan, OrganizationPlan, Plan, Purpose, Scan};
pub use requirements::{Occasion, Requirement};
pub use run::{Collected, collect};
use source::only_if;
pub use source::{Observer, Unobserved};
