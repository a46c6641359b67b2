//! Operators and functions: which there are, and what they take.

use cel::common::ast::Expr;
use cel::common::ast::{CallExpr, IdedExpr, operators};
use regex::{Regex, RegexBuilder};

use super::compile::{Compiler, Typed};
use super::moment::{parse_duration, parse_timestamp};
use super::nearest::nearest;
use super::node::{Comparison, Conversion, Lack, Node, TextTest};
use super::types::Type;
use super::value::Datum;

/// All functions that conditions may call by name, macros among them, sorted.
pub const FUNCTIONS: [&str; 16] = [
    "all",
    "contains",
    "duration",
    "endsWith",
    "exists",
    "exists_one",
    "filter",
    "has",
    "int",
    "lowerAscii",
    "map",
    "matches",
    "size",
    "startsWith",
    "timestamp",
    "unknown",
];

/// The largest program that a regular expression may become, in bytes.
const REGEX_SIZE: usize = 1 << 20;

/// A regular expression within bounds.
pub(super) fn regex(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(REGEX_SIZE).build()
}

impl<'c> Compiler<'c> {
    pub(super) fn call(&mut self, expr: &'c IdedExpr, call: &'c CallExpr) -> Option<Typed> {
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (operators::LOGICAL_NOT, None, [of]) => {
                let of = self.expect(of, &Type::Bool, "what ! turns round")?;
                Typed::new(Node::Not(Box::new(of)), Type::Bool)
            }
            (operators::NEGATE, None, [of]) => self.negate(of),
            (sign @ (operators::LOGICAL_AND | operators::LOGICAL_OR), None, [_, _]) => self.connective(expr, sign),
            (operators::CONDITIONAL, None, [condition, then, otherwise]) => self.choice(condition, then, otherwise),
            (operators::ADD, None, [one, other]) => self.sum(expr, one, other),
            (operators::SUBSTRACT, None, [one, other]) => self.difference(expr, one, other),
            (operators::IN, None, [item, list]) => self.membership(expr, item, list),
            (operators::INDEX, None, [of, key]) => self.index(expr, of, key),
            (operators::MULTIPLY | operators::DIVIDE | operators::MODULO, None, _) => {
                self.fault(expr, "* / % are not part of the language of packs")
            }
            (sign, None, [one, other]) if comparison(sign).is_some() => {
                self.compare(expr, comparison(sign)?, one, other)
            }
            ("size", Some(of), []) | ("size", None, [of]) => self.size(of),
            ("startsWith", Some(text), [part]) => self.text_test(TextTest::StartsWith, text, part),
            ("endsWith", Some(text), [part]) => self.text_test(TextTest::EndsWith, text, part),
            ("contains", Some(text), [part]) => self.text_test(TextTest::Contains, text, part),
            ("matches", Some(text), [pattern]) | ("matches", None, [text, pattern]) => self.matches(text, pattern),
            ("lowerAscii", Some(text), []) => self.convert(Conversion::LowerAscii, text),
            ("duration", None, [text]) => self.convert(Conversion::Duration, text),
            ("timestamp", None, [text]) => self.convert(Conversion::Timestamp, text),
            ("int", None, [text]) => self.convert(Conversion::Int, text),
            ("unknown", None, [why]) => self.unknown(why),
            (name, ..) if FUNCTIONS.contains(&name) => {
                self.fault(expr, format!("{name}() is not called like this; see {}", usage(name)))
            }
            (name, ..) => {
                let near = nearest(name, "one", FUNCTIONS);
                self.fault(expr, format!("there is no function {name}(){near}"))
            }
        }
    }

    fn negate(&mut self, of: &'c IdedExpr) -> Option<Typed> {
        let typed = self.part(of)?;
        match typed.of {
            Type::Int | Type::Duration => Typed::new(Node::Negate(Box::new(typed.node)), typed.of),
            other @ (Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Timestamp
            | Type::List(_)
            | Type::Record(_)
            | Type::Map(_)
            | Type::Dynamic) => self.fault(of, format!("only int and duration have a minus, and this is {other}")),
        }
    }

    /// A chain of one connective, which the parser made into a tree.
    fn connective(&mut self, expr: &'c IdedExpr, sign: &str) -> Option<Typed> {
        let mut operands = Vec::new();
        let mut ahead = vec![expr];
        while let Some(next) = ahead.pop() {
            if let Expr::Call(call) = &next.expr
                && call.func_name == sign
                && call.target.is_none()
                && call.args.len() == 2
            {
                ahead.extend(call.args.iter().rev());
            } else {
                operands.push(next);
            }
        }
        let what = if sign == operators::LOGICAL_AND { "what && joins" } else { "what || joins" };
        // All are looked at, so that every fault is told.
        let parts: Vec<Option<Node>> =
            operands.into_iter().map(|operand| self.expect(operand, &Type::Bool, what)).collect();
        let parts: Vec<Node> = parts.into_iter().collect::<Option<_>>()?;
        Typed::new(if sign == operators::LOGICAL_AND { Node::And(parts) } else { Node::Or(parts) }, Type::Bool)
    }

    fn choice(&mut self, condition: &'c IdedExpr, then: &'c IdedExpr, otherwise: &'c IdedExpr) -> Option<Typed> {
        let asked = self.expect(condition, &Type::Bool, "the condition of ?:");
        let (one, other) = (self.part(then), self.part(otherwise));
        let (asked, one, other) = (asked?, one?, other?);
        let Some(of) = one.of.common(&other.of) else {
            return self.fault(otherwise, format!("?: gives {} or {}: both must be alike", one.of, other.of));
        };
        Typed::new(Node::If(Box::new([asked, one.node, other.node])), of)
    }

    fn compare(
        &mut self,
        expr: &'c IdedExpr,
        how: Comparison,
        one: &'c IdedExpr,
        other: &'c IdedExpr,
    ) -> Option<Typed> {
        let (left, right) = (self.part(one), self.part(other));
        let (left, right) = (left?, right?);
        let (sound, wants) = match how {
            Comparison::Equal | Comparison::Unequal => {
                (left.of.comparable(&right.of), "both sides must be of one type, and no records")
            }
            Comparison::Less | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast => {
                (left.of.ordered(&right.of), "both sides must be int, string, duration or timestamp, and alike")
            }
        };
        if !sound {
            return self.fault(expr, format!("{} {} {}: {wants}", left.of, how.sign(), right.of));
        }
        self.check_words(&left.of, other)?;
        self.check_words(&right.of, one)?;
        Typed::new(Node::Compare(how, Box::new([left.node, right.node])), Type::Bool)
    }

    fn membership(&mut self, expr: &'c IdedExpr, item: &'c IdedExpr, list: &'c IdedExpr) -> Option<Typed> {
        let (one, many) = (self.part(item), self.part(list));
        let (one, many) = (one?, many?);
        let lack = match &many.of {
            Type::List(items) if one.of.comparable(items) => Lack::Unset,
            Type::Dynamic => Lack::Unset,
            Type::Map(_) if one.of.is(&Type::Text) => Lack::Unknown,
            Type::List(_)
            | Type::Bool
            | Type::Int
            | Type::Text
            | Type::Enum(_)
            | Type::Duration
            | Type::Timestamp
            | Type::Record(_)
            | Type::Map(_) => return self.fault(expr, format!("{} cannot be in {}", one.of, many.of)),
        };
        self.check_words(&one.of, list)?;
        self.check_words(&many.of, item)?;
        Typed::new(Node::In(Box::new([one.node, many.node]), lack), Type::Bool)
    }

    fn sum(&mut self, expr: &'c IdedExpr, one: &'c IdedExpr, other: &'c IdedExpr) -> Option<Typed> {
        let (left, right) = (self.part(one), self.part(other));
        let (left, right) = (left?, right?);
        let of = match (&left.of, &right.of) {
            (Type::Int, Type::Int) => Some(Type::Int),
            (Type::Text | Type::Enum(_), Type::Text | Type::Enum(_)) => Some(Type::Text),
            (Type::Duration, Type::Duration) => Some(Type::Duration),
            (Type::Timestamp, Type::Duration) | (Type::Duration, Type::Timestamp) => Some(Type::Timestamp),
            (Type::List(_), Type::List(_)) => left.of.common(&right.of),
            (
                Type::Bool
                | Type::Int
                | Type::Text
                | Type::Enum(_)
                | Type::Duration
                | Type::Timestamp
                | Type::List(_)
                | Type::Record(_)
                | Type::Map(_)
                | Type::Dynamic,
                _,
            ) => None,
        };
        match of {
            Some(of) => Typed::new(Node::Add(Box::new([left.node, right.node])), of),
            None => self.fault(expr, format!("{} + {} has no meaning", left.of, right.of)),
        }
    }

    fn difference(&mut self, expr: &'c IdedExpr, one: &'c IdedExpr, other: &'c IdedExpr) -> Option<Typed> {
        let (left, right) = (self.part(one), self.part(other));
        let (left, right) = (left?, right?);
        let of = match (&left.of, &right.of) {
            (Type::Int, Type::Int) => Type::Int,
            (Type::Timestamp | Type::Duration, Type::Duration) => left.of,
            (Type::Timestamp, Type::Timestamp) => Type::Duration,
            (
                Type::Bool
                | Type::Int
                | Type::Text
                | Type::Enum(_)
                | Type::Duration
                | Type::Timestamp
                | Type::List(_)
                | Type::Record(_)
                | Type::Map(_)
                | Type::Dynamic,
                _,
            ) => return self.fault(expr, format!("{} - {} has no meaning", left.of, right.of)),
        };
        Typed::new(Node::Subtract(Box::new([left.node, right.node])), of)
    }

    fn index(&mut self, expr: &'c IdedExpr, of: &'c IdedExpr, key: &'c IdedExpr) -> Option<Typed> {
        let (base, index) = (self.part(of), self.part(key));
        let (base, index) = (base?, index?);
        let values = match (&base.of, &index.of) {
            (Type::List(items), Type::Int) => (**items).clone(),
            (Type::Map(values), Type::Text) => (**values).clone(),
            (Type::Dynamic, Type::Int | Type::Text) => Type::Dynamic,
            (
                Type::Bool
                | Type::Int
                | Type::Text
                | Type::Enum(_)
                | Type::Duration
                | Type::Timestamp
                | Type::List(_)
                | Type::Record(_)
                | Type::Map(_)
                | Type::Dynamic,
                _,
            ) => return self.fault(expr, format!("{} has nothing at {}", base.of, index.of)),
        };
        if let Node::Literal(Datum::Text(key)) = &index.node {
            self.note_log(&base.node, key);
            return Typed::new(Node::Field(Box::new(base.node), key.clone()), values);
        }
        Typed::new(Node::Index(Box::new(base.node), Box::new(index.node)), values)
    }

    fn size(&mut self, of: &'c IdedExpr) -> Option<Typed> {
        let typed = self.part(of)?;
        match typed.of {
            Type::Text | Type::Enum(_) | Type::List(_) | Type::Dynamic => {
                Typed::new(Node::Size(Box::new(typed.node)), Type::Int)
            }
            other @ (Type::Bool | Type::Int | Type::Duration | Type::Timestamp | Type::Record(_) | Type::Map(_)) => {
                self.fault(of, format!("only lists and strings have a size, and this is {other}"))
            }
        }
    }

    fn text_test(&mut self, test: TextTest, text: &'c IdedExpr, part: &'c IdedExpr) -> Option<Typed> {
        let (text, part) = (
            self.expect(text, &Type::Text, "what startsWith, endsWith and contains are asked of"),
            self.expect(part, &Type::Text, "what startsWith, endsWith and contains look for"),
        );
        Typed::new(Node::Text(test, Box::new([text?, part?])), Type::Bool)
    }

    fn matches(&mut self, text: &'c IdedExpr, pattern: &'c IdedExpr) -> Option<Typed> {
        let searched = self.expect(text, &Type::Text, "what matches is asked of");
        let node = self.expect(pattern, &Type::Text, "a regular expression");
        let (searched, node) = (searched?, node?);
        let Node::Literal(Datum::Text(literal)) = &node else {
            return Typed::new(Node::MatchesComputed(Box::new([searched, node])), Type::Bool);
        };
        match regex(literal) {
            Ok(regex) => Typed::new(Node::Matches(Box::new(searched), regex), Type::Bool),
            Err(error) => {
                // The crate draws its errors over several lines; the last says what is wrong.
                let error = error.to_string();
                let why = error.lines().last().unwrap_or("it cannot be read").trim_start_matches("error: ");
                self.fault(pattern, format!("not a regular expression: {why}"))
            }
        }
    }

    /// What a pack's author knows that nobody can tell. It fits wherever a value is wanted.
    fn unknown(&mut self, why: &'c IdedExpr) -> Option<Typed> {
        let Node::Literal(Datum::Text(reason)) = self.part(why)?.node else {
            return self.fault(why, "unknown() takes a string: why nobody can tell");
        };
        Typed::new(Node::Unknown(reason), Type::Dynamic)
    }

    fn convert(&mut self, what: Conversion, text: &'c IdedExpr) -> Option<Typed> {
        let node = self.expect(text, &Type::Text, "what is read as another type")?;
        let literal = if let Node::Literal(Datum::Text(literal)) = &node { Some(literal.clone()) } else { None };
        let (of, read) = match (what, literal) {
            (Conversion::LowerAscii, _) => (Type::Text, None),
            (Conversion::Duration, literal) => {
                (Type::Duration, literal.map(|text| parse_duration(&text).map(Datum::Duration)))
            }
            (Conversion::Timestamp, literal) => {
                (Type::Timestamp, literal.map(|text| parse_timestamp(&text).map(Datum::Timestamp)))
            }
            (Conversion::Int, literal) => (Type::Int, literal.map(|text| text.parse().ok().map(Datum::Int))),
        };
        match read {
            None => Typed::new(Node::Convert(what, Box::new(node)), of),
            Some(Some(datum)) => Typed::new(Node::Literal(datum), of),
            Some(None) => self.fault(text, format!("this is no {of}; {}", usage_of(&of))),
        }
    }
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::Unequal,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::AtMost,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::AtLeast,
        _ => return None,
    })
}

fn usage_of(of: &Type) -> &'static str {
    match of {
        Type::Duration => "write it as \"43200s\" or \"12h\"",
        Type::Timestamp => "write it as \"2026-11-20T10:00:00Z\"",
        Type::Int
        | Type::Bool
        | Type::Text
        | Type::Enum(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Map(_)
        | Type::Dynamic => "write it as \"12\"",
    }
}

fn usage(function: &str) -> &'static str {
    match function {
        "all" => "list.all(x, condition)",
        "contains" => "text.contains(\"part\")",
        "duration" => "duration(\"12h\")",
        "endsWith" => "text.endsWith(\"part\")",
        "exists" => "list.exists(x, condition)",
        "exists_one" => "list.exists_one(x, condition)",
        "filter" => "list.filter(x, condition)",
        "has" => "has(record.field)",
        "int" => "int(\"12\")",
        "lowerAscii" => "text.lowerAscii()",
        "map" => "list.map(x, value)",
        "matches" => "text.matches(\"regular expression\")",
        "size" => "list.size()",
        "startsWith" => "text.startsWith(\"part\")",
        "unknown" => "unknown(\"why nobody can tell\")",
        _ => "timestamp(\"2026-11-20T10:00:00Z\")",
    }
}
