"""Wordings of the SMS: what the database holds, and two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from notifications.models import SmsText
from notifications.texts.errors import (
    AlreadyDecided,
    ProposalWaits,
)
from tests import personas
from tests.notifications.wordings import KEY, NOW, approve, propose


@pytest.mark.django_db
class TestWhatTheDatabaseHolds:
    @pytest.mark.parametrize(
        ("constraint", "facts"),
        [
            ("sms_text_is_whole", {"text_ar": ""}),
            ("sms_text_is_whole", {"why": ""}),
            ("sms_text_decided_whole", {"decision": "approved"}),
            ("sms_text_decided_whole", {"decided_at": NOW}),
        ],
    )
    def test_no_half_row(self, constraint: str, facts: dict[str, Any]) -> None:
        whole = {
            "template": KEY,
            "text_ar": "ن",
            "text_en": "t",
            "why": "w",
            "proposed_by": personas.staff(),
            "proposed_at": NOW,
        }
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            SmsText.objects.create(**{**whole, **facts})

    def test_no_approval_by_the_proposer(self) -> None:
        row = propose()
        with (
            pytest.raises(IntegrityError, match="sms_text_decided_by_a_second_person"),
            transaction.atomic(),
        ):
            SmsText.objects.filter(pk=row.pk).update(
                decision="approved", decided_by=row.proposed_by, decided_at=NOW
            )

    def test_no_rejection_without_a_reason(self) -> None:
        row = propose()
        with (
            pytest.raises(IntegrityError, match="sms_text_rejected_with_a_reason"),
            transaction.atomic(),
        ):
            SmsText.objects.filter(pk=row.pk).update(
                decision="rejected", decided_by=personas.staff(), decided_at=NOW
            )

    @pytest.mark.parametrize(
        "facts",
        [{"text_ar": "آخر"}, {"why": "آخر"}, {"template": "ticket_code"}, {"is_default": True}],
    )
    def test_a_proposal_is_never_edited(self, facts: dict[str, Any]) -> None:
        row = propose()
        with pytest.raises(IntegrityError, match="kept as it is"), transaction.atomic():
            SmsText.objects.filter(pk=row.pk).update(**facts)

    def test_a_decision_is_never_changed_and_nothing_deleted(self) -> None:
        row = approve(propose())
        with pytest.raises(IntegrityError, match="kept as it is"), transaction.atomic():
            SmsText.objects.filter(pk=row.pk).update(decision_reason="آخر")
        with pytest.raises(IntegrityError, match="kept as it is"), transaction.atomic():
            row.delete()


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts() -> None:
    row = propose()
    approvers = [personas.staff("approver"), personas.staff("approver")]
    start = Barrier(2)

    def decide(by: Any) -> str:
        try:
            start.wait(10)
            approve(row, by=by)
        except AlreadyDecided:
            return "late"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, approvers)) == ["done", "late"]


@pytest.mark.django_db(transaction=True)
def test_of_two_proposals_at_once_one_waits() -> None:
    people = [personas.staff("supervisor"), personas.staff("supervisor")]
    start = Barrier(2)

    def offer(by: Any) -> str:
        try:
            start.wait(10)
            propose(by=by)
        except ProposalWaits:
            return "late"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(offer, people)) == ["done", "late"]
    assert SmsText.objects.count() == 1
