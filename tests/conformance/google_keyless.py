"""Credentials without a key, with Google's own client library.

Loads the credential files that `gwsaudit simulator --scenario keyless.toml` wrote with google-auth, asks the simulated
metadata server through it, has IAM sign for domain-wide delegation, and reads a user's tenant with each.

    google_keyless.py --dir DIR

DIR holds the files that the simulator wrote. One line per comparison; exit status 1 if one failed.
"""

import argparse
import json
import os
import pathlib
import sys
import tomllib

ADMIN_SCOPE = "https://www.googleapis.com/auth/admin.directory.customer.readonly"
CLOUD_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def main():
    """Compares everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="where the simulator wrote its files")
    directory = parser.parse_args().dir
    configuration = tomllib.loads((directory / "gwsaudit.toml").read_text(encoding="utf-8"))
    endpoint, admin = configuration["google"]["endpoint"], configuration["tenant"]["admin"]
    # Before the library is read.
    os.environ["GCE_METADATA_HOST"] = endpoint.removeprefix("http://")

    import requests
    from google.auth import compute_engine, iam, identity_pool, impersonated_credentials
    from google.auth.exceptions import OAuthError, RefreshError
    from google.auth.transport.requests import Request
    from google.oauth2 import credentials as user_credentials

    from google_client import Tally

    # Google's hosts cannot be set from outside.
    iam._IAM_SIGNJWT_ENDPOINT = endpoint + "/v1/projects/-/serviceAccounts/{}:signJwt"
    impersonated_credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT = endpoint + "/token"
    user_credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT = endpoint + "/token"

    tally = Tally()
    account = json.loads((directory / "service-account.json").read_text(encoding="utf-8"))["client_email"]

    def delegated(source, subject=admin):
        """The auditing service account on behalf of the administrator, signed for by IAM."""
        return impersonated_credentials.Credentials(
            source_credentials=source, target_principal=account, target_scopes=[ADMIN_SCOPE], subject=subject
        )

    def reads_the_customer(what, source):
        """What the credentials are for."""
        credentials = delegated(source)
        credentials.refresh(Request())
        answer = requests.get(
            endpoint + "/admin/directory/v1/customers/my_customer",
            headers={"Authorization": f"Bearer {credentials.token}"},
            timeout=10,
        )
        tally.check(f"{what}: the customer is read", answer.status_code == 200, answer.text)

    for name in ("external-account", "external-account-url"):
        source = identity_pool.Credentials.from_file(directory / f"{name}.json", scopes=[CLOUD_SCOPE])
        source.refresh(Request())
        tally.check(f"{name}: a token is issued", bool(source.token))
        tally.check(f"{name}: the account is known", source.service_account_email == account)
        reads_the_customer(name, source)

    person = user_credentials.Credentials.from_authorized_user_file(directory / "authorized-user.json", [CLOUD_SCOPE])
    # The file names no token endpoint: the library knows Google's.
    person._token_uri = endpoint + "/token"
    reads_the_customer("authorized-user", person)

    machine = compute_engine.Credentials()
    machine.refresh(Request())
    tally.check("metadata: the account is known", machine.service_account_email == account)
    reads_the_customer("metadata", machine)

    try:
        delegated(machine, "nobody@invalid.example").refresh(Request())
        tally.check("a subject who does not exist is refused", False, "a token was issued")
    except RefreshError as error:
        tally.check("a subject who does not exist is refused", "invalid_grant" in str(error), str(error))

    token = directory / "subject-token"
    sound = token.read_text(encoding="utf-8")
    token.write_text("forged", encoding="utf-8")
    source = identity_pool.Credentials.from_file(directory / "external-account.json", scopes=[CLOUD_SCOPE])
    try:
        source.refresh(Request())
        tally.check("a forged workload is refused", False, "a token was issued")
    except OAuthError as error:
        tally.check("a forged workload is refused", "invalid_grant" in str(error), str(error))
    token.write_text(sound, encoding="utf-8")

    answer = requests.get(endpoint + "/computeMetadata/v1/instance/service-accounts/default/token", timeout=10)
    tally.check("metadata: nothing without the header", answer.status_code == 403, answer.text)
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
