//! One JSON object, written target by target.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::model::{Setting, Whom};
use super::{Question, SCHEMA, Target};
use crate::report::model::{Source, Tenant};
use crate::report::{assemble, write_json};

#[derive(Serialize)]
struct Answer<'q> {
    schema: &'static str,
    tenant: Tenant,
    as_of: Timestamp,
    targets: Targets<'q>,
    sources: Vec<Source>,
    notices: &'q [String],
}

struct Targets<'q>(&'q Question<'q>);

#[derive(Serialize)]
struct Told<'q> {
    #[serde(flatten)]
    whom: Whom,
    settings: Settings<'q>,
}

struct Settings<'q>(&'q Question<'q>, &'q Target);

impl Serialize for Targets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let told = |target| Told { whom: Target::whom(target, self.0.facts), settings: Settings(self.0, target) };
        serializer.collect_seq(self.0.targets.iter().map(told))
    }
}

impl Serialize for Settings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(question, target) = self;
        serializer.collect_seq(question.shapes.iter().map(|shape| -> Setting { shape.view(target) }))
    }
}

pub(super) fn render(question: &Question<'_>, out: &mut dyn Write) -> io::Result<()> {
    let answer = Answer {
        schema: SCHEMA,
        tenant: assemble::tenant(&question.facts.evidence, question.customer),
        as_of: question.facts.as_of,
        targets: Targets(question),
        sources: assemble::sources(&question.facts.evidence),
        notices: &question.notices,
    };
    write_json(&answer, out)
}
