"""A person's messages in the portal: what their page and everybody's cost."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import EligibilityResult, PaymentLine, Person
from notifications.models import Message
from objections.models import Objection
from portal.inbox.reading import read_inbox
from portal.models import InboxMark
from portal.standing import standing_of
from portal.views import errors
from tests.factories import CycleFactory, ResultFactory, copy_people
from tests.personas import child_of, sign_in
from tests.plans import copy_rows, plan_of
from tests.portal.inbox import INBOX, announced, closing, objection_against, tell
from tests.portal.signing_in import NOW
from tests.sawtak import tickets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class TestCost:
    def _statements(self, client: Client) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(INBOX).status_code == 200
        return len(captured)

    def test_page_costs_the_same_for_one_and_for_many(self, client: Client, sara: Person) -> None:
        objection = objection_against(closing(sara))
        tell(sara, event=f"objection:{objection.pk}:0")
        tickets.file(mobile=sara.mobile, national_id=sara.national_id, birth_date=sara.birth_date)
        sign_in(client, sara)
        client.get("/en/help/")
        one = self._statements(client)
        for number in range(20):
            tell(sara, event=f"objection:{objection.pk}:{number + 2}")
            ResultFactory.create(
                person=child_of(sara), cycle=CycleFactory(code=f"2025-{number % 12 + 1:02}")
            )
        InboxMark.objects.all().delete()
        assert self._statements(client) == one == 8

    def test_no_large_table_is_read_from_end_to_end(self, sara: Person) -> None:
        for person in (sara, child_of(sara)):
            ResultFactory.create(person=person)
        announced()
        copy_people(300)
        copy_rows(
            EligibilityResult, 300, person_id="(SELECT max(id) FROM beneficiaries_person) - n + 1"
        )
        large = (Message, Person, EligibilityResult, PaymentLine, Objection)
        for ask in (lambda: standing_of(sara.pk, now=NOW), lambda: read_inbox(sara.pk, now=NOW)):
            with CaptureQueriesContext(connection) as captured:
                ask()
            [query] = captured
            plan = plan_of(query["sql"], of=large)
            for table in large:
                assert f"Seq Scan on {table._meta.db_table}" not in plan

    def test_visitor_costs_nothing(self, client: Client) -> None:
        with CaptureQueriesContext(connection) as captured:
            client.get("/en/privacy/")
        assert len(captured) == 0


def test_page_of_an_error_asks_the_database_for_nothing(rf: RequestFactory) -> None:
    class Away:
        """A session that cannot be read."""

        @property
        def is_authenticated(self) -> bool:
            raise OperationalError("gone")

    request: HttpRequest = rf.get("/", HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}=x")
    request.user = Away()  # type: ignore[assignment]
    for error in (OperationalError("gone"), KeyError("x")):
        try:
            raise error
        except type(error):
            assert errors.server_error(request).status_code in {500, 503}
