// A file read as streams, and written from them in other pieces.
// Without Wine: it has none of these functions.
#include <windows.h>

#include "fixture.h"

static char path[MAX_PATH], copy[MAX_PATH];
static BYTE saved[5000];

static HANDLE open_file(const char *name, DWORD how)
{
    return CreateFileA(name, GENERIC_READ | GENERIC_WRITE | WRITE_DAC | WRITE_OWNER, FILE_SHARE_READ, NULL, how, 0, NULL);
}

static DWORD save(BOOL security)
{
    void *context = NULL;
    DWORD size = 0, count;
    HANDLE file = open_file(path, OPEN_EXISTING);
    while (BackupRead(file, saved + size, 100, &count, FALSE, security, &context) && count)
        size += count;
    say("ended with %lu, context %d", count, context != NULL);
    BOOL done = BackupRead(file, NULL, 0, &count, TRUE, FALSE, &context);
    say("given up %d %d", done, context == NULL);
    CloseHandle(file);
    return size;
}

static void show_heads(DWORD size)
{
    for (DWORD at = 0; at < size;) {
        const WIN32_STREAM_ID *head = (const void *)(saved + at);
        if (head->dwStreamId == BACKUP_DATA)
            say("data: %lu, attributes %lx, name %lu", (DWORD)head->Size.QuadPart, head->dwStreamAttributes, head->dwStreamNameSize);
        else
            say("stream %lu: some %d, attributes %lx", head->dwStreamId, head->Size.QuadPart > 0, head->dwStreamAttributes);
        at += 20 + head->dwStreamNameSize + (DWORD)head->Size.QuadPart;
    }
}

static void restore(DWORD size)
{
    void *context = NULL;
    DWORD count, done = 0;
    BYTE text[1000];
    HANDLE file = open_file(copy, CREATE_ALWAYS);
    while (done < size && BackupWrite(file, saved + done, size - done < 7 ? size - done : 7, &count, FALSE, TRUE, &context))
        done += count;
    say("written all %d", done == size);
    BackupWrite(file, NULL, 0, &count, TRUE, FALSE, &context);
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    ReadFile(file, text, sizeof text, &count, NULL);
    int same = count == 300;
    for (DWORD i = 0; i < count; i++)
        same &= text[i] == (BYTE)(i * 3);
    say("%lu bytes, the same %d", count, same);
    CloseHandle(file);
}

static void seek(void)
{
    void *context = NULL;
    DWORD count, low = 9, high = 9;
    BYTE text[20];
    HANDLE file = open_file(path, OPEN_EXISTING);
    BackupRead(file, text, 20, &count, FALSE, FALSE, &context);
    BOOL done = BackupSeek(file, 100, 0, &low, &high, &context);
    say("head %lu, seek %d %lu %lu", count, done, low, high);
    BackupRead(file, text, 2, &count, FALSE, FALSE, &context);
    say("there %d %d", text[0] == (BYTE)300, text[1] == (BYTE)303);
    done = BackupSeek(file, 1000, 0, &low, &high, &context);
    say("too far %d %lu, %lu", done, GetLastError(), low);
    done = BackupRead(file, text, 2, &count, FALSE, FALSE, &context);
    say("end %d %lu", done, count);
    BackupRead(file, NULL, 0, &count, TRUE, FALSE, &context);
    CloseHandle(file);
}

static void refused(void)
{
    static const struct { WIN32_STREAM_ID head; } unknown = {{BACKUP_EA_DATA, 0, {{4, 0}}, 0}};
    void *context = NULL;
    DWORD count = 9;
    HANDLE file = open_file(copy, CREATE_ALWAYS);
    say("unknown %d %lu", BackupWrite(file, (BYTE *)&unknown, 20, &count, FALSE, FALSE, &context), GetLastError());
    BackupWrite(file, NULL, 0, &count, TRUE, FALSE, &context);
    say("no context %d %lu", BackupRead(file, saved, 20, &count, FALSE, FALSE, NULL), GetLastError());
    CloseHandle(file);
}

PROGRAM
{
    BYTE data[300];
    DWORD count;
    char folder[MAX_PATH];
    GetTempPathA(sizeof folder, folder);
    wsprintfA(path, "%swindlass-backup-%lu", folder, GetCurrentProcessId());
    wsprintfA(copy, "%s-copy", path);
    for (int i = 0; i < 300; i++)
        data[i] = (BYTE)(i * 3);
    HANDLE file = open_file(path, CREATE_ALWAYS);
    WriteFile(file, data, sizeof data, &count, NULL);
    CloseHandle(file);
    DWORD size = save(FALSE);
    show_heads(size);
    restore(size);
    size = save(TRUE);
    show_heads(size);
    restore(size);
    seek();
    refused();
    DeleteFileA(path);
    DeleteFileA(copy);
    return 0;
}
