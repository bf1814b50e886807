/* The Win32 functions that the C run-time's I/O stands on. */
#ifndef WINDLASS_CRT_WIN32_H
#define WINDLASS_CRT_WIN32_H

#include "crt.h"
#include "file.h"

#define FILE_TYPE_UNKNOWN 0u
#define FILE_TYPE_DISK 1u
#define FILE_TYPE_CHAR 2u
#define FILE_TYPE_PIPE 3u

#define CREATE_NEW 1u
#define CREATE_ALWAYS 2u
#define OPEN_EXISTING 3u
#define OPEN_ALWAYS 4u
#define TRUNCATE_EXISTING 5u

#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000u
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000u
#define FILE_FLAG_SEQUENTIAL_SCAN 0x08000000u
#define FILE_FLAG_RANDOM_ACCESS 0x10000000u

#define FILE_BEGIN 0u
#define FILE_CURRENT 1u
#define FILE_END 2u

#define STD_INPUT_HANDLE ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE ((DWORD)-12)

typedef struct _WIN32_FILE_ATTRIBUTE_DATA {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
    DWORD nFileSizeHigh, nFileSizeLow;
} CRT_FILE_ATTRIBUTE_DATA;

typedef struct {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
    DWORD dwVolumeSerialNumber, nFileSizeHigh, nFileSizeLow, nNumberOfLinks, nFileIndexHigh, nFileIndexLow;
} CRT_FILE_INFORMATION;

typedef struct {
    DWORD dwFileAttributes;
    FILETIME ftCreationTime, ftLastAccessTime, ftLastWriteTime;
    DWORD nFileSizeHigh, nFileSizeLow, dwReserved0, dwReserved1;
    WCHAR cFileName[260];
    WCHAR cAlternateFileName[14];
} CRT_FIND_DATA;
_Static_assert(sizeof(CRT_FIND_DATA) == 592, "WIN32_FIND_DATAW");

API_USE(HANDLE, CreateFileW, LPCWSTR, DWORD, DWORD, SECURITY_ATTRIBUTES *, DWORD, DWORD, HANDLE);
API_USE(BOOL, ReadFile, HANDLE, LPVOID, DWORD, LPDWORD, void *);
API_USE(BOOL, WriteFile, HANDLE, LPCVOID, DWORD, LPDWORD, void *);
API_USE(BOOL, SetFilePointerEx, HANDLE, LARGE_INTEGER, LARGE_INTEGER *, DWORD);
API_USE(BOOL, SetEndOfFile, HANDLE);
API_USE(BOOL, FlushFileBuffers, HANDLE);
API_USE(DWORD, GetFileType, HANDLE);
API_USE(BOOL, LockFile, HANDLE, DWORD, DWORD, DWORD, DWORD);
API_USE(BOOL, UnlockFile, HANDLE, DWORD, DWORD, DWORD, DWORD);
API_USE(BOOL, CreatePipe, PHANDLE, PHANDLE, SECURITY_ATTRIBUTES *, DWORD);
API_USE(BOOL, PeekNamedPipe, HANDLE, LPVOID, DWORD, LPDWORD, LPDWORD, LPDWORD);
API_USE(BOOL, GetFileInformationByHandle, HANDLE, CRT_FILE_INFORMATION *);
API_USE(DWORD, GetFileAttributesW, LPCWSTR);
API_USE(BOOL, GetFileAttributesExW, LPCWSTR, int, LPVOID);
API_USE(BOOL, SetFileAttributesW, LPCWSTR, DWORD);
API_USE(BOOL, SetFileTime, HANDLE, const FILETIME *, const FILETIME *, const FILETIME *);
API_USE(HANDLE, FindFirstFileExW, LPCWSTR, int, LPVOID, int, LPVOID, DWORD);
API_USE(BOOL, FindNextFileW, HANDLE, CRT_FIND_DATA *);
API_USE(BOOL, FindClose, HANDLE);
API_USE(BOOL, MoveFileExW, LPCWSTR, LPCWSTR, DWORD);
API_USE(BOOL, DeleteFileW, LPCWSTR);
API_USE(BOOL, RemoveDirectoryW, LPCWSTR);
API_USE(BOOL, CreateDirectoryW, LPCWSTR, SECURITY_ATTRIBUTES *);
API_USE(BOOL, GetDiskFreeSpaceW, LPCWSTR, LPDWORD, LPDWORD, LPDWORD, LPDWORD);
API_USE(UINT, GetDriveTypeW, LPCWSTR);
API_USE(VOID, Sleep, DWORD);

API_USE(BOOL, CloseHandle, HANDLE);
API_USE(BOOL, DuplicateHandle, HANDLE, HANDLE, HANDLE, PHANDLE, DWORD, BOOL, DWORD);
API_USE(HANDLE, GetStdHandle, DWORD);
API_USE(BOOL, SetStdHandle, DWORD, HANDLE);
API_USE(DWORD, GetFullPathNameW, LPCWSTR, DWORD, LPWSTR, LPWSTR *);
API_USE(BOOL, SetCurrentDirectoryW, LPCWSTR);

/* -1 with errno set from the thread's last error. */
static inline int crt_fail_win32(void) {
    crt_set_win32_error(teb_self()->LastErrorValue);
    return -1;
}

#endif
