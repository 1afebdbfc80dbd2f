"""Takes the update in which most of `app/` went to `chassis/`, for a service baked before it."""
