/* Snapshots of processes, threads and modules ("Tool Help Library"). */
#include <unistd.h>

#include "codepage.h"
#include "nt.h"
#include "path.h"
#include "process_modules.h"

enum { TH32CS_SNAPHEAPLIST = 1, TH32CS_SNAPPROCESS = 2, TH32CS_SNAPTHREAD = 4, TH32CS_SNAPMODULE = 8,
       TH32CS_SNAPMODULE32 = 0x10 };
#define TH32CS_INHERIT 0x80000000u

#define ERROR_NO_MORE_FILES 18u

enum { NORMAL_BASE_PRIORITY = 8, MAX_PATH = 260, MAX_MODULE_NAME = 255 };

struct process_copy {
    DWORD id, parent, threads;
    WCHAR name[MAX_PATH];
};

struct thread_copy {
    DWORD id, process;
};

struct snapshot {
    struct object object;
    DWORD process;                                   /* whose modules */
    struct process_copy *processes;
    struct thread_copy *threads;
    struct module_list modules;
    size_t process_count, thread_count;
    size_t next_process, next_thread, next_module;
};

static void destroy(struct object *object) {
    struct snapshot *snapshot = (struct snapshot *)object;
    free(snapshot->processes);
    free(snapshot->threads);
    process_modules_free(&snapshot->modules);
    free(snapshot);
}

/* On Windows the handle is a section's, which nobody can map. */
static const struct object_type snapshot_type = {
    .name = "Section",
    .destroy = destroy,
    .all_access = 0xF001F,
};

/* ---- taking it ---- */

static void copy_text(WCHAR *to, size_t size, const WCHAR *text) {
    size_t length = wide_length(text);
    if (length >= size)
        length = size - 1;
    memcpy(to, text, length * sizeof *to);
    to[length] = 0;
}

static bool add_process(pid_t id, void *context) {
    struct snapshot *snapshot = context;
    struct host_process facts;
    if (!host_process_read(id, &facts) || facts.has_ended)
        return true;
    struct process_copy *grown = realloc(snapshot->processes, (snapshot->process_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    snapshot->processes = grown;
    struct process_copy *copy = &grown[snapshot->process_count++];
    *copy = (struct process_copy){.id = (DWORD)id, .parent = (DWORD)facts.parent, .threads = facts.threads};
    WCHAR *name = process_program_name(&facts);
    copy_text(copy->name, MAX_PATH, name ? name : u"");
    free(name);
    return true;
}

struct thread_context {
    struct snapshot *snapshot;
    DWORD process;
};

static bool add_thread(pid_t id, void *context) {
    struct snapshot *snapshot = ((struct thread_context *)context)->snapshot;
    struct thread_copy *grown = realloc(snapshot->threads, (snapshot->thread_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    snapshot->threads = grown;
    grown[snapshot->thread_count++] = (struct thread_copy){(DWORD)id, ((struct thread_context *)context)->process};
    return true;
}

static bool add_threads_of(pid_t process, void *snapshot) {
    struct thread_context context = {snapshot, (DWORD)process};
    host_thread_each(process, add_thread, &context);
    return true;
}

static NTSTATUS add_modules(struct snapshot *snapshot) {
    struct process_object *process = process_object_open((pid_t)snapshot->process);
    if (!process)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = process_modules_read(process, &snapshot->modules);
    object_release(&process->object);
    return status;
}

API(kernel32, HANDLE, CreateToolhelp32Snapshot, DWORD dwFlags, DWORD th32ProcessID) {
    NTSTATUS status = STATUS_SUCCESS;
    struct snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot) {
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    object_init(&snapshot->object, &snapshot_type);
    snapshot->process = th32ProcessID ? th32ProcessID : (DWORD)getpid();
    if (dwFlags & TH32CS_SNAPPROCESS)
        host_process_each(add_process, snapshot);
    if (dwFlags & TH32CS_SNAPTHREAD)
        host_process_each(add_threads_of, snapshot);
    if (dwFlags & (TH32CS_SNAPMODULE | TH32CS_SNAPMODULE32))
        status = add_modules(snapshot);
    HANDLE handle = NT_SUCCESS(status) ? handle_new(&snapshot->object, snapshot_type.all_access,
                                                    dwFlags & TH32CS_INHERIT ? HANDLE_FLAG_INHERIT : 0) : NULL;
    object_release(&snapshot->object);
    if (handle)
        return handle;
    set_last_error(NT_SUCCESS(status) ? ERROR_NOT_ENOUGH_MEMORY : win32_from_status(status));
    return INVALID_HANDLE_VALUE;
}

/* ---- reading it: each kind has a position, which First sets back ---- */

static struct snapshot *snapshot_or_fail(HANDLE handle) {
    return (struct snapshot *)handle_object_or_fail(handle, &snapshot_type, 0);
}

static void release(struct snapshot *snapshot) { object_release(&snapshot->object); }

#define PROCESS_ENTRY(name_, unit_)                                                            \
    typedef struct {                                                                           \
        DWORD dwSize, cntUsage, th32ProcessID;                                                 \
        ULONG_PTR th32DefaultHeapID;                                                           \
        DWORD th32ModuleID, cntThreads, th32ParentProcessID;                                   \
        LONG pcPriClassBase;                                                                   \
        DWORD dwFlags;                                                                         \
        unit_ szExeFile[MAX_PATH];                                                             \
    } name_
PROCESS_ENTRY(PROCESSENTRY32W, WCHAR);
PROCESS_ENTRY(PROCESSENTRY32, char);
_Static_assert(sizeof(PROCESSENTRY32W) == 568 && sizeof(PROCESSENTRY32) == 304, "PROCESSENTRY32");

static void put_wide(WCHAR *to, size_t size, const WCHAR *text) { copy_text(to, size, text); }

static void put_ansi(char *to, size_t size, const WCHAR *text) {
    char *ansi = path_ansi_from_wide(text);
    size_t length = ansi ? strlen(ansi) : 0;
    if (length >= size)
        length = size - 1;
    memcpy(to, ansi ? ansi : "", length);
    to[length] = 0;
    free(ansi);
}

#define PROCESS_FUNCTIONS(first_, next_, next_one_, entry_, put_)                              \
    static BOOL next_one_(HANDLE handle, entry_ *entry, bool first) {                          \
        if (entry->dwSize < sizeof *entry)                                                     \
            return fail(ERROR_BAD_LENGTH);                                                     \
        struct snapshot *snapshot = snapshot_or_fail(handle);                                  \
        if (!snapshot)                                                                         \
            return FALSE;                                                                      \
        if (first)                                                                             \
            snapshot->next_process = 0;                                                        \
        bool found = snapshot->next_process < snapshot->process_count;                         \
        if (found) {                                                                           \
            const struct process_copy *from = &snapshot->processes[snapshot->next_process++];  \
            *entry = (entry_){.dwSize = sizeof *entry, .th32ProcessID = from->id,              \
                              .cntThreads = from->threads, .th32ParentProcessID = from->parent, \
                              .pcPriClassBase = NORMAL_BASE_PRIORITY};                         \
            put_(entry->szExeFile, MAX_PATH, from->name);                                      \
        }                                                                                      \
        release(snapshot);                                                                     \
        return found ? TRUE : fail(ERROR_NO_MORE_FILES);                                       \
    }                                                                                          \
    API(kernel32, BOOL, first_, HANDLE hSnapshot, entry_ *lppe) { return next_one_(hSnapshot, lppe, true); } \
    API(kernel32, BOOL, next_, HANDLE hSnapshot, entry_ *lppe) { return next_one_(hSnapshot, lppe, false); }
PROCESS_FUNCTIONS(Process32FirstW, Process32NextW, next_process_wide, PROCESSENTRY32W, put_wide)
PROCESS_FUNCTIONS(Process32First, Process32Next, next_process_ansi, PROCESSENTRY32, put_ansi)

typedef struct {
    DWORD dwSize, cntUsage, th32ThreadID, th32OwnerProcessID;
    LONG tpBasePri, tpDeltaPri;
    DWORD dwFlags;
} THREADENTRY32;

static BOOL next_thread(HANDLE handle, THREADENTRY32 *entry, bool first) {
    if (entry->dwSize < sizeof *entry)
        return fail(ERROR_BAD_LENGTH);
    struct snapshot *snapshot = snapshot_or_fail(handle);
    if (!snapshot)
        return FALSE;
    if (first)
        snapshot->next_thread = 0;
    bool found = snapshot->next_thread < snapshot->thread_count;
    if (found) {
        const struct thread_copy *from = &snapshot->threads[snapshot->next_thread++];
        *entry = (THREADENTRY32){sizeof *entry, 0, from->id, from->process, NORMAL_BASE_PRIORITY, 0, 0};
    }
    release(snapshot);
    return found ? TRUE : fail(ERROR_NO_MORE_FILES);
}

API(kernel32, BOOL, Thread32First, HANDLE hSnapshot, THREADENTRY32 *lpte) { return next_thread(hSnapshot, lpte, true); }
API(kernel32, BOOL, Thread32Next, HANDLE hSnapshot, THREADENTRY32 *lpte) { return next_thread(hSnapshot, lpte, false); }

#define MODULE_ENTRY(name_, unit_)                                                             \
    typedef struct {                                                                           \
        DWORD dwSize, th32ModuleID, th32ProcessID, GlblcntUsage, ProccntUsage;                 \
        BYTE *modBaseAddr;                                                                     \
        DWORD modBaseSize;                                                                     \
        HMODULE hModule;                                                                       \
        unit_ szModule[MAX_MODULE_NAME + 1];                                                   \
        unit_ szExePath[MAX_PATH];                                                             \
    } name_
MODULE_ENTRY(MODULEENTRY32W, WCHAR);
MODULE_ENTRY(MODULEENTRY32, char);
_Static_assert(sizeof(MODULEENTRY32W) == 1080 && sizeof(MODULEENTRY32) == 568, "MODULEENTRY32");

#define MODULE_FUNCTIONS(first_, next_, next_one_, entry_, put_)                               \
    static BOOL next_one_(HANDLE handle, entry_ *entry, bool first) {                          \
        if (entry->dwSize < sizeof *entry)                                                     \
            return fail(ERROR_BAD_LENGTH);                                                     \
        struct snapshot *snapshot = snapshot_or_fail(handle);                                  \
        if (!snapshot)                                                                         \
            return FALSE;                                                                      \
        if (first)                                                                             \
            snapshot->next_module = 0;                                                         \
        bool found = snapshot->next_module < snapshot->modules.count;                          \
        if (found) {                                                                           \
            const struct module_copy *from = &snapshot->modules.modules[snapshot->next_module++]; \
            *entry = (entry_){.dwSize = sizeof *entry, .th32ModuleID = 1, .th32ProcessID = snapshot->process, \
                              .GlblcntUsage = 0xffff, .ProccntUsage = 0xffff,                  \
                              .modBaseAddr = (BYTE *)from->base, .modBaseSize = from->size,    \
                              .hModule = (HMODULE)from->base};                                 \
            put_(entry->szModule, MAX_MODULE_NAME + 1, from->name);                            \
            put_(entry->szExePath, MAX_PATH, from->path);                                      \
        }                                                                                      \
        release(snapshot);                                                                     \
        return found ? TRUE : fail(ERROR_NO_MORE_FILES);                                       \
    }                                                                                          \
    API(kernel32, BOOL, first_, HANDLE hSnapshot, entry_ *lpme) { return next_one_(hSnapshot, lpme, true); } \
    API(kernel32, BOOL, next_, HANDLE hSnapshot, entry_ *lpme) { return next_one_(hSnapshot, lpme, false); }
MODULE_FUNCTIONS(Module32FirstW, Module32NextW, next_module_wide, MODULEENTRY32W, put_wide)
MODULE_FUNCTIONS(Module32First, Module32Next, next_module_ansi, MODULEENTRY32, put_ansi)

API(kernel32, BOOL, Toolhelp32ReadProcessMemory, DWORD th32ProcessID, LPCVOID lpBaseAddress, LPVOID lpBuffer,
    SIZE_T cbRead, PSIZE_T lpNumberOfBytesRead) {
    API_USE(BOOL, ReadProcessMemory, HANDLE, LPCVOID, LPVOID, SIZE_T, PSIZE_T);
    struct process_object *process = process_object_open(th32ProcessID ? (pid_t)th32ProcessID : getpid());
    HANDLE handle = process ? handle_new(&process->object, process_type.all_access, 0) : NULL;
    if (process)
        object_release(&process->object);
    if (!handle)
        return fail(ERROR_INVALID_PARAMETER);
    BOOL done = api_ReadProcessMemory(handle, lpBaseAddress, lpBuffer, cbRead, lpNumberOfBytesRead);
    handle_close(handle);
    return done;
}
