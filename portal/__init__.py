"""Composition root: settings, addresses, and the pages that combine the apps."""

from portal.celery import app as celery_app

__all__ = ("celery_app",)
