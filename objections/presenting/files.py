"""The files of an objection, kept or refused, as the list of files shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from documents.errors import DocumentRefused
from documents.models import ContentType
from objections.models import ObjectionDocument
from saudi.gregorian import format_gregorian, format_time, riyadh_date
from saudi.languages import page_language


@dataclass(frozen=True)
class FileView:
    """A row of the list of files (components/files.html)."""

    name: str
    kind: str
    state: str
    state_text: str
    size: int
    note: str = ""
    why: str = ""
    url: str = ""
    action: str = ""
    remove_name: str = ""
    remove_value: str = ""
    replace: str = ""
    sha256: str = ""


def kept_files(
    documents: Iterable[ObjectionDocument], *, reference: str = "", removable: bool = False
) -> list[FileView]:
    """Show the documents of an objection: to be fetched by its reference, or to be taken off."""
    views = []
    for link in documents:
        document = link.document
        arrived = _("arrived %(day)s, %(time)s") % {
            "day": format_gregorian(riyadh_date(document.received_at), page_language()),
            "time": format_time(document.received_at, page_language()),
        }
        address = (
            reverse("objections:document", args=[reference, document.uuid]) if reference else ""
        )
        views.append(
            FileView(
                name=document.name,
                kind="file" if document.content_type == ContentType.PDF else "image",
                state="ok",
                state_text=_("Arrived and checked"),
                size=document.size_bytes,
                note=arrived,
                url=address,
                action=_("Download") if address else "",
                remove_name="remove" if removable else "",
                remove_value=str(document.uuid) if removable else "",
                replace=str(document.uuid) if removable else "",
                sha256=document.sha256,
            )
        )
    return views


def refused_files(refused: Iterable[DocumentRefused]) -> list[FileView]:
    """Show the files that were not kept, each with what to do."""
    return [
        FileView(
            name=refusal.name,
            kind="file",
            state="bad",
            state_text=_("Not accepted"),
            size=refusal.size_bytes,
            why=refusal.message,
        )
        for refusal in refused
    ]
