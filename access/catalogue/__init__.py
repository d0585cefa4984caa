"""Catalogues: rows that staff word in both languages, switch off and never delete."""
