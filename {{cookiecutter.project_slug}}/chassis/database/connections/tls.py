"""`sslrootcert=system`: whom the machine trusts. asyncpg takes it for the name of a file.

https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLROOTCERT
"""

import ssl

from sqlalchemy import make_url

from chassis.settings.database_options import SYSTEM
from chassis.settings.groups import DatabaseSettings

ALPN = ["postgresql"]


def system_trust(settings: DatabaseSettings) -> ssl.SSLContext | None:
    """None where asyncpg reads what the address says. Means sslmode=verify-full, as in libpq."""
    options = make_url(settings.url.get_secret_value()).query
    if options.get("sslrootcert") != SYSTEM:
        return None
    context = ssl.create_default_context()
    context.set_alpn_protocols(ALPN)
    if certificate := options.get("sslcert"):
        key, password = options.get("sslkey"), str(options.get("sslpassword", ""))
        context.load_cert_chain(str(certificate), str(key) if key else None, lambda: password)
    return context
