"""The staff site's pages of objections, a module a matter."""

from objections.admin import cases, windows

__all__ = ["cases", "windows"]
