"""The template that the project came from: how far it is ahead, and taking what is new in it."""
