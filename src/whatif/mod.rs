//! What would follow from settings that nobody made yet: `gwsaudit what-if`.
//!
//! Suppositions are laid over the same evidence ([`crate::facts`] proves them by being supposed, [`crate::policy`] reduces
//! supposed policies with the others), the same checks judge before and after, and what differs is told. So an answer is
//! as honest as an audit: what is not known today is not known then. Nothing is read here but the snapshot, and nothing
//! is ever written to Google.

mod effect;
mod link;
mod needs;
mod outlook;
mod placement;
mod remedy;
mod results;
mod rollout;
mod scene;

pub use outlook::{Grounds, foresee};
