"""Which addresses are of the public internet: where a URL that a user gives may lead."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# `is_global` is true for these, as of Python 3.11:
# https://www.iana.org/assignments/iana-ipv4-special-registry
IPV4_APART = [ip_network(it) for it in ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3")]
# https://www.iana.org/assignments/iana-ipv6-special-registry: what is in no block of 2000::/3, as
# translated addresses (64:ff9b::/96) and mapped ones (::ffff:0:0/96) are, and these in it.
IPV6_UNICAST = ip_network("2000::/3")
IPV6_APART = [ip_network(it) for it in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


def is_public(text: str) -> bool:
    """An address that leads to another one, by translation or a tunnel, is not."""
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in it for it in IPV4_APART)
    return _is_public_ipv6(address)


def _is_public_ipv6(address: IPv6Address) -> bool:
    plain = IPv6Address(int(address))  # without a zone, which no network has
    unicast = plain in IPV6_UNICAST and plain.is_global
    return unicast and not any(plain in it for it in IPV6_APART)
