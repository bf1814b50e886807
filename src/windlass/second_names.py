"""What Windows' DLLs export a second time: under another name, or from another DLL.

A declaration lists the DLLs that export a function. Here is what follows a rule (every Nt function has a Zw
name), and what one DLL has of another's families that are declared as families.

Source: Microsoft, "Using Nt and Zw Versions of the Native System Services Routines"; the export tables of
the DLLs.
"""

from __future__ import annotations

from windlass.light import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["Source", "second_names", "source_of"]


class Source(NamedTuple):
    """Where a function is declared."""

    dll: str
    name: str


_PREFIXES = {"ntdll.dll": ("Zw", "Nt"), "ucrtbase.dll": ("_o_", "")}
"""ntdll: as above. ucrtbase: api-ms-win-crt-private-l1-1-0 names the functions so."""

# Their addresses mean more than their code: setjmp's kin, and what compilers call by themselves.
_WITHOUT = ("?", "__intrinsic", "_local_unwind", "setjmp", "longjmp", "__C_", "__CxxFrame", "__chkstk")

_SHARED = {
    "ntdll.dll": ("msvcrt.dll", """
        _i64toa_s _i64tow_s _itoa_s _itow_s _ltoa_s _ltow_s _snprintf _snprintf_s _snwprintf _snwprintf_s
        _strlwr _strlwr_s _strupr _strupr_s _swprintf _ui64toa_s _ui64tow_s _ultoa_s _ultow_s _vscprintf
        _vscwprintf _vsnprintf _vsnprintf_s _vsnwprintf _vsnwprintf_s _vswprintf _wcslwr _wcslwr_s _wcstoi64
        _wcstoui64 _wcsupr _wcsupr_s atan atan2 ceil cos floor isalnum isalpha iscntrl isdigit isgraph
        islower isprint ispunct isspace isupper iswalnum iswalpha iswdigit iswgraph iswlower iswprint
        iswspace iswxdigit isxdigit log pow sin sprintf sprintf_s sscanf swprintf swprintf_s tan vsprintf
        vsprintf_s vswprintf_s
    """),
    "kernelbase.dll": ("psapi.dll", """
        EmptyWorkingSet EnumDeviceDrivers EnumProcessModules EnumProcessModulesEx EnumProcesses
        GetMappedFileNameA GetMappedFileNameW GetModuleBaseNameA GetModuleBaseNameW GetModuleFileNameExA
        GetModuleFileNameExW GetModuleInformation GetPerformanceInfo GetProcessImageFileNameA
        GetProcessImageFileNameW GetProcessMemoryInfo QueryWorkingSet QueryWorkingSetEx
    """),
    "shell32.dll": ("shlwapi.dll", """
        StrChrA StrChrIA StrChrIW StrChrW StrCmpNA StrCmpNIA StrCmpNIW StrCmpNW StrRChrA StrRChrIA StrRChrIW
        StrRChrW StrRStrIA StrRStrIW StrStrA StrStrIA StrStrIW StrStrW
    """),
}  # fmt: skip


def source_of(dll: str, name: str) -> Source | None:
    """The function that a DLL exports under a second name; None if it is no second name."""
    second, first = _PREFIXES.get(dll, ("", ""))
    if second and name.startswith(second):
        return Source(dll, first + name[len(second) :])
    other, names = _SHARED.get(dll, ("", ""))
    return Source(other, name) if name in names.split() else None


def second_names(functions: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str, Source]]:
    """Each DLL, second name and source, of DLLs that declare these functions."""
    for dll, (second, first) in _PREFIXES.items():
        for name in functions[dll]:
            if name.startswith(first) and not name.startswith(_WITHOUT):
                yield dll, second + name[len(first) :], Source(dll, name)
    for dll, (other, names) in _SHARED.items():
        for name in names.split():
            yield dll, name, Source(other, name)
