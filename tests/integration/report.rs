//! Tests of `report`: every fixture in every format.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use gwsaudit::report::model::{Confidence, Report, SourceStatus, Status, SubjectKind};
use gwsaudit::report::{Colour, Detail, Format, RenderOptions, Rows, Visible, is_hidden, read, render};
use proptest::prelude::*;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::report_fixtures as fixtures;

fn rendered(report: &Report, format: Format, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    render(report, format, options, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn human(report: &Report, width: usize) -> String {
    rendered(report, Format::Human, &RenderOptions { width, ..RenderOptions::default() })
}

fn sarif(report: &Report) -> Value {
    serde_json::from_str(&rendered(report, Format::Sarif, &RenderOptions::default())).expect("SARIF is JSON")
}

#[test]
fn human_reads_well_at_every_width() {
    for (name, report) in fixtures::all() {
        for width in [100, 50] {
            insta::assert_snapshot!(format!("human-{name}-{width}"), human(&report, width));
        }
    }
}

#[test]
fn human_in_full_lists_everything() {
    let options = RenderOptions { detail: Detail::Full, ..RenderOptions::default() };
    insta::assert_snapshot!("human-healthy-full", rendered(&fixtures::healthy(), Format::Human, &options));
    let large = rendered(&fixtures::large(), Format::Human, &options);
    for team in ["Department 07", "Team 98"] {
        assert!(large.contains(team), "{team}");
    }
    assert!(large.lines().count() > 2000);
}

#[test]
fn a_large_tenant_stays_short() {
    let lines = human(&fixtures::large(), 100).lines().count();
    assert!(lines < 45, "{lines} lines");
}

#[test]
fn a_healthy_tenant_stays_quiet() {
    assert_eq!(human(&fixtures::healthy(), 100).lines().count(), 4);
}

#[test]
fn a_weak_all_clear_says_so() {
    let mut presumed = fixtures::healthy();
    presumed.results[0].confidence = Some(Confidence::Presumed);
    assert!(human(&presumed, 200).contains("All clear: 1 connection survives"));
    assert!(human(&presumed, 200).contains(" 1 result rests on presumed facts"));
    let mut cut = fixtures::healthy();
    cut.sources[0].status = SourceStatus::Partial;
    assert!(human(&cut, 200).contains(" 1 source was not read in full."));
    assert!(human(&cut, 200).contains("directory.orgunits read in part"));
}

#[test]
fn an_accepted_break_is_not_announced() {
    let mut report = fixtures::broken();
    report.results.retain(|result| result.subject.kind == SubjectKind::Connection);
    for result in &mut report.results {
        result.status = Status::Suppressed;
    }
    let text = human(&report, 200);
    assert!(text.starts_with("All clear, apart from 3 accepted failures.\n"), "{text}");
    assert!(text.contains("Accepted: 3 failures"));
}

#[test]
fn lines_keep_to_the_width() {
    for (name, report) in fixtures::all() {
        for width in [40, 59, 60, 72, 100, 200] {
            for line in human(&report, width).lines().filter(|line| !line.trim_start().starts_with("https://")) {
                assert!(line.width() <= width, "{name} at {width}: {line:?}");
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for (_, report) in fixtures::all() {
        let options = RenderOptions { colour: Colour::Always, ..RenderOptions::default() };
        let coloured = rendered(&report, Format::Human, &options);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), human(&report, 100));
    }
}

#[test]
fn json_is_the_contract() {
    insta::assert_snapshot!("json-broken", rendered(&fixtures::broken(), Format::Json, &RenderOptions::default()));
}

#[test]
fn a_report_is_read_back_as_it_was() {
    for (name, report) in fixtures::all() {
        let text = rendered(&report, Format::Json, &RenderOptions::default());
        let again = read(text.as_bytes()).expect("our own report");
        assert_eq!(again, report, "{name}");
        assert_eq!(rendered(&again, Format::Json, &RenderOptions::default()), text, "{name}");
    }
}

#[test]
fn an_older_report_lacks_later_keys() {
    let mut json: Value =
        serde_json::from_str(&rendered(&fixtures::doubtful(), Format::Json, &RenderOptions::default())).expect("JSON");
    let contract = |object: &mut Value, later: &[&str]| {
        let fields = object.as_object_mut().expect("an object");
        later.iter().for_each(|key| assert!(fields.remove(*key).is_some(), "{key}"));
    };
    contract(&mut json, &["notices"]);
    for (list, later) in [
        ("sources", &["next_step", "note"][..]),
        ("connections", &["cloud_session", "session_set_by", "access"]),
        ("results", &["confidence", "possible"]),
        ("unread_events", &["settled"]),
    ] {
        json[list].as_array_mut().expect("a list").iter_mut().for_each(|object| contract(object, later));
    }
    let report = read(json.to_string().as_bytes()).expect("the contract names no such keys");
    assert_eq!(report.results.len(), fixtures::doubtful().results.len());
}

#[test]
fn sarif_golden() {
    insta::assert_snapshot!(
        "sarif-doubtful",
        rendered(&fixtures::doubtful(), Format::Sarif, &RenderOptions::default())
    );
}

/// The published schema.
pub(crate) fn sarif_validator() -> &'static jsonschema::Validator {
    static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(published_schema);
    &VALIDATOR
}

fn published_schema() -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_str(include_str!("../fixtures/sarif-schema-2.1.0.json")).expect("JSON");
    // The document's pattern for `language` has a stray bracket and is no ECMA regular expression. We write no such field.
    for owner in ["run", "toolComponent"] {
        if let Some(language) = schema["definitions"][owner]["properties"]["language"].as_object_mut() {
            language.remove("pattern");
        }
    }
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

#[test]
fn sarif_is_valid() {
    let validator = sarif_validator();
    for (name, report) in fixtures::all() {
        let faults: Vec<String> =
            validator.iter_errors(&sarif(&report)).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{name}: {faults:#?}");
    }
}

#[test]
fn sarif_rules_and_levels_agree_with_the_specification() {
    for (name, report) in fixtures::all() {
        let log = sarif(&report);
        let run = &log["runs"][0];
        for result in run["results"].as_array().expect("results") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"], "{name}");
            assert_eq!(result["kind"] == "fail", result["level"] != "none", "{name}: {result}");
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a path");
            assert!(uri.starts_with("google-workspace") && !uri.contains("/../"), "{name}: {uri}");
        }
    }
}

#[test]
fn sarif_says_when_a_source_is_missing() {
    let invocation = |report: &Report| sarif(report)["runs"][0]["invocations"][0].clone();
    assert_eq!(invocation(&fixtures::healthy())["executionSuccessful"], true);
    let denied = invocation(&fixtures::denied());
    assert_eq!(denied["executionSuccessful"], false);
    assert_eq!(denied["toolExecutionNotifications"].as_array().map(Vec::len), Some(3));
}

/// Statuses as the last line of the human report counts them.
fn counts_of_human(text: &str) -> BTreeMap<String, u64> {
    let (_, last) = text.trim_end().rsplit_once('\n').expect("a last line");

    let (_, counts) = last.split_once(": ").unwrap_or_default();

    let count = |part: &str| {
        let (n, status) = part.split_once(' ').expect("a number and a status");
        (status.replace(' ', "_"), n.replace(',', "").parse().expect("a number"))
    };
    counts.split(", ").filter(|part| !part.is_empty()).map(count).collect()
}

fn counts_of_sarif(log: &Value) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let status = match (result["kind"].as_str().expect("a kind"), result.get("suppressions").is_some()) {
            ("fail", true) => Status::Suppressed,
            ("fail", false) => Status::Fail,
            ("pass", _) => Status::Pass,
            ("open", _) => Status::Undetermined,
            ("review", _) => Status::Manual,
            ("notApplicable", _) => Status::NotApplicable,
            other => panic!("{other:?}"),
        };
        *counts.entry(status.as_str().to_owned()).or_insert(0) += 1;
    }
    counts
}

/// What its first table says.
fn counts_of_markdown(text: &str) -> BTreeMap<String, u64> {
    use pulldown_cmark::{Event, Tag, TagEnd};
    let mut cells = Vec::new();
    for event in markdown(text).skip_while(|event| !matches!(event, Event::Start(Tag::Table(_)))) {
        if matches!(event, Event::Start(Tag::TableCell)) {
            cells.push(String::new());
        } else if let Event::Text(text) = &event {
            cells.last_mut().expect("a cell").push_str(text);
        } else if matches!(event, Event::End(TagEnd::Table)) {
            break;
        }
    }
    assert_eq!(cells[..2], ["Status", "Results"]);
    let count = |row: &[String]| (row[0].replace(' ', "_"), row[1].replace(',', "").parse().expect("a number"));
    let mut counts: BTreeMap<String, u64> = cells[2..].chunks(2).map(count).collect();
    let all = counts.remove("all").expect("the last row");
    assert_eq!(all, counts.values().sum::<u64>());
    counts
}

fn markdown(text: &str) -> pulldown_cmark::Parser<'_> {
    pulldown_cmark::Parser::new_ext(text, pulldown_cmark::Options::all())
}

fn counted(statuses: impl Iterator<Item = String>) -> BTreeMap<String, u64> {
    statuses.fold(BTreeMap::new(), |mut counts, status| {
        *counts.entry(status).or_insert(0) += 1;
        counts
    })
}

/// Rows by the names of the header.
fn csv_rows(text: &str) -> impl Iterator<Item = BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<_> = reader.deserialize().map(|row| row.expect("a row as wide as the header")).collect();
    rows.into_iter()
}

fn junit_cases(text: &str) -> impl Iterator<Item = quick_junit::TestCase> {
    let document = quick_junit::Report::deserialize_from_str(text).expect("JUnit");
    let cases: Vec<_> = document.test_suites.into_iter().flat_map(|suite| suite.test_cases).collect();
    assert_eq!(cases.len(), document.tests);
    cases.into_iter()
}

/// By the structure alone, as a build server sees it; what is skipped by its type.
fn status_of_junit(case: &quick_junit::TestCase) -> &'static str {
    use quick_junit::{NonSuccessKind, TestCaseStatus};
    match &case.status {
        TestCaseStatus::Success { .. } => "pass",
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => "fail",
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => "undetermined",
        TestCaseStatus::Skipped { ty, .. } => match ty.as_ref().map(quick_junit::XmlString::as_str) {
            Some("not applicable") => "not_applicable",
            Some("manual") => "manual",
            Some("suppressed") => "suppressed",
            other => panic!("{other:?}"),
        },
    }
}

fn ocsf_events(text: &str) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("an event a line"))
}

/// By the numbers that a data lake reads.
fn status_of_ocsf(event: &Value) -> &str {
    match (event["compliance"]["status_id"].as_u64().expect("a number"), event["status_id"].as_u64()) {
        (1, Some(4)) => "pass",
        (2, Some(1)) => "undetermined",
        (3, Some(1)) => "fail",
        (3, Some(3)) => "suppressed",
        (99, _) => event["compliance"]["status"].as_str().expect("a word"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn formats_to_pass_on_golden() {
    for format in [Format::Csv, Format::Markdown, Format::Junit, Format::Ocsf] {
        let text = rendered(&fixtures::doubtful(), format, &RenderOptions::default());
        insta::assert_snapshot!(format!("{format}-doubtful"), text);
    }
    let options = RenderOptions { rows: Rows::Connections, ..RenderOptions::default() };
    insta::assert_snapshot!("csv-connections-broken", rendered(&fixtures::broken(), Format::Csv, &options));
}

#[test]
fn every_connection_has_its_row() {
    let options = RenderOptions { rows: Rows::Connections, ..RenderOptions::default() };
    for (name, report) in fixtures::all() {
        let rows: Vec<_> = csv_rows(&rendered(&report, Format::Csv, &options)).collect();
        let outcomes: Vec<_> = rows.iter().map(|row| (row["user"].clone(), row["outcome"].as_str())).collect();
        let json = serde_json::to_value(&report.connections).expect("JSON");
        let expected: Vec<_> = json
            .as_array()
            .expect("a list")
            .iter()
            .map(|connection| {
                let user = Visible::of(connection["user"].as_str().expect("a user"));
                (user.to_string(), connection["outcome"].as_str().expect("an outcome"))
            })
            .collect();
        assert_eq!(outcomes, expected, "{name}");
    }
}

#[test]
fn every_format_conserves_the_counts() {
    for (name, report) in fixtures::all() {
        let summary = serde_json::to_value(report.summary).expect("JSON");
        let expected: BTreeMap<String, u64> = summary
            .as_object()
            .expect("an object")
            .iter()
            .map(|(status, n)| (status.clone(), n.as_u64().expect("a count")))
            .filter(|(_, n)| *n > 0)
            .collect();
        for format in Format::ALL {
            let text = rendered(&report, format, &RenderOptions { width: 400, ..RenderOptions::default() });
            let counts = match format {
                Format::Human => counts_of_human(&text),
                Format::Json => {
                    let json: Value = serde_json::from_str(&text).expect("JSON");
                    let mut counts = BTreeMap::new();
                    for result in json["results"].as_array().expect("results") {
                        *counts.entry(result["status"].as_str().expect("a status").to_owned()).or_insert(0) += 1;
                    }
                    counts
                }
                Format::Sarif => counts_of_sarif(&serde_json::from_str(&text).expect("JSON")),
                Format::Markdown => counts_of_markdown(&text),
                Format::Html => crate::html::counts(&text),
                Format::Csv => counted(csv_rows(&text).map(|row| row["status"].clone())),
                Format::Junit => counted(junit_cases(&text).map(|case| status_of_junit(&case).to_owned())),
                Format::Ocsf => counted(ocsf_events(&text).map(|event| status_of_ocsf(&event).to_owned())),
            };
            assert_eq!(counts, expected, "{name} as {format}");
        }
    }
}

/// Puts a text into every field that Google or a file of the operator's fills.
pub(crate) fn poisoned(mut report: Report, text: &str) -> Report {
    use gwsaudit::domain::{ClientId, Email, OrgUnitPath};
    let unit = OrgUnitPath::from_google(&format!("/{text}"));
    let user = Email::from_google(text);
    let client = ClientId::from_google(text);
    report.tenant.customer = text.into();
    report.tenant.primary_domain = Some(text.into());
    for source in &mut report.sources {
        (source.id, source.error, source.next_step, source.note) =
            (text.into(), Some(text.into()), Some(text.into()), Some(text.into()));
    }
    if let Some(other) = report.org_units.last_mut() {
        other.path = unit.clone().unwrap_or_else(OrgUnitPath::root);
        other.cloud_session.inherited_from = unit.clone();
    }
    for connection in &mut report.connections {
        connection.org_unit.clone_from(&unit);
        connection.user = user.clone().unwrap_or_else(|| connection.user.clone());
        connection.client_id = client.clone().unwrap_or_else(|| connection.client_id.clone());
    }
    for result in &mut report.results {
        result.subject.org_unit.clone_from(&unit);
        result.subject.user = result.subject.user.as_ref().and(user.clone());
        result.subject.client_id.clone_from(&client);
        result.summary = text.into();
        for item in &mut result.evidence {
            (item.source, item.locator, item.says) = (text.into(), text.into(), text.into());
        }
        for missing in &mut result.missing {
            (missing.fact, missing.why, missing.supply) = (text.into(), text.into(), text.into());
        }
        if let Some(remediation) = &mut result.remediation {
            remediation.steps = vec![text.into(); 2];
            remediation.console_url = Some(text.into());
        }
        if let Some(suppression) = &mut result.suppression {
            suppression.reason = text.into();
        }
    }
    for event in &mut report.unread_events {
        event.name = text.into();
        event.parameters = vec![text.into()];
        event.source = text.into();
        for touch in &mut event.touches {
            touch.app = Some(text.into());
            touch.org_unit.clone_from(&unit);
        }
    }
    report
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_name_reaches_the_terminal_raw(
        text in "(?s:.){0,40}|[\\x00-\\x1f\u{7f}-\u{9f}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}a /]{0,40}",
        width in 0_usize..160,
        full in any::<bool>(),
    ) {
        let detail = if full { Detail::Full } else { Detail::Brief };
        let options = RenderOptions { width, detail, ..RenderOptions::default() };
        for report in [fixtures::broken(), fixtures::doubtful(), fixtures::denied(), fixtures::suppressed(), fixtures::manual()] {
            let report = poisoned(report, &text);
            let seen = rendered(&report, Format::Human, &options);
            let raw: Vec<char> = seen.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
            prop_assert!(raw.is_empty(), "{raw:?}");
            let log = rendered(&report, Format::Sarif, &options);
            prop_assert!(serde_json::from_str::<Value>(&log).is_ok());
            prop_assert_eq!(ocsf_events(&rendered(&report, Format::Ocsf, &options)).count(), report.results.len());
            let cases = rendered(&report, Format::Junit, &options);
            prop_assert!(!cases.chars().any(|c| c != '\n' && is_hidden(c)));
            prop_assert_eq!(junit_cases(&cases).count(), report.results.len());
            for event in markdown(&rendered(&report, Format::Markdown, &options)) {
                use pulldown_cmark::{Event, Tag};
                let acts = matches!(
                    event,
                    Event::Html(_) | Event::InlineHtml(_) | Event::FootnoteReference(_) | Event::InlineMath(_)
                        | Event::DisplayMath(_) | Event::Rule | Event::TaskListMarker(_)
                        | Event::Start(Tag::Image { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::BlockQuote(_))
                );
                prop_assert!(!acts, "{event:?}");
                if let Event::Start(Tag::Link { dest_url, .. }) = &event {
                    prop_assert!(dest_url.starts_with("https://admin.google.com/"), "{dest_url}");
                }
                if let Event::Text(text) | Event::Code(text) = &event {
                    prop_assert!(!text.chars().any(is_hidden), "{text:?}");
                }
            }
            for rows in [Rows::Results, Rows::Connections] {
                let table = rendered(&report, Format::Csv, &RenderOptions { rows, ..options.clone() });
                for cell in csv_rows(&table).flat_map(BTreeMap::into_values) {
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@']) && !cell.chars().any(is_hidden), "{cell:?}");
                }
            }
            let saved = rendered(&report, Format::Json, &options);
            let again = read(saved.as_bytes()).expect("whatever names Google sends");
            prop_assert_eq!(rendered(&again, Format::Json, &options), saved);
        }
    }
}
