"""What the tests of messages stand on: gateways that the settings name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.notifications.circuits import Line
from tests.notifications.reports import ACCOUNT, HOST, TOKEN


@pytest.fixture
def line(settings: Any, db: None) -> Line:
    """Two gateways without a limit of their speed."""
    settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY = "first", "second"
    settings.SMS_PER_SECOND = settings.SMS_SECOND_PER_SECOND = 0
    return Line()


@pytest.fixture
def twilio_reports(settings: Any) -> None:
    """Take reports for an account of Twilio at our public address."""
    settings.PUBLIC_URL = HOST
    settings.SMS_GATEWAY = "twilio"
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.ALLOWED_HOSTS = ["*"]
