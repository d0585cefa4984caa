"""Calls, posts and letters of the last days, with each outcome; notes, flags and opened files."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from beneficiaries.models import Person, User
from portal.contacts.known import withdraw_problem
from portal.contacts.models import Contact, KnownProblem
from portal.contacts.overview import tickets_of
from portal.contacts.services import (
    Arrival,
    continue_ticket,
    end_contact,
    identify_caller,
    open_ticket,
    start_contact,
)
from portal.contacts.statuses import ContactChannel, Outcome
from portal.demo.stories import Story
from portal.people.services import log_reason, log_work, set_flag, write_note
from portal.people.statuses import FlagKind, ViewWhy
from saudi.gregorian import riyadh_date
from sawtak.services import TicketDetails

_SPACE: Final = uuid.UUID("5b0c1c1e-6f6d-4c5e-9f1d-2f8a1d6c0a11")


@dataclass(frozen=True)
class Taken:
    """A contact of the demonstration; `household` is whose head it is, 0 for somebody unknown."""

    minutes_ago: int
    household: int = 0
    channel: ContactChannel = ContactChannel.PHONE
    outcome: Outcome | None = None
    category: str = ""
    words: str = ""
    problem: str = ""
    cause: str = ""
    solution: str = ""
    source: str = ""


_IBAN: Final = Taken(
    0,
    outcome=Outcome.ANSWERED,
    problem="لم تصل الدفعة إلى الحساب",
    cause="الآيبان موقوف عند البنك",
    solution="يحدّث الآيبان من «ملفي»، وتصل الدفعة في الدورة التالية",
)
_CODE: Final = Taken(
    0,
    outcome=Outcome.ANSWERED,
    problem="لا يصل رمز الدخول",
    cause="الجوال المسجّل قديم",
    solution="يغيّر الجوال من صفحة «فقدت جوالي» برقم الهوية وتاريخ الميلاد",
)

_OUTDATED: Final = Taken(
    4460,
    household=12,
    outcome=Outcome.ANSWERED,
    problem="لا تُقبل صورة الهوية",
    cause="حجم الصورة كبير",
    solution="يرسل الصورة بالفاكس إلى مركز الخدمة",
)

TAKEN: Final = (
    _OUTDATED,
    replace(_IBAN, minutes_ago=4500, household=20),
    replace(_IBAN, minutes_ago=4380, household=31),
    replace(_IBAN, minutes_ago=1500, household=42),
    replace(_CODE, minutes_ago=4400, household=25),
    replace(_CODE, minutes_ago=1460, household=36),
    Taken(
        4320,
        household=27,
        outcome=Outcome.TICKET,
        category="payments",
        words="نقصت دفعة هذا الشهر، ولا أعرف لماذا. أريد أن أعرف السبب.",
        problem="نقصت الدفعة بلا سبب معروف",
        cause="تغيّر عدد أفراد الأسرة",
        solution="قُدّم طلب ليراجعه موظف الخدمة",
    ),
    Taken(1420, household=7, outcome=Outcome.ADDED, words="غيّرت جوالي أمس، وما زال الرمز لا يصل."),
    Taken(
        1380,
        outcome=Outcome.TICKET,
        category="registration",
        words="أريد أن أسجّل أسرتي، ولا أعرف من أين أبدأ.",
    ),
    Taken(
        4300,
        channel=ContactChannel.X,
        source="https://x.com/om_demo/status/1",
        outcome=Outcome.TICKET,
        category="payments",
        words="متى تنزل الدفعة؟ انتظرت من الصباح.",
    ),
    Taken(
        2880,
        channel=ContactChannel.LETTER,
        outcome=Outcome.TICKET,
        category="complaint",
        words="أشكو من طول الانتظار في الاتصال. وصل خطابي هذا مع ابني.",
    ),
    Taken(1300, household=33, outcome=Outcome.BROKEN_OFF),
    Taken(1640, household=44),
    Taken(25, household=1),
)

_NOTES: Final = (
    (1, "تجيب على الجوال بعد العصر فقط."),
    (5, "ابنه يساعده في رفع المستندات، ويجلس معه عند الاتصال."),
)
_FLAGS: Final = (
    (5, FlagKind.SPEAKER, "ابنه وكيله، والوكالة مرفقة في طلبه."),
    (3, FlagKind.INTERPRETER, "يتكلم الأردية."),
    (4, FlagKind.VULNERABLE, "حالة صحية حرجة في البيت."),
)


def contacts(
    heads: Mapping[int, Person], *, agent: User, supervisor: User, auditor: User, now: datetime
) -> Story:
    """Take the contacts through the services, then write notes and flags, and open some files."""
    steps = [
        (now - timedelta(minutes=each.minutes_ago), number) for number, each in enumerate(TAKEN)
    ]
    kept_at = now - timedelta(hours=20)
    is_kept = False
    for at, number in sorted(steps):
        if at > kept_at and not is_kept:
            yield kept_at
            _keep(heads, agent=agent, supervisor=supervisor, at=kept_at)
            _withdraw(supervisor, at=kept_at)
            _open_files(list(heads.values())[:6], agent, auditor, now=kept_at)
            is_kept = True
        taken = TAKEN[number]
        if not taken.household or taken.household in heads:
            yield at
            _take(taken, number, heads.get(taken.household), by=agent, at=at)


def _keep(heads: Mapping[int, Person], *, agent: User, supervisor: User, at: datetime) -> None:
    for household, text in _NOTES:
        if household in heads:
            write_note(person=heads[household], text=text, by=agent, now=at)
    until = riyadh_date(at) + timedelta(days=120)
    for household, kind, reason in _FLAGS:
        if household in heads:
            person = heads[household]
            set_flag(person=person, kind=kind, reason=reason, until=until, by=supervisor, now=at)


def _withdraw(supervisor: User, *, at: datetime) -> None:
    for known in KnownProblem.objects.filter(solution=_OUTDATED.solution):
        reason = "لا فاكس بعد اليوم: تُرفع الصور من الصفحة مهما كان حجمها."
        withdraw_problem(known_id=known.pk, reason=reason, by=supervisor, now=at)


def _take(taken: Taken, number: int, person: Person | None, *, by: User, at: datetime) -> None:
    """Take one contact whose case is touched at this instant."""
    arrival = Arrival(
        channel=taken.channel,
        source=taken.source,
        received_on=riyadh_date(at) if taken.channel == ContactChannel.LETTER else None,
    )
    submission = uuid.uuid5(_SPACE, str(number))
    begun = at - timedelta(minutes=1)
    contact = start_contact(submission=submission, arrival=arrival, by=by, now=begun)
    if person is not None and person.mobile:
        identify_caller(
            contact_id=contact.pk,
            national_id=person.national_id,
            birth_date=person.birth_date,
            mobile=person.mobile,
            by=by,
            now=begun + timedelta(seconds=25),
        )
    outcome = _act(taken, contact, person, number, by=by, at=at)
    if outcome is not None:
        end_contact(
            contact_id=contact.pk,
            outcome=outcome,
            problem=taken.problem,
            cause=taken.cause,
            solution=taken.solution,
            by=by,
            now=at + timedelta(minutes=2),
        )


def _act(
    taken: Taken, contact: Contact, person: Person | None, number: int, *, by: User, at: datetime
) -> Outcome | None:
    """Do what came of it; give the outcome, another one where nothing was open to add to."""
    if taken.outcome == Outcome.ADDED and person is not None:
        tickets = tickets_of(person, now=at)
        if not tickets:
            return Outcome.BROKEN_OFF
        continue_ticket(
            contact_id=contact.pk, ticket_id=tickets[0].pk, text=taken.words, by=by, now=at
        )
    if taken.outcome == Outcome.TICKET:
        details = TicketDetails(
            mobile=person.mobile if person else f"+9665009900{number:02}",
            full_name=person.full_name if person else "متصل تجريبي",
            category=taken.category,
            message=taken.words,
            national_id=person.national_id if person else "",
            birth_date=person.birth_date if person else None,
        )
        open_ticket(contact_id=contact.pk, details=details, language="ar", by=by, now=at)
    return taken.outcome


def _open_files(people: Sequence[Person], agent: User, auditor: User, *, now: datetime) -> None:
    for minutes, person in enumerate(people):
        log_work(person_id=person.pk, by=agent, now=now + timedelta(minutes=7 * minutes))
    for person in people[:2]:
        log_reason(
            person_id=person.pk,
            by=auditor,
            why=ViewWhy.AUDIT,
            reason="تدقيق الربع الأخير، العينة 4",
            now=now + timedelta(hours=2),
        )
