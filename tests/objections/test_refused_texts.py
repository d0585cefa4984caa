"""Corrections and acts on many that are refused for a missing text, or change nothing."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from objections.bulk.services import BulkWish, act_on_many
from objections.corrections.criteria import Criteria
from objections.corrections.payments import PaymentCriteria
from objections.corrections.statuses import AmountRule
from objections.errors import CorrectionRefused
from objections.models import BulkActCase, Correction, Objection
from objections.services import corrections
from objections.services.corrections import fixing
from objections.statuses import BulkKind
from tests.factories import CycleFactory
from tests.objections.cases import result_of, seen, submitted
from tests.objections.correcting import PREPARED, SAID, fixed, prepared, proposed
from tests.personas import head, staff

pytestmark = pytest.mark.django_db

BLANK = "\u200f \u00a0"


@pytest.mark.parametrize("missing", ["said_ar", "said_en", "why"])
def test_correction_without_one_of_its_texts_is_not_prepared(missing: str) -> None:
    texts = {**SAID, "why": "تعطّل الربط.", missing: BLANK}
    cycle, who = CycleFactory.create(code="2026-11"), staff("supervisor")
    with pytest.raises(CorrectionRefused, match="texts"):
        corrections.prepare_correction(
            criteria=Criteria(cycle=cycle, reason_code="LEASE_NOT_PROVEN"),
            submission=uuid.uuid4(),
            by=who,
            now=PREPARED,
            **texts,
        )
    with pytest.raises(CorrectionRefused, match="texts"):
        corrections.prepare_payment_correction(
            criteria=PaymentCriteria(cycle=cycle, rule=AmountRule.LISTED, reason_code="", city=""),
            amounts={"1000000008": Decimal(100)},
            submission=uuid.uuid4(),
            by=who,
            now=PREPARED,
            **texts,
        )
    assert not Correction.objects.exists()


def test_words_of_a_correction_are_not_emptied_and_the_same_words_are_no_act() -> None:
    result_of(head())
    correction = fixed()
    before = correction.events.count()
    with pytest.raises(CorrectionRefused, match="texts"):
        corrections.reword(
            correction_id=correction.pk,
            said_ar=SAID["said_ar"],
            said_en=BLANK,
            by=correction.prepared_by,
            now=PREPARED,
        )
    corrections.reword(correction_id=correction.pk, **SAID, by=correction.prepared_by, now=PREPARED)
    assert correction.events.count() == before


def test_correction_is_not_returned_without_a_word() -> None:
    result_of(head())
    correction = proposed()
    with pytest.raises(CorrectionRefused, match="texts"):
        corrections.return_correction(
            correction_id=correction.pk, note=BLANK, by=staff("approver"), now=PREPARED
        )
    correction.refresh_from_db()
    assert correction.state == "proposed"


def test_set_that_is_written_already_is_not_written_again() -> None:
    result_of(head())
    correction = prepared()
    corrections.fix_sets(now=PREPARED)
    assert fixing._fix_some(correction.pk, now=PREPARED) == (0, False)
    assert correction.rows.count() == 1


def test_act_on_many_that_arrives_twice_is_run_once() -> None:
    owner = head()
    objection: Objection = submitted(result_of(owner), owner)
    clerk, key = staff("caseworker"), uuid.uuid4()
    bulks = [
        act_on_many(
            submission=key,
            wish=BulkWish(kind=BulkKind.TAKE),
            seen={objection.pk: seen(objection)},
            left_out={},
            by=clerk,
            now=PREPARED,
            words=str,
        )
        for _time in range(2)
    ]
    assert bulks[0] == bulks[1]
    assert BulkActCase.objects.get(bulk=bulks[0]).is_done
    assert objection.events.filter(actor=clerk).count() == 1
