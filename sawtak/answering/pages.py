"""The composer of a ticket's page: a template put in, and the look at what is sent before it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.template.response import TemplateResponse

from access.staff import read_row_number, row_number
from saudi.languages import direction_in
from sawtak.answering.composing import offered_templates, sms_previews, values_of
from sawtak.answering.fields import filled
from sawtak.models import ReplyTemplate, Ticket
from sawtak.staff_acts import ANSWER, owner_of_files, seen
from sawtak.staff_forms import AnswerForm

if TYPE_CHECKING:
    from access.staff import CaseAdmin

    _Base = CaseAdmin
else:
    _Base = object


class ComposerPages(_Base):
    """Of a ticket's page; it stands before `CaseAdmin`."""

    def redrawn_form(
        self, request: HttpRequest, form: type[forms.Form] | None, case: Ticket
    ) -> forms.Form | None:
        """Give the answer as it was typed, with the chosen template below it; None to act on it.

        "edit" comes from the look at an answer and changes nothing.
        """
        if form is not AnswerForm or not {"insert", "edit"} & request.POST.keys():
            return None
        owner = owner_of_files(request, case)
        sent = AnswerForm(request.POST, request.FILES, ticket=case, files_owner=owner)
        sent.is_valid()
        written = request.POST.get("text", "").strip()
        if "insert" in request.POST:
            template = _chosen(request, case)
            if template is not None:
                text = filled(template.text(case.language), values_of(case, [template]))
                written = f"{written}\n\n{text}" if written else text
        redrawn = AnswerForm(ticket=case, initial={"text": written}, files_owner=owner)
        redrawn.show_files_of(sent)
        return redrawn

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show an answer as its reader will see it; nothing is saved."""
        if "preview" in request.POST and request.user.has_perm(ANSWER):
            if request.POST.get("action") not in {"answer", "ask"}:
                raise BadRequest
            case = self.get_case(request, row_number(object_id))
            owner = owner_of_files(request, case)
            form = AnswerForm(request.POST, request.FILES, ticket=case, files_owner=owner)
            if form.is_valid():
                form.file_field.keep()
                return self._preview(request, case, form)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _preview(self, request: HttpRequest, case: Ticket, form: AnswerForm) -> TemplateResponse:
        return TemplateResponse(
            request,
            "admin/sawtak/preview.html",
            {
                **self.admin_site.each_context(request),
                "title": "",
                "opts": self.opts,
                "ticket": case,
                "text": form.cleaned_data["text"],
                "files": [file.name for file in form.cleaned_data["attachments"]],
                "kept": form.file_field.kept,
                "is_lost": form.file_field.is_lost,
                "form": form,
                "said_by": settings.PROGRAMME.name(case.language),
                "direction": direction_in(case.language),
                "sms": sms_previews(case),
                **seen(request),
            },
        )


def _chosen(request: HttpRequest, case: Ticket) -> ReplyTemplate | None:
    pk = read_row_number(request.POST.get("template", ""))
    return next((each for each in offered_templates(case) if each.pk == pk), None)
