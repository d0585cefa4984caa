"""E-mails in the staff site: read only. An address is shown masked, to every role."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.cells import moment_cell, number_cell, two_lines
from access.lists import ChoiceFilter
from access.staff import ShowAdmin
from beneficiaries.models import Person
from notifications.mail.addresses import mask_address
from notifications.mail.models import CODE_TEMPLATE, Mail
from notifications.mail.reasons import mail_reason_in_words
from notifications.mail.statuses import MailStatus
from portal.templatetags.portal_ui import tag

_BADGES = {
    MailStatus.QUEUED: ("info", "clock"),
    MailStatus.SENDING: ("info", "send"),
    MailStatus.SENT: ("ok", "check"),
    MailStatus.UNCONFIRMED: ("wait", "clock"),
    MailStatus.FAILED: ("bad", "no"),
    MailStatus.EXPIRED: ("plain", "stop"),
    MailStatus.CANCELLED: ("plain", "stop"),
}


def mail_tag(status: str) -> SafeString:
    """Show a mail's status as word, icon and colour."""
    known = MailStatus(status)
    return tag(capfirst(str(known.label)), *_BADGES[known])


class MailStatusFilter(ChoiceFilter):
    """By what is known of the mail."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(status.value, status.label) for status in MailStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Mail)
class MailAdmin(ShowAdmin):
    """Every mail that was owed to somebody; the text of a code is never shown."""

    list_title = gettext_lazy("E-mails")
    list_display = ("queued", "to", "state", "subject_text")
    list_filter = (MailStatusFilter,)
    ordering = ("-id",)
    show_template = "admin/notifications/mail.html"
    facts = ("to", "state", "event_text", "queued", "sent", "tries_text", "fault")

    def show_title(self, shown: Mail) -> str:
        return _("One e-mail")

    def show_context(self, request: HttpRequest, shown: Mail) -> dict[str, Any]:
        return {
            "is_secret": shown.template == CODE_TEMPLATE,
            "person": Person.objects.filter(pk=shown.person_id).first(),
        }

    @admin.display(description=gettext_lazy("Queued"))
    def queued(self, mail: Mail) -> SafeString | str:
        return moment_cell(mail.queued_at)

    @admin.display(description=gettext_lazy("Sent"))
    def sent(self, mail: Mail) -> SafeString | str:
        return moment_cell(mail.sent_at)

    @admin.display(description=gettext_lazy("To"))
    def to(self, mail: Mail) -> SafeString | str:
        return number_cell(mask_address(mail.address))

    @admin.display(description=gettext_lazy("Subject"))
    def subject_text(self, mail: Mail) -> SafeString:
        return format_html("<bdi>{}</bdi>", mail.subject)

    @admin.display(description=gettext_lazy("Event"))
    def event_text(self, mail: Mail) -> SafeString | str:
        return number_cell(mail.event)

    @admin.display(description=gettext_lazy("Status"))
    def state(self, mail: Mail) -> SafeString:
        return mail_tag(mail.status)

    @admin.display(description=gettext_lazy("Tries"))
    def tries_text(self, mail: Mail) -> SafeString | str:
        return number_cell(mail.tries)

    @admin.display(description=gettext_lazy("Error"))
    def fault(self, mail: Mail) -> SafeString | str:
        if not mail.error:
            return number_cell("")
        return two_lines(mail_reason_in_words(mail.error), number_cell(mail.error))
