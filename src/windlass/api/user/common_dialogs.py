"""Common dialogs (comdlg32): nobody could choose a file, a colour or a printer. They are refused as message
boxes are, and CommDlgExtendedError tells why.

Source: Microsoft, "Common Dialog Box Library", "CommDlgExtendedError function".
"""

from __future__ import annotations

import ntpath
import threading

from windlass.api.outputs import from_ansi, get_u32, get_u64, put_ansi, put_wide, string_at
from windlass.api.user.user_refused import refuse
from windlass.registry import export
from windlass.types import BOOL, DWORD, HRESULT, HWND, LPCSTR, LPCWSTR, LPSTR, LPVOID, LPWSTR, SHORT, WORD

CDERR_DIALOGFAILURE, CDERR_STRUCTSIZE, CDERR_INITIALIZATION, PDERR_NODEFAULTPRN = 0xFFFF, 1, 2, 0x1008
E_FAIL, E_INVALIDARG = -0x7FFFBFFB, -0x7FF8FFA9
PD_RETURNDEFAULT, PSD_RETURNDEFAULT = 0x400, 0x400
# Sizes of the structures; the first of OPENFILENAME's is that of Windows NT 4.
OPENFILENAME, CHOOSECOLOR, CHOOSEFONT, FINDREPLACE = (136, 152), (72,), (104,), (80,)
PRINTDLG, PAGESETUPDLG = (120,), (128,)
PRINTDLG_FLAGS, PAGESETUPDLG_FLAGS = 40, 32
TITLE = 24  # in BROWSEINFO

_error = threading.local()


def no_dialog(what: str, structure: int, sizes: tuple[int, ...]) -> int:
    """Refuse one of the dialogs; 0."""
    if not structure:
        _error.code = CDERR_INITIALIZATION
    elif get_u32(structure) not in sizes:
        _error.code = CDERR_STRUCTSIZE
    else:
        refuse(what, "nobody to answer it", None)
        _error.code = CDERR_DIALOGFAILURE
    return 0


@export("comdlg32")
def CommDlgExtendedError() -> DWORD:
    return getattr(_error, "code", 0)


@export("comdlg32")
def GetOpenFileNameW(param: LPVOID) -> BOOL:
    return no_dialog("open dialog", param, OPENFILENAME)


@export("comdlg32")
def GetOpenFileNameA(param: LPVOID) -> BOOL:
    return no_dialog("open dialog", param, OPENFILENAME)


@export("comdlg32")
def GetSaveFileNameW(param: LPVOID) -> BOOL:
    return no_dialog("save dialog", param, OPENFILENAME)


@export("comdlg32")
def GetSaveFileNameA(param: LPVOID) -> BOOL:
    return no_dialog("save dialog", param, OPENFILENAME)


@export("comdlg32")
def ChooseColorW(lpcc: LPVOID) -> BOOL:
    return no_dialog("colour dialog", lpcc, CHOOSECOLOR)


@export("comdlg32")
def ChooseColorA(lpcc: LPVOID) -> BOOL:
    return no_dialog("colour dialog", lpcc, CHOOSECOLOR)


@export("comdlg32")
def ChooseFontW(lpcf: LPVOID) -> BOOL:
    return no_dialog("font dialog", lpcf, CHOOSEFONT)


@export("comdlg32")
def ChooseFontA(lpcf: LPVOID) -> BOOL:
    return no_dialog("font dialog", lpcf, CHOOSEFONT)


@export("comdlg32")
def FindTextW(lpfr: LPVOID) -> HWND:
    return no_dialog("find dialog", lpfr, FINDREPLACE)


@export("comdlg32")
def FindTextA(lpfr: LPVOID) -> HWND:
    return no_dialog("find dialog", lpfr, FINDREPLACE)


@export("comdlg32")
def ReplaceTextW(lpfr: LPVOID) -> HWND:
    return no_dialog("replace dialog", lpfr, FINDREPLACE)


@export("comdlg32")
def ReplaceTextA(lpfr: LPVOID) -> HWND:
    return no_dialog("replace dialog", lpfr, FINDREPLACE)


@export("shell32")
def SHBrowseForFolderW(lpbi: LPVOID) -> LPVOID:
    return refuse("folder dialog", string_at(get_u64(lpbi + TITLE), True), None)


@export("shell32")
def SHBrowseForFolderA(lpbi: LPVOID) -> LPVOID:
    return refuse("folder dialog", string_at(get_u64(lpbi + TITLE), False), None)


# ---- printing: there is no printer, so asking for the default one needs no dialog ----


def no_printer(what: str, structure: int, sizes: tuple[int, ...], flags: int, default: int) -> int:
    if structure and get_u32(structure) in sizes and get_u32(structure + flags) & default:
        _error.code = PDERR_NODEFAULTPRN
        return 0
    return no_dialog(what, structure, sizes)


@export("comdlg32")
def PrintDlgW(lppd: LPVOID) -> BOOL:
    return no_printer("print dialog", lppd, PRINTDLG, PRINTDLG_FLAGS, PD_RETURNDEFAULT)


@export("comdlg32")
def PrintDlgA(lppd: LPVOID) -> BOOL:
    return no_printer("print dialog", lppd, PRINTDLG, PRINTDLG_FLAGS, PD_RETURNDEFAULT)


@export("comdlg32")
def PageSetupDlgW(lppsd: LPVOID) -> BOOL:
    return no_printer("page dialog", lppsd, PAGESETUPDLG, PAGESETUPDLG_FLAGS, PSD_RETURNDEFAULT)


@export("comdlg32")
def PageSetupDlgA(lppsd: LPVOID) -> BOOL:
    return no_printer("page dialog", lppsd, PAGESETUPDLG, PAGESETUPDLG_FLAGS, PSD_RETURNDEFAULT)


@export("comdlg32")
def PrintDlgExW(pPD: LPVOID) -> HRESULT:
    refuse("print dialog", "nobody to answer it", None)
    return E_FAIL if pPD else E_INVALIDARG


@export("comdlg32")
def PrintDlgExA(pPD: LPVOID) -> HRESULT:
    refuse("print dialog", "nobody to answer it", None)
    return E_FAIL if pPD else E_INVALIDARG


# ---- file titles ("GetFileTitleW function") ----


def title_of(name: str | None) -> str | None:
    """A path's last part; None for what names no file."""
    if not name or name[-1] in "\\/:" or any(each in name for each in "*[]"):
        return None
    return ntpath.basename(name)


@export("comdlg32")
def GetFileTitleW(lpszFile: LPCWSTR, Buf: LPWSTR, cchSize: WORD) -> SHORT:
    title = title_of(lpszFile)
    if title is None:
        return -1
    length = put_wide(Buf, cchSize, title)
    return 0 if length < cchSize else length + 1


@export("comdlg32")
def GetFileTitleA(lpszFile: LPCSTR, Buf: LPSTR, cchSize: WORD) -> SHORT:
    title = title_of(from_ansi(lpszFile))
    if title is None:
        return -1
    length = put_ansi(Buf, cchSize, title)
    return 0 if length < cchSize else length + 1
