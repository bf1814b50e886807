/* Comparing text as people do ("CompareStringEx function", "Handling Sorting in Your Applications").
 *
 * A character has three weights, which are compared level by level over the whole text: which letter it is, its
 * diacritics, its case and width. Symbols come before digits, digits before letters, letters in the order of their
 * scripts. In a word sort (without SORT_STRINGSORT) the hyphen and the apostrophe do not count until all else is
 * equal. There are no special rules for languages. */
#include "nls_collate.h"

#include "codepage.h"
#include "core.h"
#include "unicode.h"

enum { GROUP_SYMBOL = 1, GROUP_DIGIT = 2, GROUP_LETTER = 3 };

struct weights {
    uint32_t primary; /* group << 24 | place; 0: the character does not count on the first level */
    uint16_t secondary;
    uint8_t tertiary;
    bool is_minimal; /* hyphen or apostrophe of a word sort */
};

/* The order of ASCII's symbols. */
static const char symbol_order[] = "'- !\"#$%&()*,./:;?@[\\]^_`{|}~+<=>";

static uint32_t symbol_place(WCHAR unit) {
    if (unit < 0x80) {
        const char *found = unit ? strchr(symbol_order, (int)unit) : NULL;
        return found ? (uint32_t)(found - symbol_order) + 1 : 0;
    }
    return 0x100u + unit;
}

static int digit_value(WCHAR unit) {
    if (unit >= '0' && unit <= '9')
        return unit - '0';
    if (unit >= 0xFF10 && unit <= 0xFF19)
        return unit - 0xFF10;
    return -1;
}

/* Letters that sort as two. */
static const struct { WCHAR letter, parts[2]; } expansions[] = {
    {0xC6, {'A', 'E'}}, {0xDF, {'s', 's'}}, {0xE6, {'a', 'e'}}, {0x132, {'I', 'J'}}, {0x133, {'i', 'j'}},
    {0x152, {'O', 'E'}}, {0x153, {'o', 'e'}}, {0xDE, {'T', 'H'}}, {0xFE, {'t', 'h'}},
};

struct reader {
    const WCHAR *text;
    size_t length, at;
    DWORD flags;
    WCHAR pending; /* the second part of an expansion */
};

static uint8_t case_weight(WCHAR unit, DWORD flags) {
    uint8_t weight = 2;
    WORD type = unicode_ctype3(unit);
    if (unicode_ctype1(unit) & C1_UPPER && !(flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE)))
        weight |= 0x10;
    if (unit >= 0xFF01 && unit <= 0xFF5E && !(flags & NORM_IGNOREWIDTH))
        weight |= 1;
    if (type & C3_KATAKANA && !(flags & NORM_IGNOREKANATYPE))
        weight |= 0x20;
    return weight;
}

static WCHAR without_form(WCHAR unit) {
    if (unit >= 0xFF01 && unit <= 0xFF5E) /* full-width ASCII */
        unit = (WCHAR)(unit - 0xFEE0);
    if (unit >= 0x30A1 && unit <= 0x30F6) /* katakana as hiragana */
        unit = (WCHAR)(unit - 0x60);
    return unit;
}

static struct weights weights_of(WCHAR original, DWORD flags) {
    WCHAR unit = without_form(original);
    WCHAR letter = unicode_base(unit);
    WORD type1 = unicode_ctype1(letter), type3 = unicode_ctype3(letter);
    struct weights weights = {0, 0, case_weight(original, flags), false};
    if (!(flags & (NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC)))
        weights.secondary = unicode_marks(unit);
    if (type3 & C3_NONSPACING && !(type1 & C1_ALPHA)) {
        weights.tertiary = 0;
        return weights;
    }
    int digit = digit_value(letter);
    if (digit >= 0) {
        weights.primary = (uint32_t)GROUP_DIGIT << 24 | (uint32_t)digit << 16;
    } else if (type1 & (C1_ALPHA | C1_DIGIT) || type3 & C3_ALPHA || (letter & 0xF800) == 0xD800) {
        weights.primary = (uint32_t)GROUP_LETTER << 24 | (uint32_t)unicode_lower(letter);
    } else if (type1 & (C1_SPACE | C1_PUNCT | C1_BLANK) || !(type1 & C1_CNTRL)) {
        bool is_minimal = (letter == '-' || letter == '\'' || letter == 0xAD) && !(flags & SORT_STRINGSORT);
        if (flags & NORM_IGNORESYMBOLS)
            weights = (struct weights){0, 0, 0, false};
        else if (is_minimal)
            weights = (struct weights){0, (uint16_t)(letter == '-' ? 2 : 1), 0, true};
        else
            weights.primary = (uint32_t)GROUP_SYMBOL << 24 | symbol_place(letter);
    } else {
        weights.tertiary = 0; /* controls do not count at all */
        weights.secondary = 0;
    }
    return weights;
}

static uint32_t read_number(struct reader *reader) {
    uint32_t value = 0;
    while (reader->at < reader->length && digit_value(reader->text[reader->at]) >= 0)
        value = value * 10 + (uint32_t)digit_value(reader->text[reader->at++]);
    return value;
}

/* The next character's weights, diacritics that follow it included; false at the end. */
static bool next_weights(struct reader *reader, struct weights *weights) {
    WCHAR unit = reader->pending;
    reader->pending = 0;
    if (!unit) {
        if (reader->at >= reader->length)
            return false;
        unit = reader->text[reader->at];
        if (reader->flags & SORT_DIGITSASNUMBERS && digit_value(unit) >= 0) {
            *weights = (struct weights){(uint32_t)GROUP_DIGIT << 24 | (read_number(reader) & 0xFFFFFF), 0, 2, false};
            return true;
        }
        reader->at++;
        for (size_t i = 0; i < sizeof expansions / sizeof *expansions; i++) {
            if (expansions[i].letter == unit) {
                unit = expansions[i].parts[0];
                reader->pending = expansions[i].parts[1];
                break;
            }
        }
    }
    *weights = weights_of(unit, reader->flags);
    while (weights->primary && !reader->pending && reader->at < reader->length) {
        WCHAR mark = reader->text[reader->at];
        if (!(unicode_ctype3(mark) & C3_NONSPACING) || unicode_ctype1(mark) & C1_ALPHA)
            break;
        struct weights of_mark = weights_of(mark, reader->flags);
        weights->secondary = (uint16_t)((weights->secondary * 7 + of_mark.secondary) & 0x3FFF);
        reader->at++;
    }
    return true;
}

/* Skips what does not count on the first level. */
static bool next_counting(struct reader *reader, struct weights *weights) {
    while (next_weights(reader, weights))
        if (weights->primary)
            return true;
    return false;
}

static int compare_main_levels(struct reader a, struct reader b) {
    int secondary = 0, tertiary = 0;
    for (;;) {
        struct weights of_a, of_b;
        bool has_a = next_counting(&a, &of_a), has_b = next_counting(&b, &of_b);
        if (!has_a || !has_b) {
            if (has_a != has_b)
                return has_a ? 1 : -1;
            break;
        }
        if (of_a.primary != of_b.primary)
            return of_a.primary < of_b.primary ? -1 : 1;
        if (!secondary)
            secondary = of_a.secondary - of_b.secondary;
        if (!tertiary)
            tertiary = of_a.tertiary - of_b.tertiary;
    }
    return secondary ? secondary : tertiary;
}

/* The hyphens and apostrophes: by where they stand among what counts, then by which they are. */
static int compare_minimal(struct reader a, struct reader b) {
    size_t place_a = 0, place_b = 0;
    for (;;) {
        struct weights of_a = {0}, of_b = {0};
        bool has_a, has_b;
        while ((has_a = next_weights(&a, &of_a)) && !of_a.is_minimal)
            place_a += of_a.primary != 0;
        while ((has_b = next_weights(&b, &of_b)) && !of_b.is_minimal)
            place_b += of_b.primary != 0;
        if (!has_a || !has_b)
            return has_a - has_b;
        if (place_a != place_b)
            return place_a < place_b ? 1 : -1;
        if (of_a.secondary != of_b.secondary)
            return of_a.secondary - of_b.secondary;
    }
}

int nls_collate(DWORD flags, const WCHAR *a, size_t a_length, const WCHAR *b, size_t b_length) {
    struct reader first = {a, a_length, 0, flags, 0}, second = {b, b_length, 0, flags, 0};
    int result = compare_main_levels(first, second);
    return result ? result : compare_minimal(first, second);
}

/* ---- sort keys: the levels one after the other, parted by 1, ended by 0 ---- */

struct key {
    BYTE *out;
    size_t capacity, size;
};

static void put(struct key *key, BYTE byte) {
    if (key->size < key->capacity)
        key->out[key->size] = byte;
    key->size++;
}

/* Weights take values from 2 on, so that the marks between the levels come first. */
static void put_weight(struct key *key, unsigned value) {
    put(key, (BYTE)(2 + value / 250));
    put(key, (BYTE)(2 + value % 250));
}

static void put_primary(struct key *key, uint32_t primary) {
    put(key, (BYTE)(2 + (primary >> 24)));
    uint32_t place = primary & 0xFFFFFF;
    put(key, (BYTE)(2 + place / (250 * 250)));
    put_weight(key, place % (250 * 250));
}

size_t nls_make_sort_key(DWORD flags, const WCHAR *text, size_t length, BYTE *bytes, size_t capacity) {
    const struct reader start = {text, length, 0, flags, 0};
    struct key key = {bytes, capacity, 0};
    struct weights weights;
    for (struct reader reader = start; next_counting(&reader, &weights);)
        put_primary(&key, weights.primary);
    put(&key, 1);
    for (struct reader reader = start; next_counting(&reader, &weights);)
        put_weight(&key, weights.secondary);
    put(&key, 1);
    for (struct reader reader = start; next_counting(&reader, &weights);)
        put(&key, weights.tertiary);
    put(&key, 1);
    put(&key, 1);
    unsigned place = 0;
    for (struct reader reader = start; next_weights(&reader, &weights);) {
        place += weights.primary != 0;
        if (weights.is_minimal) {
            put_weight(&key, 0xC000 - (place & 0x3FFF));
            put(&key, (BYTE)(2 + weights.secondary));
        }
    }
    put(&key, 0);
    return key.size;
}
