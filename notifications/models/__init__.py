"""The rows of the outbox and what is known around it, by noun."""

from __future__ import annotations

from notifications.mail.models import Mail, MailAddress, MailboxMail, MailServerRest
from notifications.models.campaigns import Campaign, CampaignEvent, CampaignText
from notifications.models.early_ends import EarlyEnd
from notifications.models.figures import DayFigure
from notifications.models.gateways import (
    GatewayCircuit,
    GatewayDay,
    GatewayOutage,
    GatewayPace,
    GatewayPause,
)
from notifications.models.messages import Attempt, Message, Retry
from notifications.models.numbers import DoubtfulNumber, StoppedNumber, StopWord
from notifications.models.phone import PhoneMessage
from notifications.models.reports import StatusReport
from notifications.statuses import CampaignStatus, Lane, MessageStatus
from notifications.texts.models import SmsText

__all__ = [
    "Attempt",
    "Campaign",
    "CampaignEvent",
    "CampaignStatus",
    "CampaignText",
    "DayFigure",
    "DoubtfulNumber",
    "EarlyEnd",
    "GatewayCircuit",
    "GatewayDay",
    "GatewayOutage",
    "GatewayPace",
    "GatewayPause",
    "Lane",
    "Mail",
    "MailAddress",
    "MailServerRest",
    "MailboxMail",
    "Message",
    "MessageStatus",
    "PhoneMessage",
    "Retry",
    "SmsText",
    "StatusReport",
    "StopWord",
    "StoppedNumber",
]
