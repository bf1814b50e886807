/* The program's arguments ("Parsing C Command-Line Arguments", "Expanding Wildcard Arguments"). */
#include <pthread.h>

#include "codepage.h"
#include "crt_environment.h"
#include "crt_memory.h"
#include "fork.h"
#include "parameters.h"
#include "path.h"

struct find_data {
    DWORD attributes;
    FILETIME times[3];
    DWORD size_high, size_low, reserved[2];
    WCHAR name[260], short_name[14];
};

API_USE(HANDLE, FindFirstFileW, LPCWSTR, struct find_data *);
API_USE(BOOL, FindNextFileW, HANDLE, struct find_data *);
API_USE(BOOL, FindClose, HANDLE);

/* The wide arguments while they are collected. */
struct list {
    WCHAR **items;
    size_t count, capacity;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);
static struct crt_arguments plain, expanded;
static struct crt_arguments *made, *made_expanded;

static void add(struct list *list, WCHAR *item) {
    if (list->count + 1 >= list->capacity) {
        list->capacity = 2 * list->capacity + 8;
        list->items = realloc(list->items, list->capacity * sizeof *list->items);
        if (!list->items)
            windlass_fatal("out of memory for the program's arguments");
    }
    list->items[list->count++] = item;
    list->items[list->count] = NULL;
}

/* ---- splitting ---- */

/* The program's name: quotation marks around it, no escapes. */
static const WCHAR *split_program(const WCHAR *at, WCHAR *to, struct list *list) {
    bool quoted = false;
    WCHAR *start = to;
    for (; *at && (quoted || (*at != ' ' && *at != '\t')); at++) {
        if (*at == '"')
            quoted = !quoted;
        else
            *to++ = *at;
    }
    *to = 0;
    add(list, start);
    return at;
}

/* One argument. 2n backslashes before a quotation mark are n, one more makes the mark literal; two marks within
 * quotation marks are one literal mark. `marked` says whether a wildcard stood in it outside quotation marks. */
static const WCHAR *split_argument(const WCHAR *at, WCHAR **to, bool *marked) {
    bool quoted = false;
    *marked = false;
    for (;; at++) {
        size_t backslashes = 0;
        while (at[backslashes] == '\\')
            backslashes++;
        bool literal = true;
        at += backslashes;
        if (*at == '"') {
            literal = backslashes & 1;
            backslashes /= 2;
            if (!literal && quoted && at[1] == '"') {
                at++;
                literal = true;
            } else if (!literal)
                quoted = !quoted;
        }
        while (backslashes--)
            *(*to)++ = '\\';
        if (!*at || (!quoted && (*at == ' ' || *at == '\t')))
            break;
        if (!quoted && (*at == '*' || *at == '?'))
            *marked = true;
        if (literal)
            *(*to)++ = *at;
    }
    *(*to)++ = 0;
    return at;
}

/* ---- wildcards ---- */

static int compare_names(const void *a, const void *b) {
    const WCHAR *x = *(WCHAR *const *)a, *y = *(WCHAR *const *)b;
    return wide_compare_no_case(x, wide_length(x), y, wide_length(y));
}

static WCHAR *joined(const WCHAR *folder, size_t length, const WCHAR *name) {
    size_t size = wide_length(name) + 1;
    WCHAR *path = malloc((length + size) * sizeof *path);
    if (!path)
        windlass_fatal("out of memory for the program's arguments");
    memcpy(path, folder, length * sizeof *path);
    memcpy(path + length, name, size * sizeof *path);
    return path;
}

/* The files that match, sorted; the pattern itself when there is none. */
static void add_matches(struct list *list, WCHAR *pattern) {
    struct find_data data;
    size_t folder = wide_length(pattern), first = list->count;
    while (folder && pattern[folder - 1] != '\\' && pattern[folder - 1] != '/' && pattern[folder - 1] != ':')
        folder--;
    HANDLE find = api_FindFirstFileW(pattern, &data);
    if (find != INVALID_HANDLE_VALUE) {
        do
            if (!(data.name[0] == '.' && (!data.name[1] || (data.name[1] == '.' && !data.name[2]))))
                add(list, joined(pattern, folder, data.name));
        while (api_FindNextFileW(find, &data));
        api_FindClose(find);
    }
    if (list->count == first)
        add(list, pattern);
    qsort(list->items + first, list->count - first, sizeof *list->items, compare_names);
}

/* ---- the record ---- */

static void fill(struct crt_arguments *arguments, bool expand) {
    RTL_USER_PROCESS_PARAMETERS *parameters = process_parameters();
    size_t length = parameters->CommandLine.Length / sizeof(WCHAR);
    WCHAR *line = calloc(length + 1, sizeof *line), *text = calloc(2 * length + 2, sizeof *text);
    struct list list = {NULL, 0, 0};
    if (!line || !text)
        windlass_fatal("out of memory for the program's arguments");
    memcpy(line, parameters->CommandLine.Buffer, length * sizeof *line);
    const WCHAR *at = split_program(line, text, &list);
    text += wide_length(text) + 1;
    for (;;) {
        bool marked;
        while (*at == ' ' || *at == '\t')
            at++;
        if (!*at)
            break;
        WCHAR *start = text;
        at = split_argument(at, &text, &marked);
        if (expand && marked)
            add_matches(&list, start);
        else
            add(&list, start);
    }
    char **narrow = calloc(list.count + 1, sizeof *narrow);
    for (size_t i = 0; narrow && i < list.count; i++)
        narrow[i] = path_ansi_from_wide(list.items[i]);
    length = parameters->ImagePathName.Length / sizeof(WCHAR);
    WCHAR *program = calloc(length + 1, sizeof *program);
    if (!narrow || !program)
        windlass_fatal("out of memory for the program's arguments");
    memcpy(program, parameters->ImagePathName.Buffer, length * sizeof *program);
    *arguments = (struct crt_arguments){
        (int)list.count, narrow, list.items, path_ansi_from_wide(line), line, path_ansi_from_wide(program), program,
    };
}

struct crt_arguments *crt_arguments(void) {
    pthread_mutex_lock(&lock);
    if (!made) {
        fill(&plain, false);
        made = &plain;
    }
    pthread_mutex_unlock(&lock);
    return made;
}

struct crt_arguments *crt_expanded_arguments(void) {
    pthread_mutex_lock(&lock);
    if (!made_expanded) {
        fill(&expanded, true);
        made_expanded = &expanded;
    }
    pthread_mutex_unlock(&lock);
    return made_expanded;
}

/* ---- what start-up code asks for ---- */

enum { ARGUMENTS_EXPANDED = 2 };

/* __argc, __argv and __wargv, once configured. */
static int argc;
static char **argv;
static WCHAR **wargv;

/* _crt_argv_no_arguments 0, _crt_argv_unexpanded_arguments 1, _crt_argv_expanded_arguments 2. */
static int configure(int mode) {
    if (mode < 0 || mode > ARGUMENTS_EXPANDED)
        return crt_invalid(CRT_EINVAL);
    if (mode) {
        const struct crt_arguments *arguments = mode == ARGUMENTS_EXPANDED ? crt_expanded_arguments() : crt_arguments();
        argc = arguments->count;
        argv = arguments->narrow;
        wargv = arguments->wide;
    }
    return 0;
}

API(ucrtbase, errno_t, _configure_narrow_argv, int mode) { return configure(mode); }
API(ucrtbase, errno_t, _configure_wide_argv, int mode) { return configure(mode); }

static void configured(void) {
    if (!argv)
        configure(1);
}

API(CRT_DLLS, int *, __p___argc, void) { return configured(), &argc; }
API(CRT_DLLS, char ***, __p___argv, void) { return configured(), &argv; }
API(CRT_DLLS, WCHAR ***, __p___wargv, void) { return configured(), &wargv; }
API(CRT_DLLS, char **, __p__acmdln, void) { return &crt_arguments()->narrow_command_line; }
API(CRT_DLLS, WCHAR **, __p__wcmdln, void) { return &crt_arguments()->wide_command_line; }
API(CRT_DLLS, char **, __p__pgmptr, void) { return &crt_arguments()->narrow_program; }
API(CRT_DLLS, WCHAR **, __p__wpgmptr, void) { return &crt_arguments()->wide_program; }

API(CRT_DLLS, errno_t, _get_pgmptr, char **value) {
    if (!value)
        return crt_invalid(CRT_EINVAL);
    *value = crt_arguments()->narrow_program;
    return 0;
}

API(CRT_DLLS, errno_t, _get_wpgmptr, WCHAR **value) {
    if (!value)
        return crt_invalid(CRT_EINVAL);
    *value = crt_arguments()->wide_program;
    return 0;
}

/* WinMain's command line: what stands behind the program's name. */
#define BEHIND_PROGRAM(line_)                                                                  \
    do {                                                                                       \
        bool quoted = false;                                                                   \
        for (; *line_ && (quoted || *line_ > ' '); line_++)                                    \
            quoted ^= *line_ == '"';                                                           \
        while (*line_ && *line_ <= ' ')                                                        \
            line_++;                                                                           \
    } while (0)

API(ucrtbase, char *, _get_narrow_winmain_command_line, void) {
    unsigned char *line = (unsigned char *)crt_arguments()->narrow_command_line;
    BEHIND_PROGRAM(line);
    return (char *)line;
}

API(ucrtbase, WCHAR *, _get_wide_winmain_command_line, void) {
    WCHAR *line = crt_arguments()->wide_command_line;
    BEHIND_PROGRAM(line);
    return line;
}

/* ---- the older DLLs: all at once ---- */

API(CRT_OLD_DLLS, int, __getmainargs, int *count, char ***arguments, char ***environment, int expand, int *new_mode) {
    (void)new_mode;
    configure(expand ? ARGUMENTS_EXPANDED : 1);
    *count = argc;
    *arguments = argv;
    *environment = *crt_environ();
    return 0;
}

API(CRT_OLD_DLLS, int, __wgetmainargs, int *count, WCHAR ***arguments, WCHAR ***environment, int expand,
    int *new_mode) {
    (void)new_mode;
    configure(expand ? ARGUMENTS_EXPANDED : 1);
    *count = argc;
    *arguments = wargv;
    *environment = *crt_wenviron();
    return 0;
}
