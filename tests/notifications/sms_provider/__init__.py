"""A server that stands in for Twilio's Messages API: in tests, and by hand for a rehearsal.

    python -m tests.notifications.sms_provider --port 9099

docs/sms-gateways.md tells how the whole portal is rehearsed against it.
"""

from tests.notifications.sms_provider.behaviours import (
    AcceptAndCut,
    AcceptAndHold,
    AnswerNonsense,
    Behaviour,
    CutUnread,
    Refuse,
)
from tests.notifications.sms_provider.messages import ACCOUNT, TOKEN, ProvidedMessage
from tests.notifications.sms_provider.reports import ReportOrder
from tests.notifications.sms_provider.server import Provider, running_provider

__all__ = [
    "ACCOUNT",
    "TOKEN",
    "AcceptAndCut",
    "AcceptAndHold",
    "AnswerNonsense",
    "Behaviour",
    "CutUnread",
    "ProvidedMessage",
    "Provider",
    "Refuse",
    "ReportOrder",
    "running_provider",
]
