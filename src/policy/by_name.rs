use std::ops::Index;

/// Things by name, such as the fields of a setting. Most settings have one or two and there are tens of thousands of
/// policies and results of their reduction, of which maps would be empty space for the greater part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByName<T>(Box<[(Box<str>, T)]>);

impl<T> ByName<T> {
    /// What has that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        let at = self.0.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(&self.0[at].1)
    }

    /// All of them, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, thing)| (&**name, thing))
    }
}

impl<T> FromIterator<(Box<str>, T)> for ByName<T> {
    /// Each name is there once.
    fn from_iter<I: IntoIterator<Item = (Box<str>, T)>>(things: I) -> Self {
        let mut things: Box<[(Box<str>, T)]> = things.into_iter().collect();
        things.sort_by(|(one, _), (other, _)| one.cmp(other));
        Self(things)
    }
}

impl<T> Index<&str> for ByName<T> {
    type Output = T;

    fn index(&self, name: &str) -> &T {
        self.get(name).unwrap_or_else(|| panic!("nothing is called {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_found_by_its_name() {
        let things: ByName<u8> = [("b".into(), 2), ("c".into(), 3), ("a".into(), 1)].into_iter().collect();
        assert_eq!(things.iter().collect::<Vec<_>>(), [("a", &1), ("b", &2), ("c", &3)]);
        assert!(things.iter().all(|(name, thing)| things.get(name) == Some(thing) && things[name] == *thing));
        assert_eq!(things.get("d"), None);
    }
}
