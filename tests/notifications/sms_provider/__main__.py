"""The stand-in by hand: see docs/sms-gateways.md."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.notifications.sms_provider.messages import ACCOUNT, APP_SID, CALLBACK_TOKEN, TOKEN
from tests.notifications.sms_provider.reports import ReportOrder
from tests.notifications.sms_provider.server import Plan, Provider


def _numbers(pairs: list[str]) -> dict[str, int | str]:
    parts = (pair.partition("=") for pair in pairs)
    return {number: int(code) if code.isdigit() else code for number, _, code in parts}


def _settings(plan: Plan, url: str) -> str:
    """Give the settings with which the portal uses the stand-in."""
    if plan.plays == "unifonic":
        return (
            f"SMS_GATEWAY=unifonic UNIFONIC_API_BASE_URL={url} \\\n"
            f"UNIFONIC_APP_SID={plan.app_sid} \\\nUNIFONIC_CALLBACK_TOKEN={CALLBACK_TOKEN}"
        )
    return (
        f"SMS_GATEWAY=twilio TWILIO_API_BASE_URL={url} \\\n"
        f"TWILIO_ACCOUNT_SID={plan.account} TWILIO_AUTH_TOKEN={plan.token}"
    )


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.notifications.sms_provider",
        description="Stand in for a provider of SMS on this machine.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 is any free one, which is printed")
    add("--plays", choices=["twilio", "unifonic"], default="twilio")
    add("--app-sid", default=APP_SID, help="of Unifonic")
    add("--account", default=ACCOUNT, help="of Twilio")
    add("--token", default=TOKEN)
    add("--latency-ms", type=int, default=0, help="how long each answer takes")
    add("--reports", type=ReportOrder, choices=list(ReportOrder), default=ReportOrder.IN_ORDER)
    add("--late-ms", type=int, default=5_000, help="how late each report is with --reports late")
    add("--refuse", action="append", default=[], metavar="+9665…=21610")
    add("--undelivered", action="append", default=[], metavar="+9665…=30003")
    add("--lost-answers", type=int, default=0, metavar="N", help="lose the answer of every Nth")
    asked = parser.parse_args()
    plan = Plan(
        plays=asked.plays,
        account=asked.account,
        token=asked.token,
        app_sid=asked.app_sid,
        latency_seconds=asked.latency_ms / 1000,
        reports=asked.reports,
        late_seconds=asked.late_ms / 1000 if asked.reports == ReportOrder.LATE else 0.0,
        refused=_numbers(asked.refuse),
        undelivered=_numbers(asked.undelivered),
        lost_answers=asked.lost_answers,
    )
    provider = Provider(asked.port, plan)
    name = asked.plays.capitalize()
    print(f"Standing in for {name}. In another terminal, in this checkout:\n", flush=True)
    print(
        f"{_settings(plan, provider.url)} ./run\n\n"
        f"What came: {provider.url}/ and {provider.url}/received.json. Ctrl-C ends.",
        flush=True,
    )
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=provider.shutdown).start())
    try:
        provider.serve_forever()
    except KeyboardInterrupt:
        print("Stopped.")
    finally:
        provider.server_close()


if __name__ == "__main__":
    main()
