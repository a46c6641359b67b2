use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// A moment relative to another, for scenarios the simulator's start: `-40d`, `-3d4h30m`, `+365d`, `now`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Offset(pub(super) SignedDuration);

/// A length of time: `23h40m`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Length(pub(super) SignedDuration);

/// Longer than any log reaches back, and short enough that no sum can overflow.
const FARTHEST_DAYS: i64 = 40_000;

impl Offset {
    /// That other moment.
    pub const ZERO: Self = Self(SignedDuration::ZERO);

    /// The moment itself; the other one where there is no such time.
    #[must_use]
    pub fn from(self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.0).unwrap_or(now)
    }

    pub(super) fn is_future(self) -> bool {
        self.0.is_positive()
    }
}

fn length(text: &str) -> Option<SignedDuration> {
    let mut total: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest[..digits].parse().ok()?;
        let unit = match rest[digits..].chars().next()? {
            'd' => 86_400,
            'h' => 3_600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty() && total <= FARTHEST_DAYS * 86_400).then(|| SignedDuration::from_secs(total))
}

impl FromStr for Offset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = match text.as_bytes().first() {
            _ if text == "now" => Some(SignedDuration::ZERO),
            Some(b'-') => length(&text[1..]).map(|length| -length),
            Some(b'+') => length(&text[1..]),
            _ => None,
        };
        found.map(Self).ok_or_else(|| format!("{text:?} is not a time offset; write \"-40d\", \"-3d4h\", or \"now\""))
    }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        length(text)
            .filter(|length| !length.is_zero())
            .map(Self)
            .ok_or_else(|| format!("{text:?} is not a length of time; write \"1d\" or \"23h40m\""))
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_signed_and_composite() {
        let seconds = |text: &str| text.parse::<Offset>().map(|offset| offset.0.as_secs());
        assert_eq!(seconds("-3d4h"), Ok(-(3 * 86_400 + 4 * 3_600)));
        assert_eq!(seconds("+1d"), Ok(86_400));
        assert_eq!(seconds("now"), Ok(0));
        for bad in ["", "3d", "-", "-3", "-d", "-3w", "--3d", "-99999999999999999999d", "-50000d", "-3é"] {
            assert!(seconds(bad).is_err(), "{bad:?}");
        }
    }
}
