"""What `python -m app work` does."""
