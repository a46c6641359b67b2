//! One GET, described: what is asked, of whom, and what an error to it would mean.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::customer::CustomerKey;
use super::endpoint::{Api, Endpoint};
use super::error::{ApiError, ErrorKind};

/// RFC 3986's unreserved characters, and the `@` of addresses.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// A call of one of Google's read methods.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) api: Api,
    /// The method as Google's documents name it, such as `directory.users.list`.
    pub(crate) name: &'static str,
    /// The path with its parameters' names, which may be logged.
    pub(crate) template: &'static str,
    path: String,
    query: Vec<(&'static str, String)>,
    names_customer: bool,
    page_token: Option<String>,
    pub(crate) page: u32,
    pub(crate) attempt: u32,
    /// The token that Google rejected, so that another is wanted.
    pub(crate) rejected_token: Option<u64>,
}

impl Call {
    /// Fills the template's `{…}` with the values, in order.
    pub(crate) fn new(api: Api, name: &'static str, template: &'static str, values: &[&str]) -> Self {
        let mut path = String::new();
        let mut rest = template;
        let mut values = values.iter();
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            path.extend(values.next().into_iter().flat_map(|value| utf8_percent_encode(value, SEGMENT)));
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        path.push_str(rest);
        Self {
            api,
            name,
            template,
            path,
            query: Vec::new(),
            names_customer: false,
            page_token: None,
            page: 1,
            attempt: 1,
            rejected_token: None,
        }
    }

    /// With a parameter.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// With a parameter, where there is a value for it.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The call names that customer, so that an error to it may mean that there is none. `my_customer` always is.
    pub(crate) fn about(mut self, customer: &CustomerKey) -> Self {
        self.names_customer = customer.id().is_some();
        self
    }

    /// The same call for pages of one thing, where it comes in pages.
    pub(crate) fn smallest(mut self) -> Self {
        for (name, value) in &mut self.query {
            if matches!(*name, "maxResults" | "pageSize") {
                "1".clone_into(value);
            }
        }
        self
    }

    /// The same call for a later page, all other parameters unchanged, as Google asks.
    pub(crate) fn page(&self, token: &str, page: u32) -> Self {
        Self { page_token: Some(token.to_owned()), page, attempt: 1, ..self.clone() }
    }

    pub(crate) fn names_customer(&self) -> bool {
        self.names_customer && self.page == 1
    }

    pub(crate) fn url(&self, endpoint: Option<&Endpoint>) -> String {
        let mut target = self.path.clone();
        let page = self.page_token.iter().map(|token| ("pageToken", token.as_str()));
        let pairs: Vec<_> = self.query.iter().map(|(name, value)| (*name, value.as_str())).chain(page).collect();
        if !pairs.is_empty() {
            target.push('?');
            target.push_str(&form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish());
        }
        Endpoint::url(endpoint, self.api, &target)
    }

    /// An error of this call.
    pub(crate) fn failed(&self, kind: ErrorKind) -> ApiError {
        ApiError::new(self.api, self.name, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_keys_stay_one_segment_and_tokens_one_value() {
        let call = Call::new(Api::Directory, "x", "/users/{userKey}/tokens", &["a/b#c?d%e+f é@example.com"])
            .with("filter", "customer==\"customers/C1\"")
            .page("x+y/z=&pageToken=evil", 2);
        assert_eq!(
            call.url(None),
            "https://admin.googleapis.com/users/a%2Fb%23c%3Fd%25e%2Bf%20%C3%A9@example.com/tokens\
             ?filter=customer%3D%3D%22customers%2FC1%22&pageToken=x%2By%2Fz%3D%26pageToken%3Devil"
        );
    }
}
