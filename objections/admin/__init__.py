"""The staff site's pages of objections, a module a matter."""

from objections.admin import cases, catalogue, exemptions, windows

__all__ = ["cases", "catalogue", "exemptions", "windows"]
