//! The tables of inputs in `docs/checks.md` are the schema's.

use std::collections::BTreeMap;

use gwsaudit::checks::language::{Root, SubjectKind, Type};

use super::document::table;

/// How the document writes a type.
fn written(of: &Type) -> String {
    match of {
        Type::Enum(of) => {
            let words =
                of.words.iter().map(|word| if word.is_empty() { "empty".to_owned() } else { format!("`{word}`") });
            words.collect::<Vec<_>>().join(", ")
        }
        Type::List(items) => {
            let of = if let Type::Record(of) = &**items { of.name.to_string() } else { written(items) };
            format!("list({of})")
        }
        Type::Bool | Type::Int | Type::Text | Type::Duration | Type::Timestamp | Type::Record(_) | Type::Map(_) => {
            of.to_string()
        }
        Type::Dynamic => panic!("no input is of a shape that nobody knows"),
    }
}

/// Every input below a path. The fields of a user are those of `user`, and are told once.
fn walk(path: &str, of: &Type, found: &mut BTreeMap<String, String>) {
    match of {
        Type::Record(record) => {
            for (field, of) in &record.fields {
                walk(&format!("{path}.{field}"), of, found);
            }
        }
        Type::Map(values) => walk(&format!("{path}[\"…\"]"), values, found),
        Type::List(items) => {
            found.insert(path.to_owned(), written(of));
            if matches!(&**items, Type::Record(record) if &*record.name != "user") {
                walk(&format!("{path}[]"), items, found);
            }
        }
        Type::Bool | Type::Int | Type::Text | Type::Enum(_) | Type::Duration | Type::Timestamp | Type::Dynamic => {
            found.insert(path.to_owned(), written(of));
        }
    }
}

#[test]
fn every_input_is_told_with_its_type() {
    let mut schema = BTreeMap::new();
    for root in Root::ALL {
        if let Some(of) = root.type_of() {
            walk(root.as_str(), &of, &mut schema);
        }
    }
    let told: BTreeMap<String, String> = table("| input | type | what |")
        .into_iter()
        .map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone()))
        .collect();
    assert_eq!(told, schema);
}

#[test]
fn every_subject_is_told_with_its_inputs() {
    let told: BTreeMap<String, String> = table("| subject | one result for | inputs |")
        .into_iter()
        .map(|row| (row[0].clone(), row[2].clone()))
        .collect();
    let schema: BTreeMap<String, String> = SubjectKind::ALL
        .into_iter()
        .map(|subject| {
            let roots: Vec<String> = subject.roots().iter().map(|root| format!("`{root}`")).collect();
            (format!("`{subject}`"), roots.join(", "))
        })
        .collect();
    assert_eq!(told, schema);
}
