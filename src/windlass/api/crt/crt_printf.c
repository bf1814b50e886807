/* The engine of the printf family ("Format specification syntax: printf and wprintf functions").
 *
 * One engine formats narrow and wide text: the format is read, and the result written, in units of the output's
 * width. Arguments are read as an array of 8-byte slots, which is what a va_list of Windows x64 points to, so %2$d
 * is just the second slot. All output goes to memory first; what streams do with it is crt_stdio's. */
#include <limits.h>
#include <math.h>

#include "crt_printf.h"
#include "crt_text.h"

/* ---- output ---- */

static bool make_room(struct printf_output *output, size_t needed) {
    size_t unit = output->wide ? sizeof(WCHAR) : 1, capacity = output->capacity ? output->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    void *units = realloc(output->owned ? output->units : NULL, capacity * unit);
    if (!units)
        return false;
    if (!output->owned && output->count)
        memcpy(units, output->units, output->count * unit);
    output->units = units;
    output->capacity = capacity;
    output->owned = true;
    return true;
}

void printf_output_free(struct printf_output *output) {
    if (output->owned)
        free(output->units);
}

/* Counts `length` units; returns how many of them there is room for, at *at. */
static size_t advance(struct printf_output *output, size_t length, size_t *at) {
    *at = output->count;
    if (length > INT_MAX - output->count) {
        output->failed = true;
        crt_thread()->error = CRT_EOVERFLOW;
        return 0;
    }
    if (output->grows && output->count + length > output->capacity && !make_room(output, output->count + length)) {
        output->failed = true;
        crt_thread()->error = CRT_ENOMEM;
        return 0;
    }
    output->count += length;
    if (*at >= output->capacity)
        return 0;
    size_t room = output->capacity - *at;
    return length < room ? length : room;
}

/* memcpy(), inline for the few bytes that most pieces have. */
static inline void copy_bytes(char *to, const char *from, size_t length) {
    if (length > 16) {
        memcpy(to, from, length);
    } else if (length >= 8) {
        uint64_t first, last;
        memcpy(&first, from, 8);
        memcpy(&last, from + length - 8, 8);
        memcpy(to, &first, 8);
        memcpy(to + length - 8, &last, 8);
    } else {
        while (length--)
            *to++ = *from++;
    }
}

static void put_ascii(struct printf_output *output, const char *text, size_t length) {
    size_t at;
    length = advance(output, length, &at);
    if (!output->wide) {
        copy_bytes((char *)output->units + at, text, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        ((WCHAR *)output->units)[at + i] = (unsigned char)text[i];
}

static void put_units(struct printf_output *output, const void *units, size_t length) {
    size_t at;
    if (!output->wide) {
        put_ascii(output, units, length);
        return;
    }
    length = advance(output, length, &at);
    memcpy((WCHAR *)output->units + at, units, length * sizeof(WCHAR));
}

static void put_fill(struct printf_output *output, char unit, size_t length) {
    size_t at;
    length = advance(output, length, &at);
    if (!length)                        /* there may be no buffer */
        return;
    if (!output->wide) {
        memset((char *)output->units + at, unit, length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        ((WCHAR *)output->units)[at + i] = (WCHAR)unit;
}

/* ---- conversions: what stands between % and the type ---- */

enum size {
    SIZE_NONE, SIZE_HH, SIZE_H, SIZE_L, SIZE_LL, SIZE_LONG_DOUBLE, SIZE_POINTER, SIZE_I32, SIZE_I64, SIZE_WIDE,
    SIZE_TCHAR,
};

struct conversion {
    bool left, plus, space, zero, alternate;
    int width;
    int precision;          /* -1: none */
    enum size size;
    WCHAR type;
    uint64_t slot;
};

/* What a positional argument is used as: all its uses must agree. */
enum use { USE_NONE, USE_INT, USE_INT64, USE_DOUBLE, USE_POINTER };

/* "printf_p Positional Parameters"; _ARGMAX. */
enum { MAX_POSITION = 100 };

/* The positions a format uses, collected before anything is put out. */
struct positions {
    unsigned char uses[MAX_POSITION + 1];
    int highest;
    bool by_order;          /* an argument without a position */
    bool invalid;
};

/* A place in the format and in the arguments. */
struct reader {
    const struct printf_request *request;
    bool wide;
    const void *format;
    const uint64_t *next_slot;
    struct positions *collect;      /* read no argument, but collect */
    bool overflow;                  /* a number in the format is out of range */
};

static inline WCHAR peek(const struct reader *reader) {
    return reader->wide ? *(const WCHAR *)reader->format : *(const unsigned char *)reader->format;
}

static inline void skip(struct reader *reader, int units) {
    reader->format = (const char *)reader->format + (reader->wide ? units * (int)sizeof(WCHAR) : units);
}

static inline WCHAR look_ahead(const struct reader *reader, int units) {
    struct reader ahead = *reader;
    skip(&ahead, units);
    return peek(&ahead);
}

static bool skip_if(struct reader *reader, WCHAR unit) {
    if (peek(reader) != unit)
        return false;
    skip(reader, 1);
    return true;
}

static bool is_digit(WCHAR unit) { return unit >= '0' && unit <= '9'; }

static int read_number(struct reader *reader) {
    int64_t number = 0;
    for (; is_digit(peek(reader)); skip(reader, 1)) {
        if (number <= INT_MAX)
            number = number * 10 + peek(reader) - '0';
    }
    if (number > INT_MAX) {
        reader->overflow = true;
        return INT_MAX;
    }
    return (int)number;
}

/* The number in "2$", or 0 when there is none; "0$" is invalid. */
static int read_position(struct reader *reader) {
    if (reader->request->check != PRINTF_POSITIONAL || !is_digit(peek(reader)))
        return 0;
    struct reader ahead = *reader;
    int number = read_number(&ahead);
    if (!skip_if(&ahead, '$'))
        return 0;
    *reader = ahead;
    if (number == 0)
        reader->overflow = true;
    return number;
}

static void collect_use(struct positions *positions, int position, enum use use) {
    if (position == 0)
        positions->by_order = true;
    else if (position > MAX_POSITION || (positions->uses[position] && positions->uses[position] != use))
        positions->invalid = true;
    else
        positions->uses[position] = (unsigned char)use;
    if (position > positions->highest)
        positions->highest = position;
}

static uint64_t read_slot(struct reader *reader, int position, enum use use) {
    if (reader->collect) {
        collect_use(reader->collect, position, use);
        return 0;
    }
    return position ? reader->request->slots[position - 1] : *reader->next_slot++;
}

static void read_flags(struct reader *reader, struct conversion *conversion) {
    for (;; skip(reader, 1)) {
        switch (peek(reader)) {
        case '-': conversion->left = true; break;
        case '+': conversion->plus = true; break;
        case ' ': conversion->space = true; break;
        case '0': conversion->zero = true; break;
        case '#': conversion->alternate = true; break;
        default: return;
        }
    }
}

/* A number or the argument that '*' stands for. */
static int read_count(struct reader *reader) {
    if (!skip_if(reader, '*'))
        return read_number(reader);
    return (int)read_slot(reader, read_position(reader), USE_INT);
}

static void read_width(struct reader *reader, struct conversion *conversion) {
    int width = read_count(reader);
    if (width < 0) {
        conversion->left = true;
        width = width == INT_MIN ? INT_MAX : -width;
    }
    conversion->width = width;
}

static void read_precision(struct reader *reader, struct conversion *conversion) {
    conversion->precision = -1;
    if (!skip_if(reader, '.'))
        return;
    int precision = read_count(reader);
    conversion->precision = precision < 0 ? -1 : precision;
}

static bool is_one_of(WCHAR unit, const char *set) { return unit && unit < 0x80 && strchr(set, unit); }

/* "I64", "I32", or "I" in front of an integer conversion: elsewhere the I is an ordinary character. */
static int i_prefix(const struct reader *reader, enum size *size) {
    WCHAR second = look_ahead(reader, 1);
    if (second == '6' && look_ahead(reader, 2) == '4') {
        *size = SIZE_I64;
        return 3;
    }
    if (second == '3' && look_ahead(reader, 2) == '2') {
        *size = SIZE_I32;
        return 3;
    }
    *size = SIZE_POINTER;
    return is_one_of(second, "diouxX") ? 1 : 0;
}

/* The units of the size prefix in front; 0 when there is none. */
static int size_prefix(const struct reader *reader, enum size *size) {
    unsigned options = reader->request->options;
    bool doubled;
    switch (peek(reader)) {
    case 'h':
        doubled = look_ahead(reader, 1) == 'h';
        *size = doubled && !(options & PRINTF_SHORT_FOR_HH) ? SIZE_HH : SIZE_H;
        return doubled ? 2 : 1;
    case 'l':
        doubled = look_ahead(reader, 1) == 'l';
        *size = doubled ? SIZE_LL : SIZE_L;
        return doubled ? 2 : 1;
    case 'L': *size = SIZE_LONG_DOUBLE; return 1;
    case 'w': *size = SIZE_WIDE; return 1;
    case 'T': *size = SIZE_TCHAR; return options & PRINTF_NO_C99_SIZES ? 0 : 1;
    case 'j': *size = SIZE_I64; return options & PRINTF_NO_C99_SIZES ? 0 : 1;
    case 'z':
    case 't': *size = SIZE_POINTER; return options & PRINTF_NO_C99_SIZES ? 0 : 1;
    case 'I': return i_prefix(reader, size);
    case 'F':       /* far and near pointers of 16-bit Windows */
    case 'N': return options & PRINTF_MSVCRT_COMPATIBILITY ? 1 : 0;
    default: return 0;
    }
}

static void read_size(struct reader *reader, struct conversion *conversion) {
    enum size size = SIZE_NONE;
    for (int units; (units = size_prefix(reader, &size)) != 0; skip(reader, units))
        conversion->size = size == SIZE_L && conversion->size == SIZE_LL ? SIZE_LL : size;     /* lll */
}

static enum use use_of(const struct conversion *conversion) {
    enum size size = conversion->size;
    switch (conversion->type) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X': return size == SIZE_LL || size == SIZE_I64 || size == SIZE_POINTER ? USE_INT64 : USE_INT;
    case 'c':
    case 'C': return USE_INT;
    case 's':
    case 'S':
    case 'Z':
    case 'p':
    case 'n': return USE_POINTER;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A': return USE_DOUBLE;
    default: return USE_NONE;
    }
}

/* Reads up to and with the type, and the argument if the type wants one. */
static void read_conversion(struct reader *reader, struct conversion *conversion) {
    *conversion = (struct conversion){.size = SIZE_NONE};
    int position = read_position(reader);
    read_flags(reader, conversion);
    read_width(reader, conversion);
    read_precision(reader, conversion);
    read_size(reader, conversion);
    conversion->type = peek(reader);
    if (conversion->type)
        skip(reader, 1);
    enum use use = use_of(conversion);
    if (use != USE_NONE)
        conversion->slot = read_slot(reader, position, use);
}

/* ---- strings ---- */

static void pad_left(struct printf_output *output, const struct conversion *conversion, size_t length) {
    if (!conversion->left && (size_t)conversion->width > length)
        put_fill(output, conversion->zero ? '0' : ' ', (size_t)conversion->width - length);
}

static void pad_right(struct printf_output *output, const struct conversion *conversion, size_t length) {
    if (conversion->left && (size_t)conversion->width > length)
        put_fill(output, ' ', (size_t)conversion->width - length);
}

static bool fail_conversion(struct printf_output *output) {
    output->failed = true;
    crt_thread()->error = CRT_EILSEQ;
    return false;
}

static void put_wide_as_narrow(struct printf_output *output, const struct printf_request *request, const WCHAR *text,
                               size_t length) {
    for (size_t at = 0, taken; at < length; at += taken) {
        char bytes[8];
        int count = crt_narrow(bytes, text + at, length - at, &taken, request->locale);
        if (count < 0) {
            fail_conversion(output);
            return;
        }
        put_ascii(output, bytes, (size_t)count);
    }
}

/* `length` counts bytes. */
static void put_narrow_as_wide(struct printf_output *output, const struct printf_request *request, const char *text,
                               size_t length) {
    for (size_t at = 0; at < length;) {
        WCHAR units[2];
        int unit_count, taken = crt_widen(units, &unit_count, text + at, length - at, request->locale);
        if (taken < 0) {
            fail_conversion(output);
            return;
        }
        put_units(output, units, (size_t)unit_count);
        at += (size_t)taken;
    }
}

static void put_text(struct printf_output *output, const struct printf_request *request,
                     const struct conversion *conversion, const void *text, size_t length, bool wide) {
    pad_left(output, conversion, length);
    if (wide == output->wide)
        put_units(output, text, length);
    else if (wide)
        put_wide_as_narrow(output, request, text, length);
    else
        put_narrow_as_wide(output, request, text, length);
    pad_right(output, conversion, length);
}

/* Whether %s, %c or %Z with this prefix means a wide argument: the capital letters mean the other width. */
static bool is_wide_argument(const struct printf_output *output, const struct printf_request *request,
                             const struct conversion *conversion) {
    bool capital = conversion->type == 'S' || conversion->type == 'C';
    switch (conversion->size) {
    case SIZE_L:
    case SIZE_LL:
    case SIZE_WIDE: return true;
    case SIZE_H:
    case SIZE_HH: return false;
    case SIZE_TCHAR: return output->wide;
    default: return (output->wide && (request->options & PRINTF_LEGACY_WIDE_SPECIFIERS)) != capital;
    }
}

/* The length of a string that need not end before the precision does. */
static size_t bounded_length(const void *text, bool wide, int precision) {
    size_t limit = precision < 0 ? INT_MAX : (size_t)precision, length = 0;
    if (!wide)
        return strnlen(text, limit);
    while (length < limit && ((const WCHAR *)text)[length])
        length++;
    return length;
}

static void put_string(struct printf_output *output, const struct printf_request *request,
                       const struct conversion *conversion) {
    const void *text = (const void *)conversion->slot;
    bool wide = is_wide_argument(output, request, conversion);
    if (!text) {
        text = "(null)";
        wide = false;
    }
    put_text(output, request, conversion, text, bounded_length(text, wide, conversion->precision), wide);
}

/* %Z: the address of an ANSI_STRING, with w or l of a UNICODE_STRING, whose length is in bytes. */
static void put_counted_string(struct printf_output *output, const struct printf_request *request,
                               const struct conversion *conversion) {
    const UNICODE_STRING *string = (const UNICODE_STRING *)conversion->slot;
    bool wide = conversion->size == SIZE_L || conversion->size == SIZE_LL || conversion->size == SIZE_WIDE;
    if (!string || !string->Buffer) {
        put_text(output, request, conversion, "(null)", 6, false);
        return;
    }
    put_text(output, request, conversion, string->Buffer, wide ? string->Length / sizeof(WCHAR) : string->Length, wide);
}

/* A character that the other width does not have prints nothing. */
static void put_character(struct printf_output *output, const struct printf_request *request,
                          const struct conversion *conversion) {
    bool wide = is_wide_argument(output, request, conversion);
    WCHAR unit = (WCHAR)conversion->slot;
    char bytes[8] = {(char)conversion->slot};
    if (!output->wide) {
        int count = wide ? crt_wctomb(bytes, unit, request->locale) : 1;
        if (count >= 0)
            put_text(output, request, conversion, bytes, (size_t)count, false);
        else
            crt_thread()->error = CRT_EILSEQ;
        return;
    }
    if (wide || crt_mbtowc(&unit, bytes, 1, request->locale) >= 0)
        put_text(output, request, conversion, &unit, 1, true);
}

/* ---- numbers ---- */

/* A number before padding: its prefix (sign, 0x), then pieces; a piece without text is that many zeros. */
struct number {
    char prefix[4];
    int prefix_length;
    int piece_count;
    int point_piece;        /* the piece that is the decimal point; -1: none */
    size_t length;          /* of all pieces */
    struct piece {
        const char *text;
        size_t length;
    } pieces[8];
};

static void start_number(struct number *number) {
    number->prefix_length = 0;
    number->piece_count = 0;
    number->point_piece = -1;
    number->length = 0;
}

static void add_piece(struct number *number, const char *text, size_t length) {
    if (length == 0)
        return;
    number->pieces[number->piece_count++] = (struct piece){text, length};
    number->length += length;
}

static void add_zeros(struct number *number, int count) {
    if (count > 0)
        add_piece(number, NULL, (size_t)count);
}

static void add_prefix(struct number *number, char unit) { number->prefix[number->prefix_length++] = unit; }

static void add_sign(struct number *number, const struct conversion *conversion, bool negative) {
    if (negative)
        add_prefix(number, '-');
    else if (conversion->plus)
        add_prefix(number, '+');
    else if (conversion->space)
        add_prefix(number, ' ');
}

static void put_point(struct printf_output *output, const struct printf_request *request) {
    const struct crt_lconv *lconv = request->locale->lconv;
    if (!lconv)
        put_ascii(output, ".", 1);
    else if (output->wide)
        put_units(output, lconv->w_decimal_point, wide_length(lconv->w_decimal_point));
    else
        put_ascii(output, lconv->decimal_point, strlen(lconv->decimal_point));
}

static void put_pieces(struct printf_output *output, const struct printf_request *request,
                       const struct number *number) {
    for (int i = 0; i < number->piece_count; i++) {
        const struct piece *piece = &number->pieces[i];
        if (i == number->point_piece)
            put_point(output, request);
        else if (piece->text)
            put_ascii(output, piece->text, piece->length);
        else
            put_fill(output, '0', piece->length);
    }
}

/* Zeros for the width stand between the prefix and the digits. */
static void put_number(struct printf_output *output, const struct printf_request *request,
                       const struct conversion *conversion, const struct number *number) {
    size_t length = number->length + (size_t)number->prefix_length;
    bool zeros = conversion->zero && !conversion->left;
    if (!zeros)
        pad_left(output, conversion, length);
    if (number->prefix_length)
        put_ascii(output, number->prefix, (size_t)number->prefix_length);
    if (zeros)
        pad_left(output, conversion, length);
    put_pieces(output, request, number);
    pad_right(output, conversion, length);
}

static uint64_t integer_argument(const struct conversion *conversion, bool is_signed) {
    uint64_t slot = conversion->slot;
    switch (conversion->size) {
    case SIZE_HH: return is_signed ? (uint64_t)(int64_t)(int8_t)slot : (uint8_t)slot;
    case SIZE_H: return is_signed ? (uint64_t)(int64_t)(int16_t)slot : (uint16_t)slot;
    case SIZE_LL:
    case SIZE_I64:
    case SIZE_POINTER: return slot;
    default: return is_signed ? (uint64_t)(int64_t)(int32_t)slot : (uint32_t)slot;
    }
}

/* The digits of `value`, written backwards from `end`. */
static char *write_digits(char *end, uint64_t value, unsigned base_shift, bool upper) {
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    for (; value; value >>= base_shift)
        *--end = digits[value & ((1u << base_shift) - 1)];
    return end;
}

static char *write_decimal(char *end, uint64_t value) {
    for (; value > UINT32_MAX; value /= 10)
        *--end = (char)('0' + value % 10);
    for (uint32_t low = (uint32_t)value; low; low /= 10)
        *--end = (char)('0' + low % 10);
    return end;
}

/* `start` to `end` are the digits of a number, none for zero; the precision is their least count, 1 unless given. */
static void put_integer(struct printf_output *output, const struct printf_request *request,
                        struct conversion *conversion, struct number *number, const char *start, const char *end) {
    int digits = (int)(end - start);
    if (conversion->precision >= 0)
        conversion->zero = false;
    else
        conversion->precision = 1;
    if (conversion->alternate && conversion->type == 'o' && conversion->precision <= digits)
        conversion->precision = digits + 1;
    add_zeros(number, conversion->precision - digits);
    add_piece(number, start, (size_t)digits);
    put_number(output, request, conversion, number);
}

static void put_signed(struct printf_output *output, const struct printf_request *request,
                       struct conversion *conversion) {
    struct number number;
    char digits[24], *end = digits + sizeof digits;
    int64_t value = (int64_t)integer_argument(conversion, true);
    start_number(&number);
    add_sign(&number, conversion, value < 0);
    char *start = write_decimal(end, value < 0 ? -(uint64_t)value : (uint64_t)value);
    put_integer(output, request, conversion, &number, start, end);
}

static void put_unsigned(struct printf_output *output, const struct printf_request *request,
                         struct conversion *conversion) {
    struct number number;
    char digits[24], *end = digits + sizeof digits, *start;
    uint64_t value = integer_argument(conversion, false);
    start_number(&number);
    if (conversion->type == 'u') {
        start = write_decimal(end, value);
    } else if (conversion->type == 'o') {
        start = write_digits(end, value, 3, false);
    } else {
        start = write_digits(end, value, 4, conversion->type == 'X');
        if (conversion->alternate && value) {
            add_prefix(&number, '0');
            add_prefix(&number, (char)conversion->type);
        }
    }
    put_integer(output, request, conversion, &number, start, end);
}

/* All digits of the address, in capitals. */
static void put_pointer(struct printf_output *output, const struct printf_request *request,
                        struct conversion *conversion) {
    conversion->type = 'X';
    conversion->size = SIZE_POINTER;
    conversion->precision = 16;
    put_unsigned(output, request, conversion);
}

/* ---- floating point ---- */

static void add_point(struct number *number) {
    number->point_piece = number->piece_count;
    add_piece(number, ".", 1);
}

/* `precision` digits behind the point, from digit `from` on, which may lie in front of the first or behind the
 * last. */
static void add_fraction(struct number *number, const struct digits *digits, int from, int precision, bool point) {
    if (precision > 0 || point)
        add_point(number);
    int zeros = from < 0 ? (-from < precision ? -from : precision) : 0;
    add_zeros(number, zeros);
    from += zeros;
    int left = precision - zeros, have = digits->count - from;
    if (have > left)
        have = left;
    if (have < 0)
        have = 0;
    add_piece(number, digits->text + from, (size_t)have);
    add_zeros(number, left - have);
}

static void add_fixed(struct number *number, const struct digits *digits, int precision, bool point) {
    if (digits->point <= 0) {
        add_zeros(number, 1);
    } else {
        int have = digits->count < digits->point ? digits->count : digits->point;
        add_piece(number, digits->text, (size_t)have);
        add_zeros(number, digits->point - have);
    }
    add_fraction(number, digits, digits->point, precision, point);
}

/* "e+07", or "e+007" as the older DLLs write it; `text` keeps it. */
static void add_exponent(struct number *number, char *text, char letter, int exponent, int least_digits) {
    char *end = text + 8, *start = write_decimal(end, (uint64_t)abs(exponent));
    while (end - start < least_digits)
        *--start = '0';
    *--start = exponent < 0 ? '-' : '+';
    *--start = letter;
    add_piece(number, start, (size_t)(end - start));
}

static int exponent_digits(const struct printf_request *request) {
    return request->options & PRINTF_THREE_DIGIT_EXPONENTS ? 3 : 2;
}

static void add_scientific(struct number *number, const struct digits *digits, int precision, bool point, char *text,
                           char letter, int exponent_length) {
    bool zero = digits->text[0] == '0' || digits->count == 0;
    if (digits->count)
        add_piece(number, digits->text, 1);
    else
        add_zeros(number, 1);
    add_fraction(number, digits, 1, precision, point);
    add_exponent(number, text, letter, zero ? 0 : digits->point - 1, exponent_length);
}

/* %g: scientific when the exponent is below -4 or not below the precision; without trailing zeros unless #. */
static void add_general(struct number *number, struct digits *digits, int precision, bool alternate, char *text,
                        char letter, int exponent_length) {
    if (!alternate) {
        while (digits->count > 1 && digits->text[digits->count - 1] == '0')
            digits->count--;
    }
    int exponent = digits->text[0] == '0' ? 0 : digits->point - 1;
    int shown = alternate || digits->count > precision ? precision : digits->count;
    if (exponent < -4 || exponent >= precision) {
        add_scientific(number, digits, shown - 1, alternate, text, letter, exponent_length);
        return;
    }
    int fraction = shown - 1 - exponent;
    add_fixed(number, digits, fraction > 0 ? fraction : 0, alternate);
}

/* %a: 0xh.hhhhp+d. Infinities and NaNs of the older DLLs keep the look of a number, as they do in the other types. */
static void add_hex(struct number *number, const struct printf_request *request, const struct conversion *conversion,
                    double value, struct digits *digits, char *text) {
    bool upper = conversion->type == 'A';
    int precision = conversion->precision < 0 ? 13 : conversion->precision, exponent = 0;
    add_prefix(number, '0');
    add_prefix(number, upper ? 'X' : 'x');
    if (!isfinite(value)) {
        not_finite_digits(digits, value);
    } else {
        struct hex_digits hex = hex_digits(value, precision < 13 ? precision : 13, request->options);
        int kept = precision < 13 ? precision : 13;
        digits->text[0] = (char)('0' + hex.leading);
        char *end = digits->text + 1 + kept, *start = write_digits(end, hex.fraction, 4, upper);
        while (start > digits->text + 1)
            *--start = '0';
        digits->count = kept + 1;
        exponent = hex.exponent;
    }
    add_piece(number, digits->text, 1);
    add_fraction(number, digits, 1, precision, conversion->alternate);
    add_exponent(number, text, upper ? 'P' : 'p', exponent, 1);
}

static char lower(WCHAR letter) { return (char)(letter | 0x20); }

static void add_decimal(struct number *number, const struct printf_request *request,
                        const struct conversion *conversion, double value, struct digits *digits, char *text) {
    char type = lower(conversion->type), letter = conversion->type == type ? 'e' : 'E';
    int precision = conversion->precision < 0 ? 6 : conversion->precision;
    if (type == 'g' && precision == 0)
        precision = 1;
    bool finite = isfinite(value);
    if (!finite)
        not_finite_digits(digits, value);
    if (type == 'f') {
        if (finite)
            digits_fixed(digits, value, precision, request->options);
        else
            digits_round(digits, 1 + precision);
        add_fixed(number, digits, precision, conversion->alternate);
        return;
    }
    int significant = type == 'g' ? precision : precision < INT_MAX ? precision + 1 : precision;
    if (finite)
        digits_scientific(digits, value, significant, request->options);
    else
        digits_round(digits, significant);
    if (type == 'g')
        add_general(number, digits, precision, conversion->alternate, text, letter, exponent_digits(request));
    else
        add_scientific(number, digits, precision, conversion->alternate, text, letter, exponent_digits(request));
}

/* "inf" and "nan" are never padded with zeros. */
static void put_not_finite(struct printf_output *output, const struct printf_request *request,
                           struct conversion *conversion, struct number *number, double value) {
    char name[16];
    strcpy(name, not_finite_name(value));
    if (conversion->type < 'a')
        for (char *letter = name; *letter; letter++)
            if (*letter >= 'a')
                *letter = (char)(*letter - 0x20);
    conversion->zero = false;
    add_piece(number, name, strlen(name));
    put_number(output, request, conversion, number);
}

static void put_float(struct printf_output *output, const struct printf_request *request,
                      struct conversion *conversion) {
    struct number number;
    struct digits digits;
    char exponent[8];
    double value;
    memcpy(&value, &conversion->slot, sizeof value);
    start_number(&number);
    add_sign(&number, conversion, signbit(value));
    if (!isfinite(value) && !(request->options & PRINTF_MSVCRT_COMPATIBILITY)) {
        put_not_finite(output, request, conversion, &number, value);
        return;
    }
    if (lower(conversion->type) == 'a')
        add_hex(&number, request, conversion, value, &digits, exponent);
    else
        add_decimal(&number, request, conversion, value, &digits, exponent);
    put_number(output, request, conversion, &number);
}

/* ---- the whole format ---- */

/* Set by _set_printf_count_output(): whether %n stores anything. */
static int count_output_enabled;

API(CRT_DLLS, int, _set_printf_count_output, int value) {
    return __atomic_exchange_n(&count_output_enabled, value != 0, __ATOMIC_RELAXED);
}

API(CRT_DLLS, int, _get_printf_count_output, void) { return __atomic_load_n(&count_output_enabled, __ATOMIC_RELAXED); }

/* False when %n is refused ("_set_printf_count_output"). */
static bool store_count(const struct printf_output *output, const struct printf_request *request,
                        const struct conversion *conversion) {
    if (!(request->options & PRINTF_COUNT_OUTPUT) && !api__get_printf_count_output())
        return false;
    void *target = (void *)conversion->slot;
    if (!target)
        return false;
    switch (conversion->size) {
    case SIZE_HH: *(int8_t *)target = (int8_t)output->count; break;
    case SIZE_H: *(int16_t *)target = (int16_t)output->count; break;
    case SIZE_LL:
    case SIZE_I64:
    case SIZE_POINTER: *(int64_t *)target = (int64_t)output->count; break;
    default: *(int32_t *)target = (int32_t)output->count; break;
    }
    return true;
}

/* False when the format is invalid. A percent sign in front of something without meaning is dropped, and what follows
 * is copied. */
static bool put_conversion(struct printf_output *output, const struct printf_request *request,
                           struct conversion *conversion) {
    switch (conversion->type) {
    case 'd':
    case 'i': put_signed(output, request, conversion); return true;
    case 'u':
    case 'o':
    case 'x':
    case 'X': put_unsigned(output, request, conversion); return true;
    case 'p': put_pointer(output, request, conversion); return true;
    case 's':
    case 'S': put_string(output, request, conversion); return true;
    case 'c':
    case 'C': put_character(output, request, conversion); return true;
    case 'Z': put_counted_string(output, request, conversion); return true;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A': put_float(output, request, conversion); return true;
    case 'n': return store_count(output, request, conversion);
    default:
        if (request->check != PRINTF_LENIENT)
            return false;
        if (conversion->type)
            put_units(output, output->wide ? (const void *)&conversion->type : &(char){(char)conversion->type}, 1);
        return true;
    }
}

/* Copies up to the next percent sign or the end. */
static void put_literal(struct printf_output *output, struct reader *reader) {
    const void *start = reader->format;
    size_t length = 0;
    if (!reader->wide) {
        for (const char *unit = start; *unit && *unit != '%'; unit++)
            length++;
    } else {
        for (const WCHAR *unit = start; *unit && *unit != '%'; unit++)
            length++;
    }
    if (length)
        put_units(output, start, length);
    skip(reader, (int)length);
}

/* Whether a format of the _p functions uses positions 1 to n each with one type, or none at all. */
static bool positions_are_valid(struct reader reader) {
    struct positions positions = {.highest = 0};
    struct conversion conversion;
    reader.collect = &positions;
    while (peek(&reader)) {
        if (!skip_if(&reader, '%')) {
            skip(&reader, 1);
            continue;
        }
        if (!skip_if(&reader, '%'))
            read_conversion(&reader, &conversion);
    }
    for (int i = 1; i <= positions.highest && i <= MAX_POSITION; i++)
        if (!positions.uses[i])
            return false;
    return !positions.invalid && !reader.overflow && !(positions.by_order && positions.highest);
}

int printf_format(struct printf_output *output, const struct printf_request *request) {
    struct reader reader = {.request = request, .wide = output->wide, .format = request->format,
                            .next_slot = request->slots};
    struct conversion conversion;
    if (request->check == PRINTF_POSITIONAL && !positions_are_valid(reader))
        return PRINTF_INVALID;
    while (!output->failed) {
        put_literal(output, &reader);
        if (!skip_if(&reader, '%'))
            break;
        if (skip_if(&reader, '%')) {
            put_fill(output, '%', 1);
            continue;
        }
        read_conversion(&reader, &conversion);
        if (reader.overflow || !put_conversion(output, request, &conversion))
            return PRINTF_INVALID;
    }
    return output->failed ? -1 : (int)output->count;
}
