// Descriptors of pipes: positions, and copies that a child inherits; the names of the time zone in strftime.
// Wine reports: seek -1, -1, -1
// documented: seek 0, 0, 3     (Microsoft, "SetFilePointerEx function")
// Wine reports: tell -1
// documented: tell 3     (the same)
// Wine reports: end -1
// documented: end 3     (the same)
// Wine reports: length -1
// documented: length 3     (the same)
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <time.h>

#include "fixture.h"

static int is_inheritable(int number)
{
    DWORD flags = 0;
    GetHandleInformation((HANDLE)_get_osfhandle(number), &flags);
    return flags & HANDLE_FLAG_INHERIT;
}

static void copies(void)
{
    int ends[2];
    check(_pipe(ends, 4096, _O_BINARY | _O_NOINHERIT) == 0);
    int copy = _dup(ends[0]);
    say("inheritable: %d, its copy %d", is_inheritable(ends[0]), is_inheritable(copy));
    check(_dup2(ends[1], copy) == 0);
    say("over another: %d", is_inheritable(copy));
    _close(copy);
    say("seek %d, %d, %d", _lseek(ends[0], 0, 0), _lseek(ends[0], 0, 1), _lseek(ends[0], 3, 0));
    say("tell %d", _tell(ends[0]));
    _write(ends[1], "abc", 3);
    say("end %d", _lseek(ends[0], 0, 2));
    say("length %d", (int)_filelengthi64(ends[0]));
    _close(ends[0]);
    _close(ends[1]);
}

static void zone(const char *setting)
{
    char text[100];
    struct tm time = {0, 0, 12, 1, 0, 124, 1, 0, 0};
    _putenv(setting);
    _tzset();
    strftime(text, sizeof text, "%Z", &time);
    time.tm_isdst = 1;
    char summer[100];
    strftime(summer, sizeof summer, "%Z", &time);
    say("%s: %s|%s", setting, text, summer);
}

PROGRAM
{
    copies();
    // Wine reports: TZ=PST8PDT: PS|PD
    // documented: TZ=PST8PDT: PST|PDT     (Microsoft, "_tzset")
    zone("TZ=PST8PDT");
    // Wine reports: TZ=EST5: ES|
    // documented: TZ=EST5: EST|     (Microsoft, "_tzset")
    zone("TZ=EST5");
    _putenv("TZ=");
    _tzset();
    TIME_ZONE_INFORMATION information;
    GetTimeZoneInformation(&information);
    char name[100] = "", text[100] = "";
    WideCharToMultiByte(CP_ACP, 0, information.StandardName, -1, name, 100, NULL, NULL);
    struct tm time = {0, 0, 12, 1, 0, 124, 1, 0, 0};
    strftime(text, sizeof text, "%Z", &time);
    say("the system's name: %d", lstrcmpA(name, text) == 0);
    return 0;
}
