/* Numbers from and to text, for char and wchar_t alike; crt_convert.c includes this for each.
 *
 * The includer defines CHAR_T, NAME(narrow, wide), DIGIT_OF(character) and IS_SPACE(character, locale). */

#define TEXT_API(dlls_, result_, name_, ...) API(dlls_, result_, name_, __VA_ARGS__)
#define LOCAL(name_) NAME(narrow_##name_, wide_##name_)

/* ---- integers from text ---- */

/* What stands at `text`: the magnitude, wrapped at 64 bits with `too_large` set. *end is `text` when there is no
 * number. */
static struct parsed_integer LOCAL(parse_integer)(const CHAR_T *text, CHAR_T **end, int base,
                                                  const struct crt_locale *locale) {
    struct parsed_integer number = {0, false, false};
    const CHAR_T *at = text;
    bool any = false;
    (void)locale;
    while (IS_SPACE(*at, locale))
        at++;
    if (*at == '-' || *at == '+')
        number.negative = *at++ == '-';
    if ((base == 0 || base == 16) && DIGIT_OF(*at) == 0 && (at[1] == 'x' || at[1] == 'X')) {
        at += 2;
        base = 16;
    } else if (base == 0)
        base = DIGIT_OF(*at) == 0 ? 8 : 10;
    for (unsigned digit; (digit = DIGIT_OF(*at)) < (unsigned)base; at++, any = true)
        if (__builtin_mul_overflow(number.magnitude, (uint64_t)base, &number.magnitude)
            || __builtin_add_overflow(number.magnitude, (uint64_t)digit, &number.magnitude))
            number.too_large = true;
    if (end)
        *end = (CHAR_T *)(any ? at : text);
    return number;
}

/* Declares name_ and name_l_ for strings with a base; `result_` is the type, limits_ its clamping function. */
#define FROM_TEXT(dlls_, result_, name_, dlls_l_, name_l_, limit_)                             \
    TEXT_API(dlls_l_, result_, name_l_, const CHAR_T *text, CHAR_T **end, int base, _locale_t locale) { \
        if (end)                                                                               \
            *end = (CHAR_T *)text;                                                             \
        CRT_VALIDATE(text && (base == 0 || (base >= 2 && base <= 36)), CRT_EINVAL, 0);         \
        return (result_)limit_(LOCAL(parse_integer)(text, end, base, crt_locale(locale)));     \
    }                                                                                          \
    TEXT_API(dlls_, result_, name_, const CHAR_T *text, CHAR_T **end, int base) {              \
        if (end)                                                                               \
            *end = (CHAR_T *)text;                                                             \
        CRT_VALIDATE(text && (base == 0 || (base >= 2 && base <= 36)), CRT_EINVAL, 0);         \
        return (result_)limit_(LOCAL(parse_integer)(text, end, base, crt_locale(NULL)));       \
    }

FROM_TEXT(CRT_DLLS ntdll, LONG, NAME(strtol, wcstol), CRT_DLLS, NAME(_strtol_l, _wcstol_l), as_int32)
FROM_TEXT(CRT_DLLS ntdll, ULONG, NAME(strtoul, wcstoul), CRT_DLLS, NAME(_strtoul_l, _wcstoul_l), as_uint32)
FROM_TEXT(CRT_DLLS, LONGLONG, NAME(_strtoi64, _wcstoi64), CRT_DLLS, NAME(_strtoi64_l, _wcstoi64_l), as_int64)
FROM_TEXT(CRT_DLLS, ULONGLONG, NAME(_strtoui64, _wcstoui64), CRT_DLLS, NAME(_strtoui64_l, _wcstoui64_l), as_uint64)

#define ATOI(dlls_, result_, name_, dlls_l_, name_l_, limit_)                                  \
    TEXT_API(dlls_l_, result_, name_l_, const CHAR_T *text, _locale_t locale) {                \
        CRT_VALIDATE(text, CRT_EINVAL, 0);                                                     \
        return (result_)limit_(LOCAL(parse_integer)(text, NULL, 10, crt_locale(locale)));      \
    }                                                                                          \
    TEXT_API(dlls_, result_, name_, const CHAR_T *text) {                                      \
        CRT_VALIDATE(text, CRT_EINVAL, 0);                                                     \
        return (result_)limit_(LOCAL(parse_integer)(text, NULL, 10, crt_locale(NULL)));        \
    }

ATOI(CRT_DLLS ntdll, int, NAME(atoi, _wtoi), CRT_DLLS, NAME(_atoi_l, _wtoi_l), as_int32)
ATOI(CRT_DLLS ntdll, LONG, NAME(atol, _wtol), CRT_DLLS, NAME(_atol_l, _wtol_l), as_int32)
ATOI(CRT_DLLS ntdll, LONGLONG, NAME(_atoi64, _wtoi64), CRT_DLLS, NAME(_atoi64_l, _wtoi64_l), as_int64)
ATOI(ucrtbase msvcr120, LONGLONG, NAME(atoll, _wtoll), ucrtbase msvcr120, NAME(_atoll_l, _wtoll_l), as_int64)

/* ---- integers to text ---- */

/* Writes in base 2 to 36. `size` counts characters; SIZE_MAX for the functions that trust the caller. */
static errno_t LOCAL(put_integer)(uint64_t value, bool negative, CHAR_T *to, size_t size, int base) {
    CHAR_T digits[65];
    size_t count = 0;
    if (!to || !size)
        return crt_invalid(CRT_EINVAL);
    if (base < 2 || base > 36) {
        *to = 0;
        return crt_invalid(CRT_EINVAL);
    }
    uint64_t magnitude = negative ? 0 - value : value;
    do
        digits[count++] = (CHAR_T)"0123456789abcdefghijklmnopqrstuvwxyz"[magnitude % (unsigned)base];
    while ((magnitude /= (unsigned)base) != 0);
    if (count + negative >= size) {
        *to = 0;
        return crt_invalid(CRT_ERANGE);
    }
    if (negative)
        *to++ = '-';
    while (count)
        *to++ = digits[--count];
    *to = 0;
    return 0;
}

/* A negative value has a sign in base 10 only; `negative_` says when. */
#define TO_TEXT(type_, unsigned_type_, name_, name_s_, negative_)                              \
    TEXT_API(CRT_DLLS, errno_t, name_s_, type_ value, CHAR_T *to, size_t size, int base) {     \
        bool negative = negative_;                                                             \
        return LOCAL(put_integer)(negative ? (uint64_t)value : (unsigned_type_)value, negative, to, size, base); \
    }                                                                                          \
    TEXT_API(CRT_DLLS ntdll, CHAR_T *, name_, type_ value, CHAR_T *to, int base) {             \
        bool negative = negative_;                                                             \
        LOCAL(put_integer)(negative ? (uint64_t)value : (unsigned_type_)value, negative, to, SIZE_MAX, base); \
        return to;                                                                             \
    }

TO_TEXT(int, unsigned, NAME(_itoa, _itow), NAME(_itoa_s, _itow_s), base == 10 && value < 0)
TO_TEXT(LONG, ULONG, NAME(_ltoa, _ltow), NAME(_ltoa_s, _ltow_s), base == 10 && value < 0)
TO_TEXT(LONGLONG, ULONGLONG, NAME(_i64toa, _i64tow), NAME(_i64toa_s, _i64tow_s), base == 10 && value < 0)
TO_TEXT(ULONG, ULONG, NAME(_ultoa, _ultow), NAME(_ultoa_s, _ultow_s), false)
TO_TEXT(ULONGLONG, ULONGLONG, NAME(_ui64toa, _ui64tow), NAME(_ui64toa_s, _ui64tow_s), false)

/* ---- floating point from text ---- */

static bool LOCAL(matches)(const CHAR_T *text, const char *word) {
    while (*word && (*text | 0x20) == *word)
        text++, word++;
    return !*word;
}

/* "inf", "infinity", "nan", "nan(ind)", "nan(snan)"; the length, 0 when it is none. */
static size_t LOCAL(special)(const CHAR_T *text, enum float_kind *kind) {
    if (LOCAL(matches)(text, "inf")) {
        *kind = FLOAT_INFINITE;
        return LOCAL(matches)(text, "infinity") ? 8 : 3;
    }
    if (!LOCAL(matches)(text, "nan"))
        return 0;
    *kind = FLOAT_NAN;
    if (text[3] != '(')
        return 3;
    if (LOCAL(matches)(text + 4, "snan)"))
        *kind = FLOAT_SIGNALING_NAN;
    else if (LOCAL(matches)(text + 4, "ind)"))
        *kind = FLOAT_INDEFINITE;
    size_t end = 4;
    while (text[end] == '_' || DIGIT_OF(text[end]) < 36)
        end++;
    if (text[end] == ')')
        return end + 1;
    *kind = FLOAT_NAN;
    return 3;
}

/* Takes digits of the base, with at most one decimal point; collects what counts in `number`. */
static const CHAR_T *LOCAL(take_digits)(const CHAR_T *at, unsigned base, CHAR_T point, struct parsed_float *number) {
    bool behind_point = false;
    for (;; at++) {
        unsigned digit = DIGIT_OF(*at);
        if (digit < base)
            add_float_digit(number, digit, behind_point);
        else if (*at == point && !behind_point)
            behind_point = true;
        else
            return at;
    }
}

/* "e-12" behind digits; without digits of its own it does not belong to the number. */
static const CHAR_T *LOCAL(take_exponent)(const CHAR_T *at, char letter, struct parsed_float *number) {
    if ((*at | 0x20) != letter)
        return at;
    const CHAR_T *digit = at + 1;
    bool negative = *digit == '-';
    if (*digit == '-' || *digit == '+')
        digit++;
    if (DIGIT_OF(*digit) >= 10)
        return at;
    int64_t exponent = 0;
    for (; DIGIT_OF(*digit) < 10; digit++)
        if (exponent < 100000000)
            exponent = exponent * 10 + DIGIT_OF(*digit);
    number->exponent += negative ? -exponent : exponent;
    return digit;
}

/* Fills `number`; *end is `text` when there is none. */
static void LOCAL(parse_float)(const CHAR_T *text, CHAR_T **end, const struct crt_locale *locale,
                               struct parsed_float *number) {
    const CHAR_T *at = text, *start, *behind;
    CHAR_T point = *locale->lconv->NAME(decimal_point, w_decimal_point);
    while (IS_SPACE(*at, locale))
        at++;
    if (*at == '-' || *at == '+')
        number->negative = *at++ == '-';
    start = at;
    size_t special = LOCAL(special)(at, &number->kind);
    if (special) {
        if (end)
            *end = (CHAR_T *)at + special;
        return;
    }
    if (*at == '0' && (at[1] | 0x20) == 'x') {
        number->kind = FLOAT_HEXADECIMAL;
        behind = LOCAL(take_digits)(at + 2, 16, point, number);
        if (number->any) {
            number->exponent *= 4;
            behind = LOCAL(take_exponent)(behind, 'p', number);
            if (end)
                *end = (CHAR_T *)behind;
            return;
        }
        number->kind = FLOAT_DECIMAL;
    }
    behind = LOCAL(take_digits)(start, 10, point, number);
    if (number->any)
        behind = LOCAL(take_exponent)(behind, 'e', number);
    if (end)
        *end = (CHAR_T *)(number->any ? behind : text);
}

#define FLOAT_FROM_TEXT(dlls_, result_, name_, dlls_l_, name_l_, value_)                       \
    TEXT_API(dlls_l_, result_, name_l_, const CHAR_T *text, CHAR_T **end, _locale_t locale) {  \
        struct parsed_float number = NO_FLOAT;                                                 \
        if (end)                                                                               \
            *end = (CHAR_T *)text;                                                             \
        CRT_VALIDATE(text, CRT_EINVAL, 0);                                                     \
        LOCAL(parse_float)(text, end, crt_locale(locale), &number);                            \
        return value_(&number);                                                                \
    }                                                                                          \
    TEXT_API(dlls_, result_, name_, const CHAR_T *text, CHAR_T **end) {                        \
        struct parsed_float number = NO_FLOAT;                                                 \
        if (end)                                                                               \
            *end = (CHAR_T *)text;                                                             \
        CRT_VALIDATE(text, CRT_EINVAL, 0);                                                     \
        LOCAL(parse_float)(text, end, crt_locale(NULL), &number);                              \
        return value_(&number);                                                                \
    }

FLOAT_FROM_TEXT(CRT_DLLS, double, NAME(strtod, wcstod), CRT_DLLS, NAME(_strtod_l, _wcstod_l), double_of)
FLOAT_FROM_TEXT(ucrtbase msvcr120, float, NAME(strtof, wcstof), ucrtbase msvcr120, NAME(_strtof_l, _wcstof_l), float_of)

TEXT_API(CRT_DLLS, double, NAME(_atof_l, _wtof_l), const CHAR_T *text, _locale_t locale) {
    return NAME(api__strtod_l, api__wcstod_l)(text, NULL, locale);
}
TEXT_API(CRT_DLLS, double, NAME(atof, _wtof), const CHAR_T *text) {
    return NAME(api__strtod_l, api__wcstod_l)(text, NULL, NULL);
}

#undef TEXT_API
#undef LOCAL
#undef FROM_TEXT
#undef ATOI
#undef TO_TEXT
#undef FLOAT_FROM_TEXT
#undef CHAR_T
#undef NAME
#undef DIGIT_OF
#undef IS_SPACE
