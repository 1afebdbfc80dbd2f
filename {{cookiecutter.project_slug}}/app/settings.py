"""The service's own settings, on top of the chassis's: `chassis/settings/groups.py` has those."""

# {% if "accounts" in cookiecutter.parts %}
from chassis.accounts.settings import AccountSettings

# {% endif %}
# {% if "jobs" in cookiecutter.parts %}
from chassis.jobs.events.settings import EventSettings
from chassis.jobs.settings import JobSettings

# {% endif %}
# {% if "llm" in cookiecutter.parts %}
from chassis.llm.settings import LLMSettings

# {% endif %}
# {% if "select-ai" in cookiecutter.parts %}
from chassis.select_ai.settings import SelectAISettings

# {% endif %}
from chassis.settings import Settings as ChassisSettings


class Settings(ChassisSettings):
    """Each field is a variable: `greeting: str = "Hello"` is GREETING. README.md shows more."""

    # A field for each setting, or for a group of them.
    # {% if "accounts" in cookiecutter.parts %}
    auth: AccountSettings = AccountSettings()
    # {% endif %}
    # {% if "jobs" in cookiecutter.parts %}
    jobs: JobSettings = JobSettings()
    events: EventSettings = EventSettings()
    # {% endif %}
    # {% if "llm" in cookiecutter.parts %}
    llm: LLMSettings = LLMSettings()
    # {% endif %}
    # {% if "select-ai" in cookiecutter.parts %}
    select_ai: SelectAISettings = SelectAISettings()
    # {% endif %}
    # Those of the team go here.
