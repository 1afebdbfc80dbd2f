"""Prints a token of the service in this directory; with `key`, a new pair of keys in one line."""

import sys

from app.settings import Settings
from chassis.auth.wiring import own_issuer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if sys.argv[1:] == ["key"]:
    made = Ed25519PrivateKey.generate()
    pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    print(pem.replace("\n", "\\n"))
else:
    settings = Settings()
    issuer = own_issuer(settings.auth, settings.service.name)
    assert issuer is not None, "AUTH_KEYS is empty"
    print(issuer.issue("ada", ["orders:read", "orders:write"], ttl=86_400, session="s1"))
