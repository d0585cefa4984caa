"""The day of each role: its menu, its pages, its acts, what is masked, what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beneficiaries.models import Person
from beneficiaries.reasons import REASONS
from objections.models import Objection
from portal.exports.lists import LISTS
from portal.models import CallTask, Contact, KnownProblem
from sawtak.models import Ticket
from tests import personas
from tests.factories import ResultFactory
from tests.objections.cases import submitted
from tests.portal.staff_rows import row_of
from tests.portal.working import TUESDAY, filed

pytestmark = pytest.mark.django_db

MOBILE: Final = "0500000077"
MASKED_MOBILE: Final = "05••••••77"
IBAN: Final = "SA03 8000 0000 6080 1016 7519"
MASKED_IBAN: Final = "SA•• •••• •••• •••• •••• 7519"
SENSITIVE: Final = REASONS["SHELTER"].text("ar").label


@dataclass(frozen=True)
class Day:
    """What a role has: anything else is refused."""

    ticket: str = ""
    objection: str = ""
    call: str = ""
    contact: str = ""
    known: str = ""
    pages: str = ""
    exports: str = ""
    sees: str = ""
    """Of `mobile`, `iban` and `sensitive`."""


DAYS: Final = {
    "agent": Day(
        ticket=(
            "answer ask close escalate hand_over link merge note put_off split take take_up unlink"
        ),
        objection="escalate put_off take_up",
        call="end take",
        contact="continue end identify ticket",
        pages="enter_objection new_contact",
        sees="mobile",
    ),
    "caseworker": Day(
        ticket="escalate put_off take_up",
        objection="decide documents escalate hand_over put_off take take_back take_up",
        contact="continue end identify ticket",
        pages="new_contact",
        sees="iban mobile sensitive",
    ),
    "approver": Day(
        objection="approve return",
        sees="sensitive",
    ),
    "supervisor": Day(
        ticket=(
            "answer ask close escalate give_to_team hand_over link merge note put_off settle split"
            " take take_up unlink"
        ),
        objection=(
            "approve decide documents escalate give_to_team hand_over put_off return "
            "settle take take_back take_up"
        ),
        call="end take",
        contact="continue end end_for identify ticket",
        known="put_back withdraw",
        pages=(
            "add_article add_ground add_holiday add_type announce draw enter_objection "
            "figures find_wrong messages new_contact quality"
        ),
        exports="calls messages objections tickets work",
        sees="iban mobile sensitive",
    ),
    "auditor": Day(
        pages="figures messages quality",
    ),
    "administrator": Day(
        pages=(
            "add_article add_ground add_holiday add_rule add_staff add_team add_type "
            "announce messages"
        ),
    ),
}

MENU: Final = {
    "auth.group": "auditor administrator",
    "beneficiaries.announcementrun": "supervisor auditor administrator",
    "beneficiaries.confirmednationalid": "supervisor auditor administrator",
    "beneficiaries.cycle": "agent caseworker approver supervisor auditor administrator",
    "beneficiaries.eligibilityresult": "agent caseworker approver supervisor auditor administrator",
    "beneficiaries.household": "agent caseworker approver supervisor auditor administrator",
    "beneficiaries.importrun": "supervisor auditor administrator",
    "beneficiaries.paymentline": "agent caseworker approver supervisor auditor administrator",
    "beneficiaries.person": "agent caseworker approver supervisor auditor administrator",
    "beneficiaries.user": "auditor administrator",
    "notifications.campaign": "approver supervisor auditor administrator",
    "notifications.doubtfulnumber": "supervisor auditor administrator",
    "notifications.earlyend": "supervisor auditor administrator",
    "notifications.gatewaypause": "supervisor auditor administrator",
    "notifications.mail": "supervisor auditor administrator",
    "notifications.message": "supervisor auditor administrator",
    "notifications.message.today": "supervisor auditor administrator",
    "notifications.smstext": "approver supervisor auditor administrator",
    "objections.answertemplate": "caseworker approver supervisor auditor",
    "objections.correction": "approver supervisor auditor",
    "objections.decisionexport": "supervisor auditor",
    "objections.decisionreason": "caseworker approver supervisor auditor",
    "objections.filingexemption": "agent caseworker approver supervisor auditor",
    "objections.ground": "supervisor auditor administrator",
    "objections.lateattempt": "agent caseworker approver supervisor auditor",
    "objections.neededdocument": "supervisor auditor administrator",
    "objections.objection": "agent caseworker approver supervisor auditor",
    "objections.qualityreview": "caseworker supervisor auditor",
    "objections.qualitysample": "supervisor auditor",
    "objections.qualitysample.figures": "supervisor auditor",
    "objections.team": "supervisor auditor administrator",
    "objections.windowextension": "agent caseworker approver supervisor auditor",
    "portal.calltask": "agent supervisor auditor",
    "portal.contact": "agent caseworker supervisor auditor",
    "portal.contact.new": "agent caseworker supervisor",
    "portal.export": "supervisor auditor",
    "portal.knownproblem": "agent caseworker supervisor auditor",
    "portal.routingrule": "supervisor auditor administrator",
    "portal.personview": "supervisor auditor",
    "portal.workitem": "agent caseworker approver supervisor auditor",
    "portal.workitem.figures": "supervisor auditor",
    "saudi.holiday": "supervisor auditor administrator",
    "sawtak.helparticle": "agent caseworker approver supervisor auditor administrator",
    "sawtak.ticket": "agent caseworker supervisor auditor",
    "sawtak.tickettype": "agent caseworker approver supervisor auditor administrator",
}
"""Who has which page in the side menu, `app.model` or `app.model.page`."""

FIRST_PAGE: Final = {
    "agent": "mine nobody",
    "caseworker": "mine nobody",
    "approver": "approval",
    "supervisor": "mine nobody approval escalated",
    "auditor": "late",
    "administrator": "",
}
"""The parts of the queue that the first page of a role shows."""

MOST_STATEMENTS: Final = 15

PAGES: Final = {
    "enter_objection": "admin:objections_objection_enter",
    "new_contact": "admin:portal_contact_new",
    "figures": "admin:portal_workitem_figures",
    "quality": "admin:objections_qualitysample_figures",
    "draw": "admin:objections_qualitysample_draw",
    "find_wrong": "admin:objections_correction_find",
    "announce": "admin:beneficiaries_announcementrun_ask",
    "messages": "admin:notifications_message_desk",
    "add_staff": "admin:beneficiaries_user_add",
    "add_rule": "admin:portal_routingrule_add",
    "add_holiday": "admin:saudi_holiday_add",
    "add_team": "admin:objections_team_add",
    "add_ground": "admin:objections_ground_add",
    "add_type": "admin:sawtak_tickettype_add",
    "add_article": "admin:sawtak_helparticle_add",
}
"""Where something begins that only some may do."""


def menu_of(client: Client) -> set[str]:
    """Give the pages that the side menu leads to."""
    found = set()
    for section in client.get(reverse("admin:index"), follow=True).context["staff_nav"]:
        for link in section.items:
            parts = link.url.removeprefix("/admin/").strip("/").split("/")
            found.add(".".join(parts))
    return found


def allowed_acts(client: Client, model: Any, case: Any) -> set[str]:
    """Send every act of a case's page, as no button offers it; give those that are not refused."""
    page = admin.site._registry[model]
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[case.pk])
    return {
        name
        for name in page.case_actions()  # type: ignore[attr-defined]
        if client.post(url, {"action": name}).status_code != 403
    }


def offered(client: Client, model: Any, case: Any) -> set[str]:
    """Give the acts that a case's page has buttons for."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[case.pk])
    response = client.get(url)
    if response.status_code == 403:
        return set()
    html = response.content.decode()
    page = admin.site._registry[model]
    return {
        name
        for name in page.case_actions()  # type: ignore[attr-defined]
        if f'value="{name}"' in html
    }


def seen_on(client: Client, person: Person) -> set[str]:
    """Give which of a person's numbers and reasons stand whole on their page and in the list."""
    url = reverse("admin:beneficiaries_person_change", args=[person.pk])
    shown = client.get(url)
    if b'value="why"' in shown.content:  # asked by some roles
        why = {"action": "why", "why": "audit", "reason": "مراجعة شهر نوفمبر"}
        shown = client.post(url, why, follow=True)
    text = shown.content.decode()
    listed = client.get(reverse("admin:beneficiaries_person_changelist")).content.decode()
    assert (MOBILE in text) is (MOBILE in listed) is not (MASKED_MOBILE in listed)
    assert (IBAN in text) is not (MASKED_IBAN in text)
    whole = {"mobile": MOBILE, "iban": IBAN, "sensitive": SENSITIVE}
    return {name for name, words in whole.items() if words in text}


def seen_on_case(client: Client, case: Objection) -> set[str] | None:
    """Give which of a person's numbers stand whole on the page of their case, where it opens."""
    shown = client.get(reverse("admin:objections_objection_change", args=[case.pk]))
    if shown.status_code == 403:
        return None
    text = shown.content.decode()
    assert (MOBILE in text) is not (MASKED_MOBILE in text)
    assert (IBAN in text) is not (MASKED_IBAN in text)
    return {name for name, words in {"mobile": MOBILE, "iban": IBAN}.items() if words in text}


def day_of(client: Client, role: str) -> Day:
    """Live the day of a role and tell what it may."""
    person = personas.head(mobile="+966500000077", iban="SA0380000000608010167519")
    result = ResultFactory.create(person=person, reason_codes=["SHELTER"])
    cases: dict[Any, Any] = {
        Ticket: filed(),
        Objection: submitted(result, person, now=TUESDAY),
        **{model: row_of(model) for model in (CallTask, Contact, KnownProblem)},
    }
    personas.sign_in_staff(client, role)
    sees = seen_on(client, person)
    assert seen_on_case(client, cases[Objection]) in (None, sees - {"sensitive"})
    buttons = {model: offered(client, model, row) for model, row in cases.items()}
    acts = {model: allowed_acts(client, model, row) for model, row in cases.items()}
    for model, names in buttons.items():
        assert names <= acts[model], (role, model, names - acts[model])
    return Day(
        *(" ".join(sorted(acts[model])) for model in cases),
        " ".join(
            sorted(n for n, url in PAGES.items() if client.get(reverse(url)).status_code != 403)
        ),
        " ".join(
            sorted(
                key
                for key in LISTS
                if client.post(reverse("admin:portal_export_ask", args=[key])).status_code != 403
            )
        ),
        " ".join(sorted(sees)),
    )


@pytest.mark.parametrize("role", personas.ROLES)
def test_day_of_a_role(client: Client, role: str) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        lived = day_of(client, role)
        menu = menu_of(client)
    assert lived == DAYS[role]
    assert menu == {page for page, roles in MENU.items() if role in roles.split()}


def test_first_page_is_the_day_of_its_reader(client: Client) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        ticket, case = filed(), row_of(Objection)
        row_of(CallTask)
        for role, parts in FIRST_PAGE.items():
            personas.sign_in_staff(client, role)
            client.get(reverse("admin:index"))  # what is read once in a process
            with CaptureQueriesContext(connection) as captured:
                response = client.get(reverse("admin:index"))
            html = response.content.decode()
            assert len(captured) <= MOST_STATEMENTS, role
            assert [part[0] for part in response.context.get("parts", [])] == parts.split()
            assert ("happened" in response.context) is (role in {"supervisor", "auditor"})
            takes = role in {"agent", "caseworker", "supervisor"}
            assert (reverse("admin:portal_workitem_next") in html) is takes
            assert (ticket.reference in html) is (role in {"agent", "supervisor"})
            assert case.reference
