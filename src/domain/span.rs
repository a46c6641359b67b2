use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Length of a Google Cloud session: whole seconds, from one hour to twenty-four.
///
/// The bounds are those of the console's page (support.google.com/a/answer/9368756).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SessionLength(u32);

/// The operator wrote something that is not a session length.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a session length; write hours from \"1h\" to \"24h\"")]
pub struct InvalidSessionLength(String);

impl SessionLength {
    /// The shortest that the console offers.
    pub const SHORTEST: Self = Self(3_600);
    /// The longest that the console offers.
    pub const LONGEST: Self = Self(86_400);

    /// From seconds; `None` outside one to twenty-four hours.
    #[must_use]
    pub fn from_seconds(seconds: u64) -> Option<Self> {
        let seconds = u32::try_from(seconds).ok()?;
        (Self::SHORTEST.0..=Self::LONGEST.0).contains(&seconds).then_some(Self(seconds))
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// As a duration to reckon with.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.0))
    }
}

impl fmt::Display for SessionLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&humane_duration(self.duration()))
    }
}

impl FromStr for SessionLength {
    type Err = InvalidSessionLength;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || InvalidSessionLength(text.to_owned());
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
        let number: u64 = text[..digits].parse().map_err(|_| refuse())?;
        let factor = match &text[digits..] {
            "h" => 3_600,
            "m" => 60,
            "s" => 1,
            _ => return Err(refuse()),
        };
        number.checked_mul(factor).and_then(Self::from_seconds).ok_or_else(refuse)
    }
}

impl<'de> Deserialize<'de> for SessionLength {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A duration for people: `16 h`, `16 h 30 min`, `45 s`, `3 d`.
#[must_use]
pub fn humane_duration(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().unsigned_abs();
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (1, 0, 0) => "24 h".to_owned(),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// A moment for people, to the minute, always in UTC: `2026-11-23 10:00 UTC`.
#[must_use]
pub fn humane_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_lengths_keep_to_the_console() {
        assert_eq!("16h".parse::<SessionLength>().map(SessionLength::seconds), Ok(57_600));
        assert_eq!("90m".parse::<SessionLength>().map(SessionLength::seconds), Ok(5_400));
        for bad in ["", "16", "h", "0h", "25h", "30m", "16 h", "-1h", "99999999999999999999h"] {
            assert!(bad.parse::<SessionLength>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn people_read_durations() {
        let of = |seconds| humane_duration(SignedDuration::from_secs(seconds));
        assert_eq!(of(57_600), "16 h");
        assert_eq!(of(59_400), "16 h 30 min");
        assert_eq!(of(45), "45 s");
        assert_eq!(of(86_400), "24 h");
        assert_eq!(of(3 * 86_400 + 3_600), "3 d 1 h");
    }
}
