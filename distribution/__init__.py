"""The chassis as a wheel, for services that depend on it instead of carrying it."""
