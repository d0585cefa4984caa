"""Who may see which rows of the register."""

from __future__ import annotations

from datetime import date

import pytest

from beneficiaries.models import EligibilityResult, Person
from beneficiaries.services import user_of
from tests import personas
from tests.factories import ResultFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    head = personas.head()
    return head, personas.adult_of(head), personas.child_of(head), personas.outsider()


def seen_people(person) -> set[Person]:
    return set(Person.objects.visible_to(user_of(person)))


def test_the_head_opens_the_file_of_everyone_in_the_household(family):
    head, adult, child, _ = family
    assert seen_people(head) == {head, adult, child}


def test_an_adult_opens_their_own(family):
    _, adult, _, _ = family
    assert seen_people(adult) == {adult}


def test_staff_have_no_file(family):
    assert not Person.objects.visible_to(personas.staff("supervisor")).exists()
    assert not EligibilityResult.objects.visible_to(personas.staff("supervisor")).exists()


def test_results_are_seen_by_their_person_and_the_head_once_announced(family):
    head, adult, _, outsider = family
    told = ResultFactory.create(person=adult)
    ResultFactory.create(person=adult, announced_on=None)
    ResultFactory.create(person=outsider)
    for viewer, seen in ((head, [told]), (adult, [told])):
        assert list(EligibilityResult.objects.visible_to(user_of(viewer))) == seen
    sibling = personas.adult_of(head)
    assert not EligibilityResult.objects.visible_to(user_of(sibling)).exists()


def test_a_replaced_result_is_history(family):
    head, *_ = family
    old = ResultFactory.create(person=head, superseded_on=date(2026, 11, 1))
    new = ResultFactory.create(person=head, status="eligible")
    assert set(EligibilityResult.objects.announced()) == {old, new}
    assert list(EligibilityResult.objects.current()) == [new]


def test_rows_say_what_they_are_without_personal_data(family):
    head, *_ = family
    result = ResultFactory.create(person=head)
    assert str(result) == f"result {result.pk}"
    assert head.full_name not in str(result)
