"""Following a request by two numbers: what is shown, and that nothing else is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from access.models import LimitCounter
from access.references import ReferenceKind, new_reference
from objections.models import Objection, ObjectionEvent
from objections.statuses import ObjectionStatus
from portal.tracking import find_case
from saudi.gregorian import riyadh_date
from sawtak.services import ask_sender
from tests.factories import GROUND, PersonFactory, ResultFactory, StaffFactory
from tests.objections.cases import decided
from tests.personas import adult_of, head, sign_in
from tests.sawtak.tickets import MOBILE, NOW, STRANGERS_ID, code_sent, file, page

pytestmark = pytest.mark.django_db
TRACK = "/sawtak/track/"
UNKNOWN_TICKET = "7000000005"
UNKNOWN_OBJECTION = "4000000002"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Stand at one instant; a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def objection(status: str = "submitted", **fields: Any) -> Objection:
    """Give an objection that was submitted yesterday."""
    result = ResultFactory.create()
    facts: dict[str, Any] = {
        "reference": new_reference(ReferenceKind.OBJECTION),
        "result": result,
        "person": result.person,
        "filed_by": result.person,
        "status": status,
        "statement": "العقد باسمي",
        **GROUND,
        "counted_from": result.announced_on,
        "deadline": result.filing_deadline,
        "opened_at": NOW - timedelta(days=2),
        "submitted_at": NOW - timedelta(days=1),
    }
    made = Objection.objects.create(**facts | fields)
    ObjectionEvent.objects.create(
        objection=made, at=NOW - timedelta(days=2), from_status="", to_status="draft"
    )
    ObjectionEvent.objects.create(
        objection=made, at=NOW - timedelta(days=1), from_status="draft", to_status="submitted"
    )
    return made


def ask(client: Client, reference: str, identifier: str, **extra: Any) -> Any:
    return client.post(TRACK, {"reference": reference, "identifier": identifier}, **extra)


def ask_with(client: Client, token: str, reference: str, identifier: str) -> Any:
    """Ask as a browser does, with the token of the form."""
    fields = {"csrfmiddlewaretoken": token, "reference": reference, "identifier": identifier}
    return client.post(TRACK, fields)


def csrf_of(html: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found is not None
    return found.group(1)


def grouped(reference: str) -> str:
    return f"{reference[:4]} {reference[4:7]}-{reference[7:]}"


def in_arabic_digits(number: str) -> str:
    return number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def in_persian_digits(number: str) -> str:
    return number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))


def without_what_changes(html: str) -> str:
    """Drop what was typed and the form's own token."""
    html = re.sub(r'(?<=name="csrfmiddlewaretoken" value=")[^"]+', "", html)
    return re.sub(r'(<input[^>]*) value="[^"]*"', r"\1", html)


# What is shown ---------------------------------------------------------------------------


def test_page_shows_two_fields_and_no_session(client: Client) -> None:
    response = client.get(TRACK)
    assert response.status_code == 200
    assert 'name="reference"' in page(response)
    assert 'name="identifier"' in page(response)
    assert set(response.cookies) == {"csrf"}


def test_reference_in_the_address_is_filled_in(client: Client) -> None:
    assert 'value="7305628419"' in page(client.get(f"{TRACK}?reference=7305628419"))


@pytest.mark.parametrize("write", [str, grouped, in_arabic_digits, in_persian_digits])
@pytest.mark.parametrize(
    "identifier", [STRANGERS_ID, "0500000007", "٠٥٠٠٠٠٠٠٠٧", "+966 50 000 0007"]
)
def test_ticket_is_found_in_any_spelling_and_shows_no_text(
    client: Client, write: Any, identifier: str
) -> None:
    ticket = file()
    response = ask(client, write(ticket.reference), identifier)
    html = page(response)
    assert response.status_code == 200
    assert ticket.reference in html
    assert "وصل طلبك" in html
    assert "تم الرد" not in html
    for secret in ("لم تصل دفعة نوفمبر", "ناصر"):
        assert secret not in html
    assert Session.objects.count() == 0


def test_found_ticket_may_then_be_opened_by_a_code(client: Client) -> None:
    ticket = file()
    ask_sender(
        ticket_id=ticket.pk, agent=StaffFactory.create(), text="سؤال", seen_status="new", now=NOW
    )
    assert client.get(f"/sawtak/{ticket.reference}/").status_code == 404
    assert "سألناك سؤالًا" in page(ask(client, ticket.reference, MOBILE))
    assert "سؤال" in page(client.get(f"/sawtak/{ticket.reference}/"))
    client.post(f"/sawtak/{ticket.reference}/code/", {"send": "1"})
    client.post(f"/sawtak/{ticket.reference}/code/", {"code": code_sent()})
    assert "لم تصل دفعة نوفمبر" in page(client.get(f"/sawtak/{ticket.reference}/"))


def test_objection_is_found_by_the_person_or_the_mobile_of_the_filer(client: Client) -> None:
    filer = head(mobile="+966500000031")
    person = adult_of(filer, mobile="+966500000032")
    made = objection(person=person, filed_by=filer)
    for identifier in (person.national_id, filer.national_id, "0500000031"):
        html = page(ask(client, made.reference, identifier))
        assert made.reference in html
        assert "اعتراض على نتيجة أكتوبر 2026" in html
        assert str(ObjectionStatus.SUBMITTED.label) in html
        assert str(ObjectionStatus.DRAFT.label) not in html
        assert "العقد باسمي" not in html
        assert f"/sign-in/?next=/objections/{made.reference}/" in html
    assert "لم نجد طلبًا" in page(ask(client, made.reference, "0500000032"))


def test_decided_objection_promises_no_decision() -> None:
    clerk = StaffFactory.create()
    made = decided(objection("under_review", assigned_to=clerk), clerk, now=NOW)
    ObjectionEvent.objects.filter(kind="proposed").update(note="ملاحظة بين الموظفين")
    case = find_case(made.reference or "", made.person.national_id, today=riyadh_date(NOW))
    assert case is not None
    assert [step.title for step in case.steps][1:] == ["مقبول"]
    assert {step.state for step in case.steps} == {"done"}
    assert case.changed_at == made.decided_at


def test_objection_without_history_is_shown_by_its_receipt() -> None:
    made = objection()
    ObjectionEvent.objects.all().delete()
    case = find_case(made.reference or "", made.person.national_id, today=riyadh_date(NOW))
    assert case is not None
    assert case.changed_at == made.submitted_at


def test_draft_and_stopped_objection_are_found_by_nobody(client: Client) -> None:
    result = ResultFactory.create()
    Objection.objects.create(
        result=result,
        person=result.person,
        filed_by=result.person,
        status="stopped",
        counted_from=result.announced_on,
        deadline=result.filing_deadline,
        opened_at=NOW,
    )
    html = page(ask(client, UNKNOWN_OBJECTION, result.person.national_id))
    assert "لم نجد طلبًا" in html


# What is not told ------------------------------------------------------------------------


def test_every_wrong_pair_gets_one_answer_at_one_cost(client: Client) -> None:
    PersonFactory.create(national_id="1000000008", mobile="+966500000001")
    ticket, made = file(), objection()
    pairs = [
        (UNKNOWN_TICKET, STRANGERS_ID),
        (UNKNOWN_TICKET, "1000000008"),
        (ticket.reference, "1000000008"),
        (ticket.reference, "0500000001"),
        (UNKNOWN_OBJECTION, "1000000008"),
        (made.reference or "", "1000000008"),
        (made.reference or "", "0500000001"),
    ]
    answers = set()
    for reference, identifier in pairs:
        with CaptureQueriesContext(connection) as captured:
            response = ask(Client(), reference, identifier)
        answers.add(
            (
                response.status_code,
                len(captured),
                tuple(sorted(response.headers)),
                tuple(response.cookies),
                without_what_changes(page(response)),
            )
        )
    assert len(answers) == 1
    status, statements, _headers, cookies, html = answers.pop()
    # The turn, the look and the count, and the savepoint that they stand in.
    assert (status, statements, cookies) == (200, 5, ("csrf",))
    assert "لم نجد طلبًا بهذين الرقمين معًا" in html


@pytest.mark.parametrize(
    ("reference", "identifier", "words"),
    [
        pytest.param("", STRANGERS_ID, "وصلتك في رسالة", id="no-reference"),
        pytest.param("730562841", STRANGERS_ID, "كتبت 9 أرقام", id="nine-digits"),
        pytest.param("7305628410", STRANGERS_ID, "أحد الأرقام خطأ", id="check-digit"),
        pytest.param("5305628419", STRANGERS_ID, "يبدأ بالرقم 7", id="first-digit"),
        pytest.param("73056284x9", STRANGERS_ID, "أرقامًا فقط", id="letter"),
        pytest.param(UNKNOWN_TICKET, "", "رقم الهوية أو الجوال الذي كتبته", id="no-identifier"),
        pytest.param(UNKNOWN_TICKET, "1000000009", "أحد الأرقام خطأ", id="bad-id"),
        pytest.param(UNKNOWN_TICKET, "050000000", "كتبت 9 أرقام", id="short-mobile"),
    ],
)
def test_malformed_number_is_refused_beside_its_field_and_not_counted(
    client: Client, reference: str, identifier: str, words: str
) -> None:
    html = page(ask(client, reference, identifier))
    assert words in html
    assert "invalid-feedback" in html
    assert LimitCounter.objects.count() == 0


def test_twenty_first_wrong_pair_of_an_address_waits_for_a_named_time(
    client: Client, clock: time_machine.Traveller
) -> None:
    ticket = file()
    for _number in range(20):
        assert ask(client, UNKNOWN_TICKET, STRANGERS_ID).status_code == 200
    refused = ask(client, UNKNOWN_TICKET, STRANGERS_ID)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 65 * 60
    assert "لنحمي طلبات الناس" in page(refused)
    assert UNKNOWN_TICKET in page(refused)
    assert ask(client, ticket.reference, STRANGERS_ID).status_code == 429
    assert ask(client, ticket.reference, STRANGERS_ID, REMOTE_ADDR="192.0.2.9").status_code == 200
    clock.shift(timedelta(minutes=66))
    assert ticket.reference in page(ask(client, ticket.reference, STRANGERS_ID))


def test_right_pairs_are_never_counted(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "wrong_trackings_per_address_hour": 1}
    ticket = file()
    for _look in range(5):
        assert ask(client, ticket.reference, STRANGERS_ID).status_code == 200
    assert not LimitCounter.objects.filter(limit="wrong_trackings").exists()


def test_frame_is_everybodys_and_what_is_in_it_ones_own() -> None:
    """The page around a found case is drawn once a minute (sawtak/visitor_page.py)."""
    mine, other = file(), file(mobile="+966500000017", key="other")
    readers = (Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True))
    pages = []
    for reader, ticket in zip(readers, (mine, other), strict=True):
        token = csrf_of(page(reader.get(TRACK)))
        answer = ask_with(reader, token, ticket.reference, ticket.mobile)
        pages.append(page(answer))
        assert answer.headers["Cache-Control"] == "no-store, private"
    assert mine.reference in pages[0]
    assert other.reference not in pages[0]
    assert mine.reference not in pages[1]
    assert csrf_of(pages[0]) != csrf_of(pages[1])
    again = ask_with(readers[0], csrf_of(pages[0]), mine.reference, mine.mobile)
    assert again.status_code == 200
    assert ask_with(readers[1], csrf_of(pages[0]), mine.reference, mine.mobile).status_code == 403


def test_found_case_is_drawn_in_the_readers_own_display(client: Client) -> None:
    ticket = file()
    ask(Client(), ticket.reference, STRANGERS_ID)
    client.cookies["text"] = "large"
    html = page(ask(client, ticket.reference, STRANGERS_ID))
    assert 'data-text="large"' in html
    assert ticket.reference in html
    assert 'data-text="large"' not in page(ask(Client(), ticket.reference, STRANGERS_ID))


def test_error_is_named_in_the_title_and_on_top(client: Client) -> None:
    ticket = file()
    ask(client, ticket.reference, STRANGERS_ID)
    html = page(ask(client, UNKNOWN_TICKET, STRANGERS_ID))
    assert "<title>خطأ:" in html
    assert 'id="errors-title"' in html


def test_signed_in_person_is_told_no_more(client: Client) -> None:
    ticket = file()
    sign_in(client, head())
    html = page(ask(client, ticket.reference, "1000000008"))
    assert "لم نجد طلبًا" in html
    assert client.get(f"/sawtak/{ticket.reference}/").status_code == 404


def test_english_page_is_english(client: Client) -> None:
    ticket = file()
    html = page(
        client.post("/en/sawtak/track/", {"reference": ticket.reference, "identifier": MOBILE})
    )
    assert "Your request arrived" in html
    assert "Payments" in html
