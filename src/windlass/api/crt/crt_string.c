/* String functions ("String Manipulation (CRT)"). What is hot stands in crt_memory.c, what sorts by language in
 * crt_collate.c. */
#include "crt_ctype.h"
#include "crt_memory.h"

#define NLSCMPERROR INT32_MAX

API_USE(void *, memset, void *, int, size_t);

#define CHAR_T CHAR
#define NAME(narrow_, wide_) narrow_
#define LENGTH crt_strlen
#define BOUNDED_LENGTH crt_strnlen
#define LOWER(character_, locale_) ((locale_)->lower[(uint8_t)(character_)])
#define UPPER(character_, locale_) ((CHAR)(locale_)->upper[(uint8_t)(character_)])
#include "crt_string_template.h"

#define CHAR_T WCHAR
#define NAME(narrow_, wide_) wide_
#define LENGTH crt_wcslen
#define BOUNDED_LENGTH crt_wcsnlen
#define LOWER crt_towlower
#define UPPER crt_towupper
#include "crt_string_template.h"

/* ---- tokens with the thread's own context ---- */

API(CRT_DLLS, char *, strtok, char *string, const char *delimiters) {
    return api_strtok_s(string, delimiters, &crt_thread()->strtok_next);
}

/* The Universal CRT's has the standard's third parameter; a null pointer there means the thread's context. */
API(ucrtbase, WCHAR *, wcstok, WCHAR *string, const WCHAR *delimiters, WCHAR **context) {
    return api_wcstok_s(string, delimiters, context ? context : &crt_thread()->wcstok_next);
}

API_AS(msvcrt_wcstok, msvcrt MSVCR_DLLS, WCHAR *, "wcstok", WCHAR *string, const WCHAR *delimiters) {
    return api_wcstok_s(string, delimiters, &crt_thread()->wcstok_next);
}

/* ---- memory ---- */

API(CRT_DLLS ntdll, void *, _memccpy, void *destination, const void *source, int byte, size_t count) {
    char *to = destination;
    const char *from = source;
    while (count--)
        if ((*to++ = *from++) == (char)byte)
            return to;
    return NULL;
}

API(CRT_DLLS, int, _memicmp_l, const void *left, const void *right, size_t size, _locale_t locale) {
    const uint8_t *a = left, *b = right;
    const struct crt_locale *facts = crt_locale(locale);
    CRT_VALIDATE((a && b) || !size, CRT_EINVAL, NLSCMPERROR);
    for (size_t i = 0; i < size; i++) {
        int difference = facts->lower[a[i]] - facts->lower[b[i]];
        if (difference)
            return difference;
    }
    return 0;
}

API(CRT_DLLS ntdll, int, _memicmp, const void *left, const void *right, size_t size) {
    return api__memicmp_l(left, right, size, NULL);
}

/* "memcpy_s": clears the destination when the source is missing or too large. */
API(CRT_DLLS ntdll, errno_t, memcpy_s, void *to, size_t size, const void *from, size_t count) {
    if (!count)
        return 0;
    if (!to)
        return crt_invalid(CRT_EINVAL);
    if (from && count <= size) {
        crt_memmove(to, from, count);
        return 0;
    }
    api_memset(to, 0, size);
    return crt_invalid(from ? CRT_ERANGE : CRT_EINVAL);
}

API(CRT_DLLS ntdll, errno_t, memmove_s, void *to, size_t size, const void *from, size_t count) {
    if (!count)
        return 0;
    if (!to || !from)
        return crt_invalid(CRT_EINVAL);
    if (count > size)
        return crt_invalid(CRT_ERANGE);
    crt_memmove(to, from, count);
    return 0;
}

API(ucrtbase msvcrt MSVCR_DLLS, errno_t, wmemcpy_s, WCHAR *to, size_t size, const WCHAR *from,
    size_t count) {
    return api_memcpy_s(to, size * sizeof *to, from, count * sizeof *to);
}

API(ucrtbase msvcrt MSVCR_DLLS, errno_t, wmemmove_s, WCHAR *to, size_t size, const WCHAR *from,
    size_t count) {
    return api_memmove_s(to, size * sizeof *to, from, count * sizeof *to);
}

/* The name before the standard reserved it. */
API_ALIAS(api__stricmp, old_name, msvcrt ntdll, "_strcmpi");
