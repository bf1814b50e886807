// Mailslots between processes, with overlapped reads.
#include "process.h"

static char name[120];

static HANDLE open_slot(void)
{
    return CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
}

static int writer(void)
{
    DWORD count = 0;
    char text[20];
    HANDLE slot = open_slot();
    for (int i = 0; i < 30; i++) {
        sprintf(text, "message %d", i);
        WriteFile(slot, text, (DWORD)strlen(text), &count, NULL);
    }
    CloseHandle(slot);
    return 3;
}

/* Reads nothing until it is killed. */
static int reader(void)
{
    HANDLE slot = CreateMailslotA(name, 0, 0, NULL), made = CreateEventA(NULL, TRUE, FALSE, own("made"));
    say("  made %d", slot != INVALID_HANDLE_VALUE);
    SetEvent(made);
    Sleep(30000);
    return 4;
}

static void read_all(void)
{
    char text[40] = "";
    DWORD count = 0, next = 0, total = 0;
    int in_order = 1;
    HANDLE slot = CreateMailslotA(name, 0, MAILSLOT_WAIT_FOREVER, NULL);
    say("made %d", slot != INVALID_HANDLE_VALUE);
    PROCESS_INFORMATION process = start("writer", 0);
    for (int i = 0; i < 30; i++) {
        char expected[20];
        BOOL done = ReadFile(slot, text, sizeof text, &count, NULL);
        text[count] = 0;
        sprintf(expected, "message %d", i);
        in_order &= done && strcmp(text, expected) == 0;
    }
    say("all in order %d", in_order);
    say("writer %lu", finish(process));
    GetMailslotInfo(slot, NULL, &next, &total, NULL);
    say("left %ld %lu", (long)next, total);
    CloseHandle(slot);
}

static void killed_reader(void)
{
    DWORD count = 0;
    HANDLE made = CreateEventA(NULL, TRUE, FALSE, own("made"));
    PROCESS_INFORMATION process = start("reader", 0);
    WaitForSingleObject(made, 30000);
    CloseHandle(made);
    HANDLE slot = open_slot();
    BOOL done = WriteFile(slot, "unread", 6, &count, NULL);
    say("written %d", done);
    HANDLE second = CreateMailslotA(name, 0, 0, NULL);
    say("another reader %d %lu", second != INVALID_HANDLE_VALUE, GetLastError());
    TerminateProcess(process.hProcess, 9);
    say("killed %lu", finish(process));
    CloseHandle(slot);
    slot = open_slot();
    say("gone with it: %d %lu", slot != INVALID_HANDLE_VALUE, GetLastError());
    slot = CreateMailslotA(name, 0, 0, NULL);
    done = GetMailslotInfo(slot, NULL, NULL, &count, NULL);
    say("made again %d, messages %lu", done, count);
    CloseHandle(slot);
}

int main(int count, char **arguments)
{
    begin();
    sprintf(name, "\\\\.\\mailslot\\%s", own("windlass-test\\slot"));
    if (count > 1)
        return strcmp(arguments[1], "writer") == 0 ? writer() : reader();
    read_all();
    killed_reader();
    return 0;
}
