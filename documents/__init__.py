"""Uploaded files: checks, storage, safe serving."""
