"""Calls, posts and letters: what comes of them, and known problems."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from beneficiaries.models import Person, User
from objections.models import NeededDocument, Objection
from portal.contacts import services
from portal.contacts.errors import ContactIsOver, NotTheirTicket, OutcomeRefused
from portal.contacts.known import found_problems, suggested_problems
from portal.contacts.models import Contact, KnownProblem
from portal.contacts.rules import ensure_outcome
from portal.contacts.statuses import ContactStep, Outcome
from portal.models import WorkItem
from sawtak.models import Ticket
from sawtak.services import withdraw_ticket
from tests import personas
from tests.factories import ResultFactory
from tests.objections import cases
from tests.portal.contacting import KNOWN, LIST, MOBILE, NEW, NOW, address, begun, page, sara, typed
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db


def identified(by: User, person: Person) -> Contact:
    return services.identify_caller(
        contact_id=begun(by).pk,
        national_id=person.national_id,
        birth_date=person.birth_date,
        mobile=person.mobile,
        by=by,
        now=NOW,
    )


# What comes of it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "texts", "field"),
    [
        (Outcome.ADDED, ("", "", ""), "outcome"),
        (Outcome.ANSWERED, ("", "", ""), "problem"),
        (Outcome.ANSWERED, ("لا يصل الرمز", "", ""), "solution"),
        (Outcome.ANSWERED, ("", "", "غيّر الجوال"), "problem"),
    ],
)
def test_an_end_bears_out_what_was_done(
    outcome: Outcome, texts: tuple[str, str, str], field: str
) -> None:
    problem, cause, solution = texts
    with pytest.raises(OutcomeRefused, match=field):
        ensure_outcome(
            outcome, touched=frozenset(), problem=problem, cause=cause, solution=solution
        )


def test_words_are_not_added_for_somebody_unknown_nor_to_what_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent, person = personas.staff("agent"), sara()
    own = tickets.file(mobile=MOBILE, national_id=person.national_id)

    def add(contact: Contact) -> None:
        services.continue_ticket(
            contact_id=contact.pk, ticket_id=own.pk, text="وصل جزء منها.", by=agent, now=NOW
        )

    with pytest.raises(NotTheirTicket):
        add(begun(agent))
    withdraw_ticket(ticket_id=own.pk, now=NOW)
    contact = identified(agent, person)
    with pytest.raises(NotTheirTicket):
        add(contact)
    monkeypatch.setattr(services, "tickets_of", lambda *_args, **_facts: [own])
    with pytest.raises(NotTheirTicket):  # it ended between the look and the lock
        add(contact)
    assert own.messages.count() == 1


def test_an_objection_is_noted_once() -> None:
    agent = personas.staff("agent")
    owner = personas.head()
    objection = cases.submitted(cases.result_of(owner), owner)
    contact = identified(agent, owner)
    for _time in range(2):
        services.note_objection(contact_id=contact.pk, objection=objection, by=agent, now=NOW)
    assert contact.events.filter(step=ContactStep.OBJECTION).count() == 1


def test_words_are_added_to_the_person_s_own_request_alone(client: Client) -> None:
    agent = personas.sign_in_staff(client, "caseworker")
    person = sara()
    own = tickets.file(mobile=MOBILE, national_id=person.national_id)
    others = tickets.file(mobile="+966500000033", national_id=person.national_id)
    contact = identified(agent, person)
    shown = page(client.get(address(contact)))
    assert own.reference in shown
    assert others.reference not in shown  # somebody who knew the ID filed it
    words = {"action": "continue", "words": "وصل جزء منها."}
    refused = client.post(address(contact), {**words, "ticket": others.pk})
    assert "وصل جزء منها." in page(refused)
    client.post(address(contact), {**words, "ticket": own.pk})
    message = own.messages.last()
    assert (message.text, message.author, message.channel) == ("وصل جزء منها.", None, "phone")
    assert others.messages.count() == 1
    services.end_contact(
        contact_id=contact.pk,
        outcome=Outcome.ADDED,
        problem="",
        cause="",
        solution="",
        by=agent,
        now=NOW,
    )
    assert Contact.objects.get().outcome == "added"


def test_an_objection_entered_from_a_call_leads_back_to_it(client: Client) -> None:
    agent = personas.sign_in_staff(client, "agent")
    person = sara()
    now = timezone.now()
    ResultFactory.create(
        person=person,
        announced_on=now.date() - timedelta(days=9),
        filing_deadline=now.date() + timedelta(days=81),
    )
    contact = identified(agent, person)
    shown = client.get(address(contact))
    (each,) = shown.context["overview"].contestable
    assert each.url in page(shown).replace("&amp;", "&")
    document = NeededDocument.objects.filter(is_active=True).first()
    assert document is not None
    form = client.get(each.url).context["entry_form"]
    (ground, _label), *_others = [each for each in form.fields["ground"].choices if each[0]]
    answer = client.post(
        each.url,
        {
            "submission": str(uuid4()),
            "ground": ground,
            "statement": "عقد الإيجار ساري.",
            "wanted": document.code,
            "days": "14",
            "action": "file",
            "has_consent": "on",
        },
    )
    objection = Objection.objects.get()
    assert answer.url == address(contact)
    contact.refresh_from_db()
    assert contact.objection == objection


def test_a_letter_counts_from_its_stamp_and_a_post_keeps_its_place(client: Client) -> None:
    personas.sign_in_staff(client, "agent")
    words = {
        "action": "ticket",
        "category": "complaint",
        "message": "أشكو من تأخر الرد.",
        "mobile": "0500000009",
        "full_name": "أم خالد",
    }
    nobody = {"national_id": "", "birth_day": "", "birth_month": "", "birth_year": "", "mobile": ""}
    today = timezone.localdate()
    heard = typed(step="heard", **nobody)
    for stamp in (today + timedelta(days=1), today - timedelta(days=500)):
        refused = client.post(f"{NEW}?channel=letter", {**heard, "received_on": f"{stamp}"})
        assert f"{stamp}" in page(refused)
    assert not Contact.objects.exists()
    stamp = today - timedelta(days=6)
    letter = client.post(f"{NEW}?channel=letter", {**heard, "received_on": f"{stamp:%d/%m/%Y}"})
    client.post(letter.url, words)
    ticket = Ticket.objects.get()
    assert (ticket.channel, timezone.localdate(ticket.received_at)) == ("letter", stamp)
    assert WorkItem.objects.get(ticket=ticket).clock_day == stamp

    for wrong in ("", "x.com", "https://example.com/a", "@أحمد"):
        refused = client.post(f"{NEW}?channel=x", {**heard, "source": wrong})
        assert refused.status_code == 200
    post = client.post(
        f"{NEW}?channel=x",
        {**typed(step="heard", **nobody), "source": "https://twitter.com/om_khaled/status/12?s=20"},
    )
    client.post(post.url, {**words, "message": "متى تصل الدفعة؟"})
    contact = Contact.objects.latest("id")
    assert contact.source == "https://x.com/om_khaled/status/12"
    assert WorkItem.objects.get(ticket=contact.ticket).channel == "x"


def test_what_the_outcome_needs_is_asked_for_and_nothing_typed_is_lost(client: Client) -> None:
    agent = personas.sign_in_staff(client, "agent")
    contact = identified(agent, sara())
    end = {"action": "end", "outcome": "answered", "problem": "سؤال عن موعد الدفعة"}
    assert "سؤال عن موعد الدفعة" in page(client.post(address(contact), end))
    naming = {**end, "solution": "الهوية ١٠٠٠٠٠٠٠٠٨ صحيحة"}
    assert "الهوية ١٠٠٠٠٠٠٠٠٨ صحيحة" in page(client.post(address(contact), naming))
    assert not KnownProblem.objects.exists()
    assert "لم ينته" in page(client.get(LIST))
    unfinished = page(client.get(NEW))
    assert address(contact) in unfinished
    client.post(address(contact), {**end, "solution": "العاشر من الشهر"})
    assert address(contact) not in page(client.get(NEW))
    with pytest.raises(ContactIsOver):
        services.note_objection(contact_id=contact.pk, objection=Objection(), by=agent, now=NOW)


# Known problems -------------------------------------------------------------------------


def test_a_problem_is_kept_once_and_found_by_any_spelling(client: Client) -> None:
    agent = personas.sign_in_staff(client, "agent")
    texts = [
        ("لم تصل الدفعة إلى الحساب", "الآيبان مُوقَف", "تحديث الآيبان من الملف"),
        ("لا يصل رمز الدخول", "الجوال تغيّر", "تغيير الجوال عبر مركز الاتصال"),
        ("لم تصل الدفعه الى الحساب", "الايبان موقف", "تحديث الايبان من الملف"),
    ]
    for problem, cause, solution in texts:
        services.end_contact(
            contact_id=begun(agent).pk,
            outcome=Outcome.ANSWERED,
            problem=problem,
            cause=cause,
            solution=solution,
            by=agent,
            now=NOW,
        )
    payment, code = KnownProblem.objects.order_by("id")
    assert (payment.uses, code.uses) == (2, 1)
    for searched in ("دفعه", "الدفعة", "والدفعة الحساب", "ايبان", "الأيبان", "حسآب"):
        assert list(found_problems(searched)) == [payment], searched
    assert list(found_problems("مستقل")) == []
    assert suggested_problems("المتصل لم تصله الدفعة منذ شهر") == [payment]
    shown = page(client.post(KNOWN, {"q": "الايبان"}, follow=True))
    assert payment.problem in shown
    assert code.problem not in shown

    contact = begun(agent)
    end = {"action": "end", "outcome": "answered", "problem": "دفعة", "solution": "", "cause": ""}
    assert payment.solution in page(client.post(address(contact), {**end, "find": "1"}))
    used = client.post(address(contact), {**end, "use": str(payment.pk)})
    assert used.context["outcome_form"]["solution"].value() == payment.solution
    assert Contact.objects.get(pk=contact.pk).is_open
    copied = {name: getattr(payment, name) for name in ("problem", "cause", "solution")}
    client.post(address(contact), {**end, **copied})
    payment.refresh_from_db()
    assert payment.uses == 3
    assert Contact.objects.get(pk=contact.pk).known == payment
