/* Sorting, searching, random numbers and integer arithmetic ("Searching and Sorting", "rand", "div").
 *
 * Comparison functions are the program's: one may leave by an exception or longjmp, which costs no more than the
 * memory that a large qsort() merges in. */
#include <sys/random.h>

#include "crt_memory.h"

typedef int(WINAPI *compare)(const void *, const void *);
typedef int(WINAPI *compare_with)(void *, const void *, const void *);

/* ---- sorting ---- */

/* How to compare: with a context ("qsort_s") or without. */
struct order {
    compare plain;
    compare_with with;
    void *context;
};

static inline int in_order(const struct order *order, const void *a, const void *b) {
    return order->plain ? order->plain(a, b) : order->with(order->context, a, b);
}

static void copy(char *to, const char *from, size_t width) {
    if (width == 8)
        memcpy(to, from, 8);
    else if (width == 4)
        memcpy(to, from, 4);
    else
        crt_memmove(to, from, width);
}

/* Stable: equal elements keep their order, as with the host's qsort(). */
static void merge_sort(char *base, size_t count, size_t width, const struct order *order, char *scratch) {
    if (count < 2)
        return;
    size_t left = count / 2, right = count - left;
    char *a = base, *b = base + left * width, *out = scratch;
    merge_sort(a, left, width, order, scratch);
    merge_sort(b, right, width, order, scratch);
    while (left && right) {
        bool take_left = in_order(order, a, b) <= 0;
        copy(out, take_left ? a : b, width);
        out += width;
        a += take_left ? width : 0;
        b += take_left ? 0 : width;
        left -= take_left;
        right -= !take_left;
    }
    crt_memmove(out, a, left * width);      /* what is left of the right half stands where it belongs */
    crt_memmove(base, scratch, (count - right) * width);
}

static void sort(void *base, size_t count, size_t width, const struct order *order) {
    char small[1024];
    size_t size;
    if (__builtin_mul_overflow(count, width, &size))
        return;
    char *scratch = size <= sizeof small ? small : malloc(size);
    if (!scratch) {
        crt_fail(CRT_ENOMEM);
        return;
    }
    merge_sort(base, count, width, order, scratch);
    if (scratch != small)
        free(scratch);
}

#define CHECK_ARRAY(condition_, result_) CRT_VALIDATE((base || !count) && width && (condition_), CRT_EINVAL, result_)

API(CRT_DLLS ntdll, VOID, qsort, void *base, size_t count, size_t width, compare order) {
    CHECK_ARRAY(order, );
    sort(base, count, width, &(struct order){order, NULL, NULL});
}

API(CRT_DLLS ntdll, VOID, qsort_s, void *base, size_t count, size_t width, compare_with order, void *context) {
    CHECK_ARRAY(order, );
    sort(base, count, width, &(struct order){NULL, order, context});
}

/* ---- searching ---- */

static void *search(const void *key, const char *base, size_t count, size_t width, const struct order *order) {
    while (count) {
        const char *middle = base + count / 2 * width;
        int difference = in_order(order, key, middle);
        if (!difference)
            return (void *)middle;
        if (difference > 0) {
            base = middle + width;
            count -= count / 2 + 1;
        } else
            count /= 2;
    }
    return NULL;
}

API(CRT_DLLS ntdll, void *, bsearch, const void *key, const void *base, size_t count, size_t width, compare order) {
    CHECK_ARRAY(order, NULL);
    return search(key, base, count, width, &(struct order){order, NULL, NULL});
}

API(CRT_DLLS ntdll, void *, bsearch_s, const void *key, const void *base, size_t count, size_t width,
    compare_with order,
    void *context) {
    CHECK_ARRAY(order, NULL);
    return search(key, base, count, width, &(struct order){NULL, order, context});
}

static void *find(const void *key, const char *base, unsigned count, size_t width, const struct order *order) {
    for (; count; count--, base += width)
        if (!in_order(order, key, base))
            return (void *)base;
    return NULL;
}

API(CRT_DLLS ntdll, void *, _lfind, const void *key, const void *base, unsigned *number, unsigned width,
    compare order) {
    CRT_VALIDATE(key && number && (base || !*number) && width && order, CRT_EINVAL, NULL);
    return find(key, base, *number, width, &(struct order){order, NULL, NULL});
}

API(CRT_DLLS, void *, _lfind_s, const void *key, const void *base, unsigned *number, size_t width,
    compare_with order, void *context) {
    CRT_VALIDATE(key && number && (base || !*number) && width && order, CRT_EINVAL, NULL);
    return find(key, base, *number, width, &(struct order){NULL, order, context});
}

/* What is not found is added at the end. */
static void *find_or_add(const void *key, char *base, unsigned *number, size_t width, const struct order *order) {
    void *found = find(key, base, *number, width, order);
    return found ? found : crt_memmove(base + (*number)++ * width, key, width);
}

API(CRT_DLLS, void *, _lsearch, const void *key, void *base, unsigned *number, unsigned width, compare order) {
    CRT_VALIDATE(key && number && base && width && order, CRT_EINVAL, NULL);
    return find_or_add(key, base, number, width, &(struct order){order, NULL, NULL});
}

API(CRT_DLLS, void *, _lsearch_s, const void *key, void *base, unsigned *number, size_t width, compare_with order,
    void *context) {
    CRT_VALIDATE(key && number && base && width && order, CRT_EINVAL, NULL);
    return find_or_add(key, base, number, width, &(struct order){NULL, order, context});
}

/* ---- random numbers ---- */

/* The sequence is Microsoft's; programs rely on it for a given seed. */
API(CRT_DLLS, int, rand, void) {
    unsigned *state = &crt_thread()->random;
    *state = *state * 214013 + 2531011;
    return *state >> 16 & 0x7FFF;
}

API(CRT_DLLS, VOID, srand, unsigned seed) { crt_thread()->random = seed; }

API(CRT_DLLS, errno_t, rand_s, unsigned *value) {
    if (!value)
        return crt_invalid(CRT_EINVAL);
    return getrandom(value, sizeof *value, 0) == sizeof *value ? 0 : (crt_fail(CRT_ENOMEM), CRT_ENOMEM);
}

/* ---- integers ---- */

struct div_result { int quot, rem; };
struct lldiv_result { int64_t quot, rem; };

API(CRT_DLLS ntdll, int, abs, int value) { return value < 0 ? (int)-(unsigned)value : value; }
API(CRT_DLLS ntdll, LONG, labs, LONG value) { return value < 0 ? (LONG)-(ULONG)value : value; }
API(ucrtbase MSVCR_DLLS, LONGLONG, llabs, LONGLONG value) { return value < 0 ? (LONGLONG)-(ULONGLONG)value : value; }
API_ALIAS(api_llabs, imax, ucrtbase msvcr120, "imaxabs");
API_ALIAS(api_llabs, abs64, CRT_DLLS, "_abs64");

API(CRT_DLLS, struct div_result, div, int dividend, int divisor) {
    return (struct div_result){dividend / divisor, dividend % divisor};
}
API(CRT_DLLS, struct div_result, ldiv, LONG dividend, LONG divisor) {
    return (struct div_result){dividend / divisor, dividend % divisor};
}
API(ucrtbase MSVCR_DLLS, struct lldiv_result, lldiv, LONGLONG dividend, LONGLONG divisor) {
    return (struct lldiv_result){dividend / divisor, dividend % divisor};
}
API_ALIAS(api_lldiv, imax, ucrtbase msvcr120, "imaxdiv");

API(CRT_DLLS, unsigned, _rotl, unsigned value, int shift) { return value << (shift & 31) | value >> (-shift & 31); }
API(CRT_DLLS, unsigned, _rotr, unsigned value, int shift) { return value >> (shift & 31) | value << (-shift & 31); }
API_ALIAS(api__rotl, long, CRT_DLLS, "_lrotl");
API_ALIAS(api__rotr, long, CRT_DLLS, "_lrotr");
API(CRT_DLLS, ULONGLONG, _rotl64, ULONGLONG value, int shift) {
    return value << (shift & 63) | value >> (-shift & 63);
}
API(CRT_DLLS, ULONGLONG, _rotr64, ULONGLONG value, int shift) {
    return value >> (shift & 63) | value << (-shift & 63);
}

API(CRT_DLLS, USHORT, _byteswap_ushort, USHORT value) { return __builtin_bswap16(value); }
API(CRT_DLLS, ULONG, _byteswap_ulong, ULONG value) { return __builtin_bswap32(value); }
API(CRT_DLLS, ULONGLONG, _byteswap_uint64, ULONGLONG value) { return __builtin_bswap64(value); }

API(CRT_DLLS, VOID, _swab, char *from, char *to, int count) {
    CRT_VALIDATE(from && to && count >= 0, CRT_EINVAL, );
    for (; count > 1; count -= 2, from += 2, to += 2) {
        char first = from[0], second = from[1];
        to[0] = second;
        to[1] = first;
    }
}
