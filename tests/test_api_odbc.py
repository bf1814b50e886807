"""ODBC: a database through odbc32 and the host's driver manager."""

from __future__ import annotations

import subprocess

import pytest

from windlass.ctypes import (
    WinDLL,
    byref,
    c_int16,
    c_int64,
    c_void_p,
    create_string_buffer,
    create_unicode_buffer,
)

ENVIRONMENT, CONNECTION, STATEMENT = 1, 2, 3
SUCCESS, SUCCESS_WITH_INFO, NO_DATA, ERROR = 0, 1, 100, -1
NTS, ODBC_VERSION, ODBC3 = -3, 200, 3
C_WIDE, C_CHAR, C_LONGLONG = -8, 1, -25


@pytest.fixture
def odbc():
    try:
        drivers = subprocess.run(["odbcinst", "-q", "-d"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        pytest.skip("unixODBC is not installed")
    if "[SQLite3]" not in drivers:
        pytest.skip("unixODBC has no driver for SQLite")
    library = WinDLL("odbc32")
    for function in (
        "SQLAllocHandle",
        "SQLExecDirectW",
        "SQLFetch",
        "SQLGetData",
        "SQLDriverConnectW",
        "SQLGetDiagRecW",
    ):
        getattr(library, function).restype = c_int16
    return library


@pytest.fixture
def connection(odbc):
    environment, handle = c_void_p(), c_void_p()
    assert odbc.SQLAllocHandle(ENVIRONMENT, None, byref(environment)) == SUCCESS
    odbc.SQLSetEnvAttr(environment, ODBC_VERSION, c_void_p(ODBC3), 0)
    assert odbc.SQLAllocHandle(CONNECTION, environment, byref(handle)) == SUCCESS
    done = odbc.SQLDriverConnectW(handle, None, "Driver=SQLite3;Database=:memory:", NTS, None, 0, None, 0)
    assert done in (SUCCESS, SUCCESS_WITH_INFO)
    yield handle
    odbc.SQLDisconnect(handle)
    odbc.SQLFreeHandle(CONNECTION, handle)
    odbc.SQLFreeHandle(ENVIRONMENT, environment)


@pytest.fixture
def statement(odbc, connection):
    handle = c_void_p()
    assert odbc.SQLAllocHandle(STATEMENT, connection, byref(handle)) == SUCCESS
    yield handle
    odbc.SQLFreeHandle(STATEMENT, handle)


def test_a_query(odbc, statement):
    text, number, length = create_unicode_buffer(20), c_int64(), c_int64()
    assert odbc.SQLExecDirectW(statement, "select 'añ€' as a, 1 << 40 as b", NTS) == SUCCESS
    assert odbc.SQLFetch(statement) == SUCCESS
    assert odbc.SQLGetData(statement, 1, C_WIDE, text, 40, byref(length)) == SUCCESS
    assert (text.value, length.value) == ("añ€", 6)
    assert odbc.SQLGetData(statement, 2, C_LONGLONG, byref(number), 8, byref(length)) == SUCCESS
    assert number.value == 1 << 40
    assert odbc.SQLFetch(statement) == NO_DATA


def test_an_error_has_a_state_and_a_text(odbc, statement):
    state, text, length = create_unicode_buffer(6), create_unicode_buffer(300), c_int16()
    assert odbc.SQLExecDirectW(statement, "select * from nowhere", NTS) == ERROR
    found = odbc.SQLGetDiagRecW(STATEMENT, statement, 1, state, None, text, 300, byref(length))
    assert found in (SUCCESS, SUCCESS_WITH_INFO)
    assert len(state.value) == 5 and "nowhere" in text.value


def test_ordinals_and_functions_for_bytes(odbc, statement):
    """Import libraries bind odbc32 by ordinal: 11 is SQLExecDirect, 13 SQLFetch, 43 SQLGetData."""
    text, length = create_string_buffer(20), c_int64()
    assert odbc[11](statement, b"select 'bytes'", NTS) == SUCCESS
    assert odbc[13](statement) == SUCCESS
    assert odbc[43](statement, 1, C_CHAR, text, 20, byref(length)) == SUCCESS
    assert text.value == b"bytes"
