"""The stand-in by hand: see docs/sms-gateways.md."""

from __future__ import annotations

import argparse
import signal
import threading

from tests.notifications.sms_provider.messages import ACCOUNT, TOKEN
from tests.notifications.sms_provider.reports import ReportOrder
from tests.notifications.sms_provider.server import Plan, Provider


def _numbers(pairs: list[str]) -> dict[str, int]:
    return {number: int(code) for number, _, code in (pair.partition("=") for pair in pairs)}


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.notifications.sms_provider",
        description="Stand in for Twilio's Messages API on this machine.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0 is any free one, which is printed")
    add("--account", default=ACCOUNT)
    add("--token", default=TOKEN)
    add("--latency-ms", type=int, default=0, help="how long each answer takes")
    add("--reports", type=ReportOrder, choices=list(ReportOrder), default=ReportOrder.IN_ORDER)
    add("--refuse", action="append", default=[], metavar="+9665…=21610")
    add("--undelivered", action="append", default=[], metavar="+9665…=30003")
    add("--lost-answers", type=int, default=0, metavar="N", help="lose the answer of every Nth")
    asked = parser.parse_args()
    provider = Provider(
        asked.port,
        Plan(
            account=asked.account,
            token=asked.token,
            latency_seconds=asked.latency_ms / 1000,
            reports=asked.reports,
            refused=_numbers(asked.refuse),
            undelivered=_numbers(asked.undelivered),
            lost_answers=asked.lost_answers,
        ),
    )
    print("Standing in for Twilio. In another terminal, in this checkout:\n", flush=True)
    print(
        f"SMS_GATEWAY=twilio TWILIO_API_BASE_URL={provider.url} \\\n"
        f"TWILIO_ACCOUNT_SID={asked.account} TWILIO_AUTH_TOKEN={asked.token} ./run\n\n"
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
