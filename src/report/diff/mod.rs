//! What changed in a tenant between two reports of it: settings, verdicts, connections, sources, and who changed what.
//!
//! Verdicts are compared org unit by org unit, not row by row: an org unit without a row of a check shares the row of the
//! nearest one above it that speaks for others, so a row that moved up or down the tree is no change. What only one of
//! the two was asked is not compared, and the remarks say so.

mod common;
mod connections;
mod human;
mod model;
mod results;
mod settings;
mod sources;

use std::io::{self, Write};

use thiserror::Error;

pub use human::render as render_human;
pub use model::{
    ConnectionChange, Counts, Course, Diff, FieldChange, Presence, ResultChange, SCHEMA, SettingChange, Side,
    SourceChange, UnitChange, Verdict,
};

use super::model::{Report, Tenant};
use crate::domain::{CheckId, humane_time};
use common::Common;

/// Why two reports cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Incomparable {
    /// They are of different tenants.
    #[error("the two are of different tenants: {old} and {new}")]
    OtherTenant {
        /// The older one's.
        old: String,
        /// The newer one's.
        new: String,
    },
    /// The older one is the later one.
    #[error("OLD is of {old} and NEW of {new}; give the earlier one first")]
    Backwards {
        /// When the one that is given first was judged.
        old: String,
        /// When the other one was.
        new: String,
    },
    /// Names of one mean nothing in the other.
    #[error("only one of the two has pseudonyms, or they were made with different keys (--redact-key-file)")]
    OtherNames,
}

/// The names of the two are not comparable.
fn names_agree(old: &Report, new: &Report) -> bool {
    old.redaction == new.redaction
}

/// Which settings a check rests on, by their names in `missing`.
pub type SettingsOf<'s> = &'s dyn Fn(&CheckId) -> Vec<String>;

/// What changed from one report to a later one.
///
/// # Errors
///
/// [`Incomparable`], where they are of different tenants or in the wrong order.
pub fn diff(old: &Report, new: &Report, settings_of: SettingsOf<'_>) -> Result<Diff, Incomparable> {
    if !names_agree(old, new) {
        return Err(Incomparable::OtherNames);
    }
    let mut remarks = Vec::new();
    match same_tenant(&old.tenant, &new.tenant) {
        Some(true) => {}
        Some(false) => {
            return Err(Incomparable::OtherTenant { old: tenant_name(&old.tenant), new: tenant_name(&new.tenant) });
        }
        None => remarks.push(
            "that the two are of one tenant is not known: not both of them tell the customer's ID or domain".to_owned(),
        ),
    }
    // Two tenants have no order.
    if old.audited_at > new.audited_at {
        return Err(Incomparable::Backwards { old: humane_time(old.audited_at), new: humane_time(new.audited_at) });
    }
    let common = Common::of(old, new);
    remarks.extend(common.remarks.iter().cloned());
    let (results, left_out) = results::changes(old, new, &common);
    if left_out > 0 {
        remarks.push(format!("{left_out} results of checks that only one of the two knows are not compared"));
    }
    let org_units = settings::changes(old, new, settings_of);
    let connections = connections::changes(old, new);
    let sources = sources::changes(old, new);
    Ok(Diff {
        schema: SCHEMA.into(),
        tenant: new.tenant.clone(),
        old: Side::of(old),
        new: Side::of(new),
        remarks,
        summary: Counts::of(&results, &connections),
        results,
        connections,
        org_units,
        sources,
    })
}

/// Whether two reports are of one tenant; `None` where they do not tell.
fn same_tenant(old: &Tenant, new: &Tenant) -> Option<bool> {
    // What the configuration says where Google did not tell.
    let told = |tenant: &Tenant| (tenant.customer != "my_customer").then(|| tenant.customer.clone());
    if let (Some(old), Some(new)) = (told(old), told(new)) {
        return Some(old == new);
    }
    let (old, new) = (old.primary_domain.as_ref()?, new.primary_domain.as_ref()?);
    Some(old.eq_ignore_ascii_case(new))
}

fn tenant_name(tenant: &Tenant) -> String {
    match &tenant.primary_domain {
        Some(domain) => format!("{domain} ({})", tenant.customer),
        None => tenant.customer.clone(),
    }
}

/// Writes it as JSON.
///
/// # Errors
///
/// Only those of `out`.
pub fn render_json(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, diff)?;
    out.write_all(b"\n")
}
