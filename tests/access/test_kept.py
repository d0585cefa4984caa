"""What a process keeps of a small table."""

from __future__ import annotations

import pytest
from django.db import transaction

from access.kept import Kept


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_the_commit_is_read_again_after_it() -> None:
    rows = ["old"]
    kept = Kept(lambda: list(rows))
    with transaction.atomic():
        kept.forget()
        assert kept.rows() == ["old"]  # by another thread, which sees no open transaction
        rows[:] = ["new"]
    assert kept.rows() == ["new"]
