"""Canaries, with Google's own client libraries.

Authorises, refreshes and revokes with google-auth-oauthlib and google-auth against `gwsaudit simulator --scenario
canaries.toml --speed 0`, moving its clock on in between, and compares what Google's libraries make of the answers with
what the scenario's settings mean.

    google_canaries.py --dir DIR

DIR holds the files that the simulator wrote. One line per comparison; exit status 1 if one failed.
"""

import argparse
import datetime
import json
import os
import pathlib
import sys
import urllib.parse

# Before the libraries are read: plain http is enough for loopback, and Google spells scopes out.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
os.environ["OAUTHLIB_RELAX_TOKEN_SCOPE"] = "1"

import requests
from cryptography.hazmat.primitives import serialization
from google.auth import jwt
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import _client
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow

from google_client import Tally

SCOPES = ["openid", "email", "https://www.googleapis.com/auth/cloud-platform"]
REDIRECT = "http://127.0.0.1:49152/"
REAUTH = {
    "error": "invalid_grant",
    "error_description": "reauth related error (invalid_rapt)",
    "error_uri": "https://support.google.com/a/answer/9368756",
    "error_subtype": "invalid_rapt",
}
GONE = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


class Simulator:
    """The simulator, as its files describe it."""

    def __init__(self, directory):
        self.directory = directory
        self.clients = {}
        for key in ("trusted", "untrusted"):
            text = (directory / f"client-{key}.json").read_text(encoding="utf-8")
            self.clients[key] = json.loads(text)["installed"]
        self.endpoint = self.clients["trusted"]["token_uri"].removesuffix("/token")
        self.hours = 0

    def advance_to(self, hours):
        """Moves the clock to so many hours after the start."""
        if hours > self.hours:
            requests.post(f"{self.endpoint}/simulator/advance", params={"by": f"{hours - self.hours}h"}, timeout=10)
        self.hours = hours

    def authorize(self, key, user, **parameters):
        """What Google's flow makes of a consent: credentials."""
        flow = Flow.from_client_secrets_file(
            str(self.directory / f"client-{key}.json"), scopes=SCOPES, redirect_uri=REDIRECT
        )
        url, state = flow.authorization_url(access_type="offline", prompt="consent", login_hint=user, **parameters)
        answer = requests.get(url, allow_redirects=False, timeout=10)
        back = answer.headers["Location"]
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)
        if query["state"] != [state]:
            raise ValueError(f"state is {query['state']}, not {state}")
        flow.fetch_token(authorization_response=back)
        return flow.credentials

    def credentials(self, key, refresh_token, scopes=None):
        """As a program holds them that was started anew."""
        client = self.clients[key]
        return Credentials(
            None,
            refresh_token=refresh_token,
            token_uri=client["token_uri"],
            client_id=client["client_id"],
            client_secret=client["client_secret"],
            scopes=scopes,
        )

    def outcome(self, key, refresh_token):
        """Refreshed, or how google-auth puts it, and the body that it read."""
        credentials = self.credentials(key, refresh_token)
        client = self.clients[key]
        form = {
            "grant_type": "refresh_token",
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
            "refresh_token": refresh_token,
        }
        _, body, _ = _client._token_endpoint_request_no_throw(Request(), client["token_uri"], form)
        try:
            credentials.refresh(Request())
        except RefreshError as error:
            return str(error.args[0]), body
        return ("refreshed" if credentials.token else "no token"), body


def check_consent(simulator, tally):
    """The first authorisation, looked at closely."""
    credentials = simulator.authorize("trusted", "open@canary.example")
    tally.check("a refresh token is issued", bool(credentials.refresh_token))
    wanted = {"openid", "https://www.googleapis.com/auth/userinfo.email", SCOPES[2]}
    tally.check("Google spells the scopes out", set(credentials.granted_scopes or []) == wanted, str(credentials.granted_scopes))

    key = json.loads((simulator.directory / "service-account.json").read_text(encoding="utf-8"))
    private = serialization.load_pem_private_key(key["private_key"].encode(), password=None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = jwt.decode(
        credentials.id_token,
        certs={key["private_key_id"]: public},
        audience=simulator.clients["trusted"]["client_id"],
        clock_skew_in_seconds=10,
    )
    seen = (claims["iss"], claims["email"], claims["email_verified"], claims["hd"])
    wanted = ("https://accounts.google.com", "open@canary.example", True, "canary.example")
    tally.check("google-auth accepts the ID token", seen == wanted, str(claims))

    narrowed = simulator.credentials("trusted", credentials.refresh_token, ["https://www.googleapis.com/auth/userinfo.email"])
    narrowed.refresh(Request())
    tally.check("an access token of fewer scopes", narrowed.granted_scopes == narrowed.scopes, str(narrowed.granted_scopes))
    greedy = simulator.credentials("trusted", credentials.refresh_token, ["https://www.googleapis.com/auth/gmail.send"])
    try:
        greedy.refresh(Request())
        tally.check("a scope that was not granted is refused", False, "it was granted")
    except RefreshError as error:
        tally.check("a scope that was not granted is refused", "invalid_scope" in str(error), str(error))


def check_fates(simulator, tally):
    """Two canaries per org unit, through a day in which one unit changes its mind."""
    tokens = {
        (user, key): simulator.authorize(key, f"{user}@canary.example").refresh_token
        for user in ("open", "exempt", "strict")
        for key in ("trusted", "untrusted")
    }
    strict = {("strict", "trusted"), ("strict", "untrusted")}
    for hours, dead in (
        (3, set()),
        (4, strict | {("exempt", "untrusted")}),
        (11, strict | {("exempt", "untrusted")}),
        # 24 hours instead of four: a token that is younger than that lives again.
        (12, {("exempt", "untrusted")}),
        (24, strict | {("exempt", "untrusted")}),
        (48, strict | {("exempt", "untrusted")}),
    ):
        simulator.advance_to(hours)
        for (user, key), token in tokens.items():
            outcome, body = simulator.outcome(key, token)
            what = f"{user}, {key}, after {hours} h"
            if (user, key) in dead:
                good = body == REAUTH and outcome.startswith("Reauthentication is needed")
                tally.check(f"{what}: reauthentication is needed", good, f"{outcome} {body}")
            else:
                tally.check(f"{what}: refreshed", outcome == "refreshed", f"{outcome} {body}")


def check_ends(simulator, tally, early):
    """Every other end of a connection."""
    for user, body in (
        ("leaver", {"error": "access_denied", "error_description": "Account restricted"}),
        ("goner", {"error": "invalid_grant", "error_description": "The account has been deleted"}),
    ):
        outcome, seen = simulator.outcome("trusted", early[user])
        tally.check(f"{user}: {body['error']}", seen == body and body["error"] in outcome, f"{outcome} {seen}")

    token = simulator.authorize("trusted", "open@canary.example").refresh_token
    revoked = requests.post(f"{simulator.endpoint}/revoke", params={"token": token}, timeout=10)
    tally.check("a token is revoked", revoked.status_code == 200, revoked.text)
    outcome, seen = simulator.outcome("trusted", token)
    tally.check("what was revoked cannot be refreshed", seen == GONE and "invalid_grant" in outcome, f"{outcome} {seen}")
    again = requests.post(f"{simulator.endpoint}/revoke", params={"token": token}, timeout=10)
    tally.check("nor revoked again", again.status_code == 400 and again.json()["error"] == "invalid_token", again.text)

    token = simulator.authorize("trusted", "open@canary.example").refresh_token
    for name, value, error in (
        ("client_secret", "GOCSPX-wrong", "invalid_client"),
        ("client_id", "1-unknown.apps.googleusercontent.com", "invalid_client"),
    ):
        client = dict(simulator.clients["trusted"])
        client[name] = value
        wrong = Credentials(
            None,
            refresh_token=token,
            token_uri=client["token_uri"],
            client_id=client["client_id"],
            client_secret=client["client_secret"],
        )
        try:
            wrong.refresh(Request())
            tally.check(f"a wrong {name} is refused", False, "it was taken")
        except RefreshError as refused:
            tally.check(f"a wrong {name} is refused", refused.args[1]["error"] == error, str(refused))
    tally.check("all that did the token no harm", simulator.outcome("trusted", token)[0] == "refreshed")


def main():
    """Compares everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="where the simulator wrote its files")
    simulator, tally = Simulator(parser.parse_args().dir), Tally()
    began = datetime.datetime.now(datetime.timezone.utc)
    check_consent(simulator, tally)
    early = {user: simulator.authorize("trusted", f"{user}@canary.example").refresh_token for user in ("leaver", "goner")}
    check_fates(simulator, tally)
    check_ends(simulator, tally, early)
    answer = requests.get(simulator.endpoint, timeout=10)
    date = datetime.datetime.strptime(answer.headers["Date"], "%a, %d %b %Y %H:%M:%S %Z").replace(tzinfo=datetime.timezone.utc)
    late = date - began - datetime.timedelta(hours=48)
    tally.check("answers bear the simulated date", abs(late) < datetime.timedelta(minutes=1), str(late))
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
