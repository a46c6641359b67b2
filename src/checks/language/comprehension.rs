//! CEL's macros, which its parser writes out as loops, read back as what was written.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};

/// A macro over a list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Macro<'e> {
    /// `list.exists(x, body)`
    Exists(&'e IdedExpr),
    /// `list.all(x, body)`
    All(&'e IdedExpr),
    /// `list.exists_one(x, body)`
    ExistsOne(&'e IdedExpr),
    /// `list.filter(x, condition)`
    Filter(&'e IdedExpr),
    /// `list.map(x, value)`, `list.map(x, condition, value)`
    Map {
        /// Which items.
        condition: Option<&'e IdedExpr>,
        /// What becomes of them.
        value: &'e IdedExpr,
    },
}

/// The macro that a loop was written as; `None` for a loop that none of them makes.
pub(super) fn decode(fold: &ComprehensionExpr) -> Option<Macro<'_>> {
    if fold.iter_var2.is_some() {
        return None;
    }
    let step = call(&fold.loop_step)?;
    match (&fold.accu_init.expr, step.func_name.as_str(), step.args.as_slice()) {
        (Expr::Literal(LiteralValue::Boolean(start)), operators::LOGICAL_OR, [_, body]) if !*start.inner() => {
            Some(Macro::Exists(body))
        }
        (Expr::Literal(LiteralValue::Boolean(start)), operators::LOGICAL_AND, [_, body]) if *start.inner() => {
            Some(Macro::All(body))
        }
        (Expr::Literal(LiteralValue::Int(_)), operators::CONDITIONAL, [body, _, _]) => Some(Macro::ExistsOne(body)),
        (Expr::List(_), operators::ADD, [_, added]) => Some(Macro::Map { condition: None, value: only(added)? }),
        (Expr::List(_), operators::CONDITIONAL, [condition, added, _]) => {
            let added = call(added)?.args.get(1)?;
            let value = only(added)?;
            // `filter` adds the variable itself; so does `map(x, condition, x)`, which is the same.
            if matches!(&value.expr, Expr::Ident(name) if *name == fold.iter_var) {
                Some(Macro::Filter(condition))
            } else {
                Some(Macro::Map { condition: Some(condition), value })
            }
        }
        _ => None,
    }
}

fn call(node: &IdedExpr) -> Option<&CallExpr> {
    if let Expr::Call(call) = &node.expr { Some(call) } else { None }
}

/// The item of a list of one.
fn only(node: &IdedExpr) -> Option<&IdedExpr> {
    if let Expr::List(list) = &node.expr
        && let [item] = list.elements.as_slice()
    {
        return Some(item);
    }
    None
}
