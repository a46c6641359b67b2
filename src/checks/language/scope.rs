use super::evaluate::field_of;
use super::schema::Root;
use super::value::{Datum, Val};
use crate::domain::SettingType;
use crate::facts::Truth;

/// Where an expression finds its inputs for one subject.
///
/// An evaluation asks only for what its conclusion may hang on, so a scope can keep what it was asked for as the grounds
/// of the conclusion.
pub trait Scope {
    /// The value in force of a setting's field; unknown where nobody knows it or where it has none.
    fn setting(&self, setting: &SettingType, field: &str) -> Val;

    /// The rules in force of a setting that is a list of them: a [`Datum::List`] of records.
    fn rules(&self, setting: &SettingType) -> Val;

    /// Any other input; never asked for [`Root::Settings`].
    fn root(&self, name: Root) -> Val;

    /// One field of such an input, which may be all that is asked for.
    fn field(&self, name: Root, field: &str) -> Val {
        field_of(&self.root(name), field)
    }

    /// Told where an expression came to `unknown("why")`, and not merely may have come to it.
    fn unsettled(&self, _why: &str) {}

    /// Whether a setting's field has a value, which is what `has()` asks for. By itself, a value that nobody knows may be
    /// there or not.
    fn is_set(&self, setting: &SettingType, field: &str) -> Truth {
        match self.setting(setting, field) {
            Val::Known(_, strength) => Val::Known(Datum::Bool(true), strength).truth(),
            Val::Unknown => Truth::Unknown,
        }
    }
}
