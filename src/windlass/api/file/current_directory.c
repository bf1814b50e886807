/* The current directory in the PEB: run-time libraries that use the native calls alone (Zig's) take its handle from there
 * as the root of relative names. The host's current directory is what counts: Python may change it too. */
#include "api.h"
#include "file.h"
#include "nt.h"
#include "parameters.h"
#include "path.h"

API_USE(NTSTATUS, RtlEnterCriticalSection, CRITICAL_SECTION *);
API_USE(NTSTATUS, RtlLeaveCriticalSection, CRITICAL_SECTION *);

static HANDLE open_directory(const WCHAR *path) {
    struct host_path host;
    struct file *file;
    ULONG information;
    if (path_to_host(path, &host))
        return NULL;
    const struct file_open_request request = {&host, FILE_EXECUTE | SYNCHRONIZE,
                                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_OPEN,
                                              FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT, 0};
    if (file_open(&request, &file, &information))
        return NULL;
    HANDLE handle = handle_new(&file->object, file->access, 0);
    file_release(file);
    return handle;
}

struct current_directory current_directory_open(void) {
    size_t length = 0;
    WCHAR *path = path_current_directory(&length);
    if (!path || length > 0x7ffe)
        return free(path), (struct current_directory){{0, 0, NULL}, NULL};
    const UNICODE_STRING name = {(USHORT)(2 * length), (USHORT)(2 * length + 2), path};
    return (struct current_directory){name, open_directory(path)};
}

DWORD current_directory_set(const WCHAR *path) {
    struct current_directory *shown = &process_parameters()->CurrentDirectory;
    DWORD error = path_set_current_directory(path);
    if (error)
        return error;
    struct current_directory directory = current_directory_open();
    api_RtlEnterCriticalSection(process_peb.FastPebLock);
    struct current_directory old = *shown;
    *shown = directory;
    api_RtlLeaveCriticalSection(process_peb.FastPebLock);
    free(old.DosPath.Buffer);
    if (old.Handle)
        handle_close(old.Handle);
    return ERROR_SUCCESS;
}

bool is_current_directory(HANDLE handle) {
    return process_peb.ProcessParameters && handle == process_parameters()->CurrentDirectory.Handle;
}
