// Finding, enumerating, changing and reading resources and strings of a copy of this DLL.
// build: freestanding
// flags: -luser32
#include <windows.h>
#include <winternl.h>

#include "fixture.h"

static WCHAR self[MAX_PATH], copy[MAX_PATH];

#define ENGLISH MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US)
#define BRITISH MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_UK)
#define GERMAN MAKELANGID(LANG_GERMAN, SUBLANG_GERMAN)
#define AUSTRIAN MAKELANGID(LANG_GERMAN, SUBLANG_GERMAN_AUSTRIAN)
#define GERMAN_NEUTRAL MAKELANGID(LANG_GERMAN, SUBLANG_NEUTRAL)
#define FRENCH MAKELANGID(LANG_FRENCH, SUBLANG_FRENCH)

static HANDLE update;

static void put(LPCWSTR type, LPCWSTR name, WORD language, const char *data)
{
    if (!UpdateResourceW(update, type, name, language, (void *)data, (DWORD)lstrlenA(data)))
        say("cannot put %s: %u", data, GetLastError());
}

/* Block 2 has the strings 16 to 31: "sixteen" and "a" "b" with a zero between. */
static void put_strings(void)
{
    static WCHAR block[64];
    WCHAR *at = block;
    *at++ = 7;
    for (const WCHAR *text = L"sixteen"; *text; text++)
        *at++ = *text;
    *at++ = 3;
    *at++ = 'a';
    *at++ = 0;
    *at++ = 'b';
    at += 13;
    *at++ = 1;
    *at++ = 0xE9;
    UpdateResourceW(update, (LPCWSTR)RT_STRING, MAKEINTRESOURCEW(2), ENGLISH, block, (DWORD)((char *)at - (char *)block));
}

static void prepare(void)
{
    update = BeginUpdateResourceW(copy, TRUE);
    put((LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), 0, "neutral");
    put((LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), GERMAN, "german");
    put((LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), ENGLISH, "english");
    put((LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(2), GERMAN, "only german");
    put((LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(3), GERMAN_NEUTRAL, "german, neutral");
    put((LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(3), ENGLISH, "english");
    put((LPCWSTR)RT_RCDATA, L"BYNAME", 0, "by name");
    put(L"OWNTYPE", MAKEINTRESOURCEW(9), 0, "own type");
    put(L"OWNTYPE", L"second", ENGLISH, "second");
    put_strings();
    say("written %d", EndUpdateResourceW(update, FALSE));
}

static void show(HMODULE module, const char *what, LPCWSTR type, LPCWSTR name, WORD language)
{
    char text[40];
    SetLastError(0xdead);
    HRSRC found = FindResourceExW(module, type, name, language);
    if (!found) {
        say("%s: error %u", what, GetLastError());
        return;
    }
    DWORD size = SizeofResource(module, found);
    const char *data = LockResource(LoadResource(module, found));
    for (DWORD i = 0; i < size; i++)
        text[i] = data[i];
    text[size] = 0;
    say("%s: %s", what, text);
}

static void languages(HMODULE module)
{
    LPCWSTR data = (LPCWSTR)RT_RCDATA;
    show(module, "exact", data, MAKEINTRESOURCEW(1), GERMAN);
    show(module, "neutral", data, MAKEINTRESOURCEW(1), 0);
    show(module, "english", data, MAKEINTRESOURCEW(1), ENGLISH);
    show(module, "another of the language", data, MAKEINTRESOURCEW(1), AUSTRIAN);
    show(module, "an unknown language", data, MAKEINTRESOURCEW(1), FRENCH);
    show(module, "only in another language", data, MAKEINTRESOURCEW(2), 0);
    show(module, "only in another than asked", data, MAKEINTRESOURCEW(2), FRENCH);
    show(module, "neutral of the language", data, MAKEINTRESOURCEW(3), AUSTRIAN);
    show(module, "another of english", data, MAKEINTRESOURCEW(3), BRITISH);
}

static void names(HMODULE module)
{
    show(module, "name", (LPCWSTR)RT_RCDATA, L"BYNAME", 0);
    show(module, "any case", (LPCWSTR)RT_RCDATA, L"ByName", 0);
    show(module, "number as text", (LPCWSTR)RT_RCDATA, L"#1", 0);
    show(module, "type as text", L"#10", L"#1", 0);
    show(module, "own type", L"OwnType", MAKEINTRESOURCEW(9), 0);
    show(module, "lower case when written", L"OWNTYPE", L"SECOND", ENGLISH);
    show(module, "no name", (LPCWSTR)RT_RCDATA, L"NONE", 0);
    show(module, "no number", (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(77), 0);
    show(module, "no type", L"NONE", MAKEINTRESOURCEW(1), 0);
    say("ansi %d", FindResourceA(module, "byname", (LPCSTR)RT_RCDATA) != NULL);
    say("free %d", FreeResource(LoadResource(module, FindResourceA(module, "byname", (LPCSTR)RT_RCDATA))));
}

static void say_name(const char *what, LPCWSTR name)
{
    if (IS_INTRESOURCE(name))
        say("%s #%u", what, (unsigned)(ULONG_PTR)name);
    else
        say("%s %ls", what, name);
}

static BOOL CALLBACK on_type(HMODULE module, LPWSTR type, LONG_PTR parameter)
{
    (void)module;
    say_name("type", type);
    return parameter != 1;
}

static BOOL CALLBACK on_name(HMODULE module, LPCWSTR type, LPWSTR name, LONG_PTR parameter)
{
    (void)module;
    (void)type;
    say_name("  name", name);
    return parameter != 1;
}

static BOOL CALLBACK on_language(HMODULE module, LPCWSTR type, LPCWSTR name, WORD language, LONG_PTR parameter)
{
    (void)module, (void)type, (void)name;
    say("    language %x", language);
    return parameter != 1;
}

static void enumerate(HMODULE module)
{
    say("types %d", EnumResourceTypesW(module, on_type, 0));
    // Wine reports: stopped 0, error 57005
    // documented: stopped 0, error 15106     (Microsoft, "System Error Codes", ERROR_RESOURCE_ENUM_USER_STOP)
    SetLastError(0xdead);
    BOOL done = EnumResourceTypesW(module, on_type, 1);
    say("stopped %d, error %u", done, GetLastError());
    say("names %d", EnumResourceNamesW(module, (LPCWSTR)RT_RCDATA, on_name, 0));
    SetLastError(0xdead);
    done = EnumResourceNamesW(module, L"NONE", on_name, 0);
    say("no type %d, error %u", done, GetLastError());
    say("languages %d", EnumResourceLanguagesW(module, (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), on_language, 0));
    say("types ex %d", EnumResourceTypesExW(module, on_type, 0, RESOURCE_ENUM_LN, 0));
    say("names ex %d", EnumResourceNamesExW(module, L"OWNTYPE", on_name, 0, RESOURCE_ENUM_LN, 0));
    say("languages ex %d", EnumResourceLanguagesExW(module, (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), on_language, 0,
                                                    RESOURCE_ENUM_LN, 0));
}

static void strings(HMODULE module)
{
    WCHAR text[20];
    char narrow[20];
    const WCHAR *inside = NULL;
    SetLastError(0xdead);
    say("string %d", LoadStringW(module, 16, text, 20));
    say("is %ls", text);
    say("cut %d", LoadStringW(module, 16, text, 4));
    say("is %ls", text);
    int length = LoadStringW(module, 16, (WCHAR *)&inside, 0);
    say("pointer %d, %d", length, inside && inside[0] == 's' && inside[-1] == 7);
    length = LoadStringW(module, 17, text, 20);
    say("with a zero %d, %d", length, text[0] == 'a' && text[1] == 0 && text[2] == 'b' && text[3] == 0);
    text[0] = 'x';
    SetLastError(0xdead);
    length = LoadStringW(module, 18, text, 20);
    say("empty %d, %d", length, text[0]);
    text[0] = 'x';
    SetLastError(0xdead);
    length = LoadStringW(module, 999, text, 20);
    say("missing %d, %d, error %u", length, text[0], GetLastError());
    say("ansi %d", LoadStringA(module, 16, narrow, 20));
    say("is %s", narrow);
    say("ansi cut %d", LoadStringA(module, 16, narrow, 4));
    say("is %s", narrow);
    say("high bits %d", LoadStringW(module, 0x10010, text, 20));
}

typedef struct {
    ULONG_PTR type, name, language;
} PLACE;
NTSTATUS NTAPI LdrFindResource_U(HMODULE, const PLACE *, ULONG, const IMAGE_RESOURCE_DATA_ENTRY **);
NTSTATUS NTAPI LdrAccessResource(HMODULE, const IMAGE_RESOURCE_DATA_ENTRY *, void **, ULONG *);

static void native(HMODULE module)
{
    const IMAGE_RESOURCE_DATA_ENTRY *entry = NULL;
    PLACE place = {(ULONG_PTR)RT_RCDATA, 1, GERMAN}, no_type = {99, 1, 0}, no_name = {(ULONG_PTR)RT_RCDATA, 99, 0},
          no_language = {(ULONG_PTR)RT_RCDATA, 2, FRENCH};
    void *data = NULL;
    ULONG size = 0;
    say("find %x", LdrFindResource_U(module, &place, 3, &entry));
    say("access %x, size %u, %c", LdrAccessResource(module, entry, &data, &size), size, data ? *(char *)data : '-');
    say("no type %x", LdrFindResource_U(module, &no_type, 3, &entry));
    say("no name %x", LdrFindResource_U(module, &no_name, 3, &entry));
    say("no language %x", LdrFindResource_U(module, &no_language, 3, &entry));
}

static void change(void)
{
    HANDLE handle = BeginUpdateResourceW(copy, FALSE);
    BOOL removed = UpdateResourceW(handle, (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), GERMAN, NULL, 0);
    BOOL replaced = UpdateResourceW(handle, (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(2), GERMAN, "new", 3);
    say("removed %d, replaced %d, written %d", removed, replaced, EndUpdateResourceW(handle, FALSE));
    HMODULE module = LoadLibraryW(copy);
    // Wine reports: removed: german
    // documented: removed: neutral     (Microsoft, "UpdateResourceW function", lpData)
    show(module, "removed", (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(1), GERMAN);
    show(module, "replaced", (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(2), GERMAN);
    FreeLibrary(module);
    handle = BeginUpdateResourceW(copy, TRUE);
    say("discarded %d", EndUpdateResourceW(handle, TRUE));
    module = LoadLibraryW(copy);
    show(module, "still", (LPCWSTR)RT_RCDATA, MAKEINTRESOURCEW(2), GERMAN);
    say("still runs %d", GetProcAddress(module, "run") != NULL);
    FreeLibrary(module);
    say("no file %d", BeginUpdateResourceW(L"nowhere.dll", FALSE) != NULL);
    say("no update %d", EndUpdateResourceW(NULL, FALSE));
}

PROGRAM
{
    GetTempPathW(MAX_PATH, copy);
    lstrcatW(copy, L"windlass resources.dll");
    GetModuleFileNameW(GetModuleHandleW(L"resource_family.dll"), self, MAX_PATH);
    CopyFileW(self, copy, FALSE);
    prepare();
    HMODULE module = LoadLibraryW(copy);
    languages(module);
    names(module);
    enumerate(module);
    strings(module);
    native(module);
    FreeLibrary(module);
    change();
    DeleteFileW(copy);
    return 0;
}
