//! Reports to render: whole tenants in a few lines each.

mod parts;
mod tenants;

pub(crate) use tenants::*;
