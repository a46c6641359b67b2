//! `docs/checks.md` holds what it says: its files are written, its commands run, its expressions compiled.

use gwsaudit::checks::language::{Expression, FUNCTIONS, Schema, SubjectKind, load_builtin};
use gwsaudit::policy::SettingCatalogue;

use crate::cli::harness::Sandbox;

pub(super) const DOCUMENT: &str = include_str!("../../../docs/checks.md");

/// A marked part of the document: what its comment says, and the block behind it.
struct Part {
    what: &'static str,
    block: &'static str,
}

fn parts() -> Vec<Part> {
    let mut parts = Vec::new();
    for rest in DOCUMENT.split("<!-- ").skip(1) {
        let (what, behind) = rest.split_once(" -->\n").expect("a comment ends");
        let block = behind.strip_prefix("```").map_or("", |behind| {
            let (_, block) = behind.split_once('\n').expect("a block has lines");
            block.split_once("```").expect("a block ends").0
        });
        parts.push(Part { what, block });
    }
    parts
}

#[test]
fn its_files_and_commands_do_what_it_says() {
    let sandbox = Sandbox::new();
    let (mut files, mut runs) = (0, 0);
    for Part { what, block } in parts() {
        if let Some(file) = what.strip_prefix("file: ") {
            files += 1;
            let Some((file, change)) = file.split_once("; as ") else {
                sandbox.write(file, block);
                continue;
            };
            let (other, change) = change.split_once(", but ").expect("what is another");
            let (old, new) = change.split_once(" is now ").expect("what it is now");
            sandbox.write(file, sandbox.read(other));
            sandbox.edit(file, old, new);
        } else if let Some(run) = what.strip_prefix("run: ") {
            runs += 1;
            let (command, status) = run.split_once("; exit ").expect("an exit status");
            let args: Vec<&str> = command.split(' ').collect();
            let ran = sandbox.run(&args).exits(status.parse().expect("a number"));
            assert_eq!(format!("{}{}", ran.stdout, ran.stderr), block, "gwsaudit {command}");
        }
    }
    assert_eq!((files, runs), (5, 6), "all of them were found");
}

/// The rows of the table that begins with this heading, split into cells.
pub(super) fn table(heading: &str) -> Vec<Vec<String>> {
    let (_, rest) = DOCUMENT.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("there is {heading}"));
    let rows = rest.lines().take_while(|line| line.starts_with('|')).skip(1);
    rows.map(|row| {
        let cells = row.trim_matches('|').replace("\\|", "\u{1}");
        cells.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect()
    })
    .collect()
}

/// What stands in a cell as code.
fn code(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn its_expressions_are_part_of_the_language() {
    let schema = Schema { subject: SubjectKind::OrgUnit, settings: SettingCatalogue::builtin() };
    let rows = table("| expression | gives |");
    for row in &rows {
        let expression = code(&row[0])[0];
        let compiled = Expression::any(expression, schema);
        assert!(compiled.is_ok(), "{expression}: {compiled:?}");
    }
    assert!(rows.len() > 15);
}

#[test]
fn every_function_is_shown() {
    let shown: Vec<String> = table("| expression | gives |").into_iter().map(|row| row[0].clone()).collect();
    for function in FUNCTIONS {
        let called = format!("{function}(");
        assert!(shown.iter().any(|row| row.contains(&called)), "{function} has no row");
    }
}

/// What is wrong with a pack.
fn faults(text: &str) -> String {
    load_builtin(&[("p.yaml", text)], SettingCatalogue::builtin(), &[]).expect_err("it is wrong").to_string()
}

/// A key that there is not is refused, and each key of the tables is not refused so.
#[test]
fn its_keys_are_keys() {
    for (heading, before, expected) in [
        ("| key of a pack | |", "", 7),
        ("| key of a check | |", "checks:\n  - ", 17),
        ("| key | |", "checks:\n  - subject: tenant\n    examples:\n      - ", 16),
    ] {
        let keys: Vec<String> = table(heading).iter().flat_map(|row| code(&row[0])).map(str::to_owned).collect();
        assert_eq!(keys.len(), expected, "{keys:?}");
        for key in keys {
            let right = faults(&format!("{before}{key}: [[]]\n"));
            assert!(!right.contains("unknown key"), "{key}: {right}");
            let wrong = faults(&format!("{before}{key}z: [[]]\n"));
            assert!(wrong.contains("unknown key"), "{key}: {wrong}");
        }
    }
}
