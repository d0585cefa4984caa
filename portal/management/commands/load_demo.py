"""`load_demo`: the demonstration programme."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.demo.loading import AlreadyLoaded, RegisterInUse, load_demonstration
from portal.demo.staff import change_password
from portal.env import env


class Command(BaseCommand):
    """Load the demonstration once."""

    help = "Load the demonstration programme: synthetic people, cycles, cases and staff. Once."

    def handle(self, *_args: Any, **_options: Any) -> None:
        password = env.text("DEMO_PASSWORD")
        made = "" if password else secrets.token_urlsafe(9)
        try:
            loaded = load_demonstration(staff_password=password or made, now=timezone.now())
        except AlreadyLoaded:
            self.stdout.write("The demonstration is loaded already; nothing was changed.")
            if password and change_password(password):
                self.stdout.write("The staff's password is now that of DEMO_PASSWORD.")
            return
        except RegisterInUse as error:
            raise CommandError(
                "The register has people already. The demonstration is loaded into an empty "
                "database only; nothing was changed."
            ) from error
        self.stdout.write(
            f"Loaded {loaded.people} people of {loaded.households} households, "
            f"{loaded.cycles} cycles, {loaded.objections} objections, {loaded.tickets} tickets "
            f"and {loaded.messages} SMS on the demonstration phone."
        )
        if made:
            self.stdout.write(f"Password of the staff: {made}")
