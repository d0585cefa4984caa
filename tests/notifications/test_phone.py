"""The demonstration phone: a screen, the same as JSON, and nothing of it outside DEMO."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.delivery import drain
from notifications.gateways import chosen_gateway
from notifications.models import Message
from notifications.outbox import queue_message
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import RIYADH

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=RIYADH)
SARA, KHALED = "+966500000001", "+966500000002"


@pytest.fixture(autouse=True)
def demonstration(settings: Any) -> None:
    settings.DEMO = True
    settings.SMS_GATEWAY = "phone"


@pytest.fixture
def delivered(db: None) -> None:
    """Three messages on the phone: two of Sara's, one of Khaled's between them."""
    for number, (to, minutes) in enumerate([(SARA, 0), (KHALED, 1), (SARA, 2)], 1):
        moment = NOW + timedelta(minutes=minutes)
        with transaction.atomic():
            queue_message(
                event=f"code:{number}",
                to=to,
                template="sign_in_code",
                values={"code": f"04821{number}"},
                language="ar",
                now=moment,
            )
        drain(lane=Lane.CODES, gateway=chosen_gateway(), clock=lambda moment=moment: moment)


@pytest.mark.usefixtures("delivered")
def test_json_has_every_message_newest_first(client: Client) -> None:
    rows = client.get("/phone/messages.json").json()
    assert [row["to"] for row in rows] == [SARA, KHALED, SARA]
    assert set(rows[0]) == {"to", "body", "queued_at", "sent_at", "status"}
    assert "048213" in rows[0]["body"]
    assert rows[0]["status"] == "sent"
    queued, sent = (datetime.fromisoformat(rows[0][key]) for key in ("queued_at", "sent_at"))
    assert queued == sent == NOW + timedelta(minutes=2)


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize(
    "typed",
    [
        *("0500000001", "+966500000001", "%2B966500000001", "00966500000001", "500000001"),
        *("٠٥٠٠٠٠٠٠٠١", "050 000 0001"),
    ],
)
def test_number_is_understood_in_any_spelling(client: Client, typed: str) -> None:
    rows = client.get(f"/phone/messages.json?mobile={typed}").json()
    assert [row["to"] for row in rows] == [SARA, SARA]


@pytest.mark.usefixtures("delivered")
def test_number_without_messages_gives_an_empty_list(client: Client) -> None:
    assert client.get("/phone/messages.json?mobile=0500000009").json() == []


@pytest.mark.django_db
def test_text_that_is_no_mobile_is_refused(client: Client) -> None:
    answer = client.get("/phone/messages.json?mobile=12")
    assert answer.status_code == 400
    assert answer.json()["error"] == "mobile"


@pytest.mark.usefixtures("delivered")
def test_message_that_is_not_yet_recorded_counts_as_sent(client: Client) -> None:
    Message.objects.update(status=MessageStatus.SENDING, sent_at=None)
    row = client.get("/phone/messages.json").json()[0]
    assert row["status"] == "sent"
    assert row["sent_at"]


@pytest.mark.django_db
def test_message_that_still_waits_is_not_on_the_phone(client: Client) -> None:
    with transaction.atomic():
        queue_message(
            event="code:1",
            to=SARA,
            template="sign_in_code",
            values={"code": "048213"},
            language="ar",
            now=NOW,
        )
    assert client.get("/phone/messages.json").json() == []


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_screen_shows_every_message_and_number(client: Client, prefix: str) -> None:
    page = client.get(f"{prefix}/phone/").content.decode()
    for code in ("048211", "048212", "048213"):
        assert code in page
    assert page.index("048213") < page.index("048212") < page.index("048211")
    assert '<bdi dir="ltr" class="num">0500000001</bdi>' in page


@pytest.mark.usefixtures("delivered")
def test_screen_of_one_number_shows_only_its_messages(client: Client) -> None:
    page = client.get("/phone/?mobile=0500000002").content.decode()
    assert "048212" in page
    assert "048211" not in page
    assert 'aria-current="page"' in page


@pytest.mark.django_db
def test_screen_without_messages_says_so(client: Client) -> None:
    assert "No message yet" in client.get("/en/phone/").content.decode()
    one = client.get("/en/phone/?mobile=0500000001").content.decode()
    assert "No message to this number yet" in one


@pytest.mark.usefixtures("delivered")
def test_screen_says_what_is_wrong_with_a_number(client: Client) -> None:
    page = client.get("/en/phone/?mobile=05123").content.decode()
    assert "You wrote 5 digits. Write 05 and then 8 digits." in page
    assert "No number was chosen" in page
    assert "048213" not in page
    assert 'value="05123"' in page


@pytest.mark.usefixtures("delivered")
def test_screen_has_the_same_queries_for_many_messages(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get("/phone/")
    assert len(queries) == 2


@pytest.mark.usefixtures("delivered")
def test_screen_is_cut_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.phone.SHOWN_ON_SCREEN", 2)
    page = client.get("/en/phone/").content.decode()
    assert "048211" not in page
    assert "Older messages" in page
    older = re.search(r'href="(\?before=\d+)"', page)
    assert older
    assert "048211" in client.get("/en/phone/" + older[1]).content.decode()


@pytest.mark.usefixtures("delivered")
def test_delivered_message_says_so(client: Client) -> None:
    Message.objects.update(status=MessageStatus.DELIVERED)
    assert "Delivered" in client.get("/en/phone/").content.decode()


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("address", ["/phone/", "/en/phone/", "/phone/messages.json"])
def test_phone_is_404_outside_the_demonstration(
    client: Client, settings: Any, address: str
) -> None:
    settings.DEMO = False
    answer = client.get(address)
    assert answer.status_code == 404
    assert "048213" not in answer.content.decode()


@pytest.mark.usefixtures("delivered")
@pytest.mark.parametrize("address", ["/phone/", "/phone/messages.json"])
def test_phone_is_never_cached_and_only_read(client: Client, address: str) -> None:
    assert "no-store" in client.get(address)["Cache-Control"]
    assert client.post(address).status_code == 405
