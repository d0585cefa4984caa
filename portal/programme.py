"""The programme this portal serves, as a setting: another programme can use the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Protocol

from saudi.calendar import WorkingHours


class _Reader(Protocol):
    def text(self, name: str, default: str = "") -> str: ...
    def number(self, name: str, default: int) -> int: ...
    def clock(self, name: str, default: str) -> time: ...


@dataclass(frozen=True)
class Programme:
    """Names in both languages, the call centre, and where people may write to.

    An e-mail or postal address that is empty is one that the programme does not have. An objection
    is usually decided within `decision_working_days`, and always within `decision_limit_days`. Of a
    day's decisions `quality_share_percent` are drawn to be decided again, blind; 0 is none.
    """

    name_ar: str
    name_en: str
    call_centre: str
    care_account: str
    email: str
    address_ar: str
    address_en: str
    opens: time
    closes: time
    decision_working_days: int
    decision_limit_days: int
    quality_share_percent: int = 0

    @classmethod
    def from_env(cls, env: _Reader) -> Programme:
        """Read the PROGRAMME_* settings; the default is the programme the portal is modelled on."""
        return cls(
            name_ar=env.text("PROGRAMME_NAME_AR", "حساب المواطن"),
            name_en=env.text("PROGRAMME_NAME_EN", "Citizen Account"),
            call_centre=env.text("PROGRAMME_CALL_CENTRE", "19912"),
            care_account=env.text("PROGRAMME_CARE_ACCOUNT", "@Citizen_care"),
            email=env.text("PROGRAMME_EMAIL"),
            address_ar=env.text("PROGRAMME_ADDRESS_AR"),
            address_en=env.text("PROGRAMME_ADDRESS_EN"),
            opens=env.clock("PROGRAMME_OPENS", "08:00"),
            closes=env.clock("PROGRAMME_CLOSES", "20:00"),
            decision_working_days=env.number("PROGRAMME_DECISION_WORKING_DAYS", 10),
            decision_limit_days=env.number("PROGRAMME_DECISION_LIMIT_DAYS", 60),
            quality_share_percent=env.number("PROGRAMME_QUALITY_SHARE_PERCENT", 0),
        )

    @property
    def working_hours(self) -> WorkingHours:
        """Give the hours in which the programme works, Sunday to Thursday."""
        return WorkingHours(opens=self.opens, closes=self.closes)

    def name(self, language: str) -> str:
        """Give the programme's name in Arabic unless English is asked for."""
        return self.name_en if language == "en" else self.name_ar

    def address(self, language: str) -> str:
        """Give the postal address in Arabic unless English is asked for, or nothing."""
        english_first = language == "en" and self.address_en
        return self.address_en if english_first else self.address_ar
