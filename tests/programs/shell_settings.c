// flags: -lshlwapi -lshell32 -ladvapi32 -lole32 -luser32
// The Shell's settings of the user and the machine, associations of files, short paths, and lists of dropped files.
#include <windows.h>
#include <shlwapi.h>
#include <shlobj.h>
#include <shellapi.h>

#include "fixture.h"

/* Keys that no other run of this program has. */
static WCHAR key_name[80], below_name[80], extension[40], class_name[40];

static const WCHAR *in_class(const WCHAR *name)
{
    static WCHAR path[100];
    return lstrcatW(lstrcpyW(path, class_name), name);
}

static void settings(void)
{
    HUSKEY key = NULL, below = NULL;
    DWORD number = 5, type = 0, size, count = 9;
    WCHAR text[40];
    char narrow[80];
    WideCharToMultiByte(CP_ACP, 0, key_name, -1, narrow, sizeof narrow, NULL, NULL);
    say("none %d", SHRegOpenUSKeyW(key_name, KEY_ALL_ACCESS, NULL, &key, FALSE));
    SHSetValueW(HKEY_CURRENT_USER, below_name, NULL, REG_SZ, L"", 2);
    say("open %d", SHRegOpenUSKeyW(key_name, KEY_ALL_ACCESS, NULL, &key, FALSE));
    number = 5;
    say("write %d", SHRegWriteUSValueW(key, L"number", REG_DWORD, &number, sizeof number, SHREGSET_FORCE_HKCU));
    number = 0, size = sizeof number;
    say("query %d", SHRegQueryUSValueW(key, L"number", &type, &number, &size, FALSE, NULL, 0));
    say("  %u type %u size %u", number, type, size);
    say("set %d", SHRegSetUSValueW(key_name, L"answer", REG_SZ, L"YES", 8, SHREGSET_FORCE_HKCU));
    say("bool %d %d %d", SHRegGetBoolUSValueW(key_name, L"answer", FALSE, FALSE), SHRegGetBoolUSValueW(key_name, L"none", FALSE, TRUE),
        SHRegGetBoolUSValueA(narrow, "number", FALSE, FALSE));
    say("below %d", SHRegOpenUSKeyW(L"Below", KEY_ALL_ACCESS, key, &below, FALSE));
    say("close %d", SHRegCloseUSKey(below));
    size = 40;
    say("key %d '%ls'", SHRegEnumUSKeyW(key, 0, text, &size, SHREGENUM_HKCU), text);
    size = 40;
    say("no key %d", SHRegEnumUSKeyW(key, 1, text, &size, SHREGENUM_HKCU));
    say("info %d", SHRegQueryInfoUSKeyW(key, &count, NULL, &number, NULL, SHREGENUM_HKCU));
    say("  %u keys %u values", count, number);
    say("delete %d", SHRegDeleteUSValueW(key, L"number", SHREGDEL_HKCU));
    say("close %d", SHRegCloseUSKey(key));
    SHDeleteKeyW(HKEY_CURRENT_USER, key_name);
    *StrRChrW(key_name, NULL, L'\\') = 0;
    SHDeleteKeyW(HKEY_CURRENT_USER, key_name);
}

static void ask(const char *what, ASSOCSTR string, const WCHAR *name, const WCHAR *extra)
{
    WCHAR text[MAX_PATH] = L"unchanged";
    DWORD size = MAX_PATH;
    HRESULT result = AssocQueryStringW(0, string, name, extra, text, &size);
    if (FAILED(result))
        say("%s fails", what);
    else
        say("%s %x '%ls'", what, result, text);
}

static void put(const WCHAR *key, const WCHAR *name, const WCHAR *text)
{
    SHSetValueW(HKEY_CLASSES_ROOT, key, name, REG_SZ, text, (lstrlenW(text) + 1) * 2);
}

static void associations(void)
{
    WCHAR text[8];
    DWORD size = 8;
    HKEY key;
    PERCEIVED perceived = 77;
    WCHAR file[60];
    lstrcatW(lstrcpyW(file, L"x"), extension);
    ask("unknown", ASSOCSTR_COMMAND, L".windlassnone", NULL);
    put(extension, NULL, class_name);
    put(extension, L"Content Type", L"application/x-windlass");
    put(class_name, NULL, L"A test");
    put(in_class(L"\\DefaultIcon"), NULL, L"shell32.dll,3");
    put(in_class(L"\\shell\\open\\command"), NULL, L"\"C:\\windows\\explorer.exe\" -x \"%1\"");
    put(in_class(L"\\shell\\print\\command"), NULL, L"C:\\windows\\system32\\cmd.exe /p %1");
    ask("command", ASSOCSTR_COMMAND, extension, NULL);
    ask("command of class", ASSOCSTR_COMMAND, class_name, L"open");
    ask("print", ASSOCSTR_COMMAND, extension, L"print");
    ask("no verb", ASSOCSTR_COMMAND, extension, L"none");
    ask("executable", ASSOCSTR_EXECUTABLE, extension, NULL);
    ask("print's executable", ASSOCSTR_EXECUTABLE, extension, L"print");
    ask("document", ASSOCSTR_FRIENDLYDOCNAME, extension, NULL);
    ask("type", ASSOCSTR_CONTENTTYPE, extension, NULL);
    ask("icon", ASSOCSTR_DEFAULTICON, extension, NULL);
    say("size %x", AssocQueryStringW(0, ASSOCSTR_COMMAND, extension, NULL, NULL, &size));
    say("  %u", size);
    size = 8;
    say("small %x", AssocQueryStringW(ASSOCF_NOTRUNCATE, ASSOCSTR_COMMAND, extension, NULL, text, &size));
    // Wine reports: key 80004001
    // documented: key 0     (Microsoft, "AssocQueryKeyW function")
    HRESULT result = AssocQueryKeyW(0, ASSOCKEY_CLASS, extension, NULL, &key);
    say("key %x", result);
    if (SUCCEEDED(result))
        RegCloseKey(key);
    // Wine reports: content 0 0
    // documented: content 1 0     (Microsoft, "PathIsContentTypeW function")
    say("content %d %d", PathIsContentTypeW(file, L"application/x-windlass"), PathIsContentTypeW(L"x", L"text/plain"));
    // Wine reports: perceived 80004001
    // documented: perceived 0     (Microsoft, "AssocGetPerceivedType function")
    result = AssocGetPerceivedType(L".zip", &perceived, NULL, NULL);
    say("perceived %x", result);
    check(FAILED(result) || perceived == PERCEIVED_TYPE_COMPRESSED);
    SHDeleteKeyW(HKEY_CLASSES_ROOT, extension);
    SHDeleteKeyW(HKEY_CLASSES_ROOT, class_name);
}

static void paths(void)
{
    static const WCHAR *const names[] = {L"C:\\path1\\path2\\sample.txt", L"sample.txt", L"C:\\a\\b", L"C:\\windows\\",
                                         L"\\\\server\\share\\a long folder\\x.y"};
    WCHAR text[80];
    // Wine reports: 26: 1 'C:\u005cpath1\u005cpa...\u005csample.txt'
    // documented: 26: 1 'C:\u005cpath1\u005cpath2\u005csample.txt'     (Microsoft, "PathCompactPathExW function")
    // Wine reports: 11: 1 'sample....'
    // documented: 11: 1 'sample.txt'     (Microsoft, "PathCompactPathExW function")
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        for (unsigned size = 1; size <= 32; size += i ? 5 : 1) {
            lstrcpyW(text, L"unchanged");
            BOOL result = PathCompactPathExW(text, names[i], size, 0);
            say("%u: %d '%ls'", size, result, text);
        }
    say("none %d", PathCompactPathExW(text, names[0], 0, 0));
}

static void dropped(void)
{
    static const struct { DROPFILES head; WCHAR names[12]; } wide = {{20, {3, 4}, FALSE, TRUE}, L"a.txt\0bb.c\0"};
    HGLOBAL block = GlobalAlloc(GMEM_MOVEABLE, sizeof wide);
    WCHAR text[20];
    char narrow[20];
    POINT point;
    memcpy(GlobalLock(block), &wide, sizeof wide);
    GlobalUnlock(block);
    HDROP drop = block;
    say("count %u", DragQueryFileW(drop, ~0u, NULL, 0));
    say("length %u", DragQueryFileW(drop, 1, NULL, 0));
    say("first %u", DragQueryFileW(drop, 0, text, 20));
    say("  '%ls'", text);
    say("second %u", DragQueryFileA(drop, 1, narrow, 20));
    say("  '%s'", narrow);
    say("cut %u", DragQueryFileW(drop, 0, text, 4));
    say("  '%ls'", text);
    say("third %u", DragQueryFileW(drop, 2, text, 20));
    say("point %d", DragQueryPoint(drop, &point));
    say("  %d %d", (int)point.x, (int)point.y);
    DragFinish(drop);
}

PROGRAM
{
    CoInitialize(NULL);
    wsprintfW(key_name, L"Software\\WindlassTest%u\\UserSettings", GetCurrentProcessId());
    wsprintfW(below_name, L"%s\\Below", key_name);
    wsprintfW(extension, L".windlass%u", GetCurrentProcessId());
    wsprintfW(class_name, L"WindlassTestFile%u", GetCurrentProcessId());
    settings();
    associations();
    paths();
    dropped();
    CoUninitialize();
    return 0;
}
