"""Debugging other processes, which is not to be had here: nothing can be attached to, so nothing is reported.

Source: Microsoft, "DebugActiveProcess function", "WaitForDebugEvent function".
"""

from __future__ import annotations

from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, PVOID

ERROR_INVALID_HANDLE = 6
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87


@export("kernel32", "kernelbase")
def DebugActiveProcess(dwProcessId: DWORD) -> BOOL:
    return fail(ERROR_NOT_SUPPORTED)


@export("kernel32", "kernelbase")
def DebugActiveProcessStop(dwProcessId: DWORD) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)  # it is not being debugged


@export("kernel32")
def DebugBreakProcess(Process: HANDLE) -> BOOL:
    return fail(ERROR_NOT_SUPPORTED)


# A thread that debugs nothing has no debug object.
@export("kernel32", "kernelbase")
def WaitForDebugEvent(lpDebugEvent: PVOID, dwMilliseconds: DWORD) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("kernel32", "kernelbase")
def WaitForDebugEventEx(lpDebugEvent: PVOID, dwMilliseconds: DWORD) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("kernel32", "kernelbase")
def ContinueDebugEvent(dwProcessId: DWORD, dwThreadId: DWORD, dwContinueStatus: DWORD) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("kernel32")
def DebugSetProcessKillOnExit(KillOnExit: BOOL) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)
