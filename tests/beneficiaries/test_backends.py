"""Who may sign in by what: people by code, staff by password, neither by the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from access.codes import issue_code
from access.errors import CodeExpired, WrongCode
from access.models import CodePurpose
from beneficiaries.backends import OneTimeCodeBackend, StaffBackend
from beneficiaries.services import user_of
from tests import personas
from tests.factories import StaffFactory

PASSWORD = "a long password of a test"


def issue(national_id: str, **changed) -> str:
    facts = {"purpose": CodePurpose.SIGN_IN, "subject": national_id, "now": timezone.now()}
    return issue_code(**(facts | changed)).code


@pytest.mark.django_db(transaction=True)
def test_the_right_code_signs_the_person_in():
    person = personas.head()
    user = authenticate(None, national_id=person.national_id, code=issue(person.national_id))
    assert user == user_of(person)
    assert user.backend == personas.CITIZEN_BACKEND


@pytest.mark.django_db(transaction=True)
def test_a_wrong_code_is_refused():
    person = personas.head()
    code = issue(person.national_id)
    with pytest.raises(WrongCode):
        authenticate(
            None, national_id=person.national_id, code="111111" if code != "111111" else "222222"
        )


@pytest.mark.django_db(transaction=True)
def test_a_code_for_another_purpose_signs_nobody_in():
    person = personas.head()
    code = issue(person.national_id, purpose=CodePurpose.TICKET)
    with pytest.raises(CodeExpired):
        authenticate(None, national_id=person.national_id, code=code)


@pytest.mark.django_db(transaction=True)
def test_an_old_code_is_refused():
    person = personas.head()
    code = issue(person.national_id, now=timezone.now() - timedelta(seconds=301))
    with pytest.raises(CodeExpired):
        authenticate(None, national_id=person.national_id, code=code)


@pytest.mark.django_db(transaction=True)
def test_a_guessed_code_of_an_unknown_person_signs_nobody_in():
    assert authenticate(None, national_id="1000000024", code=issue("1000000024")) is None


@pytest.mark.django_db(transaction=True)
def test_a_person_who_was_shut_out_is_refused():
    person = personas.head()
    user = user_of(person)
    user.is_active = False
    user.save()
    assert (
        authenticate(None, national_id=person.national_id, code=issue(person.national_id)) is None
    )
    assert OneTimeCodeBackend().get_user(user.pk) is None


@pytest.mark.django_db
def test_staff_sign_in_by_password():
    user = StaffFactory.create(password=PASSWORD)
    signed_in = authenticate(None, username=user.username, password=PASSWORD)
    assert signed_in == user
    assert authenticate(None, username=user.username, password="another") is None


@pytest.mark.django_db
def test_a_person_never_signs_in_by_password():
    user = user_of(personas.head())
    user.set_password(PASSWORD)
    user.save()
    assert authenticate(None, username=user.username, password=PASSWORD) is None


@pytest.mark.django_db
def test_each_backend_knows_its_own_users_only(django_assert_num_queries):
    person, staff = personas.head(), personas.staff("agent")
    citizen = user_of(person)
    assert StaffBackend().get_user(citizen.pk) is None
    assert OneTimeCodeBackend().get_user(staff.pk) is None
    assert StaffBackend().get_user(staff.pk) == staff
    with django_assert_num_queries(1):
        assert OneTimeCodeBackend().get_user(citizen.pk).person == person


@pytest.mark.django_db
def test_a_person_has_no_permission():
    assert user_of(personas.head()).get_all_permissions() == set()
