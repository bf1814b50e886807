/* The names in a list of files that were dropped or copied ("DragQueryFileW function", "DROPFILES structure"). Nobody drops
 * files here, but programs pass such lists to one another, and through the clipboard. */
#include "codepage.h"
#include "com/com.h"
#include "path.h"

typedef struct {
    DWORD pFiles; /* where the names begin, with an empty one at the end */
    LONG x, y;
    BOOL fNC, fWide;
} DROPFILES;

API_USE(LPVOID, GlobalLock, HANDLE);
API_USE(BOOL, GlobalUnlock, HANDLE);
API_USE(HANDLE, GlobalFree, HANDLE);
API_USE(int, WideCharToMultiByte, UINT, DWORD, LPCWSTR, int, LPSTR, int, LPCSTR, BOOL *);

API(shell32, void, DragAcceptFiles, HANDLE hWnd, BOOL fAccept) { (void)hWnd, (void)fAccept; }
API(shell32, void, DragFinish, HANDLE hDrop) { api_GlobalFree(hDrop); }

static const char *names_of(const DROPFILES *files) { return (const char *)files + files->pFiles; }

static const char *next_name(const DROPFILES *files, const char *name) {
    return files->fWide ? name + (wide_length((const WCHAR *)(const void *)name) + 1) * sizeof(WCHAR)
                        : name + strlen(name) + 1;
}

static bool is_end(const DROPFILES *files, const char *name) {
    return files->fWide ? !*(const WCHAR *)(const void *)name : !*name;
}

/* A copy, in UTF-16; NULL without memory. */
static WCHAR *wide_copy(const DROPFILES *files, const char *name) {
    if (!files->fWide)
        return path_wide_from_ansi(name);
    size_t size = (wide_length((const WCHAR *)(const void *)name) + 1) * sizeof(WCHAR);
    WCHAR *copy = malloc(size);
    return copy ? memcpy(copy, name, size) : NULL;
}

/* The length of a text, or of as much of it as was written because there was room for it. */
static UINT put_wide(const WCHAR *text, WCHAR *buffer, UINT capacity) {
    UINT length = (UINT)wide_length(text);
    if (!buffer || !capacity)
        return length;
    length = length < capacity ? length : capacity - 1;
    memcpy(buffer, text, length * sizeof *text);
    buffer[length] = 0;
    return length;
}

static UINT put_narrow(const WCHAR *text, char *buffer, UINT capacity) {
    UINT length = (UINT)api_WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL) - 1;
    char *narrow = buffer && capacity ? malloc(length + 1) : NULL;
    if (!narrow)
        return length;
    api_WideCharToMultiByte(CP_ACP, 0, text, -1, narrow, (int)length + 1, NULL, NULL);
    length = length < capacity ? length : capacity - 1;
    memcpy(buffer, narrow, length);
    buffer[length] = 0;
    free(narrow);
    return length;
}

/* The number of names; or, of one, its length. */
static UINT query(HANDLE drop, UINT index, void *buffer, UINT capacity, bool wide) {
    const DROPFILES *files = drop ? api_GlobalLock(drop) : NULL;
    if (!files)
        return 0;
    UINT count = 0;
    const char *name = names_of(files);
    for (; !is_end(files, name) && count != index; count++)
        name = next_name(files, name);
    UINT result = index == ~0u ? count : 0;
    WCHAR *text = index == ~0u || is_end(files, name) ? NULL : wide_copy(files, name);
    if (text)
        result = wide ? put_wide(text, buffer, capacity) : put_narrow(text, buffer, capacity);
    free(text);
    api_GlobalUnlock(drop);
    return result;
}

API(shell32, UINT, DragQueryFileA, HANDLE hDrop, UINT iFile, LPSTR lpszFile, UINT cch) {
    return query(hDrop, iFile, lpszFile, cch, false);
}
API_ALIAS(api_DragQueryFileA, plain, shell32, "DragQueryFile");

API(shell32, UINT, DragQueryFileW, HANDLE hDrop, UINT iFile, LPWSTR lpszFile, UINT cch) {
    return query(hDrop, iFile, lpszFile, cch, true);
}

/* Whether the point lies in the client area. */
API(shell32, BOOL, DragQueryPoint, HANDLE hDrop, LONG *ppt) {
    const DROPFILES *files = hDrop ? api_GlobalLock(hDrop) : NULL;
    if (!ppt)
        return FALSE;
    ppt[0] = files ? files->x : 0;
    ppt[1] = files ? files->y : 0;
    BOOL result = files && !files->fNC;
    if (files)
        api_GlobalUnlock(hDrop);
    return result;
}
