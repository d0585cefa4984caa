"""SMS: the outbox, delivery, gateways."""
