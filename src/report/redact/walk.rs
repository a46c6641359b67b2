//! Every field of a report. All are listed, so that a new one has to be thought about here.

use super::{Kind, Redactor, keys, refresh};
use crate::domain::OrgUnitPath;
use crate::report::model::{
    AppAccess, Asked, CheckResult, CloudSession, Collision, Connection, Evidence, Inputs, Missing, OrgUnit,
    Remediation, Report, SharedText, Source, Subject, SubjectKind, Suppression, Tenant, Touch, UnreadEvent,
};

/// What an operator wrote freely may say anything.
const WITHHELD: &str = "withheld";

impl Redactor {
    pub(super) fn walk(&self, report: &mut Report) {
        let Report {
            schema: _,
            tool: _,
            tenant: Tenant { customer, primary_domain },
            audited_at: _,
            evidence_from: _,
            sources,
            org_units,
            connections,
            results,
            unread_events,
            summary: _,
            notices,
            collisions,
            inputs,
            redaction: _,
        } = report;
        *customer = self.pseudonym(Kind::Customer, customer);
        if let Some(domain) = primary_domain {
            *domain = self.domain(domain);
        }
        for Source { id: _, status: _, requests: _, items: _, error, next_step, note, window_from: _, window_to: _ } in
            sources
        {
            [error, next_step, note].into_iter().flatten().for_each(|text| self.prose(text));
        }
        org_units.iter_mut().for_each(|unit| self.unit(unit));
        connections.iter_mut().for_each(|connection| self.connection(connection));
        results.iter_mut().for_each(|result| self.result(result));
        unread_events.iter_mut().for_each(|event| self.event(event));
        notices.iter_mut().for_each(|notice| self.prose(notice));
        for Collision { checks: _, trades, lets_through } in collisions {
            trades.iter_mut().chain(lets_through).for_each(|text| self.prose(text));
        }
        if let Some(inputs) = inputs {
            self.inputs(inputs);
        }
    }

    fn prose(&self, text: &mut String) {
        *text = self.text(text);
    }

    fn shared(&self, text: &mut SharedText) {
        *text = self.text(text).into();
    }

    fn maybe_path(&self, path: &mut Option<OrgUnitPath>) {
        if let Some(path) = path {
            *path = self.path(path);
        }
    }

    fn unit(&self, unit: &mut OrgUnit) {
        let OrgUnit { path, cloud_session, apps } = unit;
        *path = self.path(path);
        self.session(cloud_session);
        apps.values_mut().for_each(|access| self.access(access));
        *apps = keys(apps, |app| self.app(app));
    }

    fn session(&self, session: &mut CloudSession) {
        let CloudSession {
            reauth: _,
            frequency_seconds: _,
            frequency_at_least_seconds: _,
            frequency_at_most_seconds: _,
            method: _,
            exempt_trusted_apps: _,
            exempt_confidence: _,
            inherited_from,
            confidence: _,
            conflict: _,
            sides,
        } = session;
        self.maybe_path(inherited_from);
        sides.iter_mut().for_each(|item| self.evidence(item));
    }

    fn access(&self, access: &mut AppAccess) {
        let AppAccess { access: _, one_of: _, inherited_from, confidence: _, conflict: _, sides } = access;
        self.maybe_path(inherited_from);
        sides.iter_mut().for_each(|item| self.evidence(item));
    }

    fn connection(&self, connection: &mut Connection) {
        let Connection {
            user,
            org_unit,
            app,
            client_id,
            cloud_scope: _,
            outcome: _,
            last_authorized_at: _,
            next_failure_by: _,
            administers: _,
            cloud_session,
            session_set_by: _,
            access,
        } = connection;
        *user = self.email(user);
        self.maybe_path(org_unit);
        *app = self.app(app);
        *client_id = self.client(client_id);
        if let Some(session) = cloud_session {
            self.session(session);
        }
        if let Some(access) = access {
            self.access(access);
        }
    }

    fn result(&self, result: &mut CheckResult) {
        let CheckResult {
            check: _,
            pack: _,
            control: _,
            severity: _,
            status: _,
            confidence: _,
            subject,
            covers: _,
            summary,
            evidence,
            missing,
            possible: _,
            remediation,
            suppression,
            fingerprint: _,
        } = result;
        self.subject(subject);
        self.prose(summary);
        evidence.iter_mut().for_each(|item| self.evidence(item));
        for Missing { fact: _, why, supply } in missing {
            self.shared(why);
            self.shared(supply);
        }
        // A console's page is Google's.
        if let Some(Remediation { steps, console_url: _ }) = remediation {
            steps.iter_mut().for_each(|step| self.shared(step));
        }
        if let Some(Suppression { reason, owner, expires: _ }) = suppression {
            WITHHELD.clone_into(reason);
            if let Some(owner) = owner {
                *owner = self.person(owner);
            }
        }
        refresh(result);
    }

    fn subject(&self, subject: &mut Subject) {
        let Subject { kind, org_unit, group, user, app, client_id } = subject;
        match kind {
            SubjectKind::Tenant
            | SubjectKind::OrgUnit
            | SubjectKind::User
            | SubjectKind::Group
            | SubjectKind::App
            | SubjectKind::Connection => {}
        }
        self.maybe_path(org_unit);
        if let Some(group) = group {
            *group = if group.contains('@') { self.address(group) } else { self.text(group) };
        }
        if let Some(user) = user {
            *user = self.email(user);
        }
        if let Some(app) = app {
            *app = self.app(app);
        }
        if let Some(client) = client_id {
            *client = self.client(client);
        }
    }

    fn evidence(&self, item: &mut Evidence) {
        let Evidence { source: _, at: _, locator, says, actor, disputed: _ } = item;
        self.shared(locator);
        self.shared(says);
        if let Some(actor) = actor {
            *actor = self.person(actor);
        }
    }

    /// Somebody by address, or by what the log or the operator calls them.
    fn person(&self, person: &str) -> String {
        if person.contains('@') { self.address(person) } else { self.pseudonym(Kind::User, person) }
    }

    fn event(&self, event: &mut UnreadEvent) {
        let UnreadEvent { source: _, name: _, parameters: _, count: _, first_at: _, last_at: _, touches, settled: _ } =
            event;
        for Touch { setting: _, org_unit, app } in touches {
            self.maybe_path(org_unit);
            // An id of the catalogue, or a client ID.
            if let Some(app) = app {
                let public = self.public.apps.iter().any(|one| one.as_str() == app)
                    || self.public.clients.iter().any(|one| one.as_str() == app);
                if !public {
                    let id = app.parse().ok().filter(|_| !self.names.clients.contains(app.as_str()));
                    *app = match id {
                        Some(id) => self.app(&id).to_string(),
                        None => self.pseudonym(Kind::Client, app),
                    };
                }
            }
        }
    }

    fn inputs(&self, inputs: &mut Inputs) {
        let Inputs { snapshot: _, tool: _, packs: _, question, attestations, configured_apps, configuration: _ } =
            inputs;
        let Asked { org_units, apps, accept_presumed: _ } = question;
        org_units.iter_mut().for_each(|path| *path = self.path(path));
        apps.iter_mut().for_each(|app| *app = self.app(app));
        apps.sort();
        if let Some(file) = attestations {
            self.prose(&mut file.file);
        }
        if let Some(file) = configured_apps {
            self.prose(&mut file.file);
        }
    }
}
