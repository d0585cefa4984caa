"""The catalogue of grounds and needed documents in the staff site."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from objections.models import Ground, NeededDocument
from tests.objections.pages import started, step_url
from tests.personas import STAFF_BACKEND, head, sign_in, sign_in_staff, staff

pytestmark = pytest.mark.django_db

MODELS = (Ground, NeededDocument)


def url(model: type, page: str, *args: Any) -> str:
    name = "ground" if model is Ground else "neededdocument"
    return reverse(f"admin:objections_{name}_{page}", args=args)


def changed() -> Ground:
    return Ground.objects.get(track="result", code="changed")


def fields(**other: Any) -> dict[str, Any]:
    """Give the form of the ground `changed` as a browser sends it, with some fields changed."""
    row = changed()
    names = ("label_ar", "label_en", "hint_ar", "hint_en", "order")
    facts = {name: getattr(row, name) for name in names} | {"is_active": "on"} | other
    return {name: value for name, value in facts.items() if value is not None}


def document_fields(**other: Any) -> dict[str, Any]:
    return {
        "name_ar": "تقرير طبي",
        "name_en": "A medical report",
        "visible_ar": "الاسم والتاريخ.",
        "visible_en": "The name and the date.",
        "reason_codes": ["ABSENCE_90"],
        "order": "5",
        "is_active": "on",
    } | other


@pytest.fixture
def supervisor(client: Client) -> Client:
    sign_in_staff(client, "supervisor")
    return client


# Who ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [
        ("supervisor", 200, 302),
        ("administrator", 200, 302),
        ("auditor", 200, 403),
        ("caseworker", 403, 403),
        ("agent", 403, 403),
        (None, 403, 403),
    ],
)
def test_supervisors_and_administrators_write_and_auditors_read(
    client: Client, role: str | None, read: int, written: int
) -> None:
    sign_in_staff(client, role)
    row = changed()
    for model in MODELS:
        first = model.objects.first()
        assert first is not None
        assert client.get(url(model, "changelist")).status_code == read
        assert client.get(url(model, "change", first.pk)).status_code == read
        assert client.get(url(model, "history", first.pk)).status_code == read
        assert client.get(url(model, "add")).status_code == (200 if written == 302 else 403)
        preview = client.post(url(model, "preview", first.pk), {})
        assert preview.status_code == (200 if written == 302 else 403)
    saved = client.post(url(Ground, "change", row.pk), fields(label_en="It is different now"))
    assert saved.status_code == written
    assert (changed().label_en == "It is different now") is (written == 302)


def test_visitors_and_citizens_see_nothing_of_it(client: Client) -> None:
    for _number in range(2):
        for model in MODELS:
            row = model.objects.first()
            assert row is not None
            for address in (
                url(model, "changelist"),
                url(model, "change", row.pk),
                url(model, "preview", row.pk),
            ):
                assert client.post(address, {})["Location"].startswith("/admin/login/")
        sign_in(client, head())


def test_nobody_deletes(client: Client) -> None:
    client.force_login(staff(is_superuser=True), backend=STAFF_BACKEND)
    for model in MODELS:
        row = model.objects.first()
        assert row is not None
        assert client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


# What is written ------------------------------------------------------------------------


def test_changed_words_are_what_the_next_citizen_reads(supervisor: Client) -> None:
    row = changed()
    saved = supervisor.post(
        url(Ground, "change", row.pk),
        fields(label_ar=" وضعي  الآن مختلف\u200f ", label_en="My situation is different"),
        follow=True,
    )
    assert "يقرؤه المواطنون من الآن" in saved.content.decode()
    citizen = Client()
    person = head()
    sign_in(citizen, person)
    begun = started(citizen, person)
    page = citizen.get("/en" + step_url(begun, "statement")).content.decode()
    assert "My situation is different" in page
    assert row.label_en not in page


def test_each_change_is_kept_with_who_and_what_it_was(supervisor: Client) -> None:
    row = changed()
    supervisor.post(url(Ground, "change", row.pk), fields(label_en="Other words", is_active=None))
    supervisor.post(url(Ground, "change", row.pk), fields(label_en="Other words"))
    page = supervisor.get(url(Ground, "history", row.pk)).content.decode()
    rows = re.findall(r"<del[^>]*>(.*?)</del>.*?<ins[^>]*>(.*?)</ins>", page)
    assert rows == [("لا", "نعم"), (row.label_en, "Other words"), ("نعم", "لا")]
    assert page.count("text-change") == 3


def test_change_of_what_suggests_a_document_is_kept_in_words(supervisor: Client) -> None:
    row = NeededDocument.objects.get(code="bank")
    sent = document_fields(name_ar=row.name_ar, reason_codes=["ASSETS"], grounds=[changed().pk])
    assert supervisor.post(url(NeededDocument, "change", row.pk), sent).status_code == 302
    page = supervisor.get(url(NeededDocument, "history", row.pk)).content.decode()
    assert "لم تصل الدفعة إلى حسابي" in page
    assert changed().label_ar in page
    assert "القدرة المالية" in page


def test_new_ground_gets_a_code_of_its_own(supervisor: Client) -> None:
    sent = fields(track="payment", label_ar="دفعتان في شهر", label_en="Two payments in a month")
    assert supervisor.post(url(Ground, "add"), sent).status_code == 302
    made = Ground.objects.get(label_en="Two payments in a month")
    assert (made.track, made.code[:4]) == ("payment", "own_")
    assert "أُضيف" in supervisor.get(url(Ground, "history", made.pk)).content.decode()


def test_new_document_is_suggested_by_its_reasons(supervisor: Client) -> None:
    assert supervisor.post(url(NeededDocument, "add"), document_fields()).status_code == 302
    assert NeededDocument.objects.get(name_en="A medical report").reason_codes == ["ABSENCE_90"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"label_ar": ""}, "اكتب السبب بالعربية."),
        ({"label_ar": "\u200b"}, "اكتب السبب بالعربية."),
        ({"label_ar": "English"}, "اكتب هذا النص بالعربية."),
        ({"label_en": "عربي"}, "اكتب هذا النص بالإنجليزية."),
        ({"hint_en": ""}, "اكتب التلميح باللغتين"),
        ({"label_ar": "سبب آخر"}, "سبب بالكلمات نفسها"),
        ({"order": "1000"}, "اكتب رقمًا من 0 إلى 999."),
        ({"order": "x"}, "اكتب رقمًا من 0 إلى 999."),
        ({"label_en": "x" * 81}, "80"),
    ],
)
def test_what_citizens_could_not_read_is_refused(
    supervisor: Client, wrong: dict[str, str], says: str
) -> None:
    row = changed()
    refused = supervisor.post(url(Ground, "change", row.pk), fields(**wrong))
    assert refused.status_code == 200
    assert says in refused.content.decode()
    assert Ground.objects.get(pk=row.pk).label_ar == row.label_ar


def test_place_is_written_in_any_digits(supervisor: Client) -> None:
    row = changed()
    assert supervisor.post(url(Ground, "change", row.pk), fields(order="٣٥")).status_code == 302
    assert changed().order == 35


def test_last_ground_of_a_track_stays_offered(supervisor: Client) -> None:
    row = changed()
    Ground.objects.filter(track="result").exclude(pk=row.pk).update(is_active=False)
    refused = supervisor.post(url(Ground, "change", row.pk), fields(is_active=None))
    assert "هذا آخر سبب معروض" in refused.content.decode()
    assert changed().is_active


def test_document_that_nothing_suggests_is_refused(supervisor: Client) -> None:
    refused = supervisor.post(url(NeededDocument, "add"), document_fields(reason_codes=[]))
    assert "واحدًا على الأقل" in refused.content.decode()


# How the citizen sees it ----------------------------------------------------------------


def test_preview_shows_what_is_typed_in_its_place_and_saves_nothing(supervisor: Client) -> None:
    row = changed()
    typed = fields(label_en="Typed just now", order="1")
    page = supervisor.post(url(Ground, "preview", row.pk), typed).content.decode()
    assert page.index("Typed just now") < page.index("The reason given is not true")
    assert row.label_en not in page
    assert changed().label_en == row.label_en
    off = supervisor.post(url(Ground, "preview", row.pk), fields(is_active=None)).content.decode()
    assert row.label_en not in off


def test_preview_of_a_new_row_and_of_a_document(supervisor: Client) -> None:
    sent = {"track": "payment", "label_ar": "جديد", "label_en": "New", "is_active": "on"}
    page = supervisor.post(url(Ground, "preview", 0), sent).content.decode()
    assert "New" in page
    assert "The amount is wrong" in page
    page = supervisor.post(url(NeededDocument, "preview", 0), document_fields()).content.decode()
    assert "The name and the date." in page


def test_page_of_a_row_shows_it_as_it_is(supervisor: Client) -> None:
    row = changed()
    page = supervisor.get(url(Ground, "change", row.pk)).content.decode()
    assert page.count(row.hint_en) == 2  # the field and the preview
    assert "objections_ground_delete" not in page
