"""Conformance with Google's own client library.

Makes the calls that gwsaudit makes, with google-api-python-client against `gwsaudit simulator`, and compares what arrives
with a snapshot that `gwsaudit collect` took of the same simulator. So neither simulator nor collector can rest on a
misreading of Google's protocol that they share.

    google_client.py --dir DIR --snapshot FILE

DIR holds the service-account.json and gwsaudit.toml that the simulator wrote; FILE is a snapshot, uncompressed.
One line per comparison; exit status 1 if one failed.
"""

import argparse
import json
import pathlib
import sys
import tomllib

from google.auth.exceptions import RefreshError
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

AUTH = "https://www.googleapis.com/auth/"
SCOPES = {
    "customer": "admin.directory.customer.readonly",
    "org_unit": "admin.directory.orgunit.readonly",
    "user": "admin.directory.user.readonly",
    "grant": "admin.directory.user.security",
    "group": "admin.directory.group.readonly",
    "member": "admin.directory.group.member.readonly",
    "activity": "admin.reports.audit.readonly",
    "policy": "cloud-identity.policies.readonly",
    "organization": "cloud-platform",
    "access_binding": "cloud-platform",
}
RETRIES = 2


class Tally:
    """Counts and prints comparisons."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, what, good, detail=""):
        """One comparison."""
        if good:
            self.passed += 1
            print(f"ok   {what}")
        else:
            self.failed += 1
            print(f"FAIL {what}{': ' if detail else ''}{detail}")

    def same(self, what, ours, theirs):
        """The same items, whatever their order; each as often."""
        canonical = [sorted(json.dumps(item, sort_keys=True) for item in items) for items in (ours, theirs)]
        if canonical[0] == canonical[1]:
            self.check(f"{what}: {len(theirs)} items", True)
            return
        missing = [item for item in canonical[1] if item not in canonical[0]]
        surplus = [item for item in canonical[0] if item not in canonical[1]]
        detail = f"snapshot has {len(ours)}, Google's client got {len(theirs)}"
        for word, items in (("missing in the snapshot", missing), ("only in the snapshot", surplus)):
            if items:
                detail += f"; {word}: {items[0][:300]}"
        self.check(what, False, detail)


class Google:
    """Google's client, pointed at the simulator."""

    def __init__(self, directory):
        config = tomllib.loads((directory / "gwsaudit.toml").read_text(encoding="utf-8"))
        self.key_file = directory / config["credentials"]["key_file"]
        self.admin = config["tenant"]["admin"]
        self.customer = config["tenant"]["customer"]
        self.endpoint = config["google"]["endpoint"]

    def service(self, name, version, *scopes, subject=None):
        """A service with a token of these scopes alone."""
        credentials = service_account.Credentials.from_service_account_file(
            str(self.key_file), scopes=[AUTH + scope for scope in scopes], subject=subject or self.admin
        )
        return build(
            name,
            version,
            credentials=credentials,
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": self.endpoint},
        )


def every_page(collection, field, following="list_next", first="list", **parameters):
    """The items of every page, and how many pages there were."""
    items, pages = [], 0
    request = getattr(collection, first)(**parameters)
    while request is not None:
        answer = request.execute(num_retries=RETRIES)
        items.extend(answer.get(field, []))
        pages += 1
        request = getattr(collection, following)(request, answer)
    return items, pages


def read_snapshot(path):
    """The records by type."""
    records = {}
    with open(path, encoding="utf-8") as lines:
        header = json.loads(next(lines))
        if header.get("schema") != "gwsaudit/snapshot/1":
            sys.exit(f"{path} is not a snapshot: {header.get('schema')!r}")
        for line in lines:
            record = json.loads(line)
            records.setdefault(record["type"], []).append(record)
    return records


def data(records, kind, **where):
    """What Google sent, of the records of a type."""
    chosen = records.get(kind, [])
    return [one["data"] for one in chosen if all(one.get(name) == value for name, value in where.items())]


def unique(activities):
    """Activities without repetition: time, qualifier and application are their identity."""
    return list({json.dumps(one["id"], sort_keys=True): one for one in activities}.values())


def compare_directory(google, records, tally):
    """Customer, org units, users, tokens, groups and members."""
    directory = google.service("admin", "directory_v1", SCOPES["customer"])
    customer = directory.customers().get(customerKey="my_customer").execute()
    tally.same("directory.customers.get", data(records, "customer"), [customer])
    tally.check("directory.customers.get by id", customer["id"] == google.customer, customer["id"])

    units = google.service("admin", "directory_v1", SCOPES["org_unit"]).orgunits()
    answer = units.list(customerId="my_customer", type="allIncludingParent").execute()
    tally.same("directory.orgunits.list", data(records, "org_unit"), answer.get("organizationUnits", []))

    service = google.service("admin", "directory_v1", SCOPES["user"]).users()
    users, pages = every_page(service, "users", customer="my_customer", maxResults=500)
    tally.same(f"directory.users.list in {pages} pages", data(records, "user"), users)
    smaller, pages = every_page(service, "users", customer="my_customer", maxResults=3)
    tally.check(f"directory.users.list, 3 a page: {pages} pages", pages > 1 or len(users) <= 3)
    tally.same("directory.users.list, 3 a page", users, smaller)
    one = service.get(userKey=users[0]["id"]).execute()
    tally.same("directory.users.get by id", [users[0]], [one])

    tokens = google.service("admin", "directory_v1", SCOPES["grant"]).tokens()
    for user in users:
        email = user["primaryEmail"]
        items = tokens.list(userKey=email).execute().get("items", [])
        if (user["suspended"] or user["archived"]) and not data(records, "grant", user=email):
            continue  # the collector need not ask for those who cannot sign in
        tally.same(f"directory.tokens.list {email}", data(records, "grant", user=email), items)

    groups, pages = every_page(
        google.service("admin", "directory_v1", SCOPES["group"]).groups(), "groups", customer="my_customer"
    )
    tally.same(f"directory.groups.list in {pages} pages", data(records, "group"), groups)
    members = google.service("admin", "directory_v1", SCOPES["member"]).members()
    for group in groups:
        items, pages = every_page(members, "members", groupKey=group["id"])
        what = f"directory.members.list {group['email']} in {pages} pages"
        tally.same(what, data(records, "member", group=group["id"]), items)


def compare_reports(google, records, tally):
    """The logs, as the collector asks for them."""
    activities = google.service("admin", "reports_v1", SCOPES["activity"]).activities()
    for application, names in (
        ("admin", [None]),
        ("access_evaluation", [None]),
        ("token", ["authorize", "revoke"]),
    ):
        theirs, pages = [], 0
        for name in names:
            asked = {"userKey": "all", "applicationName": application, "maxResults": 1000}
            if name is not None:
                asked["eventName"] = name
            items, more = every_page(activities, "items", **asked)
            theirs.extend(items)
            pages += more
            times = [item["id"]["time"] for item in items]
            tally.check(f"reports {application} {name or 'all'}: newest first", times == sorted(times, reverse=True))
        ours = unique(data(records, "activity", application=application))
        tally.same(f"reports.activities.list {application} in {pages} pages", ours, unique(theirs))
    asked = {"userKey": "all", "applicationName": "token", "eventName": "authorize"}
    whole, _ = every_page(activities, "items", **asked)
    paged, pages = every_page(activities, "items", maxResults=4, **asked)
    tally.check(f"reports.activities.list token, 4 a page: {pages} pages", pages > 1 or len(whole) <= 4)
    tally.same("reports.activities.list token, 4 a page", whole, paged)


def compare_cloud(google, records, tally):
    """Policies, organization and access bindings."""
    policies = google.service("cloudidentity", "v1", SCOPES["policy"]).policies()
    items, pages = every_page(policies, "policies", pageSize=100)
    tally.same(f"cloudidentity.policies.list in {pages} pages", data(records, "policy"), items)
    if items:
        one = policies.get(name=items[0]["name"]).execute()
        tally.same("cloudidentity.policies.get", [items[0]], [one])
        kind = items[0]["setting"]["type"]
        wanted = [item for item in items if item["setting"]["type"] == kind]
        pattern = kind.replace(".", r"\\.")
        some, _ = every_page(policies, "policies", filter=f"setting.type.matches('^{pattern}$')")
        tally.same(f"cloudidentity.policies.list of {kind}", wanted, some)

    organizations, _ = every_page(
        google.service("cloudresourcemanager", "v3", SCOPES["organization"]).organizations(),
        "organizations",
        first="search",
        following="search_next",
    )
    tally.same("cloudresourcemanager.organizations.search", data(records, "organization"), organizations)
    bindings = []
    service = google.service("accesscontextmanager", "v1", SCOPES["access_binding"])
    for organization in organizations:
        collection = service.organizations().gcpUserAccessBindings()
        try:
            items, _ = every_page(collection, "gcpUserAccessBindings", parent=organization["name"])
        except HttpError as error:
            tally.check("accesscontextmanager.gcpUserAccessBindings.list", False, str(error))
            return
        bindings.extend(items)
    tally.same("accesscontextmanager.gcpUserAccessBindings.list", data(records, "access_binding"), bindings)


def check_refusals(google, tally):
    """Wrong scopes, undelegated scopes, wrong subjects: refused in shapes that Google's client understands."""
    calls = {
        "directory.customers.get": lambda s: s("admin", "directory_v1").customers().get(customerKey="my_customer"),
        "directory.orgunits.list": lambda s: s("admin", "directory_v1").orgunits().list(customerId="my_customer"),
        "directory.users.list": lambda s: s("admin", "directory_v1").users().list(customer="my_customer"),
        "directory.tokens.list": lambda s: s("admin", "directory_v1").tokens().list(userKey=google.admin),
        "directory.groups.list": lambda s: s("admin", "directory_v1").groups().list(customer="my_customer"),
        "directory.members.list": lambda s: s("admin", "directory_v1").members().list(groupKey="any"),
        "cloudidentity.policies.list": lambda s: s("cloudidentity", "v1").policies().list(),
        "accesscontextmanager.gcpUserAccessBindings.list": lambda s: (
            s("accesscontextmanager", "v1").organizations().gcpUserAccessBindings().list(parent="organizations/1")
        ),
        "cloudresourcemanager.organizations.search": lambda s: s("cloudresourcemanager", "v3").organizations().search(),
    }
    calls["reports.activities.list"] = lambda s: (
        s("admin", "reports_v1").activities().list(userKey="all", applicationName="admin")
    )
    for what, call in calls.items():
        scope = SCOPES["user"] if what.startswith("reports.") else SCOPES["activity"]
        try:
            call(lambda name, version: google.service(name, version, scope)).execute()
            tally.check(f"{what} with the scope {scope} is refused", False, "it was answered")
        except HttpError as error:
            reasons = [detail.get("reason") for detail in json.loads(error.content)["error"].get("details", [])]
            good = error.status_code == 403 and "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons
            tally.check(f"{what} with the scope {scope} is refused", good, str(error))


    def users(scopes, subject=None):
        service = google.service("admin", "directory_v1", *scopes, subject=subject)
        return service.users().list(customer="my_customer").execute()

    for what, words, ask in (
        ("a scope that is not delegated", "unauthorized_client", lambda: users(["admin.directory.user"])),
        (
            "one undelegated scope among others",
            "unauthorized_client",
            lambda: users([SCOPES["user"], "admin.directory.user"]),
        ),
        ("a subject who does not exist", "invalid_grant", lambda: users([SCOPES["user"]], "nobody@invalid.example")),
    ):
        try:
            ask()
            tally.check(f"{what} is refused", False, "a token was issued")
        except RefreshError as error:
            tally.check(f"{what} is refused", words in str(error), str(error))

    directory = google.service("admin", "directory_v1", SCOPES["customer"])
    try:
        directory.customers().get(customerKey="C0nobody").execute()
        tally.check("an unknown customer is refused", False, "it was answered")
    except HttpError as error:
        tally.check("an unknown customer is refused", error.status_code == 404, str(error))


def main():
    """Compares everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="where the simulator wrote its files")
    parser.add_argument("--snapshot", type=pathlib.Path, required=True, help="what gwsaudit collect wrote")
    arguments = parser.parse_args()
    google, records, tally = Google(arguments.dir), read_snapshot(arguments.snapshot), Tally()
    compare_directory(google, records, tally)
    compare_reports(google, records, tally)
    compare_cloud(google, records, tally)
    check_refusals(google, tally)
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
