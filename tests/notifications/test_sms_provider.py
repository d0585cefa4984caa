"""The stand-ins themselves: what is rehearsed against them must be what the providers do."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from urllib.request import urlopen

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from notifications.gateways.base import GatewayPermanent, OutgoingSms
from notifications.gateways.http import Line
from notifications.gateways.twilio import Refusal, TwilioHttp
from notifications.gateways.unifonic import UnifonicGateway
from tests.notifications.sms_provider import ACCOUNT, APP_SID, TOKEN, ReportOrder, running_provider

ROOT = Path(__file__).resolve().parents[2]


def client(url: str, *, token: str = TOKEN) -> Client:
    return Client(ACCOUNT, token, http_client=TwilioHttp(url))


def create(url: str, to: str = "+966500000001", **facts: Any) -> Any:
    return client(url).messages.create(**({"to": to, "body": "نص", "from_": "PORTAL"} | facts))


def test_message_that_was_created_can_be_fetched() -> None:
    with running_provider() as provider:
        made = create(provider.url)
        found = client(provider.url).messages(made.sid).fetch()
        assert (found.sid, found.to, found.body, found.status) == (
            made.sid,
            "+966500000001",
            "نص",
            "queued",
        )
        with pytest.raises(Refusal, match="http 404, code 20404"):
            client(provider.url).messages("SM" + "9" * 32).fetch()


def test_list_is_paged_and_filtered_by_recipient_and_time() -> None:
    with running_provider() as provider:
        for number in range(7):
            create(provider.url, to=f"+96650000000{number % 2}")
        api = client(provider.url).messages
        assert len(api.list(page_size=2)) == 7
        assert [one.sid for one in api.list()] == sorted(provider.messages, reverse=True)
        assert {one.to for one in api.list(to="+966500000001")} == {"+966500000001"}
        now = datetime.now(tz=UTC)
        assert len(api.list(date_sent_after=now - timedelta(minutes=1))) == 7
        assert api.list(date_sent_after=now + timedelta(minutes=1)) == []
        assert api.list(date_sent_before=now - timedelta(minutes=1)) == []


def test_wrong_token_is_turned_away() -> None:
    with running_provider() as provider:
        with pytest.raises(Refusal, match="http 401, code 20003"):
            client(provider.url, token="wrong").messages.create(to="+966500000001", body="نص")
        assert provider.accepted == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        pytest.param({"to": "0500000001"}, 21211, id="number-not-international"),
        pytest.param({"body": ""}, 21602, id="no-text"),
        pytest.param({"from_": ""}, 21603, id="no-sender"),
        pytest.param({"body": "ا" * 1601}, 21617, id="too-long"),
    ],
)
def test_request_that_twilio_refuses_is_refused(changed: dict[str, str], code: int) -> None:
    with running_provider() as provider, pytest.raises(Refusal, match=f"http 400, code {code}"):
        create(provider.url, **changed)


def test_messaging_service_needs_no_sender() -> None:
    with running_provider() as provider:
        made = create(provider.url, from_="", messaging_service_sid="MG" + "0" * 32)
        assert made.messaging_service_sid == "MG" + "0" * 32


@contextmanager
def listener() -> Iterator[tuple[str, list[tuple[dict[str, str], str]]]]:
    """Take reports until the block ends: give the address and what came, with its signature."""
    came: list[tuple[dict[str, str], str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            came.append((dict(parse_qsl(body)), self.headers["X-Twilio-Signature"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/status/", came
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (ReportOrder.NONE, []),
        (ReportOrder.IN_ORDER, ["queued", "sent", "delivered"]),
        (ReportOrder.OUT_OF_ORDER, ["delivered", "sent", "queued"]),
        (ReportOrder.TWICE, ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
    ],
)
def test_reports_are_signed_and_come_as_planned(order: ReportOrder, told: list[str]) -> None:
    with listener() as (address, came):
        with running_provider(reports=order) as provider:
            create(provider.url, status_callback=address)
        assert [facts["MessageStatus"] for facts, _ in came] == told
        validator = RequestValidator(TOKEN)
        assert all(validator.validate(address, facts, signature) for facts, signature in came)
        [message] = provider.messages.values()
        assert message.reports == [(status, 204) for status in told]


def test_undelivered_message_is_reported_with_its_code() -> None:
    with listener() as (address, came):
        plan = {"reports": ReportOrder.IN_ORDER, "undelivered": {"+966500000001": 30003}}
        with running_provider(**plan) as provider:
            create(provider.url, status_callback=address)
        last = came[-1][0]
        assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30003")


def test_by_hand_it_says_how_it_is_used_and_shows_what_came() -> None:
    argv = [sys.executable, "-m", "tests.notifications.sms_provider", "--port", "0"]
    refusing = ["--refuse", "+966500000002=21610", "--reports", "none"]
    process = subprocess.Popen(
        [*argv, *refusing], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        assert process.stdout is not None
        words = ""
        while "Ctrl-C" not in words:
            words += process.stdout.readline()
        assert "SMS_GATEWAY=twilio TWILIO_API_BASE_URL=http://127.0.0.1:" in words
        url = words.split("TWILIO_API_BASE_URL=")[1].split()[0]
        create(url)
        with pytest.raises(Refusal, match="code 21610"):
            create(url, to="+966500000002")
        with urlopen(f"{url}/received.json") as answer:
            [shown] = json.load(answer)
        assert (shown["to"], shown["sender"], shown["body"]) == ("+966500000001", "PORTAL", "نص")
        with urlopen(f"{url}/") as answer:
            assert "+966500000001" in answer.read().decode()
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode == 0


def test_by_hand_it_plays_unifonic_too() -> None:
    argv = [sys.executable, "-m", "tests.notifications.sms_provider", "--plays", "unifonic"]
    process = subprocess.Popen(
        [*argv, "--port", "0", "--refuse", "+966500000002=ER-05"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        words = ""
        while "Ctrl-C" not in words:
            words += process.stdout.readline()
        said = dict(word.split("=", 1) for word in words.split() if "=" in word)
        assert said["SMS_GATEWAY"] == "unifonic"
        gateway = UnifonicGateway(
            line=Line(said["UNIFONIC_API_BASE_URL"]),
            app_sid=said["UNIFONIC_APP_SID"],
            sender="PORTAL",
        )
        to = "+966500000001"
        receipt = gateway.send(OutgoingSms(message_id=1, to=to, body="نص"))
        found = gateway.status_of(receipt.gateway_id)
        assert found is not None
        assert found.body == "نص"
        with pytest.raises(GatewayPermanent, match="ER-05"):
            gateway.send(OutgoingSms(message_id=2, to="+966500000002", body="نص"))
        with urlopen(f"{said['UNIFONIC_API_BASE_URL']}/received.json") as answer:
            [shown] = json.load(answer)
        assert (shown["to"], shown["sender"], shown["body"]) == (to, "PORTAL", "نص")
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"AppSid": ""}, 402),
        ({"AppSid": "wrong"}, 401),
        ({"Recipient": ""}, 422),
        ({"Recipient": "+966500000001"}, 482),
        ({"SenderID": ""}, 440),
        ({"Body": ""}, 449),
        ({"Body": "ا" * 1601}, 412),
    ],
)
def test_request_that_unifonic_refuses_is_refused(changed: dict[str, str], status: int) -> None:
    facts = {"AppSid": APP_SID, "Recipient": "966500000001", "SenderID": "PORTAL", "Body": "نص"}
    with running_provider(plays="unifonic") as provider:
        answer = Line(provider.url).request("POST", "/rest/SMS/messages", data=facts | changed)
        assert answer.status == status
        assert provider.accepted == []


def test_half_a_request_is_not_accepted() -> None:
    with running_provider() as provider:
        secret = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        head = (
            f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1\r\nHost: x\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n"
            f"Authorization: Basic {secret}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", provider.server_port), timeout=30) as line:
            line.sendall(f"{head}To=%2B9665".encode())
            line.shutdown(socket.SHUT_WR)
            assert line.recv(100) == b""
        assert provider.accepted == []
