use std::fmt;

/// An org unit's id, without the prefix that each API puts before it (`orgUnits/` here, `id:` in the Directory).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgUnitId(String);

impl OrgUnitId {
    /// From what Google sent.
    #[must_use]
    pub fn from_google(text: &str) -> Self {
        let text = text.strip_prefix("orgUnits/").unwrap_or(text);
        Self(text.strip_prefix("id:").unwrap_or(text).to_owned())
    }

    /// Without prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A group's id, without the `groups/` that the Policy API and Cloud Identity put before it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(String);

impl GroupId {
    /// Stands for all administrators; in no list of groups (seen with two-step verification).
    const ALL_ADMINS: &'static str = "WORKSPACE_ALL_ADMIN_GROUP";

    /// From what Google sent.
    #[must_use]
    pub fn from_google(text: &str) -> Self {
        Self(text.strip_prefix("groups/").unwrap_or(text).to_owned())
    }

    /// Without prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True of the special id that stands for all administrators, and is in no list of groups.
    #[must_use]
    pub fn is_all_admins(&self) -> bool {
        self.0 == Self::ALL_ADMINS
    }
}

/// What a licence is for: a product, and which edition of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku {
    product: String,
    sku: String,
}

impl Sku {
    /// From a licence assignment's `productId` and `skuId`.
    #[must_use]
    pub fn new(product: &str, sku: &str) -> Self {
        Self { product: product.to_owned(), sku: sku.to_owned() }
    }

    /// From a policy's query: `/product/Google-Apps/sku/1010020020`. `None` of anything else.
    #[must_use]
    pub fn from_google(text: &str) -> Option<Self> {
        let (product, sku) = text.strip_prefix("/product/")?.split_once("/sku/")?;
        let sound = |part: &str| !part.is_empty() && !part.contains('/');
        (sound(product) && sound(sku)).then(|| Self::new(product, sku))
    }

    /// Its product: `Google-Apps`.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Its edition: `1010020020`.
    #[must_use]
    pub fn sku(&self) -> &str {
        &self.sku
    }
}

macro_rules! shown_as_it_is {
    ($($id:ty),*) => {$(
        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

shown_as_it_is!(OrgUnitId, GroupId);

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/product/{}/sku/{}", self.product, self.sku)
    }
}

impl fmt::Debug for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_do_not_hinder_the_join() {
        let id = OrgUnitId::from_google("03ph8a2z");
        assert_eq!(OrgUnitId::from_google("orgUnits/03ph8a2z"), id);
        assert_eq!(OrgUnitId::from_google("id:03ph8a2z"), id);
        assert_eq!(GroupId::from_google("groups/g1"), GroupId::from_google("g1"));
        assert!(GroupId::from_google("WORKSPACE_ALL_ADMIN_GROUP").is_all_admins());
    }

    #[test]
    fn skus_are_written_in_one_way() {
        let sku = Sku::new("Google-Apps", "1010020020");
        assert_eq!(Sku::from_google("/product/Google-Apps/sku/1010020020"), Some(sku.clone()));
        assert_eq!(sku.to_string(), "/product/Google-Apps/sku/1010020020");
        for odd in ["", "1010020020", "/product/P/sku/", "/product//sku/S", "/product/P/sku/S/x", "product/P/sku/S"] {
            assert_eq!(Sku::from_google(odd), None, "{odd}");
        }
    }
}
