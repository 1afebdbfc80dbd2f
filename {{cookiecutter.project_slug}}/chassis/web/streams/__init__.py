"""Streams of events that end with a word: docs/streams.md."""
