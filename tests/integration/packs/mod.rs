//! The packs that ship with the program, the folders of packs that users write, and the document about both.

mod cases;
mod collisions;
mod commands;
mod completeness;
mod denials;
mod document;
mod examples;
mod folders;
mod inputs;
mod shape;

use std::sync::LazyLock;

use gwsaudit::checks::Registry;
use gwsaudit::checks::language::{Declared, Example};
use gwsaudit::evidence::Catalogue;
use gwsaudit::report::model::Status;

/// The packs that declare their checks.
const DECLARED: [&str; 4] = ["app-exposure", "cis-gws-1.3", "cis-gws-1.4", "scuba-gws-1"];

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin_with_examples);

fn catalogue() -> Catalogue {
    gwsaudit::config::builtin_catalogue(&[]).expect("the built-in catalogue is sound")
}

/// The declared checks of a pack.
fn declared(pack: &str) -> impl Iterator<Item = &'static Declared> {
    REGISTRY.declarations().filter(move |check| check.pack.as_str() == pack)
}

/// Whether an example gives somebody this verdict.
fn gives(example: &Example, status: Status) -> bool {
    example.expect.values().any(|expected| *expected == status)
}

/// Where an example stands, for messages.
fn place(check: &Declared, example: &Example) -> String {
    let name = example.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
    format!("{}:{}: {}{name}", check.declared_at.0, example.line, check.id)
}
