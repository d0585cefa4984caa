"""The pages of an answer to many tickets, below the list of tickets (docs/adr/0023's pattern)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.staff import chosen_rows, read_row_number, sent_row_number
from beneficiaries.models import User
from saudi.digits import to_ascii_digits
from saudi.languages import direction_in, page_language
from saudi.sms import sms_parts
from sawtak.answering.composing import told_text
from sawtak.bulk.models import BulkAnswer, BulkState, RowState
from sawtak.bulk.services import MANY, WrongCount, fix_set, start, stop, words_of
from sawtak.models import ReplyTemplate
from sawtak.statuses import TicketStatus

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    _Base = ModelAdmin[Any]
else:
    _Base = object

PAGE_ROWS: Final = 50
_EXAMPLES: Final = 3
_REFRESH_SECONDS: Final = 3


def most_at_once() -> int:
    """Give how many tickets one answer reaches at most."""
    return int(settings.LIMITS["bulk_answer_tickets"])


class BulkAnswerPages(_Base):
    """Of the list of tickets; it stands before the list's own."""

    change_list_template = "admin/sawtak/queue.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("many/", wrap(require_POST(self.fix_view)), name="sawtak_ticket_many"),
            path("many/<uuid:key>/", wrap(self.many_view), name="sawtak_ticket_bulk"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        may_answer = request.user.has_perm(MANY)
        tools = {
            "bulk_templates": [
                (each.pk, each.title(page_language()))
                for each in ReplyTemplate.objects.filter(is_active=True)
            ]
            if may_answer
            else [],
            "most_at_once": most_at_once(),
        }
        return super().changelist_view(request, tools | (extra_context or {}))

    def fix_view(self, request: HttpRequest) -> HttpResponse:
        """Keep what was ticked, or what the list finds, as a set; its page shows it first."""
        if not request.user.has_perm(MANY):
            raise PermissionDenied
        back = f"{reverse('admin:sawtak_ticket_changelist')}?{request.GET.urlencode()}"
        pk = request.POST.get("template", "")
        template = (
            ReplyTemplate.objects.filter(pk=sent_row_number(pk), is_active=True).first()
            if pk
            else None
        )
        if template is None:
            messages.error(request, _("Choose the template of the answer."))
            return HttpResponseRedirect(back)
        ids, is_cut = chosen_rows(self, request, most=most_at_once())
        tickets = self.get_queryset(request).filter(pk__in=ids)
        chosen = list(tickets.order_by("received_at", "id"))
        if not chosen:
            messages.error(request, _("Tick the requests first, or choose all of this list."))
            return HttpResponseRedirect(back)
        bulk = fix_set(
            tickets=chosen, template=template, by=_by(request), is_cut=is_cut, now=timezone.now()
        )
        return HttpResponseRedirect(_url(bulk))

    def many_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """Show a set before it is answered; begin, stop, and show how far it is."""
        if not request.user.has_perm(MANY):
            raise PermissionDenied
        bulk = get_object_or_404(BulkAnswer.objects.select_related("by", "stopped_by"), key=key)
        action = request.POST.get("action", "")
        if request.method == "POST" and action == "stop":
            stop(bulk_id=bulk.pk, by=_by(request), now=timezone.now())
            return HttpResponseRedirect(_url(bulk))
        if bulk.state != BulkState.SHOWN:
            return self._many_progress(request, bulk)
        if bulk.by_id != request.user.pk:
            raise PermissionDenied
        if request.method == "POST" and action == "start":
            return self._many_start(request, bulk)
        return self._many_preview(request, bulk)

    def _many_start(self, request: HttpRequest, bulk: BulkAnswer) -> HttpResponse:
        typed = to_ascii_digits(request.POST.get("count", "")).strip()
        count = read_row_number(typed)
        try:
            start(
                bulk_id=bulk.pk,
                by=_by(request),
                count=-1 if count is None else count,
                digest=request.POST.get("digest", ""),
                now=timezone.now(),
            )
        except WrongCount:
            return self._many_preview(request, bulk, typed=typed, is_wrong=True)
        return HttpResponseRedirect(_url(bulk))

    # Pages ------------------------------------------------------------------------------

    def _many_preview(
        self, request: HttpRequest, bulk: BulkAnswer, *, typed: str = "", is_wrong: bool = False
    ) -> HttpResponse:
        waiting = bulk.rows.filter(state=RowState.WAITING)
        languages = dict(
            waiting.order_by().values_list("ticket__language").annotate(number=Count("pk"))
        )
        parts = sum(
            number * sms_parts(told_text(TicketStatus.ANSWERED, "7" * 10, language)).parts
            for language, number in languages.items()
        )
        return self._many_page(
            request,
            "admin/sawtak/many.html",
            bulk=bulk,
            examples=[
                (row.ticket, words_of(bulk, row.ticket), direction_in(row.ticket.language))
                for row in waiting.select_related("ticket")[:_EXAMPLES]
            ],
            **_rows(request, bulk, {RowState.LEFT: "", RowState.WAITING: _("Will be answered")}),
            parts=parts,
            most=most_at_once(),
            typed=typed,
            is_wrong=is_wrong,
        )

    def _many_progress(self, request: HttpRequest, bulk: BulkAnswer) -> HttpResponse:
        states = (RowState.LEFT, RowState.WAITING, RowState.ANSWERED)
        rows = _rows(request, bulk, dict.fromkeys(states, ""))
        is_running = bulk.state == BulkState.RUNNING
        return self._many_page(
            request,
            "admin/sawtak/many_done.html",
            bulk=bulk,
            ended=rows["total"] - rows["waiting"],
            **rows,
            is_running=is_running,
            is_stopped=bulk.state == BulkState.STOPPED,
            refresh_seconds=_REFRESH_SECONDS if is_running else None,
        )

    def _many_page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        frame = self.admin_site.each_context(request)
        return TemplateResponse(
            request, template, {**frame, "title": _("Answer many"), "opts": self.opts, **context}
        )


def _rows(request: HttpRequest, bulk: BulkAnswer, states: Mapping[RowState, str]) -> dict[str, Any]:
    """Give how many tickets of each state a set has, and a page of those that are asked for.

    `states` names those that there may be, each in words of its own or by its label. Without a wish
    they are of the first that has any.
    """
    counted = bulk.rows.order_by().values_list("state").annotate(number=Count("pk"))
    numbers: Counter[str] = Counter(dict(counted))
    asked = request.GET.get("show", "")
    there = [state for state in states if numbers[state]]
    chosen = asked if asked in there else next(iter(there), RowState.WAITING)
    rows = bulk.rows.filter(state=chosen).select_related("ticket")
    return {
        **{str(state): numbers[state] for state in RowState},
        "total": numbers.total(),
        "states": [(state.value, states[state] or state.label, numbers[state]) for state in there],
        "chosen": chosen,
        "shows_why": chosen == RowState.LEFT,
        "page": Paginator(rows, PAGE_ROWS).get_page(to_ascii_digits(request.GET.get("page", ""))),
    }


def _url(bulk: BulkAnswer) -> str:
    return reverse("admin:sawtak_ticket_bulk", args=[bulk.key])


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
