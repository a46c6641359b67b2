//! Odd answers: what is dropped, what is kept, and what a whole collection then says of its sources.

use futures_util::StreamExt as _;
use gwsaudit::collect::{DnsPlan, OrganizationPlan, Plan, Purpose, Scan, Unobserved, collect};
use gwsaudit::evidence::{Evidence, gather};
use gwsaudit::google::directory::{Accounts, Projection, users};
use gwsaudit::google::{CustomerKey, ErrorKind, Garbling, Session, directory};
use gwsaudit::policy::Listing;
use gwsaudit::report::model::SourceStatus;
use gwsaudit::snapshot::{SourceId, SourceRecord};
use serde_json::{Value, json};

use super::fake::{Fake, Reply, Seen, json_reply, legacy_error, quick, reply};

const NOW: &str = "2026-11-20T12:00:00Z";

/// Users as they arrive, page by page, and how the list ended.
async fn listed(session: &Session) -> (Vec<Vec<Value>>, Option<ErrorKind>) {
    let mut pages = users(session, &CustomerKey::Mine, Projection::Basic, Accounts::Existing);
    let mut read = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => read.push(page.into_iter().map(gwsaudit::google::Raw::into_value).collect()),
            Err(error) => return (read, Some(error.kind().clone())),
        }
    }
    (read, None)
}

/// A Google with these pages of users; the last leads nowhere.
async fn paged(pages: Vec<Value>) -> Fake {
    Fake::new(move |seen| {
        let token = (seen.index + 1 < pages.len()).then(|| format!("page {}", seen.index + 1));
        json_reply(200, &json!({"users": pages[seen.index], "nextPageToken": token}))
    })
    .await
}

#[tokio::test]
async fn what_comes_twice_counts_once_and_two_versions_are_both_kept() {
    let one = json!({"id": "1", "primaryEmail": "a@x.example", "orgUnitPath": "/"});
    let same = json!({"orgUnitPath": "/", "primaryEmail": "a@x.example", "id": "1"});
    let moved = json!({"id": "1", "primaryEmail": "a@x.example", "orgUnitPath": "/Elsewhere"});
    let nobody = json!({"primaryEmail": "b@x.example"});
    let void = json!({"id": null});
    let pages = vec![
        json!([one, nobody]),
        json!([same, moved, nobody, void, void]),
        json!([]),
        json!([one, moved, "no user"]),
        json!(["no user"]),
    ];
    let fake = paged(pages).await;
    let (read, error) = listed(&fake.session().await).await;
    assert_eq!(error, None);
    let wanted =
        vec![vec![one, nobody.clone()], vec![moved, nobody, void.clone(), void], vec![], vec![json!("no user")]];
    assert_eq!(read[..4], wanted, "without an id nothing is known to be the same");
    assert_eq!(read[4], [json!("no user")]);
}

#[tokio::test]
async fn a_list_that_breaks_off_is_no_whole_one() {
    let conflict = || legacy_error(409, "conflict", "Conflict");
    let stale = || legacy_error(412, "conditionNotMet", "Precondition Failed");
    let gone = || legacy_error(404, "notFound", "Not Found");
    let html = || reply(200, "text/html", "<html>Sign in</html>");
    let no_utf8 = || reply(200, "application/json", b"{\"users\": [{\"id\": \"\xff\xfe\"}]}".to_vec());
    let no_list = || json_reply(200, &json!({"users": {"id": "2"}}));
    let number = || json_reply(200, &json!({"users": [], "nextPageToken": 7}));
    type Answer = fn() -> Reply;
    let cases: [(&str, Answer, ErrorKind); 7] = [
        ("409", conflict, ErrorKind::Refused),
        ("412", stale, ErrorKind::Refused),
        ("404", gone, ErrorKind::NotFound),
        ("HTML", html, ErrorKind::Garbled(Garbling::NotJson)),
        ("invalid UTF-8", no_utf8, ErrorKind::Garbled(Garbling::NotJson)),
        ("no list", no_list, ErrorKind::Garbled(Garbling::Shape)),
        ("a token that is a number", number, ErrorKind::Garbled(Garbling::Shape)),
    ];
    for (name, second, wanted) in cases {
        let fake = Fake::new(move |seen| match seen.target.contains("pageToken") {
            false => json_reply(200, &json!({"users": [{"id": "1"}], "nextPageToken": "2"})),
            true => second(),
        })
        .await;
        let (read, error) = listed(&fake.session().await).await;
        assert_eq!((read.len(), error), (1, Some(wanted)), "{name}");
    }
}

/// JSON is JSON, whatever the header calls it: what counts is whether it reads as what Google documents.
#[tokio::test]
async fn the_name_of_a_content_type_decides_nothing() {
    for name in ["text/html", "application/octet-stream", "text/plain; charset=utf-16"] {
        let fake = Fake::new(move |_| reply(200, name, "{\"id\": \"C01\"}")).await;
        let customer = directory::customer(&fake.session().await, &CustomerKey::Mine).await.expect(name);
        assert_eq!(customer.read().expect("a customer").id, "C01");
    }
}

/// What this tenant answers where nobody says otherwise.
fn sound(path: &str) -> Value {
    let activity = |application: &str, event: Value| {
        json!({"items": [{"id": {"time": "2026-11-10T10:00:00Z", "uniqueQualifier": "-5", "applicationName": application},
            "actor": {"email": "a@x.example", "profileId": "1"}, "events": [event]}]})
    };
    let authorize = json!({"type": "auth", "name": "authorize", "parameters": [
        {"name": "client_id", "value": "1.apps.example"}, {"name": "app_name", "value": "App"}]});
    match path {
        "/admin/directory/v1/customers/my_customer" => json!({"id": "C0123abcd"}),
        "/admin/directory/v1/customer/my_customer/orgunits" => {
            json!({"organizationUnits": [{"orgUnitId": "id:1", "orgUnitPath": "/"}]})
        }
        "/admin/directory/v1/users" => {
            json!({"users": [{"id": "1", "primaryEmail": "a@x.example", "orgUnitPath": "/", "isAdmin": false,
                "isDelegatedAdmin": false}]})
        }
        "/admin/directory/v1/users/a@x.example" => json!({"id": "1", "primaryEmail": "a@x.example"}),
        "/admin/directory/v1/users/a@x.example/tokens" => {
            json!({"items": [{"clientId": "1.apps.example", "scopes": ["openid"]}]})
        }
        "/admin/directory/v1/groups" => json!({"groups": [{"id": "g1", "email": "g@x.example"}]}),
        "/admin/directory/v1/groups/g1/members" => json!({"members": [{"id": "1", "type": "USER"}]}),
        "/v1/policies" => json!({"policies": [{"name": "policies/1", "type": "ADMIN", "policyQuery": {"query":
            "entity.licenses.exists(l, l in ['/product/Google-Apps/sku/1010020020']) && \
             entity.groups.exists(g, g.group_id == groupId('g1'))"},
            "setting": {"type": "settings/gmail.pop_access", "value": {"enablePopAccess": true}}}]}),
        "/apps/licensing/v1/product/Google-Apps/users" => {
            json!({"items": [{"productId": "Google-Apps", "skuId": "1010020020", "userId": "a@x.example"}]})
        }
        "/admin/reports/v1/activity/users/all/applications/token" => activity("token", authorize),
        "/admin/reports/v1/activity/users/all/applications/admin" => {
            activity("admin", json!({"type": "USER_SETTINGS", "name": "CREATE_USER"}))
        }
        _ => json!({}),
    }
}

fn path_of(seen: &Seen) -> String {
    let path = seen.target.split('?').next().unwrap_or_default();
    path.replace("%40", "@")
}

/// Everything of a tenant that gives some answers of its own.
async fn evidence(own: impl Fn(&str, &Seen) -> Option<Reply> + Send + Sync + 'static) -> Evidence {
    let fake = Fake::new(move |seen| {
        let path = path_of(seen);
        own(&path, seen).unwrap_or_else(|| json_reply(200, &sound(&path)))
    })
    .await;
    let google = fake.google(quick()).await;
    let plan = Plan {
        customer: CustomerKey::Mine,
        purpose: Purpose::Snapshot,
        needs: [].into(),
        scan: Scan::All,
        organization: OrganizationPlan::StatedNone,
        dns: DnsPlan::Off,
        apps: Vec::new(),
        now: NOW.parse().expect("a time"),
    };
    let collected = collect(&google, &plan, &Unobserved).await.expect("storage");
    gather(&collected.write(None).expect("storage"), &[]).expect("a whole snapshot")
}

fn source(evidence: &Evidence, id: SourceId) -> &SourceRecord {
    evidence.source(id).expect("the source")
}

#[tokio::test]
async fn nothing_is_amiss_with_the_tenant_of_these_tests() {
    let evidence = evidence(|_, _| None).await;
    for source in evidence.sources.values().filter(|source| source.status != SourceStatus::Skipped) {
        assert_eq!(source.status, SourceStatus::Complete, "{source:?}");
    }
    assert_eq!(evidence.populace.policies.listing(), Listing::Complete);
    assert!(evidence.populace.open_groups.is_empty());
}

/// A record that lacks what it is known by, or has something else in its place, is not left out in silence.
#[tokio::test]
async fn records_that_cannot_be_read_make_their_source_partial() {
    const USERS: &str = "/admin/directory/v1/users";
    const UNITS: &str = "/admin/directory/v1/customer/my_customer/orgunits";
    const TOKENS: &str = "/admin/directory/v1/users/a@x.example/tokens";
    const MEMBERS: &str = "/admin/directory/v1/groups/g1/members";
    const TOKEN_LOG: &str = "/admin/reports/v1/activity/users/all/applications/token";
    const ADMIN_LOG: &str = "/admin/reports/v1/activity/users/all/applications/admin";
    let id = json!({"time": "2026-11-10T10:00:00Z", "uniqueQualifier": "7"});
    let event = json!({"name": "authorize", "parameters": [{"name": "client_id", "value": "c"}]});
    let cases = [
        (SourceId::Users, USERS, "users", json!({"id": "2", "orgUnitPath": "/"})),
        (SourceId::Users, USERS, "users", json!({"primaryEmail": "b@x.example"})),
        (SourceId::Users, USERS, "users", json!({"id": 2, "primaryEmail": "b@x.example"})),
        (SourceId::Users, USERS, "users", json!({"id": "2", "primaryEmail": "b@x.example", "suspended": "true"})),
        (SourceId::Users, USERS, "users", json!("b@x.example")),
        (SourceId::OrgUnits, UNITS, "organizationUnits", json!({"orgUnitId": "id:2"})),
        (SourceId::OrgUnits, UNITS, "organizationUnits", json!({"orgUnitId": "id:2", "orgUnitPath": 3})),
        (SourceId::Grants, TOKENS, "items", json!({"scopes": ["openid"]})),
        (SourceId::Grants, TOKENS, "items", json!({"clientId": "", "scopes": ["openid"]})),
        (SourceId::Grants, TOKENS, "items", json!({"clientId": "c", "scopes": "openid"})),
        (SourceId::Groups, "/admin/directory/v1/groups", "groups", json!({"email": "h@x.example"})),
        (SourceId::Members, MEMBERS, "members", json!({"id": 1, "type": "USER"})),
        (SourceId::TokenLog, TOKEN_LOG, "items", json!({"events": [event]})),
        (SourceId::TokenLog, TOKEN_LOG, "items", json!({"id": {"uniqueQualifier": "7"}, "events": [event]})),
        (SourceId::TokenLog, TOKEN_LOG, "items", json!({"id": {"time": "yesterday", "uniqueQualifier": "7"}})),
        (SourceId::TokenLog, TOKEN_LOG, "items", json!({"id": id})),
        (SourceId::TokenLog, TOKEN_LOG, "items", json!({"id": id, "events": [{"name": "authorize"}]})),
        (SourceId::TokenLog, TOKEN_LOG, "items", json!({"id": id, "events": [{"type": "auth"}]})),
        (SourceId::AdminLog, ADMIN_LOG, "items", json!({"id": id, "events": []})),
        (SourceId::Licences, "/apps/licensing/v1/product/Google-Apps/users", "items", json!({"skuId": "1010020020"})),
    ];
    for (id, path, key, odd) in cases {
        let told = odd.clone();
        let evidence = evidence(move |asked, seen| {
            if asked != path || seen.target.contains("eventName=revoke") {
                return None;
            }
            let mut answer = sound(path);
            answer[key].as_array_mut().expect("a list").push(odd.clone());
            Some(json_reply(200, &answer))
        })
        .await;
        let source = source(&evidence, id);
        assert_eq!(source.status, SourceStatus::Partial, "{told}: {source:?}");
        assert!(source.error.as_deref().is_some_and(|error| error.contains("documented shape")), "{source:?}");
        // Whom nobody can name nobody was asked about, either.
        if path == USERS && told.get("primaryEmail").is_none_or(|email| !email.is_string()) {
            assert!(!evidence.is_complete(SourceId::Grants), "{told}");
        }
    }
}

#[tokio::test]
async fn policies_and_members_that_cannot_be_read_leave_open_what_they_touch() {
    for odd in
        [json!({"name": "policies/2", "setting": {"value": {}}}), json!({"name": "policies/2"}), json!({}), json!(7)]
    {
        let told = odd.clone();
        let evidence = evidence(move |path, _| {
            let mut answer = sound(path);
            answer.get_mut("policies")?.as_array_mut()?.push(odd.clone());
            Some(json_reply(200, &answer))
        })
        .await;
        assert_eq!(evidence.populace.policies.listing(), Listing::Unreadable(1), "{told}");
    }
    for odd in [json!({"type": "USER"}), json!({"type": "GROUP"}), json!({"type": "NEW", "id": "9"}), json!({})] {
        let told = odd.clone();
        let evidence = evidence(move |path, _| {
            let mut answer = sound(path);
            answer.get_mut("members")?.as_array_mut()?.push(odd.clone());
            Some(json_reply(200, &answer))
        })
        .await;
        assert_eq!(evidence.populace.open_groups.len(), 1, "{told}");
    }
}

/// "Not found" is an answer where the thing is gone, and a failure where it is not.
#[tokio::test]
async fn not_found_is_believed_where_nothing_speaks_against_it() {
    let gone = |wanted: &'static [&'static str]| {
        evidence(move |path, _| wanted.contains(&path).then(|| legacy_error(404, "notFound", "Resource Not Found")))
    };
    let account = "/admin/directory/v1/users/a@x.example";
    let tokens = "/admin/directory/v1/users/a@x.example/tokens";
    let both = gone(&["/admin/directory/v1/users/a@x.example", "/admin/directory/v1/users/a@x.example/tokens"]).await;
    assert!(both.is_complete(SourceId::Grants), "{account} and {tokens}");
    let alone = gone(&["/admin/directory/v1/users/a@x.example/tokens"]).await;
    assert_eq!(source(&alone, SourceId::Grants).status, SourceStatus::Failed);
    assert!(source(&alone, SourceId::Grants).unread_users.contains(&"a@x.example".to_owned()));

    let members = gone(&["/admin/directory/v1/groups/g1/members"]).await;
    assert_eq!(source(&members, SourceId::Members).status, SourceStatus::Failed);
    assert_eq!(members.populace.open_groups.len(), 1);
    // A group that the list lacks is gone, and nobody is in it.
    let group = evidence(|path, _| match path {
        "/admin/directory/v1/groups" => Some(json_reply(200, &json!({}))),
        "/admin/directory/v1/groups/g1/members" => Some(legacy_error(404, "notFound", "Resource Not Found")),
        _ => None,
    })
    .await;
    assert!(group.is_complete(SourceId::Members));
    assert!(source(&group, SourceId::Members).note.as_deref().is_some_and(|note| note.contains("do not exist")));
    // In the midst of a list it is never an answer.
    let midst = evidence(|path, seen| match (path, seen.target.contains("pageToken")) {
        ("/admin/directory/v1/groups", _) => Some(json_reply(200, &json!({}))),
        ("/admin/directory/v1/groups/g1/members", true) => Some(legacy_error(404, "notFound", "Resource Not Found")),
        ("/admin/directory/v1/groups/g1/members", false) => {
            Some(json_reply(200, &json!({"members": [{"id": "1", "type": "USER"}], "nextPageToken": "2"})))
        }
        (_, _) => None,
    })
    .await;
    assert_eq!(source(&midst, SourceId::Members).status, SourceStatus::Partial);
}
