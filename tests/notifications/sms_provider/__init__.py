"""A server that stands in for Twilio or Unifonic: in tests, and by hand for a rehearsal.

    python -m tests.notifications.sms_provider --plays unifonic --port 9099

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
from tests.notifications.sms_provider.messages import (
    ACCOUNT,
    APP_SID,
    CALLBACK_TOKEN,
    TOKEN,
    ProvidedMessage,
)
from tests.notifications.sms_provider.reports import ReportOrder
from tests.notifications.sms_provider.server import Provider, running_provider

__all__ = [
    "ACCOUNT",
    "APP_SID",
    "CALLBACK_TOKEN",
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
