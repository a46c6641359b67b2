//! Small connections of our own, by whose fate settings are measured that no API returns.
//!
//! A canary is one user's authorisation of one desktop client with a Cloud scope: nothing more, and good for nothing
//! else. Its refresh token is kept in the system's keyring, in a file of mode 0600 or behind a command ([`keeping`]);
//! what it is stands in a registry, what became of each try to refresh in a history that is only ever added to. Neither
//! holds a secret. What the tries prove is decided elsewhere: here they are made and written down.

mod command;
mod credential;
mod enrol;
mod history;
mod keeper;
pub mod keeping;
mod registry;
mod state;

pub use command::CommandLine;
pub use credential::{Credential, InvalidCredential};
pub use enrol::{Asked, Mismatch, Placement, Tenancy, check_grant, check_placement};
pub use history::{Entry, Happening, History};
pub use keeper::{Bracket, Keeper, Standing, Trial, Tried, Untried};
pub use keeping::{KeepingFault, Kept, Tokens};
pub use registry::{Registered, Registry};
pub use state::{Locked, State, StateFault};
