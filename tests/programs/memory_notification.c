// Objects for a shortage of memory, and for plenty of it: a machine that runs tests has no shortage.
#include <windows.h>

#include "fixture.h"

PROGRAM
{
    BOOL is_low = TRUE, is_high = FALSE;
    HANDLE low = CreateMemoryResourceNotification(LowMemoryResourceNotification);
    HANDLE high = CreateMemoryResourceNotification(HighMemoryResourceNotification);
    check(low && high && low != high);
    check(QueryMemoryResourceNotification(low, &is_low) && QueryMemoryResourceNotification(high, &is_high));
    // Wine does not look at the memory there is
    // Wine reports: low 0, high 0
    // documented: low 0, high 1     (Microsoft, "CreateMemoryResourceNotification function")
    say("low %d, high %d", is_low, is_high);
    HANDLE both[] = {low, high};
    // Wine reports: wait 258 258
    // documented: wait 258 1     (Microsoft, "CreateMemoryResourceNotification function")
    say("wait %lu %lu", WaitForSingleObject(low, 0), WaitForMultipleObjects(2, both, FALSE, 1000));
    check(CloseHandle(low) && CloseHandle(high));
    SetLastError(0);
    say("no such kind: %d %lu", CreateMemoryResourceNotification(7) != NULL, GetLastError());
    return 0;
}
