/* memcpy() and its kin, and the string functions that are hot: vcruntime140's C part and what ucrtbase adds.
 *
 * The comparing functions return -1, 0 or 1, as Microsoft's x64 versions do. */
#include <cpuid.h>
#include <immintrin.h>

#include "crt_memory.h"

/* From here on a call of glibc, which uses wider vectors and knows the cache, outweighs the registers it costs. */
#define CALL_GLIBC_BYTES 8192

/* Apart, so that the registers are kept for this call only. */
__attribute__((noinline)) static void *WINAPI move_with_glibc(char *to, const char *from, size_t size) {
    return memmove(to, from, size);
}

__attribute__((noinline)) static void *WINAPI set_with_glibc(char *to, int byte, size_t size) {
    return memset(to, byte, size);
}

/* Searches look at what lies around a string on its page; AddressSanitizer would not have it. */
#define READS_WHOLE_VECTORS __attribute__((no_sanitize("address")))

#define VECTOR_BYTES 16
#define VECTOR(name_) name_##_sse2
#define KERNEL WINAPI READS_WHOLE_VECTORS
#include "crt_vector.h"

#define VECTOR_BYTES 32
#define VECTOR(name_) name_##_avx2
#define KERNEL WINAPI READS_WHOLE_VECTORS __attribute__((target("avx2")))
#include "crt_vector.h"

/* Read by every longer copy; set once before any Windows code runs. */
static bool avx2;

__attribute__((constructor)) static void find_avx2(void) {
    unsigned a, b, c, d, xcr0, high;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
        return;
    __asm__("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
    if ((xcr0 & 6) == 6 && __get_cpuid_count(7, 0, &a, &b, &c, &d))
        avx2 = b & bit_AVX2;
}

#define WIDEST(name_) (avx2 ? name_##_avx2 : name_##_sse2)

typedef uint16_t unaligned16 __attribute__((aligned(1), may_alias));
typedef uint32_t unaligned32 __attribute__((aligned(1), may_alias));
typedef uint64_t unaligned64 __attribute__((aligned(1), may_alias));
typedef char vector128 __attribute__((vector_size(16), aligned(1), may_alias));

#define AT(type_, address_) (*(type_ *)(address_))

/* ---- copy ---- */

/* Two overlapping halves cover any size between one and two of `type`. */
#define MOVE_HALVES(type_)                                                                     \
    do {                                                                                       \
        type_ low_ = AT(type_, from), high_ = AT(type_, from + size - sizeof(type_));          \
        AT(type_, to) = low_;                                                                  \
        AT(type_, to + size - sizeof(type_)) = high_;                                          \
        return to;                                                                             \
    } while (0)

static inline void *move(char *to, const char *from, size_t size) {
    if (size > 32)
        return WIDEST(move)(to, from, size);
    if (size >= 16)
        MOVE_HALVES(vector128);
    if (size >= 8)
        MOVE_HALVES(unaligned64);
    if (size >= 4)
        MOVE_HALVES(unaligned32);
    if (size >= 2)
        MOVE_HALVES(unaligned16);
    if (size)
        *to = *from;
    return to;
}

void *WINAPI crt_memmove(void *to, const void *from, size_t size) { return move(to, from, size); }

/* Microsoft's memcpy() copies overlapping ranges as memmove() does, and programs rely on it. */
API(vcruntime140 CRT_DLLS ntdll, void *, memcpy, void *to, const void *from, size_t size) {
    return move(to, from, size);
}

API(vcruntime140 CRT_DLLS ntdll, void *, memmove, void *to, const void *from, size_t size) {
    return move(to, from, size);
}
API_ALIAS(api_memmove, rtl_move, ntdll kernel32, "RtlMoveMemory");
API_ALIAS(api_memmove, rtl_copy, ntdll kernel32, "RtlCopyMemory");
API_ALIAS(api_memmove, rtl_copy_nontemporal, ntdll kernel32, "RtlCopyMemoryNonTemporal");

/* ---- fill ---- */

API(vcruntime140 CRT_DLLS ntdll, void *, memset, void *destination, int byte, size_t size) {
    char *to = destination;
    if (size > 32)
        return WIDEST(set)(to, byte, size);
    uint64_t value = (uint8_t)byte * 0x0101010101010101ULL;
    if (size >= 16) {
        vector128 vector = (vector128){0} + (char)byte;
        AT(vector128, to) = vector;
        AT(vector128, to + size - 16) = vector;
    } else if (size >= 8) {
        AT(unaligned64, to) = value;
        AT(unaligned64, to + size - 8) = value;
    } else if (size >= 4) {
        AT(unaligned32, to) = (uint32_t)value;
        AT(unaligned32, to + size - 4) = (uint32_t)value;
    } else if (size) {
        to[0] = (char)byte;
        to[size - 1] = (char)byte;
        to[size / 2] = (char)byte;
    }
    return to;
}

/* ---- compare ---- */

#define ORDER(a_, b_) (((a_) > (b_)) - ((a_) < (b_)))

#define COMPARE_HALVES(type_, swap_)                                                           \
    do {                                                                                       \
        type_ x_ = swap_(AT(type_, a)), y_ = swap_(AT(type_, b));                              \
        if (x_ == y_) {                                                                        \
            x_ = swap_(AT(type_, a + size - sizeof(type_)));                                   \
            y_ = swap_(AT(type_, b + size - sizeof(type_)));                                   \
        }                                                                                      \
        return ORDER(x_, y_);                                                                  \
    } while (0)

/* The index of the first difference of at least 16 bytes, or `size`. Short blocks do without wide vectors. */
static inline size_t difference(const char *a, const char *b, size_t size) {
    if (size > 64)
        return WIDEST(difference)(a, b, size);
    uint32_t mask;
    for (size_t i = 0; i + 16 < size; i += 16)
        if ((mask = unequal_sse2(a + i, b + i)) != 0)
            return i + (size_t)__builtin_ctz(mask);
    mask = unequal_sse2(a + size - 16, b + size - 16);
    return mask ? size - 16 + (size_t)__builtin_ctz(mask) : size;
}

API(vcruntime140 CRT_DLLS ntdll, int, memcmp, const void *left, const void *right, size_t size) {
    const char *a = left, *b = right;
    if (size >= 16) {
        size_t i = difference(a, b, size);
        return i < size ? ORDER((uint8_t)a[i], (uint8_t)b[i]) : 0;
    }
    if (size >= 8)
        COMPARE_HALVES(unaligned64, __builtin_bswap64);
    if (size >= 4)
        COMPARE_HALVES(unaligned32, __builtin_bswap32);
    for (size_t i = 0; i < size; i++)
        if (a[i] != b[i])
            return ORDER((uint8_t)a[i], (uint8_t)b[i]);
    return 0;
}

/* Whether `size` bytes from the address lie on one page. */
static inline bool within_page(const void *address, size_t size) {
    return ((uintptr_t)address & (PAGE_SIZE - 1)) <= PAGE_SIZE - size;
}

/* The index of the first byte that differs or ends both strings; most do in their first 32 bytes. */
static inline size_t string_difference(const char *a, const char *b) {
    if (within_page(a, 32) && within_page(b, 32)) {
        uint32_t stop = string_difference_stop_sse2(a, b);
        if (stop)
            return (size_t)__builtin_ctz(stop);
        stop = string_difference_stop_sse2(a + 16, b + 16);
        if (stop)
            return 16 + (size_t)__builtin_ctz(stop);
    }
    return WIDEST(string_difference)(a, b, SIZE_MAX);
}

API(CRT_DLLS ntdll, int, strcmp, const char *a, const char *b) {
    size_t i = string_difference(a, b);
    return ORDER((uint8_t)a[i], (uint8_t)b[i]);
}

API(CRT_DLLS ntdll, int, strncmp, const char *a, const char *b, size_t count) {
    size_t i = count <= 16 ? string_difference_sse2(a, b, count) : WIDEST(string_difference)(a, b, count);
    return i < count ? ORDER((uint8_t)a[i], (uint8_t)b[i]) : 0;
}

/* Strings at odd addresses are legal on x64; the vectors do not take them. */
static size_t wide_difference_at_odd(const WCHAR *a, const WCHAR *b, size_t limit) {
    size_t i = 0;
    while (i < limit && a[i] == b[i] && a[i])
        i++;
    return i;
}

static inline size_t wide_difference(const WCHAR *a, const WCHAR *b, size_t limit) {
    if (((uintptr_t)a | (uintptr_t)b) & 1)
        return wide_difference_at_odd(a, b, limit);
    return limit <= 8 ? wide_difference_sse2(a, b, limit) : WIDEST(wide_difference)(a, b, limit);
}

API(CRT_DLLS ntdll, int, wcscmp, const WCHAR *a, const WCHAR *b) {
    size_t i = wide_difference(a, b, SIZE_MAX);
    return ORDER(a[i], b[i]);
}

API(CRT_DLLS ntdll, int, wcsncmp, const WCHAR *a, const WCHAR *b, size_t count) {
    size_t i = wide_difference(a, b, count);
    return i < count ? ORDER(a[i], b[i]) : 0;
}

/* ---- search ---- */

/* `size` may be larger than the address space: what counts is where the byte stands ("memchr": the first found). */
API(vcruntime140 CRT_DLLS ntdll, void *, memchr, const void *block, int byte, size_t size) {
    const char *from = block, *end = from + size;
    return WIDEST(find_byte)(from, byte, end < from ? (const char *)UINTPTR_MAX : end);
}

/* Most strings end in their first 64 bytes. */
static inline size_t length(const char *string) {
    if (within_page(string, 64)) {
        uint32_t zeros;
        for (size_t i = 0; i < 64; i += 16)
            if ((zeros = zeros_sse2(string + i)) != 0)
                return i + (size_t)__builtin_ctz(zeros);
    }
    return (size_t)(WIDEST(find_zero)(string) - string);
}

size_t crt_strlen(const char *string) { return length(string); }

size_t crt_strnlen(const char *string, size_t limit) {
    const char *end = string + limit;
    const char *found = WIDEST(find_byte)(string, 0, end < string ? (const char *)UINTPTR_MAX : end);
    return found ? (size_t)(found - string) : limit;
}

API(CRT_DLLS ntdll, size_t, strlen, const char *string) { return length(string); }

API(CRT_DLLS ntdll, size_t, strnlen, const char *string, size_t limit) { return crt_strnlen(string, limit); }

API(vcruntime140 CRT_DLLS ntdll, char *, strchr, const char *string, int byte) {
    char *found = WIDEST(find_byte_or_zero)(string, byte);
    return *found == (char)byte ? found : NULL;
}

API(vcruntime140 CRT_DLLS ntdll, char *, strrchr, const char *string, int byte) {
    char *last = NULL;
    for (;; string++) {
        string = WIDEST(find_byte_or_zero)(string, byte);
        if (*string == (char)byte)
            last = (char *)string;
        if (!*string)
            return last;
    }
}

API(vcruntime140 CRT_DLLS ntdll, char *, strstr, const char *string, const char *wanted) {
    return (char *)strstr(string, wanted);
}

/* The first `wide` or null character. */
static inline WCHAR *find_wide(const WCHAR *string, WCHAR wide) {
    if (!((uintptr_t)string & 1))
        return WIDEST(find_wide_or_zero)(string, wide);
    while (*string != wide && *string)
        string++;
    return (WCHAR *)string;
}

size_t crt_wcslen(const WCHAR *string) { return (size_t)(find_wide(string, 0) - string); }

size_t crt_wcsnlen(const WCHAR *string, size_t limit) {
    size_t length = 0;
    while (length < limit && string[length])
        length++;
    return length;
}

API(CRT_DLLS ntdll, size_t, wcslen, const WCHAR *string) { return (size_t)(find_wide(string, 0) - string); }

API(CRT_DLLS ntdll, size_t, wcsnlen, const WCHAR *string, size_t limit) { return crt_wcsnlen(string, limit); }

API(vcruntime140 CRT_DLLS ntdll, WCHAR *, wcschr, const WCHAR *string, WCHAR wide) {
    WCHAR *found = find_wide(string, wide);
    return *found == wide ? found : NULL;
}

API(vcruntime140 CRT_DLLS ntdll, WCHAR *, wcsrchr, const WCHAR *string, WCHAR wide) {
    WCHAR *last = NULL;
    for (;; string++) {
        string = find_wide(string, wide);
        if (*string == wide)
            last = (WCHAR *)string;
        if (!*string)
            return last;
    }
}

/* memmem() is linear in the worst case; a match at an odd distance is none. */
API(vcruntime140 CRT_DLLS ntdll, WCHAR *, wcsstr, const WCHAR *string, const WCHAR *wanted) {
    const char *at = (const char *)string, *end = at + 2 * crt_wcslen(string);
    size_t size = 2 * crt_wcslen(wanted);
    while ((at = memmem(at, (size_t)(end - at), wanted, size)) != NULL) {
        if (((at - (const char *)string) & 1) == 0)
            return (WCHAR *)at;
        at++;
    }
    return NULL;
}
