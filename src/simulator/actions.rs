//! The part of a scenario file that says what administrators did, and the values that they set.

use serde::Deserialize;

use super::offset::Offset;
use crate::domain::{OrgUnitPath, SessionLength};

/// What an administrator did, or is going to do while the simulator runs (`at = "+6h"`): exactly one deed.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawAction")]
pub(super) struct Action {
    pub(super) at: Offset,
    /// The first super administrator unless said.
    pub(super) actor: Option<String>,
    pub(super) deed: Deed,
}

#[derive(Debug, Clone)]
pub(super) enum Deed {
    SetSessionControl(SetSession),
    InheritSessionControl(OnUnit),
    SetAppAccess(SetAccess),
    CreateOrgUnit(OnUnit),
    RenameOrgUnit(Rename),
    MoveOrgUnit(Move),
    RemoveOrgUnit(OnUnit),
    BulkUpload(BulkUpload),
    MultipleAdd(MultipleAdd),
    User(UserDeed),
    DeleteClient(OnApp),
    Event(RawEvent),
}

/// Something about one user. What `[[user]]` and `[[grant]]` say holds at the start, so a deed before that stands in the
/// log alone.
#[derive(Debug, Clone)]
pub(super) enum UserDeed {
    Suspend(OnUser),
    Restore(OnUser),
    Delete(OnUser),
    ChangePassword(OnUser),
    Move(MoveUser),
    RevokeGrant(OnGrant),
}

impl UserDeed {
    pub(super) fn user(&self) -> &str {
        match self {
            Self::Suspend(on) | Self::Restore(on) | Self::Delete(on) | Self::ChangePassword(on) => &on.user,
            Self::Move(moved) => &moved.user,
            Self::RevokeGrant(on) => &on.user,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    at: Offset,
    actor: Option<String>,
    set_session_control: Option<SetSession>,
    inherit_session_control: Option<OnUnit>,
    set_app_access: Option<SetAccess>,
    create_org_unit: Option<OnUnit>,
    rename_org_unit: Option<Rename>,
    move_org_unit: Option<Move>,
    remove_org_unit: Option<OnUnit>,
    bulk_upload: Option<BulkUpload>,
    multiple_add: Option<MultipleAdd>,
    suspend_user: Option<OnUser>,
    restore_user: Option<OnUser>,
    delete_user: Option<OnUser>,
    change_password: Option<OnUser>,
    move_user: Option<MoveUser>,
    revoke_grant: Option<OnGrant>,
    delete_client: Option<OnApp>,
    event: Option<RawEvent>,
}

impl TryFrom<RawAction> for Action {
    type Error = &'static str;

    fn try_from(raw: RawAction) -> Result<Self, Self::Error> {
        let mut deeds = [
            raw.set_session_control.map(Deed::SetSessionControl),
            raw.inherit_session_control.map(Deed::InheritSessionControl),
            raw.set_app_access.map(Deed::SetAppAccess),
            raw.create_org_unit.map(Deed::CreateOrgUnit),
            raw.rename_org_unit.map(Deed::RenameOrgUnit),
            raw.move_org_unit.map(Deed::MoveOrgUnit),
            raw.remove_org_unit.map(Deed::RemoveOrgUnit),
            raw.bulk_upload.map(Deed::BulkUpload),
            raw.multiple_add.map(Deed::MultipleAdd),
            raw.suspend_user.map(|it| Deed::User(UserDeed::Suspend(it))),
            raw.restore_user.map(|it| Deed::User(UserDeed::Restore(it))),
            raw.delete_user.map(|it| Deed::User(UserDeed::Delete(it))),
            raw.change_password.map(|it| Deed::User(UserDeed::ChangePassword(it))),
            raw.move_user.map(|it| Deed::User(UserDeed::Move(it))),
            raw.revoke_grant.map(|it| Deed::User(UserDeed::RevokeGrant(it))),
            raw.delete_client.map(Deed::DeleteClient),
            raw.event.map(Deed::Event),
        ]
        .into_iter()
        .flatten();
        match (deeds.next(), deeds.next()) {
            (Some(deed), None) => Ok(Self { at: raw.at, actor: raw.actor, deed }),
            (None, _) => Err("an action needs a deed, such as set_app_access = { … }"),
            (Some(_), Some(_)) => Err("an action has one deed; write a second [[action]]"),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnUnit {
    pub(super) org_unit: OrgUnitPath,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetSession {
    pub(super) org_unit: OrgUnitPath,
    pub(super) value: Session,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetAccess {
    pub(super) org_unit: OrgUnitPath,
    pub(super) app: String,
    pub(super) level: Level,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    pub(super) org_unit: OrgUnitPath,
    pub(super) name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    pub(super) org_unit: OrgUnitPath,
    /// The new parent.
    pub(super) to: OrgUnitPath,
}

/// A CSV of app access; the log counts its rows and names none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkUpload {
    pub(super) rows: Vec<SetAccess>,
}

/// One level for several apps; the log counts them and names none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MultipleAdd {
    pub(super) org_unit: OrgUnitPath,
    pub(super) level: Level,
    pub(super) apps: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnUser {
    pub(super) user: String,
}

/// A user goes to another org unit, after the start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveUser {
    pub(super) user: String,
    /// Where to.
    pub(super) to: OrgUnitPath,
}

/// An administrator takes an app's access to one user away.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnGrant {
    pub(super) user: String,
    pub(super) app: String,
}

/// An app's registration is deleted in its Cloud project, of which no Workspace log tells.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnApp {
    pub(super) app: String,
}

/// An event verbatim. It changes nothing in the simulated tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEvent {
    #[serde(rename = "type")]
    pub(super) event_type: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) parameters: Vec<toml::Table>,
    pub(super) status: Option<toml::Table>,
}

/// Google Cloud session control of one org unit, in the words of an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawSession")]
pub(super) enum Session {
    Inherit,
    NotRequired,
    Required { frequency: SessionLength, method: Method, exempt_trusted_apps: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Method {
    #[default]
    Password,
    SecurityKey,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reauth {
    Inherit,
    NotRequired,
    Required,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSession {
    reauth: Reauth,
    frequency: Option<SessionLength>,
    method: Option<Method>,
    exempt_trusted_apps: Option<bool>,
}

impl TryFrom<RawSession> for Session {
    type Error = &'static str;

    fn try_from(raw: RawSession) -> Result<Self, Self::Error> {
        let details = raw.frequency.is_some() || raw.method.is_some() || raw.exempt_trusted_apps.is_some();
        match (raw.reauth, raw.frequency, raw.exempt_trusted_apps) {
            (Reauth::Required, Some(frequency), Some(exempt_trusted_apps)) => {
                Ok(Self::Required { frequency, method: raw.method.unwrap_or_default(), exempt_trusted_apps })
            }
            (Reauth::Required, ..) => Err("reauth = \"required\" needs frequency and exempt_trusted_apps"),
            _ if details => Err("frequency, method and exempt_trusted_apps go with reauth = \"required\" only"),
            (Reauth::NotRequired, ..) => Ok(Self::NotRequired),
            (Reauth::Inherit, ..) => Ok(Self::Inherit),
        }
    }
}

/// Access of one app in one org unit, in the words of an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    Trusted,
    Limited,
    SpecificData,
    Blocked,
    /// The root's absence of a level.
    Unconfigured,
    /// Any other org unit's absence of a level.
    Inherit,
}
