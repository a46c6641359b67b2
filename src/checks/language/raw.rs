//! A pack's file as it is written, checked as far as one file allows.

use std::collections::BTreeMap;

use super::declared::{Automated, Conflict, Cure, Declared, Manual, Verdict};
use super::example_text::{ExampleReader, examples};
use super::expression::Expression;
use super::fields::{Decode, Fields, Parsed, Placed, entries, list, word};
use super::schema::{Schema, SettingTypes, SubjectKind};
use super::source::Source;
use super::template::Template;
use super::tree::{Kind, Tree};
use super::types::Type;
use crate::domain::{CheckId, PackId};

/// A pack as its file has it, before what it builds on is put in.
pub(super) struct RawPack {
    pub(super) pack: Placed<PackId>,
    pub(super) title: Option<String>,
    pub(super) framework: Option<String>,
    pub(super) extends: Option<Placed<PackId>>,
    /// Controls (or ids) of the other pack that this one has not.
    pub(super) drop: Vec<Placed<String>>,
    /// Controls of the other pack that have another number here.
    pub(super) renumber: BTreeMap<String, Placed<String>>,
    pub(super) checks: Vec<Placed<Declared>>,
}

impl Decode for PackId {
    fn decode(tree: &Tree, source: &mut Source<'_>) -> Option<Self> {
        Parsed::decode(tree, source).map(|Parsed(id)| id)
    }
}

/// Reads a file. Only to be called on a large stack, as it parses expressions. What is wrong stands in the source.
pub(super) fn read(source: &mut Source<'_>, settings: &dyn SettingTypes) -> Option<RawPack> {
    let tree = match Tree::parse(source.text()) {
        Ok(tree) => tree,
        Err((at, message)) => return source.fault(at, message),
    };
    let mut fields = Fields::new(&tree, source)?;
    let pack = fields.require::<Placed<PackId>>("pack", source);
    let title = fields.take("title", source);
    let framework = fields.take("framework", source);
    let extends = fields.take("extends", source);
    let drop = fields.take("drop", source).unwrap_or_default();
    let renumber = fields.tree("renumber").and_then(|tree| renumbered(tree, source)).unwrap_or_default();
    let written = match fields.tree("checks") {
        Some(tree) => list(tree, source).unwrap_or_default(),
        None if extends.is_some() => &[],
        None => source.fault(fields.at, "`checks` is missing here").unwrap_or_default(),
    };
    if title.is_none() && extends.is_none() && fields.tree("title").is_none() {
        source.fault::<()>(fields.at, "`title` is missing here");
    }
    fields.finish(source);
    // The checks of a pack without a sound id are read all the same, for what is wrong with them.
    let id = pack.as_ref().map_or_else(|| "pack".parse().expect("an id"), |pack| pack.value.clone());
    let reader = CheckReader { pack: &id, settings };
    let checks = written.iter().filter_map(|check| reader.check(check, source)).collect();
    Some(RawPack { pack: pack?, title, framework, extends, drop, renumber, checks })
}

fn renumbered(tree: &Tree, source: &mut Source<'_>) -> Option<BTreeMap<String, Placed<String>>> {
    let numbers = entries(tree, source)?.iter().map(|(key, value)| {
        let to: String = String::decode(value, source)?;
        Some((key.name.clone(), Placed { at: key.at, value: to }))
    });
    Some(numbers.collect::<Vec<_>>().into_iter().flatten().collect())
}

/// The id of a framework's control in a pack.
pub(super) fn id_of(pack: &PackId, control: &str) -> Result<CheckId, String> {
    let control = control.to_lowercase();
    let control = control.strip_prefix("gws.").unwrap_or(&control);
    let id = format!("{pack}-{control}");
    id.parse().map_err(|error| format!("the id of this check would be {id}, and {error}"))
}

struct CheckReader<'r> {
    pack: &'r PackId,
    settings: &'r dyn SettingTypes,
}

impl CheckReader<'_> {
    fn check(&self, tree: &Tree, source: &mut Source<'_>) -> Option<Placed<Declared>> {
        let mut fields = Fields::new(tree, source)?;
        let identity = self.identity(&mut fields, source);
        let title = fields.require::<String>("title", source);
        let severity = fields.require("severity", source).map(|Parsed(severity)| severity);
        let level = fields.tree("level").and_then(|tree| level(tree, source));
        let subjects = SubjectKind::ALL.map(|kind| (kind.as_str(), kind));
        let subject = match fields.tree("subject") {
            Some(tree) => word(tree, source, &subjects),
            None => source.fault(fields.at, "`subject` is missing here"),
        };
        let rationale = fields.require::<String>("rationale", source);
        // Without a subject nobody knows what conditions may name; they wait until it is put right.
        let schema = subject.map(|subject| Schema { subject, settings: self.settings });
        let verdict = verdict(&mut fields, schema, source);
        let not_applicable = condition(fields.tree("not_applicable"), schema, source);
        let sources = fields.take("sources", source).unwrap_or_default();
        let automated = matches!(verdict, Some(Verdict::Automated(_)));
        let remediation = match fields.tree("remediation") {
            Some(tree) => cure(tree, automated, source),
            None => source.fault(fields.at, "`remediation` is missing here"),
        };
        let limits = fields.take("limits", source);
        let references = fields.take("references", source).unwrap_or_default();
        let conflicts = fields.tree("conflicts").and_then(|tree| conflicts(tree, source)).unwrap_or_default();
        let written = fields.tree("examples");
        let examples = match (written, subject) {
            (Some(tree), Some(subject)) => {
                examples(tree, ExampleReader { subject, settings: self.settings }, source).unwrap_or_default()
            }
            (Some(_) | None, _) => Vec::new(),
        };
        let at = fields.at;
        fields.finish(source);
        let (id, control) = identity?;
        let declared = Declared {
            id,
            pack: self.pack.clone(),
            control,
            title: title?,
            severity: severity?,
            level,
            subject: subject?,
            rationale: rationale?,
            verdict: verdict?,
            not_applicable,
            sources,
            remediation: remediation?,
            limits,
            references,
            conflicts,
            examples,
            declared_at: (source.file.to_owned(), source.place(at).0),
        };
        Some(Placed { at, value: declared })
    }

    fn identity(&self, fields: &mut Fields<'_>, source: &mut Source<'_>) -> Option<(CheckId, Option<String>)> {
        let control = fields.tree("control");
        let id = fields.tree("id");
        match (control, id) {
            (Some(control), None) => {
                let text = String::decode(control, source)?;
                match id_of(self.pack, &text) {
                    Ok(id) => Some((id, Some(text))),
                    Err(message) => source.fault(control.at, message),
                }
            }
            (None, Some(id)) => Parsed::decode(id, source).map(|Parsed(id)| (id, None)),
            (Some(_), Some(id)) => source.fault(id.at, "a check has a `control` or an `id`, not both"),
            (None, None) => source.fault(fields.at, "a `control` or an `id` is missing here"),
        }
    }
}

/// A framework's grading: a number or a word.
fn level(tree: &Tree, source: &mut Source<'_>) -> Option<String> {
    match &tree.what {
        Kind::Int(number) => Some(number.to_string()),
        Kind::Text(text) => Some(text.clone()),
        Kind::Null | Kind::Bool(_) | Kind::Float(_) | Kind::List(_) | Kind::Map(_) => {
            source.fault(tree.at, format!("expected a number or a text, found {}", tree.kind()))
        }
    }
}

fn verdict(fields: &mut Fields<'_>, schema: Option<Schema<'_>>, source: &mut Source<'_>) -> Option<Verdict> {
    let (asked, manual, message) = (fields.tree("condition"), fields.tree("manual"), fields.tree("message"));
    match (asked, manual) {
        (Some(_), None) => {
            let condition = condition(asked, schema, source);
            let message = match message {
                Some(tree) => template(tree, schema, source),
                None => source.fault(fields.at, "`message` is missing here: what a failure says, with the values seen"),
            };
            Some(Verdict::Automated(Box::new(Automated { condition: condition?, message: message? })))
        }
        (None, Some(tree)) => {
            if let Some(message) = message {
                source.fault::<()>(message.at, "only a check with a `condition` has a `message`");
            }
            let mut fields = Fields::new(tree, source)?;
            let reason = fields.require("reason", source);
            let look_for = fields.require("look_for", source);
            fields.finish(source);
            Some(Verdict::Manual(Manual { reason: reason?, look_for: look_for? }))
        }
        (Some(_), Some(manual)) => source.fault(manual.at, "a check has a `condition` or is `manual`, not both"),
        (None, None) => source.fault(fields.at, "a `condition` or `manual` is missing here"),
    }
}

fn condition(tree: Option<&Tree>, schema: Option<Schema<'_>>, source: &mut Source<'_>) -> Option<Expression> {
    let tree = tree?;
    if let Kind::Bool(answer) = tree.what {
        return source.fault(tree.at, format!("a condition that is always {answer} judges nothing"));
    }
    let text = String::decode(tree, source)?;
    match Expression::compile(&text, Some(&Type::Bool), schema?) {
        Ok(expression) => Some(expression),
        Err(faults) => {
            source.expression_faults(tree.at, &text, faults);
            None
        }
    }
}

fn template(tree: &Tree, schema: Option<Schema<'_>>, source: &mut Source<'_>) -> Option<Template> {
    let text = String::decode(tree, source)?;
    match Template::compile(&text, schema?) {
        Ok(template) => Some(template),
        Err(faults) => {
            source.expression_faults(tree.at, &text, faults);
            None
        }
    }
}

fn cure(tree: &Tree, automated: bool, source: &mut Source<'_>) -> Option<Cure> {
    let mut fields = Fields::new(tree, source)?;
    let console: Option<String> = fields.take("console", source);
    let url: Option<String> = fields.take("url", source);
    let steps = fields.take("steps", source).unwrap_or_default();
    if automated && fields.tree("console").is_none() {
        source.fault::<()>(fields.at, "`console` is missing here: the page where it is put right");
    }
    if let (Some(url), Some(tree)) = (&url, fields.tree("url"))
        && !url.starts_with("https://")
    {
        source.fault::<()>(tree.at, "an address begins with https://");
    }
    fields.finish(source);
    Some(Cure { console, url, steps })
}

fn conflicts(tree: &Tree, source: &mut Source<'_>) -> Option<Vec<Conflict>> {
    let conflicts = list(tree, source)?.iter().map(|tree| {
        let mut fields = Fields::new(tree, source)?;
        let check = fields.require("check", source);
        let trade = fields.require("trade", source);
        fields.finish(source);
        let Parsed(check) = check?;
        Some(Conflict { check, trade: trade? })
    });
    Some(conflicts.collect::<Vec<_>>().into_iter().flatten().collect())
}
