"""A row of every model that the staff site shows: the one table of them for its tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model

from access.references import ReferenceKind, new_reference
from beneficiaries.models import (
    AnnouncementRun,
    ConfirmedNationalId,
    Cycle,
    EligibilityResult,
    Household,
    ImportRun,
    PaymentLine,
    Person,
    User,
)
from notifications.mail.models import Mail
from notifications.models import Campaign, DoubtfulNumber, EarlyEnd, GatewayPause, Message, SmsText
from objections.models import (
    AnswerTemplate,
    Correction,
    Decision,
    DecisionExport,
    DecisionReason,
    FilingExemption,
    Ground,
    LateAttempt,
    NeededDocument,
    Objection,
    QualityReview,
    QualitySample,
    Team,
    WindowExtension,
)
from objections.statuses import ObjectionStatus
from portal.contacts.services import Arrival, identify_caller, start_contact
from portal.contacts.statuses import ContactChannel
from portal.models import (
    CallTask,
    Contact,
    Export,
    KnownProblem,
    PersonView,
    RoutingRule,
    WorkItem,
)
from saudi.models import Holiday
from sawtak.models import HelpArticle, ReplyTemplate, Ticket, TicketType
from tests import personas
from tests.factories import GROUND, PaymentLineFactory, ResultFactory
from tests.objections.correcting import proposed
from tests.sawtak import tickets

NOW: Final = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

_numbers = itertools.count(1)


def _extension() -> WindowExtension:
    extension: WindowExtension = WindowExtension.objects.create(
        cycle=Cycle.objects.get_or_create(code="2026-10")[0],
        track="result",
        previous_last_day=date(2027, 1, 27),
        last_day=date(2027, 2, 1) + timedelta(days=next(_numbers)),
        reason="تعطّلت البوابة.",
        extended_by=personas.staff("supervisor"),
        extended_at=NOW,
        submission=uuid4(),
    )
    return extension


def _correction() -> Correction:
    ResultFactory.create(person=personas.head())
    return proposed()


def _exemption() -> FilingExemption:
    result = ResultFactory.create(person=personas.head())
    exemption: FilingExemption = FilingExemption.objects.create(
        result=result,
        person=result.person,
        last_day=date(2027, 2, 10),
        reason="كان في المستشفى.",
        granted_by=personas.staff("supervisor"),
        granted_at=NOW,
        submission=uuid4(),
    )
    return exemption


def _late_attempt() -> LateAttempt:
    result = ResultFactory.create(person=personas.head())
    attempt: LateAttempt = LateAttempt.objects.create(
        result=result,
        person=result.person,
        on=date(2027, 1, 28),
        at=NOW,
        last_day=result.filing_deadline,
        channel="online",
    )
    return attempt


def _sample() -> QualitySample:
    sample: QualitySample = QualitySample.objects.create(
        first_day=date(2026, 11, 1),
        last_day=date(2026, 11, 23),
        size=20,
        seed=next(_numbers),
        drawn_by=personas.staff("supervisor"),
        drawn_at=NOW,
        submission=uuid4(),
    )
    return sample


def _review() -> QualityReview:
    case = _objection()
    case.status = ObjectionStatus.UNDER_REVIEW
    case.save(update_fields=["status"])
    decision = Decision.objects.create(
        objection=case,
        outcome=ObjectionStatus.ACCEPTED,
        reason_codes=["PROOF_ACCEPTED"],
        answer="وصل العقد.",
        proposed_by=personas.staff("caseworker"),
        proposed_at=NOW,
    )
    review: QualityReview = QualityReview.objects.create(
        sample=_sample(), decision=decision, place=1, drawn_for="PROOF_ACCEPTED"
    )
    return review


def _objection() -> Objection:
    result = ResultFactory.create(person=personas.head())
    return Objection.objects.create(
        reference=new_reference(ReferenceKind.OBJECTION),
        result=result,
        person=result.person,
        filed_by=result.person,
        status=ObjectionStatus.UNDER_REVIEW,
        **GROUND,
        statement="عقدي ساري.",
        counted_from=result.announced_on,
        deadline=result.filing_deadline,
        opened_at=NOW,
        submitted_at=NOW,
        assigned_to=personas.staff("caseworker"),
    )


def _payment_objection() -> Objection:
    objection = _objection()
    line = PaymentLineFactory.create(person=objection.person)
    Objection.objects.filter(pk=objection.pk).update(result=None, payment=line)
    return objection


def _ticket() -> Ticket:
    ticket = tickets.file(mobile=f"+96650{next(_numbers):07}")
    Ticket.objects.filter(pk=ticket.pk).update(assigned_to=personas.staff("agent"))
    return ticket


def _message() -> Message:
    number = next(_numbers)
    return Message.objects.create(
        event=f"registry:{number}",
        recipient=f"+96651{number:07}",
        template="ticket_received",
        language="ar",
        body="وصل طلبك.",
        lane="cases",
        queued_at=NOW,
        not_before=NOW,
    )


def _mail() -> Mail:
    number = next(_numbers)
    return Mail.objects.create(
        event=f"registry:{number}",
        person_id=personas.head().pk,
        address=f"sara{number}@example.com",
        template="ticket_received",
        language="ar",
        subject="وصل طلبك",
        body="وصل طلبك.",
        queued_at=NOW,
        not_before=NOW,
    )


def _call() -> CallTask:
    """Give a call that somebody has taken, about a decision, as a message was lost."""
    objection, message = _objection(), _message()
    Message.objects.filter(pk=message.pk).update(person_id=objection.person_id, status="failed")
    return CallTask.objects.create(
        message=message,
        matter="decision",
        person=objection.person,
        mobile=message.recipient,
        objection=objection,
        call_by=NOW.date(),
        opened_at=NOW,
        assigned_to=personas.staff("agent"),
    )


def _contact() -> Contact:
    """Give an open call of somebody who was identified, with something to object to."""
    agent, person = personas.staff("agent"), ResultFactory.create(person=personas.head()).person
    PaymentLineFactory.create(person=person)
    arrival = Arrival(ContactChannel.PHONE)
    contact = start_contact(submission=uuid4(), arrival=arrival, by=agent, now=NOW)
    return identify_caller(
        contact_id=contact.pk,
        national_id=person.national_id,
        birth_date=person.birth_date,
        mobile=person.mobile,
        by=agent,
        now=NOW,
    )


def _campaign() -> Campaign:
    key = f"registry-{next(_numbers)}"
    return Campaign.objects.create(
        key=key, name=key, prepared_at=NOW, prepared_by=personas.staff("approver")
    )


ROWS: Final[dict[type[Model], Callable[[], Any]]] = {
    Person: personas.head,
    Household: lambda: personas.adult_of(personas.head()).household,
    Cycle: lambda: Cycle.objects.create(code=f"20{20 + next(_numbers) % 70:02}-01"),
    EligibilityResult: ResultFactory.create,
    PaymentLine: PaymentLineFactory.create,
    ConfirmedNationalId: lambda: ConfirmedNationalId.objects.create(
        national_id=f"1{next(_numbers):09}",
        proof="خطاب السجل",
        confirmed_by=personas.staff("supervisor"),
        confirmed_at=NOW,
    ),
    # Under way: whose process lives is asked once for all of them.
    ImportRun: lambda: ImportRun.objects.create(
        kind="register",
        file_name=f"{next(_numbers)}.csv",
        started_at=NOW,
        asked_by=personas.staff("supervisor"),
    ),
    AnnouncementRun: lambda: AnnouncementRun.objects.create(
        kind="results",
        cycle_code="2026-10",
        on=NOW.date(),
        campaign=_campaign(),
        started_at=NOW,
        asked_by=personas.staff("supervisor"),
    ),
    DoubtfulNumber: lambda: DoubtfulNumber.objects.create(
        mobile=f"+96652{next(_numbers):07}", since=NOW, reason="twilio 30005"
    ),
    GatewayPause: lambda: GatewayPause.objects.create(
        gateway=f"gateway {next(_numbers)}", until=NOW, reason="http 429, code 63038"
    ),
    EarlyEnd: lambda: EarlyEnd.objects.create(
        kind=EarlyEnd.PAUSE,
        subject="twilio",
        reason="http 401, code 20003",
        ended_at=NOW,
        ended_by=personas.staff("supervisor"),
    ),
    Ground: lambda: Ground.objects.create(
        track="result", code=f"own_{next(_numbers)}", label_ar="سبب", label_en="A ground"
    ),
    NeededDocument: lambda: NeededDocument.objects.create(
        code=f"own_{next(_numbers)}",
        name_ar="مستند",
        name_en="A document",
        visible_ar="الاسم",
        visible_en="The name",
    ),
    DecisionReason: lambda: DecisionReason.objects.create(
        code=f"OWN_{next(_numbers)}", outcome="rejected", label_ar="سبب", label_en="A reason"
    ),
    AnswerTemplate: lambda: AnswerTemplate.objects.create(
        kind="rejected",
        title_ar=f"قالب {next(_numbers)}",
        title_en="A template",
        text_ar="لم نقبل اعتراضك.",
        text_en="We did not accept your objection.",
    ),
    DecisionExport: lambda: DecisionExport.objects.create(
        made_at=NOW,
        made_by=personas.staff("supervisor"),
        account="programme",
        file_name=f"decisions-{next(_numbers):06}.csv",
        sha256="0" * 64,
        accepted=2,
        partly_accepted=0,
        rejected=1,
        back_pay_sar=720,
    ),
    Objection: lambda: [_payment_objection(), _objection()][1],
    Correction: _correction,
    QualitySample: _sample,
    QualityReview: _review,
    Team: lambda: Team.objects.create(
        name_ar=f"فريق {next(_numbers)}", name_en=f"Team {next(_numbers)}"
    ),
    WindowExtension: _extension,
    FilingExemption: _exemption,
    LateAttempt: _late_attempt,
    Ticket: _ticket,
    TicketType: lambda: TicketType.objects.create(
        code=f"own_{next(_numbers)}",
        label_ar=f"نوع {next(_numbers)}",
        label_en=f"Type {next(_numbers)}",
    ),
    ReplyTemplate: lambda: ReplyTemplate.objects.create(
        title_ar="قالب", title_en="Template", text_ar="نص {name}", text_en="Text {name}"
    ),
    HelpArticle: lambda: HelpArticle.objects.create(
        code=f"own_{next(_numbers)}",
        question_ar="متى تصل الدفعة؟",
        question_en="When does the payment come?",
        short_ar="في العاشر من الشهر.",
        short_en="On the tenth of the month.",
        edited_on=NOW.date(),
    ),
    WorkItem: lambda: WorkItem.objects.get(ticket=_ticket()),
    RoutingRule: lambda: RoutingRule.objects.create(position=next(_numbers), matter="payments"),
    # Under way: whose process lives is asked once for all of them.
    Export: lambda: Export.objects.create(
        list_key="tickets",
        format="csv",
        language="ar",
        asked_by=personas.staff("supervisor"),
        started_at=NOW,
    ),
    Mail: _mail,
    Message: _message,
    CallTask: _call,
    PersonView: lambda: PersonView.objects.create(
        person=personas.head(),
        user=personas.staff("auditor"),
        at=NOW + timedelta(seconds=next(_numbers)),
        why="audit",
        reason="تدقيق رقم 12",
    ),
    Campaign: _campaign,
    Contact: _contact,
    KnownProblem: lambda: KnownProblem.objects.create(
        key=str(next(_numbers)),
        problem="لم تصل الدفعة",
        cause="الحساب موقوف",
        solution="تحديث الحساب",
        written_by=personas.staff("agent"),
        written_at=NOW,
    ),
    SmsText: lambda: SmsText.objects.create(
        template=f"registry_{next(_numbers)}",
        text_ar="وصل طلبك.",
        text_en="Your request arrived.",
        why="نص أوضح",
        proposed_by=personas.staff("supervisor"),
        proposed_at=NOW,
    ),
    User: lambda: personas.staff("agent"),
    Group: lambda: Group.objects.create(name=f"role {next(_numbers)}"),
    Holiday: lambda: Holiday.objects.create(
        day=date(2031, 1, 1) + timedelta(days=next(_numbers)), name_ar="يوم", name_en="Day"
    ),
}

REGISTERED: Final = sorted(admin.site._registry, key=lambda model: model._meta.label)


def row_of(model: type[Model]) -> Any:
    """Give a new row, or say what a new model needs."""
    if model not in ROWS:
        pytest.fail(f"{model._meta.label} is registered: give ROWS of {__name__} a row of it.")
    return ROWS[model]()
