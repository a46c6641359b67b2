use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Which customer (tenant) a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerKey {
    /// `my_customer`: that of the administrator acted for.
    Mine,
    /// `C0123abcd`.
    Id(CustomerId),
}

/// An opaque customer ID that is fit for a request: `C` and then letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(String);

/// Neither `my_customer` nor an ID.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{0:?} is no customer ID; write my_customer, or the ID from Admin console > Account settings, such as C0123abcd"
)]
pub struct InvalidCustomer(String);

impl CustomerKey {
    /// As it stands in a path or a parameter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mine => "my_customer",
            Self::Id(id) => &id.0,
        }
    }

    /// The ID, where it is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Mine => None,
            Self::Id(id) => Some(&id.0),
        }
    }
}

impl FromStr for CustomerKey {
    type Err = InvalidCustomer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "my_customer" => Ok(Self::Mine),
            _ => text.parse().map(Self::Id),
        }
    }
}

impl CustomerId {
    /// As it stands in a path or a parameter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CustomerId {
    type Err = InvalidCustomer;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sound = text.strip_prefix('C').is_some_and(|rest| {
            !rest.is_empty() && rest.len() <= 63 && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if sound { Ok(Self(text.to_owned())) } else { Err(InvalidCustomer(text.to_owned())) }
    }
}

impl fmt::Display for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_cannot_break_out_of_a_filter() {
        assert_eq!("my_customer".parse(), Ok(CustomerKey::Mine));
        assert_eq!("C0123abcd".parse::<CustomerKey>().map(|key| key.to_string()), Ok("C0123abcd".to_owned()));
        for bad in ["", "C", "c0123", "C01\"||true", "C0 1", "MY_CUSTOMER", "C/.."] {
            assert!(bad.parse::<CustomerKey>().is_err(), "{bad}");
        }
    }
}
