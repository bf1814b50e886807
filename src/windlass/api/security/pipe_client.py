"""A server of a named pipe that acts as its client ("Impersonating a Named Pipe Client").

Pipes are one user's own here, so the client is always the user of the server.
"""

from __future__ import annotations

from ctypes import addressof, c_uint32

from windlass import _core
from windlass.api.calls import windows
from windlass.api.refused import code_of, succeed_or_fail
from windlass.api.security.tokens import IMPERSONATION_LEVEL, impersonate_self
from windlass.registry import export
from windlass.types import BOOL, HANDLE

PIPE_SERVER_END = 1
ERROR_INVALID_FUNCTION = 1


@export("advapi32", "kernelbase")
def ImpersonateNamedPipeClient(hNamedPipe: HANDLE) -> BOOL:
    """ERROR_INVALID_FUNCTION for a client's end, ERROR_PIPE_NOT_CONNECTED for a server without a client."""
    flags, client = c_uint32(), c_uint32()
    if not windows("kernel32", "GetNamedPipeInfo", hNamedPipe, addressof(flags), 0, 0, 0):
        return 0
    if not flags.value & PIPE_SERVER_END:
        _core.set_last_error(ERROR_INVALID_FUNCTION)
        return 0
    if not windows("kernel32", "GetNamedPipeClientProcessId", hNamedPipe, addressof(client)):
        return 0
    return succeed_or_fail(code_of(impersonate_self, IMPERSONATION_LEVEL))
