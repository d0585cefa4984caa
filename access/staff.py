"""The ground of every page of the staff site.

Statuses are read-only and rows are neither added nor deleted here: what staff do goes through
services, one object at a time. Lists stand on `access.lists`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.lists import ListGround
from access.unsent import take_unsent
from saudi.direction import isolate
from saudi.gregorian import format_gregorian, format_time, riyadh_date
from saudi.languages import page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST_ROW_NUMBER = 18
"""Digits; a longer number is no row's and would not fit the column's type."""


class StaffAdmin(ListGround, admin.ModelAdmin[Any]):
    """A list and a page that show; nothing is written but through services."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Admin's own log says nothing of rows that are written by services only."""
        raise Http404

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ShowAdmin(StaffAdmin):
    """A list, and a page that shows one row with what belongs to it."""

    show_template: ClassVar[str] = "admin/show.html"
    facts: ClassVar[tuple[str, ...]] = ()
    """Fields and methods of the page's first card, in order."""

    def get_shown(self, request: HttpRequest, pk: int) -> Any:
        """Give the row, or raise Http404."""
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def get_facts(self, request: HttpRequest) -> tuple[str, ...]:
        """Give the names of the facts that this reader may see."""
        return self.facts

    def show_title(self, shown: Any) -> str:
        """Name the row for the head of its page."""
        return str(shown)

    def show_context(self, request: HttpRequest, shown: Any) -> dict[str, Any]:
        """Give what the page shows beside the facts."""
        return {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a row to whoever may see it; nothing can be sent here."""
        if not self.has_view_permission(request) or request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        return self.show_response(request, self.get_shown(request, row_number(object_id)))

    def show_response(self, request: HttpRequest, shown: Any, **more: Any) -> TemplateResponse:
        """Give the page of a row; `more` is what only this answer has, such as a form."""
        return TemplateResponse(
            request,
            self.show_template,
            {
                **self.admin_site.each_context(request),
                "title": self.show_title(shown),
                "opts": self.opts,
                "model_admin": self,
                "shown": shown,
                "facts": self.get_facts(request),
                **self.show_context(request, shown),
                **more,
            },
        )


@dataclass(frozen=True)
class CaseAction:
    """Something staff may do on a case's page.

    `run` gets the request, the case, the valid form where there is one, and the instant; it
    calls one service and gives the sentence to show.
    """

    permission: str
    run: Callable[[HttpRequest, Any, Any, datetime], StrOrPromise]
    form: type[forms.Form] | None = None


class CaseAdmin(StaffAdmin):
    """A list, and a page on which one case is read and worked.

    A post names its action. A form that is refused, or an action that somebody else's work has
    overtaken, shows the page again with what was typed.
    """

    case_template: ClassVar[str] = ""
    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    def case_actions(self) -> Mapping[str, CaseAction]:
        """Give the actions by name."""
        raise NotImplementedError

    def get_case(self, request: HttpRequest, pk: int) -> Any:
        """Give the case, or raise Http404."""
        raise NotImplementedError

    def bind_form(
        self,
        request: HttpRequest,
        name: str,
        form: type[forms.Form],
        case: Any,
        data: QueryDict | None = None,
    ) -> forms.Form:
        """Make the form of an action; for a form whose fields depend on the case, overridden."""
        return form(data)

    def redrawn_form(
        self, request: HttpRequest, form: type[forms.Form] | None, case: Any
    ) -> forms.Form | None:
        """Give a form that is only to be shown again, with something put in; None to act on it."""
        return None

    def case_context(
        self, request: HttpRequest, case: Any, bound: Mapping[str, forms.Form]
    ) -> dict[str, Any]:
        """Give what the page shows; `bound` has the form of each action that has one."""
        raise NotImplementedError

    def refusal_text(self, refused: Exception) -> str:
        """Say why an action was refused."""
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show a case; do what its forms ask for."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pk = row_number(object_id)
        case = self.get_case(request, pk)
        actions = self.case_actions()
        bound = {
            name: self.bind_form(request, name, action.form, case)
            for name, action in actions.items()
            if action.form
        }
        unsent: list[str] = []
        if request.method == "GET":
            unsent = self._show_again(request, case, bound)
        if request.method == "POST":
            name = request.POST.get("action", "")
            if name not in actions:
                raise BadRequest
            action = actions[name]
            if not request.user.has_perm(action.permission):
                raise PermissionDenied
            form = (
                self.bind_form(request, name, action.form, case, request.POST)
                if action.form
                else None
            )
            if form is not None:
                bound[name] = form
            redrawn = self.redrawn_form(request, action.form, case)
            if redrawn is not None:
                bound[name] = redrawn
            elif form is None or form.is_valid():
                try:
                    done = action.run(request, case, form, timezone.now())
                except self.refusals as refused:
                    if form is None or not form.errors:  # which stand above the page and its field
                        messages.error(request, self.refusal_text(refused))
                    unsent = _typed_texts(form)
                    case = self.get_case(request, pk)
                else:
                    messages.success(request, str(done))
                    return HttpResponseRedirect(self.case_url(case))
            else:
                unsent = _typed_texts(form)
        return TemplateResponse(
            request,
            self.case_template,
            {
                **self.admin_site.each_context(request),
                "title": "",
                "opts": self.opts,
                "original": case,
                "unsent": unsent,
                "faulty": next((each for each in bound.values() if each.errors), None),
                **self.case_context(request, case, bound),
            },
        )

    def _show_again(
        self, request: HttpRequest, case: Any, bound: dict[str, forms.Form]
    ) -> list[str]:
        """Put what was sent before signing in again into its form; give its texts."""
        sent = take_unsent(request)
        name = "" if sent is None else str(sent.get("action", ""))
        action = self.case_actions().get(name)
        if sent is None or action is None or action.form is None:
            return []
        form = self.bind_form(request, name, action.form, case, sent)
        form.is_valid()
        if request.user.has_perm(action.permission):
            bound[name] = form
        messages.warning(
            request, _("Your session had ended. What you wrote is here: read it and send it again.")
        )
        return _typed_texts(form)

    def case_url(self, case: Any) -> str:
        """Give the address of a case's page."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[case.pk])


def read_row_number(text: str) -> int | None:
    """Read the number of a row, as a page sends it; None where it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_ROW_NUMBER
    return int(text) if is_number else None


def row_number(object_id: str | None) -> int:
    """Read the number in a page's address, or raise Http404."""
    number = read_row_number(object_id or "")
    if number is None:
        raise Http404
    return number


def sent_row_number(text: str) -> int:
    """Read the number that a form of ours sent, or raise BadRequest."""
    number = read_row_number(text)
    if number is None:
        raise BadRequest
    return number


def chosen_rows(
    model_admin: admin.ModelAdmin[Any], request: HttpRequest, *, most: int
) -> tuple[list[int], bool]:
    """Give the rows that were ticked, or the first that the list finds, and whether more were."""
    if "all" in request.POST:
        found = model_admin.get_changelist_instance(request).queryset
        ids = list(found.values_list("pk", flat=True)[: most + 1])
    else:
        ids = [sent_row_number(text) for text in request.POST.getlist("case")]
    return ids[:most], len(ids) > most


def _typed_texts(form: forms.Form | None) -> list[str]:
    """Give what was written into a form, for a page that may no longer have its fields."""
    if form is None:
        return []
    names = [name for name, field in form.fields.items() if is_text(field)]
    texts = [form.cleaned_data.get(name, form[name].value()) for name in names]
    return [text for text in texts if text]


def is_text(field: forms.Field) -> bool:
    """Tell a field that is written into from one that is chosen from."""
    return isinstance(field, forms.CharField)


def moment_text(at: datetime) -> str:
    """Write a day and a time of day in the language of the page."""
    language = page_language()
    return f"{format_gregorian(riyadh_date(at), language)} {format_time(at, language)}"


def overtaken_text(*, status: str, by: str, at: datetime | None) -> str:
    """Say that a case is in another status than its reader saw, and who brought it there."""
    if by and at is not None:
        return _("Not saved: %(who)s changed this to «%(status)s» first, on %(when)s.") % {
            "who": isolate(by),
            "status": status,
            "when": moment_text(at),
        }
    return _("Not saved: this is now «%(status)s».") % {"status": status}
