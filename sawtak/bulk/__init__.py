"""One answer to many tickets: fixed as a set, looked at, confirmed, given one by one, stoppable."""
