"""`load_scale --people N --tickets N --objections N`."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.env import is_loopback
from portal.scale.loading import (
    MOST_PEOPLE,
    PAYMENT_CYCLES,
    PeopleTooFew,
    RegisterInUse,
    load_scale,
)


class Command(BaseCommand):
    """Make a large synthetic programme; run again, it adds what is missing."""

    help = (
        "Make a large synthetic programme for measurement in the database: people with twelve "
        "cycles of results and payments, tickets and objections. Run again, it adds the rest."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, required=True, metavar="N")
        parser.add_argument("--tickets", type=int, default=0, metavar="N")
        parser.add_argument("--objections", type=int, default=0, metavar="N")
        parser.add_argument(
            "--payment-cycles",
            type=int,
            default=PAYMENT_CYCLES,
            metavar="N",
            help=f"of how many of the newest cycles payments are made ({PAYMENT_CYCLES})",
        )
        parser.add_argument(
            "--beside-others",
            action="store_true",
            help="also where the database has other people and DEMO is off",
        )

    def handle(
        self,
        *_args: Any,
        people: int,
        tickets: int,
        objections: int,
        payment_cycles: int,
        beside_others: bool,
        **_options: Any,
    ) -> None:
        if min(people, tickets, objections, payment_cycles) < 0 or people > MOST_PEOPLE:
            raise CommandError(f"Give numbers from 0, and at most {MOST_PEOPLE:,} people.")
        if _has_real_gateway():
            raise CommandError(
                "The settings name a real SMS gateway. Made-up mobiles are real people's: nothing "
                "was changed."
            )
        self._began = time.monotonic()
        try:
            loaded = load_scale(
                people=people,
                tickets=tickets,
                objections=objections,
                payment_cycles=payment_cycles,
                now=timezone.now(),
                is_beside_others=beside_others,
                report=self._report,
            )
        except RegisterInUse as error:
            raise CommandError(
                "The database has other people or tickets. Use an empty one, or --beside-others "
                "where made-up people may stand beside them. Nothing was changed."
            ) from error
        except PeopleTooFew as error:
            raise CommandError(
                f"{people:,} people can have at most {error.most:,} objections (and no ticket "
                "without a person). People, results and payments were made."
            ) from error
        self.stdout.write(
            f"There are now {loaded.people:,} synthetic people with {loaded.results:,} results and "
            f"{loaded.payments:,} lines of payments, {loaded.tickets:,} tickets and "
            f"{loaded.objections:,} objections ({time.monotonic() - self._began:.0f} s)."
        )

    def _report(self, what: str, done: int, whole: int) -> None:
        seconds = time.monotonic() - self._began
        self.stdout.write(f"{seconds:7.1f} s  {what}: {done:,} of {whole:,}")


def _has_real_gateway() -> bool:
    addresses = {
        "twilio": settings.TWILIO_API_BASE_URL,
        "unifonic": settings.UNIFONIC_API_BASE_URL,
    }
    return any(
        name in addresses and not is_loopback(urlsplit(addresses[name]).hostname or "")
        for name in (settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY)
    )
