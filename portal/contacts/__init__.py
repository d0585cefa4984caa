"""Calls, posts and letters that staff take: who, what about, what came of it (docs/adr/0033)."""
