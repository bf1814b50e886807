/* Paths as text: taking apart, putting together, making absolute ("_splitpath, _wsplitpath", "_makepath, _wmakepath",
 * "_fullpath, _wfullpath", "_getcwd, _wgetcwd", "_searchenv, _wsearchenv"). */
#include "codepage.h"
#include "crt_io.h"
#include "path.h"

API_USE(DWORD, GetEnvironmentVariableW, LPCWSTR, LPWSTR, DWORD);

enum { DRIVE_SIZE = 3, PART_SIZE = 256, PATH_SIZE = 260 };

/* Text of either width. */
struct text {
    const void *units;
    bool wide;
};

static WCHAR unit_at(struct text text, size_t i) {
    return text.wide ? ((const WCHAR *)text.units)[i] : ((const unsigned char *)text.units)[i];
}

static void set_unit(void *buffer, bool wide, size_t i, WCHAR unit) {
    if (wide)
        ((WCHAR *)buffer)[i] = unit;
    else
        ((char *)buffer)[i] = (char)unit;
}

static size_t text_length(struct text text) {
    return text.wide ? wide_length(text.units) : strlen(text.units);
}

/* ---- taking apart ---- */

/* The parts of a path: [drive_end, folder_end) is the folder, and so on. */
struct parts {
    size_t drive_end, folder_end, name_end, extension_end;
};

/* A backslash or slash may be the second byte of a character in the code pages of East Asia. */
static struct parts find_parts(struct text path) {
    struct parts parts = {0};
    struct codepage *page = codepage_ansi();
    size_t i = 0, dot = SIZE_MAX;
    if (unit_at(path, 0) && unit_at(path, 1) == ':')
        i = parts.drive_end = 2;
    parts.folder_end = i;
    for (WCHAR unit; (unit = unit_at(path, i)) != 0; i++) {
        if (!path.wide && codepage_is_lead(page, (BYTE)unit) && unit_at(path, i + 1)) {
            i++;
        } else if (is_path_separator(unit)) {
            parts.folder_end = i + 1;
            dot = SIZE_MAX;
        } else if (unit == '.') {
            dot = i;
        }
    }
    parts.extension_end = i;
    parts.name_end = dot == SIZE_MAX ? i : dot;
    return parts;
}

/* One place for a part: no buffer means that it is not wanted. */
struct target {
    void *buffer;
    size_t size;
};

static bool copy_part(struct text path, size_t start, size_t end, struct target target) {
    if (!target.buffer)
        return true;
    if (end - start >= target.size)
        return false;
    for (size_t i = start; i < end; i++)
        set_unit(target.buffer, path.wide, i - start, unit_at(path, i));
    set_unit(target.buffer, path.wide, end - start, 0);
    return true;
}

static errno_t split(struct text path, const struct target targets[4]) {
    bool valid = path.units;
    for (int i = 0; i < 4; i++)
        valid &= (targets[i].buffer != NULL) == (targets[i].size != 0);
    if (valid) {
        struct parts parts = find_parts(path);
        if (copy_part(path, 0, parts.drive_end, targets[0]) &&
            copy_part(path, parts.drive_end, parts.folder_end, targets[1]) &&
            copy_part(path, parts.folder_end, parts.name_end, targets[2]) &&
            copy_part(path, parts.name_end, parts.extension_end, targets[3]))
            return 0;
    }
    for (int i = 0; i < 4; i++)
        if (targets[i].buffer && targets[i].size)
            set_unit(targets[i].buffer, path.wide, 0, 0);
    if (!valid)
        return crt_invalid(CRT_EINVAL);
    crt_fail(CRT_ERANGE);
    return CRT_ERANGE;
}

API(CRT_DLLS ntdll, errno_t, _splitpath_s, const char *path, char *drive, size_t drive_size, char *folder,
    size_t folder_size, char *name, size_t name_size, char *extension, size_t extension_size) {
    struct target targets[] = {
        {drive, drive_size}, {folder, folder_size}, {name, name_size}, {extension, extension_size}};
    return split((struct text){path, false}, targets);
}

API(CRT_DLLS ntdll, errno_t, _wsplitpath_s, const WCHAR *path, WCHAR *drive, size_t drive_size, WCHAR *folder,
    size_t folder_size, WCHAR *name, size_t name_size, WCHAR *extension, size_t extension_size) {
    struct target targets[] = {
        {drive, drive_size}, {folder, folder_size}, {name, name_size}, {extension, extension_size}};
    return split((struct text){path, true}, targets);
}

/* The older functions expect buffers of _MAX_DRIVE, _MAX_DIR, _MAX_FNAME and _MAX_EXT. */
API(CRT_DLLS ntdll, VOID, _splitpath, const char *path, char *drive, char *folder, char *name, char *extension) {
    api__splitpath_s(path, drive, drive ? DRIVE_SIZE : 0, folder, folder ? PART_SIZE : 0, name, name ? PART_SIZE : 0,
                     extension, extension ? PART_SIZE : 0);
}

API(CRT_DLLS, VOID, _wsplitpath, const WCHAR *path, WCHAR *drive, WCHAR *folder, WCHAR *name, WCHAR *extension) {
    api__wsplitpath_s(path, drive, drive ? DRIVE_SIZE : 0, folder, folder ? PART_SIZE : 0, name, name ? PART_SIZE : 0,
                      extension, extension ? PART_SIZE : 0);
}

/* ---- putting together ---- */

struct builder {
    void *buffer;
    size_t size, length;
    bool wide, overflow;
};

static void add_unit(struct builder *builder, WCHAR unit) {
    if (builder->length < builder->size)
        set_unit(builder->buffer, builder->wide, builder->length++, unit);
    else
        builder->overflow = true;
}

static void add_text(struct builder *builder, const void *units) {
    struct text text = {units, builder->wide};
    for (size_t i = 0; unit_at(text, i); i++)
        add_unit(builder, unit_at(text, i));
}

static bool is_empty(const void *units, bool wide) { return !units || !unit_at((struct text){units, wide}, 0); }

static errno_t make(struct builder builder, const void *drive, const void *folder, const void *name,
                    const void *extension) {
    bool wide = builder.wide;
    CRT_VALIDATE(builder.buffer && builder.size, CRT_EINVAL, CRT_EINVAL);
    if (!is_empty(drive, wide)) {
        add_unit(&builder, unit_at((struct text){drive, wide}, 0));
        add_unit(&builder, ':');
    }
    if (!is_empty(folder, wide)) {
        struct text text = {folder, wide};
        add_text(&builder, folder);
        if (!is_path_separator(unit_at(text, text_length(text) - 1)))
            add_unit(&builder, '\\');
    }
    if (!is_empty(name, wide))
        add_text(&builder, name);
    if (!is_empty(extension, wide)) {
        if (unit_at((struct text){extension, wide}, 0) != '.')
            add_unit(&builder, '.');
        add_text(&builder, extension);
    }
    add_unit(&builder, 0);
    if (!builder.overflow)
        return 0;
    set_unit(builder.buffer, wide, 0, 0);
    return crt_invalid(CRT_ERANGE);
}

API(CRT_DLLS ntdll, errno_t, _makepath_s, char *path, size_t size, const char *drive, const char *folder,
    const char *name, const char *extension) {
    return make((struct builder){.buffer = path, .size = size}, drive, folder, name, extension);
}

API(CRT_DLLS ntdll, errno_t, _wmakepath_s, WCHAR *path, size_t size, const WCHAR *drive, const WCHAR *folder,
    const WCHAR *name, const WCHAR *extension) {
    return make((struct builder){.buffer = path, .size = size, .wide = true}, drive, folder, name, extension);
}

API(CRT_DLLS, VOID, _makepath, char *path, const char *drive, const char *folder, const char *name,
    const char *extension) {
    make((struct builder){.buffer = path, .size = SIZE_MAX}, drive, folder, name, extension);
}

API(CRT_DLLS, VOID, _wmakepath, WCHAR *path, const WCHAR *drive, const WCHAR *folder, const WCHAR *name,
    const WCHAR *extension) {
    make((struct builder){.buffer = path, .size = SIZE_MAX, .wide = true}, drive, folder, name, extension);
}

/* ---- results in a buffer of the caller's or of the program's heap ---- */

/* Takes `text` from malloc(). Without a buffer one is made, of at least `least` units. */
static WCHAR *give_wide(WCHAR *text, WCHAR *buffer, size_t size, size_t least) {
    if (!text)
        return NULL;
    size_t needed = wide_length(text) + 1;
    if (!buffer) {
        size = needed > least ? needed : least;
        buffer = crt_malloc(size * sizeof *buffer);
    }
    if (buffer && needed > size)
        crt_fail(CRT_ERANGE);
    WCHAR *result = buffer && needed <= size ? memcpy(buffer, text, needed * sizeof *text) : NULL;
    free(text);
    return result;
}

static char *give_narrow(WCHAR *text, char *buffer, size_t size, size_t least) {
    char *narrow = text ? path_ansi_from_wide(text) : NULL;
    free(text);
    if (!narrow)
        return NULL;
    size_t needed = strlen(narrow) + 1;
    if (!buffer) {
        size = needed > least ? needed : least;
        buffer = crt_malloc(size);
    }
    if (buffer && needed > size)
        crt_fail(CRT_ERANGE);
    char *result = buffer && needed <= size ? memcpy(buffer, narrow, needed) : NULL;
    free(narrow);
    return result;
}

/* ---- the current directory ---- */

/* The directory of a drive (1 is A:, 0 the current drive), without the backslash at the end that only a root has. */
static WCHAR *current_directory(int drive) {
    size_t length;
    DWORD error = ERROR_SUCCESS;
    WCHAR *path;
    if (drive) {
        WCHAR name[] = {(WCHAR)('A' + drive - 1), ':', '.', 0};
        path = path_full(name, &length, &error);
    } else {
        path = path_current_directory(&length);
    }
    if (!path) {
        crt_set_win32_error(error ? error : ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (length > 3 && path[length - 1] == '\\')
        path[length - 1] = 0;
    return path;
}

static bool is_drive(int drive) {
    if (drive == 0 || (drive > 0 && drive <= 26 && (path_drive_mask() & 1u << (drive - 1))))
        return true;
    crt_thread()->dos_error = ERROR_INVALID_DRIVE;
    crt_invalid(CRT_EACCES);
    return false;
}

API(CRT_DLLS, WCHAR *, _wgetcwd, WCHAR *buffer, int size) {
    CRT_VALIDATE(size >= (buffer ? 1 : 0), CRT_EINVAL, NULL);
    return give_wide(current_directory(0), buffer, (size_t)size, (size_t)size);
}

API(CRT_DLLS, char *, _getcwd, char *buffer, int size) {
    CRT_VALIDATE(size >= (buffer ? 1 : 0), CRT_EINVAL, NULL);
    return give_narrow(current_directory(0), buffer, (size_t)size, (size_t)size);
}

API(CRT_DLLS, WCHAR *, _wgetdcwd, int drive, WCHAR *buffer, int size) {
    CRT_VALIDATE(size >= (buffer ? 1 : 0), CRT_EINVAL, NULL);
    return is_drive(drive) ? give_wide(current_directory(drive), buffer, (size_t)size, (size_t)size) : NULL;
}

API(CRT_DLLS, char *, _getdcwd, int drive, char *buffer, int size) {
    CRT_VALIDATE(size >= (buffer ? 1 : 0), CRT_EINVAL, NULL);
    return is_drive(drive) ? give_narrow(current_directory(drive), buffer, (size_t)size, (size_t)size) : NULL;
}

API_ALIAS(api__wgetdcwd, nolock, msvcr80 msvcr90 msvcr100, "_wgetdcwd_nolock");
API_ALIAS(api__getdcwd, nolock, msvcr80 msvcr90 msvcr100, "_getdcwd_nolock");

/* ---- absolute paths ---- */

static WCHAR *full_path(const WCHAR *path) {
    size_t length;
    DWORD error;
    WCHAR *full = path_full(path, &length, &error);
    if (!full)
        crt_set_win32_error(error);
    return full;
}

API(CRT_DLLS, WCHAR *, _wfullpath, WCHAR *buffer, const WCHAR *path, size_t size) {
    if (!path || !*path)
        return api__wgetcwd(buffer, (int)size);
    CRT_VALIDATE(!buffer || size, CRT_EINVAL, NULL);
    return give_wide(full_path(path), buffer, size, PATH_SIZE);
}

API(CRT_DLLS, char *, _fullpath, char *buffer, const char *path, size_t size) {
    if (!path || !*path)
        return api__getcwd(buffer, (int)size);
    CRT_VALIDATE(!buffer || size, CRT_EINVAL, NULL);
    WCHAR *wide = path_wide_from_ansi(path), *full = wide ? full_path(wide) : NULL;
    free(wide);
    return give_narrow(full, buffer, size, PATH_SIZE);
}

/* ---- searching ---- */

static bool exists(const WCHAR *path) { return api_GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES; }

/* folder\name, or NULL when there is no such file. */
static WCHAR *found_in(const WCHAR *folder, size_t length, const WCHAR *name) {
    size_t name_length = wide_length(name);
    WCHAR *path = malloc((length + name_length + 2) * sizeof *path);
    if (!path)
        return NULL;
    memcpy(path, folder, length * sizeof *path);
    if (length && !is_path_separator(folder[length - 1]) && folder[length - 1] != ':')
        path[length++] = '\\';
    memcpy(path + length, name, (name_length + 1) * sizeof *path);
    if (exists(path))
        return path;
    free(path);
    return NULL;
}

static WCHAR *environment_value(const WCHAR *name) {
    DWORD size = api_GetEnvironmentVariableW(name, NULL, 0);
    WCHAR *value = size ? malloc(size * sizeof *value) : NULL;
    if (value && api_GetEnvironmentVariableW(name, value, size) >= size)
        *value = 0;
    return value;
}

WCHAR *crt_search(const WCHAR *name, const WCHAR *variable) {
    if (exists(name))
        return full_path(name);
    WCHAR *folders = environment_value(variable), *found = NULL;
    for (WCHAR *from = folders; from && *from && !found;) {
        WCHAR *to = from, *start = from;
        bool quoted = false;
        for (; *from && (quoted || *from != ';'); from++) {
            if (*from == '"')
                quoted = !quoted;
            else
                *to++ = *from;
        }
        if (to != start)
            found = found_in(start, (size_t)(to - start), name);
        if (*from)
            from++;
    }
    free(folders);
    if (!found)
        crt_fail(CRT_ENOENT);
    return found;
}

API(CRT_DLLS, errno_t, _wsearchenv_s, const WCHAR *name, const WCHAR *variable, WCHAR *buffer, size_t size) {
    CRT_VALIDATE(buffer && size, CRT_EINVAL, CRT_EINVAL);
    *buffer = 0;
    CRT_VALIDATE(name, CRT_EINVAL, CRT_EINVAL);
    if (!*name || !variable)
        return crt_fail(CRT_ENOENT), CRT_ENOENT;
    return give_wide(crt_search(name, variable), buffer, size, 0) ? 0 : crt_thread()->error;
}

API(CRT_DLLS, errno_t, _searchenv_s, const char *name, const char *variable, char *buffer, size_t size) {
    CRT_VALIDATE(buffer && size, CRT_EINVAL, CRT_EINVAL);
    *buffer = 0;
    CRT_VALIDATE(name, CRT_EINVAL, CRT_EINVAL);
    if (!*name || !variable)
        return crt_fail(CRT_ENOENT), CRT_ENOENT;
    WCHAR *wide_name = path_wide_from_ansi(name), *wide_variable = path_wide_from_ansi(variable);
    WCHAR *found = wide_name && wide_variable ? crt_search(wide_name, wide_variable) : NULL;
    free(wide_name);
    free(wide_variable);
    return give_narrow(found, buffer, size, 0) ? 0 : crt_thread()->error;
}

API(CRT_DLLS, VOID, _wsearchenv, const WCHAR *name, const WCHAR *variable, WCHAR *buffer) {
    api__wsearchenv_s(name, variable, buffer, PATH_SIZE);
}

API(CRT_DLLS, VOID, _searchenv, const char *name, const char *variable, char *buffer) {
    api__searchenv_s(name, variable, buffer, PATH_SIZE);
}
