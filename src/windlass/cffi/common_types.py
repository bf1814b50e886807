"""The names of Windows' types that cffi knows on Windows without a declaration.

Source: cffi documentation, "Using the ffi/lib objects", "Windows: ..." and Microsoft, "Windows Data Types".
"""

from __future__ import annotations

from windlass.cffi.host import commontypes
from windlass.light import cache

_NAMES = {
    "void": "VOID",
    "char": "CHAR CCHAR",
    "signed char": "INT8",
    "unsigned char": "BYTE UCHAR UINT8 BOOLEAN",
    "wchar_t": "WCHAR",
    "short": "SHORT INT16",
    "unsigned short": "WORD USHORT ATOM UINT16 LANGID",
    "int": "BOOL INT INT32 HFILE",
    "unsigned int": "UINT UINT32",
    "long": "LONG LONG32 HRESULT NTSTATUS",
    "unsigned long": "DWORD ULONG DWORD32 ULONG32 COLORREF LCID LCTYPE LGRPID",
    "long long": "LONGLONG LONG64 INT64 USN",
    "unsigned long long": "ULONGLONG DWORDLONG DWORD64 ULONG64 UINT64",
    "intptr_t": "INT_PTR LONG_PTR SSIZE_T LPARAM LRESULT",
    "uintptr_t": "UINT_PTR ULONG_PTR DWORD_PTR SIZE_T WPARAM",
    "float": "FLOAT",
    "void *": "HANDLE PVOID LPVOID HMODULE HINSTANCE HWND HKEY HDC HICON HCURSOR HMENU HBITMAP HBRUSH HFONT "
    "HPEN HRGN HPALETTE HGDIOBJ HGLOBAL HLOCAL HMONITOR HHOOK HACCEL HKL HRSRC HDESK HWINSTA HDROP SC_HANDLE "
    "SERVICE_STATUS_HANDLE",
    "const void *": "LPCVOID",
    "char *": "LPSTR PSTR PCHAR",
    "const char *": "LPCSTR PCSTR",
    "wchar_t *": "LPWSTR PWSTR PWCHAR",
    "const wchar_t *": "LPCWSTR PCWSTR",
    "unsigned char *": "PBYTE LPBYTE PUCHAR PBOOLEAN",
    "unsigned short *": "PWORD LPWORD PUSHORT",
    "short *": "PSHORT",
    "int *": "PBOOL LPBOOL PINT LPINT",
    "unsigned int *": "PUINT",
    "long *": "PLONG LPLONG",
    "unsigned long *": "PDWORD LPDWORD PULONG LPCOLORREF PLCID",
    "long long *": "PLONGLONG PLONG64 PINT64",
    "unsigned long long *": "PULONGLONG PDWORDLONG PDWORD64 PULONG64 PUINT64",
    "intptr_t *": "PINT_PTR PLONG_PTR PSSIZE_T",
    "uintptr_t *": "PUINT_PTR PULONG_PTR PDWORD_PTR PSIZE_T",
    "float *": "PFLOAT",
    "void * *": "PHANDLE LPHANDLE PHKEY",
}


@cache
def add() -> None:
    """Make the names known to cffi's parser, which has them on Windows only."""
    for meaning, names in _NAMES.items():
        for name in names.split():
            commontypes.COMMON_TYPES.setdefault(name, meaning)
    for name, meaning in commontypes.win_common_types().items():
        commontypes.COMMON_TYPES.setdefault(name, meaning)
