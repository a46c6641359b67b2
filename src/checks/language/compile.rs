//! From CEL's syntax tree to typed parts of an expression, or to everything that is wrong with it.

use std::ops::Range;
use std::sync::Arc;

use cel::common::ast::{ComprehensionExpr, Expr, IdedExpr, ListExpr, LiteralValue, SelectExpr, SourceInfo};

use super::comprehension::{Macro, decode};
use super::expression::{ExpressionError, Reads};
use super::nearest::nearest;
use super::node::{Lack, Node, Quantifier};
use super::parse::{field_range, range_of};
use super::schema::{Root, Schema};
use super::types::{EnumType, Openness, Type};
use super::value::Datum;

/// How deep the parts of an expression may nest, long chains of one connective counting once: what evaluates them
/// recurses, and may do so on a small stack.
const DEEPEST: usize = 64;

/// A part and the type of its value.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) of: Type,
}

impl Typed {
    pub(super) fn new(node: Node, of: Type) -> Option<Self> {
        Some(Self { node, of })
    }
}

/// An expression on its way. What cannot be typed is `None` and stands in `errors`.
pub(super) struct Compiler<'c> {
    pub(super) schema: Schema<'c>,
    text: &'c str,
    info: &'c SourceInfo,
    variables: Vec<(&'c str, Type)>,
    depth: usize,
    pub(super) reads: Reads,
    pub(super) errors: Vec<ExpressionError>,
}

impl<'c> Compiler<'c> {
    pub(super) fn new(schema: Schema<'c>, text: &'c str, info: &'c SourceInfo) -> Self {
        let (reads, errors) = (Reads::default(), Vec::new());
        Self { schema, text, info, variables: Vec::new(), depth: 0, reads, errors }
    }

    pub(super) fn range(&self, expr: &IdedExpr) -> Range<usize> {
        range_of(self.text, self.info, expr)
    }

    /// Where the name of the field stands that a selection names.
    pub(super) fn field_range(&self, select: &IdedExpr) -> Range<usize> {
        field_range(self.text, self.info, select)
    }

    /// Notes an error about a part.
    pub(super) fn fault<T>(&mut self, at: &IdedExpr, message: impl Into<String>) -> Option<T> {
        let range = self.range(at);
        self.fault_at(range, message)
    }

    pub(super) fn fault_at<T>(&mut self, range: Range<usize>, message: impl Into<String>) -> Option<T> {
        self.errors.push(ExpressionError { range, message: message.into() });
        None
    }

    /// A part that must be of a type.
    pub(super) fn expect(&mut self, expr: &'c IdedExpr, wanted: &Type, what: &str) -> Option<Node> {
        let typed = self.part(expr)?;
        if typed.of.is(wanted) {
            return Some(typed.node);
        }
        self.fault(expr, format!("{what} must be {wanted}, and this is {}", typed.of))
    }

    /// Any part.
    pub(super) fn part(&mut self, expr: &'c IdedExpr) -> Option<Typed> {
        if self.depth == DEEPEST {
            return self.fault(expr, format!("parts nest deeper than {DEEPEST} levels"));
        }
        self.depth += 1;
        let typed = match &expr.expr {
            Expr::Literal(literal) => self.literal(expr, literal),
            Expr::Ident(name) => self.name(expr, name),
            Expr::Select(select) => self.select(expr, select),
            Expr::List(list) => self.list(list),
            Expr::Call(call) => self.call(expr, call),
            Expr::Comprehension(fold) => self.fold(expr, fold),
            Expr::Map(_) => self.fault(expr, "map literals are not part of the language of packs"),
            Expr::Struct(_) => self.fault(expr, "messages are not part of the language of packs"),
            Expr::Unspecified => self.fault(expr, "there is something missing here"),
        };
        self.depth -= 1;
        typed
    }

    fn literal(&mut self, expr: &IdedExpr, literal: &LiteralValue) -> Option<Typed> {
        let (datum, of) = match literal {
            LiteralValue::Boolean(answer) => (Datum::Bool(*answer.inner()), Type::Bool),
            LiteralValue::Int(number) => (Datum::Int(*number.inner()), Type::Int),
            LiteralValue::String(text) => (Datum::from(text.inner()), Type::Text),
            LiteralValue::Double(_) => return self.fault(expr, "there are no numbers but whole ones"),
            LiteralValue::UInt(_) => return self.fault(expr, "write whole numbers without `u`"),
            LiteralValue::Bytes(_) => return self.fault(expr, "there are no bytes, only strings"),
            LiteralValue::Null => {
                return self.fault(expr, "there is no null: has(…) asks whether a field is set");
            }
        };
        Typed::new(Node::Literal(datum), of)
    }

    fn name(&mut self, expr: &IdedExpr, name: &str) -> Option<Typed> {
        if let Some(at) = self.variables.iter().rposition(|(variable, _)| *variable == name) {
            return Typed::new(Node::Variable(at), self.variables[at].1.clone());
        }
        let subject = self.schema.subject;
        let roots = subject.roots();
        match Root::named(name) {
            Some(Root::Settings) if roots.contains(&Root::Settings) => {
                self.fault(expr, "name a field of a setting: settings.<category>.<name>.<field>")
            }
            Some(root) if roots.contains(&root) => {
                self.reads.roots.insert(root);
                Typed::new(Node::Root(root), root.type_of()?)
            }
            Some(root) => {
                let known: Vec<String> = roots.iter().map(|root| format!("`{root}`")).collect();
                self.fault(
                    expr,
                    format!("`{root}` is no input of checks about subject {subject}; theirs are {}", known.join(", ")),
                )
            }
            None => {
                let known = roots.iter().map(|root| root.as_str()).chain(self.variables.iter().map(|(name, _)| *name));
                let near = nearest(name, "name", known);
                self.fault(expr, format!("there is no `{name}`{near}"))
            }
        }
    }

    pub(super) fn is_variable(&self, name: &str) -> bool {
        self.variables.iter().any(|(variable, _)| *variable == name)
    }

    fn select(&mut self, expr: &'c IdedExpr, select: &'c SelectExpr) -> Option<Typed> {
        if let Some(path) = self.settings_path(expr) {
            return self.setting(expr, select, &path);
        }
        self.select_of(expr, select)
    }

    /// A field of whatever the part before the dot is.
    pub(super) fn select_of(&mut self, expr: &'c IdedExpr, select: &'c SelectExpr) -> Option<Typed> {
        let base = self.part(&select.operand)?;
        let field: Arc<str> = select.field.as_str().into();
        let (of, lack) = match &base.of {
            Type::Record(record) => match record.fields.get(&field) {
                Some(of) => (of.clone(), Lack::Unset),
                None => {
                    let near = nearest(&field, "field", record.fields.keys().map(|known| &**known));
                    let range = self.field_range(expr);
                    return self.fault_at(range, format!("{} has no field `{field}`{near}", record.name));
                }
            },
            Type::Map(values) => ((**values).clone(), Lack::Unknown),
            Type::Dynamic => (Type::Dynamic, Lack::Unset),
            Type::List(_) => {
                let range = self.field_range(expr);
                let message =
                    format!("{} has no fields, its items have: ask with exists(x, …), all(x, …) or map(x, …)", base.of);
                return self.fault_at(range, message);
            }
            Type::Bool | Type::Int | Type::Text | Type::Enum(_) | Type::Duration | Type::Timestamp => {
                let range = self.field_range(expr);
                return self.fault_at(range, format!("{} has no fields", base.of));
            }
        };
        self.note_log(&base.node, &field);
        if let Node::Root(root) = base.node {
            self.reads.fields.insert((root, field.clone()));
        }
        if select.test {
            return Typed::new(Node::HasField(Box::new(base.node), field, lack), Type::Bool);
        }
        Typed::new(Node::Field(Box::new(base.node), field), of)
    }

    /// Notes what is looked up in the log by name.
    pub(super) fn note_log(&mut self, base: &Node, key: &Arc<str>) {
        if let Node::Field(root, of) = base
            && matches!(**root, Node::Root(Root::Log))
        {
            match &**of {
                "settings" => self.reads.log_settings.insert(key.clone()),
                "last" => self.reads.log_events.insert(key.clone()),
                _ => false,
            };
        }
    }

    /// The names from `settings` to the end of a chain of selections that begins so.
    fn settings_path(&self, expr: &'c IdedExpr) -> Option<Vec<&'c IdedExpr>> {
        let mut path = Vec::new();
        let mut expr = expr;
        while let Expr::Select(select) = &expr.expr {
            path.push(expr);
            expr = &select.operand;
        }
        let Expr::Ident(name) = &expr.expr else { return None };
        path.reverse();
        (name == Root::Settings.as_str() && !self.is_variable(name)).then_some(path)
    }

    fn list(&mut self, list: &'c ListExpr) -> Option<Typed> {
        let mut items = Vec::with_capacity(list.elements.len());
        let mut common = Type::Dynamic;
        for element in &list.elements {
            let typed = self.part(element);
            let Some(typed) = typed else { continue };
            match common.common(&typed.of) {
                Some(wider) => common = wider,
                None => {
                    return self.fault(element, format!("a list of {common} cannot also hold {}", typed.of));
                }
            }
            items.push(typed.node);
        }
        if items.len() < list.elements.len() {
            return None;
        }
        Typed::new(Node::List(items), Type::list(common))
    }

    fn fold(&mut self, expr: &'c IdedExpr, fold: &'c ComprehensionExpr) -> Option<Typed> {
        let Some(what) = decode(fold) else {
            return self.fault(expr, "this macro is not part of the language of packs");
        };
        let list = self.part(&fold.iter_range)?;
        let items = match &list.of {
            Type::List(items) => (**items).clone(),
            Type::Dynamic => Type::Dynamic,
            other @ (Type::Bool
            | Type::Int
            | Type::Text
            | Type::Enum(_)
            | Type::Duration
            | Type::Timestamp
            | Type::Record(_)
            | Type::Map(_)) => {
                let message = format!("exists, all, exists_one, filter and map want a list, and this is {other}");
                return self.fault(&fold.iter_range, message);
            }
        };
        self.variables.push((&fold.iter_var, items.clone()));
        let typed = self.body(list.node, items, what);
        self.variables.pop();
        typed
    }

    fn body(&mut self, list: Node, items: Type, what: Macro<'c>) -> Option<Typed> {
        let condition =
            |this: &mut Self, expr: &'c IdedExpr| this.expect(expr, &Type::Bool, "the condition of a macro");
        let quantified =
            |quantifier, list, body| Typed::new(Node::Quantified(quantifier, Box::new([list, body])), Type::Bool);
        match what {
            Macro::Exists(body) => quantified(Quantifier::Exists, list, condition(self, body)?),
            Macro::All(body) => quantified(Quantifier::All, list, condition(self, body)?),
            Macro::ExistsOne(body) => quantified(Quantifier::ExistsOne, list, condition(self, body)?),
            Macro::Filter(body) => {
                Typed::new(Node::Filter(Box::new([list, condition(self, body)?])), Type::list(items))
            }
            Macro::Map { condition: which, value } => {
                let list = match which {
                    Some(which) => Node::Filter(Box::new([list, condition(self, which)?])),
                    None => list,
                };
                let value = self.part(value)?;
                Typed::new(Node::Map(Box::new([list, value.node])), Type::list(value.of))
            }
        }
    }

    /// Whether literals that are compared with an enum are words of it.
    pub(super) fn check_words(&mut self, of: &Type, other: &'c IdedExpr) -> Option<()> {
        let words = match of {
            Type::Enum(words) => words,
            Type::List(items) => return self.check_words(items, other),
            Type::Bool
            | Type::Int
            | Type::Text
            | Type::Duration
            | Type::Timestamp
            | Type::Record(_)
            | Type::Map(_)
            | Type::Dynamic => return Some(()),
        };
        if let Expr::Literal(LiteralValue::String(word)) = &other.expr {
            return self.check_word(words, word.inner(), other);
        }
        let Expr::List(list) = &other.expr else { return Some(()) };
        // All of them are looked at before the first failure ends it.
        let sound: Vec<_> = list.elements.iter().map(|element| self.check_words(of, element)).collect();
        sound.into_iter().collect()
    }

    fn check_word(&mut self, of: &EnumType, word: &str, at: &IdedExpr) -> Option<()> {
        if of.openness == Openness::Open || of.words.iter().any(|known| &**known == word) {
            return Some(());
        }
        let near = nearest(word, "word", of.words.iter().map(|known| &**known));
        self.fault(at, format!("{} is never {word:?}{near}", of.name))
    }
}
