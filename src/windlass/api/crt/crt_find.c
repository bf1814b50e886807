/* Finding files ("_findfirst, _findfirst32, _findfirst64, ...", "_findnext, ...", "_findclose").
 *
 * As with _stat, four structures differ in the width of times and sizes; each is there with narrow and wide names. */
#include "codepage.h"
#include "crt_io.h"
#include "path.h"

enum { NAME_SIZE = 260 };

#define FIND_STRUCTURE(name_, size_type_, time_type_, unit_)                                   \
    struct name_ {                                                                             \
        uint32_t attrib;                                                                       \
        time_type_ time_create, time_access, time_write;                                       \
        size_type_ size;                                                                       \
        unit_ name[NAME_SIZE];                                                                 \
    }
FIND_STRUCTURE(finddata32, uint32_t, int32_t, char);
FIND_STRUCTURE(finddata32i64, int64_t, int32_t, char);
FIND_STRUCTURE(finddata64i32, uint32_t, int64_t, char);
FIND_STRUCTURE(finddata64, int64_t, int64_t, char);
FIND_STRUCTURE(wfinddata32, uint32_t, int32_t, WCHAR);
FIND_STRUCTURE(wfinddata32i64, int64_t, int32_t, WCHAR);
FIND_STRUCTURE(wfinddata64i32, uint32_t, int64_t, WCHAR);
FIND_STRUCTURE(wfinddata64, int64_t, int64_t, WCHAR);
_Static_assert(sizeof(struct finddata32) == 280 && sizeof(struct finddata32i64) == 288, "_finddata32_t");
_Static_assert(sizeof(struct finddata64i32) == 296 && sizeof(struct finddata64) == 304, "_finddata64_t");

/* -1 where the file system does not keep the time. */
static int64_t seconds(FILETIME time) {
    int64_t ticks = (int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime);
    return ticks ? ticks / 10000000 - INT64_C(11644473600) : -1;
}

static uint32_t attributes_of(const CRT_FIND_DATA *data) {
    return data->dwFileAttributes == FILE_ATTRIBUTE_NORMAL ? 0 : data->dwFileAttributes;
}

static int64_t size_of(const CRT_FIND_DATA *data) {
    return (int64_t)((uint64_t)data->nFileSizeHigh << 32 | data->nFileSizeLow);
}

static int fail_search(void) {
    DWORD code = teb_self()->LastErrorValue;
    crt_thread()->dos_error = code;
    if (code == ERROR_NO_MORE_FILES || code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND)
        return crt_fail(CRT_ENOENT);
    return crt_fail(code == ERROR_NOT_ENOUGH_MEMORY ? CRT_ENOMEM : CRT_EINVAL);
}

static intptr_t find_first(const WCHAR *path, CRT_FIND_DATA *data) {
    HANDLE search = api_FindFirstFileExW(path, 0, data, 0, NULL, 0);
    return search == INVALID_HANDLE_VALUE ? fail_search() : (intptr_t)search;
}

static intptr_t find_first_narrow(const char *path, CRT_FIND_DATA *data) {
    WCHAR *wide = crt_wide_path(path);
    intptr_t search = wide ? find_first(wide, data) : -1;
    free(wide);
    return search;
}

static int find_next(intptr_t search, CRT_FIND_DATA *data) {
    CRT_VALIDATE(search != -1, CRT_EINVAL, -1);
    return api_FindNextFileW((HANDLE)search, data) ? 0 : fail_search();
}

/* A name that is longer in the narrow code page than the structure is cut off; the file would not be found again. */
static void store_narrow(char name[NAME_SIZE], const WCHAR *wide) {
    char *narrow = path_ansi_from_wide(wide);
    size_t length = narrow ? strnlen(narrow, NAME_SIZE - 1) : 0;
    memcpy(name, narrow ? narrow : "", length);
    name[length] = 0;
    free(narrow);
}

static void store_wide(WCHAR name[NAME_SIZE], const WCHAR *wide) {
    memcpy(name, wide, (wide_length(wide) + 1) * sizeof *wide);
}

#define STORE(structure_, size_type_, time_type_, store_name_)                                 \
    static void store_##structure_(struct structure_ *result, const CRT_FIND_DATA *data) {     \
        result->attrib = attributes_of(data);                                                  \
        result->time_create = (time_type_)seconds(data->ftCreationTime);                       \
        result->time_access = (time_type_)seconds(data->ftLastAccessTime);                     \
        result->time_write = (time_type_)seconds(data->ftLastWriteTime);                       \
        result->size = (size_type_)size_of(data);                                              \
        store_name_(result->name, data->cFileName);                                            \
    }
STORE(finddata32, uint32_t, int32_t, store_narrow)
STORE(finddata32i64, int64_t, int32_t, store_narrow)
STORE(finddata64i32, uint32_t, int64_t, store_narrow)
STORE(finddata64, int64_t, int64_t, store_narrow)
STORE(wfinddata32, uint32_t, int32_t, store_wide)
STORE(wfinddata32i64, int64_t, int32_t, store_wide)
STORE(wfinddata64i32, uint32_t, int64_t, store_wide)
STORE(wfinddata64, int64_t, int64_t, store_wide)

#define FIND_FUNCTIONS(first_, next_, unit_, structure_, find_first_)                          \
    API(CRT_DLLS, intptr_t, first_, const unit_ *path, struct structure_ *result) {            \
        CRT_FIND_DATA data;                                                                    \
        CRT_VALIDATE(path && result, CRT_EINVAL, -1);                                          \
        intptr_t search = find_first_(path, &data);                                            \
        if (search != -1)                                                                      \
            store_##structure_(result, &data);                                                 \
        return search;                                                                         \
    }                                                                                          \
    API(CRT_DLLS, int, next_, intptr_t search, struct structure_ *result) {                    \
        CRT_FIND_DATA data;                                                                    \
        CRT_VALIDATE(result, CRT_EINVAL, -1);                                                  \
        int error = find_next(search, &data);                                                  \
        if (!error)                                                                            \
            store_##structure_(result, &data);                                                 \
        return error;                                                                          \
    }
FIND_FUNCTIONS(_findfirst32, _findnext32, char, finddata32, find_first_narrow)
FIND_FUNCTIONS(_findfirst32i64, _findnext32i64, char, finddata32i64, find_first_narrow)
FIND_FUNCTIONS(_findfirst64i32, _findnext64i32, char, finddata64i32, find_first_narrow)
FIND_FUNCTIONS(_findfirst64, _findnext64, char, finddata64, find_first_narrow)
FIND_FUNCTIONS(_wfindfirst32, _wfindnext32, WCHAR, wfinddata32, find_first)
FIND_FUNCTIONS(_wfindfirst32i64, _wfindnext32i64, WCHAR, wfinddata32i64, find_first)
FIND_FUNCTIONS(_wfindfirst64i32, _wfindnext64i32, WCHAR, wfinddata64i32, find_first)
FIND_FUNCTIONS(_wfindfirst64, _wfindnext64, WCHAR, wfinddata64, find_first)

/* msvcrt.dll's names. */
API_ALIAS(api__findfirst32, msvcrt, msvcrt, "_findfirst");
API_ALIAS(api__findnext32, msvcrt, msvcrt, "_findnext");
API_ALIAS(api__findfirst32i64, msvcrt, msvcrt, "_findfirsti64");
API_ALIAS(api__findnext32i64, msvcrt, msvcrt, "_findnexti64");
API_ALIAS(api__wfindfirst32, msvcrt, msvcrt, "_wfindfirst");
API_ALIAS(api__wfindnext32, msvcrt, msvcrt, "_wfindnext");
API_ALIAS(api__wfindfirst32i64, msvcrt, msvcrt, "_wfindfirsti64");
API_ALIAS(api__wfindnext32i64, msvcrt, msvcrt, "_wfindnexti64");

API(CRT_DLLS, int, _findclose, intptr_t search) {
    if (search != -1 && api_FindClose((HANDLE)search))
        return 0;
    return crt_fail(CRT_EINVAL);
}
