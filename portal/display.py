"""How a reader wants the pages shown: two choices, each kept in a cookie of its own.

base.html writes them on <html> as data-text and data-contrast; the stylesheet does the rest.
"""

DISPLAY_CHOICES = {"text": ("large",), "contrast": ("high",)}
"""Each tool and the values it may have beside the usual one."""

USUAL = "normal"
COOKIE_AGE_SECONDS = 365 * 24 * 60 * 60
