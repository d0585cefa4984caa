"""Walking an objection to where it is, through the services, at past instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from beneficiaries.models import EligibilityResult, PaymentLine, Person, User
from beneficiaries.services import update_contact_details, user_of
from notifications.models import Message
from notifications.statuses import Lane, MessageStatus
from objections.back_pay import back_pay_months
from objections.models import Contested, Objection
from objections.rules import REMINDED_BEFORE_DAYS
from objections.services import (
    add_wanted_documents,
    ask_second_look,
    attach_documents,
    open_draft,
    queue_reminders,
    reach_step,
    record_profile_step,
    save_statement,
    stop_overdue_drafts,
    submit_objection,
    withdraw_objection,
)
from objections.services.reminders import still_needed
from objections.services.review import (
    Proposal,
    approve_decision,
    propose_decision,
    request_documents,
    return_proposal,
    seen_of,
    take_objection,
)
from objections.statuses import ObjectionStatus
from portal.demo.days import OLD, DemoDays, at
from portal.demo.files import paper
from portal.demo.objections import Again, DemoObjection, Review
from portal.demo.stories import Story
from saudi.gregorian import riyadh_date, start_of_day

USUAL_REASONS: Final = {
    ObjectionStatus.ACCEPTED: ("PROOF_ACCEPTED",),
    ObjectionStatus.PARTLY_ACCEPTED: ("PART_PROVED",),
    ObjectionStatus.REJECTED: ("NOT_PROVED",),
}

REPLACEMENT: Final = Proposal(
    outcome=ObjectionStatus.ACCEPTED,
    reason_codes=USUAL_REASONS[ObjectionStatus.ACCEPTED],
    answer="وصلنا من جهة العمل خطاب يبين مدة المهمة، فقبلنا اعتراضك.",
    supersede_reason="وصل خطاب جهة العمل بعد القرار.",
)
RETURN_NOTE: Final = "فاتورة الكهرباء في الملف باسم صاحب الطلب. راجعها قبل الرفض."


@dataclass
class Walk:
    """What the walking of an objection needs to know."""

    days: DemoDays
    people: dict[tuple[int, int], Person]
    staff: dict[str, User]

    def file(self, made: DemoObjection, number: int) -> Story:
        """Bring one objection to where it is."""
        began_at = self._began_at(made, number)
        yield began_at
        filer = self.people[made.household, made.filer]
        user = user_of(filer)
        draft = open_draft(contested=self._contested(made), filed_by=filer, now=began_at)
        if made.new_city:
            changes = update_contact_details(
                person=filer,
                city=made.new_city,
                iban=filer.iban,
                changed_by=user,
                now=began_at + timedelta(minutes=2),
            )
            record_profile_step(objection=draft, changes=changes)
        if made.statement:
            save_statement(objection=draft, ground=made.ground, statement=made.statement)
            attach_documents(
                objection=draft,
                checked=[paper(name) for name in made.files],
                now=began_at + timedelta(minutes=6),
            )
        if made.statement:
            reach_step(objection=draft, step=5 if made.is_submitted else 4)
        if not made.is_submitted:
            return
        submitted_at = began_at + timedelta(minutes=9)
        yield submitted_at
        objection = submit_objection(objection=draft, has_declared=True, now=submitted_at)
        filed_on = riyadh_date(began_at)
        if made.withdrawn_after:
            withdrawn_at = at(filed_on + timedelta(days=made.withdrawn_after), 17, number % 60)
            yield withdrawn_at
            withdraw_objection(
                objection=objection, actor=user, knows_it_is_final=True, now=withdrawn_at
            )
        if made.review is not None:
            yield from self._review(objection, made.review, user=user, filed_on=filed_on)

    def _began_at(self, made: DemoObjection, number: int) -> datetime:
        if made.minutes_ago:
            return self.days.now - timedelta(minutes=made.minutes_ago)
        hour, minute = 9 + number % 9, number * 7 % 60
        age = self.days.age_of(made.cycle)
        if made.cycle < OLD:
            return self.days.at(made.filed, hour, minute)
        if made.against_payment:
            counted_from = self.days.paid[age].paid_on
        else:
            counted_from = self.days.cycles[age].announced_on
        return at(counted_from + timedelta(days=made.filed), hour, minute)

    def _contested(self, made: DemoObjection) -> Contested:
        person = self.people[made.household, made.person]
        age = self.days.age_of(made.cycle)
        if made.against_payment:
            return PaymentLine.objects.current().get(
                person=person, cycle__code=self.days.paid[age].code
            )
        return EligibilityResult.objects.current().get(
            person=person, cycle__code=self.days.cycles[age].code
        )

    def _review(
        self, objection: Objection, review: Review, *, user: User, filed_on: date
    ) -> Iterator[datetime]:
        caseworker = self.staff["caseworker"]

        def moment(days: int, hour: int) -> datetime:
            return at(filed_on + timedelta(days=days), hour, objection.pk * 11 % 60)

        taken_at = moment(review.taken_after, 8)
        yield taken_at
        objection = take_objection(
            objection_id=objection.pk,
            caseworker=caseworker,
            seen=seen_of(objection),
            now=taken_at,
        )
        if review.wanted:
            asked_at = moment(review.wanted_after, 11)
            yield asked_at
            objection = request_documents(
                objection_id=objection.pk,
                caseworker=caseworker,
                text=review.wanted,
                due_on=riyadh_date(asked_at) + timedelta(days=review.due_in),
                seen=seen_of(objection),
                now=asked_at,
            )
        if review.sent_after:
            sent_at = moment(review.sent_after, 20)
            yield sent_at
            objection = add_wanted_documents(
                objection=objection, checked=[paper("الورقة المطلوبة.jpg")], actor=user, now=sent_at
            )
        if review.decision is None:
            return
        people = (caseworker, self.staff["approver"])
        proposed_at = moment(review.decided_after, 10)
        proposal = Proposal(
            outcome=review.decision,
            reason_codes=review.reasons or USUAL_REASONS[review.decision],
            answer=review.answer,
            back_pay=_estimates(objection, proposed_at) if review.pays_back else {},
        )
        moments = (proposed_at, moment(review.decided_after, 13))
        yield from self._decide(objection, proposal, people=people, moments=moments, by=review.ends)
        if review.replaced_after:
            moments = (moment(review.replaced_after, 10), moment(review.replaced_after, 12))
            yield from self._decide(objection, REPLACEMENT, people=people, moments=moments)
        if review.again is not None:
            yield from self._look_again(objection, review.again, user=user, filed_on=filed_on)

    def _decide(
        self,
        objection: Objection,
        proposal: Proposal,
        *,
        people: tuple[User, User],
        moments: tuple[datetime, datetime],
        by: str = "approved",
    ) -> Iterator[datetime]:
        """Have one propose and another close it, each at their moment; one that waits stays."""
        yield moments[0]
        objection.refresh_from_db()
        decision = propose_decision(
            objection_id=objection.pk,
            proposer=people[0],
            proposal=proposal,
            seen=seen_of(objection),
            now=moments[0],
        )
        if by == "waits":
            return
        yield moments[1]
        facts: dict[str, Any] = {
            "objection_id": objection.pk,
            "decision_id": decision.pk,
            "approver": people[1],
            "seen": seen_of(objection),
            "now": moments[1],
        }
        if by == "returned":
            return_proposal(**facts, note=RETURN_NOTE)
        else:
            approve_decision(**facts)

    def _look_again(
        self, objection: Objection, again: Again, *, user: User, filed_on: date
    ) -> Iterator[datetime]:
        """Have the one who filed ask for a second look, and others decide it."""

        def moment(days: int, hour: int) -> datetime:
            return at(filed_on + timedelta(days=days), hour, objection.pk * 7 % 60)

        asked_at = moment(again.asked_after, 19)
        yield asked_at
        objection.refresh_from_db()
        ask_second_look(
            objection=objection,
            asked_by=objection.filed_by,
            actor=user,
            statement=again.statement,
            checked=[paper(name) for name in again.files],
            now=asked_at,
        )
        if again.decision is None:
            return
        taken_at = moment(again.asked_after + 2, 9)
        yield taken_at
        objection.refresh_from_db()
        others = (self.staff["caseworker2"], self.staff["approver2"])
        objection = take_objection(
            objection_id=objection.pk,
            caseworker=others[0],
            seen=seen_of(objection),
            now=taken_at,
        )
        yield from self._decide(
            objection,
            Proposal(
                outcome=again.decision,
                reason_codes=USUAL_REASONS[again.decision],
                answer=again.answer,
            ),
            people=others,
            moments=(moment(again.decided_after, 10), moment(again.decided_after, 13)),
        )


def _estimates(objection: Objection, proposed_at: datetime) -> dict[str, Decimal]:
    """Give the estimated riyals of each month that an acceptance brings money for."""
    months = back_pay_months(objection, accepted_on=riyadh_date(proposed_at))
    return {month.cycle: month.estimate_sar for month in months if month.estimate_sar}


def nights(days: DemoDays) -> Story:
    """Stop the drafts whose last day is over, in the night after it, as the scheduler does."""
    for last_day in _last_days(days):
        stopped_at = start_of_day(last_day + timedelta(days=1)) + timedelta(minutes=5)
        # Just after midnight the scheduler has run for the night that this day is about.
        if last_day + timedelta(days=1) == days.today:
            stopped_at = min(stopped_at, days.now)
        yield stopped_at
        stop_overdue_drafts(now=stopped_at)


def mornings(days: DemoDays) -> Story:
    """Queue the reminders of each last day on the mornings they are due, as the scheduler does.

    What was filed by the evening no worker has found to be still needed.
    """
    for morning in sorted(
        {
            at(last_day - timedelta(days=before), 9)
            for last_day in _last_days(days)
            for before in REMINDED_BEFORE_DAYS.values()
        }
    ):
        yield morning
        queue_reminders(now=morning)
        evening = morning + timedelta(hours=11, minutes=50)
        yield evening
        todays = list(Message.objects.filter(lane=Lane.REMINDERS, not_before=morning))
        needed = still_needed(todays, evening)
        Message.objects.filter(pk__in={message.pk for message in todays} - needed).update(
            status=MessageStatus.CANCELLED
        )


def _last_days(days: DemoDays) -> list[date]:
    counted = {cycle.announced_on for cycle in days.cycles} | {days.closes_today}
    counted |= {cycle.paid_on for cycle in days.cycles}
    return sorted(day + (days.today - days.closes_today) for day in counted)
