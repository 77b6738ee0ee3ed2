"""The machine's certificates are read when a client wants them, and not when aiohttp is imported; nobody else is affected."""

import subprocess
import sys

_TRIED = """
import ssl
from bot import certificates
certificates.import_aiohttp()
from aiohttp import connector
def known(context): return context.cert_store_stats()["x509_ca"]
print(known(connector._SSL_CONTEXT_VERIFIED), known(certificates.trusted()) == known(ssl.create_default_context()))
asks = certificates.trusted()
print(asks.verify_mode.name, asks.check_hostname, "set_default_verify_paths" in vars(ssl.SSLContext))
"""


def test_only_a_client_reads_them() -> None:
    done = subprocess.run([sys.executable, "-c", _TRIED], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["0 True", "CERT_REQUIRED True False"]
