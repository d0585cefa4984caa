"""What people change in their file, how they are found, and who they sign in as."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from access.errors import TooManyCodes, WrongCode
from beneficiaries.models import PersonChange, User
from beneficiaries.services import (
    ask_to_prove_mobile,
    identify,
    prove_mobile,
    update_contact_details,
    user_of,
)
from notifications.models import Message
from saudi.hijri import HijriDate
from tests import personas
from tests.factories import iban, mobile, national_id

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
NEW_MOBILE = mobile(777)


def code_sent_to(number: str) -> str:
    body = Message.objects.filter(recipient=number).latest("id").body
    return "".join(char for char in body if char.isdigit())[:6]


@pytest.mark.django_db
def test_a_changed_city_and_iban_are_recorded_with_who_when_from_and_to():
    person = personas.head(city="جدة", iban="")
    user = user_of(person)
    changes = update_contact_details(
        person=person, city="الرياض", iban=iban(9), changed_by=user, now=NOW
    )
    assert [(c.field, c.old_value, c.new_value, c.source) for c in changes] == [
        ("city", "جدة", "الرياض", "owner"),
        ("iban", "", iban(9), "owner"),
    ]
    assert {(c.changed_by, c.changed_at) for c in PersonChange.objects.all()} == {(user, NOW)}
    person.refresh_from_db()
    assert (person.city, person.iban) == ("الرياض", iban(9))


@pytest.mark.django_db
def test_what_stays_the_same_is_no_change():
    person = personas.head()
    assert (
        update_contact_details(
            person=person, city=person.city, iban=person.iban, changed_by=user_of(person), now=NOW
        )
        == []
    )
    assert not PersonChange.objects.exists()


@pytest.mark.django_db
def test_a_change_by_staff_says_so():
    person = personas.head(city="جدة")
    changes = update_contact_details(
        person=person, city="أبها", iban=person.iban, changed_by=personas.staff("agent"), now=NOW
    )
    assert [change.source for change in changes] == ["staff"]


@pytest.mark.django_db(transaction=True)
def test_a_mobile_is_the_persons_after_the_code_and_the_old_number_is_told():
    person = personas.head()
    old = person.mobile
    ask_to_prove_mobile(person=person, mobile=NEW_MOBILE, now=NOW)
    person.refresh_from_db()
    assert person.mobile == old
    change = prove_mobile(
        person=person,
        mobile=NEW_MOBILE,
        code=code_sent_to(NEW_MOBILE),
        changed_by=user_of(person),
        now=NOW + timedelta(minutes=1),
    )
    person.refresh_from_db()
    assert (person.mobile, person.mobile_proved_at) == (NEW_MOBILE, NOW + timedelta(minutes=1))
    assert (change.old_value, change.new_value) == (old, NEW_MOBILE)
    assert Message.objects.get(recipient=old).template == "mobile_changed"


@pytest.mark.django_db(transaction=True)
def test_a_wrong_code_changes_nothing():
    person = personas.head()
    ask_to_prove_mobile(person=person, mobile=NEW_MOBILE, now=NOW)
    right = code_sent_to(NEW_MOBILE)
    wrong = "000000" if right != "000000" else "000001"
    with pytest.raises(WrongCode):
        prove_mobile(
            person=person, mobile=NEW_MOBILE, code=wrong, changed_by=user_of(person), now=NOW
        )
    person.refresh_from_db()
    assert person.mobile != NEW_MOBILE
    assert not PersonChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_code_of_one_number_does_not_prove_another():
    person = personas.head()
    ask_to_prove_mobile(person=person, mobile=NEW_MOBILE, now=NOW)
    ask_to_prove_mobile(person=person, mobile=mobile(778), now=NOW)
    code = code_sent_to(NEW_MOBILE)
    if code == code_sent_to(mobile(778)):
        return  # one chance in a million
    with pytest.raises(WrongCode):
        prove_mobile(
            person=person, mobile=mobile(778), code=code, changed_by=user_of(person), now=NOW
        )


@pytest.mark.django_db(transaction=True)
def test_a_number_without_predecessor_is_proved_and_nobody_is_told():
    person = personas.head(mobile="")
    ask_to_prove_mobile(person=person, mobile=NEW_MOBILE, now=NOW)
    prove_mobile(
        person=person,
        mobile=NEW_MOBILE,
        code=code_sent_to(NEW_MOBILE),
        changed_by=user_of(person),
        now=NOW,
    )
    assert not Message.objects.filter(template="mobile_changed").exists()


@pytest.mark.django_db
def test_one_person_cannot_flood_many_numbers_with_codes():
    person = personas.head()
    for number in range(5):
        ask_to_prove_mobile(person=person, mobile=mobile(900 + number), now=NOW)
    with pytest.raises(TooManyCodes):
        ask_to_prove_mobile(person=person, mobile=mobile(950), now=NOW)
    assert not Message.objects.filter(recipient=mobile(950)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "full"),
        ({"birth_date": HijriDate(1404, 1, 26)}, "partial"),
        ({"birth_date": None}, "partial"),
        ({"mobile": mobile(4)}, "partial"),
        ({"mobile": ""}, "partial"),
        ({"national_id": national_id(99)}, "none"),
        ({"national_id": ""}, "none"),
    ],
    ids=["all", "other-day", "no-date", "other-mobile", "no-mobile", "unknown", "no-id"],
)
def test_an_identity_is_compared_literally(changed, expected, django_assert_max_num_queries):
    person = personas.head(birth_date=HijriDate(1404, 1, 25))
    typed = {
        "national_id": person.national_id,
        "birth_date": person.birth_date,
        "mobile": person.mobile,
    }
    with django_assert_max_num_queries(1):
        found, match = identify(**(typed | changed))
    assert match == expected
    assert found == (None if expected == "none" else person)


@pytest.mark.django_db
def test_a_person_without_mobile_is_never_matched_by_an_empty_one():
    person = personas.head(mobile="")
    assert identify(national_id=person.national_id, birth_date=person.birth_date, mobile="") == (
        person,
        "partial",
    )


@pytest.mark.django_db
def test_a_persons_user_is_made_once_without_password_or_rights_or_personal_data():
    person = personas.head()
    user = user_of(person)
    assert user == user_of(person)
    assert user.person == person
    assert not user.has_usable_password()
    assert not user.is_staff
    assert person.national_id not in user.username


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_make_one_user():
    person = personas.head()

    def sign_in() -> int:
        try:
            return user_of(person).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        made = {done.result() for done in [threads.submit(sign_in) for _ in range(8)]}
    assert made == set(User.objects.filter(person=person).values_list("pk", flat=True))
    assert len(made) == 1
