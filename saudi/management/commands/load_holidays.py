"""Write the official holidays into the table that staff keep."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from saudi.days_off import load_holidays, years_around
from saudi.gregorian import YEARS, riyadh_today


def _year(text: str) -> int:
    if not text.isdecimal() or int(text) not in YEARS:
        raise argparse.ArgumentTypeError(f"{text} is no Gregorian year of {YEARS[0]}-{YEARS[-1]}")
    return int(text)


class Command(BaseCommand):
    """Safe to run again: a day that has a row is left as it is."""

    help = "Write the official holidays of some years; rows that are there are not touched."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the years."""
        parser.add_argument(
            "years", nargs="*", type=_year, help="Gregorian years, like 2027; those around today"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the years and say what was new."""
        years = sorted(set(options["years"])) or list(years_around(riyadh_today()))
        added = load_holidays(years)
        self.stdout.write(f"{added} days added for {', '.join(map(str, years))}.")
