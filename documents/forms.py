"""Several files in a form: each is checked, the good ones stay when the form is refused."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from documents.errors import DocumentRefused, FilesNotKept, RefusalReason
from documents.intake import CheckedFile, check_upload
from documents.kept import FileIsGone, KeptFile, keep_files, read_kept
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
    """The browser's own control, for several files, beside those that are kept already."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, "accept": ACCEPT} | (attrs or {}))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Give the tokens of the kept files, then what was chosen."""
        kept = data.getlist(f"{name}_kept") if hasattr(data, "getlist") else []
        chosen = super().value_from_datadict(data, files, name) or []
        return [*kept, *(chosen if isinstance(chosen, list) else [chosen])]

    def build_attrs(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Tell a script the largest file of now."""
        most = str(settings.LIMITS["file_bytes"])
        return super().build_attrs(*args, **kwargs) | {"data-most-bytes": most}


class MultipleFileField(forms.FileField):
    """Several files; gives a list of CheckedFile.

    Every refused file is named in an error of its own. `accepted` and `refused` hold what became
    of each file also when the field has errors: a field belongs to one form, so the form's view
    can keep the good ones and nothing has to be sent twice. `already` counts the files that were
    kept before, for the limit. Where `owner` is set, the good files of a form that is shown again
    are in `kept` after `keep`, and come back as tokens; `is_lost` says that some could not be kept.
    """

    widget = MultipleFileInput
    default_error_messages = {
        "required": _("Add at least one document: a PDF, or a clear picture."),
        "gone": _("A file is not kept any more. Choose it again."),
    }

    def __init__(self, *, already: int = 0, **kwargs: Any) -> None:
        self.already = already
        self.owner = ""
        self.kept: list[KeptFile] = []
        self.is_lost = False
        self._tokens: dict[CheckedFile, str] = {}
        self.accepted: list[CheckedFile] = []
        self.refused: list[DocumentRefused] = []
        kwargs.setdefault("help_text", FILES_HELP)
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        """Check each file. Raises ValidationError with one message a refused file."""
        uploads = data if isinstance(data, list | tuple) else [data]
        self.accepted, self.refused, self._tokens = [], [], {}
        is_gone = not self._read_kept(each for each in uploads if isinstance(each, str))
        for upload in uploads:
            if isinstance(upload, UploadedFile):
                self._take(upload)
        errors = [ValidationError(r.message, code=r.reason.value) for r in self.refused]
        if is_gone:
            errors.append(ValidationError(self.error_messages["gone"], code="gone"))
        if errors:
            raise ValidationError(errors)
        if self.required and not self.accepted and not self.already:
            raise ValidationError(self.error_messages["required"], code="required")
        return self.accepted

    @property
    def new(self) -> list[CheckedFile]:
        """The good files that are not kept already."""
        return [file for file in self.accepted if file not in self._tokens]

    def keep(self, *, takes_new: bool = True) -> None:
        """Keep the good files until the form is sent again; of those that cannot be, say so."""
        if not self.owner:
            return
        new = self.new
        written: dict[CheckedFile, KeptFile] = {}
        self.is_lost = bool(new) and not takes_new
        if takes_new:
            try:
                written = dict(zip(new, keep_files(new, owner=self.owner), strict=True))
            except FilesNotKept:
                self.is_lost = True
        self.kept = [
            written.get(file) or KeptFile(self._tokens[file], file.name, file.size_bytes)
            for file in self.accepted
            if file in written or file in self._tokens
        ]

    def _read_kept(self, tokens: Iterable[str]) -> bool:
        """Take the files that are kept already, each once; tell whether all are there.

        A page shows no more of them than may be sent: the first one beyond is refused, and none
        after it is read.
        """
        is_whole = True
        most = settings.LIMITS["files"] + 1
        for token in islice(dict.fromkeys(tokens), most) if self.owner else ():
            try:
                file = read_kept(token, owner=self.owner)
                if not self._is_kept(file):
                    self._ensure_room(file.name)
                    self.accepted.append(file)
                    self._tokens[file] = token
            except FileIsGone:
                is_whole = False
            except DocumentRefused as refusal:
                self.refused.append(refusal)
        return is_whole

    def _is_kept(self, file: CheckedFile) -> bool:
        return file.sha256 in {kept.sha256 for kept in self._tokens}

    def _take(self, upload: UploadedFile[bytes]) -> None:
        """Check a file; one that is kept already counts once."""
        try:
            self._ensure_room(upload.name or "")
            file = check_upload(upload)
        except DocumentRefused as refusal:
            refusal.size_bytes = upload.size or 0
            self.refused.append(refusal)
        else:
            if not self._is_kept(file):
                self.accepted.append(file)

    def _ensure_room(self, name: str) -> None:
        limit = settings.LIMITS["files"]
        if self.already + len(self.accepted) >= limit:
            name = readable_name(name) or "document"
            raise DocumentRefused(name=name, reason=RefusalReason.TOO_MANY, limit=limit)


class KeepsFiles(forms.Form):
    """A form with `attachments`: the good ones are there when it is shown again to their owner."""

    def __init__(self, *args: Any, files_owner: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file_field.owner = files_owner

    @property
    def file_field(self) -> MultipleFileField:
        field = self.fields["attachments"]
        assert isinstance(field, MultipleFileField)  # noqa: S101  # declared by the form
        return field

    def show_files_of(self, sent: KeepsFiles) -> None:
        """Show the good files of a form that was sent in this one, which begins anew."""
        sent.file_field.keep()
        self.file_field.kept = sent.file_field.kept
        self.file_field.is_lost = sent.file_field.is_lost
