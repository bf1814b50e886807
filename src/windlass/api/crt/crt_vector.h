/* The memory and string kernels for one vector width; crt_memory.c includes this once for 16 bytes (SSE2, which every
 * x64 processor has) and once for 32 (AVX2).
 *
 * Windows lets a function change XMM0 to XMM5 only, glibc's may change all sixteen: a call of glibc from here costs
 * twenty moves to keep ten registers, several times what a short copy takes. So the kernels are ours, use at most six
 * vectors at a time, and are compiled as ms_abi. Only what is long enough to hide that cost goes to glibc.
 *
 * The includer defines VECTOR_BYTES, VECTOR(name) and KERNEL (attributes). */

typedef char VECTOR(vector) __attribute__((vector_size(VECTOR_BYTES), aligned(1), may_alias));
typedef char VECTOR(aligned) __attribute__((vector_size(VECTOR_BYTES), may_alias));
typedef int16_t VECTOR(words) __attribute__((vector_size(VECTOR_BYTES), may_alias));

#define LOAD(address_) (*(const VECTOR(vector) *)(address_))
#define STORE(address_, value_) (*(VECTOR(vector) *)(address_) = (value_))
#define LOAD_ALIGNED(address_) (*(const VECTOR(aligned) *)(address_))
#define STORE_ALIGNED(address_, value_) (*(VECTOR(aligned) *)(address_) = (value_))

/* MASK has a bit for each byte whose highest bit is set; LOWER takes the smaller of each pair of unsigned bytes. */
#if VECTOR_BYTES == 32
#define MASK(value_) ((uint32_t)_mm256_movemask_epi8((__m256i)(value_)))
#define LOWER(a_, b_) ((VECTOR(aligned))_mm256_min_epu8((__m256i)(a_), (__m256i)(b_)))
#else
#define MASK(value_) ((uint32_t)_mm_movemask_epi8((__m128i)(value_)))
#define LOWER(a_, b_) ((VECTOR(aligned))_mm_min_epu8((__m128i)(a_), (__m128i)(b_)))
#endif
#define FULL_MASK ((uint32_t)((1ULL << VECTOR_BYTES) - 1))
#define MISALIGNMENT(address_) ((uintptr_t)(address_) & (VECTOR_BYTES - 1))

/* More than 32 bytes, the ranges may overlap. All that a store could overwrite is loaded before it. */
KERNEL static void *VECTOR(move)(char *to, const char *from, size_t size) {
    VECTOR(aligned) first, second, a, b, edge;
    if (size <= 2 * VECTOR_BYTES) {
        first = LOAD(from);
        second = LOAD(from + size - VECTOR_BYTES);
        STORE(to, first);
        STORE(to + size - VECTOR_BYTES, second);
        return to;
    }
    if (size <= 4 * VECTOR_BYTES) {
        first = LOAD(from);
        second = LOAD(from + VECTOR_BYTES);
        a = LOAD(from + size - 2 * VECTOR_BYTES);
        b = LOAD(from + size - VECTOR_BYTES);
        STORE(to, first);
        STORE(to + VECTOR_BYTES, second);
        STORE(to + size - 2 * VECTOR_BYTES, a);
        STORE(to + size - VECTOR_BYTES, b);
        return to;
    }
    if (size >= CALL_GLIBC_BYTES)
        return move_with_glibc(to, from, size);
    if ((size_t)(to - from) >= size) {
        edge = LOAD(from);
        first = LOAD(from + size - 2 * VECTOR_BYTES);
        second = LOAD(from + size - VECTOR_BYTES);
        size_t i = VECTOR_BYTES - MISALIGNMENT(to);
        do {
            a = LOAD(from + i);
            b = LOAD(from + i + VECTOR_BYTES);
            STORE_ALIGNED(to + i, a);
            STORE_ALIGNED(to + i + VECTOR_BYTES, b);
            i += 2 * VECTOR_BYTES;
        } while (i < size - 2 * VECTOR_BYTES);
        STORE(to + size - 2 * VECTOR_BYTES, first);
        STORE(to + size - VECTOR_BYTES, second);
        STORE(to, edge);
    } else {
        edge = LOAD(from + size - VECTOR_BYTES);
        first = LOAD(from);
        second = LOAD(from + VECTOR_BYTES);
        size_t i = size - MISALIGNMENT(to + size);
        do {
            i -= 2 * VECTOR_BYTES;
            a = LOAD(from + i);
            b = LOAD(from + i + VECTOR_BYTES);
            STORE_ALIGNED(to + i, a);
            STORE_ALIGNED(to + i + VECTOR_BYTES, b);
        } while (i > 2 * VECTOR_BYTES);
        STORE(to + VECTOR_BYTES, second);
        STORE(to, first);
        STORE(to + size - VECTOR_BYTES, edge);
    }
    return to;
}

/* More than 32 bytes. */
KERNEL static void *VECTOR(set)(char *to, int byte, size_t size) {
    VECTOR(aligned) value = (VECTOR(aligned)){0} + (char)byte;
    char *end = to + size;
    if (size <= 2 * VECTOR_BYTES) {
        STORE(to, value);
        STORE(end - VECTOR_BYTES, value);
        return to;
    }
    if (size <= 4 * VECTOR_BYTES) {
        STORE(to, value);
        STORE(to + VECTOR_BYTES, value);
        STORE(end - 2 * VECTOR_BYTES, value);
        STORE(end - VECTOR_BYTES, value);
        return to;
    }
    if (size >= CALL_GLIBC_BYTES)
        return set_with_glibc(to, byte, size);
    STORE(to, value);
    char *at = to + VECTOR_BYTES - MISALIGNMENT(to);
    for (; at < end - 4 * VECTOR_BYTES; at += 4 * VECTOR_BYTES) {
        STORE_ALIGNED(at, value);
        STORE_ALIGNED(at + VECTOR_BYTES, value);
        STORE_ALIGNED(at + 2 * VECTOR_BYTES, value);
        STORE_ALIGNED(at + 3 * VECTOR_BYTES, value);
    }
    STORE(end - 4 * VECTOR_BYTES, value);
    STORE(end - 3 * VECTOR_BYTES, value);
    STORE(end - 2 * VECTOR_BYTES, value);
    STORE(end - VECTOR_BYTES, value);
    return to;
}

/* Bytes that differ in the vectors at a and b, as a bit mask. */
KERNEL static inline uint32_t VECTOR(unequal)(const char *a, const char *b) {
    return MASK(LOAD(a) == LOAD(b)) ^ FULL_MASK;
}

/* The index of the first difference, or `size`; at same VECTOR_BYTES. */
KERNEL static size_t VECTOR(difference)(const char *a, const char *b, size_t size) {
    size_t i = 0;
    uint32_t mask;
    while (i + 4 * VECTOR_BYTES <= size) {
        VECTOR(aligned) x = LOAD(a + i) == LOAD(b + i);
        x &= LOAD(a + i + VECTOR_BYTES) == LOAD(b + i + VECTOR_BYTES);
        x &= LOAD(a + i + 2 * VECTOR_BYTES) == LOAD(b + i + 2 * VECTOR_BYTES);
        x &= LOAD(a + i + 3 * VECTOR_BYTES) == LOAD(b + i + 3 * VECTOR_BYTES);
        if (MASK(x) != FULL_MASK)
            break;
        i += 4 * VECTOR_BYTES;
    }
    for (; i + VECTOR_BYTES <= size; i += VECTOR_BYTES)
        if ((mask = VECTOR(unequal)(a + i, b + i)))
            return i + (size_t)__builtin_ctz(mask);
    i = size - VECTOR_BYTES;
    mask = VECTOR(unequal)(a + i, b + i);
    return mask ? i + (size_t)__builtin_ctz(mask) : size;
}

/* Searches look at whole aligned vectors: those never reach into a page that the range does not touch. */

/* The first byte at `at` that is `byte`, before `end`, or NULL. */
KERNEL static char *VECTOR(find_byte)(const char *at, int byte, const char *end) {
    VECTOR(aligned) value = (VECTOR(aligned)){0} + (char)byte;
    if (at >= end)
        return NULL;
    size_t skip = MISALIGNMENT(at);
    uint32_t mask = MASK(LOAD_ALIGNED(at - skip) == value) >> skip;
    if (mask) {
        const char *found = at + __builtin_ctz(mask);
        return found < end ? (char *)found : NULL;
    }
    at += VECTOR_BYTES - skip;
    if ((uintptr_t)at & VECTOR_BYTES && at < end && !(mask = MASK(LOAD_ALIGNED(at) == value)))
        at += VECTOR_BYTES;
    while (!mask && at + 2 * VECTOR_BYTES <= end) {
        VECTOR(aligned) x = LOAD_ALIGNED(at) == value, y = LOAD_ALIGNED(at + VECTOR_BYTES) == value;
        if (MASK(x | y))
            break;
        at += 2 * VECTOR_BYTES;
    }
    for (; at < end; at += VECTOR_BYTES) {
        mask = MASK(LOAD_ALIGNED(at) == value);
        if (mask) {
            const char *found = at + __builtin_ctz(mask);
            return found < end ? (char *)found : NULL;
        }
    }
    return NULL;
}

/* Null bytes in the vector at `at`, as a bit mask. */
KERNEL static inline uint32_t VECTOR(zeros)(const char *at) { return MASK(LOAD(at) == (VECTOR(aligned)){0}); }

KERNEL static char *VECTOR(find_zero)(const char *at) {
    VECTOR(aligned) zero = {0};
    size_t skip = MISALIGNMENT(at);
    uint32_t mask = MASK(LOAD_ALIGNED(at - skip) == zero) >> skip;
    if (mask)
        return (char *)at + __builtin_ctz(mask);
    at += VECTOR_BYTES - skip;
    for (; (uintptr_t)at & (4 * VECTOR_BYTES - 1); at += VECTOR_BYTES)
        if ((mask = MASK(LOAD_ALIGNED(at) == zero)))
            return (char *)at + __builtin_ctz(mask);
    for (;; at += 4 * VECTOR_BYTES) {
        VECTOR(aligned) x = LOWER(LOAD_ALIGNED(at), LOAD_ALIGNED(at + VECTOR_BYTES));
        VECTOR(aligned) y = LOWER(LOAD_ALIGNED(at + 2 * VECTOR_BYTES), LOAD_ALIGNED(at + 3 * VECTOR_BYTES));
        if (MASK(LOWER(x, y) == zero))
            break;
    }
    while (!(mask = MASK(LOAD_ALIGNED(at) == zero)))
        at += VECTOR_BYTES;
    return (char *)at + __builtin_ctz(mask);
}

/* The first `byte` or the terminating null character, whichever comes first. */
KERNEL static char *VECTOR(find_byte_or_zero)(const char *at, int byte) {
    VECTOR(aligned) value = (VECTOR(aligned)){0} + (char)byte, zero = {0};
    size_t skip = MISALIGNMENT(at);
    VECTOR(aligned) block = LOAD_ALIGNED(at - skip);
    uint32_t mask = MASK((block == value) | (block == zero)) >> skip;
    if (mask)
        return (char *)at + __builtin_ctz(mask);
    at += VECTOR_BYTES - skip;
    for (;; at += VECTOR_BYTES) {
        block = LOAD_ALIGNED(at);
        if ((mask = MASK((block == value) | (block == zero))))
            return (char *)at + __builtin_ctz(mask);
    }
}

/* The same for UTF-16; an unaligned string (WCHAR at an odd address) is not for these. */
KERNEL static WCHAR *VECTOR(find_wide_or_zero)(const WCHAR *string, WCHAR wide) {
    const char *at = (const char *)string;
    VECTOR(words) value = (VECTOR(words)){0} + (int16_t)wide, zero = {0};
    size_t skip = MISALIGNMENT(at);
    VECTOR(words) block = (VECTOR(words))LOAD_ALIGNED(at - skip);
    uint32_t mask = MASK((block == value) | (block == zero)) >> skip;
    if (mask)
        return (WCHAR *)(at + __builtin_ctz(mask));
    at += VECTOR_BYTES - skip;
    for (;; at += VECTOR_BYTES) {
        block = (VECTOR(words))LOAD_ALIGNED(at);
        if ((mask = MASK((block == value) | (block == zero))))
            return (WCHAR *)(at + __builtin_ctz(mask));
    }
}

/* The index of the first element that differs or ends both strings, at most `limit`. Vectors are loaded only where
 * neither string could end in front of a page that does not exist: up to the nearer end of a page, the last of them
 * overlapping what is known to be equal. UTF-16 strings must be aligned. */
#define STRING_DIFFERENCE(name_, vector_, element_)                                            \
    KERNEL static inline VECTOR(vector_) VECTOR(name_##_same)(const char *a, const char *b) {  \
        VECTOR(vector_) x = (VECTOR(vector_))LOAD(a), zero = {0};                              \
        return (x == (VECTOR(vector_))LOAD(b)) & (x != zero);                                  \
    }                                                                                          \
    KERNEL static inline uint32_t VECTOR(name_##_stop)(const char *a, const char *b) {         \
        return MASK(VECTOR(name_##_same)(a, b)) ^ FULL_MASK;                                   \
    }                                                                                          \
    KERNEL static inline bool VECTOR(name_##_stops)(const char *a, const char *b) {            \
        VECTOR(vector_) same = VECTOR(name_##_same)(a, b);                                     \
        same &= VECTOR(name_##_same)(a + VECTOR_BYTES, b + VECTOR_BYTES);                      \
        same &= VECTOR(name_##_same)(a + 2 * VECTOR_BYTES, b + 2 * VECTOR_BYTES);              \
        same &= VECTOR(name_##_same)(a + 3 * VECTOR_BYTES, b + 3 * VECTOR_BYTES);              \
        return MASK(same) != FULL_MASK;                                                        \
    }                                                                                          \
    KERNEL static size_t VECTOR(name_)(const element_ *left, const element_ *right, size_t limit) { \
        const char *a = (const char *)left, *b = (const char *)right;                          \
        size_t i = 0, bytes = limit > SIZE_MAX / sizeof(element_) ? SIZE_MAX : limit * sizeof(element_); \
        uint32_t mask;                                                                         \
        while (i < bytes) {                                                                    \
            size_t page_a = PAGE_SIZE - ((uintptr_t)(a + i) & (PAGE_SIZE - 1));                \
            size_t page_b = PAGE_SIZE - ((uintptr_t)(b + i) & (PAGE_SIZE - 1));                \
            size_t stop = i + (page_a < page_b ? page_a : page_b);                             \
            if (bytes - i < stop - i && bytes >= i + VECTOR_BYTES)                             \
                stop = bytes;                                                                  \
            while (i + 4 * VECTOR_BYTES <= stop && !VECTOR(name_##_stops)(a + i, b + i))       \
                i += 4 * VECTOR_BYTES;                                                         \
            for (; i + VECTOR_BYTES <= stop; i += VECTOR_BYTES)                                \
                if ((mask = VECTOR(name_##_stop)(a + i, b + i)))                               \
                    goto found;                                                                \
            if (i < stop && stop >= VECTOR_BYTES) {                                            \
                i = stop - VECTOR_BYTES;                                                       \
                if ((mask = VECTOR(name_##_stop)(a + i, b + i)))                               \
                    goto found;                                                                \
                i = stop;                                                                      \
            }                                                                                  \
            for (; i < stop; i += sizeof(element_)) {                                          \
                element_ x = *(const element_ *)(a + i);                                       \
                if (x != *(const element_ *)(b + i) || !x || i >= bytes)                       \
                    return i < bytes ? i / sizeof(element_) : limit;                           \
            }                                                                                  \
        }                                                                                      \
        return limit;                                                                          \
    found:                                                                                     \
        i += (size_t)__builtin_ctz(mask);                                                      \
        return i < bytes ? i / sizeof(element_) : limit;                                       \
    }

STRING_DIFFERENCE(string_difference, aligned, char)
STRING_DIFFERENCE(wide_difference, words, WCHAR)

#undef STRING_DIFFERENCE
#undef LOWER
#undef LOAD
#undef STORE
#undef LOAD_ALIGNED
#undef STORE_ALIGNED
#undef MASK
#undef FULL_MASK
#undef MISALIGNMENT
#undef VECTOR_BYTES
#undef VECTOR
#undef KERNEL
