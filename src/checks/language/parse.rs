//! Text to CEL's syntax tree, within bounds.

use std::ops::Range;
use std::thread;

use cel::common::ast::{EntryExpr, Expr, IdedExpr, SourceInfo};
use cel::parser::{ParseError, Parser};

use super::expression::ExpressionError;

/// The longest expression, in bytes.
const LONGEST: usize = 8 * 1024;
/// The deepest nesting of brackets.
const DEEPEST: usize = 32;
/// The longest run of `?` in an expression: each nests the parser once more, without a bracket.
const MOST_CHOICES: usize = 32;
/// What the generated parser needs in an unoptimised build for anything within the bounds.
const STACK: usize = 64 * 1024 * 1024;

/// Runs something that parses on a thread whose stack is large enough for it. One for a whole set of packs will do.
pub(super) fn on_a_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("packs".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work)
            .expect("a thread can be started");
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// The syntax tree of an expression. Only to be called on [`on_a_large_stack`].
pub(super) fn parse(text: &str) -> Result<(IdedExpr, SourceInfo), Vec<ExpressionError>> {
    check_bounds(text).map_err(|error| vec![error])?;
    if text.trim().is_empty() {
        return Err(vec![ExpressionError { range: 0..text.len(), message: "there is no expression".to_owned() }]);
    }
    Parser::default().parse_with_source_info(text).map_err(|errors| {
        let mut errors: Vec<ExpressionError> = errors.errors.iter().map(|error| syntax_error(text, error)).collect();
        errors.dedup();
        // What follows the first slip is mostly the parser's attempts to make sense of the rest.
        errors.truncate(1);
        errors
    })
}

fn check_bounds(text: &str) -> Result<(), ExpressionError> {
    let fault = |range, message| Err(ExpressionError { range, message });
    if text.len() > LONGEST {
        return fault(0..0, format!("the expression has {} bytes; {LONGEST} are allowed", text.len()));
    }
    let (mut depth, mut choices) = (0_usize, 0_usize);
    for (at, sign) in outside_strings(text) {
        match sign {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '?' => choices += 1,
            _ => {}
        }
        if depth > DEEPEST {
            return fault(at..at + 1, format!("brackets nest deeper than {DEEPEST} levels"));
        }
        if choices > MOST_CHOICES {
            return fault(at..at + 1, format!("more than {MOST_CHOICES} choices by ?: in one expression"));
        }
    }
    Ok(())
}

/// The characters that are not within string literals or comments. Of a literal that never ends, and of prefixes and
/// triple quotes, nothing is said that matters for counting brackets: the parser has the last word.
pub(super) fn outside_strings(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut signs = text.char_indices();
    std::iter::from_fn(move || {
        let (at, sign) = signs.next()?;
        if sign == '"' || sign == '\'' {
            let mut escaped = false;
            for (_, inner) in signs.by_ref() {
                if !escaped && inner == sign {
                    break;
                }
                escaped = !escaped && inner == '\\';
            }
        }
        Some((at, sign))
    })
}

fn syntax_error(text: &str, error: &ParseError) -> ExpressionError {
    let (line, column) = error.pos;
    let lines: Vec<&str> = text.split('\n').collect();
    let line = usize::try_from(line).unwrap_or(1).clamp(1, lines.len());
    let before: usize = lines.iter().take(line - 1).map(|line| line.len() + 1).sum();
    let column = usize::try_from(column).unwrap_or(1).max(1) - 1;
    let within = lines.get(line - 1).map_or(0, |line| line.char_indices().nth(column).map_or(line.len(), |(at, _)| at));
    let at = (before + within).min(text.len());
    let message = error.msg.strip_prefix("Syntax error: ").unwrap_or(&error.msg);
    let message = if message.contains("'<EOF>'") {
        "it ends where something has to follow"
    } else {
        // What the parser would have taken instead is a list of its tokens, which helps nobody.
        message.split(" expecting ").next().unwrap_or(message)
    };
    ExpressionError { range: at..at, message: format!("not an expression: {message}") }
}

/// The part of the text that a node was made from.
pub(super) fn range_of(text: &str, info: &SourceInfo, node: &IdedExpr) -> Range<usize> {
    let range = extent(text, info, node);
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let end = text.ceil_char_boundary(range.end.clamp(start, text.len()));
    start..end
}

/// The name of the field that a selection names, which stands behind its dot.
pub(super) fn field_range(text: &str, info: &SourceInfo, select: &IdedExpr) -> Range<usize> {
    let Expr::Select(of) = &select.expr else { return range_of(text, info, select) };
    name_behind(text, extent(text, info, &of.operand).end, &of.field)
}

fn name_behind(text: &str, behind: usize, name: &str) -> Range<usize> {
    match text.get(behind..).and_then(|rest| rest.find(name)) {
        Some(at) => behind + at..behind + at + name.len(),
        None => behind..behind,
    }
}

/// From the first token of a node and its parts to the last; empty, at the end, for a node without any. Each part is looked
/// at once: chains of selections are thousands long.
fn extent(text: &str, info: &SourceInfo, node: &IdedExpr) -> Range<usize> {
    let own = info.offset_for(node.id);
    let (mut start, mut end) = own.map_or((text.len(), 0), |(from, to)| (from as usize, to as usize + 1));
    let mut take_in = |part: Range<usize>| {
        start = start.min(part.start);
        end = end.max(part.end);
    };
    match &node.expr {
        Expr::Call(call) => {
            call.target.as_deref().into_iter().chain(&call.args).for_each(|part| take_in(extent(text, info, part)));
        }
        Expr::Comprehension(fold) => {
            [&fold.iter_range, &fold.loop_step].into_iter().for_each(|part| take_in(extent(text, info, part)));
        }
        Expr::List(list) => list.elements.iter().for_each(|part| take_in(extent(text, info, part))),
        Expr::Select(select) => {
            let operand = extent(text, info, &select.operand);
            take_in(name_behind(text, operand.end, &select.field));
            take_in(operand);
        }
        Expr::Map(map) => {
            for entry in &map.entries {
                match &entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        [&entry.key, &entry.value].into_iter().for_each(|part| take_in(extent(text, info, part)));
                    }
                    EntryExpr::StructField(field) => take_in(extent(text, info, &field.value)),
                }
            }
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
    }
    start..end.max(start)
}
