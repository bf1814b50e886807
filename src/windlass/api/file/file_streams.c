/* The streams of a file ("FindFirstStreamW function", "File Streams"). The host's files have their data alone: one stream,
 * "::$DATA"; directories have none. */
#include <errno.h>

#include "api.h"
#include "file.h"
#include "file_query.h"

typedef struct {
    LARGE_INTEGER StreamSize;
    WCHAR cStreamName[260 + 36];
} WIN32_FIND_STREAM_DATA;

/* Like a search for files, a search for streams is no kernel object. */
struct stream_search {
    uint64_t mark;
};
static const uint64_t stream_mark = 0x6D6165727453646E;

static HANDLE search_failed(DWORD error) {
    set_last_error(error);
    return INVALID_HANDLE_VALUE;
}

API(kernel32 kernelbase, HANDLE, FindFirstStreamW, LPCWSTR lpFileName, int InfoLevel, LPVOID lpFindStreamData,
    DWORD dwFlags) {
    enum { FindStreamInfoStandard = 0 };
    static const WCHAR name[] = u"::$DATA";
    struct host_path path;
    struct file_facts facts;
    if (!lpFileName || !lpFindStreamData || InfoLevel != FindStreamInfoStandard || dwFlags)
        return search_failed(ERROR_INVALID_PARAMETER);
    DWORD error = path_to_host(lpFileName, &path);
    if (!error && path.kind != PATH_FILE)
        error = ERROR_INVALID_PARAMETER;
    if (error)
        return search_failed(error);
    if (!file_facts_of_path(path.text, true, &facts))
        return search_failed(path_error(&path, errno));
    if (facts.attributes & FILE_ATTRIBUTE_DIRECTORY)
        return search_failed(ERROR_HANDLE_EOF);
    struct stream_search *search = malloc(sizeof *search);
    if (!search)
        return search_failed(ERROR_NOT_ENOUGH_MEMORY);
    search->mark = stream_mark;
    WIN32_FIND_STREAM_DATA *data = lpFindStreamData;
    data->StreamSize.QuadPart = (LONGLONG)facts.size;
    memcpy(data->cStreamName, name, sizeof name);
    return search;
}

API(kernel32 kernelbase, BOOL, FindNextStreamW, HANDLE hFindStream, LPVOID lpFindStreamData) {
    (void)lpFindStreamData;
    struct stream_search *search = hFindStream;
    if (!search || hFindStream == INVALID_HANDLE_VALUE || search->mark != stream_mark)
        return fail(ERROR_INVALID_HANDLE);
    return fail(ERROR_HANDLE_EOF);
}

/* What FindClose does for these: true when the handle was one. */
bool stream_search_close(HANDLE handle) {
    struct stream_search *search = handle;
    if (search->mark != stream_mark)
        return false;
    search->mark = 0;
    free(search);
    return true;
}
