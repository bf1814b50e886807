/* The path functions of the Shell that exist for char and wchar_t alike and look at text only; shlwapi_path.c includes
 * this for each. The includer defines CHAR_T, UNSIGNED_T and NAME(narrow, wide), and
 *   next(at)          behind the character at a place
 *   same_character(a, b) whether two units are one character, in any case
 * Documents: one page each in "Shell Path Handling Functions". */

#define TEXT_API(dlls_, result_, name_, ...) API(dlls_, result_, name_, __VA_ARGS__)
#define LOCAL(name_) NAME(narrow_##name_, wide_##name_)

static size_t LOCAL(units)(const CHAR_T *text) {
    const CHAR_T *end = text;
    while (*end)
        end++;
    return (size_t)(end - text);
}

static CHAR_T *LOCAL(variable)(const CHAR_T *text) { return (CHAR_T *)(uintptr_t)text; }

static void LOCAL(move)(CHAR_T *to, const CHAR_T *from) {
    memmove(to, from, (LOCAL(units)(from) + 1) * sizeof(CHAR_T));
}

/* The last backslash that is one; NULL if there is none. */
static const CHAR_T *LOCAL(last_backslash)(const CHAR_T *text) {
    const CHAR_T *found = NULL;
    for (; *text; text = LOCAL(next)(text))
        found = *text == '\\' ? text : found;
    return found;
}

static const CHAR_T *LOCAL(find_unit)(const CHAR_T *text, CHAR_T wanted) {
    while (*text && *text != wanted)
        text = LOCAL(next)(text);
    return *text ? text : NULL;
}

/* The text's last character, or its zero when it is empty. */
static CHAR_T *LOCAL(last)(CHAR_T *text) {
    CHAR_T *last = text;
    while (*text) {
        last = text;
        text = LOCAL(variable)(LOCAL(next)(text));
    }
    return last;
}

static bool LOCAL(starts_with)(const CHAR_T *text, const char *start) {
    for (; *start; text++, start++) {
        if (!LOCAL(same_character)(*text, (CHAR_T)*start))
            return false;
    }
    return true;
}

static bool LOCAL(is_letter)(CHAR_T unit) { return (unit >= 'A' && unit <= 'Z') || (unit >= 'a' && unit <= 'z'); }

/* ---- kinds of paths ---- */

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsRelativeA, PathIsRelativeW), const CHAR_T *pszPath) {
    return !pszPath || !*pszPath || !(*pszPath == '\\' || *LOCAL(next)(pszPath) == ':');
}

/* The prefix "\\?\" makes it a local path, "\\?\UNC\" a network one. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsUNCA, PathIsUNCW), const CHAR_T *pszPath) {
    if (!pszPath || pszPath[0] != '\\' || pszPath[1] != '\\')
        return FALSE;
    return pszPath[2] != '?' || LOCAL(starts_with)(pszPath, "\\\\?\\UNC\\");
}

/* How many backslashes follow the two in front; -1 for what is no UNC path. */
static int LOCAL(unc_backslashes)(const CHAR_T *path) {
    int count = 0;
    if (!NAME(api_PathIsUNCA, api_PathIsUNCW)(path))
        return -1;
    for (path += path[2] == '?' ? 8 : 2; *path; path = LOCAL(next)(path))
        count += *path == '\\';
    return count;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsUNCServerA, PathIsUNCServerW), const CHAR_T *pszPath) {
    return LOCAL(unc_backslashes)(pszPath) == 0;
}

/* A backslash at the end names no share. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsUNCServerShareA, PathIsUNCServerShareW), const CHAR_T *pszPath) {
    return LOCAL(unc_backslashes)(pszPath) == 1 && LOCAL(last_backslash)(pszPath)[1];
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsRootA, PathIsRootW), const CHAR_T *pszPath) {
    if (!pszPath || !*pszPath)
        return FALSE;
    if (*pszPath == '\\') {
        int count = LOCAL(unc_backslashes)(pszPath);
        return !pszPath[1] || count == 0 || (count == 1 && LOCAL(last_backslash)(pszPath)[1]);
    }
    return pszPath[1] == ':' && pszPath[2] == '\\' && !pszPath[3];
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsFileSpecA, PathIsFileSpecW), const CHAR_T *pszPath) {
    if (!pszPath)
        return FALSE;
    for (; *pszPath; pszPath = LOCAL(next)(pszPath)) {
        if (*pszPath == '\\' || *pszPath == ':')
            return FALSE;
    }
    return TRUE;
}

/* Longer than eight characters and three, or with a blank or a second dot. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsLFNFileSpecA, PathIsLFNFileSpecW), const CHAR_T *lpName) {
    int name = 0, extension = -1;
    if (!lpName)
        return FALSE;
    for (; *lpName; lpName = LOCAL(next)(lpName)) {
        if (*lpName == ' ' || (*lpName == '.' && extension >= 0))
            return TRUE;
        if (*lpName == '.' || extension >= 0)
            extension++;
        else
            name++;
    }
    return name > 8 || extension > 3;
}

/* "Valid": GCT_LFNCHAR and so on; ';' and ',' separate paths in lists. */
TEXT_API(shlwapi kernelbase, UINT, NAME(PathGetCharTypeA, PathGetCharTypeW), UNSIGNED_T ch) {
    enum { GCT_INVALID = 0, GCT_LFNCHAR = 1, GCT_SHORTCHAR = 2, GCT_WILD = 4, GCT_SEPARATOR = 8 };
    if (ch < ' ' || ch == '<' || ch == '>' || ch == '"' || ch == '|' || ch == '/')
        return GCT_INVALID;
    if (ch == '*' || ch == '?')
        return GCT_WILD;
    if (ch == '\\' || ch == ':')
        return GCT_SEPARATOR;
    return ch == ' ' || ch == ',' || ch == ';' ? GCT_LFNCHAR : GCT_LFNCHAR | GCT_SHORTCHAR;
}

TEXT_API(shlwapi kernelbase, int, NAME(PathGetDriveNumberA, PathGetDriveNumberW), const CHAR_T *pszPath) {
    if (pszPath && LOCAL(starts_with)(pszPath, "\\\\?\\"))
        pszPath += 4;
    return pszPath && LOCAL(is_letter)(*pszPath) && pszPath[1] == ':' ? (*pszPath | 0x20) - 'a' : -1;
}

/* ---- parts of paths ---- */

/* The last dot behind the last backslash or blank; else the zero. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathFindExtensionA, PathFindExtensionW), const CHAR_T *pszPath) {
    const CHAR_T *dot = NULL;
    if (!pszPath)
        return NULL;
    for (; *pszPath; pszPath = LOCAL(next)(pszPath)) {
        if (*pszPath == '.')
            dot = pszPath;
        else if (*pszPath == '\\' || *pszPath == ' ')
            dot = NULL;
    }
    return LOCAL(variable)(dot ? dot : pszPath);
}

/* A separator at the end belongs to the name. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathFindFileNameA, PathFindFileNameW), const CHAR_T *pszPath) {
    const CHAR_T *name = pszPath;
    for (; pszPath && *pszPath; pszPath = LOCAL(next)(pszPath)) {
        bool separates = *pszPath == '\\' || *pszPath == '/' || *pszPath == ':';
        if (separates && pszPath[1] && pszPath[1] != '\\' && pszPath[1] != '/')
            name = pszPath + 1;
    }
    return LOCAL(variable)(name);
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathFindNextComponentA, PathFindNextComponentW), const CHAR_T *pszPath) {
    if (!pszPath || !*pszPath)
        return NULL;
    const CHAR_T *backslash = LOCAL(find_unit)(pszPath, '\\');
    if (!backslash)
        return LOCAL(variable)(pszPath + LOCAL(units)(pszPath));
    return LOCAL(variable)(backslash + (backslash[1] == '\\' ? 2 : 1));
}

static bool LOCAL(equal)(const CHAR_T *a, const CHAR_T *b) {
    for (; *a && *a == *b; a++)
        b++;
    return *a == *b;
}

TEXT_API(shlwapi kernelbase, const CHAR_T *, NAME(PathFindSuffixArrayA, PathFindSuffixArrayW), const CHAR_T *pszPath,
         const CHAR_T *const *apszSuffix, int iArraySize) {
    size_t length = pszPath ? LOCAL(units)(pszPath) : 0;
    for (int i = 0; pszPath && i < iArraySize; i++) {
        size_t suffix = LOCAL(units)(apszSuffix[i]);
        if (suffix <= length && LOCAL(equal)(pszPath + length - suffix, apszSuffix[i]))
            return apszSuffix[i];
    }
    return NULL;
}

/* Behind the first blank that is not within quotation marks. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathGetArgsA, PathGetArgsW), const CHAR_T *pszPath) {
    bool quoted = false;
    for (; pszPath && *pszPath; pszPath = LOCAL(next)(pszPath)) {
        if (*pszPath == ' ' && !quoted)
            return LOCAL(variable)(pszPath + 1);
        quoted ^= *pszPath == '"';
    }
    return LOCAL(variable)(pszPath);
}

/* Behind "X:\", or behind "\\server\share\". */
static const CHAR_T *LOCAL(behind_unc_root)(const CHAR_T *server) {
    const CHAR_T *backslash = LOCAL(find_unit)(server, '\\');
    if (!backslash)
        return NULL;
    const CHAR_T *end = LOCAL(find_unit)(backslash + 1, '\\');
    return end ? end + 1 : NULL;
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathSkipRootA, PathSkipRootW), const CHAR_T *pszPath) {
    if (!pszPath || !*pszPath)
        return NULL;
    if (pszPath[0] == '\\' && pszPath[1] == '\\')
        return LOCAL(variable)(LOCAL(behind_unc_root)(pszPath + 2));
    return pszPath[1] == ':' && pszPath[2] == '\\' ? LOCAL(variable)(pszPath + 3) : NULL;
}

/* ---- changes at the end ---- */

/* The address of the zero; NULL when there is no room in MAX_PATH characters. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathAddBackslashA, PathAddBackslashW), CHAR_T *pszPath) {
    if (!pszPath)
        return NULL;
    size_t length = LOCAL(units)(pszPath);
    if (length >= MAX_PATH)
        return NULL;
    if (!length || *LOCAL(last)(pszPath) == '\\')
        return pszPath + length;
    if (length == MAX_PATH - 1)
        return NULL;
    pszPath[length] = '\\';
    pszPath[length + 1] = 0;
    return pszPath + length + 1;
}

/* Where the backslash was, which is the zero now; else the last character. A root keeps its own. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathRemoveBackslashA, PathRemoveBackslashW), CHAR_T *pszPath) {
    if (!pszPath)
        return NULL;
    CHAR_T *last = LOCAL(last)(pszPath);
    if (*last == '\\' && !NAME(api_PathIsRootA, api_PathIsRootW)(pszPath))
        *last = 0;
    return last;
}

static BOOL LOCAL(put_extension)(CHAR_T *path, CHAR_T *dot, const CHAR_T *extension) {
    if ((size_t)(dot - path) + LOCAL(units)(extension) >= MAX_PATH)
        return FALSE;
    LOCAL(move)(dot, extension);
    return TRUE;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathAddExtensionA, PathAddExtensionW), CHAR_T *pszPath, const CHAR_T *pszExt) {
    static const CHAR_T exe[] = {'.', 'e', 'x', 'e', 0};
    CHAR_T *dot = NAME(api_PathFindExtensionA, api_PathFindExtensionW)(pszPath);
    return dot && !*dot && LOCAL(put_extension)(pszPath, dot, pszExt ? pszExt : exe);
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathRenameExtensionA, PathRenameExtensionW), CHAR_T *pszPath,
         const CHAR_T *pszExt) {
    CHAR_T *dot = NAME(api_PathFindExtensionA, api_PathFindExtensionW)(pszPath);
    return dot && LOCAL(put_extension)(pszPath, dot, pszExt);
}

TEXT_API(shlwapi kernelbase, void, NAME(PathRemoveExtensionA, PathRemoveExtensionW), CHAR_T *pszPath) {
    if (pszPath)
        *NAME(api_PathFindExtensionA, api_PathFindExtensionW)(pszPath) = 0;
}

/* The name goes and the backslash before it; a root stays. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(PathRemoveFileSpecA, PathRemoveFileSpecW), CHAR_T *pszPath) {
    if (!pszPath)
        return FALSE;
    CHAR_T *name = pszPath;
    bool absolute = *name == '\\';
    if (absolute)
        name++;
    if (*name == '\\')
        name++;
    for (CHAR_T *at = name; *at; at = LOCAL(variable)(LOCAL(next)(at))) {
        if (*at == '\\')
            name = at;
        else if (*at == ':') {
            name = at + 1;
            if (*name == '\\')
                at = name++;
        }
    }
    if (!*name)
        return FALSE;
    *name = 0;
    return TRUE;
}

TEXT_API(shlwapi kernelbase, void, NAME(PathStripPathA, PathStripPathW), CHAR_T *pszPath) {
    if (pszPath)
        LOCAL(move)(pszPath, NAME(api_PathFindFileNameA, api_PathFindFileNameW)(pszPath));
}

/* FALSE when there is no root. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(PathStripToRootA, PathStripToRootW), CHAR_T *pszPath) {
    if (!pszPath)
        return FALSE;
    while (!NAME(api_PathIsRootA, api_PathIsRootW)(pszPath)) {
        if (!NAME(api_PathRemoveFileSpecA, api_PathRemoveFileSpecW)(pszPath))
            return FALSE;
    }
    return TRUE;
}

TEXT_API(shlwapi kernelbase, void, NAME(PathRemoveArgsA, PathRemoveArgsW), CHAR_T *pszPath) {
    CHAR_T *arguments = NAME(api_PathGetArgsA, api_PathGetArgsW)(pszPath);
    if (!arguments)
        return;
    if (*arguments || (arguments > pszPath && arguments[-1] == ' '))
        arguments[-1] = 0;
}

TEXT_API(shlwapi kernelbase, void, NAME(PathRemoveBlanksA, PathRemoveBlanksW), CHAR_T *pszString) {
    if (!pszString)
        return;
    const CHAR_T *start = pszString;
    while (*start == ' ')
        start++;
    LOCAL(move)(pszString, start);
    size_t length = LOCAL(units)(pszString);
    while (length && pszString[length - 1] == ' ')
        pszString[--length] = 0;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathQuoteSpacesA, PathQuoteSpacesW), CHAR_T *lpsz) {
    if (!lpsz || !LOCAL(find_unit)(lpsz, ' '))
        return FALSE;
    size_t length = LOCAL(units)(lpsz);
    if (length + 3 > MAX_PATH)
        return FALSE;
    memmove(lpsz + 1, lpsz, length * sizeof(CHAR_T));
    lpsz[0] = lpsz[length + 1] = '"';
    lpsz[length + 2] = 0;
    return TRUE;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathUnquoteSpacesA, PathUnquoteSpacesW), CHAR_T *lpsz) {
    if (!lpsz || *lpsz != '"')
        return FALSE;
    size_t length = LOCAL(units)(lpsz);
    if (length < 2 || lpsz[length - 1] != '"')
        return FALSE;
    lpsz[length - 1] = 0;
    LOCAL(move)(lpsz, lpsz + 1);
    return TRUE;
}

/* "name[1].txt" is "name.txt": what browsers put behind the names of copies. */
TEXT_API(shlwapi, void, NAME(PathUndecorateA, PathUndecorateW), CHAR_T *pszPath) {
    CHAR_T *dot = NAME(api_PathFindExtensionA, api_PathFindExtensionW)(pszPath);
    if (!dot || dot - pszPath < 3 || dot[-1] != ']')
        return;
    CHAR_T *open = dot - 2;
    while (open > pszPath && *open >= '0' && *open <= '9')
        open--;
    if (open > pszPath && *open == '[' && open[-1] != '\\')
        LOCAL(move)(open, dot);
}

/* Capitals only become one capital and small letters. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(PathMakePrettyA, PathMakePrettyW), CHAR_T *pszPath) {
    if (!pszPath)
        return FALSE;
    for (const CHAR_T *at = pszPath; *at; at++) {
        if (*at >= 'a' && *at <= 'z')
            return FALSE;
    }
    for (size_t i = 1; *pszPath && pszPath[i]; i++)
        pszPath[i] = LOCAL(lower)(pszPath[i]);
    return TRUE;
}

TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathBuildRootA, PathBuildRootW), CHAR_T *pszRoot, int iDrive) {
    if (pszRoot && iDrive >= 0 && iDrive < 26) {
        pszRoot[0] = (CHAR_T)('A' + iDrive);
        pszRoot[1] = ':';
        pszRoot[2] = '\\';
        pszRoot[3] = 0;
    }
    return pszRoot;
}

/* "file,index": the index, 0 if there is none, which leaves the path. */
TEXT_API(shlwapi kernelbase, int, NAME(PathParseIconLocationA, PathParseIconLocationW), CHAR_T *pszIconFile) {
    if (!pszIconFile)
        return 0;
    CHAR_T *comma = LOCAL(variable)(LOCAL(find_unit)(pszIconFile, ','));
    int index = comma ? LOCAL(number)(comma + 1) : 0;
    if (comma)
        *comma = 0;
    NAME(api_PathUnquoteSpacesA, api_PathUnquoteSpacesW)(pszIconFile);
    NAME(api_PathRemoveBlanksA, api_PathRemoveBlanksW)(pszIconFile);
    return index;
}

/* ---- canonical paths ---- */

/* The length of the part that nothing takes away: "\\", "\\\\", "X:" or "X:\\". */
static size_t LOCAL(fixed_part)(const CHAR_T *path) {
    if (path[0] == '\\')
        return path[1] == '\\' ? 2 : 1;
    if (!path[0] || path[1] != ':')
        return 0;
    return path[2] == '\\' ? 3 : 2;
}

/* How many characters "." or ".." with its backslash is, at the start of a component; else 0. */
static size_t LOCAL(dots)(const CHAR_T *component, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (component[i] != '.')
            return 0;
    }
    return !component[count] ? count : component[count] == '\\' ? count + 1 : 0;
}

/* Where the component before the backslash at the end begins. */
static size_t LOCAL(component_before)(const CHAR_T *path, size_t fixed, size_t length) {
    for (length--; length > fixed && path[length - 1] != '\\'; length--)
        ;
    return length;
}

/* One component with the backslash behind it; returns what follows. */
static const CHAR_T *LOCAL(copy_component)(CHAR_T *to, size_t *length, const CHAR_T *from) {
    bool more = true;
    while (more && *from) {
        more = *from != '\\';
        for (const CHAR_T *behind = LOCAL(next)(from); from < behind;)
            to[(*length)++] = *from++;
    }
    return from;
}

/* Takes "." and ".." out. What goes up from a path without root leaves a backslash, and so does the empty path; a lone
 * "." or ".." stays. `from` is shorter than MAX_PATH. */
static void LOCAL(canonicalize)(CHAR_T *to, const CHAR_T *from) {
    size_t fixed = LOCAL(fixed_part)(from), length = fixed, dots;
    if (!*from)
        to[length++] = '\\';
    memmove(to, from, fixed * sizeof(CHAR_T));
    from += fixed;
    while (*from) {
        bool behind_backslash = length && to[length - 1] == '\\';
        if ((dots = LOCAL(dots)(from, 1)) != 0 && (behind_backslash || from[1])) {
            from += dots;
            if (!*from && length > fixed)
                length--;
        } else if ((dots = LOCAL(dots)(from, 2)) != 0 && behind_backslash) {
            from += dots;
            if (length > fixed)
                length = LOCAL(component_before)(to, fixed, length);
            if (!length)
                to[length++] = '\\', fixed = 1;
            else if (!*from && from[-1] == '.' && length > fixed)
                length--;
        } else {
            from = LOCAL(copy_component)(to, &length, from);
        }
    }
    to[length] = 0;
    if (length == 2 && to[1] == ':')
        NAME(api_PathAddBackslashA, api_PathAddBackslashW)(to);
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathCanonicalizeA, PathCanonicalizeW), CHAR_T *pszBuf, const CHAR_T *pszPath) {
    if (pszBuf)
        *pszBuf = 0;
    if (!pszBuf || !pszPath)
        return fail(ERROR_INVALID_PARAMETER);
    if (LOCAL(units)(pszPath) >= MAX_PATH)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    LOCAL(canonicalize)(pszBuf, pszPath);
    return TRUE;
}

/* first + backslash + rest, no longer than MAX_PATH - 1. */
static bool LOCAL(join)(CHAR_T *to, const CHAR_T *first, const CHAR_T *rest) {
    size_t length = LOCAL(units)(first), more = LOCAL(units)(rest);
    if (length + 1 >= MAX_PATH)
        return false;
    memmove(to, first, (length + 1) * sizeof(CHAR_T));
    size_t joined = (size_t)(NAME(api_PathAddBackslashA, api_PathAddBackslashW)(to) - to);
    if (joined + more >= MAX_PATH)
        return false;
    memmove(to + joined, rest, (more + 1) * sizeof(CHAR_T));
    return true;
}

/* The folder's root and the rest. */
static bool LOCAL(join_root)(CHAR_T *to, const CHAR_T *folder, const CHAR_T *rest) {
    CHAR_T root[MAX_PATH];
    if (LOCAL(units)(folder) >= MAX_PATH)
        return false;
    LOCAL(move)(root, folder);
    NAME(api_PathStripToRootA, api_PathStripToRootW)(root);
    return LOCAL(join)(to, root, rest);
}

static bool LOCAL(combine)(CHAR_T *to, const CHAR_T *folder, const CHAR_T *file) {
    if (!folder || !*folder) {
        if (LOCAL(units)(file) >= MAX_PATH)
            return false;
        LOCAL(move)(to, file);
        return true;
    }
    if (NAME(api_PathIsRelativeA, api_PathIsRelativeW)(file))
        return LOCAL(join)(to, folder, file);
    if (*file == '\\' && file[1] != '\\')
        return LOCAL(join_root)(to, folder, file + 1);
    return LOCAL(combine)(to, NULL, file);
}

/* NULL and an empty path when the result is longer than MAX_PATH - 1. */
TEXT_API(shlwapi kernelbase, CHAR_T *, NAME(PathCombineA, PathCombineW), CHAR_T *pszDest, const CHAR_T *pszDir,
         const CHAR_T *pszFile) {
    static const CHAR_T empty[1] = {0};
    CHAR_T joined[MAX_PATH];
    if (!pszDest)
        return NULL;
    if ((!pszDir && !pszFile) || !LOCAL(combine)(joined, pszDir, pszFile ? pszFile : empty)) {
        *pszDest = 0;
        return NULL;
    }
    if (!pszFile || !*pszFile)
        LOCAL(combine)(joined, NULL, pszDir ? pszDir : empty);
    LOCAL(canonicalize)(pszDest, joined);
    return pszDest;
}

/* Backslashes before pszMore do not make it a path from the root, but two of them a network path. */
TEXT_API(shlwapi kernelbase, BOOL, NAME(PathAppendA, PathAppendW), CHAR_T *pszPath, const CHAR_T *pszMore) {
    if (!pszPath || !pszMore)
        return FALSE;
    if (!NAME(api_PathIsUNCA, api_PathIsUNCW)(pszMore)) {
        while (*pszMore == '\\')
            pszMore++;
    }
    return NAME(api_PathCombineA, api_PathCombineW)(pszPath, pszPath, pszMore) != NULL;
}

/* ---- two paths ---- */

/* The length of the common folders; a root keeps its backslash. */
TEXT_API(shlwapi kernelbase, int, NAME(PathCommonPrefixA, PathCommonPrefixW), const CHAR_T *pszFile1,
         const CHAR_T *pszFile2, CHAR_T *achPath) {
    size_t common = 0, i = 0;
    if (achPath)
        *achPath = 0;
    if (!pszFile1 || !pszFile2)
        return 0;
    bool is_unc = NAME(api_PathIsUNCA, api_PathIsUNCW)(pszFile1);
    if (is_unc != (bool)NAME(api_PathIsUNCA, api_PathIsUNCW)(pszFile2))
        return 0;
    i = is_unc ? 2 : 0;
    for (;; i++) {
        bool ends1 = !pszFile1[i] || pszFile1[i] == '\\', ends2 = !pszFile2[i] || pszFile2[i] == '\\';
        if (ends1 && ends2)
            common = i;
        if (!pszFile1[i] || !LOCAL(same_character)(pszFile1[i], pszFile2[i]))
            break;
    }
    if (common == 2 && !is_unc)
        common++; /* "C:\" */
    if (achPath && common) {
        memmove(achPath, pszFile1, common * sizeof(CHAR_T));
        achPath[common] = 0;
    }
    return (int)common;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsPrefixA, PathIsPrefixW), const CHAR_T *pszPrefix, const CHAR_T *pszPath) {
    return pszPrefix && pszPath &&
           NAME(api_PathCommonPrefixA, api_PathCommonPrefixW)(pszPath, pszPrefix, NULL) == (int)LOCAL(units)(pszPrefix);
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathIsSameRootA, PathIsSameRootW), const CHAR_T *pszPath1,
         const CHAR_T *pszPath2) {
    const CHAR_T *behind = NAME(api_PathSkipRootA, api_PathSkipRootW)(pszPath1);
    return behind && pszPath2 &&
           behind - pszPath1 <= NAME(api_PathCommonPrefixA, api_PathCommonPrefixW)(pszPath1, pszPath2, NULL) + 1;
}

/* ---- relative paths ---- */

/* The folder of a path: itself when it is one. */
static bool LOCAL(folder_of)(CHAR_T *folder, const CHAR_T *path, DWORD attributes) {
    enum { FILE_ATTRIBUTE_DIRECTORY = 0x10 };
    if (!path || LOCAL(units)(path) >= MAX_PATH)
        return false;
    LOCAL(move)(folder, path);
    if (!(attributes & FILE_ATTRIBUTE_DIRECTORY))
        NAME(api_PathRemoveFileSpecA, api_PathRemoveFileSpecW)(folder);
    return true;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathRelativePathToA, PathRelativePathToW), CHAR_T *pszPath, const CHAR_T *pszFrom,
         DWORD dwAttrFrom, const CHAR_T *pszTo, DWORD dwAttrTo) {
    CHAR_T from[MAX_PATH], to[MAX_PATH];
    size_t length = 0;
    if (!pszPath)
        return FALSE;
    *pszPath = 0;
    if (!LOCAL(folder_of)(from, pszFrom, dwAttrFrom) || !LOCAL(folder_of)(to, pszTo, dwAttrTo))
        return FALSE;
    size_t common = (size_t)NAME(api_PathCommonPrefixA, api_PathCommonPrefixW)(from, to, NULL);
    if (!common)
        return FALSE;
    const CHAR_T *rest = from + common;
    if (!*rest || (*rest == '\\' && !rest[1])) {
        pszPath[length++] = '.';
        rest += *rest == '\\';
    } else if (*rest == '\\') {
        rest++;
    }
    for (; *rest; length += 2) {
        rest = NAME(api_PathFindNextComponentA, api_PathFindNextComponentW)(rest);
        if (length + 4 >= MAX_PATH)
            return *pszPath = 0, FALSE;
        if (length)
            pszPath[length++] = '\\';
        pszPath[length] = pszPath[length + 1] = '.';
    }
    pszPath[length] = 0;
    rest = pszTo + common;
    if (*rest && *rest != '\\')
        rest--;
    if (!*rest)
        return TRUE;
    if (length + LOCAL(units)(rest) >= MAX_PATH)
        return *pszPath = 0, FALSE;
    LOCAL(move)(pszPath + length, rest);
    return TRUE;
}

/* ---- patterns ---- */

static bool LOCAL(matches)(const CHAR_T *name, const CHAR_T *pattern, const CHAR_T *end) {
    while (pattern < end) {
        if (*pattern == '*') {
            while (pattern < end && *pattern == '*')
                pattern++;
            if (pattern == end)
                return true;
            for (; *name; name = LOCAL(next)(name)) {
                if (LOCAL(matches)(name, pattern, end))
                    return true;
            }
            return false;
        }
        if (!*name || (*pattern != '?' && !LOCAL(same_character)(*name, *pattern)))
            return false;
        const CHAR_T *behind = LOCAL(next)(name);
        pattern += *pattern == '?' ? 1 : behind - name;
        name = behind;
    }
    return !*name;
}

/* "*.*" stands for all names, with a dot or without. */
static bool LOCAL(matches_list)(const CHAR_T *name, const CHAR_T *list, bool is_list, bool strips) {
    if (LOCAL(starts_with)(list, "*.*") && !list[3])
        return true;
    while (*list) {
        while (strips && *list == ' ')
            list++;
        const CHAR_T *end = is_list ? LOCAL(find_unit)(list, ';') : NULL;
        const CHAR_T *pattern_end = end ? end : list + LOCAL(units)(list);
        if (LOCAL(matches)(name, list, pattern_end))
            return true;
        if (!end)
            return false;
        list = end + 1;
    }
    return false;
}

TEXT_API(shlwapi kernelbase, BOOL, NAME(PathMatchSpecA, PathMatchSpecW), const CHAR_T *pszFile, const CHAR_T *pszSpec) {
    return pszFile && pszSpec && LOCAL(matches_list)(pszFile, pszSpec, true, true);
}

/* S_OK: it matches. */
TEXT_API(shlwapi kernelbase, HRESULT, NAME(PathMatchSpecExA, PathMatchSpecExW), const CHAR_T *pszFile,
         const CHAR_T *pszSpec, DWORD dwFlags) {
    enum { PMSF_MULTIPLE = 1, PMSF_DONT_STRIP_SPACES = 0x10000 };
    return !LOCAL(matches_list)(pszFile, pszSpec, dwFlags & PMSF_MULTIPLE, !(dwFlags & PMSF_DONT_STRIP_SPACES));
}

#undef CHAR_T
#undef UNSIGNED_T
#undef NAME
#undef LOCAL
#undef TEXT_API
