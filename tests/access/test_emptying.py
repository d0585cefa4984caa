"""What a test with real transactions leaves: the database as it was before the first test."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from objections.models import Ground, ObjectionEvent
from tests import emptying
from tests.objections.cases import result_of, submitted
from tests.personas import head

pytestmark = pytest.mark.django_db(transaction=True)


def test_rows_go_and_what_the_migrations_wrote_comes_back() -> None:
    if not emptying._filled:
        pytest.skip("Django's own way stays: the user of PostgreSQL may not let triggers rest.")
    grounds = list(Ground.objects.order_by("pk").values())
    groups = set(Group.objects.values_list("name", flat=True))
    assert grounds
    assert "supervisor" in groups
    owner = head()
    submitted(result_of(owner), owner)
    Ground.objects.update(label_en="changed")
    Group.objects.filter(name="auditor").delete()
    emptying.put_back()
    assert not ObjectionEvent.objects.exists()
    assert list(Ground.objects.order_by("pk").values()) == grounds
    assert set(Group.objects.values_list("name", flat=True)) == groups
