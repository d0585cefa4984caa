"""Before a request, whoever is signed in is shown the way to the objection."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.kept import Kept
from beneficiaries.models import PaymentLine, Person
from beneficiaries.statuses import ResultStatus
from tests.factories import CycleFactory, PaymentLineFactory, ResultFactory
from tests.objections.cases import draft, submitted
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff

NEW = "/en/sawtak/new/"
PANEL = 'id="ways"'
TODAY = date(2026, 11, 24)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def short(
    person: Person, code: str = "2026-11", *, days_left: int = 41, **fields: object
) -> PaymentLine:
    return PaymentLineFactory.create(
        person=person,
        cycle=CycleFactory(code=code),
        filing_deadline=TODAY + timedelta(days=days_left),
        **fields,
    )


def shown(client: Client, **asked: str) -> str:
    return client.get(NEW, asked).content.decode()


def test_short_payment_leads_to_its_objection(client: Client) -> None:
    person = head()
    line = short(person)
    sign_in(client, person)
    for asked in ({}, {"category": "payments"}, {"category": "objection"}):
        html = shown(client, **asked)
        assert PANEL in html
        assert "Your payment of November 2026 is short." in html
        assert "You have 41 days to object." in html
        assert f'href="/en/objections/new/?payment={line.pk}"' in html
        assert html.index(PANEL) < html.index('name="message"')
    other_matter = shown(client, category="suggestion")
    assert f'{PANEL} data-ways="category" hidden' in other_matter
    refused = client.post(NEW, {"category": "payments"}).content.decode()
    assert f"?payment={line.pk}" in refused
    arabic = client.get("/sawtak/new/").content.decode()
    assert "دفعتك لدورة نوفمبر 2026 ناقصة." in arabic
    assert "أمامك 41 يومًا للاعتراض." in arabic


def test_nothing_that_came_last_day_results_and_others_of_the_household(client: Client) -> None:
    person = head()
    adult = adult_of(person)
    short(adult, days_left=0, paid_sar=Decimal(0))
    result = ResultFactory.create(
        person=person,
        cycle=CycleFactory(code="2026-11"),
        announced_on=TODAY - timedelta(days=26),
    )
    sign_in(client, person)
    html = shown(client)
    assert "The payment of November 2026 for <bdi>" in html or adult.full_name in html
    assert "did not come" in html
    assert "Today is the last day to object." in html
    assert "You are not eligible in November 2026." in html
    of_results = shown(client, category="suspension")
    assert f'href="/en/objections/new/?result={result.pk}"' in of_results
    assert of_results.count(" hidden>") >= 1


def test_draft_goes_on_and_a_filed_one_is_named_with_its_status(client: Client) -> None:
    person = head()
    line = short(person)
    result = ResultFactory.create(
        person=person,
        cycle=CycleFactory(code="2026-11"),
        announced_on=TODAY - timedelta(days=26),
    )
    begun = draft(line, person)
    filed = submitted(result, person)
    sign_in(client, person)
    html = shown(client)
    assert "Go on with your objection" in html
    assert f"?payment={line.pk}" in html
    assert f'href="/en/objections/{filed.reference}/"' in html
    assert str(filed.status_label) in html
    assert f"?result={result.pk}" not in html
    assert begun.reference is None


def test_nobody_else_is_shown_anything(client: Client) -> None:
    person = head()
    line = short(person)
    in_full = head()
    short(in_full, paid_sar=Decimal("720.00"))
    closed = head()
    short(closed, "2026-07", days_left=-1)
    assert PANEL not in shown(client, category="payments")
    for other in (outsider(), in_full, closed):
        browser = Client()
        sign_in(browser, other)
        assert PANEL not in shown(browser, category="payments")
    staff_browser = Client()
    sign_in_staff(staff_browser, "agent")
    assert PANEL not in shown(staff_browser, category="payments")
    assert line.pk


def test_cost_is_that_of_one_for_a_large_household() -> None:
    def statements(dependants: int) -> int:
        person = head()
        short(person)
        for number in range(dependants):
            someone = child_of(person) if number % 2 else adult_of(person)
            short(someone)
            ResultFactory.create(
                person=someone,
                cycle=CycleFactory(code="2026-11"),
                status=ResultStatus.INELIGIBLE,
                announced_on=TODAY - timedelta(days=26),
            )
        client = Client()
        sign_in(client, person)
        Kept.forget_all()
        with CaptureQueriesContext(connection) as captured:
            html = shown(client, category="payments")
        assert PANEL in html
        return len(captured)

    one, twelve = statements(1), statements(12)
    assert one == twelve
    assert twelve <= 15
