use futures_util::{StreamExt as _, TryStreamExt as _};
use gwsaudit::google::directory::{Accounts, GroupsOf, Membership, Projection};
use gwsaudit::google::reports::{ActivityQuery, Application};
use gwsaudit::google::{
    CustomerKey, ErrorKind, Garbling, Pages, access_context, directory, domains, inbound_sso, licensing, policies,
    reports, resource_manager, roles,
};
use serde_json::{Value, json};

use super::fake::{Fake, json_reply};

async fn lengths<T>(mut pages: Pages<T>) -> (Vec<usize>, Option<ErrorKind>) {
    let mut read = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(things) => read.push(things.len()),
            Err(error) => return (read, Some(error.kind().clone())),
        }
    }
    (read, None)
}

/// The users of a Google that answers these, in turn.
async fn users(answers: Vec<Value>) -> (Vec<usize>, Option<ErrorKind>, Vec<String>) {
    let fake = Fake::new(move |seen| json_reply(200, &answers[seen.index.min(answers.len() - 1)])).await;
    let session = fake.session().await;
    let (read, error) =
        lengths(directory::users(&session, &CustomerKey::Mine, Projection::Basic, Accounts::Existing)).await;
    (read, error, fake.targets())
}

#[tokio::test]
async fn every_page_is_followed_with_all_parameters() {
    let (read, error, targets) = users(vec![
        json!({"users": [{}, {}], "nextPageToken": "a+b/c=&x"}),
        json!({"nextPageToken": "second"}),
        json!({"users": [{}], "nextPageToken": ""}),
    ])
    .await;
    assert_eq!((read, error), (vec![2, 0, 1], None));
    let first = "/admin/directory/v1/users?customer=my_customer&maxResults=500&orderBy=email&projection=basic";
    assert_eq!(
        targets,
        [first.to_owned(), format!("{first}&pageToken=a%2Bb%2Fc%3D%26x"), format!("{first}&pageToken=second")]
    );
}

#[tokio::test]
async fn a_page_that_leads_back_is_an_error_after_what_was_read() {
    let (read, error, targets) = users(vec![
        json!({"users": [{}], "nextPageToken": "a"}),
        json!({"users": [{}], "nextPageToken": "b"}),
        json!({"users": [{}], "nextPageToken": "a"}),
    ])
    .await;
    assert_eq!((read, error, targets.len()), (vec![1, 1, 1], Some(ErrorKind::PageLoop), 3));
}

#[tokio::test]
async fn empty_pages_without_end_are_an_error() {
    let fake = Fake::new(|seen| json_reply(200, &json!({"nextPageToken": seen.index.to_string()}))).await;
    let session = fake.session().await;
    let (read, error) = lengths(policies::list(&session, &CustomerKey::Mine)).await;
    assert_eq!((read.len(), error), (1000, Some(ErrorKind::PageLoop)));
}

#[tokio::test]
async fn another_shape_is_garbled_and_never_empty() {
    let shape = Some(ErrorKind::Garbled(Garbling::Shape));
    for bad in [json!({"users": {}}), json!({"users": "none"}), json!([]), json!("x"), json!({"nextPageToken": 7})] {
        let (read, error, targets) = users(vec![bad.clone()]).await;
        assert_eq!((read.len(), &error, targets.len()), (0, &shape, 1), "{bad}");
    }
    for empty in [json!({}), json!({"users": []}), json!({"users": null})] {
        let (read, error, _) = users(vec![empty.clone()]).await;
        assert_eq!((read, error), (vec![0], None), "{empty}");
    }
}

#[tokio::test]
async fn an_error_on_a_later_page_follows_what_was_read() {
    let fake = Fake::new(|seen| match seen.index {
        0 => json_reply(200, &json!({"users": [{}], "nextPageToken": "a"})),
        _ => json_reply(
            400,
            &json!({"error": {"code": 400, "message": "Invalid Input", "errors": [{"reason": "invalid"}]}}),
        ),
    })
    .await;
    let session = fake.session().await;
    let named: CustomerKey = "C0123abcd".parse().expect("a customer");
    let pages = directory::users(&session, &named, Projection::Basic, Accounts::Existing);
    assert_eq!(lengths(pages).await, (vec![1], Some(ErrorKind::Refused)), "the customer does exist");
}

#[tokio::test]
async fn each_call_asks_as_google_documents_it() {
    let fake = Fake::new(|_| json_reply(200, &json!({}))).await;
    let session = fake.session().await;
    let mine = CustomerKey::Mine;
    let named: CustomerKey = "C0123abcd".parse().expect("a customer");
    let organization = "organizations/42".parse().expect("an organization");
    let mut query = ActivityQuery {
        application: Application::AccessEvaluation,
        start: Some("2026-05-27T10:00:00Z".parse().expect("a time")),
        end: Some("2026-11-23T10:00:00.5Z".parse().expect("a time")),
        event_name: Some("authorize".to_owned()),
        customer: named.clone(),
    };
    directory::customer(&session, &named).await.expect("an answer");
    directory::org_units(&session, &mine).await.expect("an answer");
    drain(directory::users(&session, &named, Projection::Full, Accounts::Deleted)).await;
    directory::tokens(&session, "o'hara/#?%@example.com").await.expect("an answer");
    drain(directory::groups(&session, GroupsOf::Customer(&mine))).await;
    drain(directory::groups(&session, GroupsOf::User("a+b@example.com"))).await;
    drain(directory::members(&session, "g@example.com", Membership::Direct)).await;
    drain(directory::members(&session, "01abc", Membership::Derived)).await;
    drain(reports::activities(&session, &query)).await;
    query = ActivityQuery {
        application: Application::Admin,
        start: None,
        end: None,
        event_name: None,
        customer: mine.clone(),
    };
    drain(reports::activities(&session, &query)).await;
    drain(policies::list(&session, &named)).await;
    drain(policies::list(&session, &mine)).await;
    drain(inbound_sso::assignments(&session, &named)).await;
    drain(roles::roles(&session, &mine)).await;
    drain(roles::assignments(&session, &named)).await;
    domains::list(&session, &mine).await.expect("an answer");
    drain(licensing::assignments(&session, &"C0123abcd".parse().expect("an ID"), "Google-Apps")).await;
    drain(access_context::bindings(&session, &organization)).await;
    drain(resource_manager::organizations(&session)).await;
    insta::assert_snapshot!(fake.targets().join("\n"), @r##"
    /admin/directory/v1/customers/C0123abcd
    /admin/directory/v1/customer/my_customer/orgunits?type=allIncludingParent&orgUnitPath=%2F
    /admin/directory/v1/users?customer=C0123abcd&maxResults=500&orderBy=email&projection=full&showDeleted=true
    /admin/directory/v1/users/o%27hara%2F%23%3F%25@example.com/tokens
    /admin/directory/v1/groups?maxResults=200&customer=my_customer
    /admin/directory/v1/groups?maxResults=200&userKey=a%2Bb%40example.com
    /admin/directory/v1/groups/g@example.com/members?maxResults=200
    /admin/directory/v1/groups/01abc/members?maxResults=200&includeDerivedMembership=true
    /admin/reports/v1/activity/users/all/applications/access_evaluation?maxResults=1000&startTime=2026-05-27T10%3A00%3A00Z&endTime=2026-11-23T10%3A00%3A00.5Z&eventName=authorize&customerId=C0123abcd
    /admin/reports/v1/activity/users/all/applications/admin?maxResults=1000
    /v1/policies?pageSize=100&filter=customer%3D%3D%22customers%2FC0123abcd%22
    /v1/policies?pageSize=100&filter=customer%3D%3D%22customers%2Fmy_customer%22
    /v1/inboundSsoAssignments?pageSize=100&filter=customer%3D%3D%22customers%2FC0123abcd%22
    /admin/directory/v1/customer/my_customer/roles?maxResults=100
    /admin/directory/v1/customer/C0123abcd/roleassignments?maxResults=200
    /admin/directory/v1/customer/my_customer/domains
    /apps/licensing/v1/product/Google-Apps/users?customerId=C0123abcd&maxResults=1000
    /v1/organizations/42/gcpUserAccessBindings?pageSize=100
    /v3/organizations:search?pageSize=50
    "##);
}

async fn drain<T>(pages: Pages<T>) {
    pages.try_for_each(|_| async { Ok(()) }).await.expect("pages");
}
