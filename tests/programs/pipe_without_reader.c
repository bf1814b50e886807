// Writing to an anonymous pipe whose reader is gone: something, and nothing.
// build: freestanding
#include "fixture.h"

__declspec(dllimport) int CreatePipe(void **, void **, void *, unsigned);
__declspec(dllimport) int WriteFile(void *, const void *, unsigned, unsigned *, void *);
__declspec(dllimport) int CloseHandle(void *);
__declspec(dllimport) unsigned GetLastError(void);

PROGRAM
{
    void *reader, *writer;
    unsigned count = 9;
    CreatePipe(&reader, &writer, 0, 0);
    int done = WriteFile(writer, "", 0, &count, 0);
    say("nothing %d %u", done, count);
    CloseHandle(reader);
    say("something %d", WriteFile(writer, "a", 1, &count, 0));
    say("error %u", GetLastError());
    say("nothing %d", WriteFile(writer, "", 0, &count, 0));
    say("error %u", GetLastError());
    CloseHandle(writer);
    return 0;
}
