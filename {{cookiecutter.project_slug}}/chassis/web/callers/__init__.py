"""Who calls, for the service as a whole: what every route of it has in common."""
