// build: freestanding
// imports: ucrtbase.dll setlocale _wsetlocale
// The Universal C run-time: UTF-8 as well ("setlocale", "UTF-8 support").
// Wine reports: .65000: 1
// documented: .65000: 0     (Microsoft, "setlocale, _wsetlocale")
#include "setlocale_codepage.h"
