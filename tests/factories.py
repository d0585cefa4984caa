"""Rows for tests, all synthetic. Each app appends its own factories."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from beneficiaries.models import Cycle, EligibilityResult, Household, PaymentLine, Person, User
from beneficiaries.statuses import SETTLED_STATUSES, PaymentStatus, Relation, ResultStatus
from objections.rules import filing_deadline
from saudi.checks import luhn_check_digit
from saudi.hijri import HijriDate
from tests.plans import copy_rows

GROUND = {"ground": "other", "ground_ar": "سبب آخر", "ground_en": "Another reason"}
"""What every submitted objection has at least."""


def national_id(number: int, *, first: str = "1") -> str:
    """Give a well-formed ID that belongs to nobody: `first`, eight digits, the check digit."""
    nine = f"{first}{number:08}"
    return nine + luhn_check_digit(nine)


def iban(number: int, *, bank: str = "80") -> str:
    """Give a well-formed IBAN that belongs to nobody."""
    account = f"{bank}{number:018}"
    check = 98 - int(f"{account}281000") % 97  # S is 28, A is 10
    return f"SA{check:02}{account}"


def mobile(number: int) -> str:
    """Give a mobile of the range kept for tests, in the stored form."""
    return f"+96650{number:07}"


class HouseholdFactory(DjangoModelFactory[Household]):
    class Meta:
        model = Household

    register_id = factory.Sequence(lambda n: f"H{n + 1:06}")


class PersonFactory(DjangoModelFactory[Person]):
    """A grown-up head of a household of their own; give `household` and `relation` for others."""

    class Meta:
        model = Person

    national_id = factory.Sequence(lambda n: national_id(5_000 + n))
    full_name = factory.Sequence(lambda n: f"شخص تجريبي {n + 1}")
    birth_date = HijriDate(1404, 1, 25)
    household = factory.SubFactory(HouseholdFactory)
    relation = Relation.HEAD
    mobile = factory.Sequence(lambda n: mobile(5_000 + n))
    city = "الرياض"
    iban = factory.Sequence(lambda n: iban(n + 1))
    language = "ar"
    register_as_of = date(2026, 1, 1)


class CycleFactory(DjangoModelFactory[Cycle]):
    class Meta:
        model = Cycle
        django_get_or_create = ("code",)

    code = "2026-10"


class ResultFactory(DjangoModelFactory[EligibilityResult]):
    """An announced result against which an objection may be filed; `announced_on=None` waits."""

    class Meta:
        model = EligibilityResult

    person = factory.SubFactory(PersonFactory)
    cycle = factory.SubFactory(CycleFactory)
    status = ResultStatus.INELIGIBLE
    reason_codes = factory.LazyAttribute(
        lambda row: ["LEASE_NOT_PROVEN"] if row.status == ResultStatus.INELIGIBLE else []
    )
    entitlement_sar = factory.LazyAttribute(
        lambda row: Decimal("720.00") if row.status == ResultStatus.ELIGIBLE else Decimal(0)
    )
    announced_on = date(2026, 10, 29)
    filing_deadline = factory.LazyAttribute(
        lambda row: filing_deadline(row.announced_on) if row.announced_on else None
    )


class PaymentLineFactory(DjangoModelFactory[PaymentLine]):
    """An announced line that was paid and is short; `announced_on=None` waits."""

    class Meta:
        model = PaymentLine

    person = factory.SubFactory(PersonFactory)
    household = factory.SelfAttribute("person.household")
    cycle = factory.SubFactory(CycleFactory)
    status = PaymentStatus.PAID
    entitled_sar = Decimal("720.00")
    paid_sar = Decimal("504.00")
    paid_on = factory.LazyAttribute(
        lambda row: date(2026, 11, 10) if row.status in SETTLED_STATUSES else None
    )
    reason_codes = factory.LazyAttribute(
        lambda row: ["ABSENCE_DEDUCTION"] if row.paid_sar < row.entitled_sar else []
    )
    announced_on = date(2026, 11, 10)
    counted_from = factory.LazyAttribute(
        lambda row: row.paid_on if row.announced_on and row.status in SETTLED_STATUSES else None
    )
    filing_deadline = factory.LazyAttribute(
        lambda row: filing_deadline(row.counted_from) if row.counted_from else None
    )


class StaffFactory(DjangoModelFactory[User]):
    """Staff without any right; `personas.staff` gives one of a group."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n + 1}")
    display_name = factory.Sequence(lambda n: f"موظف تجريبي {n + 1}")
    is_staff = True

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", None)
        user = model_class(*args, **kwargs)
        user.set_password(password) if password else user.set_unusable_password()
        user.save()
        return user


def copy_people(times: int) -> None:
    """Give the first person's household so many others, with numbers of their own."""
    copy_rows(Person, times, national_id="'29' || lpad(n::text, 8, '0')", relation="'child'")
