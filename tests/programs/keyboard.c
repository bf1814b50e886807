// flags: -luser32
// The keyboard layout of the United States: names, scan codes and characters of keys.
#include <windows.h>

#include "fixture.h"

static void names(void)
{
    static const unsigned codes[] = {0x01, 0x02, 0x0d, 0x0e, 0x10, 0x1c, 0x1d, 0x27, 0x2a, 0x2b, 0x36, 0x37, 0x39, 0x3b, 0x45, 0x47, 0x53,
        0x56, 0x58, 0x11c, 0x11d, 0x135, 0x137, 0x138, 0x145, 0x147, 0x14b, 0x153, 0x15b, 0x15d};
    WCHAR name[32], cut[4];
    char ansi[32];
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
        say("%x: %d %ls", codes[i], GetKeyNameTextW((LONG)(codes[i] << 16), name, 32), name);
    say("cut %d %ls", GetKeyNameTextW(0x0e << 16, cut, 4), cut);
    say("ansi %d %s", GetKeyNameTextA(0x39 << 16, ansi, 32), ansi);
    say("either side %d %ls", GetKeyNameTextW(0x36 << 16 | 1 << 25, name, 32), name);
}

static void maps(void)
{
    static const BYTE keys[] = {VK_BACK, VK_RETURN, VK_SHIFT, VK_CONTROL, VK_MENU, VK_ESCAPE, VK_SPACE, VK_LEFT, VK_DELETE, '0', 'A', 'Z',
        VK_LWIN, VK_NUMPAD0, VK_NUMPAD9, VK_MULTIPLY, VK_DIVIDE, VK_F1, VK_F12, VK_NUMLOCK, VK_LSHIFT, VK_RSHIFT, VK_RCONTROL, VK_RMENU,
        VK_OEM_1, VK_OEM_PLUS, VK_OEM_3, VK_OEM_5, VK_OEM_102};
    for (unsigned i = 0; i < sizeof keys; i++)
        say("key %x: %x %x %x", keys[i], MapVirtualKeyW(keys[i], MAPVK_VK_TO_VSC), MapVirtualKeyW(keys[i], MAPVK_VK_TO_VSC_EX),
            MapVirtualKeyW(keys[i], MAPVK_VK_TO_CHAR));
    for (unsigned scan = 1; scan < 0x59; scan += scan < 0x36 ? 5 : 1)
        say("code %x: %x %x", scan, MapVirtualKeyA(scan, MAPVK_VSC_TO_VK), MapVirtualKeyA(scan, MAPVK_VSC_TO_VK_EX));
    say("extended %x %x", MapVirtualKeyW(0xe01d, MAPVK_VSC_TO_VK_EX), MapVirtualKeyW(0xe04b, MAPVK_VSC_TO_VK_EX));
}

static void characters(void)
{
    static const char texts[] = "aZ0!~\\|\"\r\t\b \x1b\x01\x1a\x7f\n\x03\x1d";
    BYTE state[256] = {0};
    WCHAR text[4];
    WORD ascii = 0;
    for (const char *each = texts; *each; each++)
        say("%x: %x %x", *each, (WORD)VkKeyScanW((WCHAR)*each), (WORD)VkKeyScanExA(*each, GetKeyboardLayout(0)));
    say("none %x", (WORD)VkKeyScanW(0xe4));
    say("a %d %c", ToUnicode('A', 0x1e, state, text, 4, 0), text[0]);
    state[VK_CAPITAL] = 1;
    say("caps %d %c", ToUnicode('A', 0x1e, state, text, 4, 0), text[0]);
    state[VK_SHIFT] = 0x80;
    // Wine reports: both 1 A
    // documented: both 1 a     ("Keyboard Layouts": Caps Lock reverses Shift for the letters)
    say("both %d %c", ToUnicodeEx('A', 0x1e, state, text, 4, 0, GetKeyboardLayout(0)), text[0]);
    say("shifted %d %c", ToUnicode('1', 2, state, text, 4, 0), text[0]);
    say("released %d", ToUnicode('1', 0x8002, state, text, 4, 0));
    state[VK_SHIFT] = 0;
    state[VK_CONTROL] = 0x80;
    say("control %d %x", ToUnicode('C', 0x2e, state, text, 4, 0), text[0]);
    say("nothing %d", ToUnicode('1', 2, state, text, 4, 0));
    state[VK_CONTROL] = 0;
    // Wine reports: ascii 0 \x00
    // documented: ascii 1 5     ("Virtual-Key Codes": VK_NUMPAD5 is the key of the digit)
    say("ascii %d %c", ToAsciiEx(VK_NUMPAD5, 0x4c, state, &ascii, 0, GetKeyboardLayout(0)), ascii);
    say("f1 %d", ToAscii(VK_F1, 0x3b, state, &ascii, 0));
    say("oem %x %x", (unsigned)OemKeyScan('A'), (unsigned)OemKeyScan('!'));
}

PROGRAM
{
    names();
    maps();
    characters();
    return 0;
}
