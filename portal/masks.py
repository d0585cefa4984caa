"""Whole numbers for who needs them, the ends of them for everybody else (docs/adr/0032).

A mobile is whole for whoever calls people or works on their case, an IBAN for whoever decides
about money that goes there. A page of one row and its list mask alike, and so does an export.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.http import HttpRequest

from access.lists import ListGround
from saudi.iban import mask_iban
from saudi.mobile import mask_mobile

SEE_MOBILES: Final = "beneficiaries.view_mobile"
SEE_IBANS: Final = "beneficiaries.view_iban"


def shown_mobile(number: str, reader: Any) -> str:
    """Give a stored mobile as a reader may see it."""
    return number if reader.has_perm(SEE_MOBILES) else mask_mobile(number)


def shown_value(value: str, field: str, reader: Any) -> str:
    """Give a value of a person's field as a reader may see it."""
    if field == "mobile":
        return shown_mobile(value, reader)
    if field == "iban" and not reader.has_perm(SEE_IBANS):
        return mask_iban(value)
    return value


class MaskedNumbers(ListGround):
    """A list and its page on which some cells are masked for whoever has no right to the number.

    `masks` has the cell that is shown instead of one, and the right that shows the first.
    """

    masks: ClassVar[dict[str, tuple[str, str]]] = {}

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return self._shown(request, super().get_list_display(request))

    def get_facts(self, request: HttpRequest) -> tuple[str, ...]:
        """Give the names of the facts that this reader may see."""
        return self._shown(request, getattr(self, "facts", ()))

    def _shown(self, request: HttpRequest, names: Iterable[Any]) -> tuple[Any, ...]:
        hidden = {
            name: masked
            for name, (masked, right) in self.masks.items()
            if not request.user.has_perm(right)
        }
        return tuple(hidden.get(name, name) for name in names)
