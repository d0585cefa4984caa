"""Acts on many cases of the list: chosen, seen as a fixed set, done once, each case by itself."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Message
from objections.bulk.reading import MOST_AT_ONCE
from objections.models import AnswerTemplate, BulkAct, Objection, ObjectionEvent
from objections.services.review import withdraw_proposal
from objections.statuses import BulkKind, DecisionState, EventKind, ObjectionStatus
from tests import personas
from tests.factories import PaymentLineFactory
from tests.objections import cases

pytestmark = pytest.mark.django_db

LIST = "/admin/objections/objection/"
MANY = f"{LIST}many/"


def filed(**person: Any) -> Objection:
    owner = personas.head(**person)
    return cases.submitted(cases.result_of(owner), owner)


def choose(client: Client, kind: str, *chosen: Objection, query: str = "", **more: str) -> Any:
    """Tick cases, or send what stands in `more`, and open the page that it leads to."""
    sent = {"kind": kind, "case": [str(each.pk) for each in chosen], **more}
    return client.post(f"{MANY}{query}", sent, follow=True)


def address(response: Any) -> str:
    """Give the address of the set that was fixed."""
    url: str = response.redirect_chain[-1][0]
    return url


def done(client: Client, kind: str, *chosen: Objection, **filled: str) -> str:
    """Do an act on cases from the list to its end, and give the page that tells of it."""
    return page(client.post(address(choose(client, kind, *chosen)), filled, follow=True))


def page(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def last_of(objection: Objection) -> tuple[str, bool]:
    """Give the last row of a case's history: what was done, and whether it was refused."""
    row = ObjectionEvent.objects.filter(objection=objection).latest("pk")
    return row.kind, row.is_refused


def rows_of(text: str, title: str) -> str:
    """Give the section of a page under a heading."""
    return text.partition(title)[2].partition("</section>")[0]


# Choosing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("caseworker", {"take", "hand_over", "put_back", "documents"}),
        ("supervisor", {"take", "hand_over", "put_back", "documents", "approve"}),
        ("approver", {"approve"}),
        ("agent", set()),
        ("auditor", set()),
    ],
)
def test_the_list_offers_the_acts_of_a_role(client: Client, role: str, offered: set[str]) -> None:
    personas.sign_in_staff(client, role)
    objection = filed()
    text = page(client.get(LIST))
    assert set(re.findall(r'<option value="(\w+)"', text.partition('id="many-kind"')[2])) == offered
    assert (f'name="case" value="{objection.pk}" form="many"' in text) == bool(offered)
    for kind in set(BulkKind.values) - offered:
        assert client.post(MANY, {"kind": kind, "case": objection.pk}).status_code == 403
    assert not ObjectionEvent.objects.filter(actor__is_staff=True).exists()


def test_citizens_and_nobody_choose_nothing(client: Client) -> None:
    objection = filed()
    sent = {"kind": "take", "case": objection.pk}
    assert client.post(MANY, sent).url.startswith("/admin/login/")
    personas.sign_in(client, objection.person)
    assert client.post(MANY, sent).url.startswith("/admin/login/")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "take"}, "ضع علامة على الحالات أولًا"),
        ({"kind": "take", "case": "999999999"}, "ضع علامة على الحالات أولًا"),
        ({}, "اختر ماذا تفعل بالحالات"),
        ({"kind": "burn"}, "اختر ماذا تفعل بالحالات"),
    ],
)
def test_a_choice_of_nothing_leads_back_to_the_list(
    client: Client, sent: dict[str, str], words: str
) -> None:
    personas.sign_in_staff(client, "caseworker")
    response = client.post(f"{MANY}?status=submitted", sent, follow=True)
    assert address(response) == f"{LIST}?status=submitted"
    assert words in page(response)


@pytest.mark.parametrize("case", ["x", "-1", "1" * 30, "١"])
def test_a_case_that_no_box_sends_is_refused(client: Client, case: str) -> None:
    personas.sign_in_staff(client, "caseworker")
    assert client.post(MANY, {"kind": "take", "case": case}).status_code == 400


def test_all_of_a_list_are_those_that_its_filters_find(client: Client) -> None:
    personas.sign_in_staff(client, "caseworker")
    here, there = filed(city="جدة"), filed(city="أبها")
    text = page(choose(client, "take", query="?city=جدة", all="1"))
    assert here.reference in text
    assert there.reference not in text


def test_no_more_than_the_limit_goes_into_one_set(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("objections.bulk.pages.MOST_AT_ONCE", 2)
    personas.sign_in_staff(client, "caseworker")
    first, second, third = filed(), filed(), filed()
    response = choose(client, "take", all="1")
    text = page(response)
    assert "في القائمة حالات أكثر" in text
    assert "هنا أول حالتين فقط" in text
    assert third.reference not in text
    client.post(address(response))
    taken = Objection.objects.filter(assigned_to__isnull=False)
    assert set(taken.values_list("pk", flat=True)) == {first.pk, second.pk}
    assert MOST_AT_ONCE == 100  # as docs/limits.md says


def test_a_set_costs_the_same_however_many_cases(client: Client) -> None:
    personas.sign_in_staff(client, "caseworker")
    few = address(choose(client, "take", filed()))
    many = address(choose(client, "take", *(filed() for _number in range(4))))

    def cost(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client.get(url))
        return len(captured)

    assert cost(few) == cost(many)


def test_a_set_belongs_to_who_chose_it(client: Client) -> None:
    personas.sign_in_staff(client, "caseworker")
    url = address(choose(client, "take", filed()))
    client.post(url)
    other = Client()
    personas.sign_in_staff(other, "caseworker")
    response = other.get(url, follow=True)
    assert address(response) == LIST
    assert "اختر الحالات من جديد" in page(response)


def test_the_right_is_asked_for_again_when_it_is_done(client: Client) -> None:
    worker = personas.sign_in_staff(client, "caseworker")
    objection = filed()
    url = address(choose(client, "take", objection))
    worker.groups.clear()
    worker.groups.add(personas.staff("agent").groups.get())
    assert client.post(url).status_code == 403
    objection.refresh_from_db()
    assert objection.assigned_to is None


# Doing --------------------------------------------------------------------------------------


def test_the_free_ones_are_taken_and_the_others_are_told_with_their_reason(client: Client) -> None:
    worker = personas.sign_in_staff(client, "caseworker")
    colleague = personas.staff("caseworker", display_name="هند السالم")
    free, held = filed(), cases.taken(filed(), colleague)
    before = page(choose(client, "take", free, held))
    assert free.reference in rows_of(before, "ماذا نفعل بكل حالة")
    assert "هند السالم" in rows_of(before, "ما نتركه، ولماذا")
    assert not free.events.filter(actor=worker).exists(), "nothing is done before it is sent"
    after = done(client, "take", free, held)
    assert "نفّذناه في حالة واحدة" in after
    assert "هند السالم" in rows_of(after, "لم ننفّذه في حالة واحدة")
    free.refresh_from_db()
    assert (free.status, free.assigned_to) == (ObjectionStatus.UNDER_REVIEW, worker)
    assert cases.texts_to(free.person, template="objection_taken") == ["objection_taken"]
    held.refresh_from_db()
    assert held.assigned_to == colleague


def test_a_case_that_somebody_takes_meanwhile_holds_up_no_other(client: Client) -> None:
    worker = personas.sign_in_staff(client, "caseworker")
    colleague = personas.staff("caseworker", display_name="هند السالم")
    first, second = filed(), filed()
    url = address(choose(client, "take", first, second))
    cases.taken(first, colleague)
    seen_now = page(client.get(url))
    assert "سبقك" in rows_of(seen_now, "ما نتركه، ولماذا")
    text = page(client.post(url, follow=True))
    refused = rows_of(text, "لم ننفّذه في حالة واحدة")
    assert "هند السالم" in refused
    assert "سبقك" in refused
    assert last_of(first) == (EventKind.TAKEN, True), "the attempt stays in the history"
    second.refresh_from_db()
    assert second.assigned_to == worker


def test_a_second_press_does_nothing_again(client: Client) -> None:
    personas.sign_in_staff(client, "caseworker")
    objection = filed()
    url = address(choose(client, "take", objection))
    first = page(client.post(url, follow=True))
    events = objection.events.count()
    again = page(client.post(url, follow=True))
    assert objection.events.count() == events
    assert BulkAct.objects.count() == 1
    assert "نفّذناه في حالة واحدة" in first
    assert "نفّذناه في حالة واحدة" in again
    assert "http-equiv" not in again


def test_cases_go_to_one_colleague_with_a_note_and_back_into_the_queue(client: Client) -> None:
    giver = personas.sign_in_staff(client, "caseworker")
    taker = personas.staff("caseworker")
    mine = [cases.taken(filed(), giver) for _number in range(2)]
    others = cases.taken(filed(), taker)
    url = address(choose(client, "hand_over", *mine, others))
    refused = page(client.post(url, {"to": "", "note": "إجازة من الأحد."}))
    assert "اختر من يستلم الحالات" in refused
    assert "إجازة من الأحد." in refused, "what was typed is kept"
    client.post(url, {"to": str(taker.pk), "note": "إجازة من الأحد."})
    assert Objection.objects.filter(assigned_to=taker).count() == 3
    assert [last_of(each) for each in mine] == [(EventKind.HANDED_OVER, False)] * 2
    assert last_of(others) == (EventKind.MOVED, False), "not theirs to give"
    personas.sign_in_staff(client, "supervisor")
    text = done(client, "put_back", *mine, others, note="نوزعها من جديد.")
    assert "نفّذناه في 3 حالات" in text
    assert not Objection.objects.exclude(assigned_to=None).exists()


def test_a_case_that_its_receiver_has_already_is_left_where_it_is(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    taker = personas.staff("caseworker", display_name="هند السالم")
    objection = cases.taken(filed(), taker)
    text = done(client, "hand_over", objection, to=str(taker.pk), note="توزيع.")
    assert "هند السالم" in rows_of(text, "لم ننفّذه في حالة واحدة")
    assert last_of(objection) == (EventKind.MOVED, False)


def test_documents_are_asked_for_with_one_template_each_in_the_language_of_its_writer(
    client: Client,
) -> None:
    worker = personas.sign_in_staff(client, "caseworker")
    arabic, english = filed(language="ar"), filed(language="en")
    other = filed()
    Objection.objects.filter(pk=other.pk).update(ground="other")
    for objection in (arabic, english, other):
        cases.taken(objection, worker)
    template = AnswerTemplate.objects.get(title_en="The whole lease")
    response = choose(client, "documents", arabic, english, other)
    text = page(response)
    assert template.title_ar in text
    assert "الصورة غير واضحة" not in text, "that one has something to fill in"
    assert other.reference in rows_of(text, "ما نتركه، ولماذا")
    client.post(address(response), {"template": str(template.pk), "days": "14"})
    wanted = Objection.objects.filter(status=ObjectionStatus.DOCUMENTS_WANTED)
    notes = {each.pk: each.events.last().note for each in wanted}
    assert notes == {arabic.pk: template.text_ar, english.pk: template.text_en}
    told = Message.objects.filter(template="objection_documents_wanted")
    assert {message.language for message in told} == {"ar", "en"}


def test_decisions_are_approved_by_another_and_one_with_money_on_its_own_page(
    client: Client,
) -> None:
    approver = personas.sign_in_staff(client, "supervisor")
    proposer = personas.staff("caseworker")
    plain, money, own = filed(), filed(), filed()
    PaymentLineFactory.create(cycle__code="2026-10", paid_on=cases.NOW.date())
    cases.proposed(plain, proposer, answer="وصل العقد كاملًا.")
    cases.proposed(money, proposer, back_pay={"2026-10": Decimal("720.50")})
    mine = cases.proposed(own, approver)
    response = choose(client, "approve", plain, money, own)
    text = page(response)
    assert "وصل العقد كاملًا." in rows_of(text, "ماذا نفعل بكل حالة"), "it is read before"
    left = rows_of(text, "ما نتركه، ولماذا")
    assert own.reference in left
    assert "فيه مبالغ عن أشهر مضت" in left
    unread = page(client.post(address(response)))
    assert "اقرأ كل قرار" in unread
    client.post(address(response), {"is_read": "on"})
    plain.refresh_from_db()
    mine.refresh_from_db()
    money.refresh_from_db()
    assert money.status == ObjectionStatus.UNDER_REVIEW
    assert (plain.status, plain.decided_by) == (ObjectionStatus.ACCEPTED, approver)
    assert mine.state == DecisionState.PROPOSED


def test_a_proposal_that_was_put_in_the_place_of_the_shown_one_is_not_approved(
    client: Client,
) -> None:
    personas.sign_in_staff(client, "approver")
    proposer = personas.staff("caseworker", display_name="هند السالم")
    objection = filed()
    shown = cases.proposed(objection, proposer)
    url = address(choose(client, "approve", objection))
    withdraw_proposal(
        objection_id=objection.pk,
        decision_id=shown.pk,
        proposer=proposer,
        seen=cases.seen(objection),
        now=cases.NOW,
    )
    cases.proposed(objection, proposer, answer="ردّ آخر.")
    text = page(client.post(url, {"is_read": "on"}, follow=True))
    assert "سبقك" in rows_of(text, "لم ننفّذه في حالة واحدة")
    objection.refresh_from_db()
    assert objection.status == ObjectionStatus.UNDER_REVIEW


def test_what_was_not_reached_is_told_so(client: Client) -> None:
    worker = personas.sign_in_staff(client, "caseworker")
    objection = filed()
    url = address(choose(client, "take", objection))
    client.post(url)
    BulkAct.objects.update(ended_at=None)
    act = BulkAct.objects.get(by=worker)
    act.cases.update(is_done=None)
    text = page(client.get(url))
    assert objection.reference in rows_of(text, "لم نصل إليها بعد")
    assert 'http-equiv="refresh"' in text
