"""The texts of the SMS in the staff site: read, proposed, decided on, and attacked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from beneficiaries.models import User
from notifications.catalogue import TEMPLATES, template_of
from notifications.models import SmsText
from notifications.texts.services import approve_text, propose_text
from portal.sms_previews import changes_of, previews_of
from tests import personas

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = "sign_in_code"
LIST = "/admin/notifications/smstext/"
PAGE = f"{LIST}of/{KEY}/"
PROPOSE = f"{PAGE}propose/"
PREVIEW = f"{PAGE}preview/"
NEW = {
    "ar": "{programme}: رمزك للدخول {code}. لا تعطه لأحد.",
    "en": "{programme}: use the code {code} to sign in. Do not give it to anyone.",
}


def form(**typed: str) -> dict[str, str]:
    return {"text_ar": NEW["ar"], "text_en": NEW["en"], "why": "نص أوضح", **typed}


def proposed(by: User | None = None, texts: dict[str, str] = NEW) -> SmsText:
    return propose_text(
        template=KEY,
        texts=texts,
        why="نص أوضح",
        proposed_by=by or personas.staff("supervisor"),
        now=NOW,
    )


def address(row: SmsText) -> str:
    return f"{LIST}{row.pk}/change/"


def text_of(response: Any) -> str:
    return str(response.content.decode())


def errors(response: Any, field: str) -> str:
    return " ".join(response.context["propose_form"].errors.get(field, []))


class TestReading:
    def test_the_list_shows_every_message_by_lane(self, client: Client) -> None:
        personas.sign_in_staff(client, "auditor")
        row = proposed()
        page = text_of(client.get(LIST))
        for key in TEMPLATES:
            assert f"{LIST}of/{key}/" in page
        assert address(row) in page
        assert "حساب المواطن: رمز الدخول 407152. لا تعطه لأحد." in page

    def test_a_messages_page_shows_both_languages_and_its_history(self, client: Client) -> None:
        personas.sign_in_staff(client, "auditor")
        approve_text(text=proposed(), approved_by=personas.staff("approver"), now=NOW)
        page = text_of(client.get(PAGE))
        assert "حساب المواطن: رمزك للدخول 407152. لا تعطه لأحد." in page
        assert "Citizen Account: use the code 407152 to sign in." in page
        assert "<ins>رمزك للدخول </ins>" in page
        assert "{programme}: رمز الدخول {code}. لا تعطه لأحد." in page
        assert PROPOSE not in page

    @pytest.mark.parametrize("prefix", ["", "/en"])
    @pytest.mark.parametrize("key", TEMPLATES)
    def test_every_message_has_its_page(self, client: Client, key: str, prefix: str) -> None:
        personas.sign_in_staff(client, "administrator")
        for page in ("", "propose/"):
            assert client.get(f"{prefix}{LIST}of/{key}/{page}").status_code == 200

    def test_the_longest_values_are_shown_where_they_differ(self) -> None:
        template = template_of("draft_stopped")
        [arabic, english] = previews_of(template, template.texts)
        assert "29 جمادى الآخرة 1448" in arabic.longest
        assert arabic.longest != arabic.sample
        assert (arabic.parts, english.parts, arabic.most) == (2, 2, 2)
        assert arabic.billed == 2 * arabic.million

    def test_a_change_is_told_word_by_word(self) -> None:
        [arabic, english] = changes_of(template_of(KEY).texts, {**template_of(KEY).texts, **NEW})
        assert not arabic.is_same
        assert [(piece.kind, piece.text.strip()) for piece in arabic.pieces if piece.kind] == [
            ("del", "رمز الدخول"),
            ("ins", "رمزك للدخول"),
        ]
        assert "".join(piece.text for piece in english.pieces if piece.kind != "del")

    @pytest.mark.parametrize("role", [None, "agent", "caseworker"])
    def test_a_clerk_without_the_right_sees_nothing(self, client: Client, role: str | None) -> None:
        row = proposed()
        personas.sign_in_staff(client, role)
        for url in (LIST, PAGE, PROPOSE, address(row)):
            assert client.get(url).status_code == 403, url
        assert client.post(PREVIEW, form()).status_code == 403

    def test_a_stranger_is_sent_to_the_door(self, client: Client) -> None:
        row = proposed()
        personas.sign_in(client, personas.head())
        for url in (LIST, PAGE, PROPOSE, address(row)):
            assert client.get(url).status_code == 302, url

    @pytest.mark.parametrize("key", ["no_such", "Sign_in_code", "%00", "a" * 300])
    def test_an_unknown_message_is_not_found(self, client: Client, key: str) -> None:
        personas.sign_in_staff(client, "administrator")
        for page in ("", "propose/"):
            assert client.get(f"{LIST}of/{key}/{page}").status_code == 404
        assert client.get(f"{LIST}999999/change/").status_code == 404


class TestProposing:
    def test_a_text_waits_for_a_second_person(self, client: Client) -> None:
        supervisor = personas.sign_in_staff(client, "supervisor")
        response = client.post(PROPOSE, form())
        row = SmsText.objects.get()
        assert response["Location"] == address(row)
        assert (row.texts, row.why, row.proposed_by) == (NEW, "نص أوضح", supervisor)
        assert row.waits
        page = text_of(client.get(address(row)))
        assert "take_back" in page
        assert "approve" not in page

    def test_reading_is_not_proposing(self, client: Client) -> None:
        for role in ("auditor", "approver"):
            personas.sign_in_staff(client, role)
            assert client.get(PROPOSE).status_code == 403
            assert client.post(PROPOSE, form()).status_code == 403
        assert not SmsText.objects.exists()

    def test_a_right_that_was_revoked_meanwhile_is_none(self, client: Client) -> None:
        user = personas.sign_in_staff(client, "supervisor")
        assert client.get(PROPOSE).status_code == 200
        user.groups.clear()
        assert client.post(PROPOSE, form()).status_code == 403
        assert not SmsText.objects.exists()

    @pytest.mark.parametrize(
        "attack",
        [
            "{programme.__class__}: {code}",
            "{programme.__class__.__init__.__globals__}",
            "{code!r}{code:>99999999}",
            "{0}{1}{}",
            "{{{{programme}}}}",
            "%(code)s %s",
            "ا" * 10_000,
            "{" * 10_000,
            "{programme}: \x00 {code}",
            "{programme}: \u202e{code}\u202c. لا تعطه لأحد.",
            "<script>alert(1)</script>",
            "{{ settings.SECRET_KEY }}{% debug %}",
        ],
        ids=lambda value: ascii(value)[:30],
    )
    def test_an_attack_is_refused_and_kept_for_its_writer(
        self, client: Client, attack: str
    ) -> None:
        personas.sign_in_staff(client, "supervisor")
        for field in ("text_ar", "text_en"):
            response = client.post(PROPOSE, form(**{field: attack}))
            assert response.status_code == 200
            assert response.context["propose_form"].errors.get(field)
            assert response.context["propose_form"][field].value() == attack
            page = text_of(response)
            assert "نص أوضح" in page
            assert "<script>alert" not in page
            assert "&lt;class" not in page
        preview = client.post(PREVIEW, form(text_ar=attack))
        assert preview.status_code == 200
        assert "<script>alert" not in text_of(preview)
        assert len(text_of(preview)) < 100_000
        assert not SmsText.objects.exists()

    def test_a_fault_is_told_beside_its_text(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        dear = NEW["en"].replace("Do not", "Don’t")
        response = client.post(PROPOSE, form(text_en=dear))
        assert not errors(response, "text_ar")
        told = errors(response, "text_en")
        assert "RIGHT SINGLE QUOTATION MARK" in told
        assert "70" in told

    def test_a_fault_is_told_in_english_too(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        typed = form(text_ar=NEW["ar"].replace("رمزك", "رمزك 7"))
        told = errors(client.post(f"/en{PROPOSE}", typed), "text_ar")
        assert told.startswith("Write no digit of your own")

    def test_a_text_needs_a_reason(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        response = client.post(PROPOSE, form(why=" "))
        assert errors(response, "why")
        assert not SmsText.objects.exists()

    def test_the_same_text_and_a_second_one_are_refused_with_what_was_typed(
        self, client: Client
    ) -> None:
        personas.sign_in_staff(client, "supervisor")
        own = template_of(KEY).texts
        response = client.post(PROPOSE, form(text_ar=own["ar"], text_en=own["en"]))
        assert errors(response, "text_ar")
        proposed()
        response = client.post(PROPOSE, form(why="نص ثانٍ"))
        assert response.status_code == 200
        assert "نص ثانٍ" in text_of(response)
        assert SmsText.objects.count() == 1

    def test_letters_typed_apart_are_put_together(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        apart = "{programme}: رمزك للدخول {code}. لا تعطه لا\u0654حد."
        response = client.post(PROPOSE, form(text_ar=f"  {apart} "))
        assert response.status_code == 302
        assert SmsText.objects.get().text_ar == NEW["ar"]

    def test_the_form_opens_with_an_earlier_text_or_the_portals_own(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        row = proposed()
        approve_text(text=row, approved_by=personas.staff("approver"), now=NOW)
        own = template_of(KEY).texts["ar"]
        for query, text in {
            "": NEW["ar"],
            "?from=default": own,
            f"?from={row.pk}": NEW["ar"],
            "?from=x": NEW["ar"],
            "?from=999999999999999999": NEW["ar"],
        }.items():
            opened = client.get(PROPOSE + query).context["propose_form"]
            assert opened["text_ar"].value() == text, query

    def test_what_is_written_is_shown_without_being_sent(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        response = client.post(PROPOSE, form(action="preview", why=""))
        assert "رمزك للدخول 407152" in text_of(response)
        fragment = text_of(client.post(PREVIEW, form(text_ar="{programme}: قصير")))
        assert "<html" not in fragment
        assert "{code}" in fragment
        assert client.get(PREVIEW).status_code == 405
        assert not SmsText.objects.exists()

    def test_a_word_in_the_other_script_is_told_of_once_as_a_word(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        typed = form(text_ar="{programme}: login هو {code} قبل 1234. لا تعطه لأحد login.")
        told = errors(client.post(f"{PAGE}propose/", typed), "text_ar")
        assert told.count("ليس بحروف عربية") == 1
        assert "\u2068login\u2069 ليس بحروف عربية." in told
        assert "(\u20681234\u2069)" in told
        assert "LATIN" not in told

    def test_a_letter_that_only_looks_right_is_told_by_its_name(self, client: Client) -> None:
        personas.sign_in_staff(client, "supervisor")
        typed = form(text_ar="{programme}: رمزكم ھو {code}. لا تعطه لأحد.")
        told = errors(client.post(f"{PAGE}propose/", typed), "text_ar")
        assert "U+06BE ARABIC LETTER HEH DOACHASHMEE" in told


class TestDeciding:
    def test_a_second_person_approves(self, client: Client) -> None:
        row = proposed()
        approver = personas.sign_in_staff(client, "approver")
        assert 'value="approve"' in text_of(client.get(address(row)))
        assert client.post(address(row), {"action": "approve"}).status_code == 302
        row.refresh_from_db()
        assert (row.decision, row.decided_by) == ("approved", approver)

    def test_the_proposer_cannot_approve_or_reject(self, client: Client) -> None:
        user = personas.sign_in_staff(client, "administrator")
        row = proposed(by=user)
        for typed in ({"action": "approve"}, {"action": "reject", "reason": "لا"}):
            response = client.post(address(row), typed)
            assert response.status_code == 200
            assert "أنت اقترحت هذا النص" in text_of(response)
        row.refresh_from_db()
        assert row.waits

    def test_a_rejection_needs_a_reason(self, client: Client) -> None:
        row = proposed()
        personas.sign_in_staff(client, "approver")
        client.post(address(row), {"action": "reject", "reason": " "})
        row.refresh_from_db()
        assert row.waits
        client.post(address(row), {"action": "reject", "reason": "طويل"})
        row.refresh_from_db()
        assert (row.decision, row.decision_reason) == ("rejected", "طويل")

    def test_the_proposer_takes_it_back_and_nobody_else(self, client: Client) -> None:
        row = proposed()
        personas.sign_in_staff(client, "supervisor")
        client.post(address(row), {"action": "take_back"})
        row.refresh_from_db()
        assert row.waits
        client.force_login(row.proposed_by, backend=personas.STAFF_BACKEND)
        client.post(address(row), {"action": "take_back"})
        row.refresh_from_db()
        assert row.decision == "taken_back"

    def test_who_comes_second_reads_who_was_first(self, client: Client) -> None:
        row = proposed()
        personas.sign_in_staff(client, "approver")
        assert client.get(address(row)).status_code == 200
        first = personas.staff("approver")
        approve_text(text=row, approved_by=first, now=NOW)
        response = client.post(address(row), {"action": "reject", "reason": "سبب كتبته"})
        assert str(first) in text_of(response)
        assert "سبب كتبته" in text_of(response)
        row.refresh_from_db()
        assert row.decision == "approved"

    def test_a_right_that_was_revoked_meanwhile_is_none(self, client: Client) -> None:
        row = proposed()
        user = personas.sign_in_staff(client, "approver")
        assert client.get(address(row)).status_code == 200
        user.groups.clear()
        user.user_permissions.add(Permission.objects.get(codename="view_smstext"))
        assert client.post(address(row), {"action": "approve"}).status_code == 403
        row.refresh_from_db()
        assert row.waits

    @pytest.mark.parametrize("role", ["supervisor", "auditor"])
    def test_nobody_decides_without_the_right(self, client: Client, role: str) -> None:
        row = proposed()
        personas.sign_in_staff(client, role)
        assert 'value="approve"' not in text_of(client.get(address(row)))
        for typed in ({"action": "approve"}, {"action": "reject", "reason": "لا"}):
            assert client.post(address(row), typed).status_code == 403
        row.refresh_from_db()
        assert row.waits

    def test_nothing_is_deleted_or_edited_through_admin(self, client: Client) -> None:
        row = proposed()
        client.force_login(personas.staff(is_superuser=True), backend=personas.STAFF_BACKEND)
        assert client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert client.get(f"{LIST}add/").status_code == 404
        assert client.post(address(row), {"text_ar": "آخر"}).status_code == 400
        row.refresh_from_db()
        assert row.texts == NEW

    def test_a_text_of_a_message_that_is_gone_can_only_be_rejected(self, client: Client) -> None:
        row = SmsText.objects.create(
            template="gone",
            text_ar="ن",
            text_en="t",
            why="w",
            proposed_by=personas.staff("supervisor"),
            proposed_at=NOW,
        )
        personas.sign_in_staff(client, "approver")
        response = client.post(address(row), {"action": "approve"})
        assert "النص لم يعد ضمن الحدود" in text_of(response)
        client.post(address(row), {"action": "reject", "reason": "لا رسالة لها"})
        row.refresh_from_db()
        assert row.decision == "rejected"
