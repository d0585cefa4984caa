"""Walking an objection to where it is, through the services, at past instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from beneficiaries.models import EligibilityResult, PaymentLine, Person, User
from beneficiaries.services import update_contact_details, user_of
from documents.intake import CheckedFile
from objections.models import Contested, Objection
from objections.rules import effective_cycle
from objections.services import (
    add_wanted_documents,
    attach_documents,
    open_draft,
    reach_step,
    record_profile_step,
    save_statement,
    submit_objection,
)
from objections.services.review import decide_objection, request_documents, take_objection
from objections.statuses import ObjectionStatus
from portal.demo.days import DemoDays, at
from portal.demo.files import pdf, photo
from portal.demo.objections import DemoObjection, Review
from portal.demo.results import CLOSING, OLD
from saudi.gregorian import riyadh_date


@dataclass
class Walk:
    """What the walking of an objection needs to know."""

    days: DemoDays
    people: dict[tuple[int, int], Person]
    staff: dict[str, User]

    def file(self, made: DemoObjection, number: int) -> Objection:
        """Bring one objection to where it is."""
        place = self.days.closing if made.cycle == CLOSING else made.cycle
        cycle = self.days.cycles[place]
        person = self.people[made.household, made.person]
        filer = self.people[made.household, made.filer]
        contested: Contested
        if made.against_payment:
            contested = _payment_before_the_last(person, self.days.today)
        else:
            contested = EligibilityResult.objects.current().get(
                person=person, cycle__code=cycle.code
            )
        if made.cycle == OLD:
            filed_on = cycle.announced_on + timedelta(days=made.filed)
        else:
            filed_on = self.days.today - timedelta(days=made.filed)
        began_at = at(filed_on, 9 + number % 9, number * 7 % 60)
        user = user_of(filer)
        draft = open_draft(contested=contested, filed_by=filer, now=began_at)
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
            reach_step(objection=draft, step=3)
            save_statement(objection=draft, ground=made.ground, statement=made.statement)
            attach_documents(
                objection=draft,
                checked=[_file(name) for name in made.files],
                now=began_at + timedelta(minutes=6),
            )
        if not made.is_submitted:
            return draft
        reach_step(objection=draft, step=4)
        objection = submit_objection(
            objection=draft, has_declared=True, now=began_at + timedelta(minutes=9)
        )
        if made.review is not None:
            self._review(objection, made.review, user=user, filed_on=filed_on)
        return objection

    def _review(self, objection: Objection, review: Review, *, user: User, filed_on: date) -> None:
        caseworker = self.staff["caseworker"]

        def moment(days: int, hour: int) -> datetime:
            return at(filed_on + timedelta(days=days), hour, objection.pk * 11 % 60)

        take_objection(
            objection_id=objection.pk,
            caseworker=caseworker,
            seen_status=ObjectionStatus.SUBMITTED,
            now=moment(review.taken_after, 8),
        )
        if review.wanted:
            asked_at = moment(review.wanted_after, 11)
            request_documents(
                objection_id=objection.pk,
                caseworker=caseworker,
                text=review.wanted,
                due_on=riyadh_date(asked_at) + timedelta(days=review.due_in),
                seen_status=ObjectionStatus.UNDER_REVIEW,
                now=asked_at,
            )
        if review.sent_after:
            add_wanted_documents(
                objection=objection,
                checked=[photo("شهادة الميلاد.jpg", "Birth certificate")],
                actor=user,
                now=moment(review.sent_after, 20),
            )
        if review.decision is not None:
            decided_at = moment(review.decided_after, 13)
            decide_objection(
                objection_id=objection.pk,
                caseworker=caseworker,
                decision=review.decision,
                answer=review.answer,
                effective_cycle=(
                    ""
                    if review.decision == ObjectionStatus.REJECTED
                    else effective_cycle(riyadh_date(decided_at))
                ),
                seen_status=ObjectionStatus.UNDER_REVIEW,
                now=decided_at,
            )


def _payment_before_the_last(person: Person, today: date) -> PaymentLine:
    paid = PaymentLine.objects.current().filter(person=person, paid_on__lte=today)
    return paid.order_by("-paid_on")[1]


def _file(name: str) -> CheckedFile:
    make = pdf if name.endswith(".pdf") else photo
    return make(name, "A synthetic paper for trying the portal.")
