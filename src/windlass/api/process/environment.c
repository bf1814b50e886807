/* The environment ("Environment Variables"), command line and start-up information.
 *
 * There is one environment in the process, the host's: what Python sets in os.environ Windows code sees, and the other
 * way round. Names match in any case; where the host has several such names, the exact one is meant. Variables that
 * every Windows process has and a host does not (TEMP, SystemRoot ...) are there with a fitting value, unless the host
 * sets them. PATH is shown in Windows' form, and as Windows code wrote it until the host changes it. */
#include <ctype.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "api.h"
#include "codepage.h"
#include "environment.h"
#include "fork.h"
#include "handle.h"
#include "parameters.h"
#include "path.h"

extern char **environ;

API_USE(NTSTATUS, RtlEnterCriticalSection, CRITICAL_SECTION *);
API_USE(NTSTATUS, RtlLeaveCriticalSection, CRITICAL_SECTION *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

/* ---- values ---- */

static WCHAR *wide_path(const char *host) {
    size_t length;
    return path_to_windows(host, &length);
}

static WCHAR *path_item_to_windows(const char *item) {
    if (*item == '/')
        return wide_path(item);
    WCHAR *relative = path_wide_from_ansi(*item ? item : "."); /* to the directory that is current at a search */
    for (WCHAR *each = relative; each && *each; each++)
        if (*each == '/')
            *each = '\\';
    return relative;
}

static WCHAR *with_item(WCHAR *list, const WCHAR *item) {
    size_t used = wide_length(list), length = wide_length(item);
    WCHAR *grown = realloc(list, (used + length + 2) * sizeof *grown);
    if (!grown)
        return list;
    if (used)
        grown[used++] = ';';
    memcpy(grown + used, item, (length + 1) * sizeof *item);
    return grown;
}

/* Every PATH on Windows has these two, and programs look for others, cmd.exe first, along it. A program of Windows that
 * set PATH has seen to them by itself. */
static const WCHAR system_folder[] = u"C:\\windows\\system32", windows_folder[] = u"C:\\windows";

static WCHAR *with_system_folders(WCHAR *list) {
    WCHAR *whole = wide_duplicate(system_folder);
    if (whole)
        whole = with_item(with_item(whole, windows_folder), list);
    free(list);
    return whole;
}

/* "/usr/bin:/bin" as "C:\windows\system32;C:\windows;Z:\usr\bin;Z:\bin". What is in Windows' form already stays. */
static WCHAR *path_list_to_windows(const char *list) {
    if (strchr(list, ';') || strchr(list, '\\'))
        return wide_from_utf8(list);
    char *copy = strdup(list), *rest = copy, *item;
    WCHAR *all = calloc(1, sizeof *all);
    bool has_system = false;
    while (copy && all && (item = strsep(&rest, ":"))) {
        WCHAR *one = path_item_to_windows(item);
        if (one) {
            has_system |= wide_compare_no_case(one, wide_length(one), system_folder, wide_length(system_folder)) == 0;
            all = with_item(all, one);
        }
        free(one);
    }
    free(copy);
    return all && !has_system ? with_system_folders(all) : all;
}

/* "" when the host has no such place. */
static char *path_item_to_host(const WCHAR *item) {
    struct host_path host;
    if (item[0] == '\\' || item[0] == '/' || item[1] == ':')
        return strdup(path_to_host(item, &host) == ERROR_SUCCESS ? host.text : "");
    char *relative = path_ansi_from_wide(item);
    for (char *each = relative; each && *each; each++)
        if (*each == '\\')
            *each = '/';
    return relative;
}

/* The other way, for what Windows code sets. */
static char *path_list_to_host(const WCHAR *list) {
    size_t capacity = 3 * wide_length(list) + HOST_PATH_SIZE, used = 0;
    char *all = malloc(capacity);
    WCHAR *copy = malloc((wide_length(list) + 1) * sizeof *copy);
    if (!all || !copy) {
        free(copy);
        free(all);
        return NULL;
    }
    memcpy(copy, list, (wide_length(list) + 1) * sizeof *copy);
    all[0] = 0;
    for (WCHAR *item = copy, *end = copy; *item; item = end) {
        while (*end && *end != ';')
            end++;
        if (*end)
            *end++ = 0;
        char *host = *item ? path_item_to_host(item) : NULL;
        if (host && *host && used + strlen(host) + 2 < capacity)
            used += (size_t)sprintf(all + used, "%s%s", used ? ":" : "", host);
        free(host);
    }
    free(copy);
    return all;
}

/* ---- variables that Windows has by itself ---- */

struct user {
    struct passwd entry;
    char text[1024];
};

/* getpwuid() has a lock that a fork may copy while another thread holds it. */
static bool find_user(struct user *user) {
    struct passwd *found = NULL;
    return getpwuid_r(getuid(), &user->entry, user->text, sizeof user->text, &found) == 0 && found;
}

static WCHAR *home_path(const char *below) {
    char path[HOST_PATH_SIZE];
    struct user user;
    const char *set = getenv("HOME");
    snprintf(path, sizeof path, "%s%s", set ? set : find_user(&user) ? user.entry.pw_dir : "/", below);
    return wide_path(path);
}

static WCHAR *temporary(void) {
    const char *set = getenv("TMPDIR");
    return wide_path(set ? set : "/tmp");
}

static WCHAR *user_name(void) {
    struct user user;
    return wide_from_utf8(find_user(&user) ? user.entry.pw_name : "user");
}

static WCHAR *host_name(void) {
    char name[256] = "localhost";
    gethostname(name, sizeof name - 1);
    name[strcspn(name, ".")] = 0;
    for (char *at = name; *at; at++)                 /* as GetComputerName has it */
        *at = (char)toupper((unsigned char)*at);
    return wide_from_utf8(name);
}

static WCHAR *processors(void) {
    char text[16];
    snprintf(text, sizeof text, "%u", processor_count());
    return wide_from_utf8(text);
}

static WCHAR *profile(void) { return home_path(""); }

/* The profile's folder in two parts. */
static WCHAR *home_drive(void) {
    WCHAR *home = profile();
    if (home && wide_length(home) > 2)
        home[2] = 0;
    return home;
}

static WCHAR *home_folder(void) {
    WCHAR *home = profile(), *folder = home && wide_length(home) > 2 ? wide_duplicate(home + 2) : NULL;
    free(home);
    return folder;
}

static WCHAR *roaming(void) { return home_path("/.config"); }
static WCHAR *local(void) { return home_path("/.local/share"); }

static const struct windows_variable {
    const char *name;
    const char *text;           /* or: */
    WCHAR *(*make)(void);
} windows_variables[] = {
    {"ALLUSERSPROFILE", "C:\\ProgramData", NULL},
    {"APPDATA", NULL, roaming},
    {"CommonProgramFiles", "C:\\Program Files\\Common Files", NULL},
    {"CommonProgramW6432", "C:\\Program Files\\Common Files", NULL},
    {"COMPUTERNAME", NULL, host_name},
    {"ComSpec", "C:\\windows\\system32\\cmd.exe", NULL},
    {"HOMEDRIVE", NULL, home_drive},
    {"HOMEPATH", NULL, home_folder},
    {"LOCALAPPDATA", NULL, local},
    {"NUMBER_OF_PROCESSORS", NULL, processors},
    {"OS", "Windows_NT", NULL},
    {"PATHEXT", ".COM;.EXE;.BAT;.CMD", NULL},
    {"PROCESSOR_ARCHITECTURE", "AMD64", NULL},
    {"ProgramData", "C:\\ProgramData", NULL},
    {"ProgramFiles", "C:\\Program Files", NULL},
    {"ProgramW6432", "C:\\Program Files", NULL},
    {"PUBLIC", "C:\\users\\Public", NULL},
    {"SystemDrive", "C:", NULL},
    {"SystemRoot", "C:\\windows", NULL},
    {"TEMP", NULL, temporary},
    {"TMP", NULL, temporary},
    {"USERDOMAIN", NULL, host_name},
    {"USERNAME", NULL, user_name},
    {"USERPROFILE", NULL, profile},
    {"windir", "C:\\windows", NULL},
};
enum { WINDOWS_VARIABLES = sizeof windows_variables / sizeof *windows_variables };

/* Removed by SetEnvironmentVariable(name, NULL): then they are gone although the host never had them. */
static bool removed[WINDOWS_VARIABLES];

/* Variables of the host's that Windows code does not see, for its parent did not pass them on. */
static char **hidden;
static size_t hidden_count;

static bool is_hidden(const char *entry) {
    size_t length = strcspn(entry, "=");
    for (size_t i = 0; i < hidden_count; i++)
        if (strlen(hidden[i]) == length && strncmp(hidden[i], entry, length) == 0)
            return true;
    return false;
}

static void show(const char *name) {
    for (size_t i = 0; i < hidden_count; i++) {
        if (strcasecmp(hidden[i], name) != 0)
            continue;
        free(hidden[i]);
        hidden[i] = hidden[--hidden_count];
        return;
    }
}

static WCHAR *windows_value(const struct windows_variable *variable) {
    return variable->make ? variable->make() : wide_from_utf8(variable->text);
}

/* ---- look-up; the lock is held ---- */

static size_t name_length(const char *entry) { return strcspn(entry, "="); }

static const char *find_host(const char *name) {
    const char *exact = hidden_count && is_hidden(name) ? NULL : getenv(name), *found = NULL;
    size_t length = strlen(name);
    for (char **entry = environ; !exact && entry && *entry; entry++)
        if (name_length(*entry) == length && strncasecmp(*entry, name, length) == 0 && !is_hidden(*entry))
            found = *entry + length + 1;
    return exact ? exact : found;
}

static const struct windows_variable *find_windows(const char *name) {
    for (int i = 0; i < WINDOWS_VARIABLES; i++)
        if (strcasecmp(windows_variables[i].name, name) == 0)
            return removed[i] ? NULL : &windows_variables[i];
    return NULL;
}

/* PATH as Windows code wrote it, and what it became for the host. Under the lock. */
static WCHAR *written_path;
static char *written_path_on_host;

static void remember_path(const WCHAR *value, const char *host_value) {
    free(written_path);
    free(written_path_on_host);
    written_path = wide_duplicate(value);
    written_path_on_host = strdup(host_value);
}

static WCHAR *path_value(const char *host_value) {
    if (written_path && written_path_on_host && strcmp(written_path_on_host, host_value) == 0)
        return wide_duplicate(written_path);
    return path_list_to_windows(host_value);
}

static WCHAR *value_of(const char *name, const char *host_value) {
    return strcasecmp(name, "PATH") == 0 ? path_value(host_value) : path_wide_from_ansi(host_value);
}

/* A copy of the variable's value, NULL when it is not set. */
/* "=C:" and the like: the directory of each drive that the C run-time library of Visual C++ keeps as a variable. They
 * are in no list, and the host has no place for them. Under the lock. */
static WCHAR *drive_directories[26];

static WCHAR **drive_directory(const char *name) {
    int letter = name[0] == '=' ? name[1] | 0x20 : 0;
    return letter >= 'a' && letter <= 'z' && name[2] == ':' && !name[3] ? &drive_directories[letter - 'a'] : NULL;
}

static WCHAR *get_variable(const char *name) {
    WCHAR **directory = drive_directory(name);
    if (directory)
        return *directory ? wide_duplicate(*directory) : NULL;
    const char *value = find_host(name);
    const struct windows_variable *own = value ? NULL : find_windows(name);
    return value ? value_of(name, value) : own ? windows_value(own) : NULL;
}

static DWORD get_wide(const WCHAR *name, WCHAR *buffer, DWORD size) {
    char *key = name ? utf8_copy_of_wide(name) : NULL;
    pthread_mutex_lock(&lock);
    WCHAR *value = key && *key ? get_variable(key) : NULL;
    pthread_mutex_unlock(&lock);
    free(key);
    if (!value) {
        set_last_error(ERROR_ENVVAR_NOT_FOUND);
        return 0;
    }
    size_t length = wide_length(value);
    if (length < size)
        memcpy(buffer, value, (length + 1) * sizeof *value);
    free(value);
    return (DWORD)(length < size ? length : length + 1);
}

API(kernel32 kernelbase, DWORD, GetEnvironmentVariableW, LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize) {
    return get_wide(lpName, lpBuffer, nSize);
}

API(kernel32 kernelbase, DWORD, GetEnvironmentVariableA, LPCSTR lpName, LPSTR lpBuffer, DWORD nSize) {
    WCHAR *name = lpName ? wide_from_ansi(lpName) : NULL;
    DWORD needed = get_wide(name, NULL, 0);
    WCHAR *value = needed ? calloc(needed + 1, sizeof *value) : NULL;
    if (value)
        get_wide(name, value, needed + 1);
    free(name);
    char *text = value ? path_ansi_from_wide(value) : NULL;
    free(value);
    if (!text)
        return 0;
    size_t length = strlen(text);
    if (length < nSize)
        memcpy(lpBuffer, text, length + 1);
    free(text);
    return (DWORD)(length < nSize ? length : length + 1);
}

/* ---- the whole block: "name=value" strings, sorted by name, ending in an empty one ---- */

struct entry {
    WCHAR *name, *value;
};

static int by_name(const void *one, const void *other) {
    const WCHAR *a = ((const struct entry *)one)->name, *b = ((const struct entry *)other)->name;
    return wide_compare_no_case(a, wide_length(a), b, wide_length(b));
}

static size_t collect(struct entry *entries, size_t capacity) {
    size_t count = 0;
    for (char **each = environ; each && *each && count < capacity; each++) {
        char *name = strndup(*each, name_length(*each));
        if (name && *name && strchr(*each, '=') && !is_hidden(*each))
            entries[count++] = (struct entry){wide_from_utf8(name), value_of(name, *each + strlen(name) + 1)};
        free(name);
    }
    for (int i = 0; i < WINDOWS_VARIABLES && count < capacity; i++)
        if (!removed[i] && !find_host(windows_variables[i].name))
            entries[count++] =
                (struct entry){wide_from_utf8(windows_variables[i].name), windows_value(&windows_variables[i])};
    return count;
}

static WCHAR *build_block(struct entry *entries, size_t count) {
    size_t units = 2, used = 0;
    for (size_t i = 0; i < count; i++)
        if (entries[i].name && entries[i].value)
            units += wide_length(entries[i].name) + wide_length(entries[i].value) + 2;
    WCHAR *block = calloc(units, sizeof *block);
    for (size_t i = 0; block && i < count; i++) {
        if (!entries[i].name || !entries[i].value)
            continue;
        size_t name = wide_length(entries[i].name), value = wide_length(entries[i].value);
        memcpy(block + used, entries[i].name, name * sizeof *block);
        block[used + name] = '=';
        memcpy(block + used + name + 1, entries[i].value, value * sizeof *block);
        used += name + value + 2;
    }
    return block;
}

WCHAR *environment_block(void) {
    size_t capacity = WINDOWS_VARIABLES;
    pthread_mutex_lock(&lock);
    for (char **each = environ; each && *each; each++)
        capacity++;
    struct entry *entries = calloc(capacity, sizeof *entries);
    size_t count = entries ? collect(entries, capacity) : 0;
    pthread_mutex_unlock(&lock);
    qsort(entries, count, sizeof *entries, by_name);
    WCHAR *block = entries ? build_block(entries, count) : NULL;
    for (size_t i = 0; i < count; i++) {
        free(entries[i].name);
        free(entries[i].value);
    }
    free(entries);
    return block;
}

/* Programs without a C library read the block through the PEB, holding FastPebLock meanwhile. */
static void publish(void) {
    RTL_USER_PROCESS_PARAMETERS *parameters = process_parameters();
    WCHAR *block = environment_block();
    if (!block)
        return;
    api_RtlEnterCriticalSection(process_peb.FastPebLock);
    WCHAR *old = parameters->Environment;
    parameters->Environment = block;
    api_RtlLeaveCriticalSection(process_peb.FastPebLock);
    free(old);
}

API(kernel32 kernelbase, LPWSTR, GetEnvironmentStringsW, void) {
    WCHAR *block = environment_block();
    if (!block)
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return block;
}

static size_t block_length(const WCHAR *block) {
    size_t length = 0;
    while (block[length])
        length += wide_length(block + length) + 1;
    return length + 1;
}

API(kernel32 kernelbase, LPSTR, GetEnvironmentStringsA, void) {
    WCHAR *wide = api_GetEnvironmentStringsW();
    if (!wide)
        return NULL;
    size_t units = block_length(wide);
    size_t bytes = codepage_from_wide(codepage_ansi(), 0, wide, units, NULL, 0, NULL, NULL, NULL);
    char *block = malloc(bytes);
    if (block)
        codepage_from_wide(codepage_ansi(), 0, wide, units, block, bytes, NULL, NULL, NULL);
    free(wide);
    return block;
}
API_ALIAS(api_GetEnvironmentStringsA, plain, kernel32 kernelbase, "GetEnvironmentStrings");

API(kernel32 kernelbase, BOOL, FreeEnvironmentStringsW, LPWSTR penv) {
    free(penv);
    return TRUE;
}
API_ALIAS(api_FreeEnvironmentStringsW, ansi, kernel32 kernelbase, "FreeEnvironmentStringsA");

/* ---- setting ---- */

/* The host's spelling of a name that is there in another case. */
static void remove_host(const char *name) {
    size_t length = strlen(name);
    for (char **entry = environ; entry && *entry;) {
        if (name_length(*entry) == length && strncasecmp(*entry, name, length) == 0) {
            char *spelled = strndup(*entry, length);
            if (spelled)
                unsetenv(spelled);
            free(spelled);
            entry = environ;
        } else {
            entry++;
        }
    }
}

static void mark_removed(const char *name, bool is_removed) {
    for (int i = 0; i < WINDOWS_VARIABLES; i++)
        if (strcasecmp(windows_variables[i].name, name) == 0)
            removed[i] = is_removed;
}

static BOOL set_variable(const char *name, const WCHAR *value) {
    WCHAR **directory = drive_directory(name);
    if (directory) {
        free(*directory);
        *directory = value ? wide_duplicate(value) : NULL;
        return TRUE;
    }
    if (!value) {
        remove_host(name);
        mark_removed(name, true);
        return TRUE;
    }
    bool is_path = strcasecmp(name, "PATH") == 0;
    char *text = is_path ? path_list_to_host(value) : path_ansi_from_wide(value);
    if (!text)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    if (is_path)
        remember_path(value, text);
    const char *spelled = name;
    show(name);
    for (char **entry = environ; entry && *entry; entry++)
        if (name_length(*entry) == strlen(name) && strncasecmp(*entry, name, strlen(name)) == 0)
            spelled = *entry;
    char *key = strndup(spelled, name_length(spelled));
    bool ok = key && setenv(key, text, 1) == 0;
    mark_removed(name, false);
    free(key);
    free(text);
    return ok ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

API(kernel32 kernelbase, BOOL, SetEnvironmentVariableW, LPCWSTR lpName, LPCWSTR lpValue) {
    char *name = lpName ? utf8_copy_of_wide(lpName) : NULL;
    if (!name || !*name || strchr(name + 1, '=') || (*name == '=' && !drive_directory(name))) {
        free(name);
        return fail(ERROR_INVALID_PARAMETER);
    }
    pthread_mutex_lock(&lock);
    BOOL done = set_variable(name, lpValue);
    pthread_mutex_unlock(&lock);
    if (done)
        publish();
    free(name);
    return done;
}

API(kernel32 kernelbase, BOOL, SetEnvironmentVariableA, LPCSTR lpName, LPCSTR lpValue) {
    WCHAR *name = lpName ? wide_from_ansi(lpName) : NULL, *value = lpValue ? path_wide_from_ansi(lpValue) : NULL;
    BOOL done = lpValue && !value ? fail(ERROR_NOT_ENOUGH_MEMORY) : api_SetEnvironmentVariableW(name, value);
    free(name);
    free(value);
    return done;
}

/* ---- expansion ---- */

struct output {
    WCHAR *buffer;
    size_t size, length;
};

static void emit(struct output *out, const WCHAR *text, size_t length) {
    for (size_t i = 0; i < length; i++, out->length++)
        if (out->length < out->size)
            out->buffer[out->length] = text[i];
}

/* %name% becomes the value; what names no variable stays ("ExpandEnvironmentStringsW function"). */
static void expand(const WCHAR *source, struct output *out) {
    while (*source) {
        const WCHAR *end = source + 1;
        while (*source == '%' && *end && *end != '%')
            end++;
        if (*source != '%' || *end != '%') {
            emit(out, source++, 1);
            continue;
        }
        char name[1024];
        size_t length = utf8_from_wide(source + 1, (size_t)(end - source - 1), name, sizeof name - 1);
        name[length < sizeof name ? length : 0] = 0;
        WCHAR *value = *name ? get_variable(name) : NULL;
        if (value)
            emit(out, value, wide_length(value));
        else
            emit(out, source, (size_t)(end - source));
        source = value ? end + 1 : end;
        free(value);
    }
    emit(out, u"", 1);
}

API(kernel32 kernelbase, DWORD, ExpandEnvironmentStringsW, LPCWSTR lpSrc, LPWSTR lpDst, DWORD nSize) {
    struct output out = {lpDst, lpDst ? nSize : 0, 0};
    pthread_mutex_lock(&lock);
    expand(lpSrc, &out);
    pthread_mutex_unlock(&lock);
    return (DWORD)out.length;
}

API(kernel32 kernelbase, DWORD, ExpandEnvironmentStringsA, LPCSTR lpSrc, LPSTR lpDst, DWORD nSize) {
    WCHAR *source = path_wide_from_ansi(lpSrc);
    DWORD units = source ? api_ExpandEnvironmentStringsW(source, NULL, 0) : 0;
    WCHAR *wide = units ? calloc(units, sizeof *wide) : NULL;
    if (wide)
        api_ExpandEnvironmentStringsW(source, wide, units);
    char *text = wide ? path_ansi_from_wide(wide) : NULL;
    free(source);
    free(wide);
    if (!text) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return 0;
    }
    DWORD bytes = (DWORD)strlen(text) + 1;
    if (bytes <= nSize)
        memcpy(lpDst, text, bytes);
    free(text);
    return bytes;
}

/* ---- command line and start-up information ---- */

API(kernel32 kernelbase, LPWSTR, GetCommandLineW, void) { return process_parameters()->CommandLine.Buffer; }

API(kernel32 kernelbase, LPSTR, GetCommandLineA, void) { return (LPSTR)(uintptr_t)process_command_line_ansi(); }

typedef struct {
    DWORD cb;
    PVOID lpReserved, lpDesktop, lpTitle;
    DWORD dwX, dwY, dwXSize, dwYSize, dwXCountChars, dwYCountChars, dwFillAttribute, dwFlags;
    WORD wShowWindow, cbReserved2;
    BYTE *lpReserved2;
    HANDLE hStdInput, hStdOutput, hStdError;
} STARTUPINFO;

/* What the parent has said; without a parent under windlass no flag is set, so no field counts. */
static STARTUPINFO startup_info(PVOID desktop, PVOID title) {
    enum { STARTF_USESTDHANDLES = 0x100 };
    const RTL_USER_PROCESS_PARAMETERS *from = process_parameters();
    STARTUPINFO info = {.cb = sizeof info, .lpDesktop = desktop, .lpTitle = title, .dwX = from->StartingX,
                        .dwY = from->StartingY, .dwXSize = from->CountX, .dwYSize = from->CountY,
                        .dwXCountChars = from->CountCharsX, .dwYCountChars = from->CountCharsY,
                        .dwFillAttribute = from->FillAttribute, .dwFlags = from->WindowFlags,
                        .wShowWindow = (WORD)from->ShowWindowFlags, .cbReserved2 = from->RuntimeData.Length,
                        .lpReserved2 = (BYTE *)from->RuntimeData.Buffer};
    if (info.dwFlags & STARTF_USESTDHANDLES) {
        info.hStdInput = std_handle((DWORD)-10);
        info.hStdOutput = std_handle((DWORD)-11);
        info.hStdError = std_handle((DWORD)-12);
    }
    return info;
}

static PVOID wide_or_empty(const UNICODE_STRING *text) {
    return text->Buffer ? text->Buffer : (PVOID)(uintptr_t)u"";
}

API(kernel32 kernelbase, void, GetStartupInfoW, STARTUPINFO *lpStartupInfo) {
    const RTL_USER_PROCESS_PARAMETERS *from = process_parameters();
    *lpStartupInfo = startup_info(wide_or_empty(&from->DesktopInfo), wide_or_empty(&from->WindowTitle));
}

/* Their copies in the ANSI code page live as long as the process. */
static char *startup_desktop, *startup_title;

static void make_startup_text(void) {
    const RTL_USER_PROCESS_PARAMETERS *from = process_parameters();
    startup_desktop = ansi_from_wide(wide_or_empty(&from->DesktopInfo));
    startup_title = ansi_from_wide(wide_or_empty(&from->WindowTitle));
}

API(kernel32, void, GetStartupInfoA, STARTUPINFO *lpStartupInfo) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_startup_text);
    *lpStartupInfo = startup_info(startup_desktop, startup_title);
}

/* ---- other processes' environments ---- */

/* What windlass and the host's libraries read. */
static bool is_kept(const char *entry) {
    static const char *const prefixes[] = {"WINDLASS_", "XDG_", "LD_", "LC_", "LANG=", "HOME=", "TZ=", "TMPDIR="};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(entry, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    return false;
}

static const WCHAR *find_in_block(const WCHAR *block, const char *name) {
    size_t length = strlen(name);
    for (; *block; block += wide_length(block) + 1) {
        size_t at = 0;
        while (at < length && block[at] < 0x80 && (block[at] | 0x20) == (name[at] | 0x20))
            at++;
        if (at == length && block[at] == '=')
            return block;
    }
    return NULL;
}

static void hide(char *name) {
    char **grown = realloc(hidden, (hidden_count + 1) * sizeof *hidden);
    if (!grown)
        return;
    hidden = grown;
    hidden[hidden_count++] = name;
}

/* Takes away, or hides, what is not in the block. */
static void keep_only(const WCHAR *block) {
    char **each = environ;
    while (each && *each) {
        char *name = strndup(*each, name_length(*each));
        bool kept = is_kept(*each), in_block = name && find_in_block(block, name);
        if (!name || in_block || kept) {
            each++;
            if (name && !in_block)
                hide(name);
            else
                free(name);
            continue;
        }
        unsetenv(name);
        free(name);
        each = environ;
    }
    for (int i = 0; i < WINDOWS_VARIABLES; i++)
        removed[i] = !find_in_block(block, windows_variables[i].name);
}

void environment_replace(const WCHAR *block) {
    pthread_mutex_lock(&lock);
    keep_only(block);
    for (; *block; block += wide_length(block) + 1) {
        size_t at = 1;                               /* "=C:=C:\\folder" is a drive's current directory */
        while (block[at] && block[at] != '=')
            at++;
        char name[1024];
        size_t length = utf8_from_wide(block, at, name, sizeof name - 1);
        if (!block[at] || *block == '=' || length >= sizeof name)
            continue;
        name[length] = 0;
        const struct windows_variable *own = find_windows(name);
        WCHAR *usual = own ? windows_value(own) : NULL;
        /* What Windows has by itself is not made a variable of the host's. */
        if (!usual || wide_length(usual) != wide_length(block + at + 1) ||
            memcmp(usual, block + at + 1, wide_length(usual) * sizeof *usual) != 0)
            set_variable(name, block + at + 1);
        free(usual);
    }
    pthread_mutex_unlock(&lock);
}

/* "name=value" for the host; NULL: Windows has it by itself, and the host needs none. */
static char *host_variable(const WCHAR *entry) {
    char *text = path_ansi_from_wide(entry), *value = text ? strchr(text + 1, '=') : NULL;
    if (!value || *text == '=')
        return free(text), NULL;
    *value = 0;
    const struct windows_variable *own = find_windows(text);
    bool is_path = strcasecmp(text, "PATH") == 0;
    char *list = is_path ? path_list_to_host(entry + 5) : NULL;
    char *whole = own && !find_host(text) ? NULL : malloc(strlen(text) + strlen(list ? list : value + 1) + 2);
    if (whole)
        sprintf(whole, "%s=%s", is_path ? "PATH" : text, list ? list : value + 1);
    free(list);
    free(text);
    return whole;
}

char **environment_for_host(const WCHAR *block) {
    size_t count = 0, bytes = 0, at = 0;
    for (const WCHAR *entry = block; *entry; entry += wide_length(entry) + 1)
        count++;
    char **entries = calloc(count + 1, sizeof *entries);
    for (const WCHAR *entry = block; entries && *entry; entry += wide_length(entry) + 1) {
        entries[at] = host_variable(entry);
        if (entries[at])
            bytes += strlen(entries[at++]) + 1;
    }
    char **all = entries ? malloc((at + 1) * sizeof *all + bytes) : NULL;
    char *text = all ? (char *)(all + at + 1) : NULL;
    for (size_t i = 0; i < at; i++) {
        if (all)
            text = stpcpy(all[i] = text, entries[i]) + 1;
        free(entries[i]);
    }
    if (all)
        all[at] = NULL;
    free(entries);
    return all;
}
