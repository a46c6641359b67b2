//! Policies to effective settings: what is in force for whom, by the rules that Google documents.
//!
//! The Policy API gives only explicit policies; the value that the Admin console shows is a reduction of them (Cloud
//! Identity, "Policy API concepts"). It is done here, and what cannot be evaluated makes the setting unknown for the
//! entities that it could touch. Nothing is read here and nothing is judged.

mod applicable;
mod by_name;
mod clause;
mod effective;
mod ids;
mod policies;
mod query;
mod query_cel;
mod query_list;
mod query_text;
mod ranked;
mod record;
mod reduce;
mod reduce_entries;
mod reduce_fields;
mod setting_catalogue;
mod setting_spec;
mod sort_order;
mod supposed;
mod who;

pub use applicable::{Applicable, Doubt};
pub use by_name::ByName;
pub use clause::{Named, Why};
pub use effective::{Certainty, Effective, FieldState, FieldValue, Openness, Rule, World, Worlds};
pub use ids::{GroupId, OrgUnitId, Sku};
pub use policies::{Listing, Policies};
pub use query::Query;
pub use record::{Origin, PolicyIndex, PolicyRecord};
pub use setting_catalogue::{CatalogueError, SettingCatalogue};
pub use setting_spec::{
    Absence, Completeness, DefaultSource, DefaultValue, EnumWords, FieldKind, FieldSpec, Reducer, ReducerSource,
    SettingSpec,
};
pub use sort_order::{InvalidSortOrder, SortOrder};
pub use supposed::{SupposedFor, suppose};
pub use who::{Chain, Holds, Membership, Who};
