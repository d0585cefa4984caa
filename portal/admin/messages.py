"""SMS in the staff site; campaigns are in portal/admin/campaigns.py."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import masked_mobile_cell, mobile_cell, moment_cell, number_cell, two_lines
from access.lists import ChoiceFilter
from access.searches import SearchColumns
from access.staff import ShowAdmin
from beneficiaries.models import Person
from notifications.catalogue import SECRET_TEMPLATES
from notifications.dead_letters import may_be_sent_again
from notifications.models import DoubtfulNumber, Message, StatusReport, StoppedNumber
from notifications.reasons import reason_in_words
from notifications.rules import DAYTIME_LANES
from notifications.statuses import Lane, MessageStatus
from notifications.stops import words_of
from portal.admin.gateways import doubt_text
from portal.admin.message_desk import RETRY_RIGHT, MessageDesk
from portal.admin.message_search import sms_filter
from portal.masks import SEE_MOBILES, MaskedNumbers
from portal.templatetags.portal_ui import tag

_BADGES = {
    MessageStatus.HELD: ("plain", "pause"),
    MessageStatus.QUEUED: ("info", "clock"),
    MessageStatus.SENDING: ("info", "send"),
    MessageStatus.SENT: ("ok", "check"),
    MessageStatus.DELIVERED: ("ok", "ok"),
    MessageStatus.UNCONFIRMED: ("wait", "clock"),
    MessageStatus.FAILED: ("bad", "no"),
    MessageStatus.UNKNOWN: ("wait", "alert"),
    MessageStatus.EXPIRED: ("plain", "stop"),
    MessageStatus.CANCELLED: ("plain", "stop"),
    MessageStatus.SUPPRESSED: ("plain", "stop"),
    MessageStatus.STOPPED: ("plain", "stop"),
}


class MessageStatusFilter(ChoiceFilter):
    """By what is known of the message."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (status.value, status.label)
            for status in MessageStatus
            if status != MessageStatus.SUPPRESSED
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


class LaneFilter(ChoiceFilter):
    """By lane."""

    title = gettext_lazy("lane")
    parameter_name = "lane"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(lane.value, lane.label) for lane in Lane]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(lane=self.value()) if self.value() else queryset


def message_tag(status: str) -> SafeString:
    """Show how far a message came as word, icon and colour."""
    known = MessageStatus(status)
    return tag(capfirst(str(known.label)), *_BADGES[known])


@admin.register(Message)
class MessageAdmin(MaskedNumbers, MessageDesk, ShowAdmin):
    """Every SMS that was owed to somebody; the text of a code is never shown."""

    list_title = gettext_lazy("SMS")
    list_display = ("queued", "to", "state", "lane_text", "text")
    list_filter = (MessageStatusFilter, LaneFilter)
    ordering = ("-id",)
    search_help_text = gettext_lazy(
        "Mobile, national ID or request number, in any digits; the event or the gateway's number"
    )
    search_columns = SearchColumns(mobile="recipient")
    show_template = "admin/notifications/message.html"
    masks: ClassVar[dict[str, tuple[str, str]]] = {"to": ("to_masked", SEE_MOBILES)}
    facts = (
        "to",
        "state",
        "event_text",
        "lane_text",
        "queued",
        "sent",
        "gateway_text",
        "gateway_number",
        "fault",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out rows that never had a recipient."""
        return super().get_queryset(request).exclude(status=MessageStatus.SUPPRESSED)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the story of a message by whatever a caller or a log names of it."""
        wanted = sms_filter(search_term)
        if wanted is not None:
            return queryset.filter(wanted), False
        return super().get_search_results(request, queryset, search_term)

    def show_title(self, shown: Message) -> str:
        return _("One SMS")

    def show_context(self, request: HttpRequest, shown: Message) -> dict[str, Any]:
        attempts = list(shown.attempts.order_by("id"))
        ids = {
            (gateway, number)
            for gateway, number in (
                (shown.gateway, shown.gateway_id),
                *((attempt.gateway, attempt.gateway_id) for attempt in attempts),
            )
            if number
        }
        reports = StatusReport.objects.filter(gateway_id__in=[number for _, number in ids])
        doubt = DoubtfulNumber.objects.filter(mobile=shown.recipient).first()
        stop = StoppedNumber.objects.filter(mobile=shown.recipient).first()
        return {
            "text": self.text(shown),
            "text_language": shown.language,
            "is_secret": shown.template in SECRET_TEMPLATES,
            "campaign": shown.campaign,
            "attempts": [
                {
                    "attempt": attempt,
                    "tag": self._tag(attempt.outcome),
                    "reason": reason_in_words(attempt.error),
                }
                for attempt in attempts
            ],
            "reports": [
                {
                    "report": report,
                    "tag": self._tag(report.status),
                    "reason": reason_in_words(report.error and f"code {report.error}"),
                }
                for report in reports.order_by("id")
                if (report.gateway, report.gateway_id) in ids
            ],
            "retries": shown.retries.select_related("by").order_by("id"),
            "may_retry": may_be_sent_again(shown, now=timezone.now())
            and doubt is None
            and (stop is None or shown.lane not in DAYTIME_LANES)
            and request.user.has_perm(RETRY_RIGHT),
            "person": shown.person_id and Person.objects.filter(pk=shown.person_id).first(),
            "stop": stop,
            "stop_words": words_of(shown.recipient),
            "doubt": doubt,
            "doubt_reason": doubt_text(doubt.reason) if doubt else "",
        }

    def _tag(self, status: str) -> SafeString | str:
        return message_tag(status) if status else ""

    @admin.display(description=gettext_lazy("Queued"))
    def queued(self, message: Message) -> SafeString | str:
        return moment_cell(message.queued_at)

    @admin.display(description=gettext_lazy("Sent"))
    def sent(self, message: Message) -> SafeString | str:
        return moment_cell(message.sent_at)

    @admin.display(description=gettext_lazy("To"))
    def to(self, message: Message) -> SafeString | str:
        return mobile_cell(message.recipient)

    @admin.display(description=gettext_lazy("To"))
    def to_masked(self, message: Message) -> SafeString | str:
        return masked_mobile_cell(message.recipient)

    @admin.display(description=gettext_lazy("Text"))
    def text(self, message: Message) -> SafeString | str:
        if message.template in SECRET_TEMPLATES:
            return _("A one-time code; its text is not shown.")
        return format_html("<bdi>{}</bdi>", message.body)

    @admin.display(description=gettext_lazy("Lane"))
    def lane_text(self, message: Message) -> str:
        return capfirst(str(Lane(message.lane).label))

    @admin.display(description=gettext_lazy("Event"))
    def event_text(self, message: Message) -> SafeString | str:
        return number_cell(message.event)

    @admin.display(description=gettext_lazy("Status"))
    def state(self, message: Message) -> SafeString | str:
        return self._tag(message.status)

    @admin.display(description=gettext_lazy("Gateway"))
    def gateway_text(self, message: Message) -> SafeString | str:
        return number_cell(message.gateway)

    @admin.display(description=gettext_lazy("The gateway's number"))
    def gateway_number(self, message: Message) -> SafeString | str:
        return number_cell(message.gateway_id)

    @admin.display(description=gettext_lazy("Error"))
    def fault(self, message: Message) -> SafeString | str:
        if not message.error:
            return number_cell("")
        return two_lines(reason_in_words(message.error), number_cell(message.error))
