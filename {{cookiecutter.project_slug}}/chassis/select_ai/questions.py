"""What a question has to be, as the settings say; a schema cannot know them."""

from chassis.problems import InvalidRequest
from chassis.select_ai.settings import SelectAISettings


def checked(settings: SelectAISettings, question: str, profile: str | None) -> str:
    """The profile to ask. Raises InvalidRequest."""
    errors = []
    if len(question) > settings.max_prompt_chars:
        most = f"String should have at most {settings.max_prompt_chars} characters"
        errors.append({"loc": ["body", "question"], "msg": most, "type": "string_too_long"})
    if profile is not None and profile not in settings.profiles:
        names = ", ".join(settings.profiles)
        told = f"Input should be one of: {names}"
        errors.append({"loc": ["body", "profile"], "msg": told, "type": "enum"})
    if errors:
        raise InvalidRequest(errors=errors)
    return profile or settings.profiles[0]
