"""Pages by key: each row once, at one cost, whatever the address says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from access.keyset import COUNTED_ROWS, FOUND_ROWS, Page, read_page
from access.lists import LIST_ROWS, ListGround
from beneficiaries.models import Cycle
from sawtak.models import Ticket
from sawtak.statuses import TicketStatus
from tests import personas
from tests.factories import CycleFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LIST = "/admin/sawtak/ticket/"


def file_tickets(count: int, *, start: int = 0, at: Callable[[int], datetime]) -> list[int]:
    """Store tickets and give their rows in the order of their numbers."""
    made = Ticket.objects.bulk_create(
        Ticket(
            reference=f"7{number:09}",
            submission_key=f"key-{number}",
            category="payments",
            full_name=f"سارة {number}",
            mobile="+966500000007",
            received_at=at(number),
            changed_at=at(number),
        )
        for number in range(start, start + count)
    )
    return [ticket.pk for ticket in made]


def a_minute_apart(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def three_at_once(number: int) -> datetime:
    return NOW + timedelta(minutes=number // 3)


def walk(order: tuple[str, ...], *, size: int, step: str = "next") -> list[list[int]]:
    """Follow a list to its end and give the rows of each page."""
    pages: list[list[int]] = []
    cursor = ""
    while True:
        page = read_page(Ticket.objects.order_by(*order), cursor, size=size)
        pages.append([row.pk for row in page.rows])
        cursor = getattr(page, step)
        if not cursor:
            return pages


@pytest.mark.parametrize("at", [a_minute_apart, three_at_once])
@pytest.mark.parametrize("order", [("received_at", "id"), ("-received_at", "-id")])
def test_pages_have_every_row_once_and_in_order(
    at: Callable[[int], datetime], order: tuple[str, ...]
) -> None:
    rows = file_tickets(23, at=at)
    wanted = rows if order[0] == "received_at" else rows[::-1]
    pages = walk(order, size=5)
    assert [row for page in pages for row in page] == wanted
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]


@pytest.mark.parametrize("size", [1, 4, 5, 22, 23, 24])
def test_the_way_back_shows_the_same_pages(size: int) -> None:
    file_tickets(23, at=three_at_once)
    rows = Ticket.objects.order_by("received_at", "id")
    there: list[Page] = [read_page(rows, "", size=size)]
    while there[-1].next:
        there.append(read_page(rows, there[-1].next, size=size))
    back = [there[-1]]
    while back[-1].previous:
        back.append(read_page(rows, back[-1].previous, size=size))
    assert [page.rows for page in back[::-1]] == [page.rows for page in there]
    assert not back[-1].has_previous


@pytest.mark.parametrize("order", [("received_at", "id"), ("-received_at", "-id")])
def test_rows_that_come_while_somebody_reads_move_nothing(order: tuple[str, ...]) -> None:
    rows = file_tickets(12, at=a_minute_apart)
    wanted = rows if order[0] == "received_at" else rows[::-1]
    queryset = Ticket.objects.order_by(*order)
    seen: list[int] = []
    page = read_page(queryset, "", size=3)
    number = 100
    while True:
        seen += [row.pk for row in page.rows]
        if not page.next or number > 120:
            break
        file_tickets(2, start=number, at=a_minute_apart)  # newer than all
        number += 2
        page = read_page(queryset, page.next, size=3)
    known = [pk for pk in seen if pk in rows]
    assert known == wanted
    assert len(seen) == len(set(seen))


def test_a_row_that_left_the_list_still_leads_on() -> None:
    rows = file_tickets(9, at=a_minute_apart)
    waiting = Ticket.objects.filter(status=TicketStatus.NEW).order_by("received_at", "id")
    first = read_page(waiting, "", size=3)
    Ticket.objects.filter(pk=rows[2]).update(status=TicketStatus.CLOSED)
    second = read_page(waiting, first.next, size=3)
    assert [row.pk for row in second.rows] == rows[3:6]
    back = read_page(waiting, second.previous, size=3)
    assert [row.pk for row in back.rows] == [rows[0], rows[1], rows[3]], "the first page, whole"
    assert not back.has_previous


@pytest.mark.parametrize(
    "cursor",
    [
        "2",
        "-1",
        "after-",
        "after-0",
        "after-999999999999999999",
        "after-9999999999999999999999",
        "before-99999",
        "after-1;DROP TABLE sawtak_ticket",
        "after-١",
        "after-1\n",
        "AFTER-1",
        "after--1",
        "خمسة",
    ],
)
def test_any_other_address_shows_the_first_page(client: Client, cursor: str) -> None:
    personas.sign_in_staff(client, "agent")
    rows = file_tickets(LIST_ROWS + 1, at=a_minute_apart)
    response = client.get(LIST, {"p": cursor})
    assert response.status_code == 200
    assert [row.pk for row in response.context["cl"].result_list] == rows[:LIST_ROWS]


def test_a_list_of_many_rows_leads_on_and_back_and_keeps_its_filter(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    rows = file_tickets(2 * LIST_ROWS + 3, at=a_minute_apart)
    page, seen = client.get(LIST, {"status": "new"}), []
    while True:
        seen += [row.pk for row in page.context["cl"].result_list]
        text = page.content.decode()
        if 'rel="next"' not in text:
            break
        page = client.get(f"{LIST}{_link(text, 'next')}")
    assert seen == rows
    assert "العدد: 53" in text
    assert "إلى الصفحة الأولى" in text
    assert "الأقدم أولًا" in text
    assert "status=new" in _link(text, "prev")
    back = client.get(f"{LIST}{_link(text, 'prev')}")
    assert [row.pk for row in back.context["cl"].result_list] == rows[LIST_ROWS : 2 * LIST_ROWS]
    assert 'rel="prev"' not in client.get(LIST, {"status": "new"}).content.decode()


def _link(text: str, rel: str) -> str:
    start = text.index(f'rel="{rel}"')
    return text[start:].partition('href="')[2].partition('"')[0].replace("&amp;", "&")


def test_a_filter_leaves_the_page_of_another_list_behind(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    rows = file_tickets(LIST_ROWS + 5, at=a_minute_apart)
    text = client.get(LIST, {"p": f"after-{rows[10]}"}).content.decode()
    filters = text.partition('class="views"')[2].partition("<table")[0]
    assert 'href="?status=all"' in filters
    assert "p=after" not in filters


def test_no_list_counts_further_than_it_says(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    file_tickets(COUNTED_ROWS + 1, at=a_minute_apart)
    with CaptureQueriesContext(connection) as captured:
        text = client.get(LIST).content.decode()
    assert "العدد: أكثر من 1,000" in text
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert len(counts) == 1
    assert f"LIMIT {COUNTED_ROWS + 1}" in counts[0]
    Ticket.objects.first().delete()
    assert "العدد: 1,000" in client.get(LIST).content.decode()


def test_one_page_is_not_counted_at_all(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    file_tickets(3, at=a_minute_apart)
    with CaptureQueriesContext(connection) as captured:
        assert "العدد: 3" in client.get(LIST).content.decode()
    assert not [query["sql"] for query in captured if "COUNT(" in query["sql"]]


def test_work_is_read_from_the_oldest_and_the_past_from_the_newest(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    rows = file_tickets(4, at=a_minute_apart)

    def shown(**query: str) -> list[int]:
        return [row.pk for row in client.get(LIST, query).context["cl"].result_list]

    assert shown() == shown(status="new") == rows
    assert shown(status="all") == shown(q="0500000007") == rows[::-1]
    Ticket.objects.update(status=TicketStatus.CLOSED)
    assert shown(status="closed") == rows[::-1]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "nonsense"},
        {"mine": "2"},
        {"o": "1.-2"},
        {"o": "x"},
        {"all": ""},
        {"_facets": "True"},
        {"q": "kept-00000000"},
    ],
)
def test_an_address_that_nobody_wrote_shows_the_list(client: Client, query: dict[str, str]) -> None:
    personas.sign_in_staff(client, "agent")
    rows = file_tickets(3, at=a_minute_apart)
    response = client.get(LIST, query)
    assert response.status_code == 200
    assert [row.pk for row in response.context["cl"].result_list] == rows


@pytest.mark.parametrize("column", ["full_name__icontains", "mobile", "status__in", "person__city"])
def test_no_address_filters_by_a_column_that_the_list_does_not_offer(
    client: Client, column: str
) -> None:
    personas.sign_in_staff(client, "agent")
    assert client.get(LIST, {column: "x"}).status_code == 400


def test_two_tabs_and_back_each_show_their_own_search(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    file_tickets(3, at=a_minute_apart)
    first = client.post(LIST, {"q": "سارة 1"}).url
    second = client.post(LIST, {"q": "سارة 2"}).url
    assert first != second
    assert 'value="سارة 1"' in client.get(first).content.decode()
    assert 'value="سارة 2"' in client.get(second).content.decode()
    assert client.post(LIST, {"q": "سارة 1"}).url == first


def test_no_more_than_twenty_searches_are_kept(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    urls = [client.post(LIST, {"q": f"سارة {number}"}).url for number in range(22)]
    assert len(client.session["searches"]) == 20
    assert 'value="سارة 21"' in client.get(urls[-1]).content.decode()
    assert 'value=""' in client.get(urls[0]).content.decode()


class MarkingAdmin(ListGround, admin.ModelAdmin[Cycle]):
    """A list with an action, which the portal has none of today."""

    ordering = ("-code",)
    list_per_page = 2
    list_display = ("code",)
    actions = ["mark"]

    @admin.action(permissions=["view"])
    def mark(self, request: HttpRequest, queryset: Any) -> None:
        self.marked = {cycle.code for cycle in queryset}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@pytest.mark.parametrize(
    ("is_across", "marked"),
    [("0", {"2026-08"}), ("1", {"2026-06", "2026-07", "2026-08", "2026-09", "2026-10"})],
    ids=["ticked-on-page-2", "all-of-the-list"],
)
def test_an_action_reaches_the_rows_it_says(is_across: str, marked: set[str]) -> None:
    cycles = [CycleFactory.create(code=f"2026-{month:02}") for month in range(6, 11)]
    marking = MarkingAdmin(Cycle, admin.site)
    ticked = {"action": "mark", "_selected_action": cycles[2].pk, "select_across": is_across}
    request = RequestFactory().post(f"/?p=after-{cycles[3].pk}", {**ticked, "index": "0"})
    request.user = AnonymousUser()
    request._dont_enforce_csrf_checks = True
    request.session = Client().session
    response = marking.changelist_view(request)
    assert response.status_code == 302
    assert marking.marked == marked


def test_a_search_counts_a_hundred_and_says_so(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    file_tickets(FOUND_ROWS + 1, at=a_minute_apart)
    mobile = Ticket.objects.first().mobile
    Ticket.objects.update(mobile=mobile)
    found = client.post(LIST, {"q": mobile}, follow=True).content.decode()
    assert "العدد: أكثر من 100" in found
