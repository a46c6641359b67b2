use std::fmt;

use rust_decimal::Decimal;
use serde_json::value::RawValue;
use thiserror::Error;

/// Which policy of a type wins: the greater one. Exactly as it was written, as `201.00109` and `201.00034` are different
/// places, and ever finer ones come between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SortOrder(Decimal);

/// Google sent a sortOrder that is no number, or one of more digits than can be told apart here (28).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0} is no sortOrder")]
pub struct InvalidSortOrder(String);

impl SortOrder {
    /// From its JSON: a number, or a text of one.
    ///
    /// # Errors
    /// [`InvalidSortOrder`] where it is something else.
    pub fn from_json(raw: &RawValue) -> Result<Self, InvalidSortOrder> {
        let invalid = || InvalidSortOrder(raw.get().chars().take(80).collect());
        let text = match serde_json::from_str::<String>(raw.get()) {
            Ok(text) => text,
            Err(_) => raw.get().to_owned(),
        };
        Self::from_number(&text).ok_or_else(invalid)
    }

    /// A whole number.
    pub(super) fn whole(number: u32) -> Self {
        Self(Decimal::from(number))
    }

    /// One further on.
    pub(super) fn successor(self) -> Self {
        Self(self.0.saturating_add(Decimal::ONE))
    }

    /// The middle between the two.
    pub(super) fn halfway_to(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0.saturating_sub(self.0) / Decimal::TWO))
    }

    /// From a number as JSON writes them.
    fn from_number(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (base, exponent) = match text.split_once(['e', 'E']) {
            Some((base, exponent)) => (base, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = base.split_once('.').unwrap_or((base, "0"));
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return None;
        }
        // The value is the digits, with the point after so many of them.
        let digits = format!("{whole}{fraction}");
        let leading = digits.bytes().take_while(|b| *b == b'0').count();
        let digits = digits.trim_matches('0');
        if digits.is_empty() {
            return Some(Self(Decimal::ZERO));
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + i64::from(exponent);
        let length = i64::try_from(digits.len()).ok()?;
        let plain = if !(-30..=30).contains(&point) {
            return None;
        } else if point <= 0 {
            format!("0.{}{digits}", "0".repeat(usize::try_from(-point).ok()?))
        } else if point >= length {
            format!("{digits}{}", "0".repeat(usize::try_from(point - length).ok()?))
        } else {
            let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
            format!("{whole}.{fraction}")
        };
        let value = Decimal::from_str_exact(&plain).ok()?;
        Some(Self(if negative { -value } else { value }))
    }
}

impl fmt::Display for SortOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.normalize(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(json: &str) -> Result<SortOrder, InvalidSortOrder> {
        SortOrder::from_json(&RawValue::from_string(json.to_owned()).unwrap())
    }

    #[test]
    fn numbers_are_compared_to_their_last_digit() {
        assert!(order("201.00109").unwrap() > order("201.00034").unwrap());
        assert!(order("201.9").unwrap() > order("201.10").unwrap());
        assert!(order("202").unwrap() > order("201.99999").unwrap());
        assert_ne!(order("201.00000000000000000001"), order("201.00000000000000000002"));
        assert_eq!(order("202").unwrap(), order("202.000").unwrap());
        assert!(order("-1").unwrap() < order("0").unwrap());
        assert_eq!(order("0").unwrap(), order("-0.0").unwrap());
    }

    #[test]
    fn texts_and_exponents_count() {
        assert_eq!(order("\"201.5\"").unwrap(), order("201.5").unwrap());
        for (scientific, plain) in
            [("2.015E2", "201.5"), ("2015e-1", "201.5"), ("0.0002015e+6", "201.5"), ("1e3", "1000"), ("5e-3", "0.005")]
        {
            assert_eq!(order(scientific).unwrap(), order(plain).unwrap(), "{scientific}");
        }
        assert_eq!(order("201.50").unwrap().to_string(), "201.5");
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        for odd in
            ["\"\"", "\"x\"", "\".5\"", "\"5.\"", "true", "{}", "1e999", "1e-999", "\"1e99999999999\"", "\"--1\""]
        {
            assert!(order(odd).is_err(), "{odd}");
        }
        assert!(order("0.12345678901234567890123456789012345").is_err());
        assert!(order("123456789012345678901234567890123").is_err());
    }
}
