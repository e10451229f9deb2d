"""The execution of flights: one task at a time, from approval to disarmed, across restarts."""
