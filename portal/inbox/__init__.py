"""A person's messages in the portal: what was told, whether or not an SMS arrived (ADR 0017)."""
