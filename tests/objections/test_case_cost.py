"""What the page of a case costs, for the largest cases that there are."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import Cycle, PaymentLine, Person
from objections.back_pay import back_pay_months
from objections.models import Objection
from objections.services import add_wanted_documents
from objections.services.second_looks import ask_second_look
from objections.statuses import ObjectionStatus
from tests import personas
from tests.factories import PaymentLineFactory, copy_people
from tests.objections import cases
from tests.plans import copy_rows, plan_of

pytestmark = pytest.mark.django_db

MOST_STATEMENTS = 15
"""One of them says who else looks at the case, one its way through the queue."""


@pytest.fixture
def owner() -> Person:
    """Somebody with a paid month, and another objection in the household."""
    person = personas.head()
    PaymentLineFactory.create(cycle__code="2026-10", paid_on=cases.NOW.date(), person=person)
    adult = personas.adult_of(person)
    cases.submitted(cases.result_of(adult), adult)
    return person


@pytest.fixture
def second_look(owner: Person) -> Objection:
    """A decision with money, looked at again, with a new proposal that waits."""
    first = cases.decided(
        cases.submitted(cases.result_of(owner), owner),
        personas.staff("caseworker"),
        decision=ObjectionStatus.PARTLY_ACCEPTED,
        back_pay={"2026-10": Decimal("720.50")},
    )
    ask_second_look(
        objection=first,
        asked_by=owner,
        actor=personas.user_of(owner),
        statement="لم يُقرأ المستند الثاني.",
        checked=[cases.pdf("آخر.pdf", pages=2)],
        now=cases.NOW,
    )
    cases.proposed(first, personas.staff("caseworker"), back_pay={"2026-10": Decimal(720)})
    return first


@pytest.fixture
def with_papers(owner: Person) -> Objection:
    """A case that came back with several documents to whoever decides it."""
    objection = cases.submitted(cases.result_of(owner), owner)
    cases.documents_wanted(objection, personas.staff("caseworker"))
    objection.refresh_from_db()
    add_wanted_documents(
        objection=objection,
        checked=[cases.pdf(f"{number}.pdf", pages=number) for number in (2, 3, 4)],
        actor=personas.user_of(owner),
        now=cases.NOW,
    )
    objection.refresh_from_db()
    return objection


def cost(client: Client, objection: Objection) -> list[str]:
    """Give the statements of a case's page, without what is read once in a minute."""
    address = reverse("admin:objections_objection_change", args=[objection.pk])
    with time_machine.travel(cases.NOW, tick=False):
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


def test_page_of_a_second_look_with_money_costs_no_more(
    client: Client, second_look: Objection
) -> None:
    personas.sign_in_staff(client, "supervisor")
    statements = cost(client, second_look)
    assert len(statements) <= MOST_STATEMENTS, statements


def test_page_of_whoever_decides_costs_no_more(client: Client, with_papers: Objection) -> None:
    assert with_papers.assigned_to is not None
    client.force_login(with_papers.assigned_to, backend=personas.STAFF_BACKEND)
    statements = cost(client, with_papers)
    assert len(statements) <= MOST_STATEMENTS, statements


def test_the_deposit_day_of_a_cycle_without_payments_is_read_from_an_index(owner: Person) -> None:
    case = Objection.objects.get(person__household=owner.household)
    with CaptureQueriesContext(connection) as captured:
        back_pay_months(case, accepted_on=cases.NOW.date())
    asked = next(each["sql"] for each in captured if "first_paid_on" in each["sql"])
    copy_people(300)
    copy_rows(PaymentLine, 300, person_id="(SELECT max(id) FROM beneficiaries_person) - n + 1")
    plan = plan_of(asked, of=[Cycle, Person, PaymentLine])
    assert "payment_deposit_day" in plan
    assert "Sort" not in plan.split("SubPlan")[1]
