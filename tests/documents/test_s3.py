"""Documents in an S3 store, by the same code (`ATTACHMENT_STORAGE=s3`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import override_settings
from django.utils import timezone

from documents.drawing import draw_waiting
from documents.errors import FilesNotKept
from documents.intake import check_upload, files_follow_transaction, store_document
from documents.models import Document
from documents.serving import attachment_response, page_response
from documents.sweeping import remove_files_without_row
from portal.env import Env
from portal.s3 import s3_storage
from tests.documents.files import pdf_bytes, upload
from tests.documents.s3_store import Store, running_store
from tests.personas import staff

pytestmark = pytest.mark.django_db

KEYS = {"S3_BUCKET": "documents", "S3_ACCESS_KEY_ID": "id", "S3_SECRET_ACCESS_KEY": "key"}


@pytest.fixture
def store() -> Iterator[Store]:
    with running_store() as running:
        place = {"S3_ENDPOINT_URL": running.url, "S3_REGION": "x", "S3_ADDRESSING": "path"}
        entry = s3_storage(Env({**KEYS, **place}))
        with override_settings(STORAGES={**settings.STORAGES, "default": entry}):
            yield running


def kept() -> Document:
    with files_follow_transaction():
        return store_document(check_upload(upload("عقد.pdf", pdf_bytes())), now=timezone.now())


def test_document_lives_in_the_store_and_leaves_it_by_our_view(
    store: Store, attachments: Path
) -> None:
    document, clerk = kept(), staff()
    assert store.objects == {document.file.name: pdf_bytes()}
    assert not attachments.exists()
    response = attachment_response(document, opened_by=clerk)
    assert b"".join(response) == pdf_bytes()  # type: ignore[arg-type]  # a file is read here
    assert response["Content-Disposition"].startswith("attachment")
    assert draw_waiting(now=timezone.now()) == 1
    page = document.pages.get()
    response = page_response(page, small=True, opened_by=clerk, now=timezone.now())
    assert b"".join(response).startswith(b"\xff\xd8\xff")  # type: ignore[arg-type]  # likewise


def test_lost_object_is_404(store: Store) -> None:
    document = kept()
    store.objects.clear()
    with pytest.raises(Http404):
        attachment_response(document, opened_by=None)


def test_sweep_removes_what_no_document_names(store: Store) -> None:
    document = kept()
    default_storage.save("ab/orphan", ContentFile(b"x"))
    assert remove_files_without_row(now=timezone.now()) == 0, "it may belong to an open transaction"
    assert remove_files_without_row(now=timezone.now() + timedelta(days=2)) == 1
    assert list(store.objects) == [document.file.name]


def test_nothing_stays_when_the_transaction_fails_or_the_store_does(store: Store) -> None:
    def store_and_fail() -> None:
        with files_follow_transaction():
            kept()
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match="later"):
        store_and_fail()
    assert store.objects == {}
    store.is_down = True
    with pytest.raises(FilesNotKept):
        kept()
    assert not Document.objects.exists()


@pytest.mark.parametrize("missing", sorted(KEYS))
def test_missing_setting_stops_the_start_with_its_name(missing: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=missing):
        s3_storage(Env({name: value for name, value in KEYS.items() if name != missing}))
