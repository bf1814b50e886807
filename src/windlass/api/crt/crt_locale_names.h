/* The names by which setlocale() knows languages and countries. */
#ifndef WINDLASS_CRT_LOCALE_NAMES_H
#define WINDLASS_CRT_LOCALE_NAMES_H

#include "crt.h"

struct named_locale {
    const char *name, *language, *country, *language_code, *country_code;
    WORD ansi, oem;
};

/* By Windows locale name ("de-DE"), any case; NULL if it has no row. */
const struct named_locale *named_locale(const char *name, size_t length);

/* By language and, unless `country` is NULL, country: names, three-letter codes or documented aliases. */
const struct named_locale *named_locale_of_language(const char *language, size_t language_length,
                                                    const char *country, size_t country_length);

#endif
