"""The demonstration phone as a gateway: a row that `/phone/` shows."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from notifications.gateways.base import FoundSms, Gateway, GatewayReceipt, OutgoingSms
from notifications.models import PhoneMessage
from notifications.statuses import MessageStatus

_ID_BEGINS: Final = "phone-"
_ID: Final = re.compile(rf"{_ID_BEGINS}[0-9]{{1,18}}")


class PhoneGateway:
    """Delivers to the demonstration phone, once for a message however often it is asked."""

    name = "phone"
    most_at_once = 1  # it writes rows: a thread each would take a connection each

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        """Write the message to the phone in a transaction of its own."""
        with transaction.atomic():
            received, _ = PhoneMessage.objects.get_or_create(
                message_id=sms.message_id,
                defaults={
                    "recipient": sms.to,
                    "body": sms.body,
                    "received_at": timezone.now(),
                },
            )
        return GatewayReceipt(gateway_id=f"{_ID_BEGINS}{received.pk}")

    def find(self, *, to: str, since: datetime, until: datetime) -> list[FoundSms]:
        """Give what the phone of this number received."""
        received = PhoneMessage.objects.filter(recipient=to, received_at__range=(since, until))
        return [_found(row) for row in received.order_by("id")]

    def status_of(self, gateway_id: str) -> FoundSms | None:
        """Give what the phone received under this id."""
        if _ID.fullmatch(gateway_id) is None:
            return None
        received = PhoneMessage.objects.filter(pk=gateway_id.removeprefix(_ID_BEGINS)).first()
        return None if received is None else _found(received)


def _found(row: PhoneMessage) -> FoundSms:
    return FoundSms(
        gateway_id=f"{_ID_BEGINS}{row.pk}",
        body=row.body,
        reported="received",
        status=MessageStatus.DELIVERED,
    )


class AlsoOnPhone:
    """Shows on the demonstration phone what another gateway accepted.

    For the demonstration with a server of this machine standing in for the provider: `/phone/`
    has every SMS there too.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._phone = PhoneGateway()

    @property
    def name(self) -> str:
        """The other gateway's name: the message is its."""
        return self._gateway.name

    @property
    def most_at_once(self) -> int:
        """One, as the phone's."""
        return self._phone.most_at_once

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        """Send by the other gateway, then show it; its errors pass through."""
        receipt = self._gateway.send(sms)
        self._phone.send(sms)
        return receipt

    def find(self, *, to: str, since: datetime, until: datetime) -> list[FoundSms]:
        """Ask the other gateway."""
        return self._gateway.find(to=to, since=since, until=until)

    def status_of(self, gateway_id: str) -> FoundSms | None:
        """Ask the other gateway: the id is its."""
        return self._gateway.status_of(gateway_id)
