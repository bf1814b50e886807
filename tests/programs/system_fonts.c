// build: freestanding
// flags: -fno-builtin -luser32
// What SystemParametersInfo tells of fonts: not which they are, but that the structures are whole.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

PROGRAM
{
    NONCLIENTMETRICSW wide;
    NONCLIENTMETRICSA narrow;
    ICONMETRICSW icons;
    LOGFONTW font;
    unsigned i;
    unsigned char *bytes = (unsigned char *)&wide;
    for (i = 0; i < sizeof wide; i++)
        bytes[i] = 0xee;
    wide.cbSize = sizeof wide;
    say("wide %d", SystemParametersInfoW(SPI_GETNONCLIENTMETRICS, sizeof wide, &wide, 0));
    say("scroll %d %d like %d %d", wide.iScrollWidth > 0, wide.iScrollHeight > 0, wide.iScrollWidth == GetSystemMetrics(SM_CXVSCROLL),
        wide.iScrollHeight == GetSystemMetrics(SM_CYHSCROLL));
    say("menu %d caption %d", wide.iMenuHeight == GetSystemMetrics(SM_CYMENU) - 1, wide.iCaptionHeight == GetSystemMetrics(SM_CYCAPTION) - 1);
    say("fonts %d %d %d, names %d %d", wide.lfMessageFont.lfHeight < 0, wide.lfMenuFont.lfHeight < 0, wide.lfMessageFont.lfWeight,
        wide.lfMessageFont.lfFaceName[0] != 0, wide.lfCaptionFont.lfFaceName[0] != 0);
    say("size kept %d", wide.cbSize == sizeof wide);
    wide.cbSize = sizeof wide - sizeof(int);
    say("without padding %d", SystemParametersInfoW(SPI_GETNONCLIENTMETRICS, wide.cbSize, &wide, 0));
    narrow.cbSize = sizeof narrow;
    say("ansi %d: %d %d", SystemParametersInfoA(SPI_GETNONCLIENTMETRICS, sizeof narrow, &narrow, 0), narrow.lfMessageFont.lfHeight < 0,
        narrow.lfStatusFont.lfFaceName[0] != 0);
    icons.cbSize = sizeof icons;
    say("icons %d: %d %d", SystemParametersInfoW(SPI_GETICONMETRICS, sizeof icons, &icons, 0), icons.iHorzSpacing, icons.lfFont.lfHeight < 0);
    say("title %d: %d", SystemParametersInfoW(SPI_GETICONTITLELOGFONT, sizeof font, &font, 0), font.lfHeight < 0);
    return 0;
}
