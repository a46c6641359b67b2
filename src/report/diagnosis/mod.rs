//! A diagnosis to bytes: for people, and for programs.

mod human;
mod json;

pub use human::render_human;
pub use json::{SCHEMA, render_json};

use crate::diagnose::{Agreement, Diagnosis, Named, TenantView};

/// What is written down.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'f> {
    /// What the text says.
    pub diagnosis: &'f Diagnosis,
    /// Whether the text was longer than is read.
    pub cut: bool,
    /// What a tenant's evidence says of it, where one was asked.
    pub tenant: Option<&'f TenantView>,
}

impl Findings<'_> {
    /// What the tenant's evidence says of a cause.
    fn agreement(&self, named: &Named) -> Option<&Agreement> {
        self.tenant?.agreement.iter().find(|agreement| agreement.cause == named.cause)
    }
}
