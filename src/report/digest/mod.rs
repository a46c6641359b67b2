//! What the formats for people gather from a report before they write it: the verdict in a sentence, what breaks, every
//! cure once, every gap once. Syntax is theirs.

mod contradictions;
mod cures;
mod gaps;
mod verdict;
mod view;

pub(super) use contradictions::contradictions;
pub(super) use cures::{Cure, cures};
pub(super) use gaps::{FactGap, Gap, Gaps, gaps};
pub(super) use verdict::{Broken, Moments, broken, incomplete, verdict};
pub(super) use view::View;
