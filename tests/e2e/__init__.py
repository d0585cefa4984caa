"""The journeys, in real Chromium against the running stack."""
