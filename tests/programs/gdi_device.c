// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// What a memory DC answers to those who want a printer, OpenGL or colour profiles.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

PROGRAM
{
    HDC dc = CreateCompatibleDC(NULL);
    DOCINFOA document = {sizeof document, "none", NULL, NULL, 0};
    int query = QUERYESCSUPPORT, none = 4711;
    say("escape %d %d", Escape(dc, QUERYESCSUPPORT, sizeof query, (const char *)&query, NULL),
        ExtEscape(dc, QUERYESCSUPPORT, sizeof none, (const char *)&none, 0, NULL));
    say("document %d", StartDocA(dc, &document) > 0);
    say("pixel format %d", GetPixelFormat(dc));
    say("colours %d %d", SetICMMode(dc, ICM_QUERY), SetICMMode(dc, ICM_OFF));
    DeleteDC(dc);
    return 0;
}
