"""The types of the Windows API, with Windows' sizes on every host.

Source: Microsoft, "Windows Data Types"; Python documentation, "ctypes".
"""

from __future__ import annotations

from ctypes import POINTER
from ctypes import wintypes as host

from windlass import ctypes
from windlass.ctypes._aggregates import Structure
from windlass.ctypes._text import _SimpleCData

# ---- scalars ----

BYTE = host.BYTE  # signed before Python 3.12
WORD = ctypes.c_ushort
DWORD = ctypes.c_ulong
CHAR = ctypes.c_char
WCHAR = ctypes.c_wchar
UINT = ctypes.c_uint
INT = ctypes.c_int
DOUBLE = ctypes.c_double
FLOAT = ctypes.c_float
BOOLEAN = BYTE
BOOL = ctypes.c_long
ULONG = ctypes.c_ulong
LONG = ctypes.c_long
USHORT = ctypes.c_ushort
SHORT = ctypes.c_short
LARGE_INTEGER = _LARGE_INTEGER = ctypes.c_longlong
ULARGE_INTEGER = _ULARGE_INTEGER = ctypes.c_ulonglong
WPARAM = ctypes.c_ulonglong
LPARAM = ctypes.c_longlong
ATOM = WORD
LANGID = WORD
COLORREF = DWORD
LGRPID = DWORD
LCTYPE = DWORD
LCID = DWORD
HFILE = INT
HRESULT = LONG


class VARIANT_BOOL(_SimpleCData):
    """Automation's boolean: 16 bits, true is -1."""

    _type_ = "v"


# ---- strings and untyped pointers ----

LPCOLESTR = LPOLESTR = OLESTR = ctypes.c_wchar_p
LPCWSTR = LPWSTR = ctypes.c_wchar_p
LPCSTR = LPSTR = ctypes.c_char_p
LPCVOID = LPVOID = ctypes.c_void_p

# ---- handles ----

HANDLE = ctypes.c_void_p
HACCEL = HANDLE
HBITMAP = HANDLE
HBRUSH = HANDLE
HCOLORSPACE = HANDLE
HCONV = HANDLE
HCONVLIST = HANDLE
HDC = HANDLE
HDDEDATA = HANDLE
HDESK = HANDLE
HDROP = HANDLE
HDWP = HANDLE
HENHMETAFILE = HANDLE
HFONT = HANDLE
HGDIOBJ = HANDLE
HGLOBAL = HANDLE
HHOOK = HANDLE
HICON = HCURSOR = HANDLE
HINSTANCE = HANDLE
HKEY = HANDLE
HKL = HANDLE
HLOCAL = HANDLE
HMENU = HANDLE
HMETAFILE = HANDLE
HMODULE = HANDLE
HMONITOR = HANDLE
HPALETTE = HANDLE
HPEN = HANDLE
HRGN = HANDLE
HRSRC = HANDLE
HSTR = HANDLE
HSZ = HANDLE
HTASK = HANDLE
HWINSTA = HANDLE
HWND = HANDLE
SC_HANDLE = HANDLE
SERVICE_STATUS_HANDLE = HANDLE

# ---- structures ----

MAX_PATH = 260


class RECT(Structure):
    _fields_ = (("left", LONG), ("top", LONG), ("right", LONG), ("bottom", LONG))


tagRECT = _RECTL = RECTL = RECT


class _SMALL_RECT(Structure):
    _fields_ = (("Left", SHORT), ("Top", SHORT), ("Right", SHORT), ("Bottom", SHORT))


SMALL_RECT = _SMALL_RECT


class _COORD(Structure):
    _fields_ = (("X", SHORT), ("Y", SHORT))


class POINT(Structure):
    _fields_ = (("x", LONG), ("y", LONG))


tagPOINT = _POINTL = POINTL = POINT


class SIZE(Structure):
    _fields_ = (("cx", LONG), ("cy", LONG))


tagSIZE = SIZEL = SIZE


def RGB(red: int, green: int, blue: int) -> int:
    """A COLORREF."""
    return red + (green << 8) + (blue << 16)


class FILETIME(Structure):
    _fields_ = (("dwLowDateTime", DWORD), ("dwHighDateTime", DWORD))


_FILETIME = FILETIME


class MSG(Structure):
    _fields_ = (
        ("hWnd", HWND),
        ("message", UINT),
        ("wParam", WPARAM),
        ("lParam", LPARAM),
        ("time", DWORD),
        ("pt", POINT),
    )


tagMSG = MSG


class WIN32_FIND_DATAA(Structure):
    _fields_ = (
        ("dwFileAttributes", DWORD),
        ("ftCreationTime", FILETIME),
        ("ftLastAccessTime", FILETIME),
        ("ftLastWriteTime", FILETIME),
        ("nFileSizeHigh", DWORD),
        ("nFileSizeLow", DWORD),
        ("dwReserved0", DWORD),
        ("dwReserved1", DWORD),
        ("cFileName", CHAR * MAX_PATH),
        ("cAlternateFileName", CHAR * 14),
    )


class WIN32_FIND_DATAW(Structure):
    _fields_ = (
        ("dwFileAttributes", DWORD),
        ("ftCreationTime", FILETIME),
        ("ftLastAccessTime", FILETIME),
        ("ftLastWriteTime", FILETIME),
        ("nFileSizeHigh", DWORD),
        ("nFileSizeLow", DWORD),
        ("dwReserved0", DWORD),
        ("dwReserved1", DWORD),
        ("cFileName", WCHAR * MAX_PATH),
        ("cAlternateFileName", WCHAR * 14),
    )


# ---- pointers ----

LPBOOL = PBOOL = POINTER(BOOL)
PBOOLEAN = POINTER(BOOLEAN)
LPBYTE = PBYTE = POINTER(BYTE)
PCHAR = POINTER(CHAR)
LPCOLORREF = POINTER(COLORREF)
LPDWORD = PDWORD = POINTER(DWORD)
LPFILETIME = PFILETIME = POINTER(FILETIME)
PFLOAT = POINTER(FLOAT)
LPHANDLE = PHANDLE = POINTER(HANDLE)
PHKEY = POINTER(HKEY)
LPHKL = POINTER(HKL)
LPINT = PINT = POINTER(INT)
PLARGE_INTEGER = POINTER(LARGE_INTEGER)
PLCID = POINTER(LCID)
LPLONG = PLONG = POINTER(LONG)
LPMSG = PMSG = POINTER(MSG)
LPPOINT = PPOINT = POINTER(POINT)
PPOINTL = POINTER(POINTL)
LPRECT = PRECT = POINTER(RECT)
LPRECTL = PRECTL = POINTER(RECTL)
LPSC_HANDLE = POINTER(SC_HANDLE)
PSHORT = POINTER(SHORT)
LPSIZE = PSIZE = POINTER(SIZE)
LPSIZEL = PSIZEL = POINTER(SIZEL)
PSMALL_RECT = POINTER(SMALL_RECT)
LPUINT = PUINT = POINTER(UINT)
PULARGE_INTEGER = POINTER(ULARGE_INTEGER)
PULONG = POINTER(ULONG)
PUSHORT = POINTER(USHORT)
PWCHAR = POINTER(WCHAR)
LPWIN32_FIND_DATAA = PWIN32_FIND_DATAA = POINTER(WIN32_FIND_DATAA)
LPWIN32_FIND_DATAW = PWIN32_FIND_DATAW = POINTER(WIN32_FIND_DATAW)
LPWORD = PWORD = POINTER(WORD)
