"""The programme for measurement: rows like real ones, made once, never beside real ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model

from access.references import is_objection, is_ticket, parse_reference
from beneficiaries.models import Cycle, EligibilityResult, Household, PaymentLine, Person, User
from beneficiaries.statuses import PaymentStatus, Relation, ResultStatus
from notifications.models import Message
from objections.models import Objection, ObjectionEvent
from objections.rules import filing_deadline
from objections.statuses import ObjectionStatus
from portal.scale.loading import Loaded, PeopleTooFew, load_scale
from saudi.gregorian import riyadh_date
from saudi.iban import parse_iban
from saudi.mobile import parse_mobile
from saudi.national_id import parse_national_id
from sawtak.models import Category, IdentityMatch, Ticket, TicketEvent, TicketMessage
from sawtak.statuses import TicketStatus
from tests.personas import head

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def load(people: int = 200, tickets: int = 120, objections: int = 60, **options: Any) -> Loaded:
    return load_scale(people=people, tickets=tickets, objections=objections, now=NOW, **options)


def ensure_clean(rows: Iterable[Model]) -> None:
    cleaned = 0
    for row in rows:
        row.full_clean()
        cleaned += 1
    assert cleaned


def one_of_each(model: type[Model], *fields: str) -> list[Any]:
    return list(model._default_manager.order_by(*fields).distinct(*fields))


def test_every_row_is_one_that_the_portal_could_have_written(
    django_assert_max_num_queries: Any,
) -> None:
    with django_assert_max_num_queries(200):
        loaded = load()
    assert loaded == Loaded(200, 2400, PaymentLine.objects.count(), 120, 60)

    for person in Person.objects.all():
        assert parse_national_id(person.national_id) == person.national_id
        assert not person.mobile or parse_mobile(person.mobile) == person.mobile
        assert not person.iban or parse_iban(person.iban) == person.iban
    ensure_clean(Person.objects.select_related("household")[:40])
    ensure_clean(Household.objects.all()[:10])
    ensure_clean(one_of_each(EligibilityResult, "status", "cycle_id"))
    ensure_clean(one_of_each(PaymentLine, "status", "cycle_id"))
    ensure_clean(one_of_each(Ticket, "status", "identity_match"))
    ensure_clean(one_of_each(Objection, "status"))
    ensure_clean(TicketMessage.objects.all()[:20])
    ensure_clean(one_of_each(TicketEvent, "to_status"))
    ensure_clean(one_of_each(ObjectionEvent, "to_status"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the foreign keys


def test_everything_is_there_in_every_status() -> None:
    load(people=600, tickets=200, objections=100)

    def found(model: type[Model], field: str) -> set[Any]:
        return set(model._default_manager.values_list(field, flat=True))

    assert found(Person, "relation") == set(Relation)
    assert found(EligibilityResult, "status") == set(ResultStatus)
    assert found(PaymentLine, "status") == set(PaymentStatus)
    assert found(Ticket, "status") == set(TicketStatus)
    assert found(Ticket, "category") == set(Category)
    assert found(Ticket, "identity_match") == set(IdentityMatch)
    assert found(Objection, "status") == set(ObjectionStatus)
    assert found(Objection, "ground") == {"reason_wrong", "documents", "corrected", "other"}
    assert Cycle.objects.count() == 12
    assert Objection.objects.filter(payment__isnull=False).exists()
    assert len(found(Person, "full_name")) > 400
    assert len({day.year for day in found(Person, "birth_date")}) > 50
    assert len({at.month for at in found(Ticket, "received_at")}) == 12


def test_references_are_valid_and_tell_what_they_belong_to() -> None:
    load()
    tickets = Ticket.objects.values_list("reference", flat=True)
    assert all(is_ticket(parse_reference(reference)) for reference in tickets)
    references = Objection.objects.exclude(reference=None).values_list("reference", flat=True)
    assert references
    assert all(is_objection(parse_reference(str(reference))) for reference in references)


def test_windows_are_counted_as_the_rules_say() -> None:
    load()
    for result in one_of_each(EligibilityResult, "cycle_id"):
        assert result.filing_deadline == filing_deadline(result.announced_on)
    for objection in Objection.objects.exclude(reference=None):
        filed_on = riyadh_date(objection.submitted_at)
        assert objection.counted_from <= filed_on <= objection.deadline
        assert objection.submitted_at <= NOW


def test_a_household_has_one_head_who_files_for_it() -> None:
    load()
    for household in Household.objects.all():
        assert household.people.filter(relation=Relation.HEAD).count() == 1
    for objection in Objection.objects.select_related("person", "filed_by"):
        assert objection.filed_by.relation == Relation.HEAD
        assert objection.filed_by.household_id == objection.person.household_id


def test_run_again_adds_only_what_is_missing() -> None:
    first = load(people=60, tickets=20, objections=20)
    ids = set(Person.objects.values_list("national_id", flat=True))
    assert load(people=60, tickets=20, objections=20) == first
    more = load(people=90, tickets=30, objections=40)
    assert (more.people, more.results, more.tickets, more.objections) == (90, 1080, 30, 40)
    assert ids <= set(Person.objects.values_list("national_id", flat=True))
    assert load(people=10, tickets=0, objections=0) == more


def test_nobody_of_it_can_sign_in_or_is_told_anything() -> None:
    load()
    assert not User.objects.filter(is_active=True).exists()
    assert not any(user.has_usable_password() for user in User.objects.all()[:3])
    assert not Message.objects.exists()


def test_objections_that_people_cannot_have_are_refused() -> None:
    with pytest.raises(PeopleTooFew) as refused:
        load(people=5, tickets=0, objections=500)
    assert refused.value.most < 100


def test_a_real_register_is_left_alone(settings: Any) -> None:
    settings.DEMO = False
    head()
    with pytest.raises(CommandError, match="other people"):
        call_command("load_scale", people=5)
    assert Person.objects.count() == 1
    call_command("load_scale", people=5, beside_others=True, stdout=StringIO())
    assert Person.objects.count() == 6


def test_a_database_that_reaches_real_phones_is_refused(settings: Any) -> None:
    settings.SMS_GATEWAY = "twilio"
    with pytest.raises(CommandError, match="real SMS gateway"):
        call_command("load_scale", people=5, beside_others=True)
    assert not Person.objects.exists()


def test_the_command_tells_its_progress_and_what_is_there() -> None:
    told = StringIO()
    call_command("load_scale", people=30, tickets=5, objections=2, stdout=told)
    assert "people: 30 of 30" in told.getvalue()
    assert "30 synthetic people with 360 results" in told.getvalue()
