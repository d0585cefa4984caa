"""What is written in the steps stays: on any device, going back, in two tabs, half done (O18)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Person
from objections.models import Ground, Objection
from objections.rules import WritingPage, mark_of, would_lose_text
from tests.objections.cases import STATEMENT, draft, result_of, riyadh
from tests.objections.pages import (
    documents_fields,
    new_url,
    started,
    statement_fields,
    step_url,
)
from tests.personas import head, outsider, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

HALF = "عقد الإيجار"


def hidden(response: HttpResponse) -> dict[str, str]:
    """Give the fields of the statement's form that nobody fills in."""
    page = response.content.decode()
    return dict(re.findall(r'type="hidden" name="(writing|turn|seen)" value="([^"]*)"', page))


def second_device(person: Person) -> Client:
    client = Client()
    sign_in(client, person)
    return client


def statement_of(begun: Objection) -> str:
    return Objection.objects.get(pk=begun.pk).statement


# Resumed on another device --------------------------------------------------------------


def test_another_device_opens_the_step_that_was_left_with_all_that_was_written(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    other = second_device(person)
    listed = reverse("objections:index")
    sent: list[tuple[str, dict[str, Any], str]] = [
        ("profile", {}, "statement"),
        ("statement", statement_fields(), "documents"),
        ("documents", documents_fields(), "review"),
    ]
    at = "profile"
    for step, fields, following in sent:
        assert other.post(new_url(begun.result))["Location"] == step_url(begun, at)
        assert step_url(begun, at) in other.get(listed).content.decode()
        assert client.post(step_url(begun, step), fields)["Location"] == step_url(begun, following)
        at = following
    page = other.get(other.post(new_url(begun.result))["Location"]).content.decode()
    assert STATEMENT in page
    assert "عقد.pdf" in page


def test_step_that_was_gone_back_to_is_where_it_goes_on(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    client.post(step_url(begun, "statement"), {"statement": "نص جديد", "action": "leave"})
    other = second_device(person)
    resumed = other.post(new_url(begun.result))["Location"]
    assert resumed == step_url(begun, "statement")
    page = other.get(resumed).content.decode()
    assert "نص جديد" in page
    assert step_url(begun, "profile") in page  # done steps lead back
    assert Objection.objects.get().step == 5


@pytest.mark.parametrize("action", ["keep", "leave", ""])
def test_half_a_statement_stays_whatever_else_is_missing(
    client: Client, person: Person, action: str
) -> None:
    begun = started(client, person)
    client.post(step_url(begun, "statement"), {"statement": HALF, "action": action})
    page = second_device(person).get(step_url(begun, "statement")).content.decode()
    assert f">\n{HALF}</textarea>" in page


def test_text_that_is_too_long_stays_and_is_not_sent(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    client.post(step_url(begun, "statement"), statement_fields(statement="ن" * 2001))
    assert statement_of(begun) == "ن" * 2001
    sent = client.post(step_url(begun, "review"), {"declaration": "on"})
    assert sent["Location"] == step_url(begun, "statement")
    client.post(step_url(begun, "statement"), statement_fields(statement="ن" * 8001))
    assert statement_of(begun) == "ن" * 2001


def test_field_that_was_emptied_takes_nothing_away_on_the_way_on(
    client: Client, person: Person
) -> None:
    begun = draft(result_of(person), person)
    assert client.post(step_url(begun, "statement"), {"statement": " "}).status_code == 200
    assert statement_of(begun) == STATEMENT
    client.post(step_url(begun, "statement"), {"statement": "", "action": "keep"})
    assert statement_of(begun) == ""
    assert Objection.objects.get().ground == "documents"


def test_leaving_says_until_when_and_keeping_says_when(client: Client, person: Person) -> None:
    begun = started(client, person)
    left = client.post(
        step_url(begun, "statement"), {"statement": HALF, "action": "leave"}, follow=True
    )
    assert left.redirect_chain[-1][0] == reverse("portal:profile")
    assert "مسودتك محفوظة. تستطيع إكمالها حتى نهاية يوم" in left.content.decode()
    kept = client.post(step_url(begun, "statement"), {"statement": "كله", "action": "keep"})
    assert kept.json() == {"seen": mark_of("كله"), "text": "حفظناه 9:14\u00a0مساءً"}


def test_last_button_goes_on_and_enter_does_not_leave(client: Client, person: Person) -> None:
    begun = started(client, person)
    page = client.get(step_url(begun, "statement")).content.decode()
    form = page[page.index('<form method="post" class="gap"') :]
    buttons = re.findall(r"<button[^>]*>", form[: form.index("</form>")])
    assert ["leave" in button for button in buttons] == [False, True, False]


def test_outsider_keeps_nothing_in_somebody_elses_draft(client: Client) -> None:
    owner = head()
    begun = draft(result_of(owner), owner)
    sign_in(client, outsider())
    kept = client.post(step_url(begun, "statement"), {"statement": "x", "action": "keep"})
    assert kept.status_code == 404
    assert statement_of(begun) == STATEMENT


# Going back -----------------------------------------------------------------------------


def test_going_back_loses_nothing_of_any_step(client: Client, person: Person) -> None:
    begun = started(client, person)
    client.post(step_url(begun, "profile"), {"city": "جدة"})
    client.post(step_url(begun, "statement"), statement_fields())
    client.post(step_url(begun, "documents"), documents_fields())
    for step in ("documents", "statement", "profile"):
        back = client.get(step_url(begun, step)).content.decode()
        assert {"documents": "عقد.pdf", "statement": STATEMENT, "profile": "جدة"}[step] in back
    review = client.get(step_url(begun, "review")).content.decode()
    assert all(text in review for text in ("عقد.pdf", STATEMENT, "جدة"))


def test_steps_say_what_is_done_what_is_now_and_what_comes(client: Client, person: Person) -> None:
    begun = started(client, person)
    client.post(step_url(begun, "profile"), {})
    page = client.get(step_url(begun, "statement")).content.decode()
    for steps in re.findall(r'<ol class="steps">.*?</ol>', page, re.DOTALL):
        states = re.findall(r"<li data-n=\"\d\"(?: class=\"is-(\w+)\")?", steps)
        assert states == ["done", "done", "now", "", ""]
        assert re.findall(r'href="([^"]*)"', steps) == [
            new_url(begun.result),
            step_url(begun, "profile"),
        ]
    assert page.count('<ol class="steps">') == 2  # beside the form, and folded on a phone


# Two tabs -------------------------------------------------------------------------------


def test_later_tab_does_not_erase_what_the_earlier_one_wrote(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    address = step_url(begun, "statement")
    first, second = hidden(client.get(address)), hidden(client.get(address))
    client.post(address, statement_fields(statement="من الأولى", **first))
    refused = client.post(address, statement_fields(statement="من الثانية", **second))
    assert refused.status_code == 409
    page = refused.content.decode()
    assert "في صفحة أخرى لك نص مختلف محفوظ" in page
    assert "من الأولى" in page
    assert ">\nمن الثانية</textarea>" in page
    assert statement_of(begun) == "من الأولى"
    known = client.post(address, statement_fields(statement="من الثانية", **hidden(refused)))
    assert known["Location"] == step_url(begun, "documents")
    assert statement_of(begun) == "من الثانية"


def test_page_that_keeps_by_itself_is_no_surprise_to_itself(client: Client, person: Person) -> None:
    begun = started(client, person)
    address = step_url(begun, "statement")
    page = hidden(client.get(address))
    for turn, text in enumerate(("ع", "عقد", "عقد الإيجار"), 1):
        sent = {"statement": text, "action": "keep"} | page | {"turn": str(turn)}
        assert client.post(address, sent).status_code == 200
    late = {"statement": "عقد", "action": "keep"} | page | {"turn": "2"}
    assert client.post(address, late).status_code == 409
    assert statement_of(begun) == "عقد الإيجار"
    other = hidden(second_device(person).get(address))
    client.post(address, statement_fields(**page | {"turn": "4"}))
    behind = {"statement": "من جهاز آخر", "action": "keep"} | other
    assert client.post(address, behind).status_code == 409
    assert statement_of(begun) == STATEMENT


@pytest.mark.parametrize(
    ("stored", "typed", "page", "stamp", "loses"),
    [
        pytest.param("", "b", ("p", 0, "x"), "", False, id="nothing-to-lose"),
        pytest.param("a", "a", ("p", 0, "x"), "q.1", False, id="the-same"),
        pytest.param("a", "b", ("p", 0, mark_of("a")), "q.1", False, id="was-seen"),
        pytest.param("a", "b", ("p", 0, mark_of("")), "q.1", True, id="never-seen"),
        pytest.param("a", "b", ("p", 2, "x"), "p.1", False, id="own"),
        pytest.param("a", "b", ("p", 1, "x"), "p.1", False, id="own-without-a-script"),
        pytest.param("a", "b", ("p", 1, "x"), "p.2", True, id="own-and-overtaken"),
        pytest.param("a", "b", ("p", 0, "x"), "", True, id="nobody-knows-who"),
    ],
)
def test_what_would_be_lost(
    stored: str, typed: str, page: tuple[str, int, str], stamp: str, loses: bool
) -> None:
    writing = WritingPage(*page)
    assert would_lose_text(stored=stored, typed=typed, page=writing, stamp=stamp) is loses


@pytest.mark.parametrize(
    "odd", [{"writing": "x"}, {"writing": ""}, {"turn": "-1"}, {"turn": "٣" * 9}]
)
def test_odd_hidden_fields_break_nothing(
    client: Client, person: Person, odd: dict[str, str]
) -> None:
    begun = started(client, person)
    page = hidden(client.get(step_url(begun, "statement"))) | odd
    assert client.post(step_url(begun, "statement"), statement_fields(**page)).status_code == 302


# The session ends (O18 c) ---------------------------------------------------------------

LONG = ("لم يصلني إشعار بأن العقد غير موثّق، وقد وثّقته قبل النتيجة. " * 30)[:1499] + "."


@pytest.mark.parametrize("action", ["", "keep", "leave"])
def test_1500_characters_are_there_after_the_session_expired_and_a_new_sign_in(
    client: Client, person: Person, action: str
) -> None:
    assert len(LONG) == 1500
    begun = started(client, person)
    address = step_url(begun, "statement")
    page = hidden(client.get(address))
    Session.objects.update(expire_date=riyadh("2026-11-01 00:00:00"))
    sent = {"ground": "changed", "statement": LONG, "action": action} | page
    late = client.post(address, sent)
    assert late.status_code == (401 if action == "keep" else 302)
    sign_in(client, person)
    for _look in range(2):
        shown = client.get(address).content.decode()
        assert f">\n{LONG}</textarea>" in shown
        assert re.search(r'value="changed"[^>]*checked', shown)
    again = hidden(client.get(address))
    assert client.post(address, statement_fields(statement=LONG, **again)).status_code == 302
    assert statement_of(begun) == LONG
    assert "انتهت جلستك قبل" not in client.get(address).content.decode()


def test_text_of_an_ended_session_does_not_replace_a_newer_one_unseen(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    address = step_url(begun, "statement")
    page = hidden(client.get(address))
    client.cookies.clear()
    client.post(address, statement_fields(statement=LONG, **page))
    second_device(person).post(address, {"statement": "نص أحدث", "action": "keep"})
    sign_in(client, person)
    shown = client.get(address).content.decode()
    assert "في صفحة أخرى لك نص مختلف محفوظ" in shown
    assert "نص أحدث" in shown
    assert LONG in shown
    assert statement_of(begun) == "نص أحدث"


def test_late_keeping_is_answered_and_nothing_is_written(client: Client, person: Person) -> None:
    begun = started(client, person)
    with time_machine.travel(riyadh("2027-01-28 00:00:00"), tick=True):
        sign_in(client, person)
        late = client.post(step_url(begun, "statement"), {"statement": HALF, "action": "keep"})
    assert late.status_code == 409
    assert statement_of(begun) == ""


# A ground that is gone ------------------------------------------------------------------


def test_page_asks_to_choose_again_in_plain_words(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    Ground.objects.filter(code="documents").update(is_active=False)
    page = client.get(step_url(begun, "statement")).content.decode()
    assert "اختر سبب اعتراضك من جديد" in page
    assert "صار عندي المستند الناقص" in page
    assert " checked" not in page
    assert STATEMENT in page


def test_hints_follow_the_ground_without_a_script(client: Client, person: Person) -> None:
    begun = started(client, person)
    page = client.get(step_url(begun, "statement")).content.decode()
    for each in Ground.objects.offered("result"):
        assert f'{each.label_ar}<span class="form-text choice-hint">{each.hint_ar}</span>' in page
