"""A field for several files: each is checked, the good ones stay when another is refused."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.errors import DocumentRefused, RefusalReason
from documents.intake import CheckedFile, check_upload
from documents.names import readable_name

ACCEPT: Final = (
    ".pdf,.jpg,.jpeg,.png,.heic,.heif,application/pdf,image/jpeg,image/png,image/heic,image/heif"
)


def files_help() -> str:
    """Say what is taken, by the limits of now."""
    text = gettext("PDF, JPG, PNG or HEIC. Up to {size} MB a file, and {count} files in all.")
    limits = settings.LIMITS
    return text.format(size=limits["file_bytes"] // (1024 * 1024), count=limits["files"])


FILES_HELP: Final = lazy(files_help, str)()


class MultipleFileInput(forms.FileInput):
    """The browser's own control, for several files."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, "accept": ACCEPT} | (attrs or {}))

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Tell a script the largest file of now."""
        most = str(settings.LIMITS["file_bytes"])
        return super().build_attrs(*args, **kwargs) | {"data-most-bytes": most}


class MultipleFileField(forms.FileField):
    """Several files; gives a list of CheckedFile.

    Every refused file is named in an error of its own. `accepted` and `refused` hold what became
    of each file also when the field has errors: a field belongs to one form, so the form's view
    can keep the good ones and nothing has to be sent twice. `already` counts the files that were
    kept before, for the limit.
    """

    widget = MultipleFileInput
    default_error_messages = {
        "required": _("Add at least one document: a PDF, or a clear picture."),
    }

    def __init__(self, *, already: int = 0, **kwargs: Any) -> None:
        self.already = already
        self.accepted: list[CheckedFile] = []
        self.refused: list[DocumentRefused] = []
        kwargs.setdefault("help_text", FILES_HELP)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        """Check each file. Raises ValidationError with one message a refused file."""
        uploads = data if isinstance(data, list | tuple) else [data]
        uploads = [upload for upload in uploads if isinstance(upload, UploadedFile)]
        self.accepted, self.refused = [], []
        for upload in uploads:
            try:
                self._ensure_room(upload)
                self.accepted.append(check_upload(upload))
            except DocumentRefused as refusal:
                refusal.size_bytes = upload.size or 0
                self.refused.append(refusal)
        if self.refused:
            raise ValidationError(
                [ValidationError(r.message, code=r.reason.value) for r in self.refused]
            )
        if self.required and not self.accepted and not self.already:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.accepted

    def _ensure_room(self, upload: UploadedFile[bytes]) -> None:
        limit = settings.LIMITS["files"]
        if self.already + len(self.accepted) >= limit:
            name = readable_name(upload.name or "") or "document"
            raise DocumentRefused(name=name, reason=RefusalReason.TOO_MANY, limit=limit)
