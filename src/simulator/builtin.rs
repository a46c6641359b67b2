//! The scenarios that ship with the program.

/// Name and text of each.
pub(super) const ALL: [(&str, &str); 5] = [
    ("contradictory", include_str!("../../config/scenarios/contradictory.toml")),
    ("healthy", include_str!("../../config/scenarios/healthy.toml")),
    ("mixed", include_str!("../../config/scenarios/mixed.toml")),
    ("never-configured", include_str!("../../config/scenarios/never-configured.toml")),
    ("okta-gmail-broken", include_str!("../../config/scenarios/okta-gmail-broken.toml")),
];
