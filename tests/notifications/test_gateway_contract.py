"""What every gateway must do, whoever the provider is: one suite for all of them.

A new gateway joins by a Bench that says how its server is told to answer. The demonstration phone
has no server that could refuse; it takes part in what it can do.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from notifications.catalogue import TEMPLATES
from notifications.gateways import chosen_gateway, http
from notifications.gateways.base import (
    Gateway,
    GatewayClosed,
    GatewayError,
    GatewayPermanent,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.models import Message, PhoneMessage
from notifications.programme import programme_values
from notifications.statuses import Lane, MessageStatus
from tests.notifications.sms_provider import (
    ACCOUNT,
    APP_SID,
    CALLBACK_TOKEN,
    TOKEN,
    AcceptAndCut,
    AcceptAndHold,
    AnswerNonsense,
    CutUnread,
    Provider,
    Refuse,
    running_provider,
)
from tests.ports import free_port

TO = "+966500000001"
CODE = "048213"
BODY = f"حساب المواطن: رمز الدخول {CODE}. لا تعطه لأحد."
SENDER = "CitizenAcc"


@dataclass
class Bench:
    """A gateway, what its provider received, and how the provider is told to answer."""

    gateway: Gateway
    provider: Any
    secrets: tuple[str, ...] = ()
    permanent: list[Any] = field(default_factory=list)
    temporary: list[Any] = field(default_factory=list)
    closed: list[Any] = field(default_factory=list)
    unknown: list[Any] = field(default_factory=list)
    no_answers: list[Any] = field(default_factory=list)
    reported: list[tuple[str, str, MessageStatus | None]] = field(default_factory=list)

    def received(self) -> list[tuple[str, str]]:
        """Give the number and the text of each message that arrived."""
        if self.provider is None:
            return [*PhoneMessage.objects.order_by("id").values_list("recipient", "body")]
        return [(one.to, one.body) for one in self.provider.messages.values()]

    def say(self, gateway_id: str, reported: str, code: str) -> None:
        """Let the provider know so much of a message it accepted."""
        told = self.provider.messages[gateway_id]
        told.status, told.error_code = reported, code or None

    def failure(self, behaviour: Any) -> GatewayError:
        """Give the error with which the gateway meets a behaviour of its provider."""
        self.provider.next_answers.append(behaviour)
        with pytest.raises(GatewayError) as met:
            self.gateway.send(message())
        return met.value


def message(body: str = BODY) -> OutgoingSms:
    """Give a message as the outbox hands it over; its row is there, as the phone needs."""
    now = timezone.now()
    row = Message.objects.create(
        event=f"contract:{Message.objects.count()}",
        recipient=TO,
        template="sign_in_code",
        language="ar",
        body=body,
        lane=Lane.CODES,
        status=MessageStatus.SENDING,
        queued_at=now,
        not_before=now,
    )
    return OutgoingSms(message_id=row.pk, to=TO, body=body)


def phone_bench(settings: Any) -> Bench:
    settings.SMS_GATEWAY = "phone"
    return Bench(gateway=chosen_gateway(), provider=None)


def twilio_bench(settings: Any, provider: Provider) -> Bench:
    settings.DEMO = False
    settings.SMS_GATEWAY = "twilio"
    settings.SMS_SENDER = SENDER
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.TWILIO_MESSAGING_SERVICE_SID = ""
    settings.TWILIO_API_BASE_URL = provider.url
    return Bench(
        gateway=chosen_gateway(),
        provider=provider,
        secrets=(TOKEN,),
        permanent=[Refuse(400, code) for code in (21211, 21614, 21612, 21408, 21610, 21999)],
        temporary=[
            *(Refuse(429, 20429), Refuse(400, 30001), Refuse(429, 30001)),
            *(Refuse(500, 20500), Refuse(503, 20503), Refuse(503), Refuse(502)),
        ],
        closed=[Refuse(429, 63038), Refuse(401, 20003), Refuse(403, 20005), Refuse(404, 20404)],
        unknown=[AcceptAndCut(), CutUnread(), AnswerNonsense()],
        no_answers=[
            *(Refuse(401, 20003), Refuse(429, 20429), Refuse(503), Refuse(404)),
            *(CutUnread(), AnswerNonsense()),
        ],
        reported=[
            ("queued", "", MessageStatus.SENT),
            ("delivered", "", MessageStatus.DELIVERED),
            ("undelivered", "30003", MessageStatus.FAILED),
            ("foretold", "", None),
        ],
    )


def unifonic_bench(settings: Any, provider: Provider) -> Bench:
    settings.DEMO = False
    settings.SMS_GATEWAY = "unifonic"
    settings.SMS_SENDER = SENDER
    settings.UNIFONIC_APP_SID = APP_SID
    settings.UNIFONIC_CALLBACK_TOKEN = CALLBACK_TOKEN
    settings.UNIFONIC_API_BASE_URL = provider.url
    codes = ("ER-02", "ER-03", "ER-04", "ER-05", "ER-06", "ER-07", "ER-09", "ER-10", "ER-99")
    statuses = (400, 406, 409, 410, 412, 422, 440, 449, 481, 482, 483, 498)
    return Bench(
        gateway=chosen_gateway(),
        provider=provider,
        secrets=(APP_SID, CALLBACK_TOKEN),
        permanent=[
            *(Refuse(200, code) for code in codes),
            *(Refuse(400, code) for code in codes),
            *(Refuse(status) for status in statuses),
        ],
        temporary=[Refuse(429), Refuse(500), Refuse(502), Refuse(503), Refuse(503, "ER-99")],
        closed=[
            *(Refuse(200, "ER-01"), Refuse(200, "ER-08"), Refuse(480, "ER-08")),
            *(Refuse(status) for status in (401, 402, 403, 404, 459, 480, 546, 548)),
        ],
        unknown=[AcceptAndCut(), CutUnread(), AnswerNonsense(), Refuse(504), Refuse(599)],
        no_answers=[
            *(Refuse(401), Refuse(429), Refuse(503), Refuse(404), Refuse(432), Refuse(599)),
            *(CutUnread(), AnswerNonsense()),
        ],
        reported=[
            ("Queued", "", MessageStatus.SENT),
            ("Delivered", "", MessageStatus.DELIVERED),
            ("Undelivered", "ER-05", MessageStatus.FAILED),
            ("Foretold", "", None),
        ],
    )


BENCHES = {"twilio": twilio_bench, "unifonic": unifonic_bench}


@pytest.fixture
def bench(request: pytest.FixtureRequest, settings: Any, db: None) -> Iterator[Bench]:
    if request.param == "phone":
        yield phone_bench(settings)
        return
    with running_provider(plays=request.param) as provider:
        yield BENCHES[request.param](settings, provider)


every_gateway = pytest.mark.parametrize("bench", ["phone", *BENCHES], indirect=True)
every_server = pytest.mark.parametrize("bench", BENCHES, indirect=True)


@every_gateway
def test_it_has_the_name_of_its_setting_and_a_bound(bench: Bench, settings: Any) -> None:
    assert bench.gateway.name == settings.SMS_GATEWAY
    assert len(bench.gateway.name) <= Message._meta.get_field("gateway").max_length
    assert bench.gateway.most_at_once >= 1


@every_gateway
def test_accepted_message_gives_an_id_that_fits_and_is_nobody_else_s(bench: Bench) -> None:
    ids = [bench.gateway.send(message()).gateway_id for _ in range(3)]
    assert len(set(ids)) == 3
    longest = Message._meta.get_field("gateway_id").max_length
    assert all(0 < len(one) <= longest for one in ids)


@every_gateway
def test_message_is_found_by_the_id_of_its_receipt(bench: Bench) -> None:
    texts = [BODY, BODY.replace(CODE, "777777")]
    ids = [bench.gateway.send(message(text)).gateway_id for text in texts]
    for gateway_id, text in zip(ids, texts, strict=True):
        found = bench.gateway.status_of(gateway_id)
        assert found is not None
        assert (found.gateway_id, found.body, found.error) == (gateway_id, text, "")
        assert found.status in {None, MessageStatus.SENT, MessageStatus.DELIVERED}
        assert TO not in repr(found)
        assert CODE not in repr(found)


@every_gateway
def test_id_that_the_gateway_never_gave_is_no_message(bench: Bench) -> None:
    known = bench.gateway.send(message()).gateway_id
    others = [known[:-1] + digit for digit in "789" if digit != known[-1]]
    for unknown in (*others, "", "0", "../Messages", "?", "\x00", "٣", "x" * 64, known + "/"):
        assert bench.gateway.status_of(unknown) is None, unknown


@every_server
def test_state_of_one_message_is_in_its_word_and_ours(bench: Bench) -> None:
    gateway_id = bench.gateway.send(message()).gateway_id
    for reported, code, status in bench.reported:
        bench.say(gateway_id, reported, code)
        found = bench.gateway.status_of(gateway_id)
        assert found is not None
        assert (found.reported, found.status, found.error) == (reported, status, code)


@every_server
def test_no_answer_about_a_message_is_an_error_and_not_a_no(bench: Bench) -> None:
    gateway_id = bench.gateway.send(message()).gateway_id
    assert bench.no_answers
    for behaviour in bench.no_answers:
        bench.provider.next_lookups.append(behaviour)
        with pytest.raises(GatewayError) as met:
            bench.gateway.status_of(gateway_id)
        assert TO.removeprefix("+") not in str(met.value), behaviour
    assert bench.gateway.status_of(gateway_id) is not None


@every_gateway
def test_number_and_text_arrive_letter_for_letter(bench: Bench) -> None:
    texts = [
        template.worst_body(language, programme_values(language))
        for template in TEMPLATES.values()
        for language in ("ar", "en")
    ]
    for text in (BODY, *texts):
        bench.gateway.send(message(text))
    assert bench.received() == [(TO, text) for text in (BODY, *texts)]
    for _to, text in bench.received():
        assert "http" not in text
        assert "www." not in text
        assert not set(text) & set("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")
    assert CODE in bench.received()[0][1]


@every_server
def test_sender_is_the_registered_name(bench: Bench) -> None:
    bench.gateway.send(message())
    [sent] = bench.provider.messages.values()
    assert sent.sender == SENDER


@every_server
def test_refusal_for_good_is_permanent(bench: Bench) -> None:
    assert bench.permanent
    for behaviour in bench.permanent:
        assert isinstance(bench.failure(behaviour), GatewayPermanent), behaviour
    assert bench.provider.accepted == []


@every_server
def test_refusal_for_now_is_temporary_and_closes_nothing(bench: Bench) -> None:
    assert bench.temporary
    for behaviour in bench.temporary:
        failure = bench.failure(behaviour)
        assert isinstance(failure, GatewayTemporary), behaviour
        assert not isinstance(failure, GatewayClosed), behaviour
    assert bench.provider.accepted == []


@every_server
def test_refusal_of_everything_closes_the_gateway(bench: Bench) -> None:
    assert bench.closed
    for behaviour in bench.closed:
        assert isinstance(bench.failure(behaviour), GatewayClosed), behaviour


@every_server
def test_lost_or_senseless_answer_is_unknown(bench: Bench) -> None:
    assert bench.unknown
    for behaviour in bench.unknown:
        assert isinstance(bench.failure(behaviour), OutcomeUnknown), behaviour


@every_server
def test_each_send_is_one_request_whatever_comes_of_it(bench: Bench) -> None:
    behaviours = [*bench.permanent, *bench.temporary, *bench.closed, *bench.unknown]
    for number, behaviour in enumerate(behaviours, 1):
        bench.failure(behaviour)
        assert len(bench.provider.requests) == number


@every_server
def test_answer_after_the_longest_wait_is_unknown(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_TIMEOUT_SECONDS", 0.2)
    held = AcceptAndHold()
    assert isinstance(bench.failure(held), OutcomeUnknown)
    held.go_on.set()


@every_server
def test_server_that_is_not_there_is_temporary(bench: Bench, settings: Any) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    settings.TWILIO_API_BASE_URL = settings.UNIFONIC_API_BASE_URL = address
    with pytest.raises(GatewayTemporary):
        chosen_gateway().send(message())


@every_server
def test_no_error_and_no_log_holds_the_number_the_text_or_a_secret(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bench.gateway.send(message())
    told = []
    for behaviour in [*bench.permanent, *bench.temporary, *bench.closed, *bench.unknown]:
        failure = bench.failure(behaviour)
        told += [failure.reason, repr(failure), *traceback.format_exception(failure)]
        assert len(failure.reason) <= 80
    for secret in (TO.removeprefix("+966"), CODE, "حساب المواطن", *bench.secrets):
        assert secret not in caplog.text
        assert secret not in "".join(told)
