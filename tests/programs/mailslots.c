// Mailslots: messages of several writers to one reader, time-outs, and what is told about them.
#include <windows.h>

#include "fixture.h"

static char name[100];

static const char *error_of(BOOL done)
{
    static char texts[8][16];
    static int next;
    char *text = texts[next++ % 8];
    wsprintfA(text, done ? "ok" : "error %lu", GetLastError());
    return text;
}

static int is_open(HANDLE file) { return file != INVALID_HANDLE_VALUE; }

static HANDLE open_slot(DWORD share) { return CreateFileA(name, GENERIC_WRITE, share, NULL, OPEN_EXISTING, 0, NULL); }

static void info(HANDLE slot)
{
    DWORD maximum = 9, next = 9, count = 9, timeout = 9;
    BOOL done = GetMailslotInfo(slot, &maximum, &next, &count, &timeout);
    say("info %s: maximum %lu, next %ld, count %lu, timeout %ld", error_of(done), maximum, (long)next, count, (long)timeout);
}

static void names(void)
{
    say("no slot's name: %s", error_of(is_open(CreateMailslotA("C:\\slot", 0, 0, NULL))));
    say("nobody's: %s", error_of(is_open(open_slot(FILE_SHARE_READ))));
    HANDLE slot = CreateMailslotA(name, 0, 0, NULL);
    say("made %s, again %s", error_of(is_open(slot)), error_of(is_open(CreateMailslotA(name, 0, 0, NULL))));
    CloseHandle(slot);
    say("closed: %s", error_of(is_open(open_slot(FILE_SHARE_READ))));
}

static void messages(void)
{
    char text[20] = "";
    DWORD count = 9;
    HANDLE slot = CreateMailslotA(name, 10, 0, NULL);
    info(slot);
    say("read nothing: %s", error_of(ReadFile(slot, text, 20, &count, NULL)));
    HANDLE one = open_slot(FILE_SHARE_READ | FILE_SHARE_WRITE), two = open_slot(FILE_SHARE_READ | FILE_SHARE_WRITE);
    say("writers %d %d", is_open(one), is_open(two));
    BOOL done = WriteFile(one, "first", 5, &count, NULL);
    say("write %s, %lu", error_of(done), count);
    WriteFile(two, "second", 6, &count, NULL);
    // Wine reports: info ok: maximum 10, next 5, count 1, timeout 0
    // documented: info ok: maximum 10, next 5, count 2, timeout 0     (Microsoft, "GetMailslotInfo function")
    info(slot);
    say("the writer reads %s", error_of(ReadFile(one, text, 20, &count, NULL)));
    done = ReadFile(slot, text, 20, &count, NULL);
    say("read %s, %lu %s", error_of(done), count, text);
    info(slot);
    done = ReadFile(slot, text, 20, &count, NULL);
    say("read %s, %lu %s", error_of(done), count, text);
    info(slot);
    WriteFile(one, "left", 4, &count, NULL);
    CloseHandle(one);
    CloseHandle(two);
    done = ReadFile(slot, text, 20, &count, NULL);
    say("of a closed writer %s, %lu", error_of(done), count);
    say("info of a file %s", error_of(GetMailslotInfo(NULL, NULL, NULL, NULL, NULL)));
    one = open_slot(FILE_SHARE_READ);
    say("info of a writer %s, set %s", error_of(GetMailslotInfo(one, NULL, NULL, NULL, NULL)),
        error_of(SetMailslotInfo(one, 5)));
    // Wine reports: too long 1
    // documented: too long 0     (Microsoft, "CreateMailslotW function", nMaxMessageSize)
    say("too long %d", WriteFile(one, "more than ten", 13, &count, NULL));
    WriteFile(one, "ten", 3, &count, NULL);
    done = ReadFile(slot, text, 2, &count, NULL);
    // Wine reports: too small a buffer ok
    // documented: too small a buffer error 122     (Microsoft, "ReadFile function")
    say("too small a buffer %s", error_of(done));
    CloseHandle(slot);
    // Wine reports: write to nobody 1
    // documented: write to nobody 0     (Microsoft, "Mailslots": the slot goes with its server's last handle)
    say("write to nobody %d", WriteFile(one, "x", 1, &count, NULL));
    CloseHandle(one);
}

static DWORD WINAPI write_later(void *context)
{
    (void)context;
    DWORD count = 0;
    HANDLE writer = open_slot(FILE_SHARE_READ);
    Sleep(50);
    WriteFile(writer, "later", 5, &count, NULL);
    CloseHandle(writer);
    return count;
}

static void waits(void)
{
    char text[20] = "";
    DWORD count = 0;
    HANDLE slot = CreateMailslotA(name, 0, 20, NULL);
    BOOL done = ReadFile(slot, text, 20, &count, NULL);
    say("20 ms: %s", error_of(done));
    say("set %s", error_of(SetMailslotInfo(slot, MAILSLOT_WAIT_FOREVER)));
    info(slot);
    HANDLE thread = CreateThread(NULL, 0, write_later, NULL, 0, NULL);
    done = ReadFile(slot, text, 20, &count, NULL);
    say("waited %s, %lu %s", error_of(done), count, text);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    SetMailslotInfo(slot, 0);
    say("at once: %s", error_of(ReadFile(slot, text, 20, &count, NULL)));
    CloseHandle(slot);
}

PROGRAM
{
    wsprintfA(name, "\\\\.\\mailslot\\windlass-test\\slot %lu", GetCurrentProcessId());
    names();
    messages();
    waits();
    return 0;
}
