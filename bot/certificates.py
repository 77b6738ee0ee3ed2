"""The certificates of the machine, which only calls to others need."""

import ssl
from functools import cache


def import_aiohttp() -> None:
    """The first import of aiohttp, without the certificates that it reads into two contexts for clients that bring none along.

    They are three megabytes and a twentieth of a start. Our own client brings one (`trusted`). The two contexts trust nobody
    then: a client that forgot it would be refused, and not deceived.
    """
    ssl.SSLContext.set_default_verify_paths = lambda self: None  # type: ignore[method-assign] # only for this import
    try:
        import aiohttp  # noqa: F401
    finally:
        del ssl.SSLContext.set_default_verify_paths


@cache
def trusted() -> ssl.SSLContext:
    """For a client: whom the machine trusts."""
    return ssl.create_default_context()
