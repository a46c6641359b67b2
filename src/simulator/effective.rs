//! What holds for one user, as Google enforces it: session control and an app's access, through the org units.

use jiff::SignedDuration;

use super::actions::{Level, Session};
use super::scenario::{App, Binding, Bindings, BoundSession, File};
use super::tenant::Tenant;
use super::tree::{ROOT, Unit};

/// How long a user's session for Google Cloud lasts, for one app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// It never ends.
    None,
    /// So long after the user last signed in.
    After(SignedDuration),
}

impl Tenant {
    /// The nearest org unit's own setting, from the user's upwards. Where the units are is known at once; what is set on
    /// them is what has reached the endpoints.
    fn nearest<T>(&self, user: &str, own: impl Fn(&Unit) -> Option<T>) -> Option<T> {
        let home = self.residents.get(user).map_or(ROOT, |resident| resident.home);
        self.tree.upwards(home).find_map(|key| self.enforced.get(key).and_then(&own))
    }

    /// An app's access for a user.
    pub(super) fn access(&self, user: &str, client_id: &str) -> Level {
        self.nearest(user, |unit| unit.access.get(client_id).copied()).unwrap_or(Level::Unconfigured)
    }

    /// How long a session of this user lasts for this app: a binding's settings first, then the org unit's.
    pub(super) fn session_limit(&self, file: &File, user: &str, app: &App) -> Limit {
        if let Some(limit) = self.binding(file, user).and_then(|binding| bound_limit(binding, &app.key)) {
            return limit;
        }
        let session = self.nearest(user, |unit| unit.session).unwrap_or_else(|| file.oauth.unset_session());
        match session {
            Session::Inherit | Session::NotRequired => Limit::None,
            Session::Required { exempt_trusted_apps: true, .. }
                if self.access(user, &app.client_id) == Level::Trusted =>
            {
                Limit::None
            }
            Session::Required { frequency, .. } => Limit::After(frequency.duration()),
        }
    }

    /// The binding that was created last among those of the user's groups. Whether membership through another group counts
    /// is not known; here it does not.
    fn binding<'a>(&self, file: &'a File, user: &str) -> Option<&'a Binding> {
        let gcp = file.gcp.as_ref().filter(|gcp| gcp.bindings != Bindings::None)?;
        let id = &self.people.account(user)?.id;
        gcp.binding.iter().rev().map(toml::Spanned::get_ref).find(|binding| {
            let group = self.people.group(&binding.group);
            group.is_some_and(|group| group.members.iter().any(|member| member["id"] == id.as_str()))
        })
    }
}

/// The limit that a binding sets for an app; none at all where it has no session settings.
fn bound_limit(binding: &Binding, app: &str) -> Option<Limit> {
    let scoped = binding.scoped.iter().find(|scoped| scoped.app == app).map(|scoped| &scoped.session);
    let BoundSession { length, enabled, .. } = scoped.or(binding.session.as_ref())?;
    if *enabled == Some(false) {
        return Some(Limit::None);
    }
    let seconds: f64 = length.as_deref()?.strip_suffix('s')?.parse().ok()?;
    let length = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Some(if length.is_zero() { Limit::None } else { Limit::After(length) })
}
