"""The citizen's steps, as plain POST forms."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from beneficiaries.models import EligibilityResult, Person
from beneficiaries.statuses import ResultStatus
from notifications.models import Message
from objections.errors import TooManyDocuments
from objections.models import Objection
from objections.services import stop_overdue_drafts
from objections.views import steps
from tests.documents.files import heic_bytes, pdf_bytes, png_bytes, upload
from tests.factories import iban
from tests.objections.cases import (
    NOW,
    STATEMENT,
    draft,
    result_of,
    riyadh,
    submitted,
    texts_to,
)
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff

pytestmark = pytest.mark.django_db

NEW_MOBILE = "+966500000777"


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def person(client: Client) -> Person:
    """Somebody whose browser is signed in."""
    somebody = head(city="الرياض")
    sign_in(client, somebody)
    return somebody


def new_url(result: EligibilityResult) -> str:
    return reverse("objections:new") + f"?result={result.pk}"


def step_url(objection: Objection, step: str) -> str:
    return reverse("objections:step", args=[objection.uuid, step])


def started(client: Client, person: Person) -> Objection:
    """Give the draft that the first POST opens."""
    client.post(new_url(result_of(person)))
    return Objection.objects.get()


def statement_fields(**fields: object) -> dict[str, object]:
    return {
        "ground": "documents",
        "statement": STATEMENT,
        "documents": [upload("عقد.pdf", pdf_bytes())],
    } | fields


# The whole way -------------------------------------------------------------------


def test_four_posts_lead_to_the_page_of_the_objection(client: Client, person: Person) -> None:
    result = result_of(person)
    assert client.get(new_url(result)).status_code == 200
    assert not Objection.objects.exists()
    response = client.post(new_url(result))
    objection = Objection.objects.get()
    assert response["Location"] == step_url(objection, "profile")
    assert client.get(response["Location"]).status_code == 200
    response = client.post(response["Location"])
    assert response["Location"] == step_url(objection, "statement")
    assert client.get(response["Location"]).status_code == 200
    response = client.post(response["Location"], statement_fields())
    assert response["Location"] == step_url(objection, "review")
    page = client.get(response["Location"]).content.decode()
    assert STATEMENT in page
    assert "عقد.pdf" in page
    response = client.post(response["Location"], {"declaration": "on"})
    objection.refresh_from_db()
    assert response["Location"] == reverse("objections:detail", args=[objection.reference])
    page = client.get(response["Location"]).content.decode()
    assert f">{objection.reference}<" in page
    assert texts_to(person) == ["objection_submitted"]


def test_back_and_send_again_lands_on_the_same_page(client: Client, person: Person) -> None:
    filed = submitted(result_of(person), person)
    detail = reverse("objections:detail", args=[filed.reference])
    for step in ("profile", "statement", "review"):
        fields = statement_fields(declaration="on")
        assert client.post(step_url(filed, step), fields)["Location"] == detail
        assert client.get(step_url(filed, step))["Location"] == detail
    assert client.post(new_url(filed.result))["Location"] == detail
    assert client.get(new_url(filed.result))["Location"] == detail
    assert Objection.objects.count() == 1
    assert texts_to(person) == ["objection_submitted"]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_last_submit_button_of_every_step_goes_on(
    client: Client, person: Person, language: str
) -> None:
    objection = draft(result_of(person), person)
    prefix = "" if language == "ar" else "/en"
    for step in ("profile", "statement", "review"):
        page = client.get(prefix + step_url(objection, step).removeprefix("/en")).content.decode()
        page = page[page.index("<main") :]
        form = page[page.index("enctype" if step == "statement" else '<form method="post" class') :]
        buttons = re.findall(r"<button[^>]*>", form[: form.index("</form>")])
        assert "btn-primary" in buttons[-1]
        assert "name=" not in buttons[-1]


# Who -----------------------------------------------------------------------------


def test_visitor_signs_in_first_and_comes_back(client: Client) -> None:
    result = result_of(head())
    response = client.get(new_url(result))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("portal:sign_in") + "?next=")
    begun = draft(result, result.person)
    assert client.post(step_url(begun, "review"))["Location"].startswith(reverse("portal:sign_in"))


def test_outsider_gets_404(client: Client) -> None:
    owner = head()
    result = result_of(owner)
    begun = draft(result, owner)
    sign_in(client, outsider())
    for address in (new_url(result), *(step_url(begun, s) for s in ("profile", "review"))):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


def test_staff_gets_404(client: Client) -> None:
    result = result_of(head())
    sign_in_staff(client, "caseworker")
    assert client.get(new_url(result)).status_code == 404


def test_draft_is_its_writers_alone(client: Client) -> None:
    owner = head()
    adult = adult_of(owner)
    begun = draft(result_of(adult), owner)
    sign_in(client, adult)
    assert client.get(step_url(begun, "statement")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?result=",
        "?result=x",
        "?result=٣",
        "?result=99999999",
        "?result=" + "9" * 30,
        "?payment=1",
    ],
)
def test_what_is_no_result_is_404(client: Client, person: Person, query: str) -> None:
    assert person.pk
    assert client.get(reverse("objections:new") + query).status_code == 404


def test_unknown_draft_and_unknown_step_are_404(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    assert client.get(reverse("objections:step", args=[uuid.uuid4(), "review"])).status_code == 404
    assert client.get(step_url(begun, "other")).status_code == 404


def test_head_files_for_a_child(client: Client, person: Person) -> None:
    child = child_of(person)
    result = result_of(child)
    page = client.get(new_url(result)).content.decode()
    assert child.full_name in page
    assert client.post(new_url(result)).status_code == 302
    assert Objection.objects.get().person == child


def test_heads_page_does_not_tell_an_adults_sensitive_reason(
    client: Client, person: Person
) -> None:
    result = result_of(adult_of(person), reason_codes=["SHELTER"])
    shown, sent = client.get(new_url(result)), client.post(new_url(result))
    assert (shown.status_code, sent.status_code) == (200, 409)
    for response in (shown, sent):
        assert "إيواء" not in response.content.decode()
    assert not Objection.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"status": ResultStatus.ELIGIBLE}, {"superseded_on": date(2026, 11, 2)}]
)
def test_what_cannot_be_contested_has_a_page_of_its_own(
    client: Client, person: Person, fields: dict[str, object]
) -> None:
    result = result_of(person, **fields)
    assert client.get(new_url(result)).status_code == 200
    assert client.post(new_url(result)).status_code == 409
    assert not Objection.objects.exists()


def test_minor_is_sent_to_the_main_beneficiary(client: Client) -> None:
    child = child_of(head(), mobile="+966500000555")
    sign_in(client, child)
    assert client.get(new_url(result_of(child))).status_code == 200
    assert client.post(new_url(EligibilityResult.objects.get())).status_code == 409


def test_head_learns_that_the_adult_objected_and_not_the_reference(
    client: Client, person: Person
) -> None:
    adult = adult_of(person)
    filed = submitted(result_of(adult), adult)
    response = client.get(new_url(filed.result))
    assert response.status_code == 200
    assert (filed.reference or "") not in response.content.decode()


def test_heads_draft_after_the_adult_filed_leads_nowhere_secret(
    client: Client, person: Person
) -> None:
    adult = adult_of(person)
    result = result_of(adult)
    heads = draft(result, person)
    filed = submitted(result, adult)
    response = client.post(step_url(heads, "review"), {"declaration": "on"})
    assert response.status_code == 409
    assert (filed.reference or "") not in response.content.decode()


# Step 1 again: the draft that was begun --------------------------------------------


def test_begun_objection_is_resumed_where_it_stopped(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    assert "بدأت" in client.get(new_url(begun.result)).content.decode()
    assert client.post(new_url(begun.result))["Location"] == step_url(begun, "review")


# Step 2: the profile ----------------------------------------------------------------


def test_profile_changes_are_recorded_with_the_objection(client: Client, person: Person) -> None:
    begun = started(client, person)
    fields = {"mobile": person.mobile, "city": " جدة ", "iban": iban(999)}
    response = client.post(step_url(begun, "profile"), fields)
    assert response["Location"] == step_url(begun, "statement")
    person.refresh_from_db()
    assert (person.city, person.iban) == ("جدة", iban(999))
    assert set(begun.profile_changes.values_list("field", flat=True)) == {"city", "iban"}


def test_empty_profile_fields_change_nothing(client: Client, person: Person) -> None:
    begun = started(client, person)
    before = (person.mobile, person.city, person.iban)
    client.post(step_url(begun, "profile"), {"mobile": "", "city": "", "iban": ""})
    person.refresh_from_db()
    assert (person.mobile, person.city, person.iban) == before
    assert not begun.profile_changes.exists()


def test_wrong_iban_stays_on_the_page_with_its_reason(client: Client, person: Person) -> None:
    begun = started(client, person)
    response = client.post(step_url(begun, "profile"), {"iban": "SA00 1234", "city": "جدة"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "SA00 1234" in page
    assert "<title>خطأ" in page
    person.refresh_from_db()
    assert person.city == "الرياض"


def ask_for_new_mobile(client: Client, begun: Objection) -> str:
    """Ask for a new number and give the code that was sent to it."""
    response = client.post(step_url(begun, "profile"), {"mobile": "0500000777"})
    assert response["Location"] == step_url(begun, "mobile")
    body = Message.objects.get(recipient=NEW_MOBILE, template="mobile_code").body
    found = re.search(r"\b[0-9]{6}\b", body)
    assert found is not None
    return found[0]


def test_new_mobile_is_proved_by_the_code_sent_to_it(client: Client, person: Person) -> None:
    begun = started(client, person)
    code = ask_for_new_mobile(client, begun)
    assert "0500000777" in client.get(step_url(begun, "mobile")).content.decode()
    response = client.post(step_url(begun, "mobile"), {"action": "confirm", "code": code})
    assert response["Location"] == step_url(begun, "statement")
    person.refresh_from_db()
    assert person.mobile == NEW_MOBILE
    assert begun.profile_changes.get().field == "mobile"
    assert client.get(step_url(begun, "mobile"))["Location"] == step_url(begun, "profile")


def test_last_button_goes_on_without_the_new_number(client: Client, person: Person) -> None:
    begun = started(client, person)
    ask_for_new_mobile(client, begun)
    page = client.get(step_url(begun, "mobile")).content.decode()
    assert re.findall(r"<button[^>]*value=\"(\w+)\"", page[page.index('name="code"') :])[:3] == [
        "confirm",
        "again",
        "skip",
    ]
    response = client.post(step_url(begun, "mobile"), {"action": "skip", "code": ""})
    assert response["Location"] == step_url(begun, "statement")
    person.refresh_from_db()
    assert person.mobile != NEW_MOBILE


def test_wrong_codes_say_how_many_tries_are_left(client: Client, person: Person) -> None:
    begun = started(client, person)
    code = ask_for_new_mobile(client, begun)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        response = client.post(step_url(begun, "mobile"), {"action": "confirm", "code": wrong})
        assert response.status_code == 200
        assert "is-invalid" in response.content.decode()
    response = client.post(step_url(begun, "mobile"), {"action": "confirm", "code": code})
    assert response.status_code == 200
    person.refresh_from_db()
    assert person.mobile != NEW_MOBILE


def test_code_is_asked_for_where_none_was_written(client: Client, person: Person) -> None:
    begun = started(client, person)
    ask_for_new_mobile(client, begun)
    response = client.post(step_url(begun, "mobile"), {"action": "confirm"})
    assert response.status_code == 200


def test_another_code_comes_after_a_minute_and_not_without_end(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    ask_for_new_mobile(client, begun)
    address = step_url(begun, "mobile")
    codes = Message.objects.filter(template="mobile_code")
    assert client.post(address, {"action": "again"})["Location"] == address
    assert codes.count() == 1
    for minute in range(16, 22):
        with time_machine.travel(riyadh(f"2026-11-12 21:{minute}:00"), tick=False):
            assert client.post(address, {"action": "again"})["Location"] == address
    assert codes.count() == 5
    with time_machine.travel(riyadh("2026-11-12 21:25:00"), tick=False):
        response = client.post(step_url(begun, "profile"), {"mobile": "0500000778"})
    assert response.status_code == 200
    assert "is-invalid" in response.content.decode()


def test_too_many_wrong_tries_close_the_way_for_an_hour(client: Client, person: Person) -> None:
    begun = started(client, person)
    code = ask_for_new_mobile(client, begun)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for minute in (16, 18, 20, 22):
        with time_machine.travel(riyadh(f"2026-11-12 21:{minute}:00"), tick=True):
            for _ in range(5):
                fields = {"action": "confirm", "code": wrong}
                response = client.post(step_url(begun, "mobile"), fields)
                assert response.status_code == 200
            client.post(step_url(begun, "mobile"), {"action": "again"})
    newest = Message.objects.filter(template="mobile_code").latest("id")
    [live] = re.findall(r"\d{6}", newest.body)
    with time_machine.travel(riyadh("2026-11-12 21:22:30"), tick=False):
        client.post(step_url(begun, "mobile"), {"action": "confirm", "code": live})
    person.refresh_from_db()
    assert person.mobile != NEW_MOBILE


# Step 3: ground, statement, documents --------------------------------------------------


def test_refused_file_loses_neither_text_nor_the_good_file(client: Client, person: Person) -> None:
    begun = started(client, person)
    files = [upload("IMG_0001.HEIC", heic_bytes()), upload("صورة.png", png_bytes())]
    response = client.post(step_url(begun, "statement"), statement_fields(documents=files))
    page = response.content.decode()
    assert response.status_code == 200
    assert "IMG_0001.HEIC" in page
    assert STATEMENT in page
    begun.refresh_from_db()
    assert (begun.ground, begun.statement) == ("documents", STATEMENT)
    assert [link.document.name for link in begun.documents.all()] == ["صورة.png"]
    response = client.post(step_url(begun, "statement"), statement_fields(documents=[]))
    assert response["Location"] == step_url(begun, "review")


def test_missing_text_loses_no_file(client: Client, person: Person) -> None:
    begun = started(client, person)
    response = client.post(step_url(begun, "statement"), statement_fields(statement="\u200b"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "عقد.pdf" in page
    assert begun.documents.count() == 1


def test_first_document_is_required_and_every_field_says_what_to_do(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    page = client.post(step_url(begun, "statement"), {}).content.decode()
    assert "<title>خطأ" in page
    assert page.count("invalid-feedback") == 3
    assert 'href="#id_documents"' in page


def test_too_long_statement_stays_on_the_page(client: Client, person: Person) -> None:
    begun = started(client, person)
    text = "ن" * 2001
    response = client.post(step_url(begun, "statement"), statement_fields(statement=text))
    assert response.status_code == 200
    assert text in response.content.decode()


def test_document_is_removed_and_the_typed_text_kept(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    link = begun.documents.get()
    fields = statement_fields(
        statement="نص جديد",
        remove=str(link.document.uuid),
        documents=[upload("x.svg", b"<svg/>")],
    )
    response = client.post(step_url(begun, "statement"), fields, follow=True)
    assert "x.svg" in response.content.decode()
    begun.refresh_from_db()
    assert begun.statement == "نص جديد"
    assert not begun.documents.filter(removed_at=None).exists()
    review = client.get(step_url(begun, "review"))
    assert review["Location"] == step_url(begun, "statement")


def test_malformed_removal_is_404(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    assert client.post(step_url(begun, "statement"), {"remove": "x"}).status_code == 404


def test_eleventh_file_is_refused_by_name(client: Client, person: Person) -> None:
    begun = started(client, person)
    files = [upload(f"{n}.pdf", pdf_bytes(pages=n + 1)) for n in range(11)]
    page = client.post(
        step_url(begun, "statement"), statement_fields(documents=files)
    ).content.decode()
    assert begun.documents.count() == 10
    assert "10.pdf" in page


# Step 4: review ------------------------------------------------------------------------


def test_without_declaration_nothing_is_sent(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    response = client.post(step_url(begun, "review"), {})
    assert response.status_code == 200
    assert "<title>خطأ" in response.content.decode()
    begun.refresh_from_db()
    assert begun.reference is None


def test_sent_objection_is_confirmed_by_its_number(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    sent = client.post(step_url(begun, "review"), {"declaration": "on"})
    begun.refresh_from_db()
    page = client.get(sent["Location"]).content.decode()
    assert f"وصل اعتراضك. احفظ رقمه: {begun.reference}." in page


def test_incomplete_draft_is_led_back(client: Client, person: Person) -> None:
    begun = started(client, person)
    for response in (
        client.get(step_url(begun, "review")),
        client.post(step_url(begun, "review"), {"declaration": "on"}),
    ):
        assert response["Location"] == step_url(begun, "statement")


def test_late_statement_is_shown_and_not_lost(client: Client, person: Person) -> None:
    begun = started(client, person)
    with time_machine.travel(riyadh("2027-01-28 00:00:00"), tick=True):
        sign_in(client, person)
        response = client.post(step_url(begun, "statement"), statement_fields())
    assert response.status_code == 409
    assert STATEMENT in response.content.decode()


def test_stopped_draft_shows_its_text_and_what_is_open(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    with time_machine.travel(riyadh("2027-01-28 00:00:00"), tick=True):
        stop_overdue_drafts(now=riyadh("2027-01-28 00:00:00"))
        sign_in(client, person)
        response = client.get(step_url(begun, "review"))
    assert response.status_code == 200
    page = response.content.decode()
    assert STATEMENT in page
    assert "عقد.pdf" in page


def test_limit_reached_by_another_tab_is_said_beside_the_field(
    client: Client, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_facts: object) -> None:
        raise TooManyDocuments(limit=10)

    begun = started(client, person)
    monkeypatch.setattr(steps, "attach_documents", full)
    response = client.post(step_url(begun, "statement"), statement_fields())
    assert response.status_code == 200
    assert STATEMENT in response.content.decode()
    assert "is-invalid" in response.content.decode()


def test_text_is_there_again_after_the_session_ended(client: Client, person: Person) -> None:
    begun = started(client, person)
    client.cookies.clear()
    address = step_url(begun, "statement")
    text = "اعتراضي طويل " * 115
    response = client.post(address, statement_fields(statement=text))
    assert response["Location"].startswith(reverse("portal:sign_in"))
    asked = client.get(response["Location"]).content.decode()
    assert "انتهت جلستك لنحميك، وما كتبته محفوظ. ادخل لتكمل من حيث توقفت." in asked
    sign_in(client, person)
    assert text.strip() not in client.get(step_url(begun, "profile")).content.decode()
    assert text.strip() in client.get(address).content.decode()
    assert text.strip() not in client.get(address).content.decode()


@pytest.mark.parametrize("step", ["profile", "statement", "review"])
def test_sign_in_page_says_why_where_nothing_was_written(
    client: Client, person: Person, step: str
) -> None:
    begun = started(client, person)
    client.cookies.clear()
    asked = client.post(step_url(begun, step), follow=True).content.decode()
    assert "انتهت جلستك لنحميك. ادخل لتكمل من حيث توقفت." in asked
    client.cookies.clear()
    assert "انتهت جلستك" not in client.get(step_url(begun, step), follow=True).content.decode()


def test_what_is_no_statement_is_not_kept_for_a_visitor(client: Client) -> None:
    owner = head()
    begun = draft(result_of(owner), owner)
    client.post(step_url(begun, "statement"), {"statement": "ن" * 9000})
    client.post(step_url(begun, "review"), {"declaration": "on"})
    assert "session" not in client.cookies
