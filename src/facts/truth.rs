use std::ops::{BitAnd, BitOr, Not};

/// Three-valued logic with confidence: what is false, unknown or true, and whether that is proven or presumed.
///
/// The five values form a chain, and the connectives are the chain's minimum, maximum and mirror (strong Kleene logic,
/// refined). So `false & unknown` is false, whatever the unknown turns out to be, and a conclusion is proven only where
/// proven premises alone force it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Proven false.
    FalseProven,
    /// Presumed false.
    FalsePresumed,
    /// Not known, or in conflict.
    Unknown,
    /// Presumed true.
    TruePresumed,
    /// Proven true.
    TrueProven,
}

impl Truth {
    /// All five, lowest first.
    pub const ALL: [Self; 5] =
        [Self::FalseProven, Self::FalsePresumed, Self::Unknown, Self::TruePresumed, Self::TrueProven];

    /// What a plain, proven answer is.
    #[must_use]
    pub fn proven(answer: bool) -> Self {
        if answer { Self::TrueProven } else { Self::FalseProven }
    }

    /// What a plain, presumed answer is.
    #[must_use]
    pub fn presumed(answer: bool) -> Self {
        if answer { Self::TruePresumed } else { Self::FalsePresumed }
    }

    /// What is known where one of two cases holds, and it is open which: only what is so in both.
    #[must_use]
    pub fn in_either_case(self, other: Self) -> Self {
        if self.is_true() && other.is_true() {
            self.min(other)
        } else if self.is_false() && other.is_false() {
            self.max(other)
        } else {
            Self::Unknown
        }
    }

    /// True, proven or presumed.
    #[must_use]
    pub fn is_true(self) -> bool {
        self > Self::Unknown
    }

    /// False, proven or presumed.
    #[must_use]
    pub fn is_false(self) -> bool {
        self < Self::Unknown
    }
}

impl BitAnd for Truth {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.min(other)
    }
}

impl BitOr for Truth {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.max(other)
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::FalseProven => Self::TrueProven,
            Self::FalsePresumed => Self::TruePresumed,
            Self::Unknown => Self::Unknown,
            Self::TruePresumed => Self::FalsePresumed,
            Self::TrueProven => Self::FalseProven,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What plain three-valued logic sees: presumptions taken away, or taken at their word.
    fn strictly(value: Truth) -> Option<bool> {
        match value {
            Truth::FalseProven => Some(false),
            Truth::TrueProven => Some(true),
            Truth::FalsePresumed | Truth::Unknown | Truth::TruePresumed => None,
        }
    }

    fn trustingly(value: Truth) -> Option<bool> {
        match value {
            Truth::FalseProven | Truth::FalsePresumed => Some(false),
            Truth::Unknown => None,
            Truth::TruePresumed | Truth::TrueProven => Some(true),
        }
    }

    fn kleene_and(one: Option<bool>, other: Option<bool>) -> Option<bool> {
        match (one, other) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            (None, Some(true) | None) | (Some(true), None) => None,
        }
    }

    #[test]
    fn laws() {
        for a in Truth::ALL {
            assert_eq!(!!a, a);
            assert_eq!(a & Truth::TrueProven, a);
            assert_eq!(a | Truth::FalseProven, a);
            assert_eq!(a & Truth::FalseProven, Truth::FalseProven);
            assert_eq!(a | Truth::TrueProven, Truth::TrueProven);
            for b in Truth::ALL {
                assert_eq!(a & b, b & a);
                assert_eq!(a | b, b | a);
                assert_eq!(!(a & b), !a | !b);
                assert_eq!(a & (a | b), a);
                for c in Truth::ALL {
                    assert_eq!((a & b) & c, a & (b & c));
                    assert_eq!(a & (b | c), (a & b) | (a & c));
                }
            }
        }
    }

    #[test]
    fn in_either_case_only_what_both_agree_on_is_known() {
        for a in Truth::ALL {
            assert_eq!(a.in_either_case(a), a);
            for b in Truth::ALL {
                let both = a.in_either_case(b);
                assert_eq!(both, b.in_either_case(a));
                assert_eq!(both.is_true(), a.is_true() && b.is_true());
                assert_eq!(both.is_false(), a.is_false() && b.is_false());
                assert_eq!(strictly(both), strictly(a).filter(|_| strictly(a) == strictly(b)));
                assert_eq!(!both, (!a).in_either_case(!b));
                for c in Truth::ALL {
                    assert_eq!(both.in_either_case(c), a.in_either_case(b.in_either_case(c)));
                }
            }
        }
    }

    #[test]
    fn both_readings_are_kleene_s() {
        for a in Truth::ALL {
            assert_eq!(strictly(!a), strictly(a).map(|answer| !answer));
            for b in Truth::ALL {
                assert_eq!(strictly(a & b), kleene_and(strictly(a), strictly(b)));
                assert_eq!(trustingly(a & b), kleene_and(trustingly(a), trustingly(b)));
            }
        }
    }
}
