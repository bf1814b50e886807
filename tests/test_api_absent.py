"""What a machine of windlass does not have: printers, files that Windows protects or encrypts."""

from __future__ import annotations

import pytest

from windlass.ctypes import WinDLL, byref, c_uint32, c_void_p, create_unicode_buffer, get_last_error, wintypes

ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE, ERROR_NO_MORE_FILES, ERROR_NOT_SUPPORTED = 2, 6, 18, 50
ERROR_INVALID_LEVEL, RPC_X_NULL_REF_POINTER, ERROR_INVALID_PRINTER_NAME = 124, 1780, 1801


@pytest.fixture
def spooler():
    return WinDLL("winspool.drv", use_last_error=True)


def test_there_are_no_printers(spooler):
    """ "EnumPrinters function": nothing is found, which is no error."""
    needed, count = c_uint32(7), c_uint32(7)
    for name in "EnumPrintersW", "EnumPrintersA":
        assert getattr(spooler, name)(2, None, 4, None, 0, byref(needed), byref(count)) == 1
        assert (needed.value, count.value) == (0, 0)
    assert spooler.EnumPrintersW(2, None, 3, None, 0, byref(needed), byref(count)) == 0
    assert get_last_error() == ERROR_INVALID_LEVEL
    assert spooler.EnumPrintersW(2, None, 4, None, 0, None, byref(count)) == 0
    assert get_last_error() == RPC_X_NULL_REF_POINTER
    assert spooler.EnumPortsW(None, 1, None, 0, byref(needed), byref(count)) == 1


def test_no_printer_can_be_opened(spooler):
    printer = wintypes.HANDLE(5)
    assert spooler.OpenPrinterW("LaserJet", byref(printer), None) == 0
    assert (get_last_error(), printer.value) == (ERROR_INVALID_PRINTER_NAME, None)
    assert spooler.GetDefaultPrinterW(create_unicode_buffer(9), byref(c_uint32(9))) == 0
    assert get_last_error() == ERROR_FILE_NOT_FOUND  # "GetDefaultPrinter function"
    assert spooler.StartDocPrinterW(c_void_p(5), 1, None) == 0
    assert get_last_error() == ERROR_INVALID_HANDLE
    assert spooler.GetPrinterDataW(c_void_p(5), "x", None, None, 0, None) == ERROR_INVALID_HANDLE
    assert spooler.DocumentPropertiesW(None, c_void_p(5), "LaserJet", None, None, 0) == -1


def test_the_print_server_has_a_handle(spooler):
    """ "OpenPrinter function": NULL for the name is the local print server."""
    server = wintypes.HANDLE()
    assert spooler.OpenPrinterA(None, byref(server), None) == 1
    assert spooler.StartPagePrinter(server) == 0
    assert spooler.ClosePrinter(server) == 1
    assert spooler.ClosePrinter(c_void_p(5)) == 0


def test_no_file_is_protected():
    sfc = WinDLL("sfc", use_last_error=True)
    assert sfc.SfcIsFileProtected(None, "C:\\windows\\system32\\kernel32.dll") == 0
    assert get_last_error() == ERROR_FILE_NOT_FOUND
    assert sfc.SfcGetNextProtectedFile(None, create_unicode_buffer(300)) == 0
    assert get_last_error() == ERROR_NO_MORE_FILES


def test_no_file_system_encrypts(tmp_path):
    """ "FileEncryptionStatus function": 6 for a file system that has no encryption."""
    advapi32 = WinDLL("advapi32", use_last_error=True)
    (tmp_path / "plain").write_text("text")
    status = c_uint32()
    assert advapi32.FileEncryptionStatusW(str(tmp_path / "plain"), byref(status)) == 1
    assert status.value == 6
    assert advapi32.EncryptFileW(str(tmp_path / "plain")) == 0
    assert get_last_error() == ERROR_NOT_SUPPORTED
    assert advapi32.DecryptFileA(str(tmp_path / "away").encode(), 0) == 0
    assert get_last_error() == ERROR_FILE_NOT_FOUND
