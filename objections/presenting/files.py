"""The files of an objection, kept or refused, as the list of files shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from documents.errors import DocumentRefused
from documents.showing import STATE_KINDS, FileRow, harmful_text, kind_of
from objections.models import NeededDocument, ObjectionDocument
from saudi.direction import isolate
from saudi.gregorian import format_gregorian, format_time, riyadh_date
from saudi.languages import page_language

NEED_FIELD: Final = "need-"
"""Begins the name of the field that says what a file is; the document's UUID ends it."""


class NeedChoice(NamedTuple):
    """One of the needed documents that a file may be."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True)
class FileView(FileRow):
    """A row of the list of files with what can be said of it and done with it here."""

    remove_name: str = ""
    remove_value: str = ""
    replace: str = ""
    replace_url: str = ""
    sha256: str = ""
    need: str = ""
    need_field: str = ""
    need_choices: tuple[NeedChoice, ...] = ()


def kept_files(
    documents: Iterable[ObjectionDocument],
    *,
    reference: str = "",
    removable: bool = False,
    replaceable: bool = False,
    needs: Sequence[NeededDocument] = (),
    is_own: bool = False,
    examined: Mapping[str, str] | None = None,
) -> list[FileView]:
    """Show the documents of an objection.

    They can be fetched by its reference, taken off while it is a draft, replaced while it is open.
    `needs` are what each may be said to be. What one was said to be is told to others than the
    person it is about only where that tells no sensitive reason (DOMAIN 16): `need` is loaded.
    `examined` has the numbers of earlier objections by the hashes of their documents: a file of
    them is named as one that was seen before.
    """
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
                kind=kind_of(document),
                state=STATE_KINDS[document.state],
                state_text=document.get_state_display(),
                size=document.size_bytes,
                note=arrived,
                why=harmful_text(_("Take a new picture of the document and send that."))
                if document.is_refused
                else _seen_text((examined or {}).get(document.sha256)),
                url="" if document.is_refused else address,
                action=_("Download") if address else "",
                remove_name="remove" if removable else "",
                remove_value=str(document.uuid) if removable else "",
                replace=str(document.uuid) if removable else "",
                replace_url=f"?replace={document.uuid}#send" if replaceable else "",
                sha256=document.sha256,
                need=need_name(link, may_see_sensitive=is_own),
                need_field=f"{NEED_FIELD}{document.uuid}" if needs else "",
                need_choices=tuple(
                    NeedChoice(str(need.pk), need.name(page_language()), need.pk == link.need_id)
                    for need in needs
                ),
            )
        )
    return views


def need_name(link: ObjectionDocument, *, may_see_sensitive: bool) -> str:
    """Name what of the catalogue a document was said to be, or nothing to whom it tells a reason
    that they may not read.
    """
    need = link.need
    if need is None or (need.tells_reason and not may_see_sensitive):
        return ""
    return need.name(page_language())


def _seen_text(reference: str | None) -> str:
    if not reference:
        return ""
    text = _("We saw it with your objection %(reference)s. It is not a new document.")
    return text % {"reference": isolate(reference)}


def nothing_new_text() -> str:
    """Say what a new objection after a decision lacks."""
    return _(
        "We saw all these documents with an earlier objection. Add at least one document that is"
        " new. What you wrote is kept."
    )


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
