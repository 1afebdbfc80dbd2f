"""Settings of Select AI; nothing of it is imported until SELECT_AI_DSN is set."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, DirectoryPath, Field, SecretStr, model_validator

from chassis.settings.groups import Group
from chassis.settings.values import List, Seconds

OptionalDirectory = Annotated[DirectoryPath | None, BeforeValidator(lambda v: v or None)]


class SelectAISettings(Group):
    """An Oracle database that answers questions by its Select AI."""

    dsn: str = ""
    """`host:1521/service`, a descriptor, or a name of SELECT_AI_WALLET_DIR; empty is none."""
    user: str = ""
    """Who asks. What it may read, every caller may ask for."""
    password: SecretStr = SecretStr("")
    """The password of that user."""
    wallet_dir: OptionalDirectory = None
    """Directory of `tnsnames.ora` and `ewallet.pem`, where the database wants mutual TLS."""
    wallet_password: SecretStr = SecretStr("")
    """The password of the wallet."""
    profiles: List = Field([])
    """Profiles that may be asked, by their names; the first is asked where none is named."""
    pool_min: int = Field(0, ge=0, le=1_000)
    """Sessions that are kept open, in each process."""
    pool_max: int = Field(4, ge=1, le=1_000)
    """Most sessions of each process; each question holds one until it is answered."""
    pool_wait: Seconds = 5.0
    """Seconds a question waits for a session before it is answered with 503."""
    call_timeout: Seconds = 20.0
    """Seconds a round trip may take before the question is answered with 504."""
    max_prompt_chars: int = Field(4_000, ge=1, le=1_000_000)
    """Longest question."""

    @property
    def is_used(self) -> bool:
        return bool(self.dsn)

    @property
    def connecting(self) -> dict[str, Any]:
        """As oracledb names it."""
        wallet = str(self.wallet_dir) if self.wallet_dir else None
        secret = self.wallet_password.get_secret_value() or None
        return {"config_dir": wallet, "wallet_location": wallet, "wallet_password": secret}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if faults := [sentence for sentence, found in self._faults().items() if found]:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> dict[str, bool]:
        needed = {"USER": self.user, "PASSWORD": self.password.get_secret_value()}
        missing = [name for name, value in needed.items() if not value]
        unread = self._unread() if self.is_used else ""
        return {
            **{
                f"SELECT_AI_{name} is missing, and SELECT_AI_DSN is set": self.is_used
                for name in missing
            },
            "SELECT_AI_PROFILES is missing: name the profiles that may be asked": self.is_used
            and not self.profiles,
            "SELECT_AI_POOL_MIN is more than SELECT_AI_POOL_MAX": self.pool_min > self.pool_max,
            f"SELECT_AI_DSN cannot be used: {unread}": bool(unread),
        }

    def _unread(self) -> str:
        """What oracledb says of the address; without it, the first question would find out."""
        import oracledb  # noqa: PLC0415  there is an address

        try:
            oracledb.ConnectParams(**self.connecting).parse_connect_string(self.dsn)
        except oracledb.Error as error:
            return str(error).splitlines()[0]
        return ""
