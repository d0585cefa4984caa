"""The one queue of work over objections and tickets (docs/adr/0029)."""
