"""The types of request: what somebody may write about, in rows that staff edit."""
