"""The field for several files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django import forms
from django.conf import settings
from django.utils.datastructures import MultiValueDict
from pytest_django import Settings

from documents.forms import MultipleFileField
from portal.forms.contact import ContactForm
from sawtak.forms import ReplyForm, TicketForm
from sawtak.models import TicketStatus
from sawtak.presenting import reply_words
from tests.documents.files import pdf_bytes, png_bytes, upload


class _Form(forms.Form):
    documents = MultipleFileField()


class _OptionalForm(forms.Form):
    documents = MultipleFileField(required=False)


def _field(form: forms.Form) -> MultipleFileField:
    field = form.fields["documents"]
    assert isinstance(field, MultipleFileField)
    return field


def _sent(*files: object) -> MultiValueDict[str, object]:
    return MultiValueDict({"documents": list(files)})


def test_every_file_is_given() -> None:
    form = _Form({}, _sent(upload("a.pdf", pdf_bytes()), upload("b.png", png_bytes())))  # type: ignore[arg-type]  # files of one field
    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["documents"]] == ["a.pdf", "b.png"]


def test_each_refused_file_is_named_and_the_good_one_kept() -> None:
    files = [upload("فارغ.pdf", b""), upload("ok.png", png_bytes()), upload("x.svg", b"<svg/>")]
    form = _Form({}, _sent(*files))  # type: ignore[arg-type]  # files of one field
    assert not form.is_valid()
    first, second = form.errors["documents"]
    assert "فارغ.pdf" in first
    assert "x.svg" in second
    assert [file.name for file in _field(form).accepted] == ["ok.png"]
    assert [refusal.name for refusal in _field(form).refused] == ["فارغ.pdf", "x.svg"]


def test_no_file_is_refused_only_where_none_was_kept_before() -> None:
    assert "documents" in _Form({}, {}).errors
    again = _Form({}, {})
    _field(again).already = 1
    assert again.is_valid()
    assert again.cleaned_data["documents"] == []
    assert _OptionalForm({}, {}).is_valid()


@pytest.mark.parametrize("already", [0, 4])
def test_file_over_the_limit_is_named(already: int) -> None:
    limit = settings.LIMITS["files"]
    names = [f"{n}.png" for n in range(limit - already + 1)]
    form = _Form({}, _sent(*(upload(name, png_bytes()) for name in names)))  # type: ignore[arg-type]  # files of one field
    _field(form).already = already
    assert not form.is_valid()
    [error] = form.errors["documents"]
    assert names[-1] in error
    assert len(_field(form).accepted) == limit - already


def test_control_is_the_browsers_own_for_several_files() -> None:
    html = str(_Form()["documents"])
    assert "multiple" in html
    assert 'accept=".pdf' in html


def test_form_says_the_limits_of_now(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "file_bytes": 3 * 1024 * 1024, "files": 7}
    shown = _Form().as_p()
    assert "3 ميجابايت" in shown
    assert "7" in shown
    assert 'data-most-bytes="3145728"' in shown


@pytest.mark.parametrize(
    "form",
    [TicketForm, partial(ReplyForm, words=reply_words(TicketStatus.IN_PROGRESS)), ContactForm],
    ids=["ticket", "reply", "contact"],
)
def test_message_has_the_length_of_now(form: Callable[..., forms.Form], settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "message_characters": 3}
    assert "message" not in form({"message": "abc"}).errors
    assert "message" in form({"message": "abcd"}).errors
