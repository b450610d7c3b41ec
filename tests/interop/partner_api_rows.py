"""The faults of the imitated Partner API, one row for each kind of trouble, as a plain HTTP client sees them.

What the application makes of them is in tests/contract/partner.
"""

import base64
import http.client
import json
from urllib.parse import urlencode

import pytest
from fault_bench import row
from patience import PATIENCE_S

TICKETS = "/v2/tickets/tickets"
MODELS = "/v2/vehicles/models"


class PartnerApi:
    """The Partner API of a bench, asked by the account of its engine."""

    def __init__(self, bench):
        ready = bench.engine.behind
        self._port = ready["partnerApi"]
        self._account = {"client_id": ready["clientId"], "client_secret": ready["clientSecret"]}
        self._token = self.new_token()["access_token"]

    def ask(self, method, path, headers, body=None):
        """Status, headers and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def ask_for_token(self):
        form = urlencode({"grant_type": "client_credentials", **self._account})
        return self.ask("POST", "/oauth2/token", {"content-type": "application/x-www-form-urlencoded"}, form)

    def new_token(self):
        status, _, body = self.ask_for_token()
        assert status == 200
        return json.loads(body)

    def get(self, path=TICKETS):
        return self.ask("GET", path, {"authorization": f"Bearer {self._token}"})

    def rows(self, path=TICKETS):
        """The answer to a list that was asked for in good order."""
        status, _, body = self.get(path)
        assert status == 200
        return json.loads(body)

    def status_of_upgrade(self):
        key = base64.b64encode(bytes(16)).decode()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/wssprd", headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()


@row("partner-api", connector=None, trouble="unauthorised")
@row("partner-api", connector=None, trouble="rate-limited")
@row("partner-api", connector=None, trouble="html-500")
def the_partner_api_refuses_lists_for_a_while(bench):
    api = PartnerApi(bench)
    usual = api.rows()
    assert usual["result"]
    bench.begin()
    status, headers, body = api.get()
    assert status in (401, 429, 500)
    is_problem = status != 500
    assert headers["content-type"] == ("application/problem+json" if is_problem else "text/html")
    assert not is_problem or json.loads(body)["status"] == status
    bench.end()
    assert api.rows() == usual


@row("partner-api", connector=None, trouble="token-refused")
@row("partner-api", connector=None, trouble="token-500")
@row("partner-api", connector=None, trouble="token-html")
def the_partner_api_gives_no_token_for_a_while(bench):
    api = PartnerApi(bench)
    bench.begin()
    status, _, body = api.ask_for_token()
    assert b"access_token" not in body
    assert status in (200, 400, 500)
    # A token from before still works.
    assert api.rows()["result"]
    bench.end()
    assert api.new_token()["access_token"]


@row("partner-api", connector=None, trouble="token-10s")
def tokens_of_the_partner_api_live_shorter_for_a_while(bench):
    api = PartnerApi(bench)
    bench.begin()
    assert api.new_token()["expires_in"] == 10
    bench.end()
    assert api.new_token()["expires_in"] > 10


@row("partner-api", connector=None, trouble="joins-403")
@row("partner-api", connector=None, trouble="joins-404")
def other_lists_than_tickets_have_no_visible_rows_for_a_while(bench):
    api = PartnerApi(bench)
    ticket = f"{TICKETS}/{api.rows()['result'][0]['id']}"
    model = f"{MODELS}/{api.rows(MODELS)['result'][0]['id']}"
    assert api.get(model)[0] == 200
    bench.begin()
    assert api.get(model)[0] in (403, 404)
    assert api.get(ticket)[0] == 200
    bench.end()
    assert api.get(model)[0] == 200


@row("partner-api", connector=None, trouble="cut-body")
def answers_of_the_partner_api_break_off_for_a_while(bench):
    api = PartnerApi(bench)
    bench.begin()
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        api.get()
    bench.end()
    assert api.rows()["result"]


@row("partner-api", connector=None, trouble="no-result")
@row("partner-api", connector=None, trouble="many-tickets")
@row("partner-api", connector=None, trouble="wrong-limit")
@row("partner-api", connector=None, trouble="nulls")
def lists_of_the_partner_api_are_odd_for_a_while(bench):
    api = PartnerApi(bench)
    usual = api.rows()
    bench.begin()
    odd = api.rows()
    assert odd != usual
    assert "result" not in odd or odd["total"] == 10_000 or odd["query"]["limit"] == 7 or None in odd["result"][0].values()
    bench.end()
    assert api.rows() == usual


@row("partner-api", connector=None, trouble="unauthorised", times=1)
def trouble_of_the_partner_api_ends_after_its_times(bench):
    api = PartnerApi(bench)
    bench.begin()
    assert [api.get()[0] for _ in range(3)] == [401, 200, 200]


@row("partner-api", connector=None, trouble="ws-refused")
def the_live_feed_of_the_partner_api_is_refused_for_a_while(bench):
    api = PartnerApi(bench)
    assert api.status_of_upgrade() == 101
    bench.begin()
    assert api.status_of_upgrade() == 503
    bench.end()
    assert api.status_of_upgrade() == 101
