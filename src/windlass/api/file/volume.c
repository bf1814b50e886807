/* Drives and volumes ("GetVolumeInformationW function", "GetDriveTypeW function" ...). Each drive letter is a volume;
 * its GUID is made of the letter. */
#include <errno.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "api.h"
#include "codepage.h"
#include "file.h"
#include "port_names.h"

#define ERROR_DIR_NOT_ROOT 144u
#define ERROR_NOT_A_REPARSE_POINT 4390u

#define DRIVE_NO_ROOT_DIR 1u
#define DRIVE_FIXED 3u
#define DRIVE_REMOTE 4u
#define DRIVE_CDROM 5u
#define DRIVE_RAMDISK 6u

#define FILE_CASE_PRESERVED_NAMES 0x2u
#define FILE_UNICODE_ON_DISK 0x4u
#define FILE_SUPPORTS_SPARSE_FILES 0x40u
#define FILE_SUPPORTS_REPARSE_POINTS 0x80u
#define FILE_SUPPORTS_HARD_LINKS 0x400000u
#define FILE_READ_ONLY_VOLUME 0x80000u

static void copy_ascii(WCHAR *out, const char *text) {
    do
        *out++ = (WCHAR)*text;
    while (*text++);
}

void volume_guid_name(char drive, WCHAR out[50]) {
    char text[50];
    snprintf(text, sizeof text, "\\\\?\\Volume{77696e64-6c61-7373-0000-0000000000%02x}\\", (unsigned char)drive);
    copy_ascii(out, text);
}

/* The root of the path's drive; of the current directory's for NULL. False with the last error set. */
static bool root_of(LPCWSTR path, struct host_path *out) {
    DWORD error = path_to_host(path && *path ? path : u"\\", out);
    if (!error && out->kind != PATH_FILE && out->kind != PATH_VOLUME)
        error = ERROR_INVALID_NAME;
    if (error)
        set_last_error(error);
    return !error;
}

static bool is_root(const struct host_path *path) {
    const char *root = path_drive_root(path->drive);
    return root && strcmp(path->text, root[0] ? root : "/") == 0;
}

/* Numbers from <linux/magic.h>. */
static UINT drive_type(const char *host) {
    struct statfs status;
    if (statfs(host, &status))
        return DRIVE_NO_ROOT_DIR;
    switch ((unsigned long)status.f_type) {
    case 0x6969:                                     /* nfs */
    case 0xFF534D42: case 0xFE534D42: case 0x517B:   /* smb */
    case 0x01021997: return DRIVE_REMOTE;            /* 9p */
    case 0x9660: return DRIVE_CDROM;
    case 0x858458F6: return DRIVE_RAMDISK;
    default: return DRIVE_FIXED;
    }
}

API(kernel32 kernelbase, UINT, GetDriveTypeW, LPCWSTR lpRootPathName) {
    struct host_path path;
    if (!root_of(lpRootPathName, &path) || !is_root(&path))
        return DRIVE_NO_ROOT_DIR;
    return drive_type(path.text);
}

API(kernel32 kernelbase, UINT, GetDriveTypeA, LPCSTR lpRootPathName) {
    WCHAR *wide = lpRootPathName ? path_wide_from_ansi(lpRootPathName) : NULL;
    UINT type = api_GetDriveTypeW(wide);
    free(wide);
    return type;
}

API(kernel32 kernelbase, DWORD, GetLogicalDrives, void) { return path_drive_mask(); }

API(kernel32 kernelbase, DWORD, GetLogicalDriveStringsW, DWORD nBufferLength, LPWSTR lpBuffer) {
    DWORD mask = path_drive_mask(), needed = 0;
    for (DWORD bits = mask; bits; bits &= bits - 1)
        needed += 4;
    if (!lpBuffer || nBufferLength < needed + 1)
        return needed + 1;
    for (unsigned i = 0; i < 26; i++) {
        if (!(mask >> i & 1))
            continue;
        const WCHAR root[4] = {(WCHAR)('A' + i), ':', '\\', 0};
        memcpy(lpBuffer, root, sizeof root);
        lpBuffer += 4;
    }
    *lpBuffer = 0;
    return needed;
}

API(kernel32 kernelbase, DWORD, GetLogicalDriveStringsA, DWORD nBufferLength, LPSTR lpBuffer) {
    WCHAR wide[26 * 4 + 1] = {0};
    DWORD length = api_GetLogicalDriveStringsW(26 * 4 + 1, wide);
    if (!lpBuffer || nBufferLength < length + 1)
        return length + 1;
    for (DWORD i = 0; i <= length; i++)
        lpBuffer[i] = (CHAR)wide[i];
    return length;
}

struct volume {
    char drive;
    DWORD serial, flags;
    const char *label;
};

static bool volume_of(LPCWSTR root, struct volume *volume) {
    struct host_path path;
    struct statvfs status;
    struct file_facts facts;
    if (!root_of(root, &path))
        return false;
    if (!is_root(&path) || !file_facts_of_path(path.text, true, &facts) || statvfs(path.text, &status)) {
        set_last_error(is_root(&path) ? win32_from_errno(errno) : ERROR_DIR_NOT_ROOT);
        return false;
    }
    *volume = (struct volume){path.drive, facts.volume, FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK |
                              FILE_SUPPORTS_SPARSE_FILES | FILE_SUPPORTS_REPARSE_POINTS | FILE_SUPPORTS_HARD_LINKS |
                              (status.f_flag & ST_RDONLY ? FILE_READ_ONLY_VOLUME : 0),
                              path.drive == 'C' ? "System" : ""};
    return true;
}

/* The file system is called NTFS, whose features are the ones that programs ask for by that name. */
API(kernel32 kernelbase, BOOL, GetVolumeInformationW, LPCWSTR lpRootPathName, LPWSTR lpVolumeNameBuffer,
    DWORD nVolumeNameSize, LPDWORD lpVolumeSerialNumber, LPDWORD lpMaximumComponentLength, LPDWORD lpFileSystemFlags,
    LPWSTR lpFileSystemNameBuffer, DWORD nFileSystemNameSize) {
    struct volume volume;
    if (!volume_of(lpRootPathName, &volume))
        return FALSE;
    if ((lpVolumeNameBuffer && nVolumeNameSize <= strlen(volume.label)) ||
        (lpFileSystemNameBuffer && nFileSystemNameSize < 5))
        return fail(ERROR_BAD_LENGTH);
    if (lpVolumeNameBuffer)
        copy_ascii(lpVolumeNameBuffer, volume.label);
    if (lpFileSystemNameBuffer)
        copy_ascii(lpFileSystemNameBuffer, "NTFS");
    if (lpVolumeSerialNumber)
        *lpVolumeSerialNumber = volume.serial;
    if (lpMaximumComponentLength)
        *lpMaximumComponentLength = 255;
    if (lpFileSystemFlags)
        *lpFileSystemFlags = volume.flags;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetVolumeInformationA, LPCSTR lpRootPathName, LPSTR lpVolumeNameBuffer,
    DWORD nVolumeNameSize, LPDWORD lpVolumeSerialNumber, LPDWORD lpMaximumComponentLength, LPDWORD lpFileSystemFlags,
    LPSTR lpFileSystemNameBuffer, DWORD nFileSystemNameSize) {
    struct volume volume;
    WCHAR *wide = lpRootPathName ? path_wide_from_ansi(lpRootPathName) : NULL;
    bool ok = volume_of(wide, &volume);
    free(wide);
    if (!ok)
        return FALSE;
    if ((lpVolumeNameBuffer && nVolumeNameSize <= strlen(volume.label)) ||
        (lpFileSystemNameBuffer && nFileSystemNameSize < 5))
        return fail(ERROR_BAD_LENGTH);
    if (lpVolumeNameBuffer)
        strcpy(lpVolumeNameBuffer, volume.label);
    if (lpFileSystemNameBuffer)
        strcpy(lpFileSystemNameBuffer, "NTFS");
    if (lpVolumeSerialNumber)
        *lpVolumeSerialNumber = volume.serial;
    if (lpMaximumComponentLength)
        *lpMaximumComponentLength = 255;
    if (lpFileSystemFlags)
        *lpFileSystemFlags = volume.flags;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetVolumeInformationByHandleW, HANDLE hFile, LPWSTR lpVolumeNameBuffer,
    DWORD nVolumeNameSize, LPDWORD lpVolumeSerialNumber, LPDWORD lpMaximumComponentLength, LPDWORD lpFileSystemFlags,
    LPWSTR lpFileSystemNameBuffer, DWORD nFileSystemNameSize) {
    struct file *file = file_from_handle(hFile, 0);
    if (!file)
        return FALSE;
    WCHAR root[] = {(WCHAR)(file->drive ? file->drive : 'Z'), ':', '\\', 0};
    struct file_facts facts;
    bool ok = file_facts_of_file(file, &facts);
    file_release(file);
    if (!ok)
        return fail(ERROR_INVALID_HANDLE);
    BOOL result = api_GetVolumeInformationW(root, lpVolumeNameBuffer, nVolumeNameSize, NULL, lpMaximumComponentLength,
                                            lpFileSystemFlags, lpFileSystemNameBuffer, nFileSystemNameSize);
    if (result && lpVolumeSerialNumber)
        *lpVolumeSerialNumber = facts.volume;
    return result;
}

/* ---- free space ---- */

static bool space_of(LPCWSTR directory, struct statvfs *status) {
    struct host_path path;
    if (!root_of(directory, &path))
        return false;
    if (statvfs(path.text, status) == 0)
        return true;
    set_last_error(path_error(&path, errno));
    return false;
}

API(kernel32 kernelbase, BOOL, GetDiskFreeSpaceExW, LPCWSTR lpDirectoryName, ULARGE_INTEGER *lpFreeBytesAvailableToCaller,
    ULARGE_INTEGER *lpTotalNumberOfBytes, ULARGE_INTEGER *lpTotalNumberOfFreeBytes) {
    struct statvfs status;
    if (!space_of(lpDirectoryName, &status))
        return FALSE;
    if (lpFreeBytesAvailableToCaller)
        lpFreeBytesAvailableToCaller->QuadPart = status.f_bavail * status.f_frsize;
    if (lpTotalNumberOfBytes)
        lpTotalNumberOfBytes->QuadPart = status.f_blocks * status.f_frsize;
    if (lpTotalNumberOfFreeBytes)
        lpTotalNumberOfFreeBytes->QuadPart = status.f_bfree * status.f_frsize;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetDiskFreeSpaceExA, LPCSTR lpDirectoryName, ULARGE_INTEGER *lpFreeBytesAvailableToCaller,
    ULARGE_INTEGER *lpTotalNumberOfBytes, ULARGE_INTEGER *lpTotalNumberOfFreeBytes) {
    WCHAR *wide = lpDirectoryName ? path_wide_from_ansi(lpDirectoryName) : NULL;
    BOOL result = api_GetDiskFreeSpaceExW(wide, lpFreeBytesAvailableToCaller, lpTotalNumberOfBytes,
                                          lpTotalNumberOfFreeBytes);
    free(wide);
    return result;
}

API(kernel32 kernelbase, BOOL, GetDiskFreeSpaceW, LPCWSTR lpRootPathName, LPDWORD lpSectorsPerCluster,
    LPDWORD lpBytesPerSector, LPDWORD lpNumberOfFreeClusters, LPDWORD lpTotalNumberOfClusters) {
    struct statvfs status;
    if (!space_of(lpRootPathName, &status))
        return FALSE;
    uint64_t free_clusters = status.f_bavail * status.f_frsize / 4096, clusters = status.f_blocks * status.f_frsize / 4096;
    if (lpSectorsPerCluster)
        *lpSectorsPerCluster = 8;
    if (lpBytesPerSector)
        *lpBytesPerSector = 512;
    if (lpNumberOfFreeClusters)
        *lpNumberOfFreeClusters = free_clusters > UINT32_MAX ? UINT32_MAX : (DWORD)free_clusters;
    if (lpTotalNumberOfClusters)
        *lpTotalNumberOfClusters = clusters > UINT32_MAX ? UINT32_MAX : (DWORD)clusters;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetDiskFreeSpaceA, LPCSTR lpRootPathName, LPDWORD lpSectorsPerCluster,
    LPDWORD lpBytesPerSector, LPDWORD lpNumberOfFreeClusters, LPDWORD lpTotalNumberOfClusters) {
    WCHAR *wide = lpRootPathName ? path_wide_from_ansi(lpRootPathName) : NULL;
    BOOL result = api_GetDiskFreeSpaceW(wide, lpSectorsPerCluster, lpBytesPerSector, lpNumberOfFreeClusters,
                                        lpTotalNumberOfClusters);
    free(wide);
    return result;
}

/* ---- volume names ---- */

/* The length of \\?\ or \\.\ before a drive: the volume's path keeps it. */
static size_t device_prefix(const WCHAR *path) {
    bool is_device = is_path_separator(path[0]) && is_path_separator(path[1]) && (path[2] == '?' || path[2] == '.') &&
                     is_path_separator(path[3]);
    return is_device && path[4] && path[5] == ':' ? 4 : 0;
}

API(kernel32 kernelbase, BOOL, GetVolumePathNameW, LPCWSTR lpszFileName, LPWSTR lpszVolumePathName,
    DWORD cchBufferLength) {
    struct host_path path;
    if (!lpszFileName || !lpszVolumePathName || !cchBufferLength)
        return fail(ERROR_INVALID_PARAMETER);
    DWORD error = path_to_host(lpszFileName, &path);
    if (error || !path.drive)
        return fail(error ? error : ERROR_INVALID_NAME);
    const WCHAR root[4] = {(WCHAR)path.drive, ':', '\\', 0};
    size_t prefix = device_prefix(lpszFileName);
    if (cchBufferLength < prefix + 4)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    memcpy(lpszVolumePathName, lpszFileName, prefix * sizeof(WCHAR));
    memcpy(lpszVolumePathName + prefix, root, sizeof root);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetVolumePathNameA, LPCSTR lpszFileName, LPSTR lpszVolumePathName,
    DWORD cchBufferLength) {
    WCHAR root[8] = {0};
    WCHAR *wide = lpszFileName ? path_wide_from_ansi(lpszFileName) : NULL;
    BOOL result = api_GetVolumePathNameW(wide, root, cchBufferLength < 8 ? cchBufferLength : 8);
    free(wide);
    for (size_t i = 0; result && i <= wide_length(root); i++)
        lpszVolumePathName[i] = (CHAR)root[i];
    return result;
}

API(kernel32 kernelbase, BOOL, GetVolumeNameForVolumeMountPointW, LPCWSTR lpszVolumeMountPoint, LPWSTR lpszVolumeName,
    DWORD cchBufferLength) {
    struct host_path path;
    WCHAR name[50];
    if (!root_of(lpszVolumeMountPoint, &path))
        return FALSE;
    if (!is_root(&path))
        return fail(ERROR_NOT_A_REPARSE_POINT);
    volume_guid_name(path.drive, name);
    if (cchBufferLength < 50)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    memcpy(lpszVolumeName, name, sizeof name);
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetVolumePathNamesForVolumeNameW, LPCWSTR lpszVolumeName, LPWSTR lpszVolumePathNames,
    DWORD cchBufferLength, LPDWORD lpcchReturnLength) {
    struct host_path path;
    if (!root_of(lpszVolumeName, &path))
        return FALSE;
    if (lpcchReturnLength)
        *lpcchReturnLength = 5;
    if (cchBufferLength < 5)
        return fail(ERROR_MORE_DATA);
    const WCHAR names[5] = {(WCHAR)path.drive, ':', '\\', 0, 0};
    memcpy(lpszVolumePathNames, names, sizeof names);
    return TRUE;
}

/* A search handle points to the drives that are left, as bits. */

static bool next_volume(DWORD *mask, LPWSTR name) {
    if (!*mask)
        return false;
    volume_guid_name((char)('A' + __builtin_ctz(*mask)), name);
    *mask &= *mask - 1;
    return true;
}

API(kernel32 kernelbase, HANDLE, FindFirstVolumeW, LPWSTR lpszVolumeName, DWORD cchBufferLength) {
    DWORD *rest = malloc(sizeof *rest);
    if (!rest || cchBufferLength < 50) {
        free(rest);
        set_last_error(rest ? ERROR_FILENAME_EXCED_RANGE : ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    *rest = path_drive_mask();
    next_volume(rest, lpszVolumeName);
    return rest;
}

API(kernel32 kernelbase, BOOL, FindNextVolumeW, HANDLE hFindVolume, LPWSTR lpszVolumeName, DWORD cchBufferLength) {
    if (cchBufferLength < 50)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    return next_volume(hFindVolume, lpszVolumeName) ? TRUE : fail(ERROR_NO_MORE_FILES);
}

API(kernel32 kernelbase, BOOL, FindVolumeClose, HANDLE hFindVolume) {
    free(hFindVolume);
    return TRUE;
}

/* ---- the same in the ANSI code page: names of volumes and drives are ASCII ---- */

/* Up to the zero after `zeros - 1` others. */
static void narrow_names(const WCHAR *wide, LPSTR out, int zeros) {
    while (zeros) {
        zeros -= !*wide;
        *out++ = (CHAR)*wide++;
    }
}

enum { VOLUME_NAME_SIZE = 50 };

API(kernel32, HANDLE, FindFirstVolumeA, LPSTR lpszVolumeName, DWORD cchBufferLength) {
    WCHAR wide[VOLUME_NAME_SIZE];
    HANDLE handle = api_FindFirstVolumeW(wide, cchBufferLength < VOLUME_NAME_SIZE ? cchBufferLength : VOLUME_NAME_SIZE);
    if (handle != INVALID_HANDLE_VALUE)
        narrow_names(wide, lpszVolumeName, 1);
    return handle;
}

API(kernel32, BOOL, FindNextVolumeA, HANDLE hFindVolume, LPSTR lpszVolumeName, DWORD cchBufferLength) {
    WCHAR wide[VOLUME_NAME_SIZE];
    if (!api_FindNextVolumeW(hFindVolume, wide, cchBufferLength < VOLUME_NAME_SIZE ? cchBufferLength : VOLUME_NAME_SIZE))
        return FALSE;
    narrow_names(wide, lpszVolumeName, 1);
    return TRUE;
}

API(kernel32, BOOL, GetVolumeNameForVolumeMountPointA, LPCSTR lpszVolumeMountPoint, LPSTR lpszVolumeName,
    DWORD cchBufferLength) {
    WCHAR name[VOLUME_NAME_SIZE];
    WCHAR *wide = lpszVolumeMountPoint ? path_wide_from_ansi(lpszVolumeMountPoint) : NULL;
    BOOL result = wide ? api_GetVolumeNameForVolumeMountPointW(wide, name, cchBufferLength) : fail(ERROR_INVALID_NAME);
    free(wide);
    if (result)
        narrow_names(name, lpszVolumeName, 1);
    return result;
}

API(kernel32, BOOL, GetVolumePathNamesForVolumeNameA, LPCSTR lpszVolumeName, LPSTR lpszVolumePathNames,
    DWORD cchBufferLength, LPDWORD lpcchReturnLength) {
    WCHAR names[5];
    WCHAR *wide = lpszVolumeName ? path_wide_from_ansi(lpszVolumeName) : NULL;
    BOOL result = wide ? api_GetVolumePathNamesForVolumeNameW(wide, names, cchBufferLength, lpcchReturnLength)
                       : fail(ERROR_INVALID_NAME);
    free(wide);
    if (result)
        narrow_names(names, lpszVolumePathNames, 2);
    return result;
}

/* ---- volumes mounted into folders: the host mounts, and says nothing of it ---- */

API(kernel32, HANDLE, FindFirstVolumeMountPointW, LPCWSTR lpszRootPathName, LPWSTR lpszVolumeMountPoint,
    DWORD cchBufferLength) {
    (void)lpszRootPathName, (void)lpszVolumeMountPoint, (void)cchBufferLength;
    set_last_error(ERROR_NO_MORE_FILES);
    return INVALID_HANDLE_VALUE;
}
API_ALIAS(api_FindFirstVolumeMountPointW, narrow, kernel32, "FindFirstVolumeMountPointA");

API(kernel32, BOOL, FindNextVolumeMountPointW, HANDLE hFindVolumeMountPoint, LPWSTR lpszVolumeMountPoint,
    DWORD cchBufferLength) {
    (void)hFindVolumeMountPoint, (void)lpszVolumeMountPoint, (void)cchBufferLength;
    return fail(ERROR_INVALID_HANDLE);
}
API_ALIAS(api_FindNextVolumeMountPointW, narrow, kernel32, "FindNextVolumeMountPointA");

API(kernel32, BOOL, FindVolumeMountPointClose, HANDLE hFindVolumeMountPoint) {
    (void)hFindVolumeMountPoint;
    return fail(ERROR_INVALID_HANDLE);
}

API(kernel32 kernelbase, BOOL, SetVolumeMountPointW, LPCWSTR lpszVolumeMountPoint, LPCWSTR lpszVolumeName) {
    return fail(lpszVolumeMountPoint && lpszVolumeName ? ERROR_ACCESS_DENIED : ERROR_INVALID_PARAMETER);
}
API_ALIAS(api_SetVolumeMountPointW, narrow, kernel32, "SetVolumeMountPointA");

API(kernel32 kernelbase, BOOL, DeleteVolumeMountPointW, LPCWSTR lpszVolumeMountPoint) {
    return fail(lpszVolumeMountPoint ? ERROR_ACCESS_DENIED : ERROR_INVALID_PARAMETER);
}
API_ALIAS(api_DeleteVolumeMountPointW, narrow, kernel32, "DeleteVolumeMountPointA");

/* Texts one behind another, each with its 0, and one more 0 behind them. */
struct text_list {
    WCHAR *out;
    DWORD length, capacity;
    bool is_full;
};

static void list_add(struct text_list *list, const char *text) {
    DWORD size = (DWORD)strlen(text) + 1;
    list->is_full |= list->length + size >= list->capacity;
    if (list->is_full)
        return;
    copy_ascii(list->out + list->length, text);
    list->length += size;
}

static DWORD list_end(struct text_list *list) {
    if (list->is_full)
        return (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    list->out[list->length] = 0;
    return list->length + 1;
}

static void list_devices(struct text_list *list) {
    char name[8];
    for (DWORD mask = path_drive_mask(), i = 0; i < 26; i++) {
        snprintf(name, sizeof name, "%c:", 'A' + (int)i);
        if (mask >> i & 1)
            list_add(list, name);
    }
    for (unsigned number = 1; number <= HIGHEST_PORT; number++) {
        snprintf(name, sizeof name, "COM%u", number);
        if (port_exists(number))
            list_add(list, name);
    }
}

/* 0: the name is no port's. */
static unsigned port_number(LPCWSTR name) {
    size_t length = wide_length(name);
    unsigned number = 0;
    if (length < 4 || length > 6 || wide_compare_no_case(name, 3, u"COM", 3) != 0 || name[3] == '0')
        return 0;
    for (size_t i = 3; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        number = number * 10 + name[i] - '0';
    }
    return number;
}

/* The native name of a drive or port; false: there is none. */
static bool native_device(LPCWSTR name, char text[64]) {
    unsigned port = port_number(name);
    if (port && port_exists(port)) {
        snprintf(text, 64, "\\Device\\Serial%u", port - 1);
        return true;
    }
    if (wide_length(name) != 2 || name[1] != ':' || !path_drive_root((char)name[0]))
        return false;
    snprintf(text, 64, "\\Device\\HarddiskVolume%d", (name[0] & ~0x20) - 'A' + 1);
    return true;
}

/* The NT name of a drive or serial port, or the names of all devices. */
API(kernel32 kernelbase, DWORD, QueryDosDeviceW, LPCWSTR lpDeviceName, LPWSTR lpTargetPath, DWORD ucchMax) {
    char text[64];
    struct text_list list = {lpTargetPath, 0, ucchMax, false};
    if (!lpDeviceName)
        list_devices(&list);
    else if (native_device(lpDeviceName, text))
        list_add(&list, text);
    else
        return (DWORD)fail(ERROR_FILE_NOT_FOUND);
    return list_end(&list);
}

API(kernel32, DWORD, QueryDosDeviceA, LPCSTR lpDeviceName, LPSTR lpTargetPath, DWORD ucchMax) {
    WCHAR *wide = lpDeviceName ? path_wide_from_ansi(lpDeviceName) : NULL;
    WCHAR *found = malloc(((size_t)ucchMax + 1) * sizeof *found);
    DWORD length = found ? api_QueryDosDeviceW(wide, found, ucchMax) : (DWORD)fail(ERROR_NOT_ENOUGH_MEMORY);
    for (DWORD i = 0; i < length; i++)
        lpTargetPath[i] = (CHAR)found[i];
    free(wide);
    free(found);
    return length;
}

/* ---- what only an administrator may change ---- */

API(kernel32 kernelbase, BOOL, DefineDosDeviceW, DWORD dwFlags, LPCWSTR lpDeviceName, LPCWSTR lpTargetPath) {
    (void)dwFlags, (void)lpTargetPath;
    return fail(lpDeviceName ? ERROR_ACCESS_DENIED : ERROR_INVALID_PARAMETER);
}
API_ALIAS(api_DefineDosDeviceW, ansi, kernel32, "DefineDosDeviceA");

API(kernel32 kernelbase, BOOL, SetVolumeLabelW, LPCWSTR lpRootPathName, LPCWSTR lpVolumeName) {
    (void)lpVolumeName;
    struct host_path path;
    if (lpRootPathName && !root_of(lpRootPathName, &path))
        return FALSE;
    return fail(ERROR_ACCESS_DENIED);
}

API(kernel32, BOOL, SetVolumeLabelA, LPCSTR lpRootPathName, LPCSTR lpVolumeName) {
    (void)lpVolumeName;
    WCHAR *wide = lpRootPathName ? path_wide_from_ansi(lpRootPathName) : NULL;
    if (lpRootPathName && !wide)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    BOOL result = api_SetVolumeLabelW(wide, NULL);
    free(wide);
    return result;
}
