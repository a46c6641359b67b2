//! What is in force of which setting for whom, which policy made it so, and what it overrode: `gwsaudit policy effective`.
//!
//! Everything is told that the reduction knows: values that documented rules give, defaults that Google documents, what
//! no policy sets, ties, and every value that is possible where it is not known which policies apply. Targets are told
//! one after the other, so that a tenant with thousands of org units takes no more memory than one.

mod csv;
mod human;
mod json;
pub mod model;
mod targets;
mod view;

use std::collections::BTreeSet;
use std::io::{self, Write};

pub use targets::{NoSuchTarget, Target, User};

use crate::domain::SettingType;
use crate::facts::Facts;
use crate::policy::{Listing, SettingCatalogue};
use crate::report::RenderOptions;
use crate::snapshot::SourceId;
use view::Shape;

/// The schema name of the JSON form.
pub const SCHEMA: &str = "gwsaudit/effective/1";

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Human,
    /// One object.
    Json,
    /// A row for each target, setting and field.
    Csv,
}

/// Which settings are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// All of which the tenant has policies; where these could not all be read, all of the catalogue too.
    All,
    /// These.
    These(BTreeSet<SettingType>),
}

/// For whom.
#[derive(Debug)]
pub enum Audience {
    /// Each of these.
    These(Vec<Target>),
    /// Every org unit; for people, only those that differ from the one above.
    AllOrgUnits,
}

/// A question that can be answered.
#[derive(Debug)]
pub struct Question<'f> {
    facts: &'f Facts,
    customer: &'f str,
    targets: Vec<Target>,
    shapes: Vec<Shape<'f>>,
    asked: Asked,
    spread: Spread,
    notices: Vec<String>,
}

/// How targets hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spread {
    Chosen,
    AllOrgUnits,
}

impl<'f> Question<'f> {
    /// Of these targets and settings; `customer` is whom the tenant was asked for as.
    #[must_use]
    pub fn new(facts: &'f Facts, customer: &'f str, audience: Audience, asked: Asked) -> Self {
        let types = match &asked {
            Asked::These(types) => types.clone(),
            Asked::All => every_type(facts),
        };
        let mut notices = Vec::new();
        let (targets, spread) = match audience {
            Audience::These(targets) => (targets, Spread::Chosen),
            Audience::AllOrgUnits => {
                if let Some((why, _)) = targets::not_read(facts, SourceId::OrgUnits) {
                    notices.push(format!("there may be more org units than are told here: {why}"));
                }
                (Target::all_org_units(facts), Spread::AllOrgUnits)
            }
        };
        let shapes = types.iter().map(|setting| Shape::of(setting, facts)).collect();
        Self { facts, customer, targets, shapes, asked, spread, notices }
    }

    /// Whether anything asked for is unknown. That no policy sets a field is knowledge.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.notices.is_empty()
            || (self.shapes.is_empty() && self.listing() != Listing::Complete)
            || self.targets.iter().any(|target| self.shapes.iter().any(|shape| shape.is_unknown(target)))
    }

    /// Writes the answer.
    ///
    /// # Errors
    /// Only those of `out`.
    pub fn render(&self, form: Form, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
        match form {
            Form::Human => human::render(self, options, out),
            Form::Json => json::render(self, out),
            Form::Csv => csv::render(self, out),
        }
    }

    fn listing(&self) -> Listing {
        self.facts.evidence.populace.policies.listing()
    }
}

/// All types of which the tenant has policies, as far as could be read, and all that it may have where not all could.
fn every_type(facts: &Facts) -> BTreeSet<SettingType> {
    let policies = &facts.evidence.populace.policies;
    let mut types: BTreeSet<SettingType> = policies.types().cloned().collect();
    if policies.listing() != Listing::Complete {
        types.extend(SettingCatalogue::builtin().iter().map(|spec| spec.setting.clone()));
    }
    types
}
