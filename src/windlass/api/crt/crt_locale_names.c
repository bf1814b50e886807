/* The names by which setlocale() knows languages and countries ("Locale names, Languages, and Country/Region strings",
 * "Language strings", "Country/Region strings"). */
#include "crt_locale_names.h"

#include <strings.h>

/* The first of a language's rows is what its name alone means. Code page 0: the language has Unicode only. */
static const struct named_locale named_locales[] = {
    {"af-ZA", "Afrikaans", "South Africa", "AFK", "ZAF", 1252, 850},
    {"sq-AL", "Albanian", "Albania", "SQI", "ALB", 1250, 852},
    {"ar-SA", "Arabic", "Saudi Arabia", "ARA", "SAU", 1256, 720},
    {"ar-AE", "Arabic", "United Arab Emirates", "ARU", "ARE", 1256, 720},
    {"ar-BH", "Arabic", "Bahrain", "ARH", "BHR", 1256, 720},
    {"ar-DZ", "Arabic", "Algeria", "ARG", "DZA", 1256, 720},
    {"ar-EG", "Arabic", "Egypt", "ARE", "EGY", 1256, 720},
    {"ar-IQ", "Arabic", "Iraq", "ARI", "IRQ", 1256, 720},
    {"ar-JO", "Arabic", "Jordan", "ARJ", "JOR", 1256, 720},
    {"ar-KW", "Arabic", "Kuwait", "ARK", "KWT", 1256, 720},
    {"ar-LB", "Arabic", "Lebanon", "ARB", "LBN", 1256, 720},
    {"ar-LY", "Arabic", "Libya", "ARL", "LBY", 1256, 720},
    {"ar-MA", "Arabic", "Morocco", "ARM", "MAR", 1256, 720},
    {"ar-OM", "Arabic", "Oman", "ARO", "OMN", 1256, 720},
    {"ar-QA", "Arabic", "Qatar", "ARQ", "QAT", 1256, 720},
    {"ar-SY", "Arabic", "Syria", "ARS", "SYR", 1256, 720},
    {"ar-TN", "Arabic", "Tunisia", "ART", "TUN", 1256, 720},
    {"ar-YE", "Arabic", "Yemen", "ARY", "YEM", 1256, 720},
    {"hy-AM", "Armenian", "Armenia", "HYE", "ARM", 0, 0},
    {"az-Latn-AZ", "Azerbaijani (Latin)", "Azerbaijan", "AZE", "AZE", 1254, 857},
    {"eu-ES", "Basque", "Spain", "EUQ", "ESP", 1252, 850},
    {"be-BY", "Belarusian", "Belarus", "BEL", "BLR", 1251, 866},
    {"bn-IN", "Bangla", "India", "BNG", "IND", 0, 0},
    {"bs-Latn-BA", "Bosnian (Latin)", "Bosnia and Herzegovina", "BSB", "BIH", 1250, 852},
    {"bg-BG", "Bulgarian", "Bulgaria", "BGR", "BGR", 1251, 866},
    {"ca-ES", "Catalan", "Spain", "CAT", "ESP", 1252, 850},
    {"zh-CN", "Chinese (Simplified)", "China", "CHS", "CHN", 936, 936},
    {"zh-TW", "Chinese (Traditional)", "Taiwan", "CHT", "TWN", 950, 950},
    {"zh-HK", "Chinese (Traditional)", "Hong Kong SAR", "ZHH", "HKG", 950, 950},
    {"zh-MO", "Chinese (Traditional)", "Macao SAR", "ZHM", "MAC", 950, 950},
    {"zh-SG", "Chinese (Simplified)", "Singapore", "ZHI", "SGP", 936, 936},
    {"hr-HR", "Croatian", "Croatia", "HRV", "HRV", 1250, 852},
    {"cs-CZ", "Czech", "Czechia", "CSY", "CZE", 1250, 852},
    {"da-DK", "Danish", "Denmark", "DAN", "DNK", 1252, 850},
    {"nl-NL", "Dutch", "Netherlands", "NLD", "NLD", 1252, 850},
    {"nl-BE", "Dutch", "Belgium", "NLB", "BEL", 1252, 850},
    {"en-US", "English", "United States", "ENU", "USA", 1252, 437},
    {"en-GB", "English", "United Kingdom", "ENG", "GBR", 1252, 850},
    {"en-AU", "English", "Australia", "ENA", "AUS", 1252, 850},
    {"en-CA", "English", "Canada", "ENC", "CAN", 1252, 850},
    {"en-IE", "English", "Ireland", "ENI", "IRL", 1252, 850},
    {"en-IN", "English", "India", "ENN", "IND", 1252, 437},
    {"en-JM", "English", "Jamaica", "ENJ", "JAM", 1252, 850},
    {"en-NZ", "English", "New Zealand", "ENZ", "NZL", 1252, 850},
    {"en-PH", "English", "Philippines", "ENP", "PHL", 1252, 437},
    {"en-SG", "English", "Singapore", "ENE", "SGP", 1252, 437},
    {"en-ZA", "English", "South Africa", "ENS", "ZAF", 1252, 437},
    {"en-ZW", "English", "Zimbabwe", "ENW", "ZWE", 1252, 437},
    {"en-BZ", "English", "Belize", "ENL", "BLZ", 1252, 850},
    {"en-TT", "English", "Trinidad and Tobago", "ENT", "TTO", 1252, 850},
    {"et-EE", "Estonian", "Estonia", "ETI", "EST", 1257, 775},
    {"fo-FO", "Faroese", "Faroe Islands", "FOS", "FRO", 1252, 850},
    {"fil-PH", "Filipino", "Philippines", "FPO", "PHL", 1252, 437},
    {"fi-FI", "Finnish", "Finland", "FIN", "FIN", 1252, 850},
    {"fr-FR", "French", "France", "FRA", "FRA", 1252, 850},
    {"fr-BE", "French", "Belgium", "FRB", "BEL", 1252, 850},
    {"fr-CA", "French", "Canada", "FRC", "CAN", 1252, 850},
    {"fr-CH", "French", "Switzerland", "FRS", "CHE", 1252, 850},
    {"fr-LU", "French", "Luxembourg", "FRL", "LUX", 1252, 850},
    {"fr-MC", "French", "Monaco", "FRM", "MCO", 1252, 850},
    {"gl-ES", "Galician", "Spain", "GLC", "ESP", 1252, 850},
    {"ka-GE", "Georgian", "Georgia", "KAT", "GEO", 0, 0},
    {"de-DE", "German", "Germany", "DEU", "DEU", 1252, 850},
    {"de-AT", "German", "Austria", "DEA", "AUT", 1252, 850},
    {"de-CH", "German", "Switzerland", "DES", "CHE", 1252, 850},
    {"de-LI", "German", "Liechtenstein", "DEC", "LIE", 1252, 850},
    {"de-LU", "German", "Luxembourg", "DEL", "LUX", 1252, 850},
    {"el-GR", "Greek", "Greece", "ELL", "GRC", 1253, 737},
    {"gu-IN", "Gujarati", "India", "GUJ", "IND", 0, 0},
    {"he-IL", "Hebrew", "Israel", "HEB", "ISR", 1255, 862},
    {"hi-IN", "Hindi", "India", "HIN", "IND", 0, 0},
    {"hu-HU", "Hungarian", "Hungary", "HUN", "HUN", 1250, 852},
    {"is-IS", "Icelandic", "Iceland", "ISL", "ISL", 1252, 850},
    {"id-ID", "Indonesian", "Indonesia", "IND", "IDN", 1252, 850},
    {"ga-IE", "Irish", "Ireland", "IRE", "IRL", 1252, 850},
    {"it-IT", "Italian", "Italy", "ITA", "ITA", 1252, 850},
    {"it-CH", "Italian", "Switzerland", "ITS", "CHE", 1252, 850},
    {"ja-JP", "Japanese", "Japan", "JPN", "JPN", 932, 932},
    {"kn-IN", "Kannada", "India", "KDI", "IND", 0, 0},
    {"kk-KZ", "Kazakh", "Kazakhstan", "KKZ", "KAZ", 0, 0},
    {"ko-KR", "Korean", "Korea", "KOR", "KOR", 949, 949},
    {"ky-KG", "Kyrgyz", "Kyrgyzstan", "KYR", "KGZ", 1251, 866},
    {"lv-LV", "Latvian", "Latvia", "LVI", "LVA", 1257, 775},
    {"lt-LT", "Lithuanian", "Lithuania", "LTH", "LTU", 1257, 775},
    {"lb-LU", "Luxembourgish", "Luxembourg", "LBX", "LUX", 1252, 850},
    {"mk-MK", "Macedonian", "North Macedonia", "MKI", "MKD", 1251, 866},
    {"ms-MY", "Malay", "Malaysia", "MSL", "MYS", 1252, 850},
    {"ms-BN", "Malay", "Brunei", "MSB", "BRN", 1252, 850},
    {"ml-IN", "Malayalam", "India", "MYM", "IND", 0, 0},
    {"mt-MT", "Maltese", "Malta", "MLT", "MLT", 0, 0},
    {"mi-NZ", "Māori", "New Zealand", "MRI", "NZL", 0, 0},
    {"mr-IN", "Marathi", "India", "MAR", "IND", 0, 0},
    {"mn-MN", "Mongolian", "Mongolia", "MNN", "MNG", 1251, 866},
    {"ne-NP", "Nepali", "Nepal", "NEP", "NPL", 0, 0},
    {"nb-NO", "Norwegian Bokmål", "Norway", "NOR", "NOR", 1252, 850},
    {"nn-NO", "Norwegian Nynorsk", "Norway", "NON", "NOR", 1252, 850},
    {"fa-IR", "Persian", "Iran", "FAR", "IRN", 1256, 720},
    {"pl-PL", "Polish", "Poland", "PLK", "POL", 1250, 852},
    {"pt-PT", "Portuguese", "Portugal", "PTG", "PRT", 1252, 850},
    {"pt-BR", "Portuguese", "Brazil", "PTB", "BRA", 1252, 850},
    {"pa-IN", "Punjabi", "India", "PAN", "IND", 0, 0},
    {"ro-RO", "Romanian", "Romania", "ROM", "ROU", 1250, 852},
    {"ru-RU", "Russian", "Russia", "RUS", "RUS", 1251, 866},
    {"sr-Cyrl-RS", "Serbian (Cyrillic)", "Serbia", "SRO", "SRB", 1251, 855},
    {"sr-Latn-RS", "Serbian (Latin)", "Serbia", "SRM", "SRB", 1250, 852},
    {"sk-SK", "Slovak", "Slovakia", "SKY", "SVK", 1250, 852},
    {"sl-SI", "Slovenian", "Slovenia", "SLV", "SVN", 1250, 852},
    {"es-ES", "Spanish", "Spain", "ESN", "ESP", 1252, 850},
    {"es-AR", "Spanish", "Argentina", "ESS", "ARG", 1252, 850},
    {"es-BO", "Spanish", "Bolivia", "ESB", "BOL", 1252, 850},
    {"es-CL", "Spanish", "Chile", "ESL", "CHL", 1252, 850},
    {"es-CO", "Spanish", "Colombia", "ESO", "COL", 1252, 850},
    {"es-CR", "Spanish", "Costa Rica", "ESC", "CRI", 1252, 850},
    {"es-DO", "Spanish", "Dominican Republic", "ESD", "DOM", 1252, 850},
    {"es-EC", "Spanish", "Ecuador", "ESF", "ECU", 1252, 850},
    {"es-GT", "Spanish", "Guatemala", "ESG", "GTM", 1252, 850},
    {"es-HN", "Spanish", "Honduras", "ESH", "HND", 1252, 850},
    {"es-MX", "Spanish", "Mexico", "ESM", "MEX", 1252, 850},
    {"es-NI", "Spanish", "Nicaragua", "ESI", "NIC", 1252, 850},
    {"es-PA", "Spanish", "Panama", "ESA", "PAN", 1252, 850},
    {"es-PE", "Spanish", "Per", "ESR", "PER", 1252, 850},
    {"es-PR", "Spanish", "Puerto Rico", "ESU", "PRI", 1252, 850},
    {"es-PY", "Spanish", "Paraguay", "ESZ", "PRY", 1252, 850},
    {"es-SV", "Spanish", "El Salvador", "ESE", "SLV", 1252, 850},
    {"es-US", "Spanish", "United States", "EST", "USA", 1252, 850},
    {"es-UY", "Spanish", "Uruguay", "ESY", "URY", 1252, 850},
    {"es-VE", "Spanish", "Venezuela", "ESV", "VEN", 1252, 850},
    {"sw-KE", "Swahili", "Kenya", "SWK", "KEN", 1252, 437},
    {"sv-SE", "Swedish", "Sweden", "SVE", "SWE", 1252, 850},
    {"sv-FI", "Swedish", "Finland", "SVF", "FIN", 1252, 850},
    {"ta-IN", "Tamil", "India", "TAI", "IND", 0, 0},
    {"tt-RU", "Tatar", "Russia", "TTT", "RUS", 1251, 866},
    {"te-IN", "Telug", "India", "TEL", "IND", 0, 0},
    {"th-TH", "Thai", "Thailand", "THA", "THA", 874, 874},
    {"tr-TR", "Turkish", "Turkey", "TRK", "TUR", 1254, 857},
    {"uk-UA", "Ukrainian", "Ukraine", "UKR", "UKR", 1251, 866},
    {"ur-PK", "Urd", "Pakistan", "URD", "PAK", 1256, 720},
    {"uz-Latn-UZ", "Uzbek (Latin)", "Uzbekistan", "UZB", "UZB", 1254, 857},
    {"vi-VN", "Vietnamese", "Vietnam", "VIT", "VNM", 1258, 1258},
    {"cy-GB", "Welsh", "United Kingdom", "CYM", "GBR", 1252, 850},
    {"zu-ZA", "Zul", "South Africa", "ZUL", "ZAF", 1252, 850},
};

static const struct {
    const char *alias, *name;
} language_aliases[] = {
    {"american", "en-US"}, {"american english", "en-US"}, {"american-english", "en-US"}, {"english-american", "en-US"},
    {"english-us", "en-US"}, {"english-usa", "en-US"}, {"us", "en-US"}, {"usa", "en-US"},
    {"australian", "en-AU"}, {"english-aus", "en-AU"}, {"canadian", "en-CA"}, {"english-can", "en-CA"},
    {"british", "en-GB"}, {"english-uk", "en-GB"}, {"uk", "en-GB"}, {"english-nz", "en-NZ"}, {"irish-english", "en-IE"},
    {"english-ire", "en-IE"}, {"english-jamaica", "en-JM"}, {"english-south africa", "en-ZA"},
    {"english-trinidad y tobago", "en-TT"}, {"english-belize", "en-BZ"}, {"english-caribbean", "en-TT"},
    {"belgian", "nl-BE"}, {"dutch-belgian", "nl-BE"}, {"french-belgian", "fr-BE"}, {"french-canadian", "fr-CA"},
    {"french-luxembourg", "fr-LU"}, {"french-swiss", "fr-CH"}, {"german-austrian", "de-AT"},
    {"german-lichtenstein", "de-LI"}, {"german-luxembourg", "de-LU"}, {"german-swiss", "de-CH"}, {"swiss", "de-CH"},
    {"italian-swiss", "it-CH"}, {"norwegian", "nb-NO"}, {"norwegian-bokmal", "nb-NO"}, {"norwegian-nynorsk", "nn-NO"},
    {"portuguese-brazilian", "pt-BR"}, {"spanish-argentina", "es-AR"}, {"spanish-bolivia", "es-BO"},
    {"spanish-chile", "es-CL"}, {"spanish-colombia", "es-CO"}, {"spanish-costa rica", "es-CR"},
    {"spanish-dominican republic", "es-DO"}, {"spanish-ecuador", "es-EC"}, {"spanish-el salvador", "es-SV"},
    {"spanish-guatemala", "es-GT"}, {"spanish-honduras", "es-HN"}, {"spanish-mexican", "es-MX"},
    {"spanish-modern", "es-ES"}, {"spanish-nicaragua", "es-NI"}, {"spanish-panama", "es-PA"},
    {"spanish-paraguay", "es-PY"}, {"spanish-peru", "es-PE"}, {"spanish-puerto rico", "es-PR"},
    {"spanish-uruguay", "es-UY"}, {"spanish-venezuela", "es-VE"}, {"swedish-finland", "sv-FI"},
    {"chinese", "zh-CN"}, {"chinese-simplified", "zh-CN"}, {"chinese-traditional", "zh-TW"},
    {"chinese-hongkong", "zh-HK"}, {"chinese-singapore", "zh-SG"}, {"serbian", "sr-Latn-RS"}, {"bosnian", "bs-Latn-BA"},
    {"azerbaijani", "az-Latn-AZ"}, {"uzbek", "uz-Latn-UZ"}, {"farsi", "fa-IR"},
};

static const struct {
    const char *alias, *country;
} country_aliases[] = {
    {"america", "USA"}, {"britain", "GBR"}, {"england", "GBR"}, {"great britain", "GBR"}, {"holland", "NLD"},
    {"hong-kong", "HKG"}, {"hong kong", "HKG"}, {"new-zealand", "NZL"}, {"nz", "NZL"}, {"pr china", "CHN"},
    {"pr-china", "CHN"}, {"people's republic of china", "CHN"}, {"puerto-rico", "PRI"}, {"slovak", "SVK"},
    {"south-africa", "ZAF"}, {"south korea", "KOR"}, {"south-korea", "KOR"}, {"trinidad & tobago", "TTO"},
    {"uk", "GBR"}, {"united-kingdom", "GBR"}, {"united-states", "USA"}, {"us", "USA"}, {"czech", "CZE"},
    {"czech republic", "CZE"},
};

#define COUNT(array_) (sizeof(array_) / sizeof *(array_))

static bool same(const char *a, size_t length, const char *b) {
    return strncasecmp(a, b, length) == 0 && b[length] == 0;
}

const struct named_locale *named_locale(const char *name, size_t length) {
    for (size_t i = 0; i < COUNT(named_locales); i++)
        if (same(name, length, named_locales[i].name))
            return &named_locales[i];
    return NULL;
}

static bool speaks(const struct named_locale *row, const char *language, size_t length) {
    return same(language, length, row->language) || same(language, length, row->language_code);
}

static const char *language_alias(const char *language, size_t length) {
    for (size_t i = 0; i < COUNT(language_aliases); i++)
        if (same(language, length, language_aliases[i].alias))
            return language_aliases[i].name;
    return NULL;
}

static bool lies_in(const struct named_locale *row, const char *country, size_t length) {
    if (same(country, length, row->country) || same(country, length, row->country_code))
        return true;
    for (size_t i = 0; i < COUNT(country_aliases); i++)
        if (same(country, length, country_aliases[i].alias))
            return strcmp(country_aliases[i].country, row->country_code) == 0;
    return false;
}

const struct named_locale *named_locale_of_language(const char *language, size_t language_length,
                                                    const char *country, size_t country_length) {
    const char *alias = language_alias(language, language_length);
    const struct named_locale *aliased = alias ? named_locale(alias, strlen(alias)) : NULL;
    if (aliased && (!country || lies_in(aliased, country, country_length)))
        return aliased;
    for (size_t i = 0; i < COUNT(named_locales); i++) {
        const struct named_locale *row = &named_locales[i];
        bool spoken = aliased ? strcmp(row->language, aliased->language) == 0
                              : speaks(row, language, language_length);
        if (spoken && (!country || lies_in(row, country, country_length)))
            return row;
    }
    return NULL;
}
