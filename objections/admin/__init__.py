"""The staff site's pages of objections, a module a matter."""

from objections.admin import cases

__all__ = ["cases"]
