/* Which code pages the locales of a run-time can have: the programs that include this differ in the run-time. */
#include "fixture.h"

__declspec(dllimport) char *setlocale(int, const char *);
__declspec(dllimport) unsigned short *_wsetlocale(int, const unsigned short *);

PROGRAM
{
    static const char *const names[] = {
        "C", ".1252", ".932", ".65000", ".65001", ".utf8", ".UTF-8", "English_United States.1252",
        "English_United States.65001", "English_United States.utf8", "en_US.UTF-8", "en_US.utf8", "C.UTF-8", ".nonsense",
    };
    static const unsigned short wide[] = L".65001";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        setlocale(0, "C");
        char *set = setlocale(0, names[i]);
        say("%s: %d", names[i], set != NULL);
        check(set || (setlocale(0, NULL)[0] == 'C' && setlocale(0, NULL)[1] == 0));
    }
    setlocale(0, "C");
    say("wide: %d", _wsetlocale(2, wide) != NULL);
    setlocale(0, "C");
    return 0;
}
