// imports: ucrtbase.dll __pwctype_func _mbsrev_l iswctype
// The table of wide characters' classes that old macros read, and texts turned round in a locale.
// Without Wine: it has no __pwctype_func that can be called.
#include <windows.h>

#include "fixture.h"

__declspec(dllimport) const unsigned short *__pwctype_func(void);
__declspec(dllimport) unsigned char *_mbsrev_l(unsigned char *, void *);
__declspec(dllimport) int iswctype(WCHAR, WCHAR);

PROGRAM
{
    const unsigned short *classes = __pwctype_func();
    unsigned char text[] = "turn";
    int same = 0;
    say("WEOF %x", classes[-1]);
    for (int c = 0; c < 128; c++)
        same += iswctype((WCHAR)c, 0x1ff) == classes[c];
    say("the same %d", same);
    say("A %x, 5 %x, blank %x, line's end %x", classes['A'], classes['5'], classes[' '], classes['\n']);
    say("%s", (char *)_mbsrev_l(text, NULL));
    return 0;
}
