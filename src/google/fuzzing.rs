//! Entrances to what reads Google's answers, for the fuzz targets.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::desktop_oauth::{Identity, readers};
use super::endpoint::Api;
use super::error::{ApiError, ErrorKind, Garbling, presentable};
use super::error_body::{Asked, ErrorBody, token_kind};
use super::raw::Raw;
use super::transport::{BodyFault, Encoding, unpack};
use super::{
    access_context, directory, domains, inbound_sso, licensing, pages, policies, reports, resource_manager, roles,
};
use crate::domain::{Secret, is_hidden};

/// A list of Google's: the key of its things, and what reads one of them.
type List = (&'static str, fn(&Value));

const LISTS: [List; 14] = [
    ("organizationUnits", thing::<directory::OrgUnit>),
    ("users", thing::<directory::User>),
    ("items", thing::<directory::Token>),
    ("groups", thing::<directory::Group>),
    ("members", thing::<directory::Member>),
    ("items", thing::<reports::Activity>),
    ("items", thing::<roles::Role>),
    ("items", thing::<roles::RoleAssignment>),
    ("items", thing::<licensing::LicenseAssignment>),
    ("domains", thing::<domains::Domain>),
    ("policies", thing::<policies::Policy>),
    ("inboundSsoAssignments", thing::<inbound_sso::InboundSsoAssignment>),
    ("organizations", thing::<resource_manager::Organization>),
    ("gcpUserAccessBindings", thing::<access_context::GcpUserAccessBinding>),
];

fn thing<T: DeserializeOwned + 'static>(value: &Value) {
    let raw = Raw::<T>::new(value.clone());
    // Read or not, it is kept as it was sent.
    drop(raw.read());
    let written = serde_json::to_string(&raw).expect("it was JSON");
    assert_eq!(&serde_json::from_str::<Value>(&written).expect("it is JSON"), value);
}

/// A page of a list, of each API, read as the client reads it: unpacked within a bound, parsed, opened, each thing viewed.
pub fn api_body(data: &[u8]) {
    let limit = data.len().min(1 << 16);
    match unpack(Bytes::copy_from_slice(data), Encoding::Gzip, limit) {
        Ok(unpacked) => assert!(unpacked.len() <= limit),
        Err(BodyFault::TooLarge | BodyFault::Stalled | BodyFault::Broken(_) | BodyFault::Undecodable(_)) => {}
    }
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    for (items, read) in LISTS {
        let sent = body.get(items).and_then(Value::as_array).map_or(0, Vec::len);
        match pages::open(body.clone(), items) {
            Ok((things, token)) => {
                assert_eq!(things.len(), sent, "no thing is lost");
                assert!(token.is_none_or(|token| !token.is_empty()));
                things.iter().for_each(read);
            }
            Err(why) => assert_fit_to_be_shown(
                &ApiError::new(Api::Directory, "x", ErrorKind::Garbled(Garbling::Shape)).with_message(&why),
            ),
        }
    }
    thing::<directory::Customer>(&body);
}

fn assert_fit_to_be_shown(error: &ApiError) {
    let words = error.to_string();
    assert!(!words.chars().any(is_hidden), "{words:?}");
    assert!(words.len() < 4_000, "{} bytes", words.len());
}

/// A refusal, whatever its status.
pub fn google_error_body(data: &[u8]) {
    let body = ErrorBody::parse(data);
    for status in [400, 401, 403, 404, 409, 412, 429, 500, 503] {
        for names_customer in [false, true] {
            let asked =
                Asked { api: Api::Directory, scope: "https://www.googleapis.com/auth/cloud-platform", names_customer };
            let kind = body.kind(status, asked);
            if let ErrorKind::ApiNotEnabled { service, activation_url } = &kind {
                assert!(activation_url.starts_with("https://console."), "{activation_url}");
                assert!(!service.chars().any(is_hidden) && !activation_url.chars().any(is_hidden));
            }
            let error = ApiError::new(Api::Directory, "directory.users.list", kind)
                .with_status(status)
                .with_reason(body.reason())
                .with_message(body.message().unwrap_or_default());
            assert_fit_to_be_shown(&error);
            drop(super::next_step(&error));
        }
    }
    drop(token_kind(body.reason().unwrap_or_default(), body.message().unwrap_or_default(), "scope"));
}

/// What comes back of an authorisation: an address that somebody pastes, and the token endpoint's answers.
pub fn oauth_answer(data: &[u8]) {
    for status in [200, 400, 401, 500] {
        let (_, words) = readers::token_answer(status, data);
        assert!(words.is_none_or(|words| !words.chars().any(is_hidden) && words.len() < 4_000));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let state = Secret::new("state".to_owned());
    match readers::presented_address(text, &state) {
        Some(Ok(code)) => assert!(!code.expose().is_empty() && text.contains("state")),
        Some(Err(words)) => assert!(!words.chars().any(is_hidden) && words.len() < 400, "{words:?}"),
        None => {}
    }
    if let Some(identity) = Identity::from_jwt(text) {
        assert!(!identity.audience.is_empty() && !identity.subject.is_empty());
    }
    let shown = presentable(text, 100);
    assert!(!shown.chars().any(is_hidden) && shown.len() <= 104, "{shown:?}");
}
