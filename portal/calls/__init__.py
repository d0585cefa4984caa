"""Calling the people whom a decision did not reach (docs/adr/0017)."""
