"""Accounts of staff: made and closed by an administrator, never raised above their maker."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from beneficiaries.models import User
from tests import personas

pytestmark = pytest.mark.django_db

LIST = "/admin/beneficiaries/user/"
ADD = "/admin/beneficiaries/user/add/"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def arabic():
    with translation.override("ar"):
        yield


def page(response: Any) -> str:
    return str(response.content.decode())


def address(user: User) -> str:
    return reverse("admin:beneficiaries_user_change", args=[user.pk])


def password_address(user: User) -> str:
    return reverse("admin:auth_user_password_change", args=[user.pk])


def form(**fields: Any) -> dict[str, Any]:
    role = Group.objects.get(name="agent").pk
    facts = {
        "username": "agent9",
        "display_name": "منال التجريبية",
        "groups": [role],
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return facts | fields


def test_an_administrator_makes_a_member_of_staff(client):
    personas.sign_in_staff(client, "administrator")
    response = client.post(ADD, form())
    made = User.objects.get(username="agent9")
    assert response.url == address(made)
    assert "أُنشئ الحساب" in page(client.get(response.url))
    assert (made.is_staff, made.is_superuser, made.person) == (True, False, None)
    assert made.check_password(PASSWORD)
    assert made.has_perm("sawtak.answer_ticket")


def test_nobody_is_made_a_superuser_by_a_field_that_is_not_on_the_form(client):
    personas.sign_in_staff(client, "administrator")
    client.post(ADD, form(is_superuser="on"))
    made = User.objects.get(username="agent9")
    client.post(
        address(made),
        {"username": "agent9", "is_active": "on", "is_superuser": "on", "is_staff": ""},
    )
    made.refresh_from_db()
    assert (made.is_staff, made.is_superuser) == (True, False)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"password2": "another one entirely"}, "id_password2_error"),
        ({"password1": "short", "password2": "short"}, "id_password1_error"),
        (
            {
                "username": "manal.altajribi",
                "password1": "manal.altajribi1",
                "password2": "manal.altajribi1",
            },
            "id_password1_error",
        ),
        ({"username": ""}, "id_username_error"),
        ({"username": "has space"}, "id_username_error"),
    ],
    ids=["differ", "short", "like-the-name", "no-name", "bad-name"],
)
def test_a_refused_account_says_why_and_keeps_what_was_typed(client, fields, where):
    personas.sign_in_staff(client, "administrator")
    text = page(client.post(ADD, form(**fields)))
    assert where in text
    assert "<title>خطأ" in text
    assert "This password" not in text
    assert "منال التجريبية" in text
    assert not User.objects.filter(display_name="منال التجريبية").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"username": ""}, "اكتب اسم المستخدم."),
        ({"username": "has space"}, "وبلا مسافة"),
        ({"password1": "", "password2": ""}, "اكتب كلمة المرور."),
        ({"password1": "123456789012", "password2": "123456789012"}, "أرقام فقط"),
        ({"password1": "qwerty123456", "password2": "qwerty123456"}, "يستعملها كثيرون"),
        ({"username": "manal.alt", "password1": "manal.alt1234"}, "تشبه الاسم"),
    ],
)
def test_each_fault_of_an_account_is_told_in_our_words(client, fields, words):
    personas.sign_in_staff(client, "administrator")
    text = page(client.post(ADD, form(**fields)))
    assert re.search(f'class="invalid-feedback"[^>]*>(?:(?!</p>).)*{words}', text)
    assert "أدخل" not in text
    assert "هذا الحقل" not in text


def test_a_name_that_is_taken_is_refused(client):
    personas.sign_in_staff(client, "administrator", username="agent9")
    assert "id_username_error" in page(client.post(ADD, form()))


def test_an_account_is_closed_and_keeps_its_work(client):
    personas.sign_in_staff(client, "administrator")
    leaver = personas.staff("agent", username="leaver")
    client.post(address(leaver), {"username": "leaver", "display_name": "سعد"})
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert "مغلق" in page(client.get(LIST))
    assert client.post(f"{LIST}{leaver.pk}/delete/", {"post": "yes"}).status_code == 403


def test_who_changed_an_account_is_kept(client):
    personas.sign_in_staff(client, "administrator", display_name="مدير التجربة")
    user = personas.staff("agent", username="agent9")
    client.post(address(user), {"username": "agent9", "display_name": "سعد", "is_active": "on"})
    history = reverse("admin:beneficiaries_user_history", args=[user.pk])
    assert "مدير التجربة" in page(client.get(history))


def test_a_new_password_is_set_for_somebody_who_lost_theirs(client):
    personas.sign_in_staff(client, "administrator")
    user = personas.staff("agent")
    client.post(
        password_address(user),
        {
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "set-password": "1",
        },
    )
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_an_administrator_has_no_hold_on_a_superuser(client):
    personas.sign_in_staff(client, "administrator")
    root = personas.staff(is_superuser=True, username="root", password=PASSWORD)
    assert client.get(password_address(root)).status_code == 403
    refused = client.post(address(root), {"username": "mine", "is_active": "on"})
    assert refused.status_code == 403
    root.refresh_from_db()
    assert root.username == "root"


def test_people_of_the_register_are_no_staff_accounts(client):
    personas.sign_in_staff(client, "administrator")
    citizen = personas.user_of(personas.head())
    assert citizen.username not in page(client.get(LIST))
    assert client.get(address(citizen), follow=False).status_code in {302, 404}
    assert client.get(password_address(citizen)).status_code == 404


@pytest.mark.parametrize("role", ["agent", "caseworker", "approver", "supervisor", None])
def test_without_the_right_no_account_is_seen(client, role):
    user = personas.sign_in_staff(client, role)
    for where in (LIST, ADD, address(user), password_address(user)):
        assert client.get(where).status_code == 403


def test_the_auditor_reads_accounts_and_changes_none(client):
    personas.sign_in_staff(client, "auditor")
    user = personas.staff("agent", username="agent9")
    text = page(client.get(address(user)))
    assert "agent9" in text
    assert 'name="_save"' not in text
    assert client.post(address(user), {"username": "mine"}).status_code == 403
    assert client.get(ADD).status_code == 403


def test_a_role_says_what_it_may_do_and_who_has_it(client):
    personas.sign_in_staff(client, "administrator")
    personas.staff("agent", display_name="منال القارئة")
    role = Group.objects.get(name="agent")
    text = page(client.get(reverse("admin:auth_group_change", args=[role.pk])))
    assert "يرد على الطلب ويسأل مرسله" in text
    assert "يقبل الاعتراض أو يرفضه" not in text
    assert "منال القارئة" in text
