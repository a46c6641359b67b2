//! What reads our outputs at the other end: a terminal, a browser, a spreadsheet, programs.

use std::num::NonZero;
use std::rc::Rc;

use gwsaudit::report::Format;
use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Node, NodeData, RcDom};
use serde_json::Value;
use vt100::{Callbacks, Screen};

use crate::report::sarif_validator;

/// No text of a bounded format is longer, whatever it was made of, our own words around it included.
pub(super) const LONGEST: usize = 10_000;

/// The reader of a format. A new format does not compile until it has one.
pub(super) fn reader_of(format: Format) -> fn(&str) {
    match format {
        Format::Human => |text| terminal(text, text),
        Format::Json => |text| drop(json(text)),
        Format::Sarif => |text| drop(sarif(text)),
        Format::Csv => |text| drop(csv(text)),
        Format::Markdown => markdown,
        Format::Html => report_page,
        Format::Junit => junit,
        Format::Ocsf => |text| text.lines().for_each(|line| drop(json(line))),
    }
}

/// What a terminal was made to do besides showing text.
#[derive(Default)]
struct Deeds(Vec<String>);

impl Callbacks for Deeds {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.0.push("bell".into());
    }

    fn visual_bell(&mut self, _: &mut Screen) {
        self.0.push("visual bell".into());
    }

    fn resize(&mut self, _: &mut Screen, to: (u16, u16)) {
        self.0.push(format!("resize {to:?}"));
    }

    fn set_window_icon_name(&mut self, _: &mut Screen, name: &[u8]) {
        self.0.push(format!("icon {name:?}"));
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.0.push(format!("title {title:?}"));
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.0.push(format!("clipboard {data:?}"));
    }

    fn paste_from_clipboard(&mut self, _: &mut Screen, _: &[u8]) {
        self.0.push("paste".into());
    }

    fn unhandled_char(&mut self, _: &mut Screen, c: char) {
        self.0.push(format!("character {c:?}"));
    }

    fn unhandled_control(&mut self, _: &mut Screen, byte: u8) {
        self.0.push(format!("control {byte:#x}"));
    }

    fn unhandled_escape(&mut self, _: &mut Screen, _: Option<u8>, _: Option<u8>, byte: u8) {
        self.0.push(format!("escape {byte:#x}"));
    }

    fn unhandled_csi(&mut self, _: &mut Screen, _: Option<u8>, _: Option<u8>, _: &[&[u16]], c: char) {
        self.0.push(format!("CSI {c:?}"));
    }

    fn unhandled_osc(&mut self, _: &mut Screen, parameters: &[&[u8]]) {
        self.0.push(format!("OSC {parameters:?}"));
    }
}

fn size(columns: usize) -> NonZero<u16> {
    u16::try_from(columns).ok().and_then(NonZero::new).expect("lines are bounded")
}

/// A terminal that is shown `output` must end up with the lines of `plain`, line by line, and do nothing else. `plain` itself
/// holds visible characters alone.
pub(super) fn terminal(output: &str, plain: &str) {
    visible(plain);
    assert_eq!(output.lines().count(), plain.lines().count(), "{output}");
    let width = plain.lines().map(|line| line.chars().count() * 2).max().unwrap_or(0);
    for (shown, expected) in output.lines().zip(plain.lines()) {
        let mut terminal = vt100::Parser::new_with_callbacks(size(2), size(width + 2), 0, Deeds::default());
        terminal.process(shown.as_bytes());
        let (screen, deeds) = (terminal.screen().contents(), &terminal.callbacks().0);
        assert!(deeds.is_empty(), "{deeds:?} by {shown:?}");
        assert_eq!(screen.trim_end(), expected.trim_end(), "{shown:?}");
        assert!(!terminal.screen().alternate_screen() && !terminal.screen().hide_cursor(), "{shown:?}");
        assert_eq!(terminal.screen().cursor_position().0, 0, "{shown:?}");
        assert_eq!(terminal.screen().fgcolor(), vt100::Color::Default, "a colour is left on: {shown:?}");
    }
    // Nor is there anything that only comes about across lines.
    let mut terminal = vt100::Parser::new_with_callbacks(size(24), size(80), 0, Deeds::default());
    terminal.process(output.replace('\n', "\r\n").as_bytes());
    assert!(terminal.callbacks().0.is_empty(), "{:?}", terminal.callbacks().0);
}

/// No character that hides, moves or joins; written without the product's own list.
pub(super) fn visible(text: &str) {
    let hides = |c: char| {
        matches!(c,
            '\u{0}'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{3164}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
    };
    let found = text.char_indices().find(|(_, c)| hides(*c));
    assert!(found.is_none(), "{found:?} in {text}");
}

/// JSON that can be looked at, whatever its values are.
pub(super) fn json(text: &str) -> Value {
    visible(text);
    serde_json::from_str(text).expect("JSON")
}

/// Each text of a value, keys included.
pub(super) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(entries) => {
            entries.iter().flat_map(|(key, value)| std::iter::once(key.as_str()).chain(texts(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// SARIF by its schema; messages show everything and hold neither links nor placeholders; nothing is endless.
pub(super) fn sarif(text: &str) -> Value {
    let log = json(text);
    let faults: Vec<String> = sarif_validator().iter_errors(&log).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(texts(&log).iter().all(|text| text.chars().count() <= LONGEST));
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let message = result["message"]["text"].as_str().expect("a message");
        visible(message);
        assert!(!message.contains('\n'), "{message}");
        let without = message.replace("{{", "").replace("}}", "");
        assert!(!without.contains(['{', '}']), "a placeholder: {message}");
        assert!(!message.replace("\\[", "").replace("\\]", "").contains("]("), "a link: {message}");
        for location in result["locations"].as_array().expect("locations") {
            let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("an address");
            assert!(uri == "google-workspace" || uri.starts_with("google-workspace/"), "{uri}");
            assert!(!uri.split('/').any(|part| matches!(part, "" | "." | "..")), "{uri}");
            texts(&location["logicalLocations"]).into_iter().for_each(visible);
        }
    }
    log
}

/// CSV as a spreadsheet takes it in: the same number of cells in each row, no formula, nothing hidden.
pub(super) fn csv(text: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row like the others")).collect();
    for cell in rows.iter().flatten() {
        visible(cell);
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "a formula: {cell}");
    }
    rows
}

/// A ticket: nothing that loads, runs, notifies or leads away but to Google's console.
fn markdown(text: &str) {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    // What a ticket system looks for in text that is no code: people, tickets, addresses.
    let reaches = |word: &str| word.starts_with(['@', '#']) || word.contains("://") || word.contains("www.");
    for event in Parser::new_ext(text, Options::all()) {
        let acts = matches!(
            event,
            Event::Html(_)
                | Event::InlineHtml(_)
                | Event::FootnoteReference(_)
                | Event::Start(Tag::Image { .. } | Tag::HtmlBlock | Tag::CodeBlock(_) | Tag::BlockQuote(_))
        );
        assert!(!acts, "{event:?}");
        if let Event::Start(Tag::Link { dest_url, .. }) = &event {
            assert!(dest_url.starts_with("https://admin.google.com/"), "{dest_url}");
        }
        if let Event::Text(words) | Event::Code(words) = &event {
            visible(words);
        }
        if let Event::Text(words) = &event
            && !words.starts_with("https://admin.google.com/")
        {
            assert!(!words.split_whitespace().any(reaches), "a mention or a link: {words}");
        }
    }
}

/// A build server's page: the document as its readers take it in, nothing hidden.
fn junit(text: &str) {
    visible(text);
    let document = quick_junit::Report::deserialize_from_str(text).expect("JUnit");
    assert!(document.tests > 0, "{text}");
}

/// The report as a page: our own elements alone, nothing that loads or runs but our own script.
fn report_page(text: &str) {
    visible(text);
    crate::html::assert_harmless(&crate::html::elements(text));
}

/// A page as a browser takes it in: what it shows, and nothing that runs, loads or leads away.
pub(super) fn html(text: &str) -> String {
    let page = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(text);
    assert!(page.errors.borrow().is_empty(), "{:?} in {text}", page.errors.borrow());
    let mut shown = String::new();
    let mut ahead: Vec<Rc<Node>> = vec![page.document.clone()];
    while let Some(node) = ahead.pop() {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let tag = &*name.local;
                assert!(["html", "head", "meta", "title", "body", "h1", "p"].contains(&tag), "<{tag}> in {text}");
                for attribute in attrs.borrow().iter() {
                    assert!(
                        ["lang", "charset"].contains(&&*attribute.name.local),
                        "{} in {text}",
                        attribute.name.local
                    );
                }
            }
            NodeData::Text { contents } => shown.push_str(&contents.borrow()),
            NodeData::Comment { .. } | NodeData::ProcessingInstruction { .. } => panic!("a comment in {text}"),
            NodeData::Document | NodeData::Doctype { .. } => {}
        }
        ahead.extend(node.children.borrow().iter().cloned());
    }
    visible(&shown);
    shown
}
