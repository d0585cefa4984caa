"""IDs that fail the check and are confirmed all the same: the record, and the imports (O11)."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from beneficiaries.confirmed_ids.services import (
    confirm_national_id,
    confirmed_ids,
    is_confirmed,
    needs_confirmation,
    withdraw_confirmation,
)
from beneficiaries.errors import AlreadyConfirmed, AlreadyWithdrawn, NeedsNoConfirmation
from beneficiaries.imports.payments import COLUMNS as PAYMENT_COLUMNS
from beneficiaries.imports.payments import import_payments
from beneficiaries.imports.register import import_register
from beneficiaries.imports.results import import_results
from beneficiaries.models import (
    ConfirmedNationalId,
    EligibilityResult,
    PaymentLine,
    Person,
    User,
)
from tests import personas
from tests.beneficiaries.files import (
    REGISTER_HEADER,
    RESULTS_HEADER,
    register_row,
    rejected,
    write,
)

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ODD = "1234567890"
"""One of the numbers that O11 has refused: its check digit is wrong."""
OTHER_ODD = "1000000009"
PROOF = "خطاب السجل 1447/312 في 1448/05/20"


def confirm(national_id: str = ODD, by: User | None = None, **facts: Any) -> ConfirmedNationalId:
    return confirm_national_id(
        **{"national_id": national_id, "proof": PROOF, "by": by or personas.staff(), "now": NOW}
        | facts
    )


def withdraw(row: ConfirmedNationalId, **facts: Any) -> ConfirmedNationalId:
    return withdraw_confirmation(
        **{"confirmation": row, "reason": "خطاب آخر", "by": personas.staff(), "now": NOW} | facts
    )


@pytest.mark.parametrize(
    ("national_id", "needs"),
    [
        (ODD, True),
        (OTHER_ODD, True),
        ("2000000005", True),
        ("1000000008", False),
        ("2000000006", False),
        ("0000000000", False),
        ("3000000008", False),
        ("123456789", False),
        ("", False),
    ],
)
def test_only_a_wrong_check_digit_can_be_confirmed(national_id, needs):
    assert needs_confirmation(national_id) is needs


@pytest.mark.django_db
class TestRecord:
    def test_it_is_kept_who_confirmed_when_and_why(self):
        user = personas.staff("supervisor")
        assert not is_confirmed(ODD)
        confirm(by=user)
        row = ConfirmedNationalId.objects.get()
        assert (row.national_id, row.proof) == (ODD, PROOF)
        assert (row.confirmed_by, row.confirmed_at) == (user, NOW)
        assert row.is_in_force
        assert is_confirmed(ODD)
        assert confirmed_ids() == {ODD}
        assert ODD not in str(row)

    @pytest.mark.parametrize("national_id", ["1000000008", "3000000007", "123"])
    def test_an_id_that_passes_or_is_none_is_refused(self, national_id):
        with pytest.raises(NeedsNoConfirmation):
            confirm(national_id)
        assert not ConfirmedNationalId.objects.exists()

    def test_a_second_confirmation_tells_of_the_first(self):
        first = personas.staff("supervisor")
        confirm(by=first)
        with pytest.raises(AlreadyConfirmed) as refusal:
            confirm(now=NOW + timedelta(hours=1))
        assert (refusal.value.by, refusal.value.at) == (str(first), NOW)
        assert ConfirmedNationalId.objects.count() == 1

    def test_what_is_withdrawn_is_refused_and_stays_written(self):
        row, user = confirm(), personas.staff("supervisor")
        later = NOW + timedelta(days=1)
        withdraw(row, by=user, now=later)
        row.refresh_from_db()
        assert not is_confirmed(ODD)
        assert confirmed_ids() == frozenset()
        assert (row.withdrawn_by, row.withdrawn_at, row.withdrawal_reason) == (
            user,
            later,
            "خطاب آخر",
        )
        assert (row.proof, row.confirmed_at) == (PROOF, NOW)

    def test_a_second_withdrawal_changes_nothing_and_tells_of_the_first(self):
        row, user = confirm(), personas.staff("supervisor")
        withdraw(row, by=user)
        with pytest.raises(AlreadyWithdrawn) as refusal:
            withdraw(row, reason="غيره", now=NOW + timedelta(days=1))
        assert (refusal.value.by, refusal.value.at) == (str(user), NOW)
        row.refresh_from_db()
        assert row.withdrawal_reason == "خطاب آخر"

    def test_what_was_withdrawn_is_confirmed_anew_in_a_row_of_its_own(self):
        withdraw(confirm())
        confirm(proof="خطاب ثان")
        assert is_confirmed(ODD)
        assert list(ConfirmedNationalId.objects.order_by("id").values_list("proof", flat=True)) == [
            PROOF,
            "خطاب ثان",
        ]

    @pytest.mark.parametrize(
        ("constraint", "facts"),
        [
            ("confirmed_id_form", {"national_id": "١٢٣٤٥٦٧٨٩٠"}),
            ("confirmed_id_form", {"national_id": "3234567890"}),
            ("confirmed_id_form", {"national_id": "123456789"}),
            ("confirmed_id_has_proof", {"proof": ""}),
            ("confirmed_id_withdrawn_whole", {"withdrawn_at": NOW}),
            ("confirmed_id_withdrawn_whole", {"withdrawal_reason": "بلا اسم"}),
            ("confirmed_id_in_force_once", {}),
        ],
    )
    def test_the_database_keeps_no_half_record(self, constraint, facts):
        row = confirm(OTHER_ODD)
        if not facts:
            facts, row = {"national_id": OTHER_ODD}, confirm(ODD)
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            ConfirmedNationalId.objects.filter(pk=row.pk).update(**facts)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_row_and_the_second_hears_of_the_first():
    users = [personas.staff(), personas.staff()]
    start = threading.Barrier(2)
    outcomes: list[object] = []

    def work(user: User) -> None:
        try:
            start.wait(10)
            outcomes.append(confirm(by=user))
        except AlreadyConfirmed as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [row] = ConfirmedNationalId.objects.all()
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, AlreadyConfirmed)]
    assert row in outcomes
    assert refusal.by == str(row.confirmed_by)


# Imports ------------------------------------------------------------------------------


def bring_register(tmp_path):
    rows = [register_row(ODD), register_row(OTHER_ODD), register_row("1000000008")]
    path = write(tmp_path / "register.csv", REGISTER_HEADER, rows)
    return path, import_register(path, as_of=date(2026, 11, 1), now=NOW)


def bring_results(tmp_path):
    rows = [f"{national_id},eligible,,720.00" for national_id in (ODD, OTHER_ODD)]
    path = write(tmp_path / "results.csv", RESULTS_HEADER, rows)
    return path, import_results("2026-11", path, now=NOW)


def bring_payments(tmp_path):
    rows = [
        f"{national_id},720.00,720.00,paid,2026-11-10," for national_id in ("١٢٣٤٥٦٧٨٩٠", OTHER_ODD)
    ]
    path = write(tmp_path / "payments.csv", ",".join(PAYMENT_COLUMNS), rows)
    return path, import_payments("2026-11", path, now=NOW)


@pytest.mark.django_db
class TestImports:
    def test_confirmed_ids_come_in_and_others_are_rejected_as_before(self, tmp_path):
        confirm(ODD)
        path, counts = bring_register(tmp_path)
        assert (counts.created, counts.rejected) == (2, 1)
        [(line, before, _row)] = rejected(path)
        assert line == 3
        for bring, table in ((bring_results, EligibilityResult), (bring_payments, PaymentLine)):
            path, counts = bring(tmp_path)
            assert (counts.created, counts.rejected) == (1, 1)
            [(line, reason, _row)] = rejected(path)
            assert (line, reason) == (3, before)
            assert table.objects.get().person.national_id == ODD

    def test_without_a_confirmation_both_are_rejected(self, tmp_path):
        withdraw(confirm(ODD))
        path, counts = bring_register(tmp_path)
        assert (counts.created, counts.rejected) == (1, 2)
        assert len({reason for _line, reason, _row in rejected(path)}) == 1
        assert Person.objects.get().national_id == "1000000008"

    @pytest.mark.parametrize("bring", [bring_register, bring_results, bring_payments])
    def test_the_confirmed_ids_are_read_once(self, tmp_path, bring):
        confirm(ODD)
        personas.head(national_id=ODD)
        with CaptureQueriesContext(connection) as captured:
            bring(tmp_path)
        asked = [q for q in captured if "beneficiaries_confirmednationalid" in q["sql"]]
        assert len(asked) == 1
