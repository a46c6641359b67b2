//! Licences of the products that policies name: asked for product by product, as the API has no list of all.

use std::collections::BTreeSet;

use crate::google::licensing::{self, LicenseAssignment};
use crate::google::{CustomerId, Pace, Session};
use crate::snapshot::{Line, RecordKind, SourceId, WriteError};

use super::plan::Plan;
use super::source::{Finished, Observer, Reading};

/// Reads who holds a licence of these products. `customer` waits for the tenant's ID, which this API wants to hear.
pub(super) async fn collect(
    policies_session: &Session,
    plan: &Plan,
    products: BTreeSet<String>,
    customer: impl Future<Output = Option<String>>,
    observer: &dyn Observer,
) -> Result<Finished, WriteError> {
    let mut reading = Reading::after(policies_session, SourceId::Licences, Pace::Licensing, observer)?;
    // Of products that no policy names nobody wants to know.
    if products.is_empty() {
        return Ok(reading.finish());
    }
    let known = match plan.customer.id() {
        Some(id) => Some(id.to_owned()),
        None => customer.await,
    };
    let Some(customer) = known.and_then(|id| id.parse::<CustomerId>().ok()) else {
        reading.skip(
            "the customer ID is not known, and licences cannot be asked for without it; set tenant.customer".to_owned(),
        );
        return Ok(reading.finish());
    };
    for product in products {
        let pages = licensing::assignments(&reading.session, &customer, &product);
        reading
            .keep_pages(
                pages,
                |raw| Line::new(RecordKind::License, raw),
                |_: &crate::google::Raw<LicenseAssignment>| {},
            )
            .await?;
        if !reading.record.is_complete() {
            break;
        }
    }
    Ok(reading.finish())
}
