//! The plan of a staged rollout: `gwsaudit what-if --plan FILE`.

use std::collections::BTreeMap;

use super::assignment::read_assignment;
use super::document::{ConfigError, Decode, Document, Found, Table};
use crate::domain::AppId;
use crate::evidence::{Supposition, Wave};
use toml::de::DeValue;

/// A text and where it begins in the file.
struct Written(String, usize);

struct Assignments(Vec<Written>);

impl Decode for Assignments {
    fn decode(found: &Found<'_>) -> Result<Self, String> {
        match found {
            Found::File(DeValue::Array(items)) => {
                let text = |item: &toml::Spanned<DeValue<'_>>| {
                    let DeValue::String(text) = item.get_ref() else {
                        return Err(format!("expected assignments as text, found {}", item.get_ref().type_str()));
                    };
                    Ok(Written(text.to_string(), item.span().start))
                };
                items.iter().map(text).collect::<Result<_, _>>().map(Self)
            }
            Found::File(other) => Err(format!("expected a list of assignments, found {}", other.type_str())),
            Found::Environment(_) => Err("it cannot come from the environment".to_owned()),
        }
    }
}

/// Reads a plan. `file` is its name for faults and evidence; `apps` are the ids that may stand for an app, besides client
/// IDs.
///
/// # Errors
/// [`ConfigError`] with every fault of the file.
pub fn read_plan(file: &str, text: &str, apps: &[AppId]) -> Result<Vec<Wave>, ConfigError> {
    let mut document = Document::new(file, text, BTreeMap::new());
    let Some(parsed) = document.parse() else { return document.conclude(None) };
    let mut top = Table::new(Some(parsed.get_ref()), "", 0);
    let mut waves = Vec::new();
    let tables = top.list(&mut document, "wave");
    if tables.is_empty() {
        document.fault_at(0, "there is no wave; write [[wave]] with name = \"…\" and set = [\"…\"]".to_owned());
    }
    for (nth, mut table) in tables.into_iter().enumerate() {
        let name = table.take(&mut document, "name").unwrap_or_else(|| format!("wave {}", nth + 1));
        let assignments = table.require::<Assignments>(&mut document, "set");
        table.finish(&mut document);
        let mut set = Vec::new();
        for Written(text, at) in assignments.map(|Assignments(list)| list).unwrap_or_default() {
            match read_assignment(&text, apps) {
                Ok(what) => set.push(Supposition { what, locator: document.locator(at) }),
                Err(why) => document.fault_at(at, format!("{text:?}: {why}")),
            }
        }
        waves.push(Wave { name, set });
    }
    top.finish(&mut document);
    document.conclude(Some(waves))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apps() -> Vec<AppId> {
        vec!["okta-workflows-gmail".parse().expect("an id")]
    }

    #[test]
    fn waves_keep_their_order_and_name_their_lines() {
        let text = "[[wave]]\nname = \"first\"\nset = [\n  \"app:okta-workflows-gmail:/=trusted\",\n  \"cloud-session:/A=required\",\n]\n\n[[wave]]\nset = [\"cloud-session:/=required\"]\n";
        let waves = read_plan("plan.toml", text, &apps()).expect("a sound plan");
        let told: Vec<(&str, Vec<&str>)> = waves
            .iter()
            .map(|wave| (wave.name.as_str(), wave.set.iter().map(|one| one.locator.as_str()).collect()))
            .collect();
        assert_eq!(told, [("first", vec!["plan.toml:4", "plan.toml:5"]), ("wave 2", vec!["plan.toml:9"])]);
    }

    #[test]
    fn every_fault_is_told_with_its_place() {
        let text = "[[wave]]\nnam = \"x\"\nset = [\"cloud-session:/A=requird\"]\n[[wave]]\nname = \"y\"\n[other]\n";
        let told = read_plan("plan.toml", text, &apps()).expect_err("faults").to_string();
        for part in [
            "plan.toml:2:1: unknown key `nam`; the nearest known key is `name`",
            "plan.toml:3:8",
            "`set` is missing here",
            "unknown key `other`",
        ] {
            assert!(told.contains(part), "{part} is not in\n{told}");
        }
        assert!(read_plan("plan.toml", "", &apps()).expect_err("empty").to_string().contains("[[wave]]"));
    }
}
