"""`demo_accounts`: who can be tried in the demonstration."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.demo.accounts import ACCOUNTS
from portal.demo.people import UNKNOWN
from portal.demo.staff import STAFF


class Command(BaseCommand):
    """Print the demonstration's accounts."""

    help = "Print the accounts of the demonstration."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write("  national ID  mobile      born (Hijri)  who, and what to try")
        for account in ACCOUNTS:
            self.stdout.write(
                f"  {account.national_id}   {account.mobile}  {account.birth_date}    "
                f"{account.who}: {account.state}; {account.to_try}"
            )
        self.stdout.write(f"  {UNKNOWN}   in no register: answered as if it were known")
        self.stdout.write("  staff, password: DEMO_PASSWORD")
        for person in STAFF:
            self.stdout.write(f"  {person.username:<12} {person.to_try}")
