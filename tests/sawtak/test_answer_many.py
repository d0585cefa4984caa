"""One answer to many tickets: a set fixed at the look, a typed count, a stop, never twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from beneficiaries.cycles import cycle_name
from sawtak.bulk import services
from sawtak.bulk.models import BulkAnswer, BulkState
from sawtak.bulk.pages import PAGE_ROWS
from sawtak.bulk.services import answer_one, answer_running, start, stop
from sawtak.models import ReplyTemplate, Ticket
from sawtak.services import close_ticket, reply_from_sender
from tests import personas
from tests.factories import ResultFactory
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

LIST = "/admin/sawtak/ticket/"
LATER = tickets.NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _arabic() -> Iterator[None]:
    with translation.override("ar"):
        yield


@pytest.fixture
def template() -> ReplyTemplate:
    row: ReplyTemplate = ReplyTemplate.objects.create(
        title_ar="تأخر الصرف",
        title_en="Late",
        text_ar="{name}: تصل الدفعة غدًا.",
        text_en="{name}: paid tomorrow.",
    )
    return row


def shown(client, template: ReplyTemplate, chosen: list[Ticket], **fields: str):
    """Choose tickets of the list and give the page that shows the set, and the set."""
    typed = {"template": template.pk, "case": [ticket.pk for ticket in chosen], **fields}
    response = client.post(f"{LIST}many/", typed)
    assert response.status_code == 302
    return response.url, tickets.page(client.get(response.url)), BulkAnswer.objects.last()


def begin(client, url: str, bulk: BulkAnswer, count: str):
    return client.post(url, {"action": "start", "digest": bulk.digest, "count": count})


def test_a_set_is_looked_at_counted_and_answered_one_by_one(client, template):
    personas.sign_in_staff(client, "supervisor")
    made = [tickets.file(full_name=f"مرسل {n}") for n in "ابجدهو"]
    done = made[0]
    close_ticket(
        ticket_id=done.pk,
        agent=personas.staff("agent"),
        reason="مكرر",
        seen_status="new",
        now=LATER,
    )
    url, page, bulk = shown(client, template, made)
    assert page.count("تصل الدفعة غدًا.") == 3  # examples
    assert "مرسل ب: تصل الدفعة غدًا." in page
    assert "أو أُغلق من قبل" in page
    assert not tickets.texts_sent("ticket_answered")
    wrong = tickets.page(begin(client, url, bulk, "6"))
    assert re.search(r'<input[^>]*aria-describedby="count_error"[^>]* autofocus>', wrong)
    assert 'value="6"' in wrong
    forged = client.post(url, {"action": "start", "digest": "0" * 64, "count": "5"})
    assert forged.status_code == 200
    assert begin(client, url, bulk, "٥").status_code == 302
    # Meanwhile one is changed by its sender, and another by a colleague.
    changed = made[2]
    reply_from_sender(ticket_id=changed.pk, text="وصلت.", attachments=[], now=LATER)
    # The words are those that were looked at, whatever the template says now.
    ReplyTemplate.objects.filter(pk=template.pk).update(text_ar="غيرها")
    assert answer_running() == 5
    assert answer_running() == 0
    page = tickets.page(client.get(url))
    assert "أُرسلت الردود" in page
    assert changed.reference in page
    states = {row.ticket_id: (row.state, row.why) for row in bulk.rows.all()}
    assert states[changed.pk] == ("left", "changed")
    assert states[done.pk] == ("left", "done")
    assert sorted(states.values()).count(("answered", "")) == 4
    answered = Ticket.objects.get(pk=made[1].pk)
    assert (answered.status, answered.messages.last().text) == (
        "answered",
        "مرسل ب: تصل الدفعة غدًا.",
    )
    assert len(tickets.texts_sent("ticket_answered")) == 4
    # Sent again it is the same act: nothing is answered twice.
    begin(client, url, bulk, "5")
    assert answer_running() == 0
    assert len(tickets.texts_sent("ticket_answered")) == 4
    assert answered.events.filter(to_status="answered").count() == 1


def test_ticks_are_not_lost_for_want_of_a_template(client, template):
    personas.sign_in_staff(client, "supervisor")
    tickets.file()
    page = tickets.page(client.get(LIST))
    assert re.search(r'<select[^>]*name="template"[^>]* required>', page)


def test_stop_takes_effect_at_once(client, template):
    personas.sign_in_staff(client, "supervisor")
    url, _page, bulk = shown(client, template, [tickets.file() for _n in range(4)])
    begin(client, url, bulk, "4")
    assert answer_one(bulk.pk, now=LATER)
    running = tickets.page(client.get(url))
    assert 'http-equiv="refresh"' in running
    assert 'value="stop"' in running
    assert client.post(url, {"action": "stop"}).status_code == 302
    assert not answer_one(bulk.pk, now=LATER)
    assert answer_running() == 0
    assert len(tickets.texts_sent("ticket_answered")) == 1
    stopped = tickets.page(client.get(url))
    assert "ما لم نصل إليه بقي كما كان" in stopped
    assert "رددنا على: طلب واحد" in stopped
    assert "لم نصل إلى: 3 طلبات" in stopped
    bulk.refresh_from_db()
    assert (bulk.state, bulk.rows.filter(state="waiting").count()) == ("stopped", 3)
    begin(client, url, bulk, "3")
    assert answer_running() == 0
    assert stop(bulk_id=bulk.pk, by=bulk.by, now=LATER).ended_at == bulk.ended_at


def test_what_changed_since_it_was_shown_is_left_and_a_set_is_begun_once(client, template):
    personas.sign_in_staff(client, "supervisor")
    first, second = tickets.file(), tickets.file(message="سؤال آخر عن الدفعة.")
    url, _page, bulk = shown(client, template, [first, second])
    begin(client, url, bulk, "2")
    again = start(bulk_id=bulk.pk, by=bulk.by, count=0, digest="", now=LATER)
    assert again.state == BulkState.RUNNING
    reply_from_sender(ticket_id=first.pk, text="وصلت.", attachments=[], now=LATER)
    services._end(bulk.pk, now=LATER)  # another worker has one in hand
    bulk.refresh_from_db()
    assert bulk.state == BulkState.RUNNING
    answer_running()
    rows = {row.ticket_id: (row.state, row.why) for row in bulk.rows.all()}
    assert rows == {first.pk: ("left", "changed"), second.pk: ("answered", "")}
    assert len(tickets.texts_sent("ticket_answered")) == 1


def test_who_may_not_answer_many_any_more_answers_none(client, template):
    user = personas.sign_in_staff(client, "supervisor")
    url, _page, bulk = shown(client, template, [tickets.file() for _n in range(2)])
    begin(client, url, bulk, "2")
    user.groups.clear()
    assert answer_running() == 0
    bulk.refresh_from_db()
    assert (bulk.state, bulk.stopped_by) == (BulkState.STOPPED, None)
    assert not tickets.texts_sent("ticket_answered")
    personas.sign_in_staff(client, "supervisor")
    told = tickets.page(client.get(url))
    assert "لم يعد لمن أرسله صلاحية الرد" in told
    assert "لم نصل إلى: طلبين" in told


def test_right_that_is_taken_in_the_middle_ends_the_set_there(client, template, monkeypatch):
    user = personas.sign_in_staff(client, "supervisor")
    url, _page, bulk = shown(client, template, [tickets.file() for _n in range(3)])
    begin(client, url, bulk, "3")

    def and_then_taken(bulk_id: int, *, now: datetime) -> bool:
        answered = answer_one(bulk_id, now=now)
        user.groups.clear()
        return answered

    monkeypatch.setattr(services, "answer_one", and_then_taken)
    assert answer_running() == 1
    bulk.refresh_from_db()
    assert bulk.state == BulkState.STOPPED
    assert len(tickets.texts_sent("ticket_answered")) == 1


def test_all_of_the_list_is_bounded_and_a_blank_is_left_out(client, template):
    personas.sign_in_staff(client, "supervisor")
    for _n in range(3):
        tickets.file()
    template.text_ar = "دورة {cycle}"
    template.save()
    with override_settings(LIMITS={**_limits(), "bulk_answer_tickets": 2}):
        _url, page, bulk = shown(client, template, [], all="1")
    assert (bulk.is_cut, bulk.rows.count()) == (True, 2)
    assert set(bulk.rows.values_list("why", flat=True)) == {"unfilled"}
    assert 'name="count"' not in page
    assert client.post(f"{LIST}many/", {"template": template.pk}).url.startswith(LIST)


def _limits() -> dict[str, int]:
    return dict(settings.LIMITS)


def test_who_may_not_answer_many_is_neither_offered_nor_let(client, template):
    personas.sign_in_staff(client, "supervisor")
    ticket = tickets.file()
    url, _page, bulk = shown(client, template, [ticket])
    assert 'id="many"' in tickets.page(client.get(LIST))
    personas.sign_in_staff(client, "agent")
    assert 'id="many"' not in tickets.page(client.get(LIST))
    assert client.post(f"{LIST}many/", {"template": template.pk}).status_code == 403
    assert client.get(url).status_code == 403
    personas.sign_in_staff(client, "supervisor")
    assert client.get(url).status_code == 403  # not theirs
    assert bulk.state == "shown"


def test_a_large_set_is_read_by_pages_and_fixed_by_few_statements(client, template):
    template.text_ar = "{name}: دورة {cycle}."
    template.save()
    supervisor = personas.sign_in_staff(client, "supervisor")
    person = personas.head()
    ResultFactory.create(person=person, cycle__code="2026-10")
    facts = {
        "national_id": person.national_id,
        "birth_date": person.birth_date,
        "mobile": person.mobile,
    }
    made = [tickets.file(message=f"متى دفعتي رقم {n}؟", **facts) for n in range(PAGE_ROWS + 3)]
    unknown = tickets.file()
    costs = []
    for chosen in (made[:2], [*made, unknown]):
        with CaptureQueriesContext(connection) as captured:
            bulk = services.fix_set(
                tickets=chosen, template=template, by=supervisor, is_cut=False, now=LATER
            )
        costs.append(len(captured))
    assert costs[0] == costs[1]
    url = f"{LIST}many/{bulk.key}/"
    first = tickets.page(client.get(f"{url}?show=waiting"))
    assert f"دورة {cycle_name('2026-10', 'ar')}." in first
    assert first.count("data-label=") == 2 * PAGE_ROWS
    assert made[-1].reference not in first
    for number in ("2", "٢"):
        second = tickets.page(client.get(f"{url}?show=waiting&page={number}"))
        assert made[-1].reference in second
        assert second.count("data-label=") == 2 * 3
    for odd in ("page=x", "page=99", "page=-1", "show=none", "show=answered"):
        assert client.get(f"{url}?{odd}").status_code == 200
    left = tickets.page(client.get(f"{url}?show=left"))
    assert unknown.reference in left
    assert made[0].reference not in left.split('aria-labelledby="rows"')[1]
    begin(client, url, bulk, str(PAGE_ROWS + 3))
    assert answer_one(bulk.pk, now=LATER)
    running = tickets.page(client.get(f"{url}?show=answered"))
    assert running.count("data-label=") == 2
