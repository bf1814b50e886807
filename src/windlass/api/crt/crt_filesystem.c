/* What programs do to files and folders by name ("_access, _waccess", "_chmod", "_mkdir", "remove", "rename",
 * "_chdir", "_chdrive" ...).
 *
 * A narrow path is in the code page of file names; each narrow function is its wide one on a converted path. */
#include "codepage.h"
#include "crt_io.h"
#include "path.h"

API_USE(DWORD, GetLogicalDrives, void);

#define MOVEFILE_COPY_ALLOWED 2u

static int result_of(BOOL done) { return done ? 0 : crt_fail_win32(); }

/* The narrow form of a function of one path. */
static int with_wide(const char *path, int(WINAPI *function)(const WCHAR *)) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    WCHAR *wide = crt_wide_path(path);
    int result = wide ? function(wide) : -1;
    free(wide);
    return result;
}

/* ---- files ---- */

API(CRT_DLLS, int, _wremove, const WCHAR *path) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    return result_of(api_DeleteFileW(path));
}
API_ALIAS(api__wremove, unlink, CRT_DLLS, "_wunlink");

API(CRT_DLLS, int, remove, const char *path) { return with_wide(path, api__wremove); }
API_ALIAS(api_remove, unlink, CRT_DLLS, "_unlink");

/* An existing target is an error. */
API(CRT_DLLS, int, _wrename, const WCHAR *old_path, const WCHAR *new_path) {
    CRT_VALIDATE(old_path && new_path, CRT_EINVAL, -1);
    return result_of(api_MoveFileExW(old_path, new_path, MOVEFILE_COPY_ALLOWED));
}

API(CRT_DLLS, int, rename, const char *old_path, const char *new_path) {
    CRT_VALIDATE(old_path && new_path, CRT_EINVAL, -1);
    WCHAR *old_wide = crt_wide_path(old_path), *new_wide = crt_wide_path(new_path);
    int result = old_wide && new_wide ? api__wrename(old_wide, new_wide) : -1;
    free(old_wide);
    free(new_wide);
    return result;
}

enum { ACCESS_WRITE = 2, ACCESS_ALL = 6 };

API(CRT_DLLS, errno_t, _waccess_s, const WCHAR *path, int mode) {
    CRT_VALIDATE(path && !(mode & ~ACCESS_ALL), CRT_EINVAL, CRT_EINVAL);
    DWORD attributes = api_GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        crt_fail_win32();
        return crt_thread()->error;
    }
    /* The attribute of a folder says nothing about what may be made in it. */
    if ((attributes & FILE_ATTRIBUTE_DIRECTORY) || !(attributes & FILE_ATTRIBUTE_READONLY) || !(mode & ACCESS_WRITE))
        return 0;
    crt_set_win32_error(ERROR_ACCESS_DENIED);
    return CRT_EACCES;
}

API(CRT_DLLS, errno_t, _access_s, const char *path, int mode) {
    CRT_VALIDATE(path && !(mode & ~ACCESS_ALL), CRT_EINVAL, CRT_EINVAL);
    WCHAR *wide = crt_wide_path(path);
    errno_t error = wide ? api__waccess_s(wide, mode) : CRT_ENOMEM;
    free(wide);
    return error;
}

API(CRT_DLLS, int, _waccess, const WCHAR *path, int mode) { return api__waccess_s(path, mode) ? -1 : 0; }
API(CRT_DLLS, int, _access, const char *path, int mode) { return api__access_s(path, mode) ? -1 : 0; }

API(CRT_DLLS, int, _wchmod, const WCHAR *path, int mode) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    DWORD attributes = api_GetFileAttributesW(path);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return crt_fail_win32();
    attributes = mode & CRT_S_IWRITE ? attributes & ~FILE_ATTRIBUTE_READONLY : attributes | FILE_ATTRIBUTE_READONLY;
    return result_of(api_SetFileAttributesW(path, attributes));
}

API(CRT_DLLS, int, _chmod, const char *path, int mode) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    WCHAR *wide = crt_wide_path(path);
    int result = wide ? api__wchmod(wide, mode) : -1;
    free(wide);
    return result;
}

/* ---- folders ---- */

API(CRT_DLLS, int, _wmkdir, const WCHAR *path) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    return result_of(api_CreateDirectoryW(path, NULL));
}

API(CRT_DLLS, int, _mkdir, const char *path) { return with_wide(path, api__wmkdir); }

API(CRT_DLLS, int, _wrmdir, const WCHAR *path) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    return result_of(api_RemoveDirectoryW(path));
}

API(CRT_DLLS, int, _rmdir, const char *path) { return with_wide(path, api__wrmdir); }

API(CRT_DLLS, int, _wchdir, const WCHAR *path) {
    CRT_VALIDATE(path, CRT_EINVAL, -1);
    return result_of(api_SetCurrentDirectoryW(path));
}

API(CRT_DLLS, int, _chdir, const char *path) { return with_wide(path, api__wchdir); }

/* ---- drives: A: is 1 ---- */

API(CRT_DLLS, int, _chdrive, int drive) {
    WCHAR path[] = {(WCHAR)('A' + drive - 1), ':', 0};
    if (drive < 1 || drive > 26) {
        crt_thread()->dos_error = ERROR_INVALID_DRIVE;
        crt_invalid(CRT_EACCES);
        return -1;
    }
    return result_of(api_SetCurrentDirectoryW(path));
}

API(CRT_DLLS, int, _getdrive, void) {
    size_t length;
    WCHAR *path = path_current_directory(&length);
    int drive = path && path[1] == ':' ? (path[0] | 0x20) - 'a' + 1 : 0;
    free(path);
    return drive;
}

API(CRT_DLLS, ULONG, _getdrives, void) { return api_GetLogicalDrives(); }

struct crt_disk_free {
    unsigned total_clusters, avail_clusters, sectors_per_cluster, bytes_per_sector;
};

/* Returns a Win32 error code. */
API(CRT_DLLS, unsigned, _getdiskfree, unsigned drive, struct crt_disk_free *result) {
    WCHAR root[] = {(WCHAR)('A' + drive - 1), ':', '\\', 0};
    CRT_VALIDATE(result && drive <= 26, CRT_EINVAL, ERROR_INVALID_PARAMETER);
    DWORD sectors, bytes, available, total;
    *result = (struct crt_disk_free){0};
    if (!api_GetDiskFreeSpaceW(drive ? root : NULL, &sectors, &bytes, &available, &total)) {
        crt_fail_win32();
        return teb_self()->LastErrorValue;
    }
    *result = (struct crt_disk_free){total, available, sectors, bytes};
    return 0;
}
