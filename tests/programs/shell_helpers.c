// flags: -lshlwapi -ladvapi32 -lole32
// The Shell's helpers for the registry, files, sizes, colours and streams.
#include <windows.h>
#include <shlwapi.h>

#include "fixture.h"

// The process's own: the user's registry and the temporary folder are everybody's.
static WCHAR key[60], key_below[70];

static void registry(void)
{
    wsprintfW(key, L"Software\\WindlassTest-%u", GetCurrentProcessId());
    wsprintfW(key_below, L"%ls\\Below", key);
    WCHAR text[60] = L"unchanged";
    DWORD type = 0, size = sizeof text, number = 7;
    say("set %d", SHSetValueW(HKEY_CURRENT_USER, key, L"text", REG_EXPAND_SZ, L"%SystemDrive%\\x", 34));
    say("get %d", SHGetValueW(HKEY_CURRENT_USER, key, L"text", &type, text, &size));
    say("  '%ls' type %u", text, type);
    SHSetValueW(HKEY_CURRENT_USER, key_below, L"number", REG_DWORD, &number, 4);
    number = 0, size = 4;
    say("number %d: %u", SHRegGetValueW(HKEY_CURRENT_USER, key_below, L"number", SRRF_RT_REG_DWORD, NULL, &number, &size),
        number);
    size = 4;
    say("wrong type %d", SHRegGetValueW(HKEY_CURRENT_USER, key, L"text", SRRF_RT_REG_DWORD, NULL, &number, &size));
    say("no value %d", SHGetValueW(HKEY_CURRENT_USER, key, L"none", NULL, NULL, NULL));
    say("not empty %d", SHDeleteEmptyKeyW(HKEY_CURRENT_USER, key) != 0);
    say("delete value %d", SHDeleteValueW(HKEY_CURRENT_USER, key, L"text"));
    say("delete %d", SHDeleteKeyW(HKEY_CURRENT_USER, key));
    say("gone %d", SHGetValueW(HKEY_CURRENT_USER, key, L"text", NULL, NULL, NULL));
}

static void sizes(void)
{
    static const LONGLONG counts[] = {0, 1, 2, 1023, 1024, 1200, 10239, 98304, 102400, 1048576, 1023999, 1024000,
                                      1234567890, 5000000000000ll};
    char text[60];
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        StrFormatByteSize64A(counts[i], text, sizeof text);
        say("%lld bytes '%s'", counts[i], text);
    }
    StrFormatKBSizeA(1234567, text, sizeof text);
    say("'%s'", text);
    static const DWORD times[] = {0, 34000, 74000, 7400000, 500, 3600000};
    for (unsigned i = 0; i < sizeof times / sizeof *times; i++) {
        StrFromTimeIntervalA(text, sizeof text, times[i], 3);
        say("%u ms '%s'", times[i], text);
    }
}

static void colours(void)
{
    static const COLORREF colors[] = {RGB(0, 0, 0), RGB(255, 255, 255), RGB(255, 0, 0), RGB(0, 128, 64), RGB(12, 200, 99),
                                      RGB(90, 90, 200), RGB(200, 90, 90), RGB(1, 2, 3)};
    for (unsigned i = 0; i < sizeof colors / sizeof *colors; i++) {
        WORD hue, luminance, saturation;
        ColorRGBToHLS(colors[i], &hue, &luminance, &saturation);
        say("%06x: %u %u %u", colors[i], hue, luminance, saturation);
    }
    say("%06x %06x %06x", ColorHLSToRGB(0, 120, 240), ColorHLSToRGB(80, 60, 120), ColorHLSToRGB(160, 200, 100));
}

static void files(void)
{
    char path[MAX_PATH];
    GetTempPathA(MAX_PATH, path);
    wsprintfA(path + lstrlenA(path), "windlass-shell-%u", GetCurrentProcessId());
    say("file %d directory %d", PathFileExistsA(path), PathIsDirectoryA(path));
    CreateDirectoryA(path, NULL);
    say("file %d directory %d empty %d", PathFileExistsA(path), PathIsDirectoryA(path) != 0, PathIsDirectoryEmptyA(path));
    lstrcatA(path, "\\file");
    CloseHandle(CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    say("file %d directory %d", PathFileExistsA(path), PathIsDirectoryA(path));
    DeleteFileA(path);
    PathRemoveFileSpecA(path);
    say("removed %d", RemoveDirectoryA(path));
    SetLastError(0);
    say("none %d %u", PathFileExistsA("Z:\\no\\such"), GetLastError());
    say("null %d", PathFileExistsA(NULL));
}

static void streams(void)
{
    WCHAR path[MAX_PATH];
    IStream *stream = NULL;
    STATSTG stat;
    ULONG count = 0;
    char text[20] = "";
    LARGE_INTEGER move = {{0}};
    ULARGE_INTEGER position;
    GetTempPathW(MAX_PATH, path);
    wsprintfW(path + lstrlenW(path), L"windlass-stream-%u", GetCurrentProcessId());
    say("missing %x", SHCreateStreamOnFileW(path, STGM_READ, &stream));
    say("create %x", SHCreateStreamOnFileW(path, STGM_CREATE | STGM_READWRITE, &stream));
    say("write %x", stream->lpVtbl->Write(stream, "0123456789", 10, &count));
    move.QuadPart = 3;
    say("seek %x", stream->lpVtbl->Seek(stream, move, STREAM_SEEK_SET, &position));
    say("read %x", stream->lpVtbl->Read(stream, text, 4, &count));
    say("  %u '%s' from %u", count, text, position.LowPart);
    say("stat %x", stream->lpVtbl->Stat(stream, &stat, STATFLAG_NONAME));
    // Wine reports:   type 0 size 10
    // documented:   type 2 size 10     (Microsoft, "STATSTG structure", "STGTY enumeration")
    say("  type %u size %u", stat.type, stat.cbSize.LowPart);
    position.QuadPart = 5;
    say("size %x", stream->lpVtbl->SetSize(stream, position));
    move.QuadPart = 0;
    stream->lpVtbl->Seek(stream, move, STREAM_SEEK_END, &position);
    say("end %u", position.LowPart);
    say("released %u", stream->lpVtbl->Release(stream));
    say("open %x", SHCreateStreamOnFileEx(path, STGM_READ, 0, FALSE, NULL, &stream));
    say("short %x", IStream_Read(stream, text, 20));
    say("reset %x", IStream_Reset(stream));
    say("read %x '%s'", IStream_Read(stream, text, 5), text);
    stream->lpVtbl->Release(stream);
    DeleteFileW(path);
}

static void versions(void)
{
    DLLVERSIONINFO info = {sizeof info};
    say("NT %d, 9x %d", IsOS(OS_NT), IsOS(OS_WIN95ORGREATER));
    DLLGETVERSIONPROC version = (DLLGETVERSIONPROC)(void *)GetProcAddress(GetModuleHandleW(L"shlwapi.dll"), "DllGetVersion");
    say("version %x", version(&info));
    check(info.dwMajorVersion >= 5);
    info.cbSize = 3;
    say("bad size %x", version(&info));
}

PROGRAM
{
    versions();
    registry();
    sizes();
    colours();
    files();
    streams();
    return 0;
}
