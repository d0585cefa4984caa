"""Views that read what was sent themselves, after they know who sends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

_MARK: Final = "reads_its_own_body"

View = TypeVar("View", bound=Callable[..., Any])


def reads_its_own_body(view: View) -> View:
    """Mark a view before which nothing may read what was sent, and which takes files of any size.

    It asks for the right first and checks the CSRF token itself: both before a file is written.
    """
    setattr(view, _MARK, True)
    return view


def is_left_to_its_view(view: Callable[..., Any]) -> bool:
    """Tell whether a view is marked so, wrapped or not."""
    return bool(getattr(view, _MARK, False))
