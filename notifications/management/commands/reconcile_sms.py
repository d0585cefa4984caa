"""`manage.py reconcile_sms`: ask the gateway about messages whose outcome is unknown."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.gateways import chosen_gateways
from notifications.gateways.base import Gateway, GatewayError
from notifications.reconciling import ask_for_receipts, reconcile


class Command(BaseCommand):
    """Settles what can be settled for sure; the scheduler does the same each minute."""

    help = "Ask the gateway about messages whose outcome is unknown, and about missing receipts."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was settled and what waits. Raises CommandError without an answer."""
        silent = [
            f"{gateway.name} does not answer: {reason}."
            for gateway in chosen_gateways()
            if (reason := self._ask(gateway))
        ]
        if silent:
            raise CommandError(" ".join(silent))

    def _ask(self, gateway: Gateway) -> str:
        """Ask one gateway and print what it gave; give why it did not answer, or nothing."""
        now = timezone.now()
        try:
            outcomes = reconcile(gateway=gateway, now=now)
            receipts = ask_for_receipts(gateway=gateway, now=now)
        except GatewayError as error:
            return error.reason
        self.stdout.write(
            f"{gateway.name}. "
            f"Outcome unknown: settled {outcomes.settled}, sent again {outcomes.sent_again}, "
            f"given up {outcomes.given_up}, asked again later {outcomes.waiting}.\n"
            f"Without a receipt: reported {receipts.reported}, "
            f"not confirmed {receipts.unconfirmed}."
        )
        return ""
