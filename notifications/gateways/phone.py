"""The demonstration phone as a gateway: a row that `/phone/` shows."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from notifications.gateways.base import GatewayReceipt, OutgoingSms
from notifications.models import PhoneMessage


class PhoneGateway:
    """Delivers to the demonstration phone, once for a message however often it is asked."""

    name = "phone"

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
        return GatewayReceipt(gateway_id=f"phone-{received.pk}")
