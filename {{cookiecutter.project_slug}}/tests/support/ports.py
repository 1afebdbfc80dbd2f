"""Where a server of a test can listen."""

import socket


def free_port() -> int:
    """Chosen by the kernel among many: who looks from one number on meets who does so too."""
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port
