"""A language model for development, which knows nothing: it repeats, and fills in forms."""
