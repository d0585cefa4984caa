"""`manage.py reconcile_sms`: ask the gateway about messages whose outcome is unknown."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.gateways import chosen_gateway
from notifications.gateways.base import GatewayError
from notifications.reconciling import reconcile


class Command(BaseCommand):
    """Settles what can be settled for sure; may be run again at any time."""

    help = "Ask the gateway about messages whose outcome is unknown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was settled and what is left. Raises CommandError when anything is."""
        try:
            asked = reconcile(gateway=chosen_gateway(), now=timezone.now())
        except GatewayError as error:
            raise CommandError(f"The gateway does not answer: {error.reason}.") from None
        self.stdout.write(f"Settled: {asked.settled}.")
        if asked.not_found or asked.ambiguous:
            raise CommandError(
                f"Left unknown: {asked.not_found} that the gateway does not list, "
                f"{asked.ambiguous} that more than one of its messages fits."
            )
