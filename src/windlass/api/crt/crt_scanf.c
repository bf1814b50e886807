/* The engine of the scanf family ("Format specification fields: scanf and wscanf functions", "scanf width
 * specification", "scanf type field characters").
 *
 * One engine reads narrow and wide text, from strings and streams, one unit at a time and never more than one unit
 * too far: a stream takes no more back. So a number that begins well and ends badly ("1e+x") is a failure, and
 * what has been read of it is gone. */
#include <limits.h>

#include "crt_ctype.h"
#include "crt_scanf.h"
#include "crt_text.h"

API_USE(double, _strtod_l, const char *, char **, _locale_t);
API_USE(float, _strtof_l, const char *, char **, _locale_t);

enum { END = -1 };

/* ---- input ---- */

struct source {
    const struct scanf_request *request;
    const void *text;           /* a string and what is left of it, */
    size_t left;
    struct crt_file *file;      /* or a stream */
    int taken;                  /* units, for %n */
};

static int get_from_string(struct source *source) {
    if (source->left == 0)
        return END;
    int unit = source->request->wide ? *(const WCHAR *)source->text : *(const unsigned char *)source->text;
    if (unit == 0)
        return END;
    source->text = (const char *)source->text + (source->request->wide ? sizeof(WCHAR) : 1);
    source->left--;
    return unit;
}

static int get_from_stream(struct source *source) {
    if (!source->request->wide)
        return stream_get(source->file);
    WCHAR unit = stream_get_wide(source->file);
    return unit == CRT_WEOF ? END : unit;
}

static int get(struct source *source) {
    int unit = source->file ? get_from_stream(source) : get_from_string(source);
    source->taken += unit != END;
    return unit;
}

/* Gives back what get() returned last. */
static void unget(struct source *source, int unit) {
    if (unit == END)
        return;
    source->taken--;
    if (!source->file) {
        source->text = (const char *)source->text - (source->request->wide ? sizeof(WCHAR) : 1);
        source->left++;
    } else if (source->request->wide) {
        stream_unget_wide(source->file, (WCHAR)unit);
    } else {
        stream_unget(source->file, unit);
    }
}

static bool is_space(const struct source *source, int unit) {
    if (unit == END)
        return false;
    if (unit < 0x80)
        return unit == ' ' || (unit >= '\t' && unit <= '\r');
    if (source->request->wide)
        return unicode_ctype1((WCHAR)unit) & CTYPE_SPACE;
    return source->request->locale->ctype[unit] & CTYPE_SPACE;
}

static void skip_spaces(struct source *source) {
    int unit;
    do
        unit = get(source);
    while (is_space(source, unit));
    unget(source, unit);
}

/* ---- the format ---- */

enum size { SIZE_INT, SIZE_CHAR, SIZE_SHORT, SIZE_LONG, SIZE_INT64, SIZE_LONG_DOUBLE, SIZE_WIDE };

struct conversion {
    bool suppressed;            /* %* */
    int width;                  /* INT_MAX: none */
    enum size size;
    WCHAR type;
    const void *set;            /* of %[: behind the bracket; the set ends before set_end */
    size_t set_length;
};

struct format {
    const void *at;
    bool wide;
};

static WCHAR peek(const struct format *format) {
    return format->wide ? *(const WCHAR *)format->at : *(const unsigned char *)format->at;
}

static void advance(struct format *format, int units) {
    format->at = (const char *)format->at + (format->wide ? units * (int)sizeof(WCHAR) : units);
}

static WCHAR look_ahead(struct format format, int units) {
    advance(&format, units);
    return peek(&format);
}

static bool skip_if(struct format *format, WCHAR unit) {
    if (peek(format) != unit)
        return false;
    advance(format, 1);
    return true;
}

static void read_width(struct format *format, struct conversion *conversion) {
    int64_t width = 0;
    for (; peek(format) >= '0' && peek(format) <= '9'; advance(format, 1))
        if (width <= INT_MAX)
            width = width * 10 + peek(format) - '0';
    conversion->width = width == 0 || width > INT_MAX ? INT_MAX : (int)width;
}

/* The units of the size prefix in front; 0 when there is none. */
static int size_prefix(const struct format *format, unsigned options, enum size *size) {
    bool doubled = look_ahead(*format, 1) == peek(format);
    switch (peek(format)) {
    case 'h':
        *size = doubled && !(options & SCANF_SHORT_FOR_HH) ? SIZE_CHAR : SIZE_SHORT;
        return doubled ? 2 : 1;
    case 'l':
        *size = doubled ? SIZE_INT64 : SIZE_LONG;
        return doubled ? 2 : 1;
    case 'L': *size = SIZE_LONG_DOUBLE; return 1;
    case 'w': *size = SIZE_WIDE; return 1;
    case 'j':
    case 'z':
    case 't': *size = SIZE_INT64; return 1;
    case 'I':
        if (look_ahead(*format, 1) == '6' && look_ahead(*format, 2) == '4') {
            *size = SIZE_INT64;
            return 3;
        }
        if (look_ahead(*format, 1) == '3' && look_ahead(*format, 2) == '2') {
            *size = SIZE_INT;
            return 3;
        }
        *size = SIZE_INT64;
        return 1;
    case 'F':       /* far and near pointers of 16-bit Windows */
    case 'N': return options & SCANF_MSVCRT_COMPATIBILITY && look_ahead(*format, 1) ? 1 : 0;
    default: return 0;
    }
}

/* The set of %[...]: a bracket that comes first is a member. False when it does not end. */
static bool read_set(struct format *format, struct conversion *conversion) {
    conversion->set = format->at;
    size_t length = 0;
    if (peek(format) == '^') {
        advance(format, 1);
        length++;
    }
    for (bool first = true; first || peek(format) != ']'; first = false, length++, advance(format, 1))
        if (!peek(format))
            return false;
    conversion->set_length = length;
    advance(format, 1);
    return true;
}

static bool read_conversion(struct format *format, unsigned options, struct conversion *conversion) {
    enum size size = SIZE_INT;
    *conversion = (struct conversion){.suppressed = skip_if(format, '*')};
    read_width(format, conversion);
    for (int units; (units = size_prefix(format, options, &size)) != 0; advance(format, units))
        conversion->size = size;
    conversion->type = peek(format);
    if (!conversion->type)
        return false;
    advance(format, 1);
    return conversion->type != '[' || read_set(format, conversion);
}

/* ---- a scan ---- */

struct scan {
    struct source source;
    const uint64_t *next_slot;
    int width;                  /* what is left of the conversion's */
    int stored;
    bool too_small;             /* a buffer: the end of the input is not the reason then */
};

/* The next unit within the width. */
static int take(struct scan *scan) {
    if (scan->width <= 0)
        return END;
    int unit = get(&scan->source);
    if (unit != END)
        scan->width--;
    return unit;
}

static void give_back(struct scan *scan, int unit) {
    if (unit == END)
        return;
    unget(&scan->source, unit);
    scan->width++;
}

static int digit_value(int unit) {
    if (unit >= '0' && unit <= '9')
        return unit - '0';
    unit |= 0x20;
    return unit >= 'a' && unit <= 'z' ? unit - 'a' + 10 : INT_MAX;
}

/* ---- integers ---- */

static void store_integer(struct scan *scan, const struct conversion *conversion, uint64_t value) {
    void *target = (void *)*scan->next_slot++;
    switch (conversion->size) {
    case SIZE_CHAR: *(uint8_t *)target = (uint8_t)value; break;
    case SIZE_SHORT: *(uint16_t *)target = (uint16_t)value; break;
    case SIZE_INT64: *(uint64_t *)target = value; break;
    default: *(uint32_t *)target = (uint32_t)value; break;
    }
}

/* Whether "0x" follows, which is taken. A zero that stood for itself sets *zero. */
static bool take_prefix(struct scan *scan, bool *zero) {
    int unit = take(scan);
    if (unit != '0') {
        give_back(scan, unit);
        return false;
    }
    unit = take(scan);
    if ((unit | 0x20) == 'x' && unit != END)
        return true;
    give_back(scan, unit);
    *zero = true;
    return false;
}

static bool take_sign(struct scan *scan) {
    int unit = take(scan);
    if (unit != '-' && unit != '+')
        give_back(scan, unit);
    return unit == '-';
}

/* What does not fit into 64 bits becomes the greatest or the least value. */
static bool scan_integer(struct scan *scan, struct conversion *conversion, int base, bool is_signed) {
    uint64_t value = 0;
    bool digits = false, too_large = false, zero = false;
    bool negative = take_sign(scan);
    if (base == 0 || base == 16) {
        bool prefix = take_prefix(scan, &zero);
        base = prefix || base == 16 ? 16 : zero ? 8 : 10;
    }
    digits = zero;
    for (int unit;; digits = true) {
        unit = take(scan);
        int digit = unit == END ? INT_MAX : digit_value(unit);
        if (digit >= base) {
            give_back(scan, unit);
            break;
        }
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            too_large = true;
    }
    if (!digits)
        return false;
    uint64_t limit = is_signed ? (uint64_t)INT64_MAX + negative : UINT64_MAX;
    if (too_large || value > limit)
        value = limit;
    if (conversion->suppressed)
        return true;
    store_integer(scan, conversion, negative ? -value : value);
    scan->stored++;
    return true;
}

/* ---- floating point ---- */

/* The units of a number, as strtod() wants them in the same locale. */
struct spelling {
    char *text;
    size_t length, capacity;
    char short_text[128];
};

static bool add(struct spelling *spelling, int unit) {
    if (spelling->length == spelling->capacity) {
        bool is_short = spelling->text == spelling->short_text;
        char *longer = realloc(is_short ? NULL : spelling->text, spelling->capacity * 2);
        if (!longer)
            return false;
        if (is_short)
            memcpy(longer, spelling->short_text, spelling->length);
        spelling->text = longer;
        spelling->capacity *= 2;
    }
    spelling->text[spelling->length++] = (char)unit;
    return true;
}

static WCHAR decimal_point(const struct scan *scan) {
    const struct crt_lconv *lconv = scan->source.request->locale->lconv;
    return scan->source.request->wide ? *lconv->w_decimal_point : (unsigned char)*lconv->decimal_point;
}

/* Takes digits into the spelling; how many. */
static int take_digits(struct scan *scan, struct spelling *spelling, int base) {
    int count = 0;
    for (int unit;; count++) {
        unit = take(scan);
        if (unit == END || digit_value(unit) >= base) {
            give_back(scan, unit);
            return count;
        }
        add(spelling, unit);
    }
}

/* The rest of a word, of which `from` letters have been taken; false when it is another word. */
static bool take_word(struct scan *scan, struct spelling *spelling, const char *word) {
    for (; *word; word++) {
        int unit = take(scan);
        if (unit == END || (unit | 0x20) != *word) {
            give_back(scan, unit);
            return false;
        }
        add(spelling, *word);
    }
    return true;
}

/* "inf", "infinity", "nan", "nan(...)". */
static bool take_not_finite(struct scan *scan, struct spelling *spelling) {
    int unit = take(scan);
    give_back(scan, unit);
    if ((unit | 0x20) == 'i') {
        if (!take_word(scan, spelling, "inf"))
            return false;
        unit = take(scan);
        give_back(scan, unit);
        return unit == END || (unit | 0x20) != 'i' || take_word(scan, spelling, "inity");
    }
    if (!take_word(scan, spelling, "nan"))
        return false;
    unit = take(scan);
    if (unit != '(') {
        give_back(scan, unit);
        return true;
    }
    for (add(spelling, unit); (unit = take(scan)) != ')'; add(spelling, unit))
        if (unit == END || (digit_value(unit) == INT_MAX && unit != '_')) {
            give_back(scan, unit);
            return false;
        }
    add(spelling, unit);
    return true;
}

static bool is_exponent_letter(int unit, bool hex, bool legacy) {
    if (unit == END)
        return false;
    unit |= 0x20;
    return hex ? unit == 'p' : unit == 'e' || (legacy && unit == 'd');
}

static bool take_exponent(struct scan *scan, struct spelling *spelling, bool hex, bool legacy) {
    int unit = take(scan);
    if (!is_exponent_letter(unit, hex, legacy)) {
        give_back(scan, unit);
        return true;
    }
    add(spelling, hex ? 'p' : 'e');
    unit = take(scan);
    if (unit == '-' || unit == '+')
        add(spelling, unit);
    else
        give_back(scan, unit);
    return take_digits(scan, spelling, 10) > 0;
}

static bool take_number(struct scan *scan, struct spelling *spelling) {
    bool legacy = scan->source.request->options & SCANF_MSVCRT_COMPATIBILITY, zero = false, hex = false;
    int unit = take(scan);
    if (unit == '-' || unit == '+')
        add(spelling, unit);
    else
        give_back(scan, unit);
    unit = take(scan);
    give_back(scan, unit);
    if (!legacy && ((unit | 0x20) == 'i' || (unit | 0x20) == 'n') && unit != END)
        return take_not_finite(scan, spelling);
    if (!legacy)
        hex = take_prefix(scan, &zero);
    add(spelling, '0');
    if (hex)
        add(spelling, 'x');
    int digits = zero + take_digits(scan, spelling, hex ? 16 : 10);
    unit = take(scan);
    if (unit == decimal_point(scan)) {
        add(spelling, *scan->source.request->locale->lconv->decimal_point);
        digits += take_digits(scan, spelling, hex ? 16 : 10);
    } else {
        give_back(scan, unit);
    }
    return digits > 0 && take_exponent(scan, spelling, hex, legacy);
}

static void store_float(struct scan *scan, const struct conversion *conversion, const char *text) {
    struct crt_locale_pair locale = {scan->source.request->locale, NULL};
    void *target = (void *)*scan->next_slot++;
    if (conversion->size == SIZE_INT || conversion->size == SIZE_SHORT)
        *(float *)target = api__strtof_l(text, NULL, &locale);
    else
        *(double *)target = api__strtod_l(text, NULL, &locale);
}

static bool scan_float(struct scan *scan, const struct conversion *conversion) {
    struct spelling spelling = {.text = spelling.short_text, .capacity = sizeof spelling.short_text};
    bool valid = take_number(scan, &spelling) && add(&spelling, 0);
    if (valid && !conversion->suppressed) {
        store_float(scan, conversion, spelling.text);
        scan->stored++;
    }
    if (spelling.text != spelling.short_text)
        free(spelling.text);
    return valid;
}

/* ---- text ---- */

/* Where characters are stored: of the width that the argument has. */
struct target {
    void *buffer;               /* NULL: suppressed */
    size_t room, count;
    bool wide, full;
};

static void put(struct target *target, const void *units, size_t count) {
    if (!target->buffer)
        return;
    if (target->count + count > target->room) {
        target->full = true;
        return;
    }
    size_t size = target->wide ? sizeof(WCHAR) : 1;
    memcpy((char *)target->buffer + target->count * size, units, count * size);
    target->count += count;
}

/* A unit of wide input into a narrow buffer; false when the code page does not have it. */
static bool put_narrowed(struct target *target, const struct crt_locale *locale, WCHAR unit) {
    char bytes[8];
    int count = crt_wctomb(bytes, unit, locale);
    if (count < 0)
        return false;
    put(target, bytes, (size_t)count);
    return true;
}

/* Bytes of one character of narrow input, collected until they are one. */
struct character {
    char bytes[8];
    size_t length;
};

/* False when the bytes are no character. */
static bool put_widened(struct target *target, const struct crt_locale *locale, struct character *character, int unit) {
    WCHAR units[2];
    int unit_count;
    character->bytes[character->length++] = (char)unit;
    int taken = crt_widen(units, &unit_count, character->bytes, character->length, locale);
    if (taken == -2 && character->length < sizeof character->bytes)
        return true;
    character->length = 0;
    if (taken < 0)
        return false;
    put(target, units, (size_t)unit_count);
    return true;
}

static bool is_wide_argument(const struct scan *scan, const struct conversion *conversion) {
    const struct scanf_request *request = scan->source.request;
    bool capital = conversion->type == 'S' || conversion->type == 'C';
    switch (conversion->size) {
    case SIZE_LONG:
    case SIZE_INT64:
    case SIZE_WIDE: return true;
    case SIZE_SHORT:
    case SIZE_CHAR: return false;
    default: return (request->wide && (request->options & SCANF_LEGACY_WIDE_SPECIFIERS)) != capital;
    }
}

static int set_unit(const struct scan *scan, const struct conversion *conversion, size_t i) {
    return scan->source.request->wide ? ((const WCHAR *)conversion->set)[i]
                                      : ((const unsigned char *)conversion->set)[i];
}

/* Ranges are members too, whichever end comes first; a minus sign at an end of the set is itself. */
static bool is_in_set(const struct scan *scan, const struct conversion *conversion, int unit) {
    size_t i = 0, length = conversion->set_length;
    bool inverted = length && set_unit(scan, conversion, 0) == '^';
    for (i = inverted; i < length; i++) {
        int low = set_unit(scan, conversion, i), high = low;
        if (i + 2 < length && set_unit(scan, conversion, i + 1) == '-') {
            high = set_unit(scan, conversion, i + 2);
            i += 2;
        }
        if (low <= high ? unit >= low && unit <= high : unit >= high && unit <= low)
            return !inverted;
    }
    return inverted;
}

static bool is_wanted(const struct scan *scan, const struct conversion *conversion, int unit) {
    switch (conversion->type) {
    case 's':
    case 'S': return !is_space(&scan->source, unit);
    case '[': return is_in_set(scan, conversion, unit);
    default: return true;
    }
}

/* Takes units into the target; how many. False in *valid: one cannot be converted, or there is no room for it. */
static int take_text(struct scan *scan, const struct conversion *conversion, struct target *target, bool *valid) {
    const struct scanf_request *request = scan->source.request;
    struct character character = {.length = 0};
    int count = 0;
    *valid = true;
    for (int unit; *valid && (unit = take(scan)) != END; count++) {
        if (!is_wanted(scan, conversion, unit)) {
            give_back(scan, unit);
            break;
        }
        if (target->wide == request->wide)
            put(target, request->wide ? (const void *)&(WCHAR){(WCHAR)unit} : &(char){(char)unit}, 1);
        else if (request->wide)
            *valid = put_narrowed(target, request->locale, (WCHAR)unit);
        else
            *valid = put_widened(target, request->locale, &character, unit);
        if (target->full)
            *valid = false;
    }
    return count;
}

static void terminate(struct target *target, size_t at) {
    if (!target->buffer || !target->room)
        return;
    if (target->wide)
        ((WCHAR *)target->buffer)[at] = 0;
    else
        ((char *)target->buffer)[at] = 0;
}

/* %c takes as many characters as its width says, one without; %s and %[ end with a null character. */
static bool scan_text(struct scan *scan, const struct conversion *conversion) {
    bool single = (conversion->type | 0x20) == 'c', valid;
    struct target target = {.wide = is_wide_argument(scan, conversion), .room = SIZE_MAX};
    if (!conversion->suppressed) {
        target.buffer = (void *)*scan->next_slot++;
        if (scan->source.request->options & SCANF_SECURE)
            target.room = (uint32_t)*scan->next_slot++;
    }
    if (single && conversion->width == INT_MAX)
        scan->width = 1;
    int count = take_text(scan, conversion, &target, &valid);
    bool fits = !target.full && (single || target.count < target.room);
    if (!fits) {
        /* "scanf_s": a buffer that is too small gets an empty string. */
        terminate(&target, 0);
        scan->too_small = true;
        crt_thread()->error = CRT_ENOMEM;
        return false;
    }
    if (!valid)
        crt_thread()->error = CRT_EILSEQ;
    if (!valid || count == 0)
        return false;
    if (!single)
        terminate(&target, target.count);
    scan->stored += target.buffer != NULL;
    return true;
}

/* ---- the whole format ---- */

static bool scan_conversion(struct scan *scan, struct conversion *conversion) {
    scan->width = conversion->width;
    if (!strchr("cC[n%", conversion->type < 0x80 ? conversion->type : 'd'))
        skip_spaces(&scan->source);
    switch (conversion->type) {
    case 'd': return scan_integer(scan, conversion, 10, true);
    case 'u': return scan_integer(scan, conversion, 10, false);
    case 'i': return scan_integer(scan, conversion, 0, true);
    case 'o': return scan_integer(scan, conversion, 8, false);
    case 'x':
    case 'X': return scan_integer(scan, conversion, 16, false);
    case 'p':
        conversion->size = SIZE_INT64;
        return scan_integer(scan, conversion, 16, false);
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': return scan_float(scan, conversion);
    case 's':
    case 'S':
    case 'c':
    case 'C':
    case '[': return scan_text(scan, conversion);
    case 'n':
        if (!conversion->suppressed)
            store_integer(scan, conversion, (uint64_t)(int64_t)scan->source.taken);
        return true;
    default: return false;
    }
}

/* One unit of the format that is no conversion. */
static bool match_literal(struct scan *scan, struct format *format) {
    WCHAR wanted = peek(format);
    advance(format, 1);
    if (is_space(&scan->source, wanted)) {
        skip_spaces(&scan->source);
        return true;
    }
    int unit = get(&scan->source);
    if (unit == wanted)
        return true;
    unget(&scan->source, unit);
    return false;
}

static bool scan_next(struct scan *scan, struct format *format) {
    struct conversion conversion;
    if (peek(format) != '%')
        return match_literal(scan, format);
    advance(format, 1);
    if (peek(format) == '%') {
        skip_spaces(&scan->source);
        return match_literal(scan, format);
    }
    if (!read_conversion(format, scan->source.request->options, &conversion)) {
        crt_thread()->error = CRT_EINVAL;
        return false;
    }
    return scan_conversion(scan, &conversion);
}

/* EOF: nothing was stored and the input ended before the format did. */
static int run(struct scan *scan) {
    const struct scanf_request *request = scan->source.request;
    struct format format = {request->format, request->wide};
    scan->next_slot = request->slots;
    while (peek(&format)) {
        if (scan_next(scan, &format))
            continue;
        if (scan->stored || scan->too_small)
            break;
        int unit = get(&scan->source);
        unget(&scan->source, unit);
        return unit == END ? CRT_EOF : 0;
    }
    return scan->stored;
}

int scan_string(const struct scanf_request *request, const void *text, size_t length) {
    CRT_VALIDATE(text && request->format, CRT_EINVAL, CRT_EOF);
    struct scan scan = {.source = {.request = request, .text = text, .left = length}};
    return run(&scan);
}

int scan_stream(const struct scanf_request *request, struct crt_file *file) {
    CRT_VALIDATE(file && request->format, CRT_EINVAL, CRT_EOF);
    file = stream_of(file);
    CRT_VALIDATE(request->wide || stream_is_narrow(file), CRT_EINVAL, CRT_EOF);
    struct scan scan = {.source = {.request = request, .file = file}};
    stream_lock(file);
    int result = run(&scan);
    stream_unlock(file);
    return result;
}

/* ---- the Universal C run-time's functions ---- */

static struct scanf_request request_of(bool wide, ULONGLONG options, const void *format, _locale_t locale,
                                       const uint64_t *arguments) {
    return (struct scanf_request){.wide = wide, .options = (unsigned)options & ~SCANF_INTERNAL, .format = format,
                                  .locale = crt_locale(locale), .slots = arguments};
}

API(ucrtbase, int, __stdio_common_vsscanf, ULONGLONG options, const char *text, size_t length, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    struct scanf_request request = request_of(false, options, format, locale, arguments);
    return scan_string(&request, text, length);
}

API(ucrtbase, int, __stdio_common_vswscanf, ULONGLONG options, const WCHAR *text, size_t length, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    struct scanf_request request = request_of(true, options, format, locale, arguments);
    return scan_string(&request, text, length);
}

API(ucrtbase, int, __stdio_common_vfscanf, ULONGLONG options, struct crt_file *file, const char *format,
    _locale_t locale, const uint64_t *arguments) {
    struct scanf_request request = request_of(false, options, format, locale, arguments);
    return scan_stream(&request, file);
}

API(ucrtbase, int, __stdio_common_vfwscanf, ULONGLONG options, struct crt_file *file, const WCHAR *format,
    _locale_t locale, const uint64_t *arguments) {
    struct scanf_request request = request_of(true, options, format, locale, arguments);
    return scan_stream(&request, file);
}
