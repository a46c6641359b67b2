//! The one integration binary: the real program and its stages, by surface.

mod google;
mod report;
mod report_fixtures;
mod simulator;
mod verdicts;
