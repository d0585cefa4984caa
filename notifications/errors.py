"""Why a message or a campaign is refused."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from notifications.statuses import CampaignStatus

if TYPE_CHECKING:
    from notifications.models import Campaign, CampaignEvent


class UnknownTemplate(LookupError):
    """No SMS has this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class WrongTemplateValues(ValueError):
    """The values do not fit the template; only names are told, never the values."""

    def __init__(
        self, key: str, *, missing: AbstractSet[str], unexpected: AbstractSet[str]
    ) -> None:
        super().__init__(f"{key}: missing {sorted(missing)}, unexpected {sorted(unexpected)}")
        self.key = key
        self.missing = missing
        self.unexpected = unexpected


class NotASaudiMobile(ValueError):
    """The number is not +9665 and eight digits: nothing is sent and nobody is billed (O19 d)."""

    def __init__(self, event: str) -> None:
        super().__init__(event)
        self.event = event


class OutsideTransaction(RuntimeError):
    """A message was queued outside the transaction of the change it reports (O25)."""


class SamePersonRefused(PermissionError):
    """Whoever prepared a campaign may not start it."""

    def __init__(self, campaign_id: int) -> None:
        super().__init__(f"campaign {campaign_id}")
        self.campaign_id = campaign_id


class CampaignMoved(RuntimeError):
    """A campaign is no longer where its reader saw it: somebody else was first.

    `event` is what brought it to its `status`.
    """

    def __init__(self, campaign: Campaign, event: CampaignEvent | None) -> None:
        super().__init__(campaign.key)
        self.key = campaign.key
        self.status = CampaignStatus(campaign.status)
        self.event = event


class CampaignAlreadyStarted(CampaignMoved):
    """A campaign that was started or stopped takes no more recipients and is not started again."""


class AlreadyEnded(RuntimeError):
    """A doubt or a pause that somebody wants to end is over."""


class NotRetriable(Exception):
    """A message is no dead letter any more, or not worth sending again."""

    def __init__(self, message_id: int) -> None:
        super().__init__(f"message {message_id}")
