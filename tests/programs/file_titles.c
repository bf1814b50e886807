// flags: -lcomdlg32
// What the common dialogs say of a wrong structure, and the titles of files.
#include <windows.h>
#include <commdlg.h>

#include "fixture.h"

static void dialogs(void)
{
    OPENFILENAMEW open = {.lStructSize = 5};
    say("wrong size %d, error %x", GetOpenFileNameW(&open), CommDlgExtendedError());
}

static void title(const char *name, WORD size)
{
    char text[32] = "?";
    short result = GetFileTitleA(name, text, size);
    say("%s: %d %s", name, result, result ? "" : text);
}

static void titles(void)
{
    title("C:\\folder\\name.txt", 32);
    title("name", 32);
    title("C:/folder/name.txt", 32);
    title("C:\\folder\\name.txt", 4);
    title("C:\\folder\\", 32);
    title("C:", 32);
    title("what*.txt", 32);
    title("", 32);
}

PROGRAM
{
    dialogs();
    titles();
    return 0;
}
