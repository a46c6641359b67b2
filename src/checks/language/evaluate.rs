use super::expression::Expression;
use super::scope::Scope;
use super::value::Val;
use crate::facts::Truth;

impl Expression {
    /// Its value for the subject of a scope, as far as it is known.
    #[must_use]
    pub fn evaluate(&self, scope: &dyn Scope) -> Val {
        todo!("{:?} {}", self.node, scope.root(super::Root::Now).truth().is_true())
    }

    /// What a condition amounts to for the subject of a scope.
    #[must_use]
    pub fn truth(&self, scope: &dyn Scope) -> Truth {
        self.evaluate(scope).truth()
    }
}
