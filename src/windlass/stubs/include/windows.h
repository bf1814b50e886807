/* What headers of DLLs use of Windows' own: types, calling conventions and common structures.
 *
 * Microsoft, "Windows Data Types". A header that needs more is read with a Windows SDK's or mingw-w64's folder of
 * headers given by -I. */
#pragma once
#include <sal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define WINAPI __stdcall
#define APIENTRY __stdcall
#define CALLBACK __stdcall
#define PASCAL __stdcall
#define WINAPIV __cdecl
#define CDECL __cdecl
#define STDMETHODCALLTYPE __stdcall
#define STDAPICALLTYPE __stdcall
#define DECLSPEC_IMPORT __declspec(dllimport)
#define DECLSPEC_ALIGN(n) __declspec(align(n))
#define FORCEINLINE static __inline
#define UNALIGNED
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define FAR
#define NEAR
#define far
#define near
#ifdef __cplusplus
#define EXTERN_C extern "C"
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#else
#define EXTERN_C extern
#define EXTERN_C_START
#define EXTERN_C_END
#endif
#define STDAPI EXTERN_C HRESULT STDAPICALLTYPE
#define STDAPI_(type) EXTERN_C type STDAPICALLTYPE

#define FALSE 0
#define TRUE 1
#define MAX_PATH 260
#define INFINITE 0xffffffff
#define VOID void

typedef int BOOL, *PBOOL, *LPBOOL, INT, *PINT, *LPINT;
typedef unsigned char BYTE, *PBYTE, *LPBYTE, UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN;
typedef char CHAR, *PCHAR, CCHAR;
typedef wchar_t WCHAR, *PWCHAR;
typedef short SHORT, *PSHORT, VARIANT_BOOL;
typedef unsigned short WORD, *PWORD, *LPWORD, USHORT, *PUSHORT, ATOM, LANGID, VARTYPE;
typedef unsigned int UINT, *PUINT, *LPUINT;
typedef long LONG, *PLONG, *LPLONG, HRESULT, NTSTATUS, LSTATUS, SCODE;
typedef unsigned long DWORD, *PDWORD, *LPDWORD, ULONG, *PULONG, COLORREF, *LPCOLORREF, LCID, ACCESS_MASK, REGSAM;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE, DATE;
typedef int8_t INT8;
typedef uint8_t UINT8;
typedef int16_t INT16;
typedef uint16_t UINT16;
typedef int32_t INT32, LONG32;
typedef uint32_t UINT32, DWORD32, ULONG32;
typedef long long INT64, LONG64, LONGLONG, *PLONGLONG, INT_PTR, *PINT_PTR, LONG_PTR, *PLONG_PTR;
typedef long long LPARAM, LRESULT, SSIZE_T;
typedef unsigned long long UINT64, *PUINT64, ULONG64, DWORD64, *PDWORD64, ULONGLONG, *PULONGLONG, DWORDLONG;
typedef unsigned long long UINT_PTR, *PUINT_PTR, ULONG_PTR, *PULONG_PTR, DWORD_PTR, *PDWORD_PTR;
typedef unsigned long long WPARAM, SIZE_T, *PSIZE_T;
typedef void *PVOID, *LPVOID, *HANDLE, **PHANDLE, **LPHANDLE;
typedef const void *LPCVOID, *PCVOID;
typedef char *PSTR, *LPSTR, *NPSTR;
typedef const char *PCSTR, *LPCSTR;
typedef WCHAR *PWSTR, *LPWSTR, *BSTR, OLECHAR, *LPOLESTR;
typedef const WCHAR *PCWSTR, *LPCWSTR, *LPCOLESTR;
#ifdef UNICODE
typedef WCHAR TCHAR, *PTSTR, *LPTSTR;
typedef const WCHAR *PCTSTR, *LPCTSTR;
#define TEXT(text) L##text
#else
typedef char TCHAR, *PTSTR, *LPTSTR;
typedef const char *PCTSTR, *LPCTSTR;
#define TEXT(text) text
#endif

/* Handles are addresses, or numbers, which nobody follows. */
#define DECLARE_HANDLE(name) typedef void *name
typedef void *HINSTANCE, *HMODULE, *HWND, *HDC, *HGDIOBJ, *HBITMAP, *HBRUSH, *HCURSOR, *HFONT, *HICON, *HMENU;
typedef void *HPEN, *HRGN, *HPALETTE, *HMONITOR, *HACCEL, *HHOOK, *HKEY, **PHKEY, *HGLOBAL, *HLOCAL, *HRSRC;
typedef void *SC_HANDLE, *HKL;
typedef unsigned long long SOCKET;
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

typedef long long(__stdcall *FARPROC)(void);
typedef long long(__stdcall *PROC)(void);
typedef unsigned long(__stdcall *LPTHREAD_START_ROUTINE)(void *);
typedef LRESULT(__stdcall *WNDPROC)(HWND, UINT, WPARAM, LPARAM);

typedef struct tagPOINT { LONG x, y; } POINT, *PPOINT, *LPPOINT;
typedef struct tagSIZE { LONG cx, cy; } SIZE, *PSIZE, *LPSIZE;
typedef struct tagRECT { LONG left, top, right, bottom; } RECT, *PRECT, *LPRECT;
typedef const RECT *LPCRECT;
typedef struct _FILETIME { DWORD dwLowDateTime, dwHighDateTime; } FILETIME, *PFILETIME, *LPFILETIME;
typedef struct _SYSTEMTIME {
    WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;
typedef union _LARGE_INTEGER {
    struct { DWORD LowPart; LONG HighPart; };
    struct { DWORD LowPart; LONG HighPart; } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;
typedef union _ULARGE_INTEGER {
    struct { DWORD LowPart; DWORD HighPart; };
    struct { DWORD LowPart; DWORD HighPart; } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;
typedef struct _GUID { DWORD Data1; WORD Data2, Data3; BYTE Data4[8]; } GUID, IID, CLSID, UUID, *LPGUID, *LPCLSID;
#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const IID &
#define REFCLSID const CLSID &
#else
#define REFGUID const GUID *
#define REFIID const IID *
#define REFCLSID const CLSID *
#endif
typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;
typedef struct _OVERLAPPED {
    ULONG_PTR Internal, InternalHigh;
    union { struct { DWORD Offset, OffsetHigh; }; PVOID Pointer; };
    HANDLE hEvent;
} OVERLAPPED, *LPOVERLAPPED;
typedef struct _CRITICAL_SECTION {
    PVOID DebugInfo;
    LONG LockCount, RecursionCount;
    HANDLE OwningThread, LockSemaphore;
    ULONG_PTR SpinCount;
} CRITICAL_SECTION, *PCRITICAL_SECTION, *LPCRITICAL_SECTION;
typedef struct _RTL_SRWLOCK { PVOID Ptr; } SRWLOCK, *PSRWLOCK;
typedef struct tagMSG {
    HWND hwnd;
    UINT message;
    WPARAM wParam;
    LPARAM lParam;
    DWORD time;
    POINT pt;
} MSG, *PMSG, *LPMSG;
typedef struct tagRGBQUAD { BYTE rgbBlue, rgbGreen, rgbRed, rgbReserved; } RGBQUAD;
typedef struct tagBITMAPINFOHEADER {
    DWORD biSize;
    LONG biWidth, biHeight;
    WORD biPlanes, biBitCount;
    DWORD biCompression, biSizeImage;
    LONG biXPelsPerMeter, biYPelsPerMeter;
    DWORD biClrUsed, biClrImportant;
} BITMAPINFOHEADER, *PBITMAPINFOHEADER, *LPBITMAPINFOHEADER;
typedef struct tagBITMAPINFO {
    BITMAPINFOHEADER bmiHeader;
    RGBQUAD bmiColors[1];
} BITMAPINFO, *PBITMAPINFO, *LPBITMAPINFO;
typedef struct IUnknown IUnknown, *LPUNKNOWN;
typedef struct IDispatch IDispatch;
typedef struct IStream IStream;

#define S_OK ((HRESULT)0)
#define S_FALSE ((HRESULT)1)
#define SUCCEEDED(result) ((HRESULT)(result) >= 0)
#define FAILED(result) ((HRESULT)(result) < 0)
#define LOWORD(value) ((WORD)((DWORD_PTR)(value) & 0xffff))
#define HIWORD(value) ((WORD)((DWORD_PTR)(value) >> 16 & 0xffff))
#define MAKELONG(low, high) ((LONG)((WORD)(low) | (DWORD)(WORD)(high) << 16))
#define RGB(red, green, blue) ((COLORREF)((BYTE)(red) | (WORD)(BYTE)(green) << 8 | (DWORD)(BYTE)(blue) << 16))
