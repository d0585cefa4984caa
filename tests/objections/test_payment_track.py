"""The second track: objections against a line of a payment (DOMAIN 1 and 2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import PaymentLine, Person
from beneficiaries.payments import words_of
from beneficiaries.statuses import SETTLED_STATUSES, PaymentStatus
from objections.contested import key_of
from objections.errors import AlreadyObjected, FilingWindowClosed, NotContestable
from objections.models import Objection
from objections.rules import ContestKind
from objections.selectors import contest_states
from objections.services import (
    open_draft,
    save_statement,
    stop_overdue_drafts,
    submit_objection,
)
from objections.statuses import ObjectionStatus
from saudi.gregorian import riyadh_date
from tests.documents.files import pdf_bytes, upload
from tests.factories import CycleFactory, PaymentLineFactory, ResultFactory
from tests.objections.cases import STATEMENT, draft, riyadh, texts_to
from tests.objections.test_window import ROWS as WINDOW_ROWS
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff

pytestmark = pytest.mark.django_db

DEPOSIT = date(2026, 11, 10)
NOW = riyadh("2026-11-12 21:14:07")
TODAY = date(2026, 11, 12)
LAST_SECOND = riyadh("2027-02-08 23:59:59")
TOO_LATE = riyadh("2027-02-09 00:00:00")


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def line_of(person: Person, **fields: Any) -> PaymentLine:
    line: PaymentLine = PaymentLineFactory.create(person=person, **fields)
    return line


def new_url(line: PaymentLine) -> str:
    return f"/en/objections/new/?payment={line.pk}"


def page_url(line: PaymentLine) -> str:
    return f"/en/profile/payments/{line.pk}/"


PAID_IN_FULL = {"paid_sar": Decimal(720)}
NOTHING_DUE = {"status": PaymentStatus.NONE, "entitled_sar": Decimal(0), "paid_sar": Decimal(0)}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        pytest.param({}, "open", id="paid-and-short"),
        pytest.param({"paid_sar": Decimal(0)}, "open", id="paid-nothing-of-what-was-due"),
        pytest.param(NOTHING_DUE, "open", id="none-is-zero"),
        pytest.param(PAID_IN_FULL, "paid_in_full", id="paid-in-full"),
        pytest.param({"paid_sar": Decimal("719.99")}, "open", id="one-halala-short"),
        pytest.param({"status": PaymentStatus.SENT}, "pending", id="sent"),
        pytest.param({"status": PaymentStatus.PROCESSING}, "pending", id="processing"),
        pytest.param({"status": PaymentStatus.WAITING}, "pending", id="waiting"),
        pytest.param({"status": PaymentStatus.REFUSED}, "pending", id="refused"),
        pytest.param({"paid_on": TODAY}, "open", id="deposited-today"),
        pytest.param({"paid_on": TODAY + timedelta(days=1)}, "not_yet", id="deposited-tomorrow"),
        pytest.param({"paid_on": TODAY - timedelta(days=90)}, "open", id="day-90-open"),
        pytest.param({"paid_on": TODAY - timedelta(days=91)}, "closed", id="day-91-closed"),
        pytest.param({"superseded_on": TODAY}, "superseded", id="superseded"),
    ],
)
def test_what_of_a_payment_can_be_contested(fields: dict[str, Any], kind: ContestKind) -> None:
    person = head()
    line = line_of(person, **fields)
    assert contest_states([line], viewer=person, today=TODAY)[key_of(line)].kind == kind


def test_line_that_waits_for_its_announcement_has_no_standing() -> None:
    person = head()
    line = line_of(person, announced_on=None)
    assert contest_states([line], viewer=person, today=TODAY) == {}
    with pytest.raises(NotContestable):
        open_draft(contested=line, filed_by=person, now=NOW)


def test_window_counts_from_the_deposit_and_stays_open_until_midnight() -> None:
    person = head()
    line = line_of(person)
    filed = draft(line, person)
    assert (filed.counted_from, filed.deadline) == (DEPOSIT, date(2027, 2, 8))
    with pytest.raises(FilingWindowClosed) as caught:
        submit_objection(objection=filed, has_declared=True, now=TOO_LATE)
    assert (caught.value.counted_from, caught.value.deadline) == (DEPOSIT, date(2027, 2, 8))
    done = submit_objection(objection=filed, has_declared=True, now=LAST_SECOND)
    assert done.status == ObjectionStatus.SUBMITTED
    assert done.payment == line
    assert done.result is None
    assert texts_to(person, template="objection_submitted") == ["objection_submitted"]


@pytest.mark.parametrize(("deposited", "sent", "is_accepted"), WINDOW_ROWS)
def test_days_after_a_deposit_are_days_of_riyadh(
    client: Client, deposited: str, sent: str, is_accepted: bool
) -> None:
    person = head()
    line = line_of(person, paid_on=riyadh_date(riyadh(deposited)))
    opened = draft(line, person, now=riyadh(deposited))
    with time_machine.travel(riyadh(sent), tick=False):
        sign_in(client, person)
        response = client.post(f"/en/objections/new/{opened.uuid}/review/", {"declaration": "on"})
    opened.refresh_from_db()
    if is_accepted:
        assert opened.submitted_at == riyadh(sent)
        assert response["Location"] == f"/en/objections/{opened.reference}/"
    else:
        assert response.status_code == 409
        assert opened.status == ObjectionStatus.DRAFT
        assert STATEMENT in response.content.decode()


def test_one_open_objection_a_line() -> None:
    person = head()
    adult = adult_of(person)
    line = line_of(adult)
    theirs = draft(line, adult)
    submit_objection(objection=draft(line, person), has_declared=True, now=NOW)
    with pytest.raises(AlreadyObjected):
        submit_objection(objection=theirs, has_declared=True, now=NOW)
    assert Objection.objects.filter(payment=line).exclude(reference=None).count() == 1


def test_second_click_finds_the_same_draft() -> None:
    person = head()
    line = line_of(person)
    first = open_draft(contested=line, filed_by=person, now=NOW)
    assert open_draft(contested=line, filed_by=person, now=NOW) == first


def test_result_and_line_of_one_number_are_two_matters() -> None:
    person = head()
    line = line_of(person)
    result = ResultFactory.create(person=person, pk=line.pk)
    open_draft(contested=result, filed_by=person, now=NOW)
    states = contest_states([result, line], viewer=person, today=TODAY)
    assert (states[key_of(result)].kind, states[key_of(line)].kind) == ("draft", "open")


def test_adults_sensitive_reason_is_contested_by_that_adult_alone() -> None:
    person = head()
    adult = adult_of(person)
    line = line_of(adult, reason_codes=["PRISON"])
    with pytest.raises(NotContestable) as caught:
        open_draft(contested=line, filed_by=person, now=NOW)
    assert caught.value.why == "own_only"
    assert open_draft(contested=line, filed_by=adult, now=NOW).person == adult


def test_drafts_are_stopped_after_the_last_day_of_the_line() -> None:
    person = head()
    opened = draft(line_of(person), person)
    assert stop_overdue_drafts(now=LAST_SECOND) == 0
    assert stop_overdue_drafts(now=TOO_LATE) == 1
    opened.refresh_from_db()
    assert opened.status == ObjectionStatus.STOPPED
    assert texts_to(person, template="draft_stopped") == ["draft_stopped"]


# Pages ------------------------------------------------------------------------


def test_steps_lead_to_the_page_of_the_objection(client: Client) -> None:
    person = head(full_name="نورة سعد التجريبية")
    sign_in(client, person)
    line = line_of(person)
    page = client.get(new_url(line))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Objection to the payment of October 2026" in text
    assert "SAR 504" in text
    assert "SAR 216" in text
    assert f'name="payment" value="{line.pk}"' in text

    opened = client.post(new_url(line), {"payment": line.pk})
    address = opened["Location"]
    assert address.endswith("/profile/")
    statement = client.post(address, {})["Location"]
    documents = client.post(statement, {"ground": "reason_wrong", "statement": STATEMENT})[
        "Location"
    ]
    review = client.post(documents, {"documents": [upload("كشف.pdf", pdf_bytes(pages=1))]})[
        "Location"
    ]
    done = client.post(review, {"declaration": "on"})
    case = client.get(done["Location"])
    assert "Objection to the payment of October 2026" in case.content.decode()
    assert Objection.objects.get().payment == line


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param(PAID_IN_FULL, "The whole amount was paid", id="paid-in-full"),
        pytest.param({"status": PaymentStatus.SENT}, "not finished yet", id="pending"),
        pytest.param({"paid_on": date(2026, 11, 20)}, "still to come", id="not-yet"),
        pytest.param({"paid_on": date(2026, 8, 1)}, "The payment was deposited", id="closed"),
        pytest.param({"superseded_on": TODAY}, "corrected payment", id="superseded"),
    ],
)
def test_what_cannot_be_contested_says_why(
    client: Client, fields: dict[str, Any], words: str
) -> None:
    person = head()
    sign_in(client, person)
    line = line_of(person, **fields)
    assert words in client.get(new_url(line)).content.decode()
    refused = client.post(new_url(line), {"payment": line.pk})
    assert refused.status_code == 409
    assert words in refused.content.decode()
    assert not Objection.objects.exists()


def test_grounds_are_said_in_the_words_of_the_track(client: Client) -> None:
    person = head()
    sign_in(client, person)
    pages = []
    for contested in (line_of(person), ResultFactory.create(person=person)):
        opened = open_draft(contested=contested, filed_by=person, now=NOW)
        address = f"/en/objections/new/{opened.uuid}/statement/"
        pages.append(client.get(address).content.decode())
    of_payment, of_result = pages
    assert "The amount is wrong" in of_payment
    assert "The reason given is not true" not in of_payment
    assert "The reason given is not true" in of_result
    assert "The amount is wrong" not in of_result


def test_ground_of_a_payment_is_read_back_in_its_words(client: Client) -> None:
    person = head()
    opened = draft(line_of(person), person)
    save_statement(objection=opened, ground="reason_wrong", statement=STATEMENT)
    filed = submit_objection(objection=opened, has_declared=True, now=NOW)
    sign_in(client, person)
    assert (
        "The amount is wrong" in client.get(f"/en/objections/{filed.reference}/").content.decode()
    )
    sign_in_staff(client, "caseworker")
    page = client.get(f"/admin/objections/objection/{filed.pk}/change/")
    assert "المبلغ غير صحيح" in page.content.decode()


def test_days_of_the_window_are_those_of_the_rule(client: Client) -> None:
    person = head()
    line = line_of(person, status=PaymentStatus.SENT)
    sign_in(client, person)
    with patch("portal.templatetags.portal_ui.FILING_WINDOW_DAYS", 45):
        for address in ("/en/", new_url(line), page_url(line)):
            assert "45 days" in client.get(address).content.decode(), address
        assert "45 يومًا" in client.get("/").content.decode()


def test_file_and_pages_keep_a_contested_result_and_a_contested_payment_apart(
    client: Client,
) -> None:
    person = head()
    line = line_of(person)
    result = ResultFactory.create(person=person, cycle=line.cycle)
    filed = [
        submit_objection(objection=draft(contested, person), has_declared=True, now=NOW)
        for contested in (result, line)
    ]
    sign_in(client, person)
    text = client.get("/en/profile/").content.decode()
    assert f"/en/objections/{filed[0].reference}/" in text
    assert f"/en/objections/{filed[1].reference}/" in text
    assert "?result=" not in text
    assert "?payment=" not in text
    for objection, words in zip(filed, ("result", "payment"), strict=True):
        page = client.get(f"/en/objections/{objection.reference}/").content.decode()
        assert f"Objection to the {words} of October 2026" in page


@pytest.mark.parametrize("number", ["x", "²", "", "9" * 30, "-1"])
def test_number_that_is_none_is_not_found(client: Client, number: str) -> None:
    sign_in(client, head())
    assert client.get("/en/objections/new/", {"payment": number}).status_code == 404


def test_stranger_and_anonymous_learn_nothing_of_a_line(client: Client) -> None:
    line = line_of(head())
    page = page_url(line)
    for address in (new_url(line), page):
        assert client.get(address).status_code == 302
    sign_in(client, outsider())
    for address in (new_url(line), page):
        assert client.get(address).status_code == 404


def test_waiting_line_is_not_seen_by_its_own_person(client: Client) -> None:
    person = head()
    line = line_of(person, announced_on=None)
    sign_in(client, person)
    assert client.get(page_url(line)).status_code == 404
    assert str(line.paid_sar) not in client.get("/en/profile/").content.decode()


# The file ---------------------------------------------------------------------


def test_file_links_exactly_the_lines_that_can_be_contested(client: Client) -> None:
    person = head()
    adult, child = adult_of(person), child_of(person)
    short, full, childs = (
        line_of(person),
        line_of(adult, **PAID_IN_FULL),
        line_of(child, entitled_sar=Decimal(216), paid_sar=Decimal(0)),
    )
    sign_in(client, person)
    text = client.get("/en/profile/").content.decode()
    assert text.count(f"?payment={short.pk}") == 1
    assert text.count(f"?payment={childs.pk}") == 1
    assert f"?payment={full.pk}" not in text
    assert "SAR 1,656" in text, "what was due to the household"
    assert "SAR 1,224" in text, "what came"


def test_adult_sees_their_own_line_alone(client: Client) -> None:
    person = head()
    adult = adult_of(person)
    own, heads = line_of(adult), line_of(person)
    sign_in(client, adult)
    text = client.get("/en/profile/").content.decode()
    assert f"?payment={own.pk}" in text
    assert f"?payment={heads.pk}" not in text
    assert page_url(heads) not in text


def test_page_of_a_line_hides_a_sensitive_reason_from_the_head(client: Client) -> None:
    person = head()
    line = line_of(adult_of(person), reason_codes=["PRISON"])
    sign_in(client, person)
    text = client.get(page_url(line)).content.decode()
    assert "prison" not in text.lower()
    assert "A reason shown to its owner only" in text
    assert "Only the person concerned can object" in text


@pytest.mark.parametrize("status", PaymentStatus.values)
def test_each_status_is_explained(client: Client, status: str) -> None:
    person = head()
    facts: dict[str, Any] = {"status": status}
    if status == PaymentStatus.NONE:
        facts = NOTHING_DUE
    elif status == PaymentStatus.PAID:
        facts = PAID_IN_FULL
    line = line_of(person, **facts)
    sign_in(client, person)
    text = client.get(page_url(line)).content.decode()
    words = words_of(status, due_sar=line.entitled_sar, paid_sar=line.paid_sar)
    assert str(words.label) in text
    assert str(words.meaning) in text


def test_corrected_line_is_named_by_the_old_one(client: Client) -> None:
    person = head()
    old = line_of(person, superseded_on=TODAY)
    new = line_of(person, paid_sar=Decimal(700))
    sign_in(client, person)
    text = client.get(page_url(old)).content.decode()
    assert page_url(new) in text


def test_tracking_names_the_payment(client: Client) -> None:
    person = head()
    filed = submit_objection(objection=draft(line_of(person), person), has_declared=True, now=NOW)
    page = client.post(
        "/en/sawtak/track/",
        {"reference": filed.reference, "identifier": person.national_id},
        follow=True,
    )
    assert "Objection to the payment of October 2026" in page.content.decode()


@pytest.mark.parametrize(
    ("paid_sar", "words"),
    [(Decimal(504), "Less was paid than was due."), (Decimal(0), "None of it was paid.")],
)
def test_money_that_did_not_come_is_not_said_to_be_in_the_account(
    client: Client, paid_sar: Decimal, words: str
) -> None:
    person = head()
    line = line_of(person, paid_sar=paid_sar)
    sign_in(client, person)
    for address in ("/en/profile/", page_url(line)):
        text = client.get(address).content.decode()
        assert words in text
        assert "in the account" not in text


def test_file_takes_as_many_statements_for_a_large_household(client: Client) -> None:
    counts = []
    for children in (1, 12):
        person = head()
        for somebody in [person, *(child_of(person) for _ in range(children))]:
            for code in ("2026-10", "2026-11"):
                line_of(somebody, cycle=CycleFactory(code=code))
        sign_in(client, person)
        with CaptureQueriesContext(connection) as statements:
            assert client.get("/profile/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("status", sorted(set(PaymentStatus.values) - SETTLED_STATUSES))
def test_what_is_still_on_its_way_is_not_said_to_be_missing(client: Client, status: str) -> None:
    person = head()
    line = line_of(person, status=status, paid_sar=Decimal(0))
    sign_in(client, person)
    for address in ("/en/profile/", page_url(line)):
        text = client.get(address).content.decode()
        assert "SAR 720" in text
        assert "Missing" not in text


def test_line_of_somebody_who_joined_since_is_no_part_of_the_households_payment(
    client: Client,
) -> None:
    person, before = head(), outsider()
    joined = adult_of(before, full_name="Noura")
    nothing = {"status": PaymentStatus.NONE, "paid_sar": Decimal(0)}
    cycle = line_of(person, entitled_sar=Decimal(700), **nothing).cycle
    line_of(joined, cycle=cycle, entitled_sar=Decimal(300), paid_sar=Decimal(300))
    joined.household = person.household
    joined.save()
    sign_in(client, person)
    own, other = client.get("/en/profile/").context["profile"].payments.shown
    assert (own.entitled_sar, own.paid_sar, own.words.label) == (700, 0, "No payment this month")
    assert (other.entitled_sar, other.paid_sar, other.words.label) == (300, 300, "Paid")


def test_file_says_what_is_missing(client: Client) -> None:
    person = head()
    line_of(person)
    sign_in(client, person)
    text = client.get("/en/profile/").content.decode()
    assert "SAR 216" in text
