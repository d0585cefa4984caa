"""The figures of the service: counted by a job, read by pages (docs/adr/0030)."""
