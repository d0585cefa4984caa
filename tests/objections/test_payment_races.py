"""Two at once on the payment track: one objection a line, whoever comes first (O13, O29)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from beneficiaries.imports.payments import COLUMNS, import_payments
from beneficiaries.models import PaymentLine, Person
from objections.errors import AlreadyObjected, NotContestable
from objections.models import Objection
from objections.services import open_draft, submit_objection
from objections.statuses import ObjectionStatus
from portal.announcing import PAYMENTS, announce
from tests.factories import CycleFactory, PaymentLineFactory
from tests.objections.cases import NOW, draft, texts_to
from tests.objections.test_concurrency import at_once
from tests.personas import adult_of, head, sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november"),
]

DEPOSIT = date(2026, 11, 10)


def short_line(person: Person) -> PaymentLine:
    line: PaymentLine = PaymentLineFactory.create(
        person=person, cycle=CycleFactory(code="2026-11"), paid_on=DEPOSIT
    )
    return line


def announce_corrected(line: PaymentLine, *, paid_sar: str, folder: Path) -> None:
    """Bring in a corrected file with one line and announce it, as an operator does."""
    path = folder / "corrected.csv"
    row = f"{line.person.national_id},720.00,{paid_sar},paid,{DEPOSIT},ABSENCE_DEDUCTION"
    path.write_text(f"{','.join(COLUMNS)}\n{row}\n", encoding="utf-8")
    import_payments(line.cycle.code, path, now=NOW)
    announce(cycle_code=line.cycle.code, on=NOW.date(), matter=PAYMENTS, now=NOW)


def test_ten_submissions_from_two_tabs_make_one_objection_and_one_sms() -> None:
    person = head()
    line = short_line(person)
    opened = draft(line, person)
    assert open_draft(contested=line, filed_by=person, now=NOW) == opened, "the second tab"
    client = Client()
    sign_in(client, person)
    review = reverse("objections:step", args=[opened.uuid, "review"])

    def send(_number: int) -> tuple[int, str]:
        browser = Client()
        browser.cookies = client.cookies
        response = browser.post(review, {"declaration": "on"})
        return response.status_code, response["Location"]

    answers = at_once(10, send)
    opened.refresh_from_db()
    assert set(answers) == {(302, reverse("objections:detail", args=[opened.reference]))}
    assert texts_to(person) == ["objection_submitted"]
    assert opened.events.filter(to_status=ObjectionStatus.SUBMITTED).count() == 1


def test_ten_first_steps_at_once_open_one_draft() -> None:
    person = head()
    line = short_line(person)
    opened = at_once(10, lambda _n: open_draft(contested=line, filed_by=person, now=NOW).pk)
    assert len(set(opened)) == Objection.objects.count() == 1


def test_head_and_dependant_at_once_make_one_objection_and_the_other_is_told_why() -> None:
    person = head()
    adult = adult_of(person)
    line = short_line(adult)
    drafts = [draft(line, person), draft(line, adult)]

    def send(number: int) -> str:
        try:
            filed = submit_objection(objection=drafts[number], has_declared=True, now=NOW)
        except AlreadyObjected as refusal:
            return f"refused for {refusal.reference}"
        return filed.reference or ""

    answers = at_once(2, send)
    [winner] = Objection.objects.filter(status=ObjectionStatus.SUBMITTED)
    assert sorted(answers) == sorted([winner.reference, f"refused for {winner.reference}"])
    loser = next(one for one in drafts if one.pk != winner.pk)
    loser.refresh_from_db()
    assert loser.status == ObjectionStatus.DRAFT, "nothing that was written is lost"
    assert texts_to(winner.filed_by) == ["objection_submitted"]
    assert texts_to(loser.filed_by) == []


def test_correction_while_a_draft_is_open_stops_its_submission_and_offers_the_new_line(
    tmp_path: Path,
) -> None:
    person = head()
    line = short_line(person)
    opened = draft(line, person)
    announce_corrected(line, paid_sar="600.00", folder=tmp_path)
    with pytest.raises(NotContestable) as caught:
        submit_objection(objection=opened, has_declared=True, now=NOW)
    assert caught.value.why == "superseded"
    client = Client()
    sign_in(client, person)
    page = client.post(f"/en/objections/new/{opened.uuid}/review/", {"declaration": "on"})
    assert page.status_code == 409
    assert "A corrected payment replaced this one" in page.content.decode()
    new = PaymentLine.objects.current().get(person=person)
    assert new.paid_sar == Decimal(600)
    assert new.counted_from == NOW.date(), "a correction counts from its own day"
    assert open_draft(contested=new, filed_by=person, now=NOW).pk != opened.pk


def test_correction_and_submission_at_once_leave_no_objection_against_nothing(
    tmp_path: Path,
) -> None:
    person = head()
    line = short_line(person)
    opened = draft(line, person)

    def work(number: int) -> str:
        if number == 0:
            announce_corrected(line, paid_sar="600.00", folder=tmp_path)
            return "announced"
        try:
            submit_objection(objection=opened, has_declared=True, now=NOW)
        except NotContestable as refusal:
            return refusal.why
        return "submitted"

    answers = at_once(2, work)
    line.refresh_from_db()
    opened.refresh_from_db()
    assert answers[0] == "announced"
    assert line.superseded_on == NOW.date(), "whoever was first, the correction is there"
    is_filed = opened.status == ObjectionStatus.SUBMITTED
    assert answers[1] == ("submitted" if is_filed else "superseded")
