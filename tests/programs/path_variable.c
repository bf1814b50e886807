// build: freestanding
// PATH is read as it was written, whether or not its directories are there.
#include <windows.h>
#include "fixture.h"

static void round_trip(const WCHAR *value)
{
    static WCHAR got[200];
    check(SetEnvironmentVariableW(L"PATH", value));
    GetEnvironmentVariableW(L"Path", got, 200);
    say("%ls", got);
}

PROGRAM
{
    round_trip(L".");
    round_trip(L".;C:\\windows;..\\tools");
    round_trip(L"C:\\No Such;;\\\\server\\share\\bin;C:/forward/");
    round_trip(L"%SystemRoot%\\x;\"C:\\in quotes\"");
    return 0;
}
