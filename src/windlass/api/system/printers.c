/* winspool's printers, drivers and ports: a machine that has none. No printer can be opened by a name, and the only
 * valid handle is that of the print server, which programs get for no name ("OpenPrinter function", "EnumPrinters
 * function", "GetDefaultPrinter function" ...). */
#include "api.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

static char print_server;

static BOOL is_level(DWORD level, unsigned levels) { return level < 32 && levels >> level & 1; }

/* The end of an enumeration that finds nothing; `levels` has a bit for each kind of structure that there is. */
static BOOL enumerate_none(DWORD level, unsigned levels, LPDWORD needed, LPDWORD count) {
    if (!needed || !count)
        return fail(RPC_X_NULL_REF_POINTER);
    *needed = *count = 0;
    return is_level(level, levels) ? TRUE : fail(ERROR_INVALID_LEVEL);
}

static BOOL open_printer(LPCVOID name, PHANDLE printer) {
    if (!printer)
        return fail(ERROR_INVALID_PARAMETER);
    *printer = name ? NULL : &print_server;
    return name ? fail(ERROR_INVALID_PRINTER_NAME) : TRUE;
}

/* Functions of a printer: neither the server nor anything else is one. */
#define OF_PRINTER(name_, ...) \
    API(winspool.drv, BOOL, name_, HANDLE hPrinter, __VA_ARGS__) { return fail(ERROR_INVALID_HANDLE); }
#define DATA_OF_PRINTER(name_, ...) \
    API(winspool.drv, DWORD, name_, HANDLE hPrinter, __VA_ARGS__) { return ERROR_INVALID_HANDLE; }

/* ---- what there is ---- */

enum { PRINTER_LEVELS = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5, DRIVER_LEVELS = 0x17e, TWO_LEVELS = 1 << 1 | 1 << 2 };

#define ENUMERATION(name_, levels_, ...) \
    API(winspool.drv, BOOL, name_, __VA_ARGS__, DWORD Level, LPBYTE pBuffer, DWORD cbBuf, LPDWORD pcbNeeded, \
        LPDWORD pcReturned) { \
        return enumerate_none(Level, levels_, pcbNeeded, pcReturned); \
    }

ENUMERATION(EnumPrintersA, PRINTER_LEVELS, DWORD Flags, LPSTR Name)
ENUMERATION(EnumPrintersW, PRINTER_LEVELS, DWORD Flags, LPWSTR Name)
ENUMERATION(EnumPrinterDriversA, DRIVER_LEVELS, LPSTR pName, LPSTR pEnvironment)
ENUMERATION(EnumPrinterDriversW, DRIVER_LEVELS, LPWSTR pName, LPWSTR pEnvironment)
ENUMERATION(EnumPortsA, TWO_LEVELS, LPSTR pName)
ENUMERATION(EnumPortsW, TWO_LEVELS, LPWSTR pName)
ENUMERATION(EnumMonitorsA, TWO_LEVELS, LPSTR pName)
ENUMERATION(EnumMonitorsW, TWO_LEVELS, LPWSTR pName)
ENUMERATION(EnumPrintProcessorsA, 1 << 1, LPSTR pName, LPSTR pEnvironment)
ENUMERATION(EnumPrintProcessorsW, 1 << 1, LPWSTR pName, LPWSTR pEnvironment)

API(winspool.drv, BOOL, GetDefaultPrinterA, LPSTR pszBuffer, LPDWORD pcchBuffer) {
    return fail(pcchBuffer ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER);
}
API(winspool.drv, BOOL, GetDefaultPrinterW, LPWSTR pszBuffer, LPDWORD pcchBuffer) {
    return fail(pcchBuffer ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER);
}
API(winspool.drv, BOOL, SetDefaultPrinterA, LPCSTR pszPrinter) { return fail(ERROR_INVALID_PRINTER_NAME); }
API(winspool.drv, BOOL, SetDefaultPrinterW, LPCWSTR pszPrinter) { return fail(ERROR_INVALID_PRINTER_NAME); }

/* ---- by name ---- */

API(winspool.drv, BOOL, OpenPrinterA, LPSTR pPrinterName, PHANDLE phPrinter, LPVOID pDefault) {
    return open_printer(pPrinterName, phPrinter);
}
API(winspool.drv, BOOL, OpenPrinterW, LPWSTR pPrinterName, PHANDLE phPrinter, LPVOID pDefault) {
    return open_printer(pPrinterName, phPrinter);
}
API(winspool.drv, BOOL, OpenPrinter2A, LPCSTR pPrinterName, PHANDLE phPrinter, LPVOID pDefault, LPVOID pOptions) {
    return open_printer(pPrinterName, phPrinter);
}
API(winspool.drv, BOOL, OpenPrinter2W, LPCWSTR pPrinterName, PHANDLE phPrinter, LPVOID pDefault, LPVOID pOptions) {
    return open_printer(pPrinterName, phPrinter);
}
API(winspool.drv, BOOL, ClosePrinter, HANDLE hPrinter) {
    return hPrinter == &print_server ? TRUE : fail(ERROR_INVALID_HANDLE);
}

static int no_capabilities(void) {
    set_last_error(ERROR_INVALID_PRINTER_NAME);
    return -1;
}
API(winspool.drv, int, DeviceCapabilitiesA, LPCSTR pDevice, LPCSTR pPort, WORD fwCapability, LPSTR pOutput,
    LPVOID pDevMode) {
    return no_capabilities();
}
API(winspool.drv, int, DeviceCapabilitiesW, LPCWSTR pDevice, LPCWSTR pPort, WORD fwCapability, LPWSTR pOutput,
    LPVOID pDevMode) {
    return no_capabilities();
}

static LONG no_properties(void) {
    set_last_error(ERROR_INVALID_HANDLE);
    return -1;
}
API(winspool.drv, LONG, DocumentPropertiesA, HANDLE hWnd, HANDLE hPrinter, LPSTR pDeviceName, PVOID pDevModeOutput,
    PVOID pDevModeInput, DWORD fMode) {
    return no_properties();
}
API(winspool.drv, LONG, DocumentPropertiesW, HANDLE hWnd, HANDLE hPrinter, LPWSTR pDeviceName, PVOID pDevModeOutput,
    PVOID pDevModeInput, DWORD fMode) {
    return no_properties();
}
API(winspool.drv, BOOL, PrinterProperties, HANDLE hWnd, HANDLE hPrinter) { return fail(ERROR_INVALID_HANDLE); }

#define BY_NAME(name_, error_, ...) API(winspool.drv, BOOL, name_, __VA_ARGS__) { return fail(error_); }

BY_NAME(AddPrinterConnectionA, ERROR_INVALID_PRINTER_NAME, LPSTR pName)
BY_NAME(AddPrinterConnectionW, ERROR_INVALID_PRINTER_NAME, LPWSTR pName)
BY_NAME(DeletePrinterConnectionA, ERROR_INVALID_PRINTER_NAME, LPSTR pName)
BY_NAME(DeletePrinterConnectionW, ERROR_INVALID_PRINTER_NAME, LPWSTR pName)
BY_NAME(DeletePrinterDriverA, ERROR_UNKNOWN_PRINTER_DRIVER, LPSTR pName, LPSTR pEnvironment, LPSTR pDriverName)
BY_NAME(DeletePrinterDriverW, ERROR_UNKNOWN_PRINTER_DRIVER, LPWSTR pName, LPWSTR pEnvironment, LPWSTR pDriverName)

/* ---- of an open printer ---- */

OF_PRINTER(GetPrinterA, DWORD Level, LPBYTE pPrinter, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(GetPrinterW, DWORD Level, LPBYTE pPrinter, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(SetPrinterA, DWORD Level, LPBYTE pPrinter, DWORD Command)
OF_PRINTER(SetPrinterW, DWORD Level, LPBYTE pPrinter, DWORD Command)
OF_PRINTER(ResetPrinterA, LPVOID pDefault)
OF_PRINTER(ResetPrinterW, LPVOID pDefault)
OF_PRINTER(GetPrinterDriverA, LPSTR pEnvironment, DWORD Level, LPBYTE pDriverInfo, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(GetPrinterDriverW, LPWSTR pEnvironment, DWORD Level, LPBYTE pDriverInfo, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(EnumFormsA, DWORD Level, LPBYTE pForm, DWORD cbBuf, LPDWORD pcbNeeded, LPDWORD pcReturned)
OF_PRINTER(EnumFormsW, DWORD Level, LPBYTE pForm, DWORD cbBuf, LPDWORD pcbNeeded, LPDWORD pcReturned)
OF_PRINTER(GetFormA, LPSTR pFormName, DWORD Level, LPBYTE pForm, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(GetFormW, LPWSTR pFormName, DWORD Level, LPBYTE pForm, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(AddFormA, DWORD Level, LPBYTE pForm)
OF_PRINTER(AddFormW, DWORD Level, LPBYTE pForm)
OF_PRINTER(SetFormA, LPSTR pFormName, DWORD Level, LPBYTE pForm)
OF_PRINTER(SetFormW, LPWSTR pFormName, DWORD Level, LPBYTE pForm)
OF_PRINTER(DeleteFormA, LPSTR pFormName)
OF_PRINTER(DeleteFormW, LPWSTR pFormName)
API(winspool.drv, BOOL, DeletePrinter, HANDLE hPrinter) { return fail(ERROR_INVALID_HANDLE); }

OF_PRINTER(EnumJobsA, DWORD FirstJob, DWORD NoJobs, DWORD Level, LPBYTE pJob, DWORD cbBuf, LPDWORD pcbNeeded,
    LPDWORD pcReturned)
OF_PRINTER(EnumJobsW, DWORD FirstJob, DWORD NoJobs, DWORD Level, LPBYTE pJob, DWORD cbBuf, LPDWORD pcbNeeded,
    LPDWORD pcReturned)
OF_PRINTER(GetJobA, DWORD JobId, DWORD Level, LPBYTE pJob, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(GetJobW, DWORD JobId, DWORD Level, LPBYTE pJob, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(SetJobA, DWORD JobId, DWORD Level, LPBYTE pJob, DWORD Command)
OF_PRINTER(SetJobW, DWORD JobId, DWORD Level, LPBYTE pJob, DWORD Command)
OF_PRINTER(AddJobA, DWORD Level, LPBYTE pData, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(AddJobW, DWORD Level, LPBYTE pData, DWORD cbBuf, LPDWORD pcbNeeded)
OF_PRINTER(ScheduleJob, DWORD JobId)
OF_PRINTER(ReadPrinter, LPVOID pBuf, DWORD cbBuf, LPDWORD pNoBytesRead)
OF_PRINTER(WritePrinter, LPVOID pBuf, DWORD cbBuf, LPDWORD pcWritten)
OF_PRINTER(FlushPrinter, LPVOID pBuf, DWORD cbBuf, LPDWORD pcWritten, DWORD cSleep)
API(winspool.drv, DWORD, StartDocPrinterA, HANDLE hPrinter, DWORD Level,
    LPBYTE pDocInfo) { return fail(ERROR_INVALID_HANDLE); }
API(winspool.drv, DWORD, StartDocPrinterW, HANDLE hPrinter, DWORD Level,
    LPBYTE pDocInfo) { return fail(ERROR_INVALID_HANDLE); }
API(winspool.drv, BOOL, StartPagePrinter, HANDLE hPrinter) { return fail(ERROR_INVALID_HANDLE); }
API(winspool.drv, BOOL, EndPagePrinter, HANDLE hPrinter) { return fail(ERROR_INVALID_HANDLE); }
API(winspool.drv, BOOL, EndDocPrinter, HANDLE hPrinter) { return fail(ERROR_INVALID_HANDLE); }
API(winspool.drv, BOOL, AbortPrinter, HANDLE hPrinter) { return fail(ERROR_INVALID_HANDLE); }

DATA_OF_PRINTER(GetPrinterDataA, LPSTR pValueName, LPDWORD pType, LPBYTE pData, DWORD nSize, LPDWORD pcbNeeded)
DATA_OF_PRINTER(GetPrinterDataW, LPWSTR pValueName, LPDWORD pType, LPBYTE pData, DWORD nSize, LPDWORD pcbNeeded)
DATA_OF_PRINTER(GetPrinterDataExA, LPCSTR pKeyName, LPCSTR pValueName, LPDWORD pType, LPBYTE pData, DWORD nSize,
    LPDWORD pcbNeeded)
DATA_OF_PRINTER(GetPrinterDataExW, LPCWSTR pKeyName, LPCWSTR pValueName, LPDWORD pType, LPBYTE pData, DWORD nSize,
    LPDWORD pcbNeeded)
DATA_OF_PRINTER(SetPrinterDataA, LPSTR pValueName, DWORD Type, LPBYTE pData, DWORD cbData)
DATA_OF_PRINTER(SetPrinterDataW, LPWSTR pValueName, DWORD Type, LPBYTE pData, DWORD cbData)
DATA_OF_PRINTER(SetPrinterDataExA, LPCSTR pKeyName, LPCSTR pValueName, DWORD Type, LPBYTE pData, DWORD cbData)
DATA_OF_PRINTER(SetPrinterDataExW, LPCWSTR pKeyName, LPCWSTR pValueName, DWORD Type, LPBYTE pData, DWORD cbData)

API(winspool.drv, HANDLE, FindFirstPrinterChangeNotification, HANDLE hPrinter, DWORD fdwFilter, DWORD fdwOptions,
    PVOID pPrinterNotifyOptions) {
    set_last_error(ERROR_INVALID_HANDLE);
    return INVALID_HANDLE_VALUE;
}
API(winspool.drv, BOOL, FindNextPrinterChangeNotification, HANDLE hChange, LPDWORD pdwChange, LPVOID pvReserved,
    LPVOID *ppPrinterNotifyInfo) {
    return fail(ERROR_INVALID_HANDLE);
}
API(winspool.drv, BOOL, FindClosePrinterChangeNotification, HANDLE hChange) { return fail(ERROR_INVALID_HANDLE); }
