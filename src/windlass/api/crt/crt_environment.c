/* The C run-time's view of the environment ("getenv, _wgetenv", "_putenv", "_environ, _wenviron").
 *
 * There is one environment in the process, kernel32's; on Windows the C run-time keeps a copy that is brought up to date
 * by _putenv() only. Pointers that programs get stay valid for good: every "NAME=value" that was ever handed out is
 * kept once. */
#include "crt_environment.h"

#include <pthread.h>

#include "codepage.h"
#include "crt_data.h"
#include "crt_memory.h"
#include "fork.h"
#include "path.h"

API_USE(DWORD, GetEnvironmentVariableW, LPCWSTR, LPWSTR, DWORD);
API_USE(BOOL, SetEnvironmentVariableW, LPCWSTR, LPCWSTR);
API_USE(WCHAR *, GetEnvironmentStringsW, void);
API_USE(BOOL, FreeEnvironmentStringsW, LPWSTR);

enum { LONGEST_NAME = 32767 };      /* _MAX_ENV */

/* ---- kept strings ---- */

struct kept {
    struct kept *next;
    char *narrow;
    WCHAR wide[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct kept *kept_strings[256];

static struct kept **bucket_of(const WCHAR *text, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ text[i]) * 16777619u;
    return &kept_strings[(hash ^ hash >> 16) & 255];
}

/* The one record of this text; NULL out of memory. */
static struct kept *keep(const WCHAR *text, size_t length) {
    pthread_mutex_lock(&lock);
    struct kept **bucket = bucket_of(text, length), *entry = *bucket;
    while (entry && (crt_wcslen(entry->wide) != length || memcmp(entry->wide, text, length * sizeof *text) != 0))
        entry = entry->next;
    if (!entry && (entry = malloc(sizeof *entry + (length + 1) * sizeof *text)) != NULL) {
        memcpy(entry->wide, text, length * sizeof *text);
        entry->wide[length] = 0;
        entry->narrow = path_ansi_from_wide(entry->wide);
        entry->next = *bucket;
        *bucket = entry;
    }
    pthread_mutex_unlock(&lock);
    return entry && entry->narrow ? entry : NULL;
}

/* ---- reading ---- */

/* A copy of the value from malloc(), or NULL. */
static WCHAR *value_of(const WCHAR *name) {
    DWORD size = 256;
    for (;;) {
        WCHAR *value = malloc(size * sizeof *value);
        set_last_error(ERROR_SUCCESS);
        DWORD length = value ? api_GetEnvironmentVariableW(name, value, size) : 0;
        if (value && length < size && (length || teb_self()->LastErrorValue == ERROR_SUCCESS))
            return value;
        free(value);
        if (length < size)
            return NULL;
        size = length;
    }
}

/* The last error is the program's. */
static WCHAR *value_quietly(const WCHAR *name) {
    DWORD error = teb_self()->LastErrorValue;
    WCHAR *value = value_of(name);
    set_last_error(error);
    return value;
}

static struct kept *kept_value(const WCHAR *name) {
    WCHAR *value = value_quietly(name);
    struct kept *entry = value ? keep(value, crt_wcslen(value)) : NULL;
    free(value);
    return entry;
}

API(CRT_DLLS, WCHAR *, _wgetenv, const WCHAR *name) {
    CRT_VALIDATE(name && crt_wcsnlen(name, LONGEST_NAME) < LONGEST_NAME, CRT_EINVAL, NULL);
    struct kept *entry = kept_value(name);
    return entry ? entry->wide : NULL;
}

API(CRT_DLLS, char *, getenv, const char *name) {
    CRT_VALIDATE(name && crt_strnlen(name, LONGEST_NAME) < LONGEST_NAME, CRT_EINVAL, NULL);
    WCHAR *wide = wide_from_ansi(name);
    struct kept *entry = wide ? kept_value(wide) : NULL;
    free(wide);
    return entry ? entry->narrow : NULL;
}

/* "getenv_s": the size that is needed goes to *needed, 0 when there is no such variable. */
#define GET_SAFELY(name_, char_t_, get_, length_)                                              \
    API(CRT_DLLS, errno_t, name_, size_t *needed, char_t_ *buffer, size_t size, const char_t_ *name) { \
        if (!needed)                                                                           \
            return crt_invalid(CRT_EINVAL);                                                    \
        *needed = 0;                                                                           \
        if (!buffer != !size)                                                                  \
            return crt_invalid(CRT_EINVAL);                                                    \
        if (buffer)                                                                            \
            *buffer = 0;                                                                       \
        if (!name)                                                                             \
            return crt_invalid(CRT_EINVAL);                                                    \
        const char_t_ *value = get_(name);                                                     \
        if (!value)                                                                            \
            return 0;                                                                          \
        *needed = length_(value) + 1;                                                          \
        if (!size)                                                                             \
            return 0;                                                                          \
        if (*needed > size)                                                                    \
            return CRT_ERANGE;                                                                 \
        crt_memmove(buffer, value, *needed * sizeof *buffer);                                  \
        return 0;                                                                              \
    }

GET_SAFELY(getenv_s, char, api_getenv, crt_strlen)
GET_SAFELY(_wgetenv_s, WCHAR, api__wgetenv, crt_wcslen)

/* "_dupenv_s": a copy for free(); *count has its size with the null character. */
#define DUPLICATE(name_, char_t_, get_, length_)                                               \
    API(CRT_DLLS, errno_t, name_, char_t_ **buffer, size_t *count, const char_t_ *name) {      \
        if (!buffer)                                                                           \
            return crt_invalid(CRT_EINVAL);                                                    \
        *buffer = NULL;                                                                        \
        if (count)                                                                             \
            *count = 0;                                                                        \
        if (!name)                                                                             \
            return crt_invalid(CRT_EINVAL);                                                    \
        const char_t_ *value = get_(name);                                                     \
        if (!value)                                                                            \
            return 0;                                                                          \
        size_t size = length_(value) + 1;                                                      \
        *buffer = crt_malloc(size * sizeof **buffer);                                          \
        if (!*buffer)                                                                          \
            return crt_thread()->error = CRT_ENOMEM;                                           \
        crt_memmove(*buffer, value, size * sizeof **buffer);                                   \
        if (count)                                                                             \
            *count = size;                                                                     \
        return 0;                                                                              \
    }

DUPLICATE(_dupenv_s, char, api_getenv, crt_strlen)
DUPLICATE(_wdupenv_s, WCHAR, api__wgetenv, crt_wcslen)

/* ---- the arrays ---- */

/* What _environ and _wenviron point to; a new pair is made when _putenv() changes something, the old one is kept for
 * those who are still reading it. */
static char **narrow_environment;
static WCHAR **wide_environment;
static char **initial_narrow_environment;
static WCHAR **initial_wide_environment;

static size_t count_strings(const WCHAR *block) {
    size_t count = 0;
    for (; *block; block += crt_wcslen(block) + 1)
        count++;
    return count;
}

/* Current drives' directories ("=C:=...") are no variables. */
static void fill(const WCHAR *block, char **narrow, WCHAR **wide) {
    size_t count = 0;
    for (; *block; block += crt_wcslen(block) + 1) {
        struct kept *entry = *block == '=' ? NULL : keep(block, crt_wcslen(block));
        if (!entry)
            continue;
        narrow[count] = entry->narrow;
        wide[count++] = entry->wide;
    }
    narrow[count] = NULL;
    wide[count] = NULL;
}

static bool read_environment(void) {
    WCHAR *block = api_GetEnvironmentStringsW();
    size_t count = block ? count_strings(block) + 1 : 0;
    char **narrow = malloc(count * sizeof *narrow);
    WCHAR **wide = malloc(count * sizeof *wide);
    bool done = block && narrow && wide;
    if (done) {
        fill(block, narrow, wide);
        __atomic_store_n(&narrow_environment, narrow, __ATOMIC_RELEASE);
        __atomic_store_n(&wide_environment, wide, __ATOMIC_RELEASE);
    } else {
        free(narrow);
        free(wide);
    }
    if (block)
        api_FreeEnvironmentStringsW(block);
    return done;
}

bool crt_start_environment(void) {
    if (!__atomic_load_n(&narrow_environment, __ATOMIC_ACQUIRE) && !read_environment())
        return false;
    if (!initial_narrow_environment) {
        initial_narrow_environment = narrow_environment;
        initial_wide_environment = wide_environment;
    }
    return true;
}

char ***crt_environ(void) {
    crt_start_environment();
    return &narrow_environment;
}

WCHAR ***crt_wenviron(void) {
    crt_start_environment();
    return &wide_environment;
}

API(ucrtbase, int, _initialize_narrow_environment, void) { return crt_start_environment() ? 0 : -1; }
API(ucrtbase, int, _initialize_wide_environment, void) { return crt_start_environment() ? 0 : -1; }

API(ucrtbase, char **, _get_initial_narrow_environment, void) {
    crt_start_environment();
    return initial_narrow_environment;
}
API(ucrtbase, WCHAR **, _get_initial_wide_environment, void) {
    crt_start_environment();
    return initial_wide_environment;
}

API(CRT_DLLS, char ***, __p__environ, void) { return crt_environ(); }
API(CRT_DLLS, WCHAR ***, __p__wenviron, void) { return crt_wenviron(); }
API(CRT_OLD_DLLS, char ***, __p___initenv, void) {
    crt_start_environment();
    return &initial_narrow_environment;
}
API(CRT_OLD_DLLS, WCHAR ***, __p___winitenv, void) {
    crt_start_environment();
    return &initial_wide_environment;
}

/* ---- writing ---- */

/* An empty value removes the variable, and it is no error when there is none. */
static bool set(const WCHAR *name, const WCHAR *value) {
    DWORD error = teb_self()->LastErrorValue;
    bool done = api_SetEnvironmentVariableW(name, *value ? value : NULL) || !*value;
    set_last_error(error);
    if (done && narrow_environment)
        read_environment();
    crt_environment_changed();
    return done;
}

API(CRT_DLLS, int, _wputenv, const WCHAR *text) {
    CRT_VALIDATE(text, CRT_EINVAL, -1);
    size_t length = 0;
    while (text[length] && text[length] != '=')
        length++;
    if (!length || !text[length] || length >= LONGEST_NAME)
        return crt_fail(CRT_EINVAL);
    WCHAR *name = malloc((length + 1) * sizeof *name);
    if (!name)
        return crt_fail(CRT_ENOMEM);
    crt_memmove(name, text, length * sizeof *name);
    name[length] = 0;
    bool done = set(name, text + length + 1);
    free(name);
    return done ? 0 : crt_fail(CRT_EINVAL);
}

API(CRT_DLLS, int, _putenv, const char *text) {
    CRT_VALIDATE(text, CRT_EINVAL, -1);
    WCHAR *wide = wide_from_ansi(text);
    int result = wide ? api__wputenv(wide) : crt_fail(CRT_ENOMEM);
    free(wide);
    return result;
}

API(CRT_DLLS, errno_t, _wputenv_s, const WCHAR *name, const WCHAR *value) {
    if (!name || !value)
        return crt_invalid(CRT_EINVAL);
    for (const WCHAR *at = name; *at; at++)
        if (*at == '=')
            return crt_thread()->error = CRT_EINVAL;
    return *name && set(name, value) ? 0 : (crt_thread()->error = CRT_EINVAL);
}

API(CRT_DLLS, errno_t, _putenv_s, const char *name, const char *value) {
    if (!name || !value)
        return crt_invalid(CRT_EINVAL);
    WCHAR *wide_name = wide_from_ansi(name), *wide_value = wide_from_ansi(value);
    errno_t error = wide_name && wide_value ? api__wputenv_s(wide_name, wide_value)
                                            : (crt_thread()->error = CRT_ENOMEM);
    free(wide_name);
    free(wide_value);
    return error;
}
