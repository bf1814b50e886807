/* The version of Windows that programs see: Windows 10 22H2, 10.0.19045 ("Operating System Version").
 *
 * "Targeting your application for Windows": GetVersionEx tells a program without a manifest 6.2, Windows 8. Libraries
 * have none of their own and cannot rely on either; windlass tells all the truth. */
#include "api.h"

enum { MAJOR = 10, MINOR = 0, BUILD = 19045, PLATFORM_NT = 2, SUITE_SINGLEUSERTS = 0x100, PRODUCT_WORKSTATION = 1 };

typedef struct {
    DWORD dwOSVersionInfoSize, dwMajorVersion, dwMinorVersion, dwBuildNumber, dwPlatformId;
    WCHAR szCSDVersion[128];
    WORD wServicePackMajor, wServicePackMinor, wSuiteMask;
    BYTE wProductType, wReserved;
} OSVERSIONINFOEXW;

typedef struct {
    DWORD dwOSVersionInfoSize, dwMajorVersion, dwMinorVersion, dwBuildNumber, dwPlatformId;
    CHAR szCSDVersion[128];
    WORD wServicePackMajor, wServicePackMinor, wSuiteMask;
    BYTE wProductType, wReserved;
} OSVERSIONINFOEXA;

/* The structures without the fields after szCSDVersion are older, and still allowed. */
#define SHORT_SIZE(type_) offsetof(type_, wServicePackMajor)

API(kernel32 kernelbase, DWORD, GetVersion, void) { return MAJOR | MINOR << 8 | (DWORD)BUILD << 16; }

static void fill(OSVERSIONINFOEXW *info, bool extended) {
    info->dwMajorVersion = MAJOR;
    info->dwMinorVersion = MINOR;
    info->dwBuildNumber = BUILD;
    info->dwPlatformId = PLATFORM_NT;
    info->szCSDVersion[0] = 0;
    if (extended) {
        info->wServicePackMajor = info->wServicePackMinor = 0;
        info->wSuiteMask = SUITE_SINGLEUSERTS;
        info->wProductType = PRODUCT_WORKSTATION;
        info->wReserved = 0;
    }
}

API(kernel32 kernelbase, BOOL, GetVersionExW, OSVERSIONINFOEXW *lpVersionInformation) {
    DWORD size = lpVersionInformation->dwOSVersionInfoSize;
    if (size != sizeof *lpVersionInformation && size != SHORT_SIZE(OSVERSIONINFOEXW))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    fill(lpVersionInformation, size == sizeof *lpVersionInformation);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetVersionExA, OSVERSIONINFOEXA *lpVersionInformation) {
    DWORD size = lpVersionInformation->dwOSVersionInfoSize;
    if (size != sizeof *lpVersionInformation && size != SHORT_SIZE(OSVERSIONINFOEXA))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    OSVERSIONINFOEXA info = {.dwOSVersionInfoSize = size,
                             .dwMajorVersion = MAJOR,
                             .dwMinorVersion = MINOR,
                             .dwBuildNumber = BUILD,
                             .dwPlatformId = PLATFORM_NT,
                             .wSuiteMask = SUITE_SINGLEUSERTS,
                             .wProductType = PRODUCT_WORKSTATION};
    memcpy(lpVersionInformation, &info, size);       /* the caller's structure may be the short one */
    return TRUE;
}

API(ntdll, NTSTATUS, RtlGetVersion, OSVERSIONINFOEXW *lpVersionInformation) {
    fill(lpVersionInformation, lpVersionInformation->dwOSVersionInfoSize == sizeof *lpVersionInformation);
    return STATUS_SUCCESS;
}

/* The build number's upper four bits mark a release build. */
/* NtProductWinNt: a workstation. */
API(ntdll, BOOLEAN, RtlGetNtProductType, PULONG NtProductType) {
    *NtProductType = PRODUCT_WORKSTATION;
    return TRUE;
}

API(ntdll, ULONG, RtlGetNtGlobalFlags, void) { return process_peb.NtGlobalFlag; }

API(ntdll, void, RtlGetNtVersionNumbers, PDWORD MajorVersion, PDWORD MinorVersion, PDWORD BuildNumber) {
    if (MajorVersion)
        *MajorVersion = MAJOR;
    if (MinorVersion)
        *MinorVersion = MINOR;
    if (BuildNumber)
        *BuildNumber = 0xf0000000u | BUILD;
}

API(kernel32 kernelbase, BOOL, GetProductInfo, DWORD dwOSMajorVersion, DWORD dwOSMinorVersion, DWORD dwSpMajorVersion,
    DWORD dwSpMinorVersion, PDWORD pdwReturnedProductType) {
    (void)dwOSMinorVersion, (void)dwSpMajorVersion, (void)dwSpMinorVersion;
    if (!pdwReturnedProductType)
        return fail(ERROR_INVALID_PARAMETER);
    *pdwReturnedProductType = dwOSMajorVersion >= 6 ? 0x30 : 0; /* PRODUCT_PROFESSIONAL; PRODUCT_UNDEFINED */
    return dwOSMajorVersion >= 6;
}

/* ---- VerifyVersionInfo: three bits of condition for each kind of information ---- */

enum { VER_MINORVERSION = 1, VER_MAJORVERSION = 2, VER_BUILDNUMBER = 4, VER_PLATFORMID = 8, VER_SERVICEPACKMINOR = 16,
       VER_SERVICEPACKMAJOR = 32, VER_SUITENAME = 64, VER_PRODUCT_TYPE = 128 };
enum { VER_EQUAL = 1, VER_GREATER, VER_GREATER_EQUAL, VER_LESS, VER_LESS_EQUAL, VER_AND, VER_OR };

static int bit_of(DWORD type) {
    for (int i = 0; i < 8; i++)
        if (type >> i & 1)
            return i;
    return -1;
}

API(kernel32 ntdll kernelbase, ULONGLONG, VerSetConditionMask, ULONGLONG ConditionMask, DWORD TypeMask,
    BYTE Condition) {
    for (int i = 0; i < 8; i++)
        if (TypeMask >> i & 1)
            ConditionMask |= (ULONGLONG)(Condition & 7) << 3 * i;
    return ConditionMask | 1ull << 63;
}

static int condition(ULONGLONG mask, DWORD type) { return (int)(mask >> 3 * bit_of(type) & 7); }

static bool holds(DWORD have, DWORD asked, int condition) {
    switch (condition) {
    case VER_EQUAL: return have == asked;
    case VER_GREATER: return have > asked;
    case VER_GREATER_EQUAL: return have >= asked;
    case VER_LESS: return have < asked;
    case VER_LESS_EQUAL: return have <= asked;
    default: return false;
    }
}

/* "VerifyVersionInfoW function": version and service pack are compared hierarchically, major before minor. The first
 * that differs decides, by the condition of the first that was asked for. */
static bool version_holds(const OSVERSIONINFOEXW *asked, DWORD types, ULONGLONG mask) {
    const struct { DWORD type, have, asked; } parts[] = {
        {VER_MAJORVERSION, MAJOR, asked->dwMajorVersion},
        {VER_MINORVERSION, MINOR, asked->dwMinorVersion},
        {VER_SERVICEPACKMAJOR, 0, asked->wServicePackMajor},
        {VER_SERVICEPACKMINOR, 0, asked->wServicePackMinor},
    };
    int first = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!(types & parts[i].type))
            continue;
        int own = condition(mask, parts[i].type);
        first = first ? first : own;
        if (parts[i].have != parts[i].asked)
            return holds(parts[i].have, parts[i].asked, first);
        if (!holds(parts[i].have, parts[i].asked, own) && own != VER_GREATER && own != VER_LESS)
            return false;
    }
    return !first || first == VER_EQUAL || first == VER_GREATER_EQUAL || first == VER_LESS_EQUAL;
}

API(kernel32 kernelbase, BOOL, VerifyVersionInfoW, OSVERSIONINFOEXW *lpVersionInformation, DWORD dwTypeMask,
    DWORDLONG dwlConditionMask) {
    const OSVERSIONINFOEXW *asked = lpVersionInformation;
    if (!dwTypeMask || !dwlConditionMask)
        return fail(ERROR_BAD_ARGUMENTS);
    DWORD suite = SUITE_SINGLEUSERTS & asked->wSuiteMask;
    bool ok = version_holds(asked, dwTypeMask, dwlConditionMask);
    if (dwTypeMask & VER_BUILDNUMBER)
        ok = ok && holds(BUILD, asked->dwBuildNumber, condition(dwlConditionMask, VER_BUILDNUMBER));
    if (dwTypeMask & VER_PLATFORMID)
        ok = ok && holds(PLATFORM_NT, asked->dwPlatformId, condition(dwlConditionMask, VER_PLATFORMID));
    if (dwTypeMask & VER_PRODUCT_TYPE)
        ok = ok && holds(PRODUCT_WORKSTATION, asked->wProductType, condition(dwlConditionMask, VER_PRODUCT_TYPE));
    if (dwTypeMask & VER_SUITENAME)
        ok = ok && (condition(dwlConditionMask, VER_SUITENAME) == VER_AND ? suite == asked->wSuiteMask : suite != 0);
    return ok ? TRUE : fail(ERROR_OLD_WIN_VERSION);
}

API(kernel32 kernelbase, BOOL, VerifyVersionInfoA, const OSVERSIONINFOEXA *lpVersionInformation, DWORD dwTypeMask,
    DWORDLONG dwlConditionMask) {
    OSVERSIONINFOEXW wide = {.dwMajorVersion = lpVersionInformation->dwMajorVersion,
                                   .dwMinorVersion = lpVersionInformation->dwMinorVersion,
                                   .dwBuildNumber = lpVersionInformation->dwBuildNumber,
                                   .dwPlatformId = lpVersionInformation->dwPlatformId,
                                   .wServicePackMajor = lpVersionInformation->wServicePackMajor,
                                   .wServicePackMinor = lpVersionInformation->wServicePackMinor,
                                   .wSuiteMask = lpVersionInformation->wSuiteMask,
                                   .wProductType = lpVersionInformation->wProductType};
    return api_VerifyVersionInfoW(&wide, dwTypeMask, dwlConditionMask);
}

API(ntdll, NTSTATUS, RtlVerifyVersionInfo, OSVERSIONINFOEXW *VersionInfo, ULONG TypeMask, ULONGLONG ConditionMask) {
    if (!TypeMask || !ConditionMask)
        return STATUS_INVALID_PARAMETER;
    return api_VerifyVersionInfoW(VersionInfo, TypeMask, ConditionMask) ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
}
