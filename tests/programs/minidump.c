// build: freestanding
// flags: -ldbghelp
#include "fixture.h"

typedef void *HANDLE;
#define IMPORT __declspec(dllimport)
IMPORT unsigned GetLastError(void);
IMPORT void SetLastError(unsigned);
IMPORT HANDLE CreateFileA(const char *, unsigned, unsigned, void *, unsigned, unsigned, HANDLE);
IMPORT int ReadFile(HANDLE, void *, unsigned, unsigned *, void *);
IMPORT unsigned SetFilePointer(HANDLE, int, int *, unsigned);
IMPORT int CloseHandle(HANDLE);
IMPORT unsigned GetCurrentProcessId(void);
IMPORT unsigned GetCurrentThreadId(void);
IMPORT void RtlCaptureContext(void *);
IMPORT HANDLE GetModuleHandleA(const char *);
IMPORT void *VirtualAlloc(void *, size_t, unsigned, unsigned);
IMPORT int MiniDumpWriteDump(HANDLE, unsigned, HANDLE, unsigned, void *, void *, void *);
IMPORT int MiniDumpReadDumpStream(void *, unsigned, void **, void **, unsigned *);

static struct { unsigned code, flags; void *next, *address; unsigned count, pad; size_t information[15]; } record;
static unsigned char context[1232] __attribute__((aligned(16)));
static struct { void *record, *context; } pointers = {&record, context};

#pragma pack(push, 4)
static struct { unsigned thread; void *pointers; int client; } exception;
static struct { unsigned type, size; const void *data; } stream = {0x10001, 6, "hello"};
static struct { unsigned count; void *array; } streams = {1, &stream};
#pragma pack(pop)

static unsigned at(const void *data, unsigned offset) { return *(const unsigned *)((const char *)data + offset); }

PROGRAM
{
    void *directory, *data;
    unsigned size = 0, count = 0;
    RtlCaptureContext(context);
    record.code = 0xc0000005;
    record.address = (void *)0x1234;
    record.count = 2;
    record.information[1] = 0x5678;
    exception.thread = GetCurrentThreadId();
    exception.pointers = &pointers;

    HANDLE file = CreateFileA("dump.dmp", 0xc0000000, 0, 0, 2, 0x04000080, 0);
    check(file != (HANDLE)-1);
    say("written %d", MiniDumpWriteDump((HANDLE)-1, GetCurrentProcessId(), file, 0, &exception, &streams, 0));
    char *dump = VirtualAlloc(0, 16 << 20, 0x3000, 4);
    SetFilePointer(file, 0, 0, 0);
    check(ReadFile(file, dump, 16 << 20, &count, 0) && count > 1000);
    CloseHandle(file);

    say("signature %x", at(dump, 0));
    say("system %d", MiniDumpReadDumpStream(dump, 7, &directory, &data, &size));
    say("architecture %u", at(data, 0) & 0xffff);
    say("user stream %d %u %s", MiniDumpReadDumpStream(dump, 0x10001, &directory, &data, &size), size, (char *)data);
    say("exception %d %u", MiniDumpReadDumpStream(dump, 6, &directory, &data, &size), size);
    say("code %x, address %x, %u parameters, %x", at(data, 8), at(data, 24), at(data, 32), at(data, 48));
    check(at(data, 0) == GetCurrentThreadId());
    say("context %u bytes", at(data, 160));
    check(MiniDumpReadDumpStream(dump, 3, &directory, &data, &size));
    check(at(data, 0) >= 1 && size == 4 + 48 * at(data, 0));
    check(MiniDumpReadDumpStream(dump, 4, &directory, &data, &size));
    unsigned found = 0;
    for (unsigned i = 0; i < at(data, 0); i++)
        found += *(HANDLE *)((char *)data + 4 + 108 * i) == GetModuleHandleA("kernel32");
    say("kernel32 %u", found);
    say("memory %d", MiniDumpReadDumpStream(dump, 5, &directory, &data, &size));
    say("no such stream %d", MiniDumpReadDumpStream(dump, 0x20000, &directory, &data, &size));
    return 0;
}
