//! The corpus: tenants on which other auditors of Google Workspace give verdicts without grounds, by letter, each audited
//! by the real program over HTTP. `docs/corpus.md` publishes what comes of it.

mod answers;
mod audit;
pub(crate) mod invariant;
mod page;
mod questions;
mod trouble;
mod world;
