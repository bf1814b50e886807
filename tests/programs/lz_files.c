// Files that COMPRESS.EXE has made: opened, read, copied and named.
#include <windows.h>

#include "fixture.h"

/* "abcabcabcabc..." (40 bytes): three literals, and three copies of what is in the window, which begins at 4080. */
static const unsigned char compressed[] = {
    'S', 'Z', 'D', 'D', 0x88, 0xF0, 0x27, 0x33, 'A', 't', 40, 0, 0, 0,
    0x07, 'a', 'b', 'c', 0xF0, 0xFF, 0xF0, 0xFD, 0xF0, 0xF0,
};

static char folder[MAX_PATH];

static const char *in_folder(const char *name)
{
    static char paths[4][MAX_PATH];
    static int next;
    char *path = paths[next++ % 4];
    wsprintfA(path, "%s\\%s", folder, name);
    return path;
}

static void write_file(const char *name, const void *data, DWORD size)
{
    DWORD count;
    HANDLE file = CreateFileA(in_folder(name), GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, data, size, &count, NULL);
    CloseHandle(file);
}

static void make_files(void)
{
    write_file("packed.tx_", compressed, sizeof compressed);
    write_file("plain.txt", "plain text", 10);
    write_file("other.tx_", "not compressed", 14);
}

static void reading(void)
{
    char text[64] = "";
    OFSTRUCT info = {0};
    INT packed = LZOpenFileA((char *)in_folder("packed.tx_"), &info, OF_READ);
    say("opened %d, compressed %d", packed >= 0, packed >= 0x400);
    int count = LZRead(packed, text, 10);
    say("%d %s", count, text);
    say("seek %d %d %d %d", LZSeek(packed, 3, 0), LZSeek(packed, 4, 1), LZSeek(packed, -5, 2), LZSeek(packed, -1, 0));
    memset(text, 0, sizeof text);
    count = LZRead(packed, text, sizeof text);
    say("%d %s, at the end %d", count, text, LZRead(packed, text, 1));
    LZClose(packed);
    say("closed: %d %d", LZRead(packed, text, 1), LZSeek(packed, 0, 0));
    INT plain = LZOpenFileA((char *)in_folder("plain.txt"), &info, OF_READ);
    memset(text, 0, sizeof text);
    count = LZRead(plain, text, sizeof text);
    say("compressed %d: %d %s", plain >= 0x400 && plain < 0x410, count, text);
    LZClose(plain);
    packed = LZOpenFileA((char *)in_folder("packed.txt"), &info, OF_READ);
    say("by its other name %d", packed >= 0);
    LZClose(packed);
    say("none %d", LZOpenFileA((char *)in_folder("none.txt"), &info, OF_READ));
}

static void copying(void)
{
    char text[64] = "";
    OFSTRUCT info = {0};
    INT from = LZOpenFileA((char *)in_folder("packed.tx_"), &info, OF_READ);
    INT to = LZOpenFileA((char *)in_folder("copy.txt"), &info, OF_CREATE | OF_READWRITE);
    say("copied %ld", LZCopy(from, to));
    LZClose(from);
    LZClose(to);
    HANDLE file = CreateFileA(in_folder("copy.txt"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD count = 0;
    ReadFile(file, text, sizeof text, &count, NULL);
    CloseHandle(file);
    say("%lu %s", count, text);
    // Wine reports: from nothing 0
    // documented: from nothing -1     (Microsoft, "LZCopy function")
    say("from nothing %ld", LZCopy(-5, -6));
}

static void name_of(const char *name)
{
    char expanded[MAX_PATH] = "?";
    INT done = GetExpandedNameA((char *)in_folder(name), expanded);
    const char *last = expanded;
    for (const char *at = expanded; *at; at++)
        if (*at == '\\' || *at == '/')
            last = at + 1;
    say("%s: %d %s", name, done, done == 1 ? last : "");
}

PROGRAM
{
    char temporary[MAX_PATH];
    GetTempPathA(sizeof temporary, temporary);
    wsprintfA(folder, "%swindlass-lz-%lu", temporary, GetCurrentProcessId());
    CreateDirectoryA(folder, NULL);
    make_files();
    reading();
    copying();
    name_of("packed.tx_");
    name_of("plain.txt");
    name_of("other.tx_");
    name_of("none.tx_");
    static const char *const names[] = {"packed.tx_", "plain.txt", "other.tx_", "copy.txt"};
    for (int i = 0; i < 4; i++)
        DeleteFileA(in_folder(names[i]));
    say("removed %d", RemoveDirectoryA(folder));
    return 0;
}
