//! The one integration binary: the real program and its stages, by surface.

mod cli;
mod corpus;
mod diagnose;
mod faults;
mod google;
mod histories;
mod hostile;
mod html;
mod logs_and_apps;
mod meta;
mod packs;
mod policy;
mod report;
mod report_fixtures;
mod simulator;
mod verdicts;
mod walkthroughs;
