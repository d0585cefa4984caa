"""What PUBLIC_URL with https promises of the way to the portal."""

from __future__ import annotations

import pytest

YEAR_SECONDS = 365 * 24 * 60 * 60
POLICY = f"max-age={YEAR_SECONDS}; includeSubDomains; preload"


@pytest.fixture
def https(settings):
    settings.SECURE_HSTS_SECONDS = YEAR_SECONDS
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_PRELOAD = True


@pytest.mark.usefixtures("https")
@pytest.mark.parametrize("is_secure", [True, False], ids=["known-secure", "no-trusted-proxy"])
@pytest.mark.parametrize("path", ["/healthz", "/privacy/", "/nothing-here/"])
def test_browsers_are_told_to_come_by_https_alone(client, db, path, is_secure):
    assert client.get(path, secure=is_secure)["Strict-Transport-Security"] == POLICY


def test_a_portal_on_plain_http_promises_nothing(client, settings):
    settings.SECURE_HSTS_SECONDS = 0
    assert not client.get("/healthz").has_header("Strict-Transport-Security")
