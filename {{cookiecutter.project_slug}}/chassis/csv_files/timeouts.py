"""The timeouts of a connection are for requests; a file takes as long as it takes."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

LIFT = text("""
    SELECT set_config('statement_timeout', '0', true),
           set_config('idle_in_transaction_session_timeout', '0', true)
""")


async def lift_timeouts(session: AsyncSession) -> None:
    """Until the end of the transaction.

    The timeouts keep one request from holding up the others. Here a person waits, who can press
    Ctrl-C; a COPY into many indexes, a check of deferred constraints or a slow pipe is no fault.
    The timeout for locks stays: while it waits for one, others may wait for what it has locked.
    """
    await session.execute(LIFT)
