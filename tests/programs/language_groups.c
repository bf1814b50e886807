// Groups of languages, languages of the user interface, numbers in the ANSI code page.
#include <windows.h>

#include "fixture.h"

static unsigned count, western;

static BOOL CALLBACK group(LGRPID number, LPWSTR text, LPWSTR name, DWORD flags, LONG_PTR parameter)
{
    count++;
    western += number == LGRPID_WESTERN_EUROPE && text[0] == '1' && name[0] && flags == LGRPID_INSTALLED && parameter == 5;
    return TRUE;
}

static BOOL CALLBACK language(LPWSTR name, LONG_PTR parameter)
{
    count++;
    western += lstrlenW(name) > 3 && parameter == 7;
    return TRUE;
}

PROGRAM
{
    char text[40] = "";
    check(EnumSystemLanguageGroupsW(group, LGRPID_INSTALLED, 5));
    say("groups: several %d, the first %u", count > 10, western);
    say("valid %d %d", IsValidLanguageGroup(LGRPID_JAPANESE, LGRPID_SUPPORTED), IsValidLanguageGroup(99, LGRPID_SUPPORTED));
    count = western = 0;
    check(EnumUILanguagesW(language, MUI_LANGUAGE_NAME, 7));
    say("languages: some %d, all named %d", count > 0, count == western);
    // Wine reports: 12 1234,567.89
    // documented: 13 1,234,567.89     (Microsoft, "GetNumberFormatA function")
    say("%d %s", GetNumberFormatA(0x409, 0, "1234567.891", NULL, text, sizeof text), text);
    NUMBERFMTA format = {3, 1, 3, ",", ".", 1};
    say("%d %s", GetNumberFormatA(0x409, 0, "-1234567.8915", &format, text, sizeof text), text);
    say("%d %s", GetCurrencyFormatA(0x409, 0, "1234.5", NULL, text, sizeof text), text);
    return 0;
}
