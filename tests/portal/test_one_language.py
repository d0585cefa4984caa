"""Each page speaks one language: no English on an Arabic page, no Arabic on an English one.

A citizen with everything a citizen can have (every status of a result, a payment, an objection and
a ticket) reads every page that a link leads to, then sends every form empty and reads the refusals.
What people wrote and names are theirs: those stand in <bdi>, under dir="auto", or in a list below.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest
import time_machine
from django.test import Client

from beneficiaries.models import Person
from beneficiaries.reasons import REASONS
from beneficiaries.statuses import PaymentStatus, ResultStatus
from objections.models import Objection
from objections.statuses import ObjectionStatus
from sawtak.models import Ticket
from sawtak.services import answer_ticket, ask_sender, close_ticket, take_ticket
from sawtak.statuses import TicketStatus
from tests import personas
from tests.factories import CycleFactory, PaymentLineFactory, ResultFactory
from tests.objections import cases
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

NOW: Final = cases.riyadh("2026-11-24 12:00:00")
LATIN: Final = {"PDF", "JPG", "PNG", "HEIC", "SA"}
"""Latin words an Arabic page may show: the formats of files and the beginning of an IBAN."""

VOID: Final = {"input", "br", "img", "meta", "link", "hr", "source", "wbr", "path", "use", "circle"}
SPOKEN: Final = {"aria-label", "title", "placeholder", "alt", "data-label"}
OUTSIDE: Final = ("/admin/", "/design/", "/phone/", "/static/")


class Page(HTMLParser):
    """The words, links and forms of a page; other people's words and other languages left out."""

    def __init__(self, html: str, language: str) -> None:
        super().__init__()
        self.language = language
        self.words: list[str] = []
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    @property
    def _is_silent(self) -> bool:
        return any(silent for _tag, silent in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        foreign = given.get("lang", self.language) != self.language
        data = tag in {"bdi", "script", "style", "svg"} or given.get("dir") == "auto"
        if tag not in VOID:
            self._open.append((tag, foreign or data or "ref" in given.get("class", "").split()))
        if not self._is_silent and not foreign:
            self.words += [value for name, value in given.items() if name in SPOKEN]
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
            if given.get("method", "").lower() != "post":
                self.forms.pop()
        is_sent = given.get("type") == "hidden" or tag == "button"
        if self.forms and is_sent and given.get("name"):
            self.forms[-1][1].setdefault(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if any(tag == name for name, _silent in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._is_silent:
            self.words.append(" ".join(data.split()))


def foreign_words(page: Page, own: tuple[str, ...]) -> list[str]:
    """Give the texts of a page that are not in its language."""
    found = []
    for text in page.words:
        rest = text
        for word in own:
            rest = rest.replace(word, "")
        rest = re.sub("\u2068.*?\u2069", "", rest)  # isolated: a name or what somebody wrote
        rest = re.sub(r"SHA-256|[0-9a-f]{64}", "", rest)  # a file's fingerprint, in print
        if page.language == "ar":
            latin = set(re.findall(r"[A-Za-z]{2,}", rest)) - LATIN
            if latin:
                found.append(text)
        elif re.search(r"[\u0621-\u064a]", rest):
            found.append(text)
    return found


def citizen(language: str) -> Person:
    """Give a head with a household, and everything in every status."""
    names = ("سارة أحمد", "ليلى", "ريم", "الرياض")
    if language == "en":
        names = ("Sara Ahmad", "Layla", "Reem", "Riyadh")
    head = personas.head(full_name=names[0], city=names[3], language=language)
    adult = personas.adult_of(head, full_name=names[1], city=names[3], language=language)
    personas.child_of(head, full_name=names[2], city=names[3])
    caseworker = personas.staff("caseworker", display_name=names[0])
    cycles = [CycleFactory.create(code=f"2026-{month:02}") for month in range(1, 11)]
    ResultFactory.create(person=adult, cycle=cycles[9], reason_codes=["SHELTER"])
    ResultFactory.create(person=head, cycle=cycles[8], status=ResultStatus.ELIGIBLE)
    ResultFactory.create(person=adult, cycle=cycles[8])
    ResultFactory.create(
        person=head, cycle=cycles[0], announced_on=cases.riyadh("2026-02-01 00:00:00").date()
    )
    codes = list(REASONS)
    rows = [
        ResultFactory.create(person=head, cycle=cycle, reason_codes=codes[2 * n : 2 * n + 2])
        for n, cycle in enumerate([*cycles[1:8], cycles[9]])
    ]
    assert len(codes) <= 2 * len(rows)
    cases.draft(rows[0], head)
    cases.submitted(rows[1], head)
    cases.taken(cases.submitted(rows[2], head), caseworker)
    cases.documents_wanted(cases.submitted(rows[3], head), caseworker)
    for row, decision in zip(
        rows[4:7],
        (ObjectionStatus.ACCEPTED, ObjectionStatus.PARTLY_ACCEPTED, ObjectionStatus.REJECTED),
        strict=True,
    ):
        cases.decided(cases.submitted(row, head), caseworker, decision=decision)
    for cycle, status in zip(cycles, PaymentStatus, strict=False):
        settled = status in {PaymentStatus.PAID, PaymentStatus.NONE}
        PaymentLineFactory.create(
            person=head,
            cycle=cycle,
            status=status,
            entitled_sar=0 if status == PaymentStatus.NONE else 720,
            paid_sar=504 if status == PaymentStatus.PAID else 0,
            reason_codes=["INCOME_OVER_CUTOFF"] if settled else [],
        )
    return head


def every_ticket(head: Person) -> None:
    """File a ticket of the head's own for each status it can be in."""
    agent = personas.staff("agent")
    own = {
        "mobile": head.mobile,
        "full_name": head.full_name,
        "national_id": head.national_id,
        "birth_date": head.birth_date,
        "language": head.language,
    }
    tickets.file(now=NOW, **own)
    for move in (None, answer_ticket, ask_sender, close_ticket):
        ticket = tickets.file(now=NOW, attachments=[tickets.checked()], **own)
        take_ticket(ticket_id=ticket.pk, agent=agent, seen_status=TicketStatus.NEW, now=NOW)
        if move is not None:
            text = {"reason" if move is close_ticket else "text": "وصل المبلغ."}
            move(
                ticket_id=ticket.pk,
                agent=agent,
                seen_status=TicketStatus.IN_PROGRESS,
                now=NOW,
                **text,
            )


def walk(client: Client, start: str, language: str) -> dict[str, Page]:
    """Give every page that links lead to from an address, by address."""
    pages: dict[str, Page] = {}
    waiting = [start]
    while waiting:
        address = waiting.pop()
        response = client.get(address, follow=True)
        if "text/html" not in response.headers["Content-Type"]:
            continue
        assert response.status_code == 200, address
        pages[address] = page = Page(response.content.decode(), language)
        for link in page.links:
            target = urlsplit(urljoin(address, link))
            path = target.path
            if target.netloc or target.scheme or not path.startswith("/"):
                continue
            if path.startswith("/en/") != (language == "en"):
                continue
            if any(part in path for part in OUTSIDE):
                continue
            whole = path + (f"?{target.query}" if target.query else "")
            if whole not in pages and whole not in waiting:
                waiting.append(whole)
    return pages


def refusals(client: Client, pages: dict[str, Page]) -> dict[str, Page]:
    """Send each form of the pages as it stands, empty, and give what answers."""
    answers: dict[str, Page] = {}
    for address, page in pages.items():
        for action, fields in page.forms:
            target = urljoin(address, action.split("#")[0]) or address
            name = f"POST {target} {sorted(fields)}"
            if name in answers or any(word in target for word in ("sign-out", "display", "admin")):
                continue
            response = client.post(target, fields, follow=True)
            assert response.status_code < 500, name
            answers[name] = Page(response.content.decode(), page.language)
    return answers


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_and_every_refusal_is_in_one_language(client: Client, language: str) -> None:
    with time_machine.travel(NOW, tick=False):
        head = citizen(language)
        every_ticket(head)
        assert {*Objection.objects.values_list("status", flat=True)} >= {
            "draft",
            "submitted",
            "under_review",
            "documents_wanted",
            "accepted",
            "rejected",
        }
        assert Ticket.objects.count() == 5
        start = "/en/" if language == "en" else "/"
        visitor = Client()
        pages = {f"visitor {name}": page for name, page in walk(visitor, start, language).items()}
        assert len(pages) > 10
        personas.sign_in(client, head)
        own = walk(client, start, language)
        assert len(own) > 40
        answers = refusals(visitor, {n.removeprefix("visitor "): p for n, p in pages.items()})
        answers |= {f"own {name}": page for name, page in refusals(client, own).items()}
        assert len(answers) > 12
    own_words = (cases.STATEMENT, "عقد.pdf", "كشف.png", "١٢٣")
    faults = {
        name: found
        for name, page in (pages | own | answers).items()
        if (found := foreign_words(page, own_words))
    }
    assert faults == {}
