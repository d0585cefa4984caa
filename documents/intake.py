"""What is accepted of the files people send, and how it is kept.

A file is known by its content, never by its name or by what the browser says. Pictures are
written anew: upright, without place and camera, and without anything glued to their end (O14 to
O16); what comes as HEIC, an iPhone's own form, becomes a JPEG. PDF files are kept as they came and
only ever served as attachments.
"""

from __future__ import annotations

import hashlib
import io
import logging
import uuid
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Final, Literal

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction
from PIL import ExifTags, Image, ImageOps
from pillow_heif import options as heif_options
from pillow_heif import register_heif_opener
from pypdf import PasswordType, PdfReader

from documents.errors import DocumentRefused, FilesNotKept, RefusalReason
from documents.models import ContentType, Document
from documents.names import display_name, readable_name
from documents.scanning import is_scanner_set
from documents.statuses import DocumentState
from notifications.waking import wake_task

logger = logging.getLogger(__name__)

MAX_PIXELS: Final = 40_000_000
"""Of one picture, before it is decoded: 160 MB of memory at the worst (O15)."""

_MOST_HEIC_PIXELS: Final = 25_000_000
"""An iPhone's usual pictures have 12 and 24.5 million. Decoding takes seven bytes of each, and 40
million would take 280 MB (bench/upload_memory.py)."""

_JPEG_SIDE_PIXELS: Final = 5000
"""A larger JPEG is kept at half size or less; an A4 page at 300 dpi has 3508."""

_JPEG_QUALITY: Final = 90

_one_picture_at_a_time: Final = Lock()
"""A process decodes one picture at a time: its threads together must not need more memory."""

_KEPT_INFO: Final = frozenset({"transparency"})
"""What of a picture's metadata is part of the picture; place, camera and texts are not."""

_IN_MEMORY_BYTES: Final = 2 * 1024 * 1024
_PDF_END_BYTES: Final = 2048
_PDF_SEARCH_AGAIN: Final = b"\nstartxref\n0\n%%EOF\n"
"""Points a reader at no table of contents, so that it looks for the objects themselves."""
_HEIC_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"heif"}
)

register_heif_opener(thumbnails=False)
heif_options.DECODE_THREADS = 1

# pypdf reports every oddity of a file that it can read all the same.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


Form = Literal["PDF", "JPEG", "PNG", "HEIF"]
"""What a file is by its content, in the names that Pillow has."""


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept; its bytes are those that will be kept."""

    name: str
    content_type: str
    size_bytes: int
    sha256: str
    content: IO[bytes]


def check_upload(upload: UploadedFile[bytes]) -> CheckedFile:
    """Look into an uploaded file and give what would be kept of it.

    Raises:
        DocumentRefused: with the name and the reason.
    """
    name = readable_name(upload.name or "") or "document"
    size = upload.size or 0
    if size == 0:
        raise DocumentRefused(name=name, reason=RefusalReason.EMPTY)
    limit = settings.LIMITS["file_bytes"]
    if size > limit:
        raise DocumentRefused(
            name=name, reason=RefusalReason.TOO_LARGE, limit=limit // (1024 * 1024)
        )
    source: IO[bytes] = upload.file  # type: ignore[assignment]  # an upload has its file
    form = _form_by_content(source, name)
    content_type = ContentType.JPEG if form == "HEIF" else ContentType[form]
    if form == "PDF":
        _check_pdf(source, name)
        content: IO[bytes] = source
    else:
        with _one_picture_at_a_time:  # until its pixels are given back
            content = _picture_written_anew(source, name, form)
    size_bytes, sha256 = _measure(content)
    return CheckedFile(
        name=display_name(upload.name or "", content_type),
        content_type=content_type,
        size_bytes=size_bytes,
        sha256=sha256,
        content=content,
    )


def _form_by_content(source: IO[bytes], name: str) -> Form:
    source.seek(0)
    head = source.read(16)
    if head.startswith(b"%PDF-"):
        return "PDF"
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "HEIF"
    raise DocumentRefused(name=name, reason=RefusalReason.WRONG_TYPE)


def _check_pdf(source: IO[bytes], name: str) -> None:
    """Make sure that staff can open the file: whole, readable, no password, at least a page."""
    source.seek(0, io.SEEK_END)
    source.seek(max(0, source.tell() - _PDF_END_BYTES))
    end = source.read()
    if b"%%EOF" not in end:
        raise DocumentRefused(name=name, reason=RefusalReason.INCOMPLETE)
    source.seek(0)
    # Every viewer opens a file whose table of contents is missing; so does this.
    readable = source if b"startxref" in end else io.BytesIO(source.read() + _PDF_SEARCH_AGAIN)
    try:
        reader = PdfReader(readable)
        is_locked = reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED
        has_pages = not is_locked and len(reader.pages) > 0
    except Exception as error:  # a hostile file may raise anything
        raise DocumentRefused(name=name, reason=RefusalReason.DAMAGED) from error
    if is_locked:
        raise DocumentRefused(name=name, reason=RefusalReason.PASSWORD)
    if not has_pages:
        raise DocumentRefused(name=name, reason=RefusalReason.DAMAGED)


def _picture_written_anew(source: IO[bytes], name: str, form: Form) -> IO[bytes]:
    """Decode a picture and write its pixels anew: upright, without metadata or glued bytes."""
    kept_form = "PNG" if form == "PNG" else "JPEG"
    output: IO[bytes] = SpooledTemporaryFile(  # noqa: SIM115 - the caller keeps it open
        max_size=_IN_MEMORY_BYTES
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            source.seek(0)
            image: Image.Image
            with Image.open(source, formats=[form]) as image:
                most = _MOST_HEIC_PIXELS if form == "HEIF" else MAX_PIXELS
                _ensure_pixels(image, name, most=most)
                shrink = ceil(max(image.size) / _JPEG_SIDE_PIXELS)
                image.draft("RGB", (image.width // shrink, image.height // shrink))
                upright: Image.Image = image
                if form == "PNG" and _needs_turning(image):
                    _ensure_pixels(image, name, most=MAX_PIXELS // 2)
                if form == "HEIF" and shrink > 1:  # which knows no decoding at half size
                    upright = image.reduce(shrink)
                ImageOps.exif_transpose(upright, in_place=True)
                if kept_form == "JPEG" and upright.mode not in {"L", "RGB"}:
                    upright = upright.convert("RGB")
                kept = _KEPT_INFO & upright.info.keys()
                upright.info = {key: upright.info[key] for key in kept}
                upright.save(output, kept_form, quality=_JPEG_QUALITY)
    except DocumentRefused:
        raise
    except Image.DecompressionBombError as error:
        raise DocumentRefused(name=name, reason=RefusalReason.TOO_MANY_PIXELS) from error
    except Exception as error:  # a hostile file may raise anything
        reason = RefusalReason.HEIC if form == "HEIF" else RefusalReason.DAMAGED
        raise DocumentRefused(name=name, reason=reason) from error
    return output


def _ensure_pixels(image: Image.Image, name: str, *, most: int) -> None:
    if image.width * image.height > most:
        raise DocumentRefused(name=name, reason=RefusalReason.TOO_MANY_PIXELS)


def _needs_turning(image: Image.Image) -> bool:
    """Tell whether making a picture upright takes a second copy of its pixels."""
    return bool(image.getexif().get(ExifTags.Base.Orientation, 1) != 1)


def _measure(content: IO[bytes]) -> tuple[int, str]:
    content.seek(0)
    digest = hashlib.sha256()
    size = 0
    while chunk := content.read(64 * 1024):
        digest.update(chunk)
        size += len(chunk)
    content.seek(0)
    return size, digest.hexdigest()


WORK_TASK: Final = "documents.look_into"


def wake_workers() -> None:
    """Tell a worker that a file came; the sweep finds it where nobody heard."""
    wake_task(WORK_TASK, (), queue="default")


# Keeping ----------------------------------------------------------------------

_written: ContextVar[dict[CheckedFile, str] | None] = ContextVar("_written", default=None)


@contextmanager
def files_written(checked: Sequence[CheckedFile]) -> Iterator[None]:
    """Write files under random names, for rows that the transactions inside give them.

    A store may take seconds, so no lock is held meanwhile. At the end what no row names is removed:
    a repeat stores nothing. What a killed process leaves, or one that lost its database and cannot
    know whether its row was kept, is left to `documents.sweeping`.

    Raises:
        FilesNotKept: the store takes no files; none of these stays.
    """
    outer = _written.get()
    written: dict[CheckedFile, str] = {}
    token = _written.set(written)
    try:
        for file in checked:
            written[file] = random_name()
            write_file(file, written[file])
        yield
    except (InterfaceError, OperationalError):
        raise
    except BaseException:
        _remove_without_row(written.values())
        raise
    else:
        _remove_without_row(written.values())
    finally:
        _written.reset(token)
        if outer is not None:
            outer.update(written)


@contextmanager
def files_follow_transaction(checked: Sequence[CheckedFile] = ()) -> Iterator[None]:
    """Write files, then open a transaction for their rows; when it fails, no file stays.

    Raises:
        FilesNotKept: as `files_written`.
    """
    with files_written(checked), transaction.atomic():
        yield


def store_document(checked: CheckedFile, *, now: datetime) -> Document:
    """Give a checked file its row; see `store_documents`."""
    [document] = store_documents([checked], now=now)
    return document


def store_documents(checked: Sequence[CheckedFile], *, now: datetime) -> list[Document]:
    """Give checked files their rows, in one statement and in their order.

    The caller has written them by `files_written`, or they are now.

    Raises:
        FilesNotKept: they were not, and the store takes no files.
    """
    written = _written.get()
    if written is None or not written.keys() >= set(checked):
        with files_written(checked):
            return store_documents(checked, now=now)
    if not checked:
        return []
    waits = is_scanner_set()
    transaction.on_commit(wake_workers)
    return Document.objects.bulk_create(
        Document(
            uuid=uuid.UUID(written[file].rpartition("/")[2]),
            name=file.name,
            content_type=file.content_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
            file=written[file],
            received_at=now,
            state=DocumentState.RECEIVED if waits else DocumentState.FINE,
            scan_due_at=now if waits else None,
            draw_due_at=None if waits else now,
        )
        for file in checked
    )


def random_name() -> str:
    """Give a name that no file of the store has."""
    identity = uuid.uuid4().hex
    return f"{identity[:2]}/{identity}"


def write_file(checked: CheckedFile, name: str) -> None:
    """Write a file into the store under a name. Raises FilesNotKept."""
    checked.content.seek(0)
    try:
        default_storage.save(name, File(checked.content))
    except Exception as error:  # each store has errors of its own
        logger.exception("files alarm: the store of the documents takes no files")
        raise FilesNotKept from error


def _remove_without_row(names: Collection[str]) -> None:
    """Remove stored files that no document names; what cannot be removed now, the night does."""
    if not names:
        return
    try:
        named = set(Document.objects.filter(file__in=names).values_list("file", flat=True))
        for name in set(names) - named:
            default_storage.delete(name)
    except Exception as error:  # a failed transaction around this one, or the store
        logger.warning("files without a row stay until the night (%s)", type(error).__name__)
