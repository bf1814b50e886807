/* Starting programs: _spawn, _exec and _cwait ("_spawn, _wspawn functions", "_exec, _wexec functions", "_cwait").
 *
 * The arguments are joined by blanks, unquoted, as on Windows. A name without extension means, in this order, a .com,
 * .exe, .bat or .cmd file, and here at last the name itself: the host's programs have none. */
#include "codepage.h"
#include "crt_io.h"
#include "path.h"

typedef struct {
    DWORD cb;
    LPWSTR lpReserved, lpDesktop, lpTitle;
    DWORD dwX, dwY, dwXSize, dwYSize, dwXCountChars, dwYCountChars, dwFillAttribute, dwFlags;
    WORD wShowWindow, cbReserved2;
    PBYTE lpReserved2;
    HANDLE hStdInput, hStdOutput, hStdError;
} CRT_STARTUPINFO;
_Static_assert(sizeof(CRT_STARTUPINFO) == 104, "STARTUPINFOW");

typedef struct {
    HANDLE hProcess, hThread;
    DWORD dwProcessId, dwThreadId;
} CRT_PROCESS_INFORMATION;

/* In Python (create_process.py): found where every program finds it. */
typedef BOOL(WINAPI *create_process_function)(LPCWSTR, LPWSTR, SECURITY_ATTRIBUTES *, SECURITY_ATTRIBUTES *, BOOL, DWORD,
                                              LPVOID, LPCWSTR, CRT_STARTUPINFO *, CRT_PROCESS_INFORMATION *);

static create_process_function find_create_process(void) {
    static const WCHAR kernel32[] = u"kernel32.dll";
    NTSTATUS status;
    LDR_DATA_TABLE_ENTRY *module = module_from_name(kernel32, sizeof kernel32 / sizeof *kernel32 - 1);
    return module ? (create_process_function)module_export(module->DllBase, "CreateProcessW", 0, &status) : NULL;
}

API_USE(BOOL, GetExitCodeProcess, HANDLE, LPDWORD);
API_USE(DWORD, WaitForSingleObject, HANDLE, DWORD);
API_USE(VOID, _exit, int);
API_USE(DWORD, GetEnvironmentVariableW, LPCWSTR, LPWSTR, DWORD);
API_USE(DWORD, SearchPathW, LPCWSTR, LPCWSTR, LPCWSTR, DWORD, LPWSTR, LPWSTR *);

enum { MODE_WAIT, MODE_NOWAIT, MODE_OVERLAY, MODE_NOWAITO, MODE_DETACH };

#define DETACHED_PROCESS 0x8u
#define CREATE_UNICODE_ENVIRONMENT 0x400u

/* ---- finding the program ---- */

static bool is_file(const WCHAR *path) {
    DWORD attributes = api_GetFileAttributesW(path);
    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static bool has_extension(const WCHAR *path) {
    bool dot = false;
    for (; *path; path++)
        dot = *path == '.' || (dot && !is_path_separator(*path));
    return dot;
}

static bool has_folder(const WCHAR *path) {
    for (; *path; path++)
        if (is_path_separator(*path) || *path == ':')
            return true;
    return false;
}

/* `name` itself or, when `search` is set, in the folders of PATH; from malloc(). */
static WCHAR *find_file(const WCHAR *name, bool search) {
    if (search && !has_folder(name))
        return crt_search(name, u"PATH");
    size_t size = (wide_length(name) + 1) * sizeof *name;
    WCHAR *copy = is_file(name) ? malloc(size) : NULL;
    if (!copy)
        crt_fail(CRT_ENOENT);
    return copy ? memcpy(copy, name, size) : NULL;
}

static WCHAR *find_program(const WCHAR *name, bool search) {
    static const WCHAR extensions[][5] = {u".com", u".exe", u".bat", u".cmd", u""};
    if (has_extension(name))
        return find_file(name, search);
    size_t length = wide_length(name);
    WCHAR *longer = malloc((length + 5) * sizeof *longer), *found = NULL;
    if (!longer)
        return NULL;
    memcpy(longer, name, length * sizeof *name);
    for (size_t i = 0; i < 5 && !found; i++) {
        memcpy(longer + length, extensions[i], sizeof extensions[i]);
        found = find_file(longer, search);
    }
    free(longer);
    return found;
}

/* ---- starting it ---- */

/* The strings in one block, each followed by `separator`, the last by a null character. */
static WCHAR *join(const WCHAR *const *strings, WCHAR separator) {
    size_t length = 2;
    for (size_t i = 0; strings[i]; i++)
        length += wide_length(strings[i]) + 1;
    WCHAR *block = malloc(length * sizeof *block), *to = block;
    if (!block) {
        crt_fail(CRT_ENOMEM);
        return NULL;
    }
    for (size_t i = 0; strings[i]; i++) {
        size_t part = wide_length(strings[i]);
        memcpy(to, strings[i], part * sizeof *to);
        to += part;
        *to++ = separator;
    }
    if (separator && to != block)
        to--;
    to[0] = to[1 - (separator != 0)] = 0;
    return block;
}

/* `standard` NULL: the standard handles are this process's. */
static bool create(const WCHAR *program, WCHAR *command_line, WCHAR *environment, DWORD flags, const HANDLE *standard,
                   CRT_PROCESS_INFORMATION *process) {
    enum { STARTF_USESTDHANDLES = 0x100 };
    CRT_STARTUPINFO startup = {.cb = sizeof startup};
    if (standard) {
        startup.dwFlags = STARTF_USESTDHANDLES;
        startup.hStdInput = standard[0];
        startup.hStdOutput = standard[1];
        startup.hStdError = standard[2];
    }
    create_process_function create_process = find_create_process();
    startup.lpReserved2 = fd_inheritance(!standard && !(flags & DETACHED_PROCESS), &startup.cbReserved2);
    if (!create_process || !startup.lpReserved2) {
        crt_fail(CRT_ENOMEM);
        return false;
    }
    if (environment)
        flags |= CREATE_UNICODE_ENVIRONMENT;
    bool done = create_process(program, command_line, NULL, NULL, TRUE, flags, environment, NULL, &startup, process);
    free(startup.lpReserved2);
    if (!done)
        crt_fail_win32();
    return done;
}

static intptr_t finish(int mode, const CRT_PROCESS_INFORMATION *process) {
    DWORD code = 0;
    if (process->hThread)
        api_CloseHandle(process->hThread);
    switch (mode) {
    case MODE_OVERLAY: api__exit(0); return 0;
    case MODE_WAIT:
        api_WaitForSingleObject(process->hProcess, INFINITE);
        api_GetExitCodeProcess(process->hProcess, &code);
        api_CloseHandle(process->hProcess);
        return (int)code;
    case MODE_DETACH: api_CloseHandle(process->hProcess); return 0;
    default: return (intptr_t)process->hProcess;
    }
}

/* errno ENOENT, E2BIG, ENOEXEC, ENOMEM ...; the exit code, a process handle or 0 according to the mode. */
static intptr_t spawn(int mode, const WCHAR *name, const WCHAR *const *arguments, const WCHAR *const *variables,
                      bool search) {
    CRT_PROCESS_INFORMATION process;
    CRT_VALIDATE(mode >= MODE_WAIT && mode <= MODE_DETACH && name && *name, CRT_EINVAL, -1);
    CRT_VALIDATE(arguments && arguments[0] && *arguments[0], CRT_EINVAL, -1);
    WCHAR *program = find_program(name, search), *command_line = program ? join(arguments, ' ') : NULL;
    WCHAR *environment = command_line && variables ? join(variables, 0) : NULL;
    bool started = command_line && (environment || !variables) &&
                   create(program, command_line, environment, mode == MODE_DETACH ? DETACHED_PROCESS : 0, NULL,
                          &process);
    free(program);
    free(command_line);
    free(environment);
    return started ? finish(mode, &process) : -1;
}

/* ---- commands ---- */

/* The first word, without quotation marks; from malloc(). */
static WCHAR *first_word(const WCHAR *command) {
    while (*command == ' ' || *command == '\t')
        command++;
    bool quoted = *command == '"';
    const WCHAR *start = command + quoted, *end = start;
    while (*end && (quoted ? *end != '"' : *end != ' ' && *end != '\t'))
        end++;
    size_t length = (size_t)(end - start);
    WCHAR *word = malloc((length + 1) * sizeof *word);
    if (word) {
        memcpy(word, start, length * sizeof *word);
        word[length] = 0;
    }
    return word;
}

static bool is_windows_program(const WCHAR *name) {
    WCHAR path[1024];
    DWORD length = api_SearchPathW(NULL, name, u".exe", 1024, path, NULL);
    return length >= 4 && length < 1024 && wide_compare_no_case(path + length - 4, 4, u".exe", 4) == 0;
}

/* Nothing in it is for a command processor to do. */
static bool is_plain(const WCHAR *command) {
    for (; *command; command++)
        if (*command < 0x80 && strchr("|<>&()%^\n", (char)*command))
            return false;
    return true;
}

/* The command processor takes the first quotation mark and the last one away where there are more than two ("cmd"). */
static WCHAR *without_outer_quotes(const WCHAR *command) {
    size_t length = wide_length(command), quotes = 0, last = 0;
    WCHAR *copy = malloc((length + 1) * sizeof *copy);
    if (!copy)
        return NULL;
    for (size_t i = 0; i < length; i++) {
        quotes += command[i] == '"';
        last = command[i] == '"' ? i : last;
    }
    bool strips = *command == '"' && quotes > 2;
    size_t kept = 0;
    for (size_t i = 0; i <= length; i++)
        if (!strips || (i != 0 && i != last))
            copy[kept++] = command[i];
    return copy;
}

enum { LONGEST_PROCESSOR = 260 };

bool crt_has_command_processor(void) {
    WCHAR path[LONGEST_PROCESSOR];
    DWORD length = api_GetEnvironmentVariableW(u"ComSpec", path, LONGEST_PROCESSOR);
    return length && length < LONGEST_PROCESSOR && api_GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

/* "cmd.exe /c command"; from malloc(). */
static WCHAR *line_for_processor(const WCHAR *command) {
    WCHAR processor[LONGEST_PROCESSOR];
    DWORD length = api_GetEnvironmentVariableW(u"ComSpec", processor, LONGEST_PROCESSOR);
    const WCHAR *const words[] = {length && length < LONGEST_PROCESSOR ? processor : u"cmd.exe", u"/c", command, NULL};
    return join(words, ' ');
}

bool crt_start_command(const WCHAR *command, const HANDLE *standard, HANDLE *process) {
    CRT_PROCESS_INFORMATION started;
    WCHAR *line = is_plain(command) ? without_outer_quotes(command) : NULL, *word = line ? first_word(line) : NULL;
    if (!word || !*word || !is_windows_program(word)) {
        free(line);
        line = line_for_processor(command);
    }
    bool done = line && create(NULL, line, NULL, 0, standard, &started);
    *process = done ? (HANDLE)finish(MODE_NOWAIT, &started) : NULL;
    free(word);
    free(line);
    return done;
}

int crt_wait_program(HANDLE process) {
    return (int)finish(MODE_WAIT, &(CRT_PROCESS_INFORMATION){.hProcess = process});
}

static void free_strings(WCHAR **strings) {
    for (size_t i = 0; strings && strings[i]; i++)
        free(strings[i]);
    free(strings);
}

static WCHAR **widen_strings(const char *const *strings) {
    size_t count = 0;
    while (strings[count])
        count++;
    WCHAR **wide = calloc(count + 1, sizeof *wide);
    for (size_t i = 0; wide && i < count; i++) {
        wide[i] = path_wide_from_ansi(strings[i]);
        if (!wide[i]) {
            free_strings(wide);
            return NULL;
        }
    }
    return wide;
}

static intptr_t spawn_narrow(int mode, const char *name, const char *const *arguments, const char *const *variables,
                             bool search) {
    CRT_VALIDATE(mode >= MODE_WAIT && mode <= MODE_DETACH && name && *name && arguments, CRT_EINVAL, -1);
    WCHAR *wide_name = crt_wide_path(name), **wide_arguments = widen_strings(arguments);
    WCHAR **wide_variables = variables ? widen_strings(variables) : NULL;
    intptr_t result = -1;
    if (wide_name && wide_arguments && (wide_variables || !variables))
        result = spawn(mode, wide_name, (const WCHAR *const *)wide_arguments, (const WCHAR *const *)wide_variables,
                       search);
    else
        crt_fail(CRT_ENOMEM);
    free(wide_name);
    free_strings(wide_arguments);
    free_strings(wide_variables);
    return result;
}

/* ---- the families ---- */

/* Variable arguments are an array of slots, which a null pointer ends; the environment, if any, follows that. */
static const void *const *behind_null(const void *const *strings) {
    while (*strings)
        strings++;
    return strings[1];
}

#define RETURN_STARTED(last_, spawn_, mode_, name_, unit_, environment_, search_)              \
    __builtin_ms_va_list list;                                                                 \
    __builtin_ms_va_start(list, last_);                                                        \
    const void *const *strings = (const void *const *)list;                                    \
    intptr_t result = spawn_(mode_, name_, (const unit_ *const *)strings,                      \
                             (const unit_ *const *)(environment_), search_);                   \
    __builtin_ms_va_end(list);                                                                 \
    return result

#define SPAWN_FUNCTIONS(unit_, spawn_, l_, le_, lp_, lpe_, v_, ve_, vp_, vpe_)                 \
    API(CRT_DLLS, intptr_t, l_, int mode, const unit_ *name, ...) {                            \
        RETURN_STARTED(name, spawn_, mode, name, unit_, NULL, false);                          \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, le_, int mode, const unit_ *name, ...) {                           \
        RETURN_STARTED(name, spawn_, mode, name, unit_, behind_null(strings), false);          \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, lp_, int mode, const unit_ *name, ...) {                           \
        RETURN_STARTED(name, spawn_, mode, name, unit_, NULL, true);                           \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, lpe_, int mode, const unit_ *name, ...) {                          \
        RETURN_STARTED(name, spawn_, mode, name, unit_, behind_null(strings), true);           \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, v_, int mode, const unit_ *name, const unit_ *const *arguments) {  \
        return spawn_(mode, name, arguments, NULL, false);                                     \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, ve_, int mode, const unit_ *name, const unit_ *const *arguments,   \
        const unit_ *const *environment) {                                                     \
        return spawn_(mode, name, arguments, environment, false);                              \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, vp_, int mode, const unit_ *name, const unit_ *const *arguments) { \
        return spawn_(mode, name, arguments, NULL, true);                                      \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, vpe_, int mode, const unit_ *name, const unit_ *const *arguments,  \
        const unit_ *const *environment) {                                                     \
        return spawn_(mode, name, arguments, environment, true);                               \
    }
SPAWN_FUNCTIONS(char, spawn_narrow, _spawnl, _spawnle, _spawnlp, _spawnlpe, _spawnv, _spawnve, _spawnvp, _spawnvpe)
SPAWN_FUNCTIONS(WCHAR, spawn, _wspawnl, _wspawnle, _wspawnlp, _wspawnlpe, _wspawnv, _wspawnve, _wspawnvp, _wspawnvpe)

/* On Windows too this process ends when the new one has started, and the new one has another identity. */
#define EXEC_FUNCTIONS(unit_, spawn_, l_, le_, lp_, lpe_, v_, ve_, vp_, vpe_)                  \
    API(CRT_DLLS, intptr_t, l_, const unit_ *name, ...) {                                      \
        RETURN_STARTED(name, spawn_, MODE_OVERLAY, name, unit_, NULL, false);                  \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, le_, const unit_ *name, ...) {                                     \
        RETURN_STARTED(name, spawn_, MODE_OVERLAY, name, unit_, behind_null(strings), false);  \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, lp_, const unit_ *name, ...) {                                     \
        RETURN_STARTED(name, spawn_, MODE_OVERLAY, name, unit_, NULL, true);                   \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, lpe_, const unit_ *name, ...) {                                    \
        RETURN_STARTED(name, spawn_, MODE_OVERLAY, name, unit_, behind_null(strings), true);   \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, v_, const unit_ *name, const unit_ *const *arguments) {            \
        return spawn_(MODE_OVERLAY, name, arguments, NULL, false);                             \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, ve_, const unit_ *name, const unit_ *const *arguments,             \
        const unit_ *const *environment) {                                                     \
        return spawn_(MODE_OVERLAY, name, arguments, environment, false);                      \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, vp_, const unit_ *name, const unit_ *const *arguments) {           \
        return spawn_(MODE_OVERLAY, name, arguments, NULL, true);                              \
    }                                                                                          \
    API(CRT_DLLS, intptr_t, vpe_, const unit_ *name, const unit_ *const *arguments,            \
        const unit_ *const *environment) {                                                     \
        return spawn_(MODE_OVERLAY, name, arguments, environment, true);                       \
    }
EXEC_FUNCTIONS(char, spawn_narrow, _execl, _execle, _execlp, _execlpe, _execv, _execve, _execvp, _execvpe)
EXEC_FUNCTIONS(WCHAR, spawn, _wexecl, _wexecle, _wexeclp, _wexeclpe, _wexecv, _wexecve, _wexecvp, _wexecvpe)

/* ---- waiting ---- */

/* The handle is closed; `action` has no meaning. */
API(CRT_DLLS, intptr_t, _cwait, int *status, intptr_t handle, int action) {
    DWORD code;
    (void)action;
    if (handle == -1 || handle == -2)
        return crt_fail(CRT_ECHILD);
    if (api_WaitForSingleObject((HANDLE)handle, INFINITE) == 0 && api_GetExitCodeProcess((HANDLE)handle, &code)) {
        api_CloseHandle((HANDLE)handle);
        if (status)
            *status = (int)code;
        return handle;
    }
    DWORD error = teb_self()->LastErrorValue;
    if (error != ERROR_INVALID_HANDLE)
        return crt_fail_win32();
    crt_thread()->dos_error = error;
    return crt_fail(CRT_ECHILD);
}
