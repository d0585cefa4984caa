"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils import timezone

from beneficiaries.models import PersonChange
from beneficiaries.statuses import ChangeSource
from tests.factories import CycleFactory, PersonFactory, ResultFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 29)


@pytest.mark.parametrize(
    ("announced_on", "deadline"),
    [
        pytest.param(DAY, None, id="announced-without-a-last-day"),
        pytest.param(None, DAY, id="last-day-without-an-announcement"),
        pytest.param(DAY, date(2026, 10, 28), id="last-day-before-the-announcement"),
    ],
)
@pytest.mark.parametrize("factory", [CycleFactory, ResultFactory])
def test_announcement_and_last_day_come_together(
    factory: type[CycleFactory | ResultFactory], announced_on: date | None, deadline: date | None
) -> None:
    with pytest.raises(IntegrityError, match="deadline_with_announcement"):
        factory.create(announced_on=announced_on, filing_deadline=deadline)


def test_person_with_a_history_is_not_deleted() -> None:
    change = PersonChange.objects.create(
        person=PersonFactory.create(),
        field="city",
        new_value="جدة",
        source=ChangeSource.OWNER,
        changed_at=timezone.now(),
    )
    with pytest.raises(ProtectedError):
        change.person.delete()
