/* Serial ports ("Communications Resources"). None is driven here. Programs ask these of any character device that is no
 * console, to learn whether it is one: the driver of another device does not know the request. */
#include "api.h"
#include "file.h"

typedef struct DCB DCB;
typedef struct { DWORD bits, cbInQue, cbOutQue; } COMSTAT;
typedef struct { DWORD ReadIntervalTimeout, ReadTotalTimeoutMultiplier, ReadTotalTimeoutConstant, WriteTotalTimeoutMultiplier,
                     WriteTotalTimeoutConstant; } COMMTIMEOUTS;

static BOOL not_serial(HANDLE handle) {
    struct file *file = file_from_handle(handle, 0);
    if (!file)
        return FALSE;
    file_release(file);
    return fail(ERROR_INVALID_FUNCTION);
}

API(kernel32 kernelbase, BOOL, GetCommState, HANDLE hFile, DCB *lpDCB) { (void)lpDCB; return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, SetCommState, HANDLE hFile, DCB *lpDCB) { (void)lpDCB; return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, GetCommTimeouts, HANDLE hFile, COMMTIMEOUTS *lpCommTimeouts) {
    (void)lpCommTimeouts;
    return not_serial(hFile);
}
API(kernel32 kernelbase, BOOL, SetCommTimeouts, HANDLE hFile, const COMMTIMEOUTS *lpCommTimeouts) {
    (void)lpCommTimeouts;
    return not_serial(hFile);
}
API(kernel32 kernelbase, BOOL, GetCommMask, HANDLE hFile, LPDWORD lpEvtMask) { (void)lpEvtMask; return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, SetCommMask, HANDLE hFile, DWORD dwEvtMask) { (void)dwEvtMask; return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, WaitCommEvent, HANDLE hFile, LPDWORD lpEvtMask, OVERLAPPED *lpOverlapped) {
    (void)lpEvtMask, (void)lpOverlapped;
    return not_serial(hFile);
}
API(kernel32 kernelbase, BOOL, GetCommModemStatus, HANDLE hFile, LPDWORD lpModemStat) {
    (void)lpModemStat;
    return not_serial(hFile);
}
API(kernel32 kernelbase, BOOL, GetCommProperties, HANDLE hFile, PVOID lpCommProp) {
    (void)lpCommProp;
    return not_serial(hFile);
}
API(kernel32 kernelbase, BOOL, GetCommConfig, HANDLE hCommDev, PVOID lpCC, LPDWORD lpdwSize) {
    (void)lpCC, (void)lpdwSize;
    return not_serial(hCommDev);
}
API(kernel32 kernelbase, BOOL, SetCommConfig, HANDLE hCommDev, PVOID lpCC, DWORD dwSize) {
    (void)lpCC, (void)dwSize;
    return not_serial(hCommDev);
}
API(kernel32 kernelbase, BOOL, ClearCommError, HANDLE hFile, LPDWORD lpErrors, COMSTAT *lpStat) {
    (void)lpErrors, (void)lpStat;
    return not_serial(hFile);
}
API(kernel32 kernelbase, BOOL, EscapeCommFunction, HANDLE hFile, DWORD dwFunc) { (void)dwFunc; return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, PurgeComm, HANDLE hFile, DWORD dwFlags) { (void)dwFlags; return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, SetupComm, HANDLE hFile, DWORD dwInQueue, DWORD dwOutQueue) {
    (void)dwInQueue, (void)dwOutQueue;
    return not_serial(hFile);
}
API(kernel32 kernelbase, BOOL, TransmitCommChar, HANDLE hFile, CHAR cChar) { (void)cChar; return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, SetCommBreak, HANDLE hFile) { return not_serial(hFile); }
API(kernel32 kernelbase, BOOL, ClearCommBreak, HANDLE hFile) { return not_serial(hFile); }
