"""Tokens: the ids of objects as they stand in addresses. Nobody can guess one, and one of another kind is worth nothing."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

_TOKEN = re.compile(r"[A-Za-z0-9_-]{27}", re.ASCII)


class Tokens:
    """Twelve bytes that prove kind and id, then the id masked with them. The same id always has the same token.

    `key`: 32 random bytes that all workers share.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, kind: str, number: int) -> str:
        proof = self._proof(kind, number)
        return urlsafe_b64encode(proof + self._masked(kind, proof, number)).decode().rstrip("=")

    def read(self, kind: str, token: str) -> int | None:
        """The id; None for what is no token of this kind."""
        if not _TOKEN.fullmatch(token):
            return None
        content = urlsafe_b64decode(token + "=")
        proof = content[:12]
        number = int.from_bytes(self._masked(kind, proof, int.from_bytes(content[12:])))
        # The last character has bits to spare: only the one way in which we write it counts.
        return number if hmac.compare_digest(self.write(kind, number), token) else None

    def _proof(self, kind: str, number: int) -> bytes:
        return self._mac(f"proof:{kind}:{number}".encode())[:12]

    def _masked(self, kind: str, proof: bytes, number: int) -> bytes:
        mask = self._mac(b"mask:" + kind.encode() + b":" + proof)[:8]
        return (number ^ int.from_bytes(mask)).to_bytes(8)

    def _mac(self, message: bytes) -> bytes:
        return hmac.digest(self._key, message, "sha256")
