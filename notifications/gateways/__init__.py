"""Ways to send an SMS, one module a provider; `SMS_GATEWAY` chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications.gateways.base import Gateway


def _phone() -> Gateway:
    from notifications.gateways.phone import PhoneGateway

    return PhoneGateway()


def _twilio() -> Gateway:
    from notifications.gateways.twilio import TwilioGateway

    return _shown(TwilioGateway.from_settings())


def _unifonic() -> Gateway:
    from notifications.gateways.unifonic import UnifonicGateway

    return _shown(UnifonicGateway.from_settings())


def _shown(gateway: Gateway) -> Gateway:
    """Show the demonstration what a stand-in on this machine accepts: no other is allowed there."""
    if not settings.DEMO:
        return gateway
    from notifications.gateways.phone import AlsoOnPhone

    return AlsoOnPhone(gateway)


_GATEWAYS: Final[dict[str, Callable[[], Gateway]]] = {
    "phone": _phone,
    "twilio": _twilio,
    "unifonic": _unifonic,
}


def chosen_gateways() -> tuple[Gateway, ...]:
    """Give the first gateway and, where one is set, the second, which stands in for it."""
    if not settings.SMS_SECOND_GATEWAY:
        return (chosen_gateway(),)
    return chosen_gateway(), _GATEWAYS[settings.SMS_SECOND_GATEWAY]()


def chosen_gateway() -> Gateway:
    """Give the gateway that the setting names; a provider's client is only loaded when chosen."""
    try:
        return _GATEWAYS[settings.SMS_GATEWAY]()
    except KeyError:
        raise ImproperlyConfigured(
            f"The setting SMS_GATEWAY must be one of {', '.join(sorted(_GATEWAYS))}."
        ) from None
