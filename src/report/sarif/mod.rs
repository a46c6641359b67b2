//! SARIF 2.1.0: one run, one rule per check, one result per result of ours, whatever its status.
//!
//! - The status goes into `kind`; everything but a failure has level `none`, as the specification asks. An accepted
//!   failure stays a failure with an external suppression. (GitHub's code scanning reads neither `kind` nor
//!   `suppressions` and shows every result: filter by `kind` and `suppressions` before an upload.)
//! - An org unit is no file. It is named as a logical location; because GitHub refuses results without a physical
//!   one, each also points at a relative path that stands for it, `google-workspace/Sales/EMEA`, without a region.
//! - Texts are made visible as for a terminal, as `<U+202E>`, since braces are SARIF's placeholder syntax. Property
//!   bags carry what Google sent. Of an endless text only the ends are kept in both; JSON has it whole.

mod model;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use self::model::{
    AcceptedRisk, ArtifactLocation, AutomationDetails, Configuration, DescriptorReference, Driver, Finding, Invocation,
    Kind, Level, Location, Log, LogicalLocation, Notification, NotificationDescriptor, PhysicalLocation, Properties,
    Rule, Run, Text, Tool,
};
use super::escape::bounded;
use super::model::{CheckResult, Remediation, Report, Source, SourceStatus, Status, Subject, SubjectKind, UnreadEvent};
use super::{RenderOptions, SharedText, wording, write_json};
use crate::domain::{Severity, is_hidden};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// RFC 3986's unreserved characters stay, the rest of a segment is encoded.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const SOURCE: DescriptorReference = DescriptorReference { id: "source-not-complete", index: 0 };
const UNREAD: DescriptorReference = DescriptorReference { id: "log-event-not-read", index: 1 };

pub(super) fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    write_json(&log(report, options), out)
}

fn log<'a>(report: &'a Report, options: &RenderOptions) -> Log<'a> {
    let mut by_check: BTreeMap<&str, Vec<&CheckResult>> = BTreeMap::new();
    for result in &report.results {
        by_check.entry(result.check.as_str()).or_default().push(result);
    }
    let index: BTreeMap<&str, usize> = by_check.keys().copied().enumerate().map(|(n, check)| (check, n)).collect();
    let driver = Driver {
        name: &report.tool.name,
        version: &report.tool.version,
        semantic_version: &report.tool.version,
        rules: by_check.values().filter_map(|results| rule(results, options)).collect(),
        notifications: vec![
            descriptor(&SOURCE, "A source could not be read in full."),
            descriptor(&UNREAD, "A log event may touch a fact and could not be read for certain."),
        ],
    };
    let run = Run {
        tool: Tool { driver },
        automation_details: AutomationDetails { id: format!("gwsaudit/{}/", segment(&report.tenant.customer)) },
        invocations: [invocation(report)],
        results: report.results.iter().map(|result| finding(result, &index, &report.tenant.customer)).collect(),
        properties: bag([
            ("tenant", json!(report.tenant)),
            ("audited_at", json!(report.audited_at)),
            ("evidence_from", json!(report.evidence_from)),
            ("summary", json!(report.summary)),
        ]),
    };
    Log { schema: SCHEMA, version: "2.1.0", runs: [run] }
}

fn rule<'a>(results: &[&'a CheckResult], options: &RenderOptions) -> Option<Rule<'a>> {
    let check = &results.first()?.check;
    let severity = results.iter().map(|result| result.severity).max()?;
    let id = check.as_str();
    let title = options.titles.get(id).cloned().unwrap_or_else(|| wording::sentence(&id.replace(['-', '.'], " ")));
    Some(Rule {
        id,
        name: id.split(['-', '.']).map(wording::sentence).collect(),
        short_description: text(&title),
        help: help(results),
        default_configuration: Configuration { level: level(severity) },
        properties: Properties::from([
            ("severity", json!(severity)),
            ("security-severity", json!(security_severity(severity))),
            ("tags", json!(["security", results.first()?.pack.as_str()])),
        ]),
    })
}

/// The cure, as far as it is the same for every result of the check; what differs stays with the result.
fn help(results: &[&CheckResult]) -> Option<Text> {
    let mut known = results.iter().filter_map(|result| result.remediation.as_ref());
    let first = known.next()?;
    let mut steps: Vec<&SharedText> = first.steps.iter().collect();
    let mut url = first.console_url.as_ref();
    for other in known {
        steps.retain(|step| other.steps.contains(*step));
        url = url.filter(|url| other.console_url.as_ref() == Some(*url));
    }
    if steps.is_empty() && url.is_none() {
        return None;
    }
    let mut lines: Vec<String> = (1..).zip(&steps).map(|(n, step)| format!("{n}. {}", message(step))).collect();
    let mut markdown: Vec<String> = (1..).zip(&steps).map(|(n, step)| format!("{n}. {}", in_markdown(step))).collect();
    if let Some(url) = url {
        lines.push(message(url));
        markdown.push(format!("\n<{}>", message(url).replace(['<', '>', ' '], "")));
    }
    Some(Text { text: lines.join("\n"), markdown: Some(markdown.join("\n")) })
}

fn finding<'a>(result: &'a CheckResult, index: &BTreeMap<&str, usize>, customer: &str) -> Finding<'a> {
    let (kind, level) = verdict(result);
    let remediation = result
        .remediation
        .as_ref()
        .map(|Remediation { steps, console_url }| ("remediation", json!({"steps": steps, "console_url": console_url})));
    let known = [
        ("status", json!(result.status)),
        ("severity", json!(result.severity)),
        ("confidence", json!(result.confidence)),
        ("subject", json!(result.subject)),
        ("evidence", json!(result.evidence)),
        ("missing", json!(result.missing)),
    ];
    Finding {
        rule_id: result.check.as_str(),
        rule_index: index.get(result.check.as_str()).copied().unwrap_or_default(),
        kind,
        level,
        message: text(&result.summary),
        locations: [location(&result.subject, customer)],
        partial_fingerprints: BTreeMap::from([("gwsaudit/v1", result.fingerprint.as_str())]),
        suppressions: (result.status == Status::Suppressed).then(|| [accepted(result)]),
        properties: bag(known.into_iter().chain(remediation)),
    }
}

fn verdict(result: &CheckResult) -> (Kind, Level) {
    match result.status {
        Status::Fail | Status::Suppressed => (Kind::Fail, level(result.severity)),
        Status::Pass => (Kind::Pass, Level::None),
        Status::Undetermined => (Kind::Open, Level::None),
        Status::Manual => (Kind::Review, Level::None),
        Status::NotApplicable => (Kind::NotApplicable, Level::None),
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Critical | Severity::High => Level::Error,
        Severity::Medium => Level::Warning,
        Severity::Low | Severity::Info => Level::Note,
    }
}

/// GitHub's scale: critical above 9.0, high from 7.0, medium from 4.0, low above 0.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}

fn accepted(result: &CheckResult) -> AcceptedRisk {
    let suppression = result.suppression.as_ref();
    AcceptedRisk {
        kind: "external",
        status: "accepted",
        justification: suppression.map(|s| shown(&s.reason)).unwrap_or_default(),
        properties: Properties::from([("expires", json!(suppression.map(|s| s.expires)))]),
    }
}

fn location(subject: &Subject, customer: &str) -> Location {
    let logical = |kind: &'static str, name: &str, qualified: &str| LogicalLocation {
        name: shown(name),
        fully_qualified_name: format!("{kind}:{}", shown(qualified)),
        kind,
    };
    let mut logical_locations = Vec::new();
    let client = subject.client_id.as_ref().map_or("", |id| id.as_str());
    if let (SubjectKind::Connection, Some(user)) = (subject.kind, &subject.user) {
        logical_locations.push(logical("connection", user.as_str(), &format!("{user} {client}")));
    } else if let Some(user) = &subject.user {
        logical_locations.push(logical("user", user.as_str(), user.as_str()));
    }
    if let Some(app) = &subject.app {
        logical_locations.push(logical("app", app.as_str(), app.as_str()));
    } else if subject.kind == SubjectKind::App && !client.is_empty() {
        logical_locations.push(logical("client", client, client));
    }
    if let Some(path) = &subject.org_unit {
        let name = if path.is_root() { "/" } else { path.name() };
        logical_locations.push(logical("orgUnit", name, path.as_str()));
    }
    if logical_locations.is_empty() {
        logical_locations.push(logical("tenant", customer, customer));
    }
    let path = subject.org_unit.as_ref().filter(|path| !path.is_root());
    let segments = path.into_iter().flat_map(|path| path.as_str().trim_start_matches('/').split('/').map(segment));
    let uri = std::iter::once("google-workspace".to_owned()).chain(segments).collect::<Vec<_>>().join("/");
    Location { physical_location: PhysicalLocation { artifact_location: ArtifactLocation { uri } }, logical_locations }
}

/// One path segment. `.` and `..` would climb out of the tree even when percent-encoded, so they are put in brackets.
fn segment(name: &str) -> String {
    match name {
        "" | "." | ".." => format!("%28{name}%29"),
        _ => utf8_percent_encode(&bounded(name), SEGMENT).to_string(),
    }
}

fn invocation(report: &Report) -> Invocation {
    let sources = report.sources.iter().filter_map(source_notification);
    let notifications: Vec<_> = sources.chain(report.unread_events.iter().map(unread_notification)).collect();
    Invocation {
        execution_successful: !notifications.iter().any(|notification| notification.level == Level::Error),
        tool_execution_notifications: notifications,
    }
}

/// A source that was refused, broken or cut short makes the run a partial one; one left out on purpose does not.
fn source_notification(source: &Source) -> Option<Notification> {
    let (level, word) = match source.status {
        SourceStatus::Complete => return None,
        SourceStatus::Partial => (Level::Error, "was read in part"),
        SourceStatus::Denied => (Level::Error, "was denied"),
        SourceStatus::Failed => (Level::Error, "failed"),
        SourceStatus::Skipped => (Level::Note, "was not asked"),
    };
    let details = [&source.error, &source.next_step, &source.note].into_iter().flatten();
    let said = std::iter::once(format!("{} {word}.", source.id)).chain(details.cloned()).collect::<Vec<_>>().join(" ");
    Some(Notification {
        descriptor: SOURCE,
        level,
        message: text(&said),
        properties: Properties::from([("source", json!(source.id)), ("status", json!(source.status))]),
    })
}

fn unread_notification(event: &UnreadEvent) -> Notification {
    let times = if event.count == 1 { "once".to_owned() } else { format!("{} times", event.count) };
    Notification {
        descriptor: UNREAD,
        level: Level::Warning,
        message: text(&format!(
            "{} in {}, seen {times}, may touch a setting under audit and could not be read for certain.",
            event.name, event.source
        )),
        properties: bag([("event", json!(event))]),
    }
}

fn descriptor(reference: &DescriptorReference, says: &str) -> NotificationDescriptor {
    NotificationDescriptor { id: reference.id, short_description: text(says) }
}

fn text(plain: &str) -> Text {
    Text { text: message(plain), markdown: None }
}

/// A property bag in which no text is endless.
fn bag(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Properties {
    let mut bag: Properties = entries.into_iter().collect();
    bag.values_mut().for_each(bound);
    bag
}

fn bound(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(shorter) = bounded(text) {
                *text = shorter;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(entries) => entries.values_mut().for_each(bound),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// For fields that are shown as they are.
fn shown(text: &str) -> String {
    bounded(text).chars().fold(String::with_capacity(text.len()), |mut seen, c| {
        if is_hidden(c) {
            seen.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            seen.push(c);
        }
        seen
    })
}

/// For messages: braces are placeholders and are doubled (section 3.11.5), `[text](target)` is an embedded link
/// (3.11.6) and loses its meaning with a backslash.
fn message(text: &str) -> String {
    let text = shown(text).replace('{', "{{").replace('}', "}}");
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

/// For markdown: whatever would start a tag, link, table, emphasis or code is shown as itself.
fn in_markdown(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for c in shown(text).chars() {
        match c {
            '{' => marked.push_str("{{"),
            '}' => marked.push_str("}}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&' | '~' => marked.extend(['\\', c]),
            _ => marked.push(c),
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OrgUnitPath;

    fn uri(path: &str) -> String {
        let subject = Subject {
            kind: SubjectKind::OrgUnit,
            org_unit: OrgUnitPath::from_google(path),
            group: None,
            user: None,
            app: None,
            client_id: None,
        };
        location(&subject, "C1").physical_location.artifact_location.uri
    }

    #[test]
    fn an_org_unit_stands_for_a_relative_path() {
        assert_eq!(uri("/"), "google-workspace");
        assert_eq!(uri("/Sales/EMEA & Süd"), "google-workspace/Sales/EMEA%20%26%20S%C3%BCd");
        assert_eq!(uri("/../..\\x"), "google-workspace/%28..%29/..%5Cx");
        assert_eq!(uri("/a:b//c"), "google-workspace/a%3Ab/%28%29/c");
    }

    #[test]
    fn messages_hold_no_syntax() {
        assert_eq!(message("{0} [click](http://evil.example)"), "{{0}} \\[click\\](http://evil.example)");
        assert_eq!(message("a\u{202e}[b]"), "a<U+202E>[b]");
        assert_eq!(in_markdown("<b>*x*"), "\\<b\\>\\*x\\*");
    }
}
