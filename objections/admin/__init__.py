"""The staff site's pages of objections, a module a matter."""

from objections.admin import (
    cases,
    catalogue,
    corrections,
    exemptions,
    exports,
    reviews,
    samples,
    teams,
    windows,
    wordings,
)

__all__ = [
    "cases",
    "catalogue",
    "corrections",
    "exemptions",
    "exports",
    "reviews",
    "samples",
    "teams",
    "windows",
    "wordings",
]
