"""Files that no row names."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from documents import sweeping
from documents.intake import check_upload, store_document
from documents.schedule import beat_schedule
from documents.sweeping import remove_files_without_row
from documents.tasks import sweep_files
from tests.documents.files import pdf_bytes, upload

pytestmark = pytest.mark.django_db


def _age(folder: Path, days: int) -> None:
    past = (timezone.now() - timedelta(days=days)).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (past, past))


def test_old_file_without_row_is_removed_and_the_named_one_stays(
    attachments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "_BATCH", 1)
    document = store_document(check_upload(upload("a.pdf", pdf_bytes())), now=timezone.now())
    (attachments / "ab").mkdir(exist_ok=True)
    (attachments / "ab" / "orphan").write_bytes(b"x")
    _age(attachments, days=2)
    assert remove_files_without_row(now=timezone.now()) == 1
    assert not (attachments / "ab" / "orphan").exists()
    assert document.file.storage.exists(document.file.name)


def test_young_file_may_still_get_its_row(attachments: Path) -> None:
    (attachments / "ab").mkdir(parents=True)
    (attachments / "ab" / "young").write_bytes(b"x")
    assert remove_files_without_row(now=timezone.now()) == 0
    assert (attachments / "ab" / "young").exists()


def test_nothing_is_there_yet() -> None:
    assert remove_files_without_row(now=timezone.now()) == 0


def test_task_is_scheduled_under_its_name() -> None:
    entry = beat_schedule()["remove-files-without-row"]
    assert entry["task"] == sweep_files.name
    sweep_files()
