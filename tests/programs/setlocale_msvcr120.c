// build: freestanding
// imports: msvcr120.dll setlocale _wsetlocale
// msvcr120.dll, as those before it: none of more than two bytes per character ("setlocale").
// Wine reports: .65000: 1
// documented: .65000: 0     (Microsoft, "setlocale, _wsetlocale")
// Wine reports: .65001: 1
// documented: .65001: 0     (Microsoft, "setlocale, _wsetlocale")
// Wine reports: English_United States.65001: 1
// documented: English_United States.65001: 0     (Microsoft, "setlocale, _wsetlocale")
// Wine reports: wide: 1
// documented: wide: 0     (Microsoft, "setlocale, _wsetlocale")
#include "setlocale_codepage.h"
