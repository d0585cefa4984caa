"""By what wrong results are found: one condition for the count, the page and the set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from beneficiaries.models import Cycle
from beneficiaries.reasons import REASONS

if TYPE_CHECKING:
    from objections.models import Correction

HEAD_REASON: Final = "HEAD_INELIGIBLE"
"""Said of those who follow their main beneficiary; it falls away where that one is eligible."""

MATCHES: Final = """
    r.cycle_id = %(cycle)s AND r.announced_on IS NOT NULL AND r.superseded_on IS NULL
    AND r.reason_codes @> ARRAY[%(reason)s]::varchar[]
    AND (%(status)s = '' OR r.status = %(status)s)
    AND (%(city)s = '' OR p.city = %(city)s)
    AND (%(since)s::date IS NULL OR r.announced_on >= %(since)s::date)
    AND (%(until)s::date IS NULL OR r.announced_on <= %(until)s::date)
"""
"""Of a result `r` and its person `p`."""

BECOMES_ELIGIBLE: Final = (
    "r.status = 'ineligible' AND r.reason_codes <@ ARRAY[%(reason)s]::varchar[]"
)

FOLLOWS: Final = """
    chief.relation = 'head' AND other.relation <> 'head'
    AND f.cycle_id = %(cycle)s AND f.announced_on IS NOT NULL AND f.superseded_on IS NULL
    AND f.reason_codes @> ARRAY[%(head_reason)s]::varchar[]
"""
"""Of a result `f` of `other`: it says no more than that the main beneficiary, `chief`, is not
eligible.
"""


@dataclass(frozen=True)
class Criteria:
    """A cycle and the reason that was wrong in it; the others narrow. Days are civil, in Riyadh."""

    cycle: Cycle
    reason_code: str
    city: str = ""
    result_status: str = ""
    announced_since: date | None = None
    announced_until: date | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Give the parameters of MATCHES and of what stands beside it."""
        return {
            "cycle": self.cycle.pk,
            "cycle_code": self.cycle.code,
            "reason": self.reason_code,
            "head_reason": HEAD_REASON,
            "city": self.city,
            "status": self.result_status,
            "since": self.announced_since,
            "until": self.announced_until,
        }

    @property
    def is_sensitive(self) -> bool:
        """True where to be found tells a reason that its owner alone may see (DOMAIN 16)."""
        return REASONS[self.reason_code].is_sensitive


def criteria_of(correction: Correction) -> Criteria:
    """Give by what the set of a correction was asked for."""
    return Criteria(
        cycle=correction.cycle,
        reason_code=correction.reason_code,
        city=correction.city,
        result_status=correction.result_status,
        announced_since=correction.announced_since,
        announced_until=correction.announced_until,
    )
