// flags: -luser32 -lshell32
// Icons in files: an icon file, and a copy of this DLL that is given two icons.
#include <windows.h>
#include <shellapi.h>

#include "fixture.h"

// An image of 2x2 with a table of colours, as resources have it.
static const BYTE image[] = {
    40, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 255, 0, 255, 0, 0, 0,
    0x01, 0, 0, 0, 0x10, 0, 0, 0,
    0x80, 0, 0, 0, 0, 0, 0, 0,
};

static void describe(const char *what, HICON icon)
{
    ICONINFO info;
    if (!icon || !GetIconInfo(icon, &info)) {
        say("%s: none", what);
        return;
    }
    say("%s: at %u %u", what, info.xHotspot, info.yHotspot);
    DestroyIcon(icon);
}

static void extract(const WCHAR *name)
{
    HICON large[3] = {0}, small[3] = {0}, icons[3] = {0};
    UINT numbers[3] = {0};
    say("count %u", ExtractIconExW(name, -1, NULL, NULL, 0));
    say("first %d", (int)ExtractIconExW(name, 0, large, small, 1));
    describe("large", large[0]);
    describe("small", small[0]);
    say("beyond %d", PrivateExtractIconsW(name, 9, 16, 16, icons, numbers, 1, 0));
    say("private %d", PrivateExtractIconsW(name, 0, 48, 48, icons, numbers, 1, 0));
    describe("of 48", icons[0]);
    say("counted %d", (int)PrivateExtractIconsW(name, 0, 0, 0, NULL, NULL, 0, 0));
}

static BOOL write(const WCHAR *name, const void *data, DWORD size)
{
    DWORD written;
    HANDLE file = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    BOOL done = WriteFile(file, data, size, &written, NULL);
    CloseHandle(file);
    return done;
}

PROGRAM
{
    BYTE file[22 + sizeof image] = {0, 0, 1, 0, 1, 0, 2, 2, 2, 0, 1, 0, 4, 0, sizeof image, 0, 0, 0, 22, 0, 0, 0};
    static const BYTE group[] = {0, 0, 1, 0, 1, 0, 2, 2, 2, 0, 1, 0, 4, 0, sizeof image, 0, 0, 0, 7, 0};
    WCHAR folder[MAX_PATH], name[MAX_PATH], self[MAX_PATH], copy[MAX_PATH];
    HMODULE module;
    memcpy(file + 22, image, sizeof image);
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"ico", 0, name);
    check(write(name, file, sizeof file));
    extract(name);
    DeleteFileW(name);
    say("no file %d", (int)ExtractIconExW(name, 0, NULL, NULL, 0));
    check(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCWSTR)(void *)image, &module));
    check(GetModuleFileNameW(module, self, MAX_PATH));
    GetTempFileNameW(folder, L"dll", 0, copy);
    check(CopyFileW(self, copy, FALSE));
    say("without icons %u", ExtractIconExW(copy, -1, NULL, NULL, 0));
    HANDLE update = BeginUpdateResourceW(copy, FALSE);
    check(UpdateResourceW(update, (LPCWSTR)RT_ICON, (LPWSTR)7, 0, (void *)image, sizeof image));
    check(UpdateResourceW(update, (LPCWSTR)RT_GROUP_ICON, (LPWSTR)20, 0, (void *)group, sizeof group));
    check(UpdateResourceW(update, (LPCWSTR)RT_GROUP_ICON, L"NAMED", 0, (void *)group, sizeof group));
    check(EndUpdateResourceW(update, FALSE));
    extract(copy);
    HICON icons[2] = {0};
    say("by number %d", (int)ExtractIconExW(copy, -20, icons, NULL, 1));
    describe("numbered", icons[0]);
    say("no such number %d", (int)ExtractIconExW(copy, -21, icons, NULL, 1));
    HICON icon = ExtractIconW(NULL, copy, 1);
    describe("second", icon);
    say("all %d", (int)(INT_PTR)ExtractIconW(NULL, copy, (UINT)-1));
    DeleteFileW(copy);
    return 0;
}
