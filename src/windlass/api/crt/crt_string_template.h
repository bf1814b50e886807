/* The string functions that exist for char and wchar_t alike; crt_string.c includes this for each.
 *
 * The includer defines CHAR_T, NAME(narrow, wide), LENGTH, BOUNDED_LENGTH, and LOWER/UPPER(character, locale).
 *
 * "Security Features in the CRT": an _s function that fails leaves an empty string in the destination. */

#define TEXT_API(dlls_, result_, name_, ...) API(dlls_, result_, name_, __VA_ARGS__)
#define LOCAL(name_) NAME(narrow_##name_, wide_##name_)

/* Empties the destination, calls the invalid-parameter handler and returns the error. */
static errno_t LOCAL(refuse)(CHAR_T *to, int error) {
    *to = 0;
    return crt_invalid(error);
}

static inline void LOCAL(copy)(CHAR_T *to, const CHAR_T *from, size_t count) {
    crt_memmove(to, from, count * sizeof(CHAR_T));
}

/* ---- copy and append ---- */

TEXT_API(CRT_DLLS ntdll, CHAR_T *, NAME(strcpy, wcscpy), CHAR_T *to, const CHAR_T *from) {
    LOCAL(copy)(to, from, LENGTH(from) + 1);
    return to;
}

TEXT_API(CRT_DLLS ntdll, CHAR_T *, NAME(strcat, wcscat), CHAR_T *to, const CHAR_T *from) {
    LOCAL(copy)(to + LENGTH(to), from, LENGTH(from) + 1);
    return to;
}

/* Pads with null characters; does not terminate when `count` are copied. */
TEXT_API(CRT_DLLS ntdll, CHAR_T *, NAME(strncpy, wcsncpy), CHAR_T *to, const CHAR_T *from, size_t count) {
    size_t length = BOUNDED_LENGTH(from, count);
    LOCAL(copy)(to, from, length);
    api_memset(to + length, 0, (count - length) * sizeof(CHAR_T));
    return to;
}

TEXT_API(CRT_DLLS ntdll, CHAR_T *, NAME(strncat, wcsncat), CHAR_T *to, const CHAR_T *from, size_t count) {
    size_t length = BOUNDED_LENGTH(from, count);
    CHAR_T *end = to + LENGTH(to);
    LOCAL(copy)(end, from, length);
    end[length] = 0;
    return to;
}

/* Writes `from` at to[used], in all `size` characters; `count` limits it, CRT_TRUNCATE means as much as fits. */
static errno_t LOCAL(put)(CHAR_T *to, size_t used, size_t size, const CHAR_T *from, size_t count) {
    size_t room = size - used;
    size_t length = BOUNDED_LENGTH(from, count < room ? count : room);
    if (length < room) {
        LOCAL(copy)(to + used, from, length);
        to[used + length] = 0;
        return 0;
    }
    if (count != CRT_TRUNCATE)
        return LOCAL(refuse)(to, CRT_ERANGE);
    LOCAL(copy)(to + used, from, room - 1);
    to[size - 1] = 0;
    return CRT_STRUNCATE;
}

TEXT_API(CRT_DLLS ntdll, errno_t, NAME(strcpy_s, wcscpy_s), CHAR_T *to, size_t size, const CHAR_T *from) {
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    if (!from)
        return LOCAL(refuse)(to, CRT_EINVAL);
    return LOCAL(put)(to, 0, size, from, size);
}

TEXT_API(CRT_DLLS ntdll, errno_t, NAME(strncpy_s, wcsncpy_s), CHAR_T *to, size_t size, const CHAR_T *from,
         size_t count) {
    if (!to && !size && !count)
        return 0;
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    if (!count) {
        *to = 0;
        return 0;
    }
    if (!from)
        return LOCAL(refuse)(to, CRT_EINVAL);
    return LOCAL(put)(to, 0, size, from, count);
}

TEXT_API(CRT_DLLS ntdll, errno_t, NAME(strcat_s, wcscat_s), CHAR_T *to, size_t size, const CHAR_T *from) {
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    size_t used = BOUNDED_LENGTH(to, size);
    if (!from || used == size)
        return LOCAL(refuse)(to, CRT_EINVAL);
    return LOCAL(put)(to, used, size, from, size);
}

TEXT_API(CRT_DLLS ntdll, errno_t, NAME(strncat_s, wcsncat_s), CHAR_T *to, size_t size, const CHAR_T *from,
         size_t count) {
    if (!to && !size && !count)
        return 0;
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    size_t used = BOUNDED_LENGTH(to, size);
    if ((!from && count) || used == size)
        return LOCAL(refuse)(to, CRT_EINVAL);
    return count ? LOCAL(put)(to, used, size, from, count) : 0;
}

TEXT_API(CRT_DLLS, CHAR_T *, NAME(_strdup, _wcsdup), const CHAR_T *string) {
    if (!string)
        return NULL;
    size_t size = (LENGTH(string) + 1) * sizeof(CHAR_T);
    CHAR_T *copy = crt_malloc(size);
    if (copy)
        crt_memmove(copy, string, size);
    return copy;
}

/* ---- search ---- */

static inline bool LOCAL(contains)(const CHAR_T *set, CHAR_T character) {
    while (*set && *set != character)
        set++;
    return *set != 0;
}

TEXT_API(CRT_DLLS ntdll, size_t, NAME(strcspn, wcscspn), const CHAR_T *string, const CHAR_T *set) {
    size_t length = 0;
    while (string[length] && !LOCAL(contains)(set, string[length]))
        length++;
    return length;
}

TEXT_API(CRT_DLLS ntdll, size_t, NAME(strspn, wcsspn), const CHAR_T *string, const CHAR_T *set) {
    size_t length = 0;
    while (string[length] && LOCAL(contains)(set, string[length]))
        length++;
    return length;
}

TEXT_API(CRT_DLLS ntdll, CHAR_T *, NAME(strpbrk, wcspbrk), const CHAR_T *string, const CHAR_T *set) {
    while (*string && !LOCAL(contains)(set, *string))
        string++;
    return *string ? (CHAR_T *)string : NULL;
}

/* Characters before `limit` or the terminator. */
TEXT_API(CRT_DLLS, size_t, NAME(__strncnt, __wcsncnt), const CHAR_T *string,
         size_t limit) {
    return BOUNDED_LENGTH(string, limit);
}

TEXT_API(CRT_DLLS ntdll, CHAR_T *, NAME(strtok_s, wcstok_s), CHAR_T *string, const CHAR_T *delimiters,
         CHAR_T **context) {
    CRT_VALIDATE(context && delimiters && (string || *context), CRT_EINVAL, NULL);
    CHAR_T *token = string ? string : *context;
    while (*token && LOCAL(contains)(delimiters, *token))
        token++;
    CHAR_T *end = token;
    while (*end && !LOCAL(contains)(delimiters, *end))
        end++;
    *context = end;
    if (*end) {
        *end = 0;
        *context = end + 1;
    }
    return end == token ? NULL : token;
}

/* ---- change in place ---- */

TEXT_API(CRT_DLLS, CHAR_T *, NAME(_strrev, _wcsrev), CHAR_T *string) {
    CHAR_T *left = string, *right = string + LENGTH(string);
    while (left < right) {
        CHAR_T character = *left;
        *left++ = *--right;
        *right = character;
    }
    return string;
}

TEXT_API(CRT_DLLS, CHAR_T *, NAME(_strnset, _wcsnset), CHAR_T *string, NAME(int, WCHAR) character, size_t count) {
    for (size_t i = 0; i < count && string[i]; i++)
        string[i] = (CHAR_T)character;
    return string;
}

TEXT_API(CRT_DLLS, CHAR_T *, NAME(_strset, _wcsset), CHAR_T *string, NAME(int, WCHAR) character) {
    return NAME(api__strnset, api__wcsnset)(string, character, SIZE_MAX);
}

static errno_t LOCAL(check_terminated)(CHAR_T *string, size_t size) {
    if (!string || !size)
        return crt_invalid(CRT_EINVAL);
    return BOUNDED_LENGTH(string, size) < size ? 0 : LOCAL(refuse)(string, CRT_EINVAL);
}

TEXT_API(CRT_DLLS, errno_t, NAME(_strset_s, _wcsset_s), CHAR_T *string, size_t size, NAME(int, WCHAR) character) {
    errno_t error = LOCAL(check_terminated)(string, size);
    if (!error)
        NAME(api__strnset, api__wcsnset)(string, character, SIZE_MAX);
    return error;
}

TEXT_API(CRT_DLLS, errno_t, NAME(_strnset_s, _wcsnset_s), CHAR_T *string, size_t size, NAME(int, WCHAR) character,
         size_t count) {
    if (!string && !size && !count)
        return 0;
    errno_t error = LOCAL(check_terminated)(string, size);
    if (!error)
        NAME(api__strnset, api__wcsnset)(string, character, count);
    return error;
}

#define CASE_FAMILY(name_, name_l_, name_s_, name_s_l_, change_)                               \
    TEXT_API(CRT_DLLS, errno_t, name_s_l_, CHAR_T *string, size_t size, _locale_t locale) {    \
        const struct crt_locale *facts = crt_locale(locale);                                   \
        errno_t error = LOCAL(check_terminated)(string, size);                                 \
        for (; !error && *string; string++)                                                    \
            *string = change_(*string, facts);                                                 \
        return error;                                                                          \
    }                                                                                          \
    TEXT_API(CRT_DLLS, CHAR_T *, name_l_, CHAR_T *string, _locale_t locale) {                  \
        const struct crt_locale *facts = crt_locale(locale);                                   \
        CRT_VALIDATE(string, CRT_EINVAL, NULL);                                                \
        for (CHAR_T *at = string; *at; at++)                                                   \
            *at = change_(*at, facts);                                                         \
        return string;                                                                         \
    }                                                                                          \
    TEXT_API(CRT_DLLS, errno_t, name_s_, CHAR_T *string, size_t size) {                        \
        const struct crt_locale *facts = crt_locale(NULL);                                     \
        errno_t error = LOCAL(check_terminated)(string, size);                                 \
        for (; !error && *string; string++)                                                    \
            *string = change_(*string, facts);                                                 \
        return error;                                                                          \
    }                                                                                          \
    TEXT_API(CRT_DLLS, CHAR_T *, name_, CHAR_T *string) {                                      \
        const struct crt_locale *facts = crt_locale(NULL);                                     \
        CRT_VALIDATE(string, CRT_EINVAL, NULL);                                                \
        for (CHAR_T *at = string; *at; at++)                                                   \
            *at = change_(*at, facts);                                                         \
        return string;                                                                         \
    }

CASE_FAMILY(NAME(_strlwr, _wcslwr), NAME(_strlwr_l, _wcslwr_l), NAME(_strlwr_s, _wcslwr_s),
            NAME(_strlwr_s_l, _wcslwr_s_l), LOWER)
CASE_FAMILY(NAME(_strupr, _wcsupr), NAME(_strupr_l, _wcsupr_l), NAME(_strupr_s, _wcsupr_s),
            NAME(_strupr_s_l, _wcsupr_s_l), UPPER)

/* ---- compare without case: the difference of the first two that differ, lower-cased ---- */

static inline int LOCAL(compare_no_case)(const CHAR_T *a, const CHAR_T *b, size_t count,
                                         const struct crt_locale *locale) {
    for (; count; a++, b++, count--) {
        int difference = (int)LOWER(*a, locale) - (int)LOWER(*b, locale);
        if (difference || !*a)
            return difference;
    }
    return 0;
}

/* "_stricmp": a null pointer calls the handler, and the result is _NLSCMPERROR. */
TEXT_API(CRT_DLLS, int, NAME(_stricmp_l, _wcsicmp_l), const CHAR_T *a, const CHAR_T *b, _locale_t locale) {
    CRT_VALIDATE(a && b, CRT_EINVAL, NLSCMPERROR);
    return LOCAL(compare_no_case)(a, b, SIZE_MAX, crt_locale(locale));
}

TEXT_API(CRT_DLLS ntdll, int, NAME(_stricmp, _wcsicmp), const CHAR_T *a, const CHAR_T *b) {
    CRT_VALIDATE(a && b, CRT_EINVAL, NLSCMPERROR);
    return LOCAL(compare_no_case)(a, b, SIZE_MAX, crt_locale(NULL));
}

TEXT_API(CRT_DLLS, int, NAME(_strnicmp_l, _wcsnicmp_l), const CHAR_T *a, const CHAR_T *b, size_t count,
         _locale_t locale) {
    if (!count)
        return 0;
    CRT_VALIDATE(a && b && count <= INT32_MAX, CRT_EINVAL, NLSCMPERROR);
    return LOCAL(compare_no_case)(a, b, count, crt_locale(locale));
}

TEXT_API(CRT_DLLS ntdll, int, NAME(_strnicmp, _wcsnicmp), const CHAR_T *a, const CHAR_T *b, size_t count) {
    return NAME(api__strnicmp_l, api__wcsnicmp_l)(a, b, count, NULL);
}

#undef TEXT_API
#undef LOCAL
#undef CASE_FAMILY
#undef CHAR_T
#undef NAME
#undef LENGTH
#undef BOUNDED_LENGTH
#undef LOWER
#undef UPPER
