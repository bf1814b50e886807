/* Path functions that take the buffer's size and know "\\?\" ("PathCch Path Handling Functions"). Results of more than
 * MAX_PATH characters are refused unless PATHCCH_ALLOW_LONG_PATHS is given; then such a one gets the prefix "\\?\". */
#include "codepage.h"
#include "com/com.h"
#include "unicode.h"

enum { MAX_PATH = 260, PATHCCH_MAX_CCH = 0x8000 };

/* PATHCCH_OPTIONS */
enum {
    ALLOW_LONG_PATHS = 0x01,
    FORCE_ENABLE_LONG_NAME_PROCESS = 0x02,
    FORCE_DISABLE_LONG_NAME_PROCESS = 0x04,
    DO_NOT_NORMALIZE_SEGMENTS = 0x08,
    ENSURE_IS_EXTENDED_LENGTH_PATH = 0x10,
    ENSURE_TRAILING_SLASH = 0x20,
    ALL_OPTIONS = 0x3F,
};

#define HRESULT_OF(code_) ((HRESULT)(0x80070000u | (code_)))
#define E_INSUFFICIENT_BUFFER HRESULT_OF(ERROR_INSUFFICIENT_BUFFER)
#define E_FILENAME_EXCED_RANGE HRESULT_OF(ERROR_FILENAME_EXCED_RANGE)

API_USE(HANDLE, GlobalAlloc, UINT, SIZE_T);
API_USE(HANDLE, GlobalFree, HANDLE);

static bool starts_with(const WCHAR *text, const char *start) {
    for (; *start; text++, start++) {
        if (unicode_upper(*text) != (WCHAR)*start)
            return false;
    }
    return true;
}

static bool is_drive(const WCHAR *path) {
    WCHAR letter = (WCHAR)(*path | 0x20);
    return letter >= 'a' && letter <= 'z' && path[1] == ':';
}

/* The text's length, or `limit` when no zero is among its first units. */
static size_t bounded_length(const WCHAR *text, size_t limit) {
    size_t length = 0;
    while (length < limit && text[length])
        length++;
    return length;
}

/* ---- the root ---- */

static bool is_volume_name(const WCHAR *path) {
    return starts_with(path, "\\\\?\\VOLUME{") && path[47] == '}' && wide_length(path) >= 48;
}

/* Where the rest of a path begins behind its root "X:\", "\", "\\server\share\" with or without "\\?\"; NULL: no root. */
static const WCHAR *behind_root(const WCHAR *path) {
    const WCHAR *at = path;
    if (starts_with(path, "\\\\?\\VOLUME{"))
        return is_volume_name(path) ? path + 48 + (path[48] == '\\') : NULL;
    bool extended = starts_with(path, "\\\\?\\"), unc = starts_with(path, "\\\\?\\UNC\\");
    if (unc)
        at = path + 8;
    else if (extended)
        at = path + 4;
    else if (path[0] == '\\' && path[1] == '\\')
        at = path + 2, unc = true;
    if (unc) {
        for (int parts = 0; parts < 2; parts++) {
            while (*at && *at != '\\')
                at++;
            at += *at == '\\';
        }
        return at;
    }
    if (is_drive(at))
        return at + (at[2] == '\\' ? 3 : 2);
    return !extended && *path == '\\' ? path + 1 : NULL;
}

/* ("PathIsUNCEx function") *server: behind the prefix. */
API(kernelbase, BOOL, PathIsUNCEx, LPCWSTR pszPath, LPCWSTR *ppszServer) {
    const WCHAR *server = NULL;
    if (starts_with(pszPath, "\\\\?\\UNC\\"))
        server = pszPath + 8;
    else if (pszPath[0] == '\\' && pszPath[1] == '\\' && pszPath[2] != '?')
        server = pszPath + 2;
    if (ppszServer)
        *ppszServer = server;
    return server != NULL;
}

API(kernelbase, HRESULT, PathCchSkipRoot, LPCWSTR pszPath, LPCWSTR *ppszRootEnd) {
    if (!pszPath || !*pszPath || !ppszRootEnd || !behind_root(pszPath))
        return E_INVALIDARG;
    *ppszRootEnd = behind_root(pszPath);
    return S_OK;
}

/* "\", "X:\", "\\server", "\\server\share"; these two without a backslash at the end. */
API(kernelbase, BOOL, PathCchIsRoot, LPCWSTR pszPath) {
    const WCHAR *rest = pszPath && *pszPath ? behind_root(pszPath) : NULL;
    if (!rest || *rest)
        return FALSE;
    bool ends_in_backslash = rest[-1] == '\\', unc = api_PathIsUNCEx(pszPath, NULL);
    return unc ? !ends_in_backslash || rest - pszPath == 2 : ends_in_backslash;
}

/* ---- changes in place ---- */

static HRESULT check_path(const WCHAR *path, size_t size) {
    if (!path || !size || size > PATHCCH_MAX_CCH || bounded_length(path, size) == size)
        return E_INVALIDARG;
    return S_OK;
}

/* S_FALSE: there is one already. *end: the zero. */
API(kernelbase, HRESULT, PathCchAddBackslashEx, LPWSTR pszPath, SIZE_T cchPath, LPWSTR *ppszEnd, SIZE_T *pcchRemaining) {
    if (ppszEnd)
        *ppszEnd = NULL;
    if (pcchRemaining)
        *pcchRemaining = 0;
    HRESULT result = check_path(pszPath, cchPath);
    if (FAILED(result))
        return result;
    size_t length = wide_length(pszPath);
    bool missing = length && pszPath[length - 1] != '\\';
    if (missing && length + 1 >= cchPath)
        return E_INSUFFICIENT_BUFFER;
    if (missing) {
        pszPath[length++] = '\\';
        pszPath[length] = 0;
    }
    if (ppszEnd)
        *ppszEnd = pszPath + length;
    if (pcchRemaining)
        *pcchRemaining = cchPath - length;
    return missing ? S_OK : S_FALSE;
}

API(kernelbase, HRESULT, PathCchAddBackslash, LPWSTR pszPath, SIZE_T cchPath) {
    return api_PathCchAddBackslashEx(pszPath, cchPath, NULL, NULL);
}

/* S_FALSE: there is none, or it belongs to a root. */
API(kernelbase, HRESULT, PathCchRemoveBackslashEx, LPWSTR pszPath, SIZE_T cchPath, LPWSTR *ppszEnd,
    SIZE_T *pcchRemaining) {
    if (ppszEnd)
        *ppszEnd = NULL;
    if (pcchRemaining)
        *pcchRemaining = 0;
    HRESULT result = check_path(pszPath, cchPath);
    if (FAILED(result))
        return result;
    size_t length = wide_length(pszPath);
    const WCHAR *rest = behind_root(pszPath);
    bool is_unc_root = rest && !*rest && api_PathIsUNCEx(pszPath, NULL) && rest - pszPath > 2;
    bool removes = length && pszPath[length - 1] == '\\' && (!rest || *rest || is_unc_root);
    if (removes)
        pszPath[--length] = 0;
    bool ends_in_backslash = length && pszPath[length - 1] == '\\';
    if (ppszEnd)
        *ppszEnd = pszPath + length - (ends_in_backslash && !removes);
    if (pcchRemaining)
        *pcchRemaining = cchPath - length + (ends_in_backslash && !removes);
    return removes ? S_OK : S_FALSE;
}

API(kernelbase, HRESULT, PathCchRemoveBackslash, LPWSTR pszPath, SIZE_T cchPath) {
    return api_PathCchRemoveBackslashEx(pszPath, cchPath, NULL, NULL);
}

/* The last dot behind the last backslash or blank; else the zero. */
API(kernelbase, HRESULT, PathCchFindExtension, LPCWSTR pszPath, SIZE_T cchPath, LPCWSTR *ppszExt) {
    if (ppszExt)
        *ppszExt = NULL;
    if (!ppszExt || FAILED(check_path(pszPath, cchPath)))
        return E_INVALIDARG;
    const WCHAR *dot = NULL;
    for (; *pszPath; pszPath++) {
        if (*pszPath == '.')
            dot = pszPath;
        else if (*pszPath == '\\' || *pszPath == ' ')
            dot = NULL;
    }
    *ppszExt = dot ? dot : pszPath;
    return S_OK;
}

/* One dot in front at most, neither backslash nor blank. */
static bool is_extension(const WCHAR *extension) {
    if (!extension)
        return false;
    for (const WCHAR *at = extension; *at; at++) {
        if (*at == '\\' || *at == ' ' || (*at == '.' && at != extension))
            return false;
    }
    return wide_length(extension) < 256;
}

/* Puts the extension, with its dot or not, at `dot`. */
static HRESULT put_extension(WCHAR *path, size_t size, WCHAR *dot, const WCHAR *extension) {
    extension += *extension == '.';
    size_t length = (size_t)(dot - path), more = wide_length(extension);
    if (!more)
        return *dot = 0, S_OK;
    if (length + more + 2 > size)
        return E_INSUFFICIENT_BUFFER;
    *dot = '.';
    memcpy(dot + 1, extension, (more + 1) * sizeof(WCHAR));
    return S_OK;
}

/* S_FALSE: it has one already. */
API(kernelbase, HRESULT, PathCchAddExtension, LPWSTR pszPath, SIZE_T cchPath, LPCWSTR pszExt) {
    const WCHAR *dot;
    if (!is_extension(pszExt) || FAILED(api_PathCchFindExtension(pszPath, cchPath, &dot)))
        return E_INVALIDARG;
    return *dot ? S_FALSE : put_extension(pszPath, cchPath, pszPath + (dot - pszPath), pszExt);
}

API(kernelbase, HRESULT, PathCchRenameExtension, LPWSTR pszPath, SIZE_T cchPath, LPCWSTR pszExt) {
    const WCHAR *dot;
    if (!is_extension(pszExt) || FAILED(api_PathCchFindExtension(pszPath, cchPath, &dot)))
        return E_INVALIDARG;
    return put_extension(pszPath, cchPath, pszPath + (dot - pszPath), pszExt);
}

/* S_FALSE: there is none. */
API(kernelbase, HRESULT, PathCchRemoveExtension, LPWSTR pszPath, SIZE_T cchPath) {
    const WCHAR *dot;
    if (FAILED(api_PathCchFindExtension(pszPath, cchPath, &dot)))
        return E_INVALIDARG;
    if (!*dot)
        return S_FALSE;
    pszPath[dot - pszPath] = 0;
    return S_OK;
}

/* The last component and the backslash before it. S_FALSE: there was nothing but a root. */
API(kernelbase, HRESULT, PathCchRemoveFileSpec, LPWSTR pszPath, SIZE_T cchPath) {
    if (FAILED(check_path(pszPath, cchPath)))
        return E_INVALIDARG;
    const WCHAR *rest = behind_root(pszPath);
    size_t root = rest ? (size_t)(rest - pszPath) : 0, length = wide_length(pszPath), end = length;
    if (root && !pszPath[root] && api_PathIsUNCEx(pszPath, NULL) && root > 2 && pszPath[root - 1] == '\\')
        return pszPath[root - 1] = 0, S_OK;
    while (end > root && pszPath[end - 1] != '\\')
        end--;
    if (end > root)
        end--;
    else if (root > 2 && api_PathIsUNCEx(pszPath, NULL) && pszPath[end - 1] == '\\')
        end--;
    pszPath[end] = 0;
    return end < length ? S_OK : S_FALSE;
}

/* S_FALSE: it is a root already. */
API(kernelbase, HRESULT, PathCchStripToRoot, LPWSTR pszPath, SIZE_T cchPath) {
    const WCHAR *rest;
    if (FAILED(check_path(pszPath, cchPath)) || FAILED(api_PathCchSkipRoot(pszPath, &rest)))
        return E_INVALIDARG;
    size_t root = (size_t)(rest - pszPath);
    bool drops_backslash = api_PathIsUNCEx(pszPath, NULL) && root > 2 && pszPath[root - 1] == '\\';
    if (!*rest && !drops_backslash)
        return S_FALSE;
    pszPath[root - drops_backslash] = 0;
    return S_OK;
}

/* "\\?\C:\x" is "C:\x", "\\?\UNC\server" "\\server"; S_FALSE: there was no prefix. */
API(kernelbase, HRESULT, PathCchStripPrefix, LPWSTR pszPath, SIZE_T cchPath) {
    size_t keep = 0, prefix = 0;
    if (FAILED(check_path(pszPath, cchPath)))
        return E_INVALIDARG;
    if (starts_with(pszPath, "\\\\?\\UNC\\"))
        keep = 2, prefix = 8;
    else if (starts_with(pszPath, "\\\\?\\") && is_drive(pszPath + 4))
        prefix = 4;
    if (!prefix)
        return S_FALSE;
    memmove(pszPath + keep, pszPath + prefix, (wide_length(pszPath + prefix) + 1) * sizeof(WCHAR));
    return S_OK;
}

/* ---- canonical paths ---- */

/* A path that grows; `capacity` always suffices. */
struct path {
    WCHAR *units;
    size_t length, root;
};

static void append(struct path *path, const WCHAR *text, size_t length) {
    memcpy(path->units + path->length, text, length * sizeof(WCHAR));
    path->length += length;
}

/* Drops the last component and the backslashes around it, down to the root; false: there was none. */
static bool go_up(struct path *path) {
    size_t before = path->length;
    if (path->length > path->root && path->units[path->length - 1] == '\\')
        path->length--;
    while (path->length > path->root && path->units[path->length - 1] != '\\')
        path->length--;
    if (path->length > path->root)
        path->length--;
    return path->length < before;
}

/* Dots at the end mean nothing, a "*" before them keeps them. */
static size_t without_dots(const WCHAR *component, size_t length) {
    size_t end = length;
    while (end && component[end - 1] == '.')
        end--;
    return end && component[end - 1] == '*' ? length : end;
}

/* The components; going up from a path without root leaves a backslash. */
static void add_components(struct path *path, const WCHAR *from, bool normalizes) {
    while (*from) {
        size_t length = 0;
        while (from[length] && from[length] != '\\')
            length++;
        bool is_dot = length == 1 && from[0] == '.', is_up = length == 2 && from[0] == '.' && from[1] == '.';
        const WCHAR *behind = from + length;
        if (is_up) {
            bool moves = go_up(path);
            if (*behind && (path->length > path->root || (moves && !path->root)))
                path->units[path->length++] = '\\';
        } else if (!is_dot) {
            size_t kept = normalizes && !*behind ? without_dots(from, length) : length;
            append(path, from, kept ? kept : length);
            if (*behind)
                path->units[path->length++] = '\\';
        } else if (!*behind && path->length > path->root && path->units[path->length - 1] == '\\') {
            path->length--;
        }
        from = behind + (*behind == '\\');
    }
}

/* The prefix that a full path gets: none, "\\?\" before a drive, "\\?\UNC" instead of a server's first backslash. */
static const WCHAR *prefix_for(const WCHAR *path, size_t length, DWORD options, size_t *replaced) {
    static const WCHAR local[] = {'\\', '\\', '?', '\\', 0}, unc[] = {'\\', '\\', '?', '\\', 'U', 'N', 'C', 0};
    bool too_long = length >= MAX_PATH && !(options & FORCE_ENABLE_LONG_NAME_PROCESS);
    bool is_unc = path[0] == '\\' && path[1] == '\\' && path[2] != '?';
    *replaced = 0;
    if (!(options & ENSURE_IS_EXTENDED_LENGTH_PATH) && !too_long)
        return local + 4;
    *replaced = is_unc;
    return is_unc ? unc : is_drive(path) && path[2] == '\\' ? local : local + 4;
}

/* The root as it is to stand in the result: without "\\?\", which prefix_for() may put back. */
static const WCHAR *add_root(struct path *path, const WCHAR *from) {
    static const WCHAR backslashes[] = {'\\', '\\'};
    if (starts_with(from, "\\\\?\\UNC\\")) {
        append(path, backslashes, 2);
        from += 8;
    } else if (starts_with(from, "\\\\?\\") && is_drive(from + 4)) {
        from += 4;
    }
    const WCHAR *rest = behind_root(path->length ? from - 8 : from);
    if (rest) {
        append(path, from, (size_t)(rest - from));
        from = rest;
    }
    path->root = path->length;
    return from;
}

static bool are_options_valid(DWORD options) {
    DWORD forced = options & (FORCE_ENABLE_LONG_NAME_PROCESS | FORCE_DISABLE_LONG_NAME_PROCESS);
    return !(options & ~(DWORD)ALL_OPTIONS) && (!forced || options & ALLOW_LONG_PATHS) &&
           forced != (FORCE_ENABLE_LONG_NAME_PROCESS | FORCE_DISABLE_LONG_NAME_PROCESS);
}

/* "X:" and the empty path become roots. */
static void complete(struct path *path, DWORD options) {
    bool is_bare_drive = path->length == 2 && path->units[1] == ':', is_empty = !path->length;
    bool wants_slash = options & ENSURE_TRAILING_SLASH && !is_empty && path->units[path->length - 1] != '\\';
    if (is_bare_drive || is_empty || wants_slash)
        path->units[path->length++] = '\\';
    path->units[path->length] = 0;
}

/* The canonical form in `out`, which has room for a prefix and a backslash more than `from`. */
static HRESULT canonicalize(const WCHAR *from, DWORD options, WCHAR *out) {
    enum { PREFIX = 8 };
    struct path path = {out + PREFIX, 0, 0};
    size_t replaced;
    add_components(&path, add_root(&path, from), !(options & (DO_NOT_NORMALIZE_SEGMENTS | ENSURE_IS_EXTENDED_LENGTH_PATH)));
    complete(&path, options);
    if (path.length >= MAX_PATH && !(options & ALLOW_LONG_PATHS))
        return E_FILENAME_EXCED_RANGE;
    const WCHAR *prefix = prefix_for(path.units, path.length, options, &replaced);
    size_t prefix_length = wide_length(prefix);
    memmove(out + prefix_length, path.units + replaced, (path.length - replaced + 1) * sizeof(WCHAR));
    memcpy(out, prefix, prefix_length * sizeof(WCHAR));
    return S_OK;
}

/* A copy from LocalAlloc. */
API(kernelbase, HRESULT, PathAllocCanonicalize, LPCWSTR pszPathIn, ULONG dwFlags, LPWSTR *ppszPathOut) {
    enum { ROOM = 16 };
    if (!ppszPathOut || !pszPathIn || !are_options_valid(dwFlags)) {
        if (ppszPathOut)
            *ppszPathOut = NULL;
        return E_INVALIDARG;
    }
    *ppszPathOut = NULL;
    size_t length = wide_length(pszPathIn);
    if (length >= PATHCCH_MAX_CCH)
        return E_FILENAME_EXCED_RANGE;
    WCHAR *result = api_GlobalAlloc(0, (length + ROOM) * sizeof(WCHAR));
    if (!result)
        return E_OUTOFMEMORY;
    HRESULT code = canonicalize(pszPathIn, dwFlags, result);
    if (FAILED(code))
        api_GlobalFree(result);
    else
        *ppszPathOut = result;
    return code;
}

/* Moves an allocated result into the caller's buffer, which becomes empty on failure. */
static HRESULT deliver(HRESULT code, WCHAR *result, WCHAR *out, size_t size) {
    *out = 0;
    if (FAILED(code))
        return code;
    size_t length = wide_length(result);
    if (length < size)
        memcpy(out, result, (length + 1) * sizeof(WCHAR));
    else
        code = size < MAX_PATH ? E_INSUFFICIENT_BUFFER : E_FILENAME_EXCED_RANGE;
    api_GlobalFree(result);
    return code;
}

API(kernelbase, HRESULT, PathCchCanonicalizeEx, LPWSTR pszPathOut, SIZE_T cchPathOut, LPCWSTR pszPathIn, ULONG dwFlags) {
    WCHAR *result = NULL;
    if (!pszPathOut || !cchPathOut || cchPathOut > PATHCCH_MAX_CCH)
        return E_INVALIDARG;
    HRESULT code = api_PathAllocCanonicalize(pszPathIn, dwFlags, &result);
    return deliver(code, result, pszPathOut, cchPathOut);
}

API(kernelbase, HRESULT, PathCchCanonicalize, LPWSTR pszPathOut, SIZE_T cchPathOut, LPCWSTR pszPathIn) {
    return api_PathCchCanonicalizeEx(pszPathOut, cchPathOut, pszPathIn, 0);
}

/* How much of the first path counts before the second: all with a backslash, its root, or nothing. */
static size_t kept_of_first(const WCHAR *first, const WCHAR *second) {
    if (!second || !*second)
        return wide_length(first);
    if (is_drive(second) || api_PathIsUNCEx(second, NULL) || starts_with(second, "\\\\?\\"))
        return 0;
    const WCHAR *rest = behind_root(first);
    if (*second == '\\')
        return rest ? (size_t)(rest - first) : 0;
    return wide_length(first);
}

/* A copy from LocalAlloc. */
API(kernelbase, HRESULT, PathAllocCombine, LPCWSTR pszPathIn, LPCWSTR pszMore, ULONG dwFlags, LPWSTR *ppszPathOut) {
    static const WCHAR empty[1] = {0};
    if (!ppszPathOut)
        return E_INVALIDARG;
    *ppszPathOut = NULL;
    if ((!pszPathIn && !pszMore) || !are_options_valid(dwFlags))
        return E_INVALIDARG;
    if (!pszPathIn)
        pszPathIn = empty;
    size_t kept = kept_of_first(pszPathIn, pszMore), more = pszMore ? wide_length(pszMore) : 0;
    WCHAR *joined = malloc((kept + more + 2) * sizeof(WCHAR));
    if (!joined)
        return E_OUTOFMEMORY;
    memcpy(joined, pszPathIn, kept * sizeof(WCHAR));
    if (kept && more && joined[kept - 1] != '\\')
        joined[kept++] = '\\';
    if (kept && more && *pszMore == '\\')
        pszMore++, more--;
    memcpy(joined + kept, more ? pszMore : empty, more * sizeof(WCHAR));
    joined[kept + more] = 0;
    HRESULT code = api_PathAllocCanonicalize(joined, dwFlags, ppszPathOut);
    free(joined);
    return code;
}

API(kernelbase, HRESULT, PathCchCombineEx, LPWSTR pszPathOut, SIZE_T cchPathOut, LPCWSTR pszPathIn, LPCWSTR pszMore,
    ULONG dwFlags) {
    WCHAR *result = NULL;
    if (!pszPathOut || !cchPathOut || cchPathOut > PATHCCH_MAX_CCH)
        return E_INVALIDARG;
    HRESULT code = api_PathAllocCombine(pszPathIn, pszMore, dwFlags, &result);
    return deliver(code, result, pszPathOut, cchPathOut);
}

API(kernelbase, HRESULT, PathCchCombine, LPWSTR pszPathOut, SIZE_T cchPathOut, LPCWSTR pszPathIn, LPCWSTR pszMore) {
    return api_PathCchCombineEx(pszPathOut, cchPathOut, pszPathIn, pszMore, 0);
}

/* Backslashes before pszMore do not make it a path from the root. On failure the path stays as it was. */
API(kernelbase, HRESULT, PathCchAppendEx, LPWSTR pszPath, SIZE_T cchPath, LPCWSTR pszMore, ULONG dwFlags) {
    WCHAR *result = NULL;
    if (!pszPath || !cchPath || cchPath > PATHCCH_MAX_CCH)
        return E_INVALIDARG;
    if (pszMore && !api_PathIsUNCEx(pszMore, NULL) && !starts_with(pszMore, "\\\\?\\"))
        pszMore += *pszMore == '\\';
    HRESULT code = api_PathAllocCombine(pszPath, pszMore, dwFlags, &result);
    if (FAILED(code))
        return code;
    if (wide_length(result) >= cchPath) {
        api_GlobalFree(result);
        return cchPath < MAX_PATH ? E_INSUFFICIENT_BUFFER : E_FILENAME_EXCED_RANGE;
    }
    return deliver(code, result, pszPath, cchPath);
}

API(kernelbase, HRESULT, PathCchAppend, LPWSTR pszPath, SIZE_T cchPath, LPCWSTR pszMore) {
    return api_PathCchAppendEx(pszPath, cchPath, pszMore, 0);
}
