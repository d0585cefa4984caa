"""A walk: citizens, staff, the clock and retries act on a few cases, in an order drawn by chance.

A service does what it is asked or refuses with one of the errors of `objections.errors`; anything
else ends the walk with an error. A walk is drawn from a seed, so that it can be walked again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.test import Client

from beneficiaries.models import Person, User
from objections.contested import objections_against, window_of
from objections.errors import AlreadyObjected, FilingWindowClosed, ObjectionRefused
from objections.models import Contested, Decision, Objection
from objections.selectors import examined_documents
from objections.services import (
    add_wanted_documents,
    ask_second_look,
    attach_documents,
    extend_window,
    follow_extensions,
    open_draft,
    save_statement,
    stop_overdue_drafts,
    submit_objection,
    withdraw_objection,
    withdraw_second_look,
)
from objections.services.review import (
    Proposal,
    Seen,
    approve_decision,
    hand_over_objection,
    propose_decision,
    put_back_objection,
    request_documents,
    return_proposal,
    seen_of,
    take_next,
    take_objection,
    withdraw_proposal,
)
from objections.statuses import (
    DECIDED_STATUSES,
    REFILED_STATUSES,
    REFUSED_STATUSES,
    DecisionState,
    ObjectionStatus,
)
from saudi.gregorian import RIYADH, riyadh_date
from tests.factories import PaymentLineFactory
from tests.objections.cases import STATEMENT, pdf, reason_of, result_of
from tests.personas import adult_of, head, sign_in, staff

ANNOUNCED_ON: Final = date(2026, 3, 1)
LAST_DAY: Final = date(2026, 5, 30)
_BEFORE_MIDNIGHT: Final = datetime(2026, 5, 30, 23, 59, 59, tzinfo=RIYADH)


class Walk:
    """A household with two results and a payment, four members of staff, and a clock."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.now = datetime(2026, 3, 1, 10, 0, tzinfo=RIYADH)
        self.done: list[str] = []
        chief = head(mobile="+966500000071")
        self.people: list[Person] = [chief, adult_of(chief, mobile="+966500000072")]
        self.citizens: list[User] = [sign_in(Client(), person) for person in self.people]
        facts = {"announced_on": ANNOUNCED_ON, "filing_deadline": LAST_DAY}
        self.rows: list[Contested] = [
            result_of(chief, **facts),
            result_of(self.people[1], **facts),
            PaymentLineFactory.create(person=chief, counted_from=ANNOUNCED_ON, **facts),
        ]
        self.caseworkers = [staff("caseworker") for _each in range(3)]
        self.approvers = [staff("approver") for _each in range(3)]
        self.file, self.other_file = pdf(), pdf("آخر.pdf", pages=2)
        self.new_file = pdf("جديد.pdf", pages=3)
        self.pages: dict[int, list[Seen]] = {}
        self.acts: list[tuple[int, Callable[[], object]]] = [
            (10, self.hours_pass),
            (1, self.weeks_pass),
            (1, self.the_last_midnight_comes),
            (8, self.a_draft_is_written),
            (10, self.one_is_sent),
            (5, self.one_is_withdrawn),
            (5, self.wanted_documents_come),
            (8, self.a_second_look_is_asked_for),
            (2, self.a_second_look_is_withdrawn),
            (5, self.the_stopping_job_runs),
            (1, self.a_cycle_gets_more_time),
            (2, self.drafts_follow),
            (4, self.pages_are_opened),
            (4, self.the_next_is_taken),
            (35, self.a_case_goes_on),
            (12, self.staff_do_something),
            (6, self.staff_do_something_on_an_old_page),
        ]

        self.done.append("begin")
        for row in self.rows[:2]:
            self._write_draft(row, chief)
            case = objections_against(row).get()
            submit_objection(objection=case, has_declared=True, now=self.now)

    def step(self) -> None:
        """Do one thing, whatever comes."""
        weights, acts = zip(*self.acts, strict=True)
        [act] = self.draw.choices(acts, weights)
        self.done.append(f"{self.now:%m-%d %H:%M:%S} {act.__name__}")
        act()

    # The clock, and what runs by itself ---------------------------------------------

    def hours_pass(self) -> None:
        self.now += timedelta(hours=self.draw.randint(1, 40))

    def weeks_pass(self) -> None:
        self.now += timedelta(days=self.draw.randint(5, 30))

    def the_last_midnight_comes(self) -> None:
        if self.now < _BEFORE_MIDNIGHT:
            self.now = _BEFORE_MIDNIGHT + timedelta(seconds=self.draw.randint(0, 1))

    def the_stopping_job_runs(self) -> None:
        stop_overdue_drafts(now=self.now)
        for draft in Objection.objects.filter(status=ObjectionStatus.DRAFT):
            window = window_of(_row_of(draft))
            assert window is not None
            assert riyadh_date(self.now) <= window.deadline

    def a_cycle_gets_more_time(self) -> None:
        row = _fresh(self.draw.choice(self.rows))
        last_day = max(LAST_DAY, riyadh_date(self.now))
        self.attempt(
            extend_window,
            cycle_id=row.cycle_id,
            track="payment" if row.pk == self.rows[2].pk else "result",
            last_day=last_day + timedelta(days=self.draw.randint(1, 30)),
            reason="عطل في الخدمة",
            submission=uuid4(),
            by=self.approvers[0],
            now=self.now,
        )

    def drafts_follow(self) -> None:
        follow_extensions(now=self.now)

    # Citizens -------------------------------------------------------------------------

    def a_draft_is_written(self) -> None:
        self._write_draft(self.draw.choice(self.rows), self.draw.choice(self.people))

    def _write_draft(self, row: Contested, person: Person) -> None:
        draft = self.attempt(open_draft, contested=_fresh(row), filed_by=person, now=self.now)
        if draft is not None:
            self.attempt(save_statement, objection=draft, ground="documents", statement=STATEMENT)
            file = self.draw.choice([self.file, self.file, self.new_file])
            self.attempt(attach_documents, objection=draft, checked=[file], now=self.now)

    def one_is_sent(self) -> None:
        """Once or twice, by a double click; what it may and may not be refused for is asked."""
        draft = self.some_case(reference=None) or self.some_case()
        if draft is None:
            return
        row = _row_of(draft)
        window = window_of(row)
        assert window is not None
        is_in_time = riyadh_date(self.now) <= window.deadline
        others = objections_against(row).exclude(reference=None).exclude(pk=draft.pk)
        is_taken = others.exclude(status__in=REFILED_STATUSES).exists()
        sent_before = set(examined_documents(row))
        new = draft.documents.exclude(document__sha256__in=sent_before).filter(removed_at=None)
        is_new = not sent_before or new.exists()
        may = draft.status == ObjectionStatus.DRAFT and is_in_time and not is_taken and is_new
        try:
            for _press in range(self.draw.choice([1, 1, 2])):
                with transaction.atomic():
                    sent = submit_objection(objection=draft, has_declared=True, now=self.now)
        except FilingWindowClosed:
            assert draft.status == ObjectionStatus.STOPPED or not is_in_time
        except AlreadyObjected:
            assert is_taken
        except ObjectionRefused:
            assert not may or not draft.statement
        else:
            assert may or sent.reference == draft.reference

    def one_is_withdrawn(self) -> None:
        with_proposal = {"decisions__state": DecisionState.PROPOSED, "status": "under_review"}
        case = self.some_case(**self.draw.choice([with_proposal, {"reference__isnull": False}]))
        if case is not None:
            self.attempt(
                withdraw_objection,
                objection=case,
                actor=self.draw.choice(self.citizens),
                knows_it_is_final=self.draw.random() < 0.8,
                now=self.now,
            )

    def wanted_documents_come(self) -> None:
        case = self.some_case(status="documents_wanted") or self.some_case(reference__isnull=False)
        if case is not None:
            facts = {"checked": [self.other_file], "actor": self.citizens[0], "now": self.now}
            self.attempt(add_wanted_documents, objection=case, **facts)

    def a_second_look_is_asked_for(self) -> None:
        """Once or twice, by one of the two, whether or not there may be one."""
        refused = {"status__in": REFUSED_STATUSES}
        case = self.some_case(**self.draw.choice([refused, {"reference__isnull": False}]))
        if case is None:
            return
        who = self.draw.randint(0, 1)
        for _press in range(self.draw.choice([1, 2])):
            self.attempt(
                ask_second_look,
                objection=case,
                asked_by=self.people[who],
                actor=self.citizens[who],
                statement="لم تُقرأ الصفحة الثانية.",
                checked=self.draw.choice([[], [self.other_file]]),
                now=self.now,
            )

    def a_second_look_is_withdrawn(self) -> None:
        case = self.some_case(second_asked_at__isnull=False)
        if case is not None:
            who = self.draw.randint(0, 1)
            self.attempt(
                withdraw_second_look,
                objection=case,
                asked_by=self.people[who],
                actor=self.citizens[who],
                now=self.now,
            )

    # Staff ------------------------------------------------------------------------------

    def pages_are_opened(self) -> None:
        for case in Objection.objects.exclude(reference=None):
            self.pages.setdefault(case.pk, []).append(seen_of(case))

    def the_next_is_taken(self) -> None:
        self.attempt(take_next, caseworker=self.draw.choice(self.caseworkers), now=self.now)

    def a_case_goes_on(self) -> None:
        """Do what comes next in most cases, by somebody who may."""
        case = self.some_case(reference__isnull=False)
        if case is None:
            return
        if _waiting(case) is not None:
            act = self.draw.choice([self.approve, self.approve, self.approve, self.give_back])
            self.on(case, act, self.draw.choice(self.approvers))
        elif case.assigned_to is None:
            self.on(case, self.take, self.draw.choice(self.caseworkers))
        else:
            self.on(
                case, self.draw.choice([self.propose, self.propose, self.ask]), case.assigned_to
            )

    def staff_do_something(self) -> None:
        case = self.some_case(reference__isnull=False)
        if case is not None:
            self.on(case, self.some_act(), self.somebody())

    def staff_do_something_on_an_old_page(self) -> None:
        case = self.some_case(reference__isnull=False)
        if case is not None and case.pk in self.pages:
            page = self.draw.choice(self.pages[case.pk])
            self.on(case, self.some_act(), self.somebody(), page=page)

    def on(
        self,
        case: Objection,
        act: Callable[[Objection, User, dict[str, Any]], object],
        worker: User,
        *,
        page: Seen | None = None,
    ) -> None:
        """Have a member of staff do something to a case, as a page shows it."""
        now_seen = seen_of(case)
        seen = page or now_seen
        self.done[-1] += f" {act.__name__} {case.pk}"
        done = act(case, worker, {"objection_id": case.pk, "seen": seen, "now": self.now})
        assert seen == now_seen or done is None, "done from an old page"

    def take(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        return self.attempt(take_objection, caseworker=worker, **facts)

    def ask(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        due_on = riyadh_date(self.now) + timedelta(days=14)
        facts = facts | {"text": "أرسل الصفحة الثانية.", "due_on": due_on}
        return self.attempt(request_documents, caseworker=worker, **facts)

    def hand_over(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        facts = facts | {"to": self.draw.choice(self.caseworkers), "note": "أعرف الأسرة."}
        return self.attempt(hand_over_objection, by=worker, **facts)

    def put_back(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        return self.attempt(put_back_objection, by=worker, note="إجازة.", **facts)

    def propose(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        outcome = self.draw.choice(DECIDED_STATUSES)
        proposal = Proposal(
            outcome=outcome,
            reason_codes=(reason_of(outcome).code,),
            answer="راجعنا العقد.",
            supersede_reason="ظهر مستند." if case.status in DECIDED_STATUSES else "",
        )
        return self.attempt(propose_decision, proposer=worker, proposal=proposal, **facts)

    def approve(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        waiting = _waiting(case)
        if waiting is None:
            return None
        facts = facts | {"decision_id": waiting.pk}
        done = self.attempt(approve_decision, approver=worker, **facts)
        assert done is None or worker.pk != waiting.proposed_by_id
        return done

    def give_back(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        waiting = _waiting(case)
        facts = facts | {"decision_id": waiting.pk if waiting else 0, "note": "أضف السبب."}
        return self.attempt(return_proposal, approver=worker, **facts)

    def take_back(self, case: Objection, worker: User, facts: dict[str, Any]) -> object:
        waiting = _waiting(case)
        facts = facts | {"decision_id": waiting.pk if waiting else 0}
        return self.attempt(withdraw_proposal, proposer=worker, **facts)

    # Dice ---------------------------------------------------------------------------------

    def attempt(self, service: Callable[..., Any], **arguments: Any) -> Any:
        """Call a service as a request does; None where it refuses."""
        try:
            with transaction.atomic():
                return service(**arguments)
        except ObjectionRefused as refusal:
            self.done[-1] += f" ({type(refusal).__name__})"
            return None

    def some_case(self, **facts: Any) -> Objection | None:
        cases = list(Objection.objects.filter(**facts).order_by("pk"))
        return self.draw.choice(cases) if cases else None

    def some_act(self) -> Callable[[Objection, User, dict[str, Any]], object]:
        return self.draw.choice(
            [
                self.take,
                self.ask,
                self.hand_over,
                self.put_back,
                self.propose,
                self.approve,
                self.give_back,
                self.take_back,
            ]
        )

    def somebody(self) -> User:
        return self.draw.choice(self.caseworkers + self.approvers)


def _waiting(case: Objection) -> Decision | None:
    return Decision.objects.filter(objection=case, state=DecisionState.PROPOSED).first()


def _fresh(row: Contested) -> Contested:
    return type(row).objects.select_related("person", "cycle").get(pk=row.pk)


def _row_of(objection: Objection) -> Contested:
    return _fresh(objection.contested)
