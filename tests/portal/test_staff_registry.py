"""A walk over everything the staff site registers, so that no new model slips in (O28).

A model that is new fails here until it has a row to be shown with, in `staff_rows`, or a reason
to stay out, in `LEFT_OUT`. The planner is asked with sequential scans off: at this size it would
choose them, and the question is only whether an index can answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any, Final

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Field, ForeignKey, Model, QuerySet
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.keyset import BoundedPaginator, KeysetChangeList
from access.lists import ListGround
from beneficiaries.models import (
    EligibilityResult,
    Household,
    PaymentLine,
    Person,
    User,
)
from notifications.models import DoubtfulNumber, Mail, Message
from objections.models import Objection
from portal.models import CallTask, Contact, PersonView, WorkItem
from sawtak.models import Ticket
from tests import personas
from tests.portal.staff_rows import REGISTERED, ROWS, row_of

pytestmark = pytest.mark.django_db

MOST_STATEMENTS: Final = 15
MOST_ROWS: Final = 50
MOST_OPTIONS: Final = 100
MOST_CHARACTERS: Final = 500_000
MOST_CHOICES: Final = 15

LARGE: Final = frozenset(
    {
        Person,
        Household,
        User,
        EligibilityResult,
        PaymentLine,
        Objection,
        Ticket,
        Mail,
        Message,
        DoubtfulNumber,
        CallTask,
        Contact,
        PersonView,
    }
)
"""The tables that grow with the country. Of the others there are some hundreds of rows."""

OURS: Final = (
    *("access", "beneficiaries", "documents", "notifications", "objections", "portal"),
    *("saudi", "sawtak"),
)

LEFT_OUT: Final = {
    "access.LimitCounter": "counts of limits, of nobody in particular",
    "access.OneTimeCode": "holds hashes only, and nobody may look into it",
    "access.StaffSignInEvent": "shown on the page of the account",
    "beneficiaries.ImportEvent": "the history of an import, told with it",
    "beneficiaries.PersonChange": "shown on the person's page",
    "documents.Document": "shown and opened on the page of its case",
    "documents.DocumentPage": "shown on the page of its case",
    "documents.DocumentOpening": "written when a document is opened, and shown nowhere yet",
    "notifications.Attempt": "shown on the message's page",
    "notifications.GatewayCircuit": "read by notifications/health.py",
    "notifications.GatewayOutage": "read by notifications/health.py",
    "notifications.CampaignEvent": "shown on the campaign's page",
    "notifications.CampaignText": "shown on the campaign's page",
    "notifications.GatewayDay": "held by the outbox",
    "notifications.GatewayPace": "held by the outbox",
    "notifications.DayFigure": "shown on the page of the state of the SMS",
    "notifications.MailAddress": "shown on the person's page",
    "notifications.MailServerRest": "held by the outbox",
    "notifications.MailboxMail": "the demonstration's mailbox shows it",
    "notifications.Retry": "shown on the message's page",
    "notifications.PhoneMessage": "the demonstration's phone shows it",
    "notifications.StopWord": "shown on the person's page and the message's",
    "notifications.StoppedNumber": "shown on the person's page and the message's",
    "notifications.StatusReport": "what it said is on the message's page",
    "objections.BackPayLine": "shown on the case's page",
    "objections.BulkAct": "shown to whoever did it, on its own page",
    "objections.BulkActCase": "shown on the page of its act",
    "objections.CorrectionAmount": "what came of it is in the set, on the correction's page",
    "objections.CorrectionEvent": "shown on the correction's page",
    "objections.CorrectionRow": "shown on the correction's page",
    "objections.Decision": "shown on the case's page",
    "objections.QualitySkip": "shown on the page of its review",
    "objections.SecondLook": "shown on the case's page",
    "objections.TeamMembership": "shown in the list of teams",
    "objections.ReminderRound": "held by the reminders",
    "objections.ObjectionDocument": "shown on the case's page",
    "objections.ObjectionEvent": "shown on the case's page",
    "portal.WorkLook": "who looks at a case at this moment, shown on its page",
    "portal.WorkEvent": "shown on the case's page",
    "portal.CaseFigure": "shown on the page of the figures of the service",
    "portal.CountedDay": "shown on the page of the figures of the service",
    "portal.ExportDownload": "shown on the export's page",
    "portal.OutcomeFigure": "shown on the page of the figures of the service",
    "portal.PersonFlag": "shown on the person's page",
    "portal.PersonNote": "shown on the person's page",
    "portal.PublicFigure": "everybody reads them",
    "portal.CallEvent": "shown on the call's page",
    "portal.ContactEvent": "shown on the contact's page",
    "portal.KnownProblemEvent": "shown on the known problem's page",
    "portal.SchedulerTurn": "held by the schedulers",
    "portal.InboxMark": "how far a person has read is theirs",
    "portal.PageFeedback": "counts without a person",
    "sawtak.BulkAnswer": "shown to whoever gives it, on its own page",
    "sawtak.BulkAnswerTicket": "shown on the page of its answer",
    "sawtak.TicketLink": "shown on the pages of its tickets",
    "sawtak.TicketNote": "shown on the page of its ticket",
    "sawtak.TicketAttachment": "shown on the ticket's page",
    "sawtak.TicketRepeat": "counted on the page of its ticket",
    "sawtak.TicketRating": "shown on the page of its ticket",
    "sawtak.TicketEvent": "shown on the ticket's page",
    "sawtak.TicketMessage": "shown on the ticket's page",
}


def address(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def desk(client: Client) -> Client:
    """Give the browser of somebody who may do everything."""
    client.force_login(personas.staff(is_superuser=True), backend=personas.STAFF_BACKEND)
    return client


def list_of(desk: Client, model: type[Model], **query: str) -> KeysetChangeList:
    """Open a list and give what admin made of it."""
    response = desk.get(address(model, "changelist"), query)
    assert response.status_code == 200, (model, query)
    shown: KeysetChangeList = response.context["cl"]
    return shown


def walked(test: Callable[..., None]) -> Any:
    """Run a test for every registered model."""
    return pytest.mark.parametrize(
        "model", REGISTERED, ids=[model._meta.label for model in REGISTERED]
    )(test)


# What is there ------------------------------------------------------------------------


def test_every_model_is_registered_or_left_out_with_a_reason() -> None:
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS} | {
        Group._meta.label
    }
    registered = {model._meta.label for model in REGISTERED}
    new = ours - registered - set(LEFT_OUT)
    assert not new, f"Register {sorted(new)} or name it in LEFT_OUT with the reason."
    assert not set(LEFT_OUT) & registered
    assert not set(LEFT_OUT) - ours
    assert all(LEFT_OUT.values())


def test_every_registered_model_has_a_row_to_be_shown_with() -> None:
    missing = [model._meta.label for model in REGISTERED if model not in ROWS]
    assert not missing, f"Give ROWS of staff_rows a row of each of {missing}."


# Who is led where ---------------------------------------------------------------------


def links_of(html: str) -> set[str]:
    """Give where a page of the staff site leads within it."""
    found = (unescape(each) for each in re.findall(r'href="(/admin/[^"#]*)', html))
    return {each for each in found if not each.startswith("/admin/logout/")}


@pytest.mark.parametrize("role", personas.ROLES)
def test_nobody_is_led_to_a_page_that_is_refused(client: Client, role: str) -> None:
    """Every list and every row that a role may see opens, and so does each link on them."""
    rows = {model: row_of(model) for model in REGISTERED}
    personas.sign_in_staff(client, role)
    followed: set[str] = set()
    for model, row in rows.items():
        listed = client.get(address(model, "changelist"))
        assert listed.status_code in {200, 403}, model
        if listed.status_code == 403:
            continue
        opened = client.get(address(model, "change", row.pk), follow=True)
        assert opened.status_code in {200, 404}, model  # a case of another role is not there
        for shown in (listed, opened):
            for link in links_of(shown.content.decode()):
                kind = re.sub(r"\d+|=[^&]*", "", link)  # one of each kind
                if kind not in followed:
                    followed.add(kind)
                    assert client.get(link).status_code in {200, 302}, (model, role, link)
    assert len(followed) > 10


# How each list is made ----------------------------------------------------------------


@walked
def test_a_list_stands_on_the_ground_of_all(model: type[Model]) -> None:
    shown = admin.site._registry[model]
    assert isinstance(shown, ListGround)
    assert shown.paginator is BoundedPaginator
    assert shown.list_per_page <= MOST_ROWS
    assert shown.list_max_show_all == 0
    assert shown.show_full_result_count is False
    assert shown.date_hierarchy is None
    assert shown.list_editable == ()
    assert shown.list_select_related is not True
    assert not shown.sortable_by
    assert not shown.actions


@walked
def test_an_order_is_of_own_columns_one_way_and_unique(desk: Client, model: type[Model]) -> None:
    row_of(model)
    order = [str(name) for name in list_of(desk, model).queryset.query.order_by]
    fields = [model._meta.get_field(name.removeprefix("-")) for name in order]
    assert len({name.startswith("-") for name in order}) == 1
    assert all(isinstance(field, Field) and field.model is model for field in fields)
    assert getattr(fields[-1], "unique", False)


@walked
def test_a_form_draws_no_large_table(desk: Client, model: type[Model]) -> None:
    row = row_of(model)
    shown = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)
    if shown.has_change_permission(request, row) or shown.has_add_permission(request):
        drawn = [
            field.queryset.model
            for field in shown.get_form(request, row)().fields.values()
            if isinstance(field, forms.ModelChoiceField)
        ]
        assert not LARGE & set(drawn)
    for name in (*shown.raw_id_fields, *shown.autocomplete_fields):
        assert isinstance(model._meta.get_field(name), ForeignKey)


# What a page costs --------------------------------------------------------------------


def cost(desk: Client, url: str) -> int:
    """Give how many statements a page takes, and hold it to its size."""
    with CaptureQueriesContext(connection) as captured:
        response = desk.get(url)
    assert response.status_code == 200, url
    text = response.content.decode()
    assert text.count("<option") <= MOST_OPTIONS, url
    assert len(text) <= MOST_CHARACTERS, url
    assert len(captured) <= MOST_STATEMENTS, (url, [query["sql"] for query in captured])
    return len(captured)


@walked
def test_ten_rows_cost_the_statements_of_one(desk: Client, model: type[Model]) -> None:
    row = row_of(model)
    url = address(model, "changelist")
    cost(desk, url)  # what is read once in a process
    one = cost(desk, url)
    for _number in range(9):
        row_of(model)
    cost(desk, url)  # what is counted once for a new row
    assert cost(desk, url) == one
    if model is not WorkItem:  # its row leads on to the page of its case
        cost(desk, address(model, "change", row.pk))


@walked
def test_each_filter_offers_a_few_choices_and_opens(desk: Client, model: type[Model]) -> None:
    row_of(model)
    opened = 0
    for spec in list_of(desk, model).filter_specs:
        choices = list(spec.lookup_choices)
        assert len(choices) <= MOST_CHOICES
        for value, _label in choices:
            cost(desk, f"{address(model, 'changelist')}?{spec.parameter_name}={value}")
            opened += 1
    assert opened or not admin.site._registry[model].list_filter


@walked
def test_any_page_of_an_address_opens(desk: Client, model: type[Model]) -> None:
    row_of(model)
    for cursor in ("after-0", "before-9", "x"):
        assert list_of(desk, model, p=cursor).page.rows


# What the planner does ----------------------------------------------------------------


def plan(rows: QuerySet[Any]) -> str:
    """Explain a query with sequential scans and sorts as dear as can be."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    return rows.explain()


def reads_whole_table(rows: QuerySet[Any]) -> bool:
    """Tell whether no index can name the rows of a large table.

    Asked without the order: an index of the order alone would be read from end to end.
    """
    told = plan(rows.order_by())
    return any(f"Seq Scan on {model._meta.db_table}" in told for model in LARGE)


def test_the_planner_is_asked_a_question_that_can_be_answered_no() -> None:
    personas.head()
    assert reads_whole_table(Person.objects.filter(full_name__icontains="سارة"))
    assert reads_whole_table(Person.objects.all())
    assert not reads_whole_table(Person.objects.filter(national_id="1000000008"))
    assert "Sort" in plan(Person.objects.order_by("full_name"))


NUMBERS: Final = ("1000000008", "١٠٠٠٠٠٠٠٠٨", "+966500000001", "4000000002", "7000000007", "12")


@walked
def test_every_search_is_answered_by_an_index(desk: Client, model: type[Model]) -> None:
    row_of(model)
    for typed in (*NUMBERS, "احمد", "ا"):
        shown = list_of(desk, model, **{SEARCH_VAR: typed})
        if model in LARGE and shown.search_fields and not shown.queryset.query.is_empty():
            assert not reads_whole_table(shown.queryset), (typed, plan(shown.queryset.order_by()))


@walked
def test_every_filter_and_every_order_is_answered_by_an_index(
    desk: Client, model: type[Model]
) -> None:
    row_of(model)
    if model not in LARGE:
        return
    queries: list[dict[str, str]] = [{}]
    for spec in list_of(desk, model).filter_specs:
        queries += [{spec.parameter_name: str(value)} for value, _ in spec.lookup_choices]
    for query in queries:
        shown = list_of(desk, model, **query)
        assert "Sort" not in plan(shown.queryset[:26]), (query, plan(shown.queryset[:26]))
        is_everything = not query or query == {"status": "all"}
        if not is_everything:
            assert not reads_whole_table(shown.queryset), (query, plan(shown.queryset.order_by()))
