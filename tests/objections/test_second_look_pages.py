"""The pages after a decision: what it means, what is open, a second look, a new objection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from objections.models import Objection, SecondLook
from objections.statuses import DECIDED_STATUSES, ObjectionStatus
from tests.documents.files import pdf_bytes, upload
from tests.objections.cases import decided, result_of, riyadh, seen, submitted
from tests.objections.test_second_looks import DECIDED_AT, LATER, WHY, Case, decided_again
from tests.personas import child_of, outsider, sign_in, sign_in_staff, staff

pytestmark = pytest.mark.django_db

ACCEPTED, PARTLY, REJECTED = DECIDED_STATUSES
ASK_WORDS = "اطلب إعادة النظر"
AGAIN_WORDS = "اعترض مرة أخرى"


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with time_machine.travel(LATER, tick=True):
        yield


def detail_url(objection: Objection) -> str:
    return reverse("objections:detail", args=[objection.reference])


def ask_url(objection: Objection) -> str:
    return reverse("objections:second_look", args=[objection.reference])


def withdraw_url(objection: Objection) -> str:
    return reverse("objections:withdraw_second_look", args=[objection.reference])


def page_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


# The page of a decided case -------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "has_look", "has_again"),
    [(ACCEPTED, False, False), (PARTLY, True, True), (REJECTED, True, True)],
)
def test_decided_case_says_what_is_open(
    client: Client, outcome: ObjectionStatus, has_look: bool, has_again: bool
) -> None:
    case = Case(outcome, answer="قرأنا العقد.")
    sign_in(client, case.person)
    page = page_of(client, detail_url(case.objection))
    assert "قرأنا العقد." in page
    assert "سبب تجريبي" in page, "the reason in words"
    assert (ASK_WORDS in page) is has_look
    assert (AGAIN_WORDS in page) is has_again
    if has_look:
        assert "الثلاثاء 6 رجب 1448" in page
        assert "15 ديسمبر 2026" in page, "the last day in both calendars"
    assert ("دورة يناير 2027" in page) is (outcome != REJECTED)


def test_after_the_thirty_days_only_other_ways_are_open(client: Client) -> None:
    case = Case()
    with time_machine.travel(riyadh("2026-12-16 00:00:00")):
        sign_in(client, case.person)
        page = page_of(client, detail_url(case.objection))
        assert ASK_WORDS not in page
        assert AGAIN_WORDS in page
        asked = client.get(ask_url(case.objection))
    assert asked.status_code == 200
    assert "كان آخر يوم لطلب إعادة النظر" in asked.content.decode()


def test_superseded_decision_shows_what_was_and_what_counts(client: Client) -> None:
    case = Case(answer="القرار القديم.")
    case.asked()
    decided_again(case, ACCEPTED)
    sign_in(client, case.person)
    page = page_of(client, detail_url(case.objection))
    assert "وغيّرنا القرار" in page
    assert page.index("وصل العقد كاملًا.") < page.index("القرارات السابقة")
    assert page.rindex("القرار القديم.") > page.index("القرارات السابقة")


# Asking ----------------------------------------------------------------------------------


def test_one_form_asks_and_a_second_click_is_told_the_same(client: Client) -> None:
    case = Case()
    sign_in(client, case.person)
    assert WHY not in page_of(client, ask_url(case.objection))
    for _click in range(2):
        fields = {"statement": WHY, "documents": [upload("جديد.pdf", pdf_bytes(pages=2))]}
        response = client.post(ask_url(case.objection), fields, follow=True)
        assert response.redirect_chain[-1][0] == detail_url(case.objection)
    look = SecondLook.objects.get()
    assert (look.statement, look.asked_by) == (WHY, case.person)
    page = response.content.decode()
    assert "نعيد النظر في اعتراضك" in page
    assert "نعمل بالقرار الأول: «مرفوض»" in page
    assert WHY in page
    assert case.objection.documents.count() == 2


def test_form_without_a_statement_says_so_and_keeps_the_case(client: Client) -> None:
    case = Case()
    sign_in(client, case.person)
    response = client.post(ask_url(case.objection), {"statement": " "})
    assert response.status_code == 200
    assert "اكتب في سطر أو سطرين لماذا نعيد النظر." in response.content.decode()
    assert not SecondLook.objects.exists()


@pytest.mark.parametrize(
    ("moment", "status"), [("2026-12-15 23:59:59", 302), ("2026-12-16 00:00:00", 409)]
)
def test_what_comes_at_midnight_of_the_last_day(client: Client, moment: str, status: int) -> None:
    case = Case()
    with time_machine.travel(riyadh(moment), tick=False):
        sign_in(client, case.person)
        response = client.post(ask_url(case.objection), {"statement": WHY})
    assert response.status_code == status
    assert SecondLook.objects.exists() is (status == 302)
    if status == 409:
        assert WHY in response.content.decode(), "what was typed is kept"


def test_text_of_an_ended_session_is_kept(client: Client) -> None:
    case = Case()
    assert client.post(ask_url(case.objection), {"statement": WHY}).status_code == 302
    sign_in(client, case.person)
    assert WHY in page_of(client, ask_url(case.objection))


def test_other_people_find_nothing(client: Client) -> None:
    case = Case()
    case.asked()
    urls = [ask_url(case.objection), withdraw_url(case.objection)]
    for url in urls:
        response = client.get(url)
        assert response.status_code == 302
        assert reverse("portal:sign_in") in response["Location"]
    sign_in(client, outsider())
    assert [client.get(url).status_code for url in urls] == [404, 404]
    assert [client.post(url, {"statement": WHY}).status_code for url in urls] == [404, 404]
    assert SecondLook.objects.get().is_open
    sign_in_staff(client, "caseworker")
    assert [client.get(url).status_code for url in urls] == [404, 404]


def test_minor_is_told_who_asks(client: Client) -> None:
    case = Case()
    child = child_of(case.person)
    filed = submitted(result_of(child), case.person)
    objection = decided(filed, staff(), decision=REJECTED, now=DECIDED_AT)
    sign_in(client, child)
    response = client.post(ask_url(objection), {"statement": WHY})
    assert response.status_code == 409
    assert "يطلب إعادة النظر من قدّم الاعتراض" in response.content.decode()


def test_who_asked_withdraws_and_the_first_decision_stays(client: Client) -> None:
    case = Case()
    case.asked()
    sign_in(client, case.person)
    assert withdraw_url(case.objection) in page_of(client, detail_url(case.objection))
    old = reverse("objections:withdraw", args=[case.objection.reference])
    assert client.get(old)["Location"] == withdraw_url(case.objection)
    assert client.get(withdraw_url(case.objection)).status_code == 200
    assert SecondLook.objects.get().is_open
    for _click in range(2):
        response = client.post(withdraw_url(case.objection), follow=True)
    page = response.content.decode()
    assert "يبقى هذا القرار" in page
    assert ASK_WORDS not in page
    case.objection.refresh_from_db()
    assert case.objection.status == REJECTED


# A new objection -------------------------------------------------------------------------


def file_again(client: Client, case: Case) -> Objection:
    client.post(reverse("objections:new") + f"?result={case.objection.result_id}")
    return Objection.objects.get(status="draft")


def step(draft: Objection, name: str) -> str:
    return reverse("objections:step", args=[draft.uuid, name])


def test_new_objection_needs_a_new_document(client: Client) -> None:
    case = Case()
    sign_in(client, case.person)
    new_url = reverse("objections:new") + f"?result={case.objection.result_id}"
    assert new_url in page_of(client, reverse("portal:profile"))
    first = page_of(client, new_url)
    assert "تحتاج مستندًا جديدًا" in first
    draft = file_again(client, case)
    client.post(step(draft, "profile"), {})
    client.post(step(draft, "statement"), {"ground": "documents", "statement": WHY})
    same = case.objection.documents.get().document
    with same.file.open() as stored:
        again = upload("عقد.pdf", stored.read())
    response = client.post(step(draft, "documents"), {"documents": [again]})
    page = response.content.decode()
    assert response.status_code == 200
    assert "رأينا هذه المستندات كلها مع اعتراض سابق" in page
    assert "رأيناه مع الاعتراض" in page
    sent = client.post(step(draft, "review"), {"declaration": "on"}, follow=True)
    assert sent.redirect_chain[-1][0] == step(draft, "documents")
    draft.refresh_from_db()
    assert (draft.status, draft.statement) == ("draft", WHY)
    fresh = upload("جديد.pdf", pdf_bytes(pages=4))
    client.post(step(draft, "documents"), {"documents": [fresh]})
    client.post(step(draft, "review"), {"declaration": "on"})
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert "قدّمت اعتراضًا أحدث" in page_of(client, ask_url(case.objection))


def test_no_new_objection_while_a_second_look_is_open_or_after_an_acceptance(
    client: Client,
) -> None:
    case = Case()
    sign_in(client, case.person)
    draft = file_again(client, case)
    case.asked()
    new_url = reverse("objections:new") + f"?result={case.objection.result_id}"
    assert client.get(new_url)["Location"] == detail_url(case.objection)
    assert client.post(step(draft, "review"), {"declaration": "on"})["Location"] == detail_url(
        case.objection
    )
    decided_again(case, ACCEPTED)
    assert client.get(new_url)["Location"] == detail_url(case.objection)


# Staff -----------------------------------------------------------------------------------


def change_url(objection: Objection) -> str:
    return reverse("admin:objections_objection_change", args=[objection.pk])


def test_staff_of_the_first_decision_are_told_why_they_cannot_take_it(client: Client) -> None:
    case = Case()
    case.asked()
    client.force_login(case.clerk)
    page = page_of(client, change_url(case.objection))
    assert "شاركت في القرار الأول" in page
    assert WHY in page
    now = seen(case.objection)
    response = client.post(
        change_url(case.objection),
        {"action": "take", "seen_status": now.status, "seen_event": now.event},
        follow=True,
    )
    assert "شارك" in response.content.decode()
    case.objection.refresh_from_db()
    assert case.objection.assigned_to is None


def test_list_marks_second_looks_and_finds_them(client: Client) -> None:
    case, other = Case(), Case()
    case.asked()
    sign_in_staff(client, "caseworker")
    url = reverse("admin:objections_objection_changelist")
    page = page_of(client, f"{url}?look=1")
    assert case.objection.reference in page
    assert other.objection.reference not in page
    assert "إعادة نظر" in page
