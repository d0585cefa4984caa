"""How a call is shown to staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notifications.reasons import reason_in_words
from notifications.statuses import MessageStatus
from portal.calls.models import CallTask
from portal.calls.statuses import CallStatus
from portal.templatetags.portal_ui import tag
from saudi.gregorian import riyadh_today

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_BADGES = {
    CallStatus.OPEN: ("wait", "phone"),
    CallStatus.DONE: ("ok", "ok"),
    CallStatus.GAVE_UP: ("bad", "no"),
}


def call_tag(task: CallTask) -> SafeString:
    """Show a call's status as word, icon and colour; one whose day is over says so."""
    status = CallStatus(task.status)
    if task.is_open and task.call_by < riyadh_today():
        return tag(_("Late"), "bad", "alert")
    return tag(str(status.label), *_BADGES[status])


def why_text(task: CallTask) -> StrOrPromise:
    """Say why the message is taken for one that did not arrive."""
    if task.message.status == MessageStatus.UNCONFIRMED:
        return _("Nobody confirmed that it arrived.")
    return reason_in_words(task.message.error) or str(MessageStatus(task.message.status).label)
