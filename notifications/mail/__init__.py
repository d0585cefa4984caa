"""E-mail: a person's notices also by mail, to an address that they proved (docs/adr/0021)."""
