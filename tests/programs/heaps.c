// build: freestanding
// Heaps: sizes, zeroing, reallocation, private and fixed heaps, walking; global and local memory.
#include <windows.h>
#include "fixture.h"

static int is_filled(const unsigned char *memory, SIZE_T size, int value)
{
    SIZE_T i;
    for (i = 0; i < size; i++)
        if (memory[i] != value)
            return 0;
    return 1;
}

static void fill(volatile unsigned char *memory, SIZE_T size, int value)
{
    SIZE_T i;
    for (i = 0; i < size; i++)
        memory[i] = (unsigned char)value;
}

static void blocks(HANDLE heap)
{
    static const SIZE_T sizes[] = {0, 1, 15, 16, 17, 24, 25, 100, 1000, 5000, 100000, 1000000, 10000000};
    unsigned i;
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        SIZE_T size = sizes[i];
        unsigned char *memory = HeapAlloc(heap, HEAP_ZERO_MEMORY, size), *other;
        check(memory != NULL && (ULONG_PTR)memory % 16 == 0);
        check(HeapSize(heap, 0, memory) == size);
        check(is_filled(memory, size, 0));
        fill(memory, size, 7);
        other = HeapReAlloc(heap, HEAP_ZERO_MEMORY, memory, size + 1000);
        check(other != NULL && HeapSize(heap, 0, other) == size + 1000);
        check(is_filled(other, size, 7) && is_filled(other + size, 1000, 0));
        other = HeapReAlloc(heap, 0, other, size / 2);
        check(HeapSize(heap, 0, other) == size / 2 && is_filled(other, size / 2, 7));
        check(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, other, size / 4) == other);
        check(HeapSize(heap, 0, other) == size / 4);
        check(HeapValidate(heap, 0, other));
        check(HeapFree(heap, 0, other));
    }
    check(HeapFree(heap, 0, NULL));
    check(HeapAlloc(heap, 0, (SIZE_T)-1) == NULL);
    check(HeapReAlloc(heap, 0, NULL, 10) == NULL);
}

static void private_heaps(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), fixed;
    void *memory[10];
    PROCESS_HEAP_ENTRY entry;
    int i, busy = 0, seen = 0;
    unsigned char *code;
    blocks(heap);
    for (i = 0; i < 10; i++)
        memory[i] = HeapAlloc(heap, 0, (SIZE_T)i * 40 + 1);
    HeapFree(heap, 0, memory[3]);
    entry.lpData = NULL;
    SetLastError(0);
    while (HeapWalk(heap, &entry)) {
        if (!(entry.wFlags & PROCESS_HEAP_ENTRY_BUSY))
            continue;
        for (i = 0; i < 10; i++)
            seen += i != 3 && entry.lpData == memory[i] && entry.cbData == (DWORD)i * 40 + 1;
        busy++;
    }
    say("walked: error %u, busy %d, right %d", GetLastError(), busy, seen);
    check(HeapLock(heap) && HeapUnlock(heap));
    check(HeapDestroy(heap));
    fixed = HeapCreate(0, 0x1000, 0x100000);
    check(HeapAlloc(fixed, 0, 0x8000) != NULL);
    say("fixed: %d", HeapAlloc(fixed, 0, 0x100000) != NULL);
    for (i = 0; i < 1000 && HeapAlloc(fixed, 0, 0x8000); i++)
        continue;
    check(i > 20 && i < 32);
    check(HeapDestroy(fixed));
    heap = HeapCreate(HEAP_CREATE_ENABLE_EXECUTE, 0, 0);
    code = HeapAlloc(heap, 0, 6);
    fill(code, 6, 0);
    code[0] = 0xb8;
    code[1] = 42;
    code[5] = 0xc3;
    say("executed: %d", ((int (*)(void))code)());
    check(HeapDestroy(heap));
    say("heaps: %d", GetProcessHeaps(0, NULL) >= 1);
}

static void global(void)
{
    HGLOBAL moveable = GlobalAlloc(GHND, 100), fixed = GlobalAlloc(GPTR, 50), other;
    unsigned char *memory = GlobalLock(moveable);
    check((void *)memory != moveable && is_filled(memory, 100, 0));
    say("sizes %d %d", (int)GlobalSize(moveable), (int)GlobalSize(fixed));
    check(GlobalHandle(memory) == moveable);
    check(GlobalLock(moveable) == memory);
    say("locked %x", GlobalFlags(moveable));
    SetLastError(5);
    say("unlock %d error %u", GlobalUnlock(moveable), GetLastError());
    SetLastError(5);
    say("unlock %d error %u", GlobalUnlock(moveable), GetLastError());
    SetLastError(5);
    say("unlock %d error %u", GlobalUnlock(moveable), GetLastError());
    other = GlobalReAlloc(moveable, 1000, GMEM_ZEROINIT);
    check(other == moveable && GlobalSize(moveable) == 1000);
    memory = GlobalLock(moveable);
    check(is_filled(memory, 1000, 0));
    GlobalUnlock(moveable);
    check(GlobalFree(moveable) == NULL);
    check(GlobalLock(fixed) == fixed && GlobalHandle(fixed) == fixed);
    say("fixed: flags %x, unlock %d", GlobalFlags(fixed), GlobalUnlock(fixed));
    fixed = GlobalReAlloc(fixed, 200, GMEM_MOVEABLE);
    check(fixed != NULL && GlobalSize(fixed) == 200);
    check(GlobalFree(fixed) == NULL);
    SetLastError(0);
    moveable = GlobalAlloc(GMEM_MOVEABLE, 0);
    check(moveable != NULL);
    say("empty: lock %d error %u, flags %x", GlobalLock(moveable) != NULL, GetLastError(), GlobalFlags(moveable));
    check(GlobalFree(moveable) == NULL);
    fixed = LocalAlloc(LPTR, 30);
    check(fixed != NULL && LocalSize(fixed) == 30 && LocalLock(fixed) == fixed);
    fixed = LocalReAlloc(fixed, 60, LMEM_MOVEABLE | LMEM_ZEROINIT);
    check(fixed != NULL && is_filled(fixed, 60, 0));
    check(LocalFree(fixed) == NULL && LocalFree(NULL) == NULL);
    moveable = LocalAlloc(LHND, 30);
    memory = LocalLock(moveable);
    check(LocalHandle(memory) == moveable && LocalFlags(moveable) == 1);
    check(LocalUnlock(moveable) == 0 && LocalFree(moveable) == NULL);
}

PROGRAM
{
    blocks(GetProcessHeap());
    private_heaps();
    global();
    return 0;
}
