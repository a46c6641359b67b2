//! Users, their grants, and the bindings that may decide for them.

use serde_json::{Value, json};

use super::deeds::Pick;
use super::log::id_and_name;
use super::plan::Unwritten;
use super::world::{App, Level, Session, World};
use crate::verdicts::tenant::{CLOUD, MAIL};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Active,
    Suspended,
    Deleted,
}

/// Scopes of a user's grant to the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    Cloud,
    CloudAndMail,
    Mail,
    /// On neither list.
    Undocumented,
}

impl Grant {
    pub(super) fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Cloud => &[CLOUD],
            Self::CloudAndMail => &[CLOUD, MAIL],
            Self::Mail => &[MAIL],
            Self::Undocumented => &["https://www.googleapis.com/auth/script.projects"],
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) unit: Pick,
    pub(super) standing: Standing,
    pub(super) grant: Option<Grant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    None,
    Hours(u8),
}

impl Limit {
    fn json(self) -> Value {
        match self {
            Self::None => json!({"sessionLength": "0s", "sessionLengthEnabled": false}),
            Self::Hours(hours) => {
                json!({"sessionLength": format!("{}s", u32::from(hours) * 3600), "sessionLengthEnabled": true})
            }
        }
    }
}

/// A binding of a group; of two, the later in the list is the newer.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) own: Option<Limit>,
    pub(super) scoped: Option<(App, Limit)>,
    pub(super) members: Vec<usize>,
    /// Members of a group inside the group.
    pub(super) nested: Vec<usize>,
}

impl Binding {
    pub(super) fn json(&self) -> Value {
        let mut rest = json!({});
        if let Some(limit) = self.own {
            rest["sessionSettings"] = limit.json();
        }
        if let Some((app, limit)) = self.scoped {
            rest["scopedAccessSettings"] = json!([{
                "scope": {"clientScope": {"restrictedClientApplication": {"clientId": id_and_name(app).0}}},
                "activeSettings": {"sessionSettings": limit.json()}}]);
        }
        rest
    }

    /// What it demands of a session with the app under audit.
    pub(super) fn demand(&self) -> Option<Limit> {
        match self.scoped {
            Some((App::Okta, limit)) => Some(limit),
            Some((App::Other, _)) | None => self.own,
        }
    }
}

/// Whether the connection of a user outlives the session.
pub(super) fn survives(world: &World, user: usize, grant: Grant, bindings: &[Binding], unwritten: Unwritten) -> bool {
    let cloud = match grant {
        Grant::Cloud | Grant::CloudAndMail => true,
        Grant::Mail => false,
        Grant::Undocumented => unwritten.other_scopes_are_cloud,
    };
    let unit = world.users[user];
    let (_, console) = world.session_in_force(unit);
    let binds = |binding: &&Binding| {
        binding.members.contains(&user) || (unwritten.nested_counts && binding.nested.contains(&user))
    };
    let mut newest_first = bindings.iter().rev().filter(binds);
    let bound = if unwritten.silent_binding_decides {
        newest_first.next().and_then(Binding::demand)
    } else {
        newest_first.find_map(Binding::demand)
    };
    let required = match bound {
        Some(Limit::None) => false,
        Some(Limit::Hours(_)) => true,
        None => console != Session::Never,
    };
    let ticked = matches!(console, Session::Required(terms) if terms.exempt);
    let exempt = ticked && (bound.is_none() || unwritten.exemption_under_binding);
    !cloud || !required || (exempt && world.level_in_force(unit, App::Okta) == Some(Level::Trusted))
}
