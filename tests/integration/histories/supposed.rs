//! Changes that nobody made yet, as `what-if` is told of them and as they would be made.

use gwsaudit::config::read_assignment;
use gwsaudit::evidence::{Supposition, Wave};
use proptest::prelude::*;

use super::deeds::Pick;
use super::plan::{level, session};
use super::world::{App, Level, Method, ROOT, Session, Terms, UnitId, World};
use crate::verdicts::tenant::{OKTA, OTHER};

/// What somebody thinks of changing.
#[derive(Debug, Clone)]
pub(super) struct Idea {
    unit: Pick,
    what: What,
}

#[derive(Debug, Clone, Copy)]
enum What {
    /// `said`: whether everything on the page is said, or that it is required alone.
    Session {
        session: Session,
        said: bool,
    },
    Level {
        app: App,
        level: Option<Level>,
    },
}

pub(super) fn idea() -> impl Strategy<Value = Idea> {
    let page = (session(), prop::bool::weighted(0.7)).prop_map(|(session, said)| What::Session { session, said });
    let access = (prop::sample::select(vec![App::Okta, App::Okta, App::Other]), level())
        .prop_map(|(app, level)| What::Level { app, level });
    (super::plan::pick(), prop_oneof![3 => page, 2 => access]).prop_map(|(unit, what)| Idea { unit, what })
}

/// A change of one org unit.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) unit: UnitId,
    pub(super) text: String,
    made: Made,
}

#[derive(Debug, Clone, Copy)]
enum Made {
    Session(Session),
    Level(App, Option<Level>),
}

impl Change {
    /// What the idea comes to in that world; the root has nothing to inherit from.
    pub(super) fn of(idea: &Idea, world: &World) -> Option<Self> {
        let unit = idea.unit.of(world);
        let path = world.path(unit);
        match idea.what {
            What::Session { session, said } => {
                if unit == ROOT && session == Session::Inherit {
                    return None;
                }
                let mut text = format!("cloud-session:{path}={}", session.word());
                let mut made = session;
                if let Session::Required(terms) = session {
                    if said {
                        let method = match terms.method {
                            Method::Password => "password",
                            Method::SecurityKey => "security_key",
                        };
                        let exempt = if terms.exempt { "yes" } else { "no" };
                        text += &format!(",frequency={}h,method={method},exempt={exempt}", terms.hours);
                    } else if let Session::Required(before) = world.units[&unit].session {
                        // What is not said of a page stays as it is.
                        made = Session::Required(before);
                    }
                }
                Some(Self { unit, text, made: Made::Session(made) })
            }
            What::Level { app, level } => {
                let word = match level {
                    None if unit == ROOT => "unconfigured",
                    None => "inherit",
                    Some(level) => level.word(),
                };
                let client = match app {
                    App::Okta => "okta-workflows-gmail",
                    App::Other => OTHER,
                };
                let text = format!("app:{client}:{path}={word}");
                Some(Self { unit, text, made: Made::Level(app, level) })
            }
        }
    }

    /// Whether it is one of the app that the tenant of the tests does not audit.
    pub(super) fn is_of_the_other_app(&self) -> bool {
        matches!(self.made, Made::Level(App::Other, _))
    }

    /// Makes it.
    pub(super) fn make(&self, world: &mut World) {
        match self.made {
            Made::Session(session) => world.unit_mut(self.unit).session = session,
            Made::Level(app, level) => world.unit_mut(self.unit).set_level(app, level),
        }
    }

    /// What an administrator would attest once it is made: the rest of an attestation.
    pub(super) fn attested(&self) -> Option<String> {
        let rest = match self.made {
            Made::Session(session) => {
                let terms = match session {
                    Session::Required(Terms { hours, method, exempt }) => {
                        let method = match method {
                            Method::Password => "password",
                            Method::SecurityKey => "security_key",
                        };
                        format!(", frequency = \"{hours}h\", method = \"{method}\", exempt_trusted_apps = {exempt}")
                    }
                    Session::Never | Session::Inherit => String::new(),
                };
                format!("setting = \"cloud-session-control\"\nvalue = {{ reauth = {:?}{terms} }}", session.word())
            }
            Made::Level(app, level) => {
                let word = match level {
                    None if self.unit == ROOT => "unconfigured",
                    None => "inherit",
                    Some(level) => level.word(),
                };
                let client = match app {
                    App::Okta => OKTA,
                    App::Other => OTHER,
                };
                format!("setting = \"app-access\"\napp = {client:?}\nvalue = {word:?}")
            }
        };
        Some(rest)
    }
}

/// An assignment as a supposition.
pub(super) fn suppose(text: &str) -> Supposition {
    let apps = ["okta-workflows-gmail".parse().expect("an id")];
    Supposition { what: read_assignment(text, &apps).expect(text), locator: "test".to_owned() }
}

pub(super) fn wave(name: &str, texts: &[String]) -> Wave {
    Wave { name: name.to_owned(), set: texts.iter().map(|text| suppose(text)).collect() }
}

/// Carries out an assignment of a rollout in the world.
pub(super) fn carry_out(text: &str, world: &mut World) {
    let (whom, value) = text.rsplit_once("=required").map_or_else(
        || text.rsplit_once('=').expect(text),
        |(whom, rest)| (whom, &text[text.len() - rest.len() - "required".len()..]),
    );
    let path = &whom[whom.find(":/").expect(text) + 1..];
    let unit = world.find(path).expect(path);
    if whom.starts_with("app:") {
        let app = if whom.contains(OTHER) { App::Other } else { App::Okta };
        let level = match value {
            "trusted" => Some(Level::Trusted),
            "limited" => Some(Level::Limited),
            "specific_data" => Some(Level::SpecificData),
            "blocked" => Some(Level::Blocked),
            _ => None,
        };
        return world.unit_mut(unit).set_level(app, level);
    }
    let mut words = value.split(',');
    let session = match words.next() {
        Some("inherit") => Session::Inherit,
        Some("not_required") => Session::Never,
        _ => {
            let mut terms = match world.units[&unit].session {
                Session::Required(terms) => terms,
                // What is not said is open; the worst is taken.
                Session::Never | Session::Inherit => Terms { hours: 1, method: Method::Password, exempt: false },
            };
            for word in words {
                match word.split_once('=').expect(text) {
                    ("frequency", hours) => terms.hours = hours.trim_end_matches('h').parse().expect(text),
                    ("method", "security_key") => terms.method = Method::SecurityKey,
                    ("method", _) => terms.method = Method::Password,
                    (_, answer) => terms.exempt = answer == "yes",
                }
            }
            Session::Required(terms)
        }
    };
    world.unit_mut(unit).session = session;
}
