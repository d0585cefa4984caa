"""Corrections of many results at once: whom they reach, counted and shown before anything is."""
