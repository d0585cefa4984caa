"""What the start of the portal says about its SMS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from notifications.catalogue import TEMPLATES
from notifications.programme import programme_values
from saudi.sms import sms_parts

LEAST_SECRET: Final = 32
"""Characters of a secret of our own making."""


@register("notifications")
def longest_messages_fit(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Refuse a programme name with which a message grows beyond its parts: that is money (O24)."""
    faults: list[CheckMessage] = []
    for template in TEMPLATES.values():
        for language in ("ar", "en"):
            body = template.worst_body(language, programme_values(language))
            parts = sms_parts(body).parts
            if parts > template.max_parts:
                faults.append(
                    Error(
                        f"The SMS {template.key} ({language}) can take {parts} parts of at most "
                        f"{template.max_parts}.",
                        hint="Shorten PROGRAMME_NAME_AR or PROGRAMME_NAME_EN.",
                        id="notifications.E001",
                    )
                )
    return faults


@register("notifications")
def callbacks_can_be_checked(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Refuse a gateway without the secret of its reports: each would be turned away (O21)."""
    faults: list[CheckMessage] = []
    used = {settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY}
    if "twilio" in used and not settings.TWILIO_AUTH_TOKEN:
        faults.append(
            Error(
                "TWILIO_AUTH_TOKEN is missing: no report of Twilio's can be believed.",
                hint="Set TWILIO_AUTH_TOKEN to the account's token.",
                id="notifications.E002",
            )
        )
    if "unifonic" in used and len(settings.UNIFONIC_CALLBACK_TOKEN) < LEAST_SECRET:
        faults.append(
            Error(
                "UNIFONIC_CALLBACK_TOKEN is missing or short: no report of Unifonic's can be "
                "believed.",
                hint=f"Set UNIFONIC_CALLBACK_TOKEN to {LEAST_SECRET} or more random characters.",
                id="notifications.E003",
            )
        )
    return faults


@register(Tags.security, deploy=True)
def messages_reach_real_phones(
    app_configs: Sequence[AppConfig] | None, **_: Any
) -> list[CheckMessage]:
    """Warn of a deployment whose codes and decisions reach nobody."""
    if settings.SMS_GATEWAY != "phone" or settings.DEMO:
        return []
    return [
        checks.Warning(
            "SMS_GATEWAY is phone: no code and no decision reaches a real phone.",
            hint="Set SMS_GATEWAY and the gateway's settings.",
            id="notifications.W001",
        )
    ]
