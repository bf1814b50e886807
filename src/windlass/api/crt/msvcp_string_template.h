/* basic_string of Visual C++ 2005 and 2008, of one kind of character; msvcp_string.c includes this for each.
 *
 * The includer defines CHAR_T, NAME() for what is declared here, and CODE, the character's in mangled names. Every
 * member is a function of the DLL: programs call even size() and c_str() here. */

#define TRAITS CODE "U?$char_traits@" CODE "@std@@V?$allocator@" CODE
#define CLASS "?$basic_string@" TRAITS "@2@@std@@"
#define ARGUMENT "V?$basic_string@" TRAITS "@2@@"
#define ITERATOR "V?$_String_iterator@" TRAITS "@2@@"
#define CONST_ITERATOR "V?$_String_const_iterator@" TRAITS "@2@@"
#define ALLOCATOR "AEBV?$allocator@" CODE "@1@"

/* A member by its name and what follows the class's in the mangled one. */
#define MEMBER(result_, symbol_, name_, rest_, ...) \
    API_AS(NAME(symbol_), MSVCP_STRING_DLLS, result_, name_ CLASS rest_, __VA_ARGS__)

#define STRING struct NAME(string)
#define ITER struct NAME(iterator)

enum { NAME(SMALL) = 16 / sizeof(CHAR_T) };

/* The first member is the allocator, which has nothing in it. */
STRING {
    PVOID allocator;
    union {
        CHAR_T small[16 / sizeof(CHAR_T)];
        CHAR_T *large;
    };
    size_t size, capacity;
};
_Static_assert(sizeof(STRING) == 40, "basic_string of Visual C++ 2008");

ITER {
    const STRING *container;
    CHAR_T *at;
};

/* ---- the text ---- */

static inline CHAR_T *NAME(text)(const STRING *s) {
    return s->capacity >= NAME(SMALL) ? s->large : (CHAR_T *)s->small;
}

static size_t NAME(longest)(void) { return SIZE_MAX / sizeof(CHAR_T) - 1; }

static size_t NAME(length)(const CHAR_T *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

static void NAME(end_at)(STRING *s, size_t size) {
    s->size = size;
    NAME(text)(s)[size] = 0;
}

static void NAME(fill)(CHAR_T *to, size_t count, CHAR_T value) {
    for (size_t i = 0; i < count; i++)
        to[i] = value;
}

static void NAME(copy)(CHAR_T *to, const CHAR_T *from, size_t count) {
    if (count)
        memmove(to, from, count * sizeof *to);
}

/* Back to no memory of its own, with as much of the text as there is room for. */
static void NAME(shrink)(STRING *s, size_t kept) {
    CHAR_T *large = s->capacity >= NAME(SMALL) ? s->large : NULL;
    if (large)
        NAME(copy)(s->small, large, kept);
    crt_free(large);
    s->capacity = NAME(SMALL) - 1;
    NAME(end_at)(s, kept);
}

static void NAME(set_up)(STRING *s) {
    s->capacity = NAME(SMALL) - 1;
    NAME(end_at)(s, 0);
}

/* By half as much again, so that appending costs no more than the text's length. */
static void NAME(enlarge)(STRING *s, size_t size, size_t kept) {
    size_t capacity = size | (NAME(SMALL) - 1), half = s->capacity / 2;
    if (capacity / 3 < half && s->capacity <= NAME(longest)() - half)
        capacity = s->capacity + half;
    if (capacity > NAME(longest)())
        capacity = size;
    CHAR_T *large = crt_malloc((capacity + 1) * sizeof *large);
    if (!large)
        cxx_throw_bad_alloc();
    NAME(copy)(large, NAME(text)(s), kept);
    NAME(shrink)(s, 0);
    s->large = large;
    s->capacity = capacity;
    NAME(end_at)(s, kept);
}

/* Room for that many characters; what is there stays. */
static void NAME(ensure)(STRING *s, size_t size) {
    if (size > NAME(longest)())
        throw_too_long();
    if (size > s->capacity)
        NAME(enlarge)(s, size, s->size);
}

static size_t NAME(rest_from)(const STRING *s, size_t position, size_t count) {
    if (position > s->size)
        throw_position();
    return count < s->size - position ? count : s->size - position;
}

static bool NAME(is_inside)(const STRING *s, const CHAR_T *text) {
    return text >= NAME(text)(s) && text < NAME(text)(s) + s->size;
}

/* A gap of `count` characters in the place of `removed` of them. */
static CHAR_T *NAME(open_gap)(STRING *s, size_t position, size_t removed, size_t count) {
    removed = NAME(rest_from)(s, position, removed);
    if (count > NAME(longest)() - (s->size - removed))
        throw_too_long();
    size_t size = s->size - removed + count, behind = s->size - position - removed;
    NAME(ensure)(s, size);
    CHAR_T *gap = NAME(text)(s) + position;
    NAME(copy)(gap + count, gap + removed, behind);
    NAME(end_at)(s, size);
    return gap;
}

static STRING *NAME(put)(STRING *s, size_t position, size_t removed, const CHAR_T *text, size_t count) {
    CHAR_T *own = NULL;
    removed = NAME(rest_from)(s, position, removed);
    if (NAME(is_inside)(s, text) && count) { /* it would move under the copy */
        own = crt_malloc(count * sizeof *own);
        if (!own)
            cxx_throw_bad_alloc();
        NAME(copy)(own, text, count);
        text = own;
    }
    NAME(copy)(NAME(open_gap)(s, position, removed, count), text, count);
    crt_free(own);
    return s;
}

static STRING *NAME(put_fill)(STRING *s, size_t position, size_t removed, size_t count, CHAR_T value) {
    NAME(fill)(NAME(open_gap)(s, position, removed, count), count, value);
    return s;
}

/* ---- construction ---- */

static STRING *NAME(begin_with)(STRING *s, const CHAR_T *text, size_t count) {
    NAME(set_up)(s);
    return NAME(put)(s, 0, 0, text, count);
}

MEMBER(STRING *, ctor, "??0", "QEAA@XZ", STRING *s) {
    NAME(set_up)(s);
    return s;
}
API_ALIAS(NAME(ctor), allocator, MSVCP_STRING_DLLS, "??0" CLASS "QEAA@" ALLOCATOR "@Z");

MEMBER(STRING *, ctor_copy, "??0", "QEAA@AEBV01@@Z", STRING *s, const STRING *from) {
    return NAME(begin_with)(s, NAME(text)(from), from->size);
}

MEMBER(STRING *, ctor_part, "??0", "QEAA@AEBV01@_K1@Z", STRING *s, const STRING *from, size_t position, size_t count) {
    count = NAME(rest_from)(from, position, count);
    return NAME(begin_with)(s, NAME(text)(from) + position, count);
}
API_ALIAS(NAME(ctor_part), allocator, MSVCP_STRING_DLLS, "??0" CLASS "QEAA@AEBV01@_K1" ALLOCATOR "@Z");

MEMBER(STRING *, ctor_text, "??0", "QEAA@PEB" CODE "@Z", STRING *s, const CHAR_T *text) {
    return NAME(begin_with)(s, text, NAME(length)(text));
}
API_ALIAS(NAME(ctor_text), allocator, MSVCP_STRING_DLLS, "??0" CLASS "QEAA@PEB" CODE ALLOCATOR "@Z");

MEMBER(STRING *, ctor_counted, "??0", "QEAA@PEB" CODE "_K@Z", STRING *s, const CHAR_T *text, size_t count) {
    return NAME(begin_with)(s, text, count);
}
API_ALIAS(NAME(ctor_counted), allocator, MSVCP_STRING_DLLS, "??0" CLASS "QEAA@PEB" CODE "_K" ALLOCATOR "@Z");

MEMBER(STRING *, ctor_range, "??0", "QEAA@PEB" CODE "0@Z", STRING *s, const CHAR_T *first, const CHAR_T *last) {
    return NAME(begin_with)(s, first, (size_t)(last - first));
}

MEMBER(STRING *, ctor_iterators, "??0", "QEAA@V?$_String_const_iterator@" TRAITS "@2@@1@0@Z", STRING *s,
       const ITER *first, const ITER *last) {
    return NAME(begin_with)(s, first->at, (size_t)(last->at - first->at));
}

MEMBER(STRING *, ctor_fill, "??0", "QEAA@_K" CODE "@Z", STRING *s, size_t count, CHAR_T value) {
    NAME(set_up)(s);
    return NAME(put_fill)(s, 0, 0, count, value);
}
API_ALIAS(NAME(ctor_fill), allocator, MSVCP_STRING_DLLS, "??0" CLASS "QEAA@_K" CODE ALLOCATOR "@Z");

MEMBER(VOID, dtor, "??1", "QEAA@XZ", STRING *s) { NAME(shrink)(s, 0); }

/* ---- assignment ---- */

MEMBER(STRING *, assign, "?assign@", "QEAAAEAV12@PEB" CODE "_K@Z", STRING *s, const CHAR_T *text, size_t count) {
    return NAME(put)(s, 0, SIZE_MAX, text, count);
}

MEMBER(STRING *, assign_text, "?assign@", "QEAAAEAV12@PEB" CODE "@Z", STRING *s, const CHAR_T *text) {
    return NAME(assign)(s, text, NAME(length)(text));
}
API_ALIAS(NAME(assign_text), operator, MSVCP_STRING_DLLS, "??4" CLASS "QEAAAEAV01@PEB" CODE "@Z");

MEMBER(STRING *, assign_part, "?assign@", "QEAAAEAV12@AEBV12@_K1@Z", STRING *s, const STRING *from, size_t position,
       size_t count) {
    count = NAME(rest_from)(from, position, count);
    return NAME(assign)(s, NAME(text)(from) + position, count);
}

MEMBER(STRING *, assign_string, "?assign@", "QEAAAEAV12@AEBV12@@Z", STRING *s, const STRING *from) {
    return s == from ? s : NAME(assign)(s, NAME(text)(from), from->size);
}
API_ALIAS(NAME(assign_string), operator, MSVCP_STRING_DLLS, "??4" CLASS "QEAAAEAV01@AEBV01@@Z");

MEMBER(STRING *, assign_range, "?assign@", "QEAAAEAV12@PEB" CODE "0@Z", STRING *s, const CHAR_T *first, const CHAR_T *last) {
    return NAME(assign)(s, first, (size_t)(last - first));
}

MEMBER(STRING *, assign_iterators, "?assign@", "QEAAAEAV12@" CONST_ITERATOR "2@0@Z", STRING *s, const ITER *first,
       const ITER *last) {
    return NAME(assign)(s, first->at, (size_t)(last->at - first->at));
}

MEMBER(STRING *, assign_fill, "?assign@", "QEAAAEAV12@_K" CODE "@Z", STRING *s, size_t count, CHAR_T value) {
    return NAME(put_fill)(s, 0, SIZE_MAX, count, value);
}

MEMBER(STRING *, assign_one, "??4", "QEAAAEAV01@" CODE "@Z", STRING *s, CHAR_T value) {
    return NAME(put_fill)(s, 0, SIZE_MAX, 1, value);
}

/* ---- appending ---- */

MEMBER(STRING *, append, "?append@", "QEAAAEAV12@PEB" CODE "_K@Z", STRING *s, const CHAR_T *text, size_t count) {
    return NAME(put)(s, s->size, 0, text, count);
}

MEMBER(STRING *, append_text, "?append@", "QEAAAEAV12@PEB" CODE "@Z", STRING *s, const CHAR_T *text) {
    return NAME(append)(s, text, NAME(length)(text));
}
API_ALIAS(NAME(append_text), operator, MSVCP_STRING_DLLS, "??Y" CLASS "QEAAAEAV01@PEB" CODE "@Z");

MEMBER(STRING *, append_part, "?append@", "QEAAAEAV12@AEBV12@_K1@Z", STRING *s, const STRING *from, size_t position,
       size_t count) {
    count = NAME(rest_from)(from, position, count);
    return NAME(append)(s, NAME(text)(from) + position, count);
}

MEMBER(STRING *, append_string, "?append@", "QEAAAEAV12@AEBV12@@Z", STRING *s, const STRING *from) {
    return NAME(append)(s, NAME(text)(from), from->size);
}
API_ALIAS(NAME(append_string), operator, MSVCP_STRING_DLLS, "??Y" CLASS "QEAAAEAV01@AEBV01@@Z");

MEMBER(STRING *, append_range, "?append@", "QEAAAEAV12@PEB" CODE "0@Z", STRING *s, const CHAR_T *first, const CHAR_T *last) {
    return NAME(append)(s, first, (size_t)(last - first));
}

MEMBER(STRING *, append_iterators, "?append@", "QEAAAEAV12@" CONST_ITERATOR "2@0@Z", STRING *s, const ITER *first,
       const ITER *last) {
    return NAME(append)(s, first->at, (size_t)(last->at - first->at));
}

MEMBER(STRING *, append_fill, "?append@", "QEAAAEAV12@_K" CODE "@Z", STRING *s, size_t count, CHAR_T value) {
    return NAME(put_fill)(s, s->size, 0, count, value);
}

MEMBER(STRING *, append_one, "??Y", "QEAAAEAV01@" CODE "@Z", STRING *s, CHAR_T value) {
    return NAME(put_fill)(s, s->size, 0, 1, value);
}

MEMBER(VOID, push_back, "?push_back@", "QEAAX" CODE "@Z", STRING *s, CHAR_T value) {
    NAME(put_fill)(s, s->size, 0, 1, value);
}

/* ---- insertion, replacement, removal ---- */

static size_t NAME(offset)(const STRING *s, const ITER *at) { return at->at ? (size_t)(at->at - NAME(text)(s)) : 0; }
static size_t NAME(between)(const ITER *first, const ITER *last) { return (size_t)(last->at - first->at); }

static ITER *NAME(iterator_at)(const STRING *s, ITER *result, size_t position) {
    *result = (ITER){s, NAME(text)(s) + position};
    return result;
}

MEMBER(STRING *, insert, "?insert@", "QEAAAEAV12@_KPEB" CODE "0@Z", STRING *s, size_t position, const CHAR_T *text,
       size_t count) {
    return NAME(put)(s, position, 0, text, count);
}

MEMBER(STRING *, insert_text, "?insert@", "QEAAAEAV12@_KPEB" CODE "@Z", STRING *s, size_t position, const CHAR_T *text) {
    return NAME(put)(s, position, 0, text, NAME(length)(text));
}

MEMBER(STRING *, insert_string, "?insert@", "QEAAAEAV12@_KAEBV12@@Z", STRING *s, size_t position, const STRING *from) {
    return NAME(put)(s, position, 0, NAME(text)(from), from->size);
}

MEMBER(STRING *, insert_part, "?insert@", "QEAAAEAV12@_KAEBV12@00@Z", STRING *s, size_t position, const STRING *from,
       size_t first, size_t count) {
    count = NAME(rest_from)(from, first, count);
    return NAME(put)(s, position, 0, NAME(text)(from) + first, count);
}

MEMBER(STRING *, insert_fill, "?insert@", "QEAAAEAV12@_K0" CODE "@Z", STRING *s, size_t position, size_t count,
       CHAR_T value) {
    return NAME(put_fill)(s, position, 0, count, value);
}

MEMBER(ITER *, insert_one, "?insert@", "QEAA?A" ITERATOR "2@" CONST_ITERATOR "2@" CODE "@Z", STRING *s, ITER *result,
       const ITER *at, CHAR_T value) {
    size_t position = NAME(offset)(s, at);
    NAME(put_fill)(s, position, 0, 1, value);
    return NAME(iterator_at)(s, result, position);
}

MEMBER(VOID, insert_fill_at, "?insert@", "QEAAX" CONST_ITERATOR "2@_K" CODE "@Z", STRING *s, const ITER *at, size_t count,
       CHAR_T value) {
    NAME(put_fill)(s, NAME(offset)(s, at), 0, count, value);
}

MEMBER(VOID, insert_range_at, "?insert@", "QEAAX" CONST_ITERATOR "2@PEB" CODE "1@Z", STRING *s, const ITER *at,
       const CHAR_T *first, const CHAR_T *last) {
    NAME(put)(s, NAME(offset)(s, at), 0, first, (size_t)(last - first));
}

MEMBER(VOID, insert_iterators_at, "?insert@", "QEAAX" CONST_ITERATOR "2@00@Z", STRING *s, const ITER *at,
       const ITER *first, const ITER *last) {
    NAME(put)(s, NAME(offset)(s, at), 0, first->at, NAME(between)(first, last));
}

MEMBER(STRING *, erase, "?erase@", "QEAAAEAV12@_K0@Z", STRING *s, size_t position, size_t count) {
    NAME(open_gap)(s, position, count, 0);
    return s;
}

MEMBER(ITER *, erase_one, "?erase@", "QEAA?A" ITERATOR "2@" CONST_ITERATOR "2@@Z", STRING *s, ITER *result,
       const ITER *at) {
    size_t position = NAME(offset)(s, at);
    NAME(open_gap)(s, position, 1, 0);
    return NAME(iterator_at)(s, result, position);
}

MEMBER(ITER *, erase_range, "?erase@", "QEAA?A" ITERATOR "2@" CONST_ITERATOR "2@0@Z", STRING *s, ITER *result,
       const ITER *first, const ITER *last) {
    size_t position = NAME(offset)(s, first);
    NAME(open_gap)(s, position, NAME(between)(first, last), 0);
    return NAME(iterator_at)(s, result, position);
}

MEMBER(VOID, clear, "?clear@", "QEAAXXZ", STRING *s) { NAME(end_at)(s, 0); }

MEMBER(STRING *, replace, "?replace@", "QEAAAEAV12@_K0PEB" CODE "0@Z", STRING *s, size_t position, size_t removed,
       const CHAR_T *text, size_t count) {
    return NAME(put)(s, position, removed, text, count);
}

MEMBER(STRING *, replace_text, "?replace@", "QEAAAEAV12@_K0PEB" CODE "@Z", STRING *s, size_t position, size_t removed,
       const CHAR_T *text) {
    return NAME(put)(s, position, removed, text, NAME(length)(text));
}

MEMBER(STRING *, replace_string, "?replace@", "QEAAAEAV12@_K0AEBV12@@Z", STRING *s, size_t position, size_t removed,
       const STRING *from) {
    return NAME(put)(s, position, removed, NAME(text)(from), from->size);
}

MEMBER(STRING *, replace_part, "?replace@", "QEAAAEAV12@_K0AEBV12@00@Z", STRING *s, size_t position, size_t removed,
       const STRING *from, size_t first, size_t count) {
    count = NAME(rest_from)(from, first, count);
    return NAME(put)(s, position, removed, NAME(text)(from) + first, count);
}

MEMBER(STRING *, replace_fill, "?replace@", "QEAAAEAV12@_K00" CODE "@Z", STRING *s, size_t position, size_t removed,
       size_t count, CHAR_T value) {
    return NAME(put_fill)(s, position, removed, count, value);
}

MEMBER(STRING *, replace_text_between, "?replace@", "QEAAAEAV12@" CONST_ITERATOR "2@0PEB" CODE "@Z", STRING *s,
       const ITER *first, const ITER *last, const CHAR_T *text) {
    return NAME(put)(s, NAME(offset)(s, first), NAME(between)(first, last), text, NAME(length)(text));
}

MEMBER(STRING *, replace_between, "?replace@", "QEAAAEAV12@" CONST_ITERATOR "2@0PEB" CODE "_K@Z", STRING *s,
       const ITER *first, const ITER *last, const CHAR_T *text, size_t count) {
    return NAME(put)(s, NAME(offset)(s, first), NAME(between)(first, last), text, count);
}

MEMBER(STRING *, replace_range_between, "?replace@", "QEAAAEAV12@" CONST_ITERATOR "2@0PEB" CODE "1@Z", STRING *s,
       const ITER *first, const ITER *last, const CHAR_T *begin, const CHAR_T *end) {
    return NAME(put)(s, NAME(offset)(s, first), NAME(between)(first, last), begin, (size_t)(end - begin));
}

MEMBER(STRING *, replace_iterators_between, "?replace@", "QEAAAEAV12@" CONST_ITERATOR "2@000@Z", STRING *s,
       const ITER *first, const ITER *last, const ITER *begin, const ITER *end) {
    return NAME(put)(s, NAME(offset)(s, first), NAME(between)(first, last), begin->at, NAME(between)(begin, end));
}

MEMBER(STRING *, replace_string_between, "?replace@", "QEAAAEAV12@" CONST_ITERATOR "2@0AEBV12@@Z", STRING *s,
       const ITER *first, const ITER *last, const STRING *from) {
    return NAME(put)(s, NAME(offset)(s, first), NAME(between)(first, last), NAME(text)(from), from->size);
}

MEMBER(STRING *, replace_fill_between, "?replace@", "QEAAAEAV12@" CONST_ITERATOR "2@0_K" CODE "@Z", STRING *s,
       const ITER *first, const ITER *last, size_t count, CHAR_T value) {
    return NAME(put_fill)(s, NAME(offset)(s, first), NAME(between)(first, last), count, value);
}

/* ---- size ---- */

MEMBER(size_t, size, "?size@", "QEBA_KXZ", const STRING *s) { return s->size; }
API_ALIAS(NAME(size), length, MSVCP_STRING_DLLS, "?length@" CLASS "QEBA_KXZ");

MEMBER(size_t, capacity, "?capacity@", "QEBA_KXZ", const STRING *s) { return s->capacity; }

MEMBER(size_t, max_size, "?max_size@", "QEBA_KXZ", const STRING *s) {
    (void)s;
    return NAME(longest)();
}

MEMBER(bool, empty, "?empty@", "QEBA_NXZ", const STRING *s) { return !s->size; }

MEMBER(VOID, resize_with, "?resize@", "QEAAX_K" CODE "@Z", STRING *s, size_t size, CHAR_T value) {
    if (size <= s->size)
        NAME(end_at)(s, size);
    else
        NAME(put_fill)(s, s->size, 0, size - s->size, value);
}

MEMBER(VOID, resize, "?resize@", "QEAAX_K@Z", STRING *s, size_t size) { NAME(resize_with)(s, size, 0); }

/* Less than there is room for, but enough for the text: memory of its own is given back where that fits in. */
MEMBER(VOID, reserve, "?reserve@", "QEAAX_K@Z", STRING *s, size_t size) {
    if (size > s->capacity)
        NAME(ensure)(s, size);
    else if (size >= s->size && size < NAME(SMALL) && s->capacity >= NAME(SMALL))
        NAME(shrink)(s, s->size);
}

MEMBER(VOID, swap, "?swap@", "QEAAXAEAV12@@Z", STRING *s, STRING *other) {
    STRING kept = *s;
    *s = *other;
    *other = kept;
}

/* ---- access ---- */

MEMBER(const CHAR_T *, c_str, "?c_str@", "QEBAPEB" CODE "XZ", const STRING *s) { return NAME(text)(s); }
API_ALIAS(NAME(c_str), data, MSVCP_STRING_DLLS, "?data@" CLASS "QEBAPEB" CODE "XZ");
API_ALIAS(NAME(c_str), mine, MSVCP_STRING_DLLS, "?_Myptr@" CLASS "IEAAPEA" CODE "XZ");
API_ALIAS(NAME(c_str), mine_const, MSVCP_STRING_DLLS, "?_Myptr@" CLASS "IEBAPEB" CODE "XZ");

MEMBER(CHAR_T *, at, "?at@", "QEAAAEA" CODE "_K@Z", STRING *s, size_t position) {
    if (position >= s->size)
        throw_position();
    return NAME(text)(s) + position;
}
API_ALIAS(NAME(at), const, MSVCP_STRING_DLLS, "?at@" CLASS "QEBAAEB" CODE "_K@Z");

/* With checked iterators, as programs are compiled by default, a place behind the end is an invalid parameter. */
MEMBER(CHAR_T *, item, "??A", "QEAAAEA" CODE "_K@Z", STRING *s, size_t position) {
    if (position > s->size)
        crt_invalid(CRT_EINVAL);
    return NAME(text)(s) + position;
}
API_ALIAS(NAME(item), const, MSVCP_STRING_DLLS, "??A" CLASS "QEBAAEB" CODE "_K@Z");

MEMBER(CHAR_T *, item_unchecked, "??A", "QEAAAEA" CODE "U_Size_type_nosscl@01@@Z", STRING *s, size_t position) {
    return NAME(text)(s) + position;
}
API_ALIAS(NAME(item_unchecked), const, MSVCP_STRING_DLLS, "??A" CLASS "QEBAAEB" CODE "U_Size_type_nosscl@01@@Z");

MEMBER(ITER *, begin, "?begin@", "QEAA?A" ITERATOR "2@XZ", const STRING *s, ITER *result) {
    return NAME(iterator_at)(s, result, 0);
}
API_ALIAS(NAME(begin), const, MSVCP_STRING_DLLS, "?begin@" CLASS "QEBA?A" CONST_ITERATOR "2@XZ");

MEMBER(ITER *, end, "?end@", "QEAA?A" ITERATOR "2@XZ", const STRING *s, ITER *result) {
    return NAME(iterator_at)(s, result, s->size);
}
API_ALIAS(NAME(end), const, MSVCP_STRING_DLLS, "?end@" CLASS "QEBA?A" CONST_ITERATOR "2@XZ");

MEMBER(size_t, copy_out, "?copy@", "QEBA_KPEA" CODE "_K1@Z", const STRING *s, CHAR_T *to, size_t count, size_t position) {
    count = NAME(rest_from)(s, position, count);
    NAME(copy)(to, NAME(text)(s) + position, count);
    return count;
}

MEMBER(size_t, copy_checked, "?_Copy_s@", "QEBA_KPEA" CODE "_K11@Z", const STRING *s, CHAR_T *to, size_t room, size_t count,
       size_t position) {
    count = NAME(rest_from)(s, position, count);
    CRT_VALIDATE(room >= count, CRT_ERANGE, 0);
    NAME(copy)(to, NAME(text)(s) + position, count);
    return count;
}

MEMBER(STRING *, substr, "?substr@", "QEBA?AV12@_K0@Z", const STRING *s, STRING *result, size_t position, size_t count) {
    return NAME(ctor_part)(result, s, position, count);
}

MEMBER(PVOID, get_allocator, "?get_allocator@", "QEBA?AV?$allocator@" CODE "@2@XZ", const STRING *s, PVOID result) {
    (void)s;
    return result;
}

/* ---- search ---- */

static bool NAME(is_among)(CHAR_T value, const CHAR_T *set, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (set[i] == value)
            return true;
    return false;
}

MEMBER(size_t, find, "?find@", "QEBA_KPEB" CODE "_K1@Z", const STRING *s, const CHAR_T *text, size_t from, size_t count) {
    const CHAR_T *own = NAME(text)(s);
    if (from > s->size)
        return NPOS;
    for (size_t at = from; count <= s->size - at; at++)
        if (memcmp(own + at, text, count * sizeof *own) == 0)
            return at;
    return NPOS;
}

MEMBER(size_t, rfind, "?rfind@", "QEBA_KPEB" CODE "_K1@Z", const STRING *s, const CHAR_T *text, size_t from, size_t count) {
    const CHAR_T *own = NAME(text)(s);
    if (count > s->size)
        return NPOS;
    size_t at = from < s->size - count ? from : s->size - count;
    for (;; at--) {
        if (memcmp(own + at, text, count * sizeof *own) == 0)
            return at;
        if (!at)
            return NPOS;
    }
}

static size_t NAME(scan)(const STRING *s, size_t from, const CHAR_T *set, size_t count, bool wanted) {
    const CHAR_T *own = NAME(text)(s);
    for (size_t at = from; at < s->size; at++)
        if (NAME(is_among)(own[at], set, count) == wanted)
            return at;
    return NPOS;
}

static size_t NAME(scan_back)(const STRING *s, size_t from, const CHAR_T *set, size_t count, bool wanted) {
    const CHAR_T *own = NAME(text)(s);
    for (size_t at = from < s->size ? from + 1 : s->size; at-- > 0;)
        if (NAME(is_among)(own[at], set, count) == wanted)
            return at;
    return NPOS;
}

MEMBER(size_t, find_first_of, "?find_first_of@", "QEBA_KPEB" CODE "_K1@Z", const STRING *s, const CHAR_T *set, size_t from,
       size_t count) {
    return NAME(scan)(s, from, set, count, true);
}

MEMBER(size_t, find_first_not_of, "?find_first_not_of@", "QEBA_KPEB" CODE "_K1@Z", const STRING *s, const CHAR_T *set,
       size_t from, size_t count) {
    return NAME(scan)(s, from, set, count, false);
}

MEMBER(size_t, find_last_of, "?find_last_of@", "QEBA_KPEB" CODE "_K1@Z", const STRING *s, const CHAR_T *set, size_t from,
       size_t count) {
    return NAME(scan_back)(s, from, set, count, true);
}

MEMBER(size_t, find_last_not_of, "?find_last_not_of@", "QEBA_KPEB" CODE "_K1@Z", const STRING *s, const CHAR_T *set,
       size_t from, size_t count) {
    return NAME(scan_back)(s, from, set, count, false);
}

/* The same for a text with its end, for a string and for a character. */
#define SEARCH(name_)                                                                                              \
    MEMBER(size_t, name_##_text, "?" #name_ "@", "QEBA_KPEB" CODE "_K@Z", const STRING *s, const CHAR_T *text,     \
           size_t from) {                                                                                          \
        return NAME(name_)(s, text, from, NAME(length)(text));                                                     \
    }                                                                                                              \
    MEMBER(size_t, name_##_string, "?" #name_ "@", "QEBA_KAEBV12@_K@Z", const STRING *s, const STRING *text,       \
           size_t from) {                                                                                          \
        return NAME(name_)(s, NAME(text)(text), from, text->size);                                                 \
    }                                                                                                              \
    MEMBER(size_t, name_##_one, "?" #name_ "@", "QEBA_K" CODE "_K@Z", const STRING *s, CHAR_T value, size_t from) { \
        return NAME(name_)(s, &value, from, 1);                                                                    \
    }

SEARCH(find)
SEARCH(rfind)
SEARCH(find_first_of)
SEARCH(find_first_not_of)
SEARCH(find_last_of)
SEARCH(find_last_not_of)
#undef SEARCH

/* ---- comparison ---- */

/* Characters are taken as unsigned ("char_traits::compare"). */
static int NAME(compare_texts)(const CHAR_T *one, size_t one_size, const CHAR_T *other, size_t other_size) {
    size_t common = one_size < other_size ? one_size : other_size;
    for (size_t i = 0; i < common; i++)
        if (one[i] != other[i])
            return NAME(unsigned)(one[i]) < NAME(unsigned)(other[i]) ? -1 : 1;
    return one_size < other_size ? -1 : one_size > other_size;
}

MEMBER(int, compare, "?compare@", "QEBAH_K0PEB" CODE "0@Z", const STRING *s, size_t position, size_t part,
       const CHAR_T *text, size_t count) {
    part = NAME(rest_from)(s, position, part);
    return NAME(compare_texts)(NAME(text)(s) + position, part, text, count);
}

MEMBER(int, compare_part_text, "?compare@", "QEBAH_K0PEB" CODE "@Z", const STRING *s, size_t position, size_t part,
       const CHAR_T *text) {
    return NAME(compare)(s, position, part, text, NAME(length)(text));
}

MEMBER(int, compare_part_string, "?compare@", "QEBAH_K0AEBV12@@Z", const STRING *s, size_t position, size_t part,
       const STRING *other) {
    return NAME(compare)(s, position, part, NAME(text)(other), other->size);
}

MEMBER(int, compare_parts, "?compare@", "QEBAH_K0AEBV12@00@Z", const STRING *s, size_t position, size_t part,
       const STRING *other, size_t first, size_t count) {
    count = NAME(rest_from)(other, first, count);
    return NAME(compare)(s, position, part, NAME(text)(other) + first, count);
}

MEMBER(int, compare_text, "?compare@", "QEBAHPEB" CODE "@Z", const STRING *s, const CHAR_T *text) {
    return NAME(compare)(s, 0, s->size, text, NAME(length)(text));
}

MEMBER(int, compare_string, "?compare@", "QEBAHAEBV12@@Z", const STRING *s, const STRING *other) {
    return NAME(compare)(s, 0, s->size, NAME(text)(other), other->size);
}

/* An operator is a template of its own, of two strings or of one and a text. */
#define OPERATOR(code_, result_) "??$?" code_ TRAITS "@1@@std@@YA" result_
#define RELATION(symbol_, code_, operator_)                                                                         \
    API_AS(NAME(symbol_), MSVCP_STRING_DLLS, bool, OPERATOR(code_, "_NAEB") ARGUMENT "0@0@Z", const STRING *a,      \
           const STRING *b) {                                                                                       \
        return NAME(compare_string)(a, b) operator_ 0;                                                              \
    }                                                                                                               \
    API_AS(NAME(symbol_##_text), MSVCP_STRING_DLLS, bool, OPERATOR(code_, "_NAEB") ARGUMENT "0@PEB" CODE "@Z",      \
           const STRING *a, const CHAR_T *b) {                                                                      \
        return NAME(compare_text)(a, b) operator_ 0;                                                                \
    }                                                                                                               \
    API_AS(NAME(text_##symbol_), MSVCP_STRING_DLLS, bool, OPERATOR(code_, "_NPEB") CODE "AEB" ARGUMENT "0@@Z",      \
           const CHAR_T *a, const STRING *b) {                                                                      \
        return 0 operator_ NAME(compare_text)(b, a);                                                                \
    }

RELATION(equal, "8", ==)
RELATION(not_equal, "9", !=)
RELATION(less, "M", <)
RELATION(less_or_equal, "N", <=)
RELATION(greater, "O", >)
RELATION(greater_or_equal, "P", >=)
#undef RELATION

#define SUM OPERATOR("H", "?A") ARGUMENT "0@"
API_AS(NAME(sum), MSVCP_STRING_DLLS, STRING *, SUM "AEBV10@0@Z", STRING *result, const STRING *a, const STRING *b) {
    return NAME(append_string)(NAME(ctor_copy)(result, a), b);
}

API_AS(NAME(sum_text), MSVCP_STRING_DLLS, STRING *, SUM "AEBV10@PEB" CODE "@Z", STRING *result, const STRING *a,
       const CHAR_T *b) {
    return NAME(append_text)(NAME(ctor_copy)(result, a), b);
}

API_AS(NAME(sum_one), MSVCP_STRING_DLLS, STRING *, SUM "AEBV10@" CODE "@Z", STRING *result, const STRING *a, CHAR_T b) {
    return NAME(append_one)(NAME(ctor_copy)(result, a), b);
}

API_AS(NAME(text_sum), MSVCP_STRING_DLLS, STRING *, SUM "PEB" CODE "AEBV10@@Z", STRING *result, const CHAR_T *a,
       const STRING *b) {
    return NAME(append_string)(NAME(ctor_text)(result, a), b);
}

API_AS(NAME(one_sum), MSVCP_STRING_DLLS, STRING *, SUM CODE "AEBV10@@Z", STRING *result, CHAR_T a, const STRING *b) {
    return NAME(append_string)(NAME(ctor_fill)(result, 1, a), b);
}

/* ---- what programs reach in classes derived from it ---- */

MEMBER(VOID, own_fill, "?_Chassign@", "IEAAX_K0" CODE "@Z", STRING *s, size_t position, size_t count, CHAR_T value) {
    NAME(fill)(NAME(text)(s) + position, count, value);
}

MEMBER(VOID, own_enlarge, "?_Copy@", "IEAAX_K0@Z", STRING *s, size_t size, size_t kept) { NAME(enlarge)(s, size, kept); }

MEMBER(VOID, own_end, "?_Eos@", "IEAAX_K@Z", STRING *s, size_t size) { NAME(end_at)(s, size); }

MEMBER(bool, own_grow, "?_Grow@", "IEAA_N_K_N@Z", STRING *s, size_t size, bool trims) {
    NAME(ensure)(s, size);
    if (trims && size < NAME(SMALL) && s->capacity >= NAME(SMALL))
        NAME(shrink)(s, size < s->size ? size : s->size);
    else if (!size)
        NAME(end_at)(s, 0);
    return size > 0;
}

MEMBER(bool, own_inside, "?_Inside@", "IEAA_NPEB" CODE "@Z", STRING *s, const CHAR_T *text) {
    return text && NAME(is_inside)(s, text);
}

MEMBER(VOID, own_tidy, "?_Tidy@", "IEAAX_N_K@Z", STRING *s, bool was_built, size_t kept) {
    if (was_built)
        NAME(shrink)(s, kept);
    else
        NAME(set_up)(s);
}

API_AS(NAME(difference), MSVCP_STRING_DLLS, size_t, "?_Pdif@" CLASS "KA_K" CONST_ITERATOR "2@0@Z", const ITER *last,
       const ITER *first) {
    return first->at ? NAME(between)(first, last) : 0;
}

#undef TRAITS
#undef CLASS
#undef ARGUMENT
#undef ITERATOR
#undef CONST_ITERATOR
#undef ALLOCATOR
#undef MEMBER
#undef STRING
#undef ITER
#undef OPERATOR
#undef SUM
#undef CHAR_T
#undef NAME
#undef CODE
