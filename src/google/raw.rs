//! A thing exactly as Google sent it, and the typed view of it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

/// One thing exactly as Google sent it, to be read as a `T`.
///
/// Unknown fields, unknown values and fields of an unexpected type all survive in here, so that anything Google
/// returned can be judged again later.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Raw<T> {
    value: Value,
    #[serde(skip)]
    view: PhantomData<fn() -> T>,
}

/// A thing that Google sent does not have the documented shape.
#[derive(Debug, Error)]
#[error("Google sent something of an unexpected shape: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

impl<T> Raw<T> {
    /// Wraps what Google sent.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { value, view: PhantomData }
    }

    /// As it was sent.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// As it was sent, given away.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.value
    }
}

impl<T: DeserializeOwned> Raw<T> {
    /// The fields that gwsaudit knows.
    ///
    /// # Errors
    /// [`Unreadable`] where a known field is of another type, or one that must be there is missing.
    pub fn read(&self) -> Result<T, Unreadable> {
        Ok(T::deserialize(&self.value)?)
    }
}

impl<T> Clone for Raw<T> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

impl<T> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.value, f)
    }
}
