"""What a transaction has changed, to be forgotten when it has ended."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.caching import running
from chassis.caching.policy import Policy
from chassis.database.safe_session import committing

Changed = dict[Policy, dict[str, None]]
KEPT = "caches to forget from"
"""Where a session has it."""


def forget_after_commit(session: AsyncSession, policy: Policy, key: str) -> None:
    """Raises TypeError for a session that commits nothing."""
    ending = committing(session)
    changed: Changed | None = session.info.get(KEPT)
    if changed is None:
        changed = session.info[KEPT] = {}
        ending.after_commit(partial(_forget, changed))
    changed.setdefault(policy, {})[key] = None


async def _forget(changed: Changed) -> None:
    """Of two applications in one event loop both: to forget in vain does no harm."""
    for caches in running.every():
        for policy, keys in changed.items():
            await caches.of(policy).forget(list(keys))
