"""HTTP for winhttp and wininet: requests, redirects, cookies, proxies, authentication. Python's http.client
and ssl talk to the servers.

Failures are the codes of WinINet, which WinHTTP shares.

Source: Microsoft, "Error Messages (Winhttp.h)", "WinINet Errors", "Cookies in WinHTTP"; RFC 9110, RFC 9112.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import http.cookiejar
import socket
import ssl
import urllib.request
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from windlass.api.refused import Refused
from windlass.api.security.schannel_facts import bounds

__all__ = ["Exchange", "Limits", "Proxies", "Target", "header_lines"]

TIMEOUT, NAME_NOT_RESOLVED, CANNOT_CONNECT, CONNECTION_ERROR = 12002, 12007, 12029, 12030
CERT_DATE_INVALID, CERT_CN_INVALID, INVALID_CA, CLIENT_CERT_NEEDED = 12037, 12038, 12045, 12044
INVALID_SERVER_RESPONSE, REDIRECT_FAILED, SECURE_CHANNEL_ERROR = 12152, 12156, 12157
CANNOT_CALL_BEFORE_SEND, CANNOT_CALL_AFTER_SEND = 12101, 12102

# Errors of a server's certificate that a program may ignore: SECURITY_FLAG_IGNORE_...
IGNORE_UNKNOWN_CA, IGNORE_WRONG_USAGE, IGNORE_NAME, IGNORE_DATE = 0x100, 0x200, 0x1000, 0x2000
IGNORE_ALL = IGNORE_UNKNOWN_CA | IGNORE_WRONG_USAGE | IGNORE_NAME | IGNORE_DATE

REDIRECTS = (301, 302, 303, 307, 308)
GZIP, DEFLATE = 1, 2


class Limits(NamedTuple):
    """In seconds, None without end; and in redirections."""

    connecting: float | None = 60.0
    sending: float | None = 30.0
    receiving: float | None = 30.0
    redirects: int = 10


class Target(NamedTuple):
    """Where a request goes."""

    secure: bool
    host: str
    port: int
    path: str

    @classmethod
    def of_url(cls, url: str) -> Target:
        parts = urlsplit(url)
        secure = parts.scheme.lower() == "https"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(secure, parts.hostname or "", parts.port or (443 if secure else 80), path)

    @property
    def authority(self) -> str:
        """As the Host header has it: a port that is the scheme's own is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.authority}{self.path}"


class Proxies:
    """A list of proxies in Windows' notation, "http=a:80;https=b:81" or "a:80", and those whom it is not for.
    Without a list, what the environment says (http_proxy, no_proxy), or none.
    """

    def __init__(self, proxies: str | None, bypass: str | None, *, from_environment: bool) -> None:
        self.by_scheme: dict[str, str] = {}
        self.bypass = [each for each in (bypass or "").replace(";", " ").split() if each]
        self.from_environment = from_environment
        for each in (proxies or "").replace(";", " ").split():
            scheme, equals, address = each.rpartition("=")
            self.by_scheme[scheme.lower() if equals else ""] = address.rpartition("//")[2]

    def proxy_for(self, target: Target) -> tuple[str, int] | None:
        scheme = "https" if target.secure else "http"
        found = self.by_scheme.get(scheme) or self.by_scheme.get("")
        if found and self._is_bypassed(target.host):
            found = None
        if self.from_environment and not self.by_scheme and not urllib.request.proxy_bypass(target.host):
            found = (urllib.request.getproxies().get(scheme) or "").rpartition("//")[2].rpartition("@")[2]
        if not found:
            return None
        host, _, port = found.rstrip("/").rpartition(":")
        return (host, int(port)) if host and port.isdigit() else (found.rstrip("/"), 80)

    def _is_bypassed(self, host: str) -> bool:
        from fnmatch import fnmatchcase

        return any(
            "." not in host if each == "<local>" else fnmatchcase(host.lower(), each.lower())
            for each in self.bypass
        )


def header_lines(text: str) -> list[tuple[str, str]]:
    """Names and values of headers, one a line."""
    lines = (line.partition(":") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return [(name.strip(), value.strip()) for name, colon, value in lines if colon and name.strip()]


def _nothing(event: str, detail: Any = None) -> None:
    pass


class Exchange:
    """One request and its answer, with the redirections between them.

    notify: is told "resolving", "connecting", "connected", "sending", "sent", "receiving", "received",
    "redirect" and "closing", with the name, the address, the count of bytes or the new URL.
    """

    def __init__(self, verb: str, target: Target, version: str = "HTTP/1.1") -> None:
        self.verb = verb
        self.target = target
        self.version = version
        self.headers: list[tuple[str, str]] = []
        self.agent = ""
        self.proxies = Proxies(None, None, from_environment=True)
        self.limits = Limits()
        self.cookies: http.cookiejar.CookieJar | None = None
        self.follows: Callable[[Target, Target], bool] = lambda old, new: True
        self.credentials: tuple[str, str] | None = None
        self.proxy_credentials: tuple[str, str] | None = None
        self.ignored = 0
        self.client_certificate: Any = None
        self.protocols = 0
        self.decodes = 0
        self.keeps_alive = True
        self.notify: Callable[..., None] = _nothing
        self.connection: http.client.HTTPConnection | None = None
        self.response: http.client.HTTPResponse | None = None
        self.is_sent = False
        self._body = b""
        self._announced = 0
        self._buffer = bytearray()
        self._decoder: Any = None
        self._redirected = 0
        self._is_authorized = False

    # ---- headers ----

    def header(self, name: str) -> str | None:
        return next((value for own, value in self.headers if own.lower() == name.lower()), None)

    def remove_header(self, name: str) -> None:
        self.headers = [each for each in self.headers if each[0].lower() != name.lower()]

    # ---- sending ----

    def send(self, body: bytes, total: int) -> None:
        """The head and the first part of the body, of which `total` bytes are announced."""
        self.close()
        self._body, self._announced = body, total
        try:
            self._connect()
            self._send_head()
        except BaseException:
            self.close()
            raise
        self.is_sent = True

    def write(self, data: bytes) -> None:
        if self.connection is None or self.response is not None:
            raise Refused(CANNOT_CALL_BEFORE_SEND)
        self._body += data
        self._guarded(self.connection.send, data)

    def _connect(self) -> None:
        proxy = self.proxies.proxy_for(self.target)
        host, port = proxy or (self.target.host, self.target.port)
        connection: http.client.HTTPConnection
        if self.target.secure:
            connection = http.client.HTTPSConnection(host, port, context=self._settings())
            if proxy:
                connection.set_tunnel(self.target.host, self.target.port, self._proxy_headers())
        else:
            connection = http.client.HTTPConnection(host, port)
        connection.timeout = self.limits.connecting
        self.notify("resolving", host)
        address = _resolve(host, port)
        self.notify("resolved", address)
        self.notify("connecting", address)
        self._guarded(connection.connect, failure=CANNOT_CONNECT)
        self.notify("connected", address)
        connection.sock.settimeout(self.limits.receiving)
        self.connection = connection
        if self.target.secure and self.ignored and self.ignored & IGNORE_ALL != IGNORE_ALL:
            self._check_certificate()

    def _settings(self) -> ssl.SSLContext:
        settings = ssl.create_default_context()
        if self.ignored:
            settings.check_hostname = False
            settings.verify_mode = ssl.CERT_NONE
        allowed = bounds(self.protocols, server=False) if self.protocols else None
        if allowed:
            settings.minimum_version, settings.maximum_version = allowed
        if self.client_certificate is not None:
            from windlass.api.security.schannel import load_certificate

            load_certificate(settings, self.client_certificate)
        return settings

    def _session(self) -> ssl.SSLSocket | None:
        session = getattr(self.connection, "sock", None)
        return session if isinstance(session, ssl.SSLSocket) else None

    def certificate(self) -> bytes | None:
        """The server's, encoded."""
        session = self._session()
        return session.getpeercert(binary_form=True) if session else None

    def _check_certificate(self) -> None:
        """What the program does not ignore of it."""
        from windlass.api.crypto.certificate_chain import HTTPS_IGNORE, SERVER_USAGE, tls_error
        from windlass.api.crypto.certificate_store import roots
        from windlass.api.security.schannel import session_certificates

        session = self._session()
        leaf, *others = session_certificates(session) if session else []
        ignored = 0
        for bit, flag in HTTPS_IGNORE.items():
            ignored |= flag if self.ignored & bit else 0
        error = tls_error(leaf, others, list(roots()), self.target.host, SERVER_USAGE, ignored)
        if error:
            raise Refused(_CHAIN_ERRORS.get(error, INVALID_CA))

    def _proxy_headers(self) -> dict[str, str]:
        if self.proxy_credentials is None:
            return {}
        return {"Proxy-Authorization": _basic(self.proxy_credentials)}

    def _send_head(self) -> None:
        connection = self.connection
        assert connection is not None
        through_proxy = not self.target.secure and self.proxies.proxy_for(self.target) is not None
        connection._http_vsn_str = self.version  # type: ignore[attr-defined]
        self.notify("sending")
        size = 0

        def put(name: str, value: str) -> None:
            nonlocal size
            connection.putheader(name, value.encode("latin-1", "replace"))
            size += len(name) + len(value) + 4

        def head() -> None:
            path = self.target.url if through_proxy else self.target.path
            connection.putrequest(self.verb, path, skip_host=True, skip_accept_encoding=True)
            for name, value in self._all_headers(through_proxy):
                put(name, value)
            connection.endheaders(self._body or None)

        self._guarded(head)
        self.notify("sent", size + len(self._body))

    def _all_headers(self, through_proxy: bool) -> list[tuple[str, str]]:
        """The program's, and those that it has left to the system."""
        given = {name.lower() for name, _ in self.headers}
        own = [("Connection", "Keep-Alive" if self.keeps_alive else "Close")]
        if self.agent:
            own.append(("User-Agent", self.agent))
        if self._announced or self.verb.upper() in ("POST", "PUT"):
            own.append(("Content-Length", str(self._announced)))
        if self.decodes:
            names = [name for bit, name in ((GZIP, "gzip"), (DEFLATE, "deflate")) if self.decodes & bit]
            own.append(("Accept-Encoding", ", ".join(names)))
        if through_proxy:
            own += self._proxy_headers().items()
        if self._is_authorized and self.credentials:
            own.append(("Authorization", _basic(self.credentials)))
        cookies = self._cookie_header()
        if cookies:
            own.append(("Cookie", cookies))
        own.append(("Host", self.target.authority))
        return [*self.headers, *(each for each in own if each[0].lower() not in given)]

    def _cookie_header(self) -> str | None:
        if self.cookies is None:
            return None
        asked = urllib.request.Request(self.target.url)
        self.cookies.add_cookie_header(asked)
        return asked.get_header("Cookie")

    # ---- the answer ----

    def receive(self) -> None:
        """The head of the answer, after all redirections."""
        if self.connection is None:
            raise Refused(CANNOT_CALL_BEFORE_SEND)
        self._take_response()
        while self._goes_on():
            self._take_response()
        self._decoder = self._decoder_for(self.response)

    def _take_response(self) -> None:
        assert self.connection is not None
        self.notify("receiving")
        self.response = self._guarded(self.connection.getresponse)
        response = self.response
        assert response is not None
        self.notify("received", sum(len(name) + len(value) + 4 for name, value in response.getheaders()))
        if self.cookies is not None:
            self.cookies.extract_cookies(response, urllib.request.Request(self.target.url))

    def _goes_on(self) -> bool:
        """Whether another request is made: with the name and the password, or for another place."""
        response = self.response
        assert response is not None
        if response.status == 401 and self.credentials and not self._is_authorized:
            self._is_authorized = True
            if "basic" in (response.headers.get("WWW-Authenticate") or "").lower():
                self._again(self.target, self.verb)
                return True
            return False
        location = response.headers.get("Location")
        if response.status not in REDIRECTS or not location:
            return False
        target = Target.of_url(urljoin(self.target.url, location))
        if not self.follows(self.target, target):
            return False
        self._redirected += 1
        if self._redirected > self.limits.redirects:
            raise Refused(REDIRECT_FAILED)
        self.notify("redirect", target.url)
        keeps_verb = response.status in (307, 308) or self.verb.upper() in ("GET", "HEAD")
        self._again(target, self.verb if keeps_verb else "GET")
        return True

    def _again(self, target: Target, verb: str) -> None:
        if verb != self.verb:
            self._body, self._announced = b"", 0
            self.remove_header("Content-Length")
            self.remove_header("Content-Type")
        if target.authority != self.target.authority:
            self.remove_header("Authorization")  # it was for another server
            self.remove_header("Host")
        self.target, self.verb = target, verb
        self.close()
        self._connect()
        self._send_head()

    def _decoder_for(self, response: Any) -> Any:
        encoding = (response.headers.get("Content-Encoding") or "").lower()
        if encoding == "gzip" and self.decodes & GZIP:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        if encoding == "deflate" and self.decodes & DEFLATE:
            return zlib.decompressobj()
        return None

    def answer(self) -> http.client.HTTPResponse:
        if self.response is None:
            raise Refused(CANNOT_CALL_BEFORE_SEND)
        return self.response

    def answer_headers(self) -> list[tuple[str, str]]:
        """Without those that decoding has made wrong."""
        gone = ("content-encoding", "content-length") if self._decoder else ()
        return [each for each in self.answer().getheaders() if each[0].lower() not in gone]

    @property
    def status_line(self) -> str:
        answer = self.answer()
        return f"HTTP/{answer.version // 10}.{answer.version % 10} {answer.status} {answer.reason}"

    def raw_headers(self, separator: str) -> str:
        lines = [self.status_line, *(f"{name}: {value}" for name, value in self.answer_headers())]
        return separator.join([*lines, ""])

    def available(self) -> int:
        """How many bytes can be read now; waits for one at least, and is 0 at the end."""
        response = self.answer()
        while not self._buffer:
            data = self._guarded(response.read1, 1 << 16)
            if not data:
                break
            self._buffer += self._decoder.decompress(data) if self._decoder else data
        return len(self._buffer)

    def read(self, size: int) -> bytes:
        """As many bytes, or what there is up to the end."""
        found = b""
        while len(found) < size and self.available():
            missing = size - len(found)
            found += bytes(self._buffer[:missing])
            del self._buffer[:missing]
        return found

    def abort(self) -> None:
        """From another thread: what waits for the server fails."""
        session = getattr(self.connection, "sock", None)
        if session is not None:
            with contextlib.suppress(OSError):
                session.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self.connection is not None:
            self.notify("closing")
            self.connection.close()
            self.notify("closed")
        self.connection = self.response = self._decoder = None
        self._buffer.clear()

    def _guarded(self, body: Callable[..., Any], *arguments: Any, failure: int = CONNECTION_ERROR) -> Any:
        """Failures as Windows' codes."""
        try:
            return body(*arguments)
        except ssl.SSLCertVerificationError as error:
            raise Refused(_VERIFY_ERRORS.get(error.verify_code, INVALID_CA)) from None
        except ssl.SSLError as error:
            needs = "CERTIFICATE_REQUIRED" in (error.reason or "")
            raise Refused(CLIENT_CERT_NEEDED if needs else SECURE_CHANNEL_ERROR) from None
        except socket.gaierror:
            raise Refused(NAME_NOT_RESOLVED) from None
        except (socket.timeout, TimeoutError):
            raise Refused(TIMEOUT) from None
        except (http.client.RemoteDisconnected, ConnectionError):
            raise Refused(failure) from None
        except (http.client.HTTPException, zlib.error):
            raise Refused(INVALID_SERVER_RESPONSE) from None
        except OSError:
            raise Refused(failure) from None


# OpenSSL's: expired and not valid yet; the wrong name or address.
_VERIFY_ERRORS = {9: CERT_DATE_INVALID, 10: CERT_DATE_INVALID, 62: CERT_CN_INVALID, 64: CERT_CN_INVALID}
_CHAIN_ERRORS = {0x800B0101: CERT_DATE_INVALID, 0x800B010F: CERT_CN_INVALID}


def _resolve(host: str, port: int) -> str:
    try:
        return str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        raise Refused(NAME_NOT_RESOLVED) from None


def _basic(credentials: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(credentials).encode()).decode("ascii")
