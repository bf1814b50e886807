"""What certificates refer to by URL: issuers, revocation lists, answers about revocation.

What was fetched is kept in windlass's cache folder for all processes of the user. A URL that failed is not
tried again for a minute, so that a program without a network waits but once.

Source: Microsoft, "CryptRetrieveObjectByUrlW function"; RFC 5280, 4.2.1.13 and 4.2.2.1; RFC 6960, appendix A.
"""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

from windlass import image_cache

__all__ = ["DEFAULT_TIMEOUT", "Deadline", "retrieve"]

DEFAULT_TIMEOUT = 15.0
"""In seconds, of each object: as long as Windows waits."""
LARGEST = 64 << 20
PAUSE_AFTER_FAILURE = 60.0

_failures: dict[str, float] = {}


class Deadline:
    """The time that one object, or with `shared` all of them together, may take."""

    def __init__(self, seconds: float = DEFAULT_TIMEOUT, *, shared: bool = False) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds if shared else None

    def remaining(self) -> float:
        return self.seconds if self.end is None else self.end - time.monotonic()


def _name(url: str, body: bytes | None) -> str:
    return f"url-{hashlib.sha256(url.encode() + b' ' + (body or b'')).hexdigest()}"


def _fetch(url: str, body: bytes | None, kind: str, timeout: float) -> bytes | None:
    headers = {
        "User-Agent": "Microsoft-CryptoAPI/10.0",
        **({"Content-Type": kind} if body is not None else {}),
    }
    try:
        request = urllib.request.Request(url, body, headers)
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            data: bytes = answer.read(LARGEST + 1)
    except (OSError, ValueError, http.client.HTTPException):
        return None
    return data if len(data) <= LARGEST else None


def _is_paused(name: str) -> bool:
    failed = _failures.get(name)
    return failed is not None and time.monotonic() - failed < PAUSE_AFTER_FAILURE


def retrieve(
    url: str,
    is_good: Callable[[bytes], bool],
    deadline: Deadline,
    *,
    body: bytes | None = None,
    kind: str = "",
    cached_only: bool = False,
) -> bytes | None:
    """The object that a URL of HTTP leads to, which `is_good` says of what came or was kept; else None.

    body: what is posted, of the media type `kind`.
    """
    if not url.lower().startswith(("http://", "https://")):
        return None
    name = _name(url, body)
    kept = image_cache.read_bytes(name)
    if kept is not None and is_good(kept):
        return kept
    if cached_only or deadline.remaining() <= 0 or _is_paused(name):
        return None
    data = _fetch(url, body, kind, deadline.remaining())
    if data is None or not is_good(data):
        _failures[name] = time.monotonic()
        return None
    _failures.pop(name, None)
    image_cache.write_bytes(name, data)
    return data


def first_of(
    urls: Iterator[str], is_good: Callable[[bytes], bool], deadline: Deadline, *, cached_only: bool = False
) -> bytes | None:
    """The object of the first URL that has one."""
    found = (retrieve(url, is_good, deadline, cached_only=cached_only) for url in urls)
    return next((each for each in found if each is not None), None)
