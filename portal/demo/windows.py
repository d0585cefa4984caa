"""More time for a cycle and for two people, a late attempt, an objection on paper and a call."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from beneficiaries.models import Cycle, EligibilityResult, Person, User
from beneficiaries.statuses import Relation, ResultStatus
from objections.grounds import GroundCode
from objections.models import NeededDocument
from objections.rules import filing_deadline
from objections.services import (
    attach_documents,
    extend_window,
    follow_extensions,
    grant_exemption,
    open_draft,
    reach_step,
    record_late_attempt,
    save_statement,
    submit_objection,
)
from objections.services.entered import Entry, enter_call, enter_paper
from objections.statuses import FilingChannel
from portal.demo.accounts import ACCOUNTS
from portal.demo.days import CLOSING, NEWEST, OLD, DemoDays, at
from portal.demo.files import paper
from portal.demo.stories import Story

_FORMS: Final = UUID("5b0c8a8e-8d0f-4b60-9a55-2f1f3f0a4f11")
_EXTENDED: Final = OLD + 2
_MORE_DAYS: Final = 10
_EXEMPTED_DAYS: Final = 14
_STATEMENT: Final = (
    "كنت منومًا في المستشفى حين صدرت النتيجة، ولم أعلم بها إلا بعد خروجي. أرفقت تقرير المستشفى."
)


def a_cycle_with_more_time(days: DemoDays, supervisor: User) -> Story:
    """Extend the results of an old cycle, some days before its window was over."""
    announced = days.cycles[_EXTENDED]
    last_day = filing_deadline(announced.announced_on)
    began_at = at(last_day - timedelta(days=4), 13)
    yield began_at
    extend_window(
        cycle_id=Cycle.objects.get(code=announced.code).pk,
        track="result",
        last_day=last_day + timedelta(days=_MORE_DAYS),
        reason="توقفت البوابة يومين بسبب انقطاع في مركز البيانات.",
        submission=uuid5(_FORMS, "extension"),
        by=supervisor,
        now=began_at,
    )
    yield began_at + timedelta(minutes=1)
    follow_extensions(now=began_at + timedelta(minutes=1))


def late_ones(days: DemoDays, supervisor: User) -> Story:
    """Three heads come too late: one waits, one was given time, one has used it."""
    began_at = days.now - timedelta(minutes=50)
    yield began_at
    late = _nobodys(days, CLOSING)[:3]
    if len(late) < 3:
        return  # a small demonstration has none to spare
    waits, given, used = late
    for row in (waits, given, used):
        record_late_attempt(
            contested=row, person=row.person, channel=FilingChannel.ONLINE, now=began_at
        )
    granted_at = began_at + timedelta(minutes=20)
    yield granted_at
    for row in (given, used):
        grant_exemption(
            contested=row,
            last_day=days.today + timedelta(days=_EXEMPTED_DAYS),
            reason="تقرير المستشفى يثبت أنه كان منومًا في آخر أيام المهلة.",
            submission=uuid5(_FORMS, str(row.pk)),
            by=supervisor,
            now=granted_at,
        )
    filed_at = granted_at + timedelta(minutes=15)
    yield filed_at
    row = EligibilityResult.objects.select_related("person", "cycle").get(pk=used.pk)
    draft = open_draft(contested=row, filed_by=row.person, now=filed_at)
    save_statement(objection=draft, ground=GroundCode.DOCUMENTS_READY, statement=_STATEMENT)
    attach_documents(objection=draft, checked=[paper("تقرير المستشفى.pdf")], now=filed_at)
    reach_step(objection=draft, step=5)
    submit_objection(objection=draft, has_declared=True, now=filed_at)


def entered_ones(days: DemoDays, agent: User) -> Story:
    """An objection that came on paper three days before it was entered, and one by phone."""
    entered_at = days.at(2, 11)
    yield entered_at
    entered = _nobodys(days, NEWEST)[-2:]
    if len(entered) < 2:
        return
    on_paper, by_phone = entered
    enter_paper(
        entry=_entry(
            on_paper, "لا أملك المركبة المذكورة، وقد بعتها قبل عام. أرفقت ورقة نقل الملكية."
        ),
        received_on=days.today - timedelta(days=4),
        checked=[paper("اعتراض مكتوب.pdf")],
        by=agent,
        now=entered_at,
    )
    called_at = days.at(1, 16, 20)
    yield called_at
    enter_call(
        entry=_entry(by_phone, "يقول المتصل إن عقد الإيجار صار موثقًا باسمه هذا الأسبوع."),
        documents=list(NeededDocument.objects.filter(is_active=True).order_by("order", "pk")[:2]),
        days=14,
        has_consent=True,
        by=agent,
        now=called_at,
    )


def _entry(row: EligibilityResult, statement: str) -> Entry:
    return Entry(
        contested=row,
        filed_by=row.person,
        ground=GroundCode.REASON_WRONG,
        statement=statement,
        submission=uuid5(_FORMS, str(row.pk)),
    )


def _nobodys(days: DemoDays, cycle: int) -> list[EligibilityResult]:
    """Give results of ordinary heads of which nobody has thought, in the order of their people."""
    accounts = Person.objects.filter(national_id__in=[each.national_id for each in ACCOUNTS])
    return list(
        EligibilityResult.objects.current()
        .filter(
            cycle__code=days.cycles[days.age_of(cycle)].code,
            status=ResultStatus.INELIGIBLE,
            person__relation=Relation.HEAD,
            objections=None,
        )
        .exclude(person__mobile="")
        .exclude(person__household__in=accounts.values("household"))
        .select_related("person", "cycle")
        .order_by("person_id")
    )
