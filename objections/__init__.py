"""Objections: the ninety-day window, the steps, review and decision."""
