"""How the SMS stand: what waits, how the gateways are, the day's figures, and the dead letters.

For whoever is asked at night why messages do not arrive. Nothing here counts a large table: the
day's figures are a worker's, all else is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.staff import moment_text, overtaken_text
from beneficiaries.models import User
from notifications import dead_letters, figures, health
from notifications.errors import NotRetriable
from notifications.models import Message
from notifications.reasons import reason_in_words
from notifications.rules import DAY_BEGINS, DAYTIME_LANES, is_sending_hour
from notifications.statuses import GatewayState, Lane, MessageStatus
from portal.templatetags.portal_ui import tag
from saudi.direction import isolate
from saudi.gregorian import RIYADH, riyadh_date

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object

RETRY_RIGHT: Final = "notifications.retry_message"
DAYS_BACK: Final = 7

SHOWN_STATUSES: Final = (
    MessageStatus.DELIVERED,
    MessageStatus.SENT,
    MessageStatus.UNCONFIRMED,
    MessageStatus.FAILED,
    MessageStatus.UNKNOWN,
    MessageStatus.QUEUED,
)
"""The columns of a day; what else there is counts in its total."""

LATE_SECONDS: Final = {"codes": 10, "cases": 60, "reminders": 3600, "announcements": 6 * 3600}
"""From when on the oldest that waits in a lane is late: a code after two sweeps' time."""

STATE_BADGES: Final = {
    GatewayState.IN_USE: ("ok", "ok"),
    GatewayState.FAILING: ("bad", "no"),
    GatewayState.PROBED: ("wait", "alert"),
    GatewayState.RESTING: ("wait", "pause"),
}


@dataclass(frozen=True)
class WaitingRow:
    """What waits in a lane, for the page."""

    label: StrOrPromise
    messages: int
    is_more: bool
    oldest: datetime | None
    is_late: bool


@dataclass(frozen=True)
class CauseRow:
    """One cause of dead letters, for the page."""

    gateway: str
    error: str
    reason: StrOrPromise
    messages: int
    last_queued_at: datetime


class MessageDesk(_ModelAdmin):
    """The page, and the two ways to send dead letters again. Put before the list's ModelAdmin."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("today/", view(self.desk_view), name="notifications_message_desk"),
            path("retry/", view(self.retry_cause_view), name="notifications_message_retry_cause"),
            path("<int:pk>/retry/", view(self.retry_view), name="notifications_message_retry"),
            *super().get_urls(),
        ]

    def desk_view(self, request: HttpRequest) -> HttpResponse:
        """Show how the SMS stand, with the figures of a day of the last week."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        today = riyadh_date(now)
        shown = figures.figures_of(_chosen_day(request.GET.get("day", ""), today=today))
        return TemplateResponse(
            request,
            "admin/notifications/desk.html",
            {
                **self.admin_site.each_context(request),
                "title": _("State of the SMS"),
                "gateways": _gateways(now),
                "waiting": _waiting(now),
                "day": shown,
                "rows": [_day_row(lane) for lane in shown.lanes],
                "days": [today - timedelta(days=back) for back in range(DAYS_BACK)],
                "today": today,
                "statuses": [capfirst(str(status.label)) for status in SHOWN_STATUSES],
                "causes": _causes(),
                "counted": dead_letters.COUNTED,
                "may_retry": request.user.has_perm(RETRY_RIGHT),
            },
        )

    def retry_cause_view(self, request: HttpRequest) -> HttpResponse:
        """Send the dead letters of a cause again; pressed twice, the second finds none."""
        _ensure_may_retry(request)
        desk = HttpResponseRedirect(reverse("admin:notifications_message_desk"))
        if request.method != "POST":
            return desk
        gateway, error = request.POST.get("gateway", ""), request.POST.get("error")
        if error is None or "\0" in gateway + error:
            raise BadRequest
        count = dead_letters.retry_cause(
            gateway=gateway[:12],
            error=error[:80],
            by=cast(User, request.user),
            now=timezone.now(),
        )
        if count:
            done = ngettext(
                "%(count)s message is sent again.", "%(count)s messages are sent again.", count
            ) % {"count": f"{count:,}"}
            messages.success(request, done)
        else:
            messages.warning(request, _none_sent_text(error[:80]))
        return desk

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send one dead letter again."""
        _ensure_may_retry(request)
        message = get_object_or_404(Message, pk=pk)
        its_page = HttpResponseRedirect(reverse("admin:notifications_message_change", args=[pk]))
        if request.method != "POST":
            return its_page
        try:
            dead_letters.retry_message(
                message=message, by=cast(User, request.user), now=timezone.now()
            )
        except NotRetriable:
            messages.error(request, _not_sent_text(message))
        else:
            messages.success(request, _("The message is sent again."))
        return its_page


def _ensure_may_retry(request: HttpRequest) -> None:
    """Ask for the right alone: who signs in again on the way comes back by GET."""
    if not request.user.has_perm(RETRY_RIGHT):
        raise PermissionDenied


def _not_sent_text(message: Message) -> str:
    """Say why a message is not sent again: who was first, or what it is."""
    message.refresh_from_db()
    if message.status == MessageStatus.FAILED:
        return _(
            "Not sent again: its time is over, or its number is doubtful or stopped such messages,"
            " or its campaign was stopped."
        )
    last = message.retries.select_related("by").order_by("id").last()
    label = capfirst(str(MessageStatus(message.status).label))
    return overtaken_text(
        status=label, by=str(last.by) if last else "", at=last.at if last else None
    )


def _none_sent_text(error: str) -> str:
    """Say why nothing of a cause is sent again: who was first, or what is left."""
    last = dead_letters.last_retry(error=error)
    if last is not None:
        return _(
            "None is sent again. %(who)s sent what could be sent on %(when)s. What is left can no"
            " longer be sent."
        ) % {"who": isolate(str(last.by)), "when": moment_text(last.at)}
    return _(
        "None is sent again: they are codes, or their time is over, or their numbers"
        " reach nobody or stopped such messages, or their campaign was stopped."
    )


def _chosen_day(text: str, *, today: date) -> date:
    """Read a day of the last week; today for anything else."""
    offered = {f"{today - timedelta(days=back):%Y-%m-%d}": back for back in range(DAYS_BACK)}
    return today - timedelta(days=offered.get(text, 0))


def _gateways(now: datetime) -> Sequence[tuple[health.GatewayHealth, SafeString, StrOrPromise]]:
    """Give each gateway with its state as a tag and the reason in words."""
    return [
        (
            one,
            tag(capfirst(str(one.state.label)), *STATE_BADGES[one.state]),
            reason_in_words(one.reason),
        )
        for one in health.gateways_health(now=now)
    ]


def _day_row(lane: figures.DayOfLane) -> tuple[StrOrPromise, Sequence[int], int]:
    counts = [lane.by_status.get(status, 0) for status in SHOWN_STATUSES]
    return capfirst(str(lane.lane.label)), counts, lane.total


def _waiting(now: datetime) -> Sequence[WaitingRow]:
    return [
        WaitingRow(
            label=capfirst(str(one.lane.label)),
            messages=one.waiting,
            is_more=one.waiting >= health.MOST_COUNTED,
            oldest=one.oldest,
            is_late=one.oldest is not None and is_late(one.lane, since=one.oldest, now=now),
        )
        for one in health.waiting_messages(now=now)
    ]


def is_late(lane: Lane, *, since: datetime, now: datetime) -> bool:
    """Tell whether what waits in a lane since an instant should have left by now.

    Reminders and announcements wait from nine in the morning on, and for nothing at night.
    """
    if not is_sending_hour(lane, now):
        return False
    if lane in DAYTIME_LANES:
        since = max(since, datetime.combine(riyadh_date(now), DAY_BEGINS, tzinfo=RIYADH))
    return (now - since).total_seconds() > LATE_SECONDS[lane.value]


def _causes() -> Sequence[CauseRow]:
    return [
        CauseRow(
            gateway=cause.gateway,
            error=cause.error,
            reason=reason_in_words(cause.error),
            messages=cause.messages,
            last_queued_at=cause.last_queued_at,
        )
        for cause in dead_letters.causes_of_dead_letters()
    ]
