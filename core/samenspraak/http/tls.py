"""Which certificates we trust, and the one we show."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from samenspraak.errors import ConfigurationError
from samenspraak.http.wire import BoundedTlsSocket


class _Context(ssl.SSLContext):
    """Shared by all threads, so nothing about it changes after it was made."""

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        """urllib3 sets these at every connection, while another thread may be connecting: keep the first."""
        if not hasattr(self, "_spoken"):
            self._spoken = tuple(alpn_protocols)
            super().set_alpn_protocols(self._spoken)


@dataclass(frozen=True, kw_only=True)
class Tls:
    """Trust for one connector. Verification cannot be turned off, only aimed.

    ``ca_file``: trust these roots *instead of* the public ones (private roots of PKIoverheid, for example) ·
    ``certificate_file``, ``key_file``: what we show a system that asks for it (PEM). A file that was
    replaced is read again when the next client is made.
    """

    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def context(self) -> ssl.SSLContext:
        """A context for connecting, shared by all that trust the same (the public roots take 0.7 MB).

        Raises:
            ConfigurationError: a file is missing or is not what it should be.
        """
        files = (self.ca_file, self.certificate_file, self.key_file)
        try:
            return _context(self, tuple(file.stat().st_mtime_ns if file else 0 for file in files))
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"the certificate files cannot be used ({type(error).__name__})"
            ) from None


DEFAULT_TLS = Tls()


@functools.lru_cache(maxsize=64)
def _context(tls: Tls, _changed: tuple[int, ...]) -> ssl.SSLContext:
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = BoundedTlsSocket
    context.set_alpn_protocols(("http/1.1",))
    context.load_verify_locations(tls.ca_file or DEFAULT_CA_BUNDLE_PATH)
    if tls.certificate_file is not None:
        context.load_cert_chain(tls.certificate_file, tls.key_file)
    return context
