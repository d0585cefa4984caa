"""The staff's pages of quality: what a reviewer sees and does not, who may, and the figures."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from documents.intake import store_document
from documents.models import DocumentOpening
from objections.models import DecisionReason, ObjectionDocument, QualityReview, QualitySample, Team
from objections.statuses import DECIDED_STATUSES
from tests import personas
from tests.objections.cases import (
    approved,
    pdf,
    proposed,
    reason_of,
)
from tests.objections.sampling import DRAWN, REVIEWED, decided_one, drawn, reviewed

pytestmark = pytest.mark.django_db

ACCEPTED, PARTLY, REJECTED = DECIDED_STATUSES
LIST = "/admin/objections/qualityreview/"
SAMPLES = "/admin/objections/qualitysample/"
PERIOD = {"first_day": "2026-11-01", "last_day": "2026-11-26"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(REVIEWED, tick=True):
        yield


def address(review: QualityReview) -> str:
    return reverse("admin:objections_qualityreview_change", args=[review.pk])


def text_of(response: Any) -> str:
    return str(response.content.decode())


def taken_by(client: Client) -> QualityReview:
    """Take the next case as the browser's member of staff does."""
    response = client.post(f"{LIST}next/")
    assert response.status_code == 302
    return QualityReview.objects.get(pk=response.url.rstrip("/").split("/")[-2])


def review_fields(outcome: Any = ACCEPTED, **fields: Any) -> dict[str, Any]:
    facts = {"outcome": outcome, "reasons": [reason_of(outcome).code], "note": "العقد ساري."}
    return {"action": "send"} | facts | fields


# What a reviewer sees -------------------------------------------------------------------


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_reviewer_sees_the_case_as_it_was_and_nothing_of_its_decision(
    client: Client, language: str
) -> None:
    proposer = personas.staff("caseworker", display_name="بندر المقترح")
    approver = personas.staff("approver", display_name="أروى المعتمدة")
    case = decided_one(proposer, approver=approver, decision=REJECTED, answer="لم يثبت شيء.")
    drawn()
    later = DRAWN + timedelta(days=1)
    late = ObjectionDocument.objects.create(
        objection=case, document=store_document(pdf("متأخر.pdf"), now=later)
    )
    second = proposed(
        case,
        personas.staff(display_name="سالم الثاني"),
        supersede_reason="خطأ في القراءة.",
        now=later,
    )
    approved(second, personas.staff(display_name="هند الثالثة"), now=later)
    personas.sign_in_staff(client, "caseworker")
    review = taken_by(client)
    page = client.get(f"{language}{address(review)}")
    shown = text_of(page)
    case.refresh_from_db()
    for part in (case.person.full_name, case.statement, "عقد.pdf"):
        assert part in shown
    for secret in (
        "لم يثبت شيء.",
        second.answer,
        "بندر المقترح",
        "أروى المعتمدة",
        "سالم الثاني",
        "هند الثالثة",
        "خطأ في القراءة.",
        late.document.name,
        case.reference or "",
        case.person.national_id,
        f"/objection/{case.pk}/",
        f"/decision/{review.decision_id}",
        "checked",
    ):
        assert secret not in shown, secret
    assert "timeline" not in shown
    # What was decided stands on the page as often as what was not: as a choice.
    words = ("Rejected", "Accepted") if language else ("مرفوض", "مقبول")
    told = [len(re.findall(rf">{word}(: [^<]*)?<", shown)) for word in words]
    reasons = DecisionReason.objects
    assert told == [1 + reasons.filter(outcome=each).count() for each in (REJECTED, ACCEPTED)]


def test_what_a_reviewer_has_in_hand_is_shown_nowhere_else(client: Client) -> None:
    case = decided_one()
    drawn()
    personas.sign_in_staff(client, "caseworker")
    case_page = reverse("admin:objections_objection_change", args=[case.pk])
    assert client.get(case_page).status_code == 200
    review = taken_by(client)
    response = client.get(case_page, follow=True)
    assert response.redirect_chain[0][0] == LIST
    assert "أنت تفحص هذا الاعتراض الآن" in text_of(response)
    listed = text_of(client.get("/admin/objections/objection/?status=all"))
    assert case.reference not in listed
    found = text_of(client.post("/admin/find/", {"q": case.reference}))
    assert f"/objection/{case.pk}/" not in found
    person = reverse("admin:beneficiaries_person_change", args=[case.person_id])
    assert case.reference not in text_of(client.get(person))
    assert case.reference not in text_of(client.get(LIST))
    client.post(address(review), review_fields())
    assert client.get(case_page).status_code == 200


def test_after_sending_both_stand_beside_each_other(client: Client) -> None:
    case = decided_one(decision=REJECTED, answer="لم يثبت شيء.")
    drawn()
    personas.sign_in_staff(client, "caseworker")
    review = taken_by(client)
    response = client.post(address(review), review_fields(), follow=True)
    shown = text_of(response)
    assert "قرارك غير قرار من سبقك" in shown
    for part in ("لم يثبت شيء.", "العقد ساري.", case.reference or ""):
        assert part in shown
    assert 'value="close"' not in shown
    review.refresh_from_db()
    assert review.agrees is False


def test_a_wrong_form_keeps_what_was_typed(client: Client) -> None:
    decided_one()
    drawn()
    personas.sign_in_staff(client, "caseworker")
    review = taken_by(client)
    wrong = review_fields(reasons=[reason_of(REJECTED).code], note="ملاحظة طويلة")
    shown = text_of(client.post(address(review), wrong))
    assert "ملاحظة طويلة" in shown
    assert "اختر أسبابًا للقرار الذي اخترته" in shown or "invalid-feedback" in shown
    QualityReview.objects.filter(pk=review.pk).update(reviewer=None, taken_at=None)
    late = client.post(address(review), review_fields(note="كتبتها متأخرًا"))
    assert "كتبتها متأخرًا" in text_of(late)
    assert "لم يُحفظ" in text_of(late)


def test_passing_on_and_nothing_left(client: Client) -> None:
    decided_one()
    drawn()
    personas.sign_in_staff(client, "caseworker")
    review = taken_by(client)
    refused = client.post(address(review), {"action": "skip", "reason": "other"})
    assert "اكتب ما التعارض" in text_of(refused)
    done = client.post(address(review), {"action": "skip", "reason": "knows_case"})
    assert done.url == LIST
    assert client.post(f"{LIST}next/").url == LIST
    assert client.get(address(review)).status_code == 404


def test_documents_are_those_of_that_time_and_their_opening_is_recorded(client: Client) -> None:
    case = decided_one()
    drawn()
    late = ObjectionDocument.objects.create(
        objection=case, document=store_document(pdf("متأخر.pdf"), now=DRAWN)
    )
    reviewer = personas.sign_in_staff(client, "caseworker")
    review = taken_by(client)
    own = case.documents.exclude(pk=late.pk).get().document

    def document(uid: uuid.UUID) -> str:
        return reverse("admin:objections_qualityreview_document", args=[review.pk, uid])

    assert client.get(document(own.uuid)).status_code == 200
    assert DocumentOpening.objects.get().opened_by == reviewer
    assert client.get(document(late.document.uuid)).status_code == 404
    other = Client()
    personas.sign_in_staff(other, "caseworker")
    assert other.get(document(own.uuid)).status_code == 404
    desk = Client()
    personas.sign_in_staff(desk, "supervisor")
    assert desk.get(document(own.uuid)).status_code == 403


# What follows ---------------------------------------------------------------------------


def test_a_supervisor_closes_a_difference_or_replaces_the_decision(client: Client) -> None:
    case = decided_one()
    drawn()
    review = reviewed(outcome=REJECTED)
    personas.sign_in_staff(client, "supervisor")
    shown = text_of(client.get(address(review)))
    assert f"/admin/objections/objection/{case.pk}/change/#replace" in shown
    assert "فحص واحد مختلف ينتظرك" in text_of(client.get(f"{SAMPLES}figures/"))
    differs = f"{LIST}?state=differs"
    assert case.reference in text_of(client.get(differs))
    assert "invalid-feedback" in text_of(client.post(address(review), {"action": "close"}))
    client.post(address(review), {"action": "close", "close_note": "في حدود التقدير."})
    review.refresh_from_db()
    assert review.follow_note == "في حدود التقدير."
    shown = text_of(client.get(address(review)))
    assert "في حدود التقدير." in shown
    assert "#replace" not in shown
    assert case.reference not in text_of(client.get(differs))


def test_a_supervisor_puts_a_case_back_that_lies(client: Client) -> None:
    decided_one()
    sample = drawn()
    lying = Client()
    personas.sign_in_staff(lying, "caseworker")
    review = taken_by(lying)
    personas.sign_in_staff(client, "supervisor")
    assert 'value="put_back"' in text_of(client.get(address(review)))
    client.post(address(review), {"action": "put_back"})
    review.refresh_from_db()
    assert review.reviewer is None
    page = text_of(client.get(reverse("admin:objections_qualitysample_change", args=[sample.pk])))
    assert f"?sample={sample.pk}&amp;state=waiting" in page


def test_a_supervisor_draws_and_anybody_who_reads_repeats_the_draw(client: Client) -> None:
    for _ in range(2):
        decided_one()
    personas.sign_in_staff(client, "supervisor")
    facts = {"how": "size", "amount": "٢", "submission": str(uuid.uuid4())} | PERIOD
    facts["last_day"] = "2026-11-22"
    for wrong, says in (
        ({"amount": "0"}, "اكتب عددًا من 1"),
        ({"how": "share", "amount": "101"}, "اكتب نسبة من 1"),
        ({"first_day": "2026-11-23"}, "اليوم الأخير قبل الأول"),
        ({"last_day": "2027-01-01"}, "لم يأت هذا اليوم"),
        ({"first_day": "2024-01-01"}, "أكثر من سنة"),
        ({"first_day": "2026-11-21"}, "لم يبقَ قرار"),
    ):
        response = client.post(f"{SAMPLES}draw/", facts | wrong)
        assert says in text_of(response), wrong
    assert not QualitySample.objects.exists()
    response = client.post(f"{SAMPLES}draw/", facts)
    sample = QualitySample.objects.get()
    assert response.url == reverse("admin:objections_qualitysample_change", args=[sample.pk])
    assert sample.drawn == 2
    reader = Client()
    personas.sign_in_staff(reader, "auditor")
    assert "أعطت القرعة الاعتراضات نفسها" in text_of(reader.get(f"{response.url}?check=1"))
    QualitySample.objects.update(first_day="2026-11-20")
    assert "أعطت القرعة اعتراضات أخرى" in text_of(reader.get(f"{response.url}?check=1"))


def test_an_administrator_keeps_the_teams(client: Client) -> None:
    member = personas.staff("caseworker", display_name="بندر")
    personas.sign_in_staff(client, "administrator")
    wrong = {"name_ar": "Latin", "name_en": "عربي", "members": [member.pk]}
    shown = text_of(client.post("/admin/objections/team/add/", wrong))
    assert shown.count("invalid-feedback") == 2
    assert not Team.objects.exists()
    client.post("/admin/objections/team/add/", wrong | {"name_ar": "فريق الشرق", "name_en": "East"})
    team = Team.objects.get()
    assert [each.member for each in team.memberships.all()] == [member]
    assert "بندر" in text_of(client.get("/admin/objections/team/"))
    change = reverse("admin:objections_team_change", args=[team.pk])
    client.post(change, {"name_ar": "فريق الشرق", "name_en": "East"})
    assert not team.memberships.filter(left_at=None).exists()


# Who may --------------------------------------------------------------------------------

MAY = {
    "list": {"caseworker", "supervisor", "auditor"},
    "next": {"caseworker"},
    "samples": {"supervisor", "auditor"},
    "sample": {"supervisor", "auditor"},
    "draw": {"supervisor"},
    "figures": {"supervisor", "auditor"},
    "behind": {"supervisor", "auditor"},
    "review": {"supervisor", "auditor"},
    "teams": {"supervisor", "auditor", "administrator"},
    "new_team": {"administrator"},
}


@pytest.mark.parametrize("role", [*personas.ROLES, None, "citizen", "anonymous"])
def test_each_address_refuses_who_has_no_right(client: Client, role: str | None) -> None:
    decided_one()
    sample = drawn()
    review = reviewed(outcome=REJECTED)
    if role == "citizen":
        personas.sign_in(client, personas.head())
    elif role != "anonymous":
        personas.sign_in_staff(client, role)
    days = "first_day=2026-11-01&last_day=2026-11-22"
    answers = {
        "list": client.get(LIST),
        "next": client.post(f"{LIST}next/"),
        "samples": client.get(SAMPLES),
        "sample": client.get(reverse("admin:objections_qualitysample_change", args=[sample.pk])),
        "draw": client.get(f"{SAMPLES}draw/"),
        "figures": client.get(f"{SAMPLES}figures/"),
        "behind": client.get(f"{SAMPLES}figures/decisions/?by=all&{days}"),
        "review": client.get(address(review)),
        "teams": client.get("/admin/objections/team/"),
        "new_team": client.get("/admin/objections/team/add/"),
    }
    for name, answer in answers.items():
        is_in = answer.status_code == 200 or (answer.status_code == 302 and answer.url == LIST)
        assert is_in is (role in MAY[name]), (name, answer.status_code)
    for action in ("send", "skip", "put_back", "close"):
        client.post(
            address(review), {"action": action, "close_note": "x"} | review_fields(action=action)
        )
    review.refresh_from_db()
    assert (review.followed_at is not None) is (role == "supervisor")


def test_another_caseworker_does_not_open_a_review(client: Client) -> None:
    decided_one()
    drawn()
    review = reviewed()
    personas.sign_in_staff(client, "caseworker")
    assert client.get(address(review)).status_code == 404
    assert client.post(address(review), review_fields()).status_code == 404
