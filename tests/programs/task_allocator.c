// flags: -lole32
// What the task allocator knows of its blocks ("IMalloc::DidAlloc").
#define COBJMACROS
#include <windows.h>
#include <objbase.h>

#include "fixture.h"

static DWORD WINAPI allocate(void *block)
{
    *(void **)block = CoTaskMemAlloc(700);
    return 0;
}

static void sizes(IMalloc *allocator)
{
    static const SIZE_T sizes[] = {0, 1, 16, 48, 100, 1000, 1024, 1300, 5000, 8000};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *blocks[200];
        int known = 0;
        for (unsigned j = 0; j < 200; j++)
            blocks[j] = IMalloc_Alloc(allocator, sizes[i]);
        for (unsigned j = 0; j < 200; j++)
            known += IMalloc_DidAlloc(allocator, blocks[j]) == 1;
        say("%zu bytes: %d known", sizes[i], known);
        for (unsigned j = 0; j < 200; j += 2)
            IMalloc_Free(allocator, blocks[j]);
        known = 0;
        for (unsigned j = 0; j < 200; j++)
            known += IMalloc_DidAlloc(allocator, blocks[j]) == 1;
        say("  half of them freed: %d known", known);
        for (unsigned j = 1; j < 200; j += 2)
            IMalloc_Free(allocator, blocks[j]);
    }
}

PROGRAM
{
    IMalloc *allocator;
    say("CoGetMalloc %x", CoGetMalloc(1, &allocator));
    say("null %d", IMalloc_DidAlloc(allocator, NULL));

    char *block = CoTaskMemAlloc(48);
    say("block %d", IMalloc_DidAlloc(allocator, block));
    say("within %d", IMalloc_DidAlloc(allocator, block + 16));
    CoTaskMemFree(block);
    say("freed %d", IMalloc_DidAlloc(allocator, block));

    HANDLE thread = CreateThread(NULL, 0, allocate, &block, 0, NULL);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    say("of another thread %d", IMalloc_DidAlloc(allocator, block));
    IMalloc_Free(allocator, block);
    say("freed %d", IMalloc_DidAlloc(allocator, block));
    sizes(allocator);
    IMalloc_Release(allocator);
    return 0;
}
