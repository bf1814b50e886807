// Variables and names that msvcrt.dll alone has, and that follow the locale.
#include <windows.h>

#include "fixture.h"

PROGRAM
{
    HMODULE msvcrt = LoadLibraryA("msvcrt.dll");
    unsigned *codepage = (void *)GetProcAddress(msvcrt, "__lc_codepage"), *collation = (void *)GetProcAddress(msvcrt, "__lc_collate_cp");
    const unsigned short *classes = (void *)GetProcAddress(msvcrt, "_ctype");
    char *(*set_locale)(int, const char *) = (void *)GetProcAddress(msvcrt, "setlocale");
    int (*compare)(const char *, const char *) = (void *)GetProcAddress(msvcrt, "_strcmpi");
    say("C: %u %u", *codepage, *collation);
    say("set %d", set_locale(0, "English_United States.1252") != NULL);
    say("then %u %u", *codepage, *collation);
    set_locale(0, "C");
    say("C: %u", *codepage);
    say("end of file %x, A %x, a %x, 0 %x, blank %x, above %x", classes[0], classes[1 + 'A'], classes[1 + 'a'], classes[1 + '0'],
        classes[1 + ' '], classes[1 + 0xc0]);
    say("compare %d %d %d", compare("Text", "tEXT"), compare("a", "B") < 0, compare("b", "A") > 0);
    return 0;
}
