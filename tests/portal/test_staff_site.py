"""The staff site as a whole: who comes in, what is registered, what is found."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from access.searches import SearchColumns
from beneficiaries.models import Person, User
from notifications.models import Campaign
from objections.models import (
    AnswerTemplate,
    DecisionReason,
    Ground,
    NeededDocument,
    Objection,
    ObjectionEvent,
    Team,
)
from objections.statuses import ObjectionStatus
from portal.models import RoutingRule
from portal.roles import RIGHTS, ROLE_NAMES
from saudi.models import Holiday
from sawtak.models import HelpArticle, ReplyTemplate, TicketEvent, TicketType
from tests import personas
from tests.factories import GROUND, ResultFactory
from tests.portal.staff_rows import REGISTERED, row_of
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
WRITTEN_BY_FORMS = {
    User,
    Holiday,
    Ground,
    NeededDocument,
    AnswerTemplate,
    DecisionReason,
    Team,
    RoutingRule,
    HelpArticle,
    ReplyTemplate,
    TicketType,
}
READ_ONLY = [model for model in REGISTERED if model not in WRITTEN_BY_FORMS]


@pytest.fixture(autouse=True)
def arabic():
    with translation.override("ar"):
        yield


def superuser() -> User:
    return personas.staff(is_superuser=True)


def page(response: Any) -> str:
    return str(response.content.decode())


def objection_of(person: Person) -> Objection:
    result = ResultFactory.create(person=person)
    return Objection.objects.create(
        reference="4000000002",
        result=result,
        person=person,
        filed_by=person,
        status=ObjectionStatus.SUBMITTED,
        **GROUND,
        statement="عقدي ساري.",
        counted_from=result.announced_on,
        deadline=result.filing_deadline,
        opened_at=NOW,
        submitted_at=NOW,
    )


def name_of(model: type) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"  # type: ignore[attr-defined]  # a model


# The registry --------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_is_in_its_language(client, language):
    client.force_login(superuser(), backend=personas.STAFF_BACKEND)
    with translation.override(language):
        for model in REGISTERED:
            row_of(model)
            response = client.get(reverse(f"admin:{name_of(model)}_changelist"))
            assert f'<html lang="{language}"' in page(response)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_no_english_page_has_an_arabic_comma(client, model):
    with translation.override("en"):
        client.force_login(superuser(), backend=personas.STAFF_BACKEND)
        row = row_of(model)
        if model is User:
            row.groups.add(*Group.objects.filter(name__in=["agent", "auditor"]))
            client.force_login(personas.staff("agent", is_superuser=True))
        for address in (
            reverse(f"admin:{name_of(model)}_changelist"),
            reverse(f"admin:{name_of(model)}_change", args=[row.pk]),
            reverse("admin:notifications_message_desk"),
        ):
            response = client.get(address, follow=True)
            assert response.status_code == 200
            assert "،" not in page(response)


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_what_services_write_is_not_written_here(client, model):
    client.force_login(superuser(), backend=personas.STAFF_BACKEND)
    row, name = row_of(model), name_of(model)
    assert client.get(reverse(f"admin:{name}_add")).status_code in {403, 404}
    assert client.post(reverse(f"admin:{name}_add"), {"x": "1"}).status_code in {403, 404}
    delete = reverse(f"admin:{name}_delete", args=[row.pk])
    assert client.get(delete).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    change = reverse(f"admin:{name}_change", args=[row.pk])
    assert client.post(change, {"_save": "1", "status": "accepted"}).status_code in {400, 403}
    assert client.get(reverse(f"admin:{name}_history", args=[row.pk])).status_code == 404
    assert model._default_manager.filter(pk=row.pk).exists()


def test_events_have_no_page_to_change_them_on():
    for model in (ObjectionEvent, TicketEvent):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name_of(model)}_changelist")


SEARCHED = [
    model
    for model in REGISTERED
    if getattr(admin.site._registry[model], "search_fields", ())
    or getattr(admin.site._registry[model], "search_columns", None) not in (None, SearchColumns())
]


@pytest.mark.parametrize("model", SEARCHED, ids=lambda model: model.__name__)
def test_the_search_box_sends_what_is_typed_into_it(client, model):
    """The field's name comes from the page: a box without one sends nothing, and looks the same."""
    client.force_login(superuser(), backend=personas.STAFF_BACKEND)
    list_url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    row_of(model)
    box = re.search(r'<input[^>]* id="searchbar"[^>]*>', page(client.get(list_url)))
    name = re.search(r'name="([^"]+)"', box[0])
    answer = client.post(list_url, {name[1]: "2999999999"})
    assert answer.status_code == 302
    assert not client.get(answer.url).context["cl"].result_list


def test_a_list_of_many_rows_pages_without_a_total(client):
    client.force_login(superuser(), backend=personas.STAFF_BACKEND)
    for _ in range(26):
        personas.head()
    first = client.get("/admin/beneficiaries/person/")
    assert 'rel="next"' in page(first)
    assert len(first.context["cl"].result_list) == 25
    second = client.get(
        "/admin/beneficiaries/person/", {"p": f"after-{first.context['cl'].result_list[-1].pk}"}
    )
    assert len(second.context["cl"].result_list) == 1
    assert 'rel="next"' not in page(second)


# Who comes in ------------------------------------------------------------------------------


def sign_in(client: Client, username: str, password: str = PASSWORD) -> Any:
    return client.post("/admin/login/", {"username": username, "password": password})


def test_staff_sign_in_by_password(client):
    personas.staff("agent", username="agent7", password=PASSWORD)
    response = sign_in(client, "agent7")
    assert response.status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("username", "password"), [("agent7", "wrong"), ("nobody", PASSWORD), ("gone", PASSWORD)]
)
def test_every_refused_sign_in_reads_the_same(client, username, password):
    personas.staff("agent", username="agent7", password=PASSWORD)
    personas.staff("agent", username="gone", password=PASSWORD, is_active=False)
    text = page(sign_in(client, username, password))
    assert "اسم المستخدم أو كلمة المرور غير صحيح" in text
    assert "<title>خطأ" in text


def test_a_citizens_user_cannot_sign_in_here_even_with_a_password(client):
    user = personas.sign_in(Client(), personas.head())
    user.set_password(PASSWORD)
    user.save()
    assert sign_in(client, user.username).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_signed_in_citizen_is_shown_the_staff_sign_in(client):
    personas.sign_in(client, personas.head())
    response = client.get("/admin/")
    assert response.url.startswith("/admin/login/")


def test_signing_out_ends_the_session(client):
    personas.sign_in_staff(client, "agent")
    assert "خرجت من الموقع" in page(client.post("/admin/logout/"))
    assert client.get("/admin/").status_code == 302


def test_a_member_of_staff_changes_their_own_password(client):
    user = personas.staff("agent", password=PASSWORD)
    client.force_login(user, backend=personas.STAFF_BACKEND)
    typed = {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"}
    assert "<title>خطأ" in page(client.post("/admin/password_change/", typed))
    better = "another long phrase 9"
    typed |= {"new_password1": better, "new_password2": better}
    response = client.post("/admin/password_change/", typed, follow=True)
    assert "تغيّرت كلمة مرورك" in page(response)
    user.refresh_from_db()
    assert user.check_password(better)


# The first page and the menu -----------------------------------------------------------------


def test_the_first_page_shows_what_waits(client):
    personas.sign_in_staff(client, "supervisor")
    objection, ticket = objection_of(personas.head()), tickets.file()
    text = page(client.get("/admin/"))
    assert objection.reference in text
    assert ticket.reference in text


def test_the_menu_has_what_the_role_may_see(client):
    personas.sign_in_staff(client, "approver")
    text = page(client.get("/admin/"))
    assert "/admin/notifications/campaign/" in text
    assert "/admin/sawtak/ticket/" not in text
    assert "/admin/beneficiaries/user/" not in text


@pytest.mark.parametrize(
    ("role", "words"), [("administrator", "اختر قسمًا"), (None, "ليس لحسابك دور بعد")]
)
def test_who_has_no_cases_is_told_so(client, role, words):
    personas.sign_in_staff(client, role)
    assert words in page(client.get("/admin/"))


@pytest.mark.parametrize("address", ["/admin/sawtak/", "/admin/nothing/", "/admin/objections/"])
def test_a_missing_page_stays_in_the_staff_site(client, address):
    personas.sign_in_staff(client, "supervisor")
    response = client.get(address)
    assert response.status_code == 404
    assert "إلى العمل" in page(response)


def test_what_cannot_be_read_is_refused_in_the_staff_site(client):
    personas.sign_in_staff(client, "supervisor")
    address = reverse("admin:notifications_campaign_change", args=[row_of(Campaign).pk])
    response = client.post(address, {"action": "nothing of ours"})
    assert response.status_code == 400
    assert "إلى العمل" in page(response)
    assert "وحدّثها" in page(response)
    personas.sign_in(client, personas.head())
    assert "إلى العمل" not in page(client.get("/", headers={"host": "elsewhere.example"}))


def test_a_refused_page_says_so_in_the_staff_site(client):
    personas.sign_in_staff(client, "agent")
    response = client.get("/admin/beneficiaries/user/")
    assert response.status_code == 403
    assert "هذه الصفحة ليست لدورك" in page(response)


def test_no_page_of_the_staff_site_is_kept_in_a_cache(client):
    personas.sign_in_staff(client, "agent")
    assert "no-store" in client.get("/admin/sawtak/ticket/")["Cache-Control"]


# Finding by number ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["1000000008", "١٠٠٠٠٠٠٠٠٨", "۱۰۰۰۰۰۰۰۰۸", "\u202a1000000008\u202c", "٠٥٠٠٠٠٠٠٠١"]
)
def test_a_number_leads_to_the_person(client, typed):
    personas.sign_in_staff(client, "agent")
    person = personas.head(national_id="1000000008", mobile="+966500000001")
    response = client.post("/admin/find/", {"q": typed})
    assert response.url == reverse("admin:beneficiaries_person_change", args=[person.pk])


def test_a_reference_leads_to_its_case(client):
    personas.sign_in_staff(client, "supervisor")
    objection, ticket = objection_of(personas.head()), tickets.file()
    to_objection = client.post("/admin/find/", {"q": objection.reference})
    assert to_objection.url == reverse("admin:objections_objection_change", args=[objection.pk])
    to_ticket = client.post("/admin/find/", {"q": ticket.reference})
    assert to_ticket.url == reverse("admin:sawtak_ticket_change", args=[ticket.pk])


def test_a_shared_mobile_shows_everybody_who_has_it(client):
    personas.sign_in_staff(client, "agent")
    for name in ("منى الأولى", "منى الثانية"):
        personas.head(full_name=name, mobile=tickets.MOBILE)
    ticket = tickets.file()
    text = page(client.post("/admin/find/", {"q": "0500000007"}))
    assert "منى الأولى" in text
    assert "منى الثانية" in text
    assert ticket.reference in text


@pytest.mark.parametrize("typed", ["1000000024", "سارة", "", "+", "7" * 40])
def test_what_is_not_found_says_how_to_ask(client, typed):
    personas.sign_in_staff(client, "agent")
    response = client.post("/admin/find/", {"q": typed})
    assert response.status_code == 200
    assert "اكتب رقمًا كاملًا" in page(response)


def test_finding_gives_nothing_that_the_role_may_not_see(client):
    personas.sign_in_staff(client)
    personas.head(national_id="1000000008")
    ticket, objection = tickets.file(), objection_of(personas.head())
    for number in ("1000000008", ticket.reference, objection.reference):
        assert "لم نجد شيئًا" in page(client.post("/admin/find/", {"q": number}))


def test_finding_is_for_staff_only(client):
    assert client.post("/admin/find/", {"q": "1000000008"}).url.startswith("/admin/login/")


# Roles in words -------------------------------------------------------------------


def test_every_role_and_every_right_of_a_role_has_words():
    named = {key for _, rights in RIGHTS for key, _ in rights}
    for group in Group.objects.all():
        assert group.name in ROLE_NAMES
        for right in group.permissions.select_related("content_type"):
            assert f"{right.content_type.app_label}.{right.codename}" in named


@pytest.mark.parametrize(("language", "word"), [("", "نعم"), ("/en", "Yes")])
def test_yes_is_a_word_of_the_page_s_language(client: Client, language: str, word: str) -> None:
    RoutingRule.objects.create(position=1, matter="payments")
    personas.sign_in_staff(client, "supervisor")
    page = client.get(f"{language}/admin/portal/routingrule/").content.decode()
    assert f"<span>{word}</span>" in page
    assert 'alt="True"' not in page


def test_a_choice_that_is_still_to_be_made_is_named(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    page = client.get(reverse("admin:objections_answertemplate_add")).content.decode()
    assert re.search(r'<option value=""[^>]*>اختر</option>', page)
    assert "-----" not in page
