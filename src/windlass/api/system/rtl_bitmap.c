/* Bitmaps ("RTL_BITMAP", "RtlInitializeBitMap" and others): bit 0 is the lowest of the first word. */
#include "api.h"

typedef struct { ULONG SizeOfBitMap; ULONG *Buffer; } RTL_BITMAP;
typedef struct { ULONG StartingIndex, NumberOfBits; } RTL_BITMAP_RUN;

#define NOT_FOUND 0xffffffffu

static bool test(const RTL_BITMAP *map, ULONG bit) { return map->Buffer[bit / 32] >> bit % 32 & 1; }

static void set_one(RTL_BITMAP *map, ULONG bit, bool value) {
    ULONG *word = &map->Buffer[bit / 32], mask = 1u << bit % 32;
    *word = value ? *word | mask : *word & ~mask;
}

static void set(RTL_BITMAP *map, ULONG from, ULONG count, bool value) {
    for (; count && from % 32; from++, count--)
        set_one(map, from, value);
    for (; count >= 32; from += 32, count -= 32)
        map->Buffer[from / 32] = value ? ~0u : 0;
    for (; count; from++, count--)
        set_one(map, from, value);
}

/* The bits from `from` on that have the value, up to `most`. */
static ULONG run_length(const RTL_BITMAP *map, ULONG from, ULONG most, bool value) {
    const ULONG whole = value ? ~0u : 0;
    ULONG at = from, end = map->SizeOfBitMap - from < most ? map->SizeOfBitMap : from + most;
    while (at < end) {
        if (at % 32 == 0 && end - at >= 32 && map->Buffer[at / 32] == whole)
            at += 32;
        else if (test(map, at) == value)
            at++;
        else
            break;
    }
    return at - from;
}

API(ntdll, void, RtlInitializeBitMap, RTL_BITMAP *BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap) {
    *BitMapHeader = (RTL_BITMAP){SizeOfBitMap, BitMapBuffer};
}

API(ntdll, void, RtlSetAllBits, RTL_BITMAP *BitMapHeader) {
    memset(BitMapHeader->Buffer, 0xff, ((size_t)BitMapHeader->SizeOfBitMap + 31) / 32 * 4);
}

API(ntdll, void, RtlClearAllBits, RTL_BITMAP *BitMapHeader) {
    memset(BitMapHeader->Buffer, 0, ((size_t)BitMapHeader->SizeOfBitMap + 31) / 32 * 4);
}

API(ntdll, void, RtlSetBits, RTL_BITMAP *BitMapHeader, ULONG StartingIndex, ULONG NumberToSet) {
    set(BitMapHeader, StartingIndex, NumberToSet, true);
}

API(ntdll, void, RtlClearBits, RTL_BITMAP *BitMapHeader, ULONG StartingIndex, ULONG NumberToClear) {
    set(BitMapHeader, StartingIndex, NumberToClear, false);
}

API(ntdll, void, RtlSetBit, RTL_BITMAP *BitMapHeader, ULONG BitNumber) { set(BitMapHeader, BitNumber, 1, true); }
API(ntdll, void, RtlClearBit, RTL_BITMAP *BitMapHeader, ULONG BitNumber) { set(BitMapHeader, BitNumber, 1, false); }

API(ntdll, BOOLEAN, RtlTestBit, RTL_BITMAP *BitMapHeader, ULONG BitNumber) { return test(BitMapHeader, BitNumber); }

static bool are(const RTL_BITMAP *map, ULONG from, ULONG count, bool value) {
    if (!count || from >= map->SizeOfBitMap || count > map->SizeOfBitMap - from)
        return false;
    return run_length(map, from, count, value) == count;
}

API(ntdll, BOOLEAN, RtlAreBitsSet, RTL_BITMAP *BitMapHeader, ULONG StartingIndex, ULONG Length) {
    return are(BitMapHeader, StartingIndex, Length, true);
}

API(ntdll, BOOLEAN, RtlAreBitsClear, RTL_BITMAP *BitMapHeader, ULONG StartingIndex, ULONG Length) {
    return are(BitMapHeader, StartingIndex, Length, false);
}

/* ---- searching ---- */

/* A run of `count` such bits that begins in [from, to). */
static ULONG find_between(const RTL_BITMAP *map, ULONG from, ULONG to, ULONG count, bool value) {
    for (ULONG at = from; at < to && count <= map->SizeOfBitMap - at;) {
        ULONG length = run_length(map, at, count, value);
        if (length == count)
            return at;
        at += length + 1;
    }
    return NOT_FOUND;
}

/* From the hint on, then from the beginning. For no bits the hint's byte is returned ("RtlFindClearBits function"). */
static ULONG find(const RTL_BITMAP *map, ULONG count, ULONG hint, bool value) {
    if (hint >= map->SizeOfBitMap)
        hint = 0;
    if (count == 0)
        return hint & ~7u;
    if (count > map->SizeOfBitMap)
        return NOT_FOUND;
    ULONG found = find_between(map, hint, map->SizeOfBitMap, count, value);
    return found != NOT_FOUND ? found : find_between(map, 0, hint, count, value);
}

API(ntdll, ULONG, RtlFindClearBits, RTL_BITMAP *BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find(BitMapHeader, NumberToFind, HintIndex, false);
}

API(ntdll, ULONG, RtlFindSetBits, RTL_BITMAP *BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find(BitMapHeader, NumberToFind, HintIndex, true);
}

static ULONG find_and_change(RTL_BITMAP *map, ULONG count, ULONG hint, bool value) {
    ULONG found = find(map, count, hint, value);
    if (found != NOT_FOUND)
        set(map, found, count, !value);
    return found;
}

API(ntdll, ULONG, RtlFindClearBitsAndSet, RTL_BITMAP *BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find_and_change(BitMapHeader, NumberToFind, HintIndex, false);
}

API(ntdll, ULONG, RtlFindSetBitsAndClear, RTL_BITMAP *BitMapHeader, ULONG NumberToFind, ULONG HintIndex) {
    return find_and_change(BitMapHeader, NumberToFind, HintIndex, true);
}

/* The first run of the value at or after `from`; its length, 0 for none. */
static ULONG next_run(const RTL_BITMAP *map, ULONG from, bool value, ULONG *begin) {
    if (from > map->SizeOfBitMap)
        from = map->SizeOfBitMap;
    from += run_length(map, from, map->SizeOfBitMap, !value);
    *begin = from;
    return run_length(map, from, map->SizeOfBitMap, value);
}

API(ntdll, ULONG, RtlFindNextForwardRunClear, RTL_BITMAP *BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex) {
    return next_run(BitMapHeader, FromIndex, false, StartingRunIndex);
}

API(ntdll, ULONG, RtlFindNextForwardRunSet, RTL_BITMAP *BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex) {
    return next_run(BitMapHeader, FromIndex, true, StartingRunIndex);
}

API(ntdll, ULONG, RtlFindFirstRunClear, RTL_BITMAP *BitMapHeader, PULONG StartingIndex) {
    return next_run(BitMapHeader, 0, false, StartingIndex);
}

API(ntdll, ULONG, RtlFindFirstRunSet, RTL_BITMAP *BitMapHeader, PULONG StartingIndex) {
    return next_run(BitMapHeader, 0, true, StartingIndex);
}

/* The run that ends at or before `from`. */
static ULONG last_run(const RTL_BITMAP *map, ULONG from, bool value, ULONG *begin) {
    ULONG end = from < map->SizeOfBitMap ? from + 1 : map->SizeOfBitMap;
    while (end && test(map, end - 1) != value)
        end--;
    ULONG at = end;
    while (at && test(map, at - 1) == value)
        at--;
    *begin = at;
    return end - at;
}

API(ntdll, ULONG, RtlFindLastBackwardRunClear, RTL_BITMAP *BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex) {
    return last_run(BitMapHeader, FromIndex, false, StartingRunIndex);
}

API(ntdll, ULONG, RtlFindLastBackwardRunSet, RTL_BITMAP *BitMapHeader, ULONG FromIndex, PULONG StartingRunIndex) {
    return last_run(BitMapHeader, FromIndex, true, StartingRunIndex);
}

static ULONG longest_run(const RTL_BITMAP *map, bool value, ULONG *begin) {
    ULONG longest = 0, at = 0, start;
    *begin = 0;
    for (ULONG length; (length = next_run(map, at, value, &start)) != 0; at = start + length) {
        if (length > longest) {
            longest = length;
            *begin = start;
        }
    }
    return longest;
}

API(ntdll, ULONG, RtlFindLongestRunClear, RTL_BITMAP *BitMapHeader, PULONG StartingIndex) {
    return longest_run(BitMapHeader, false, StartingIndex);
}

API(ntdll, ULONG, RtlFindLongestRunSet, RTL_BITMAP *BitMapHeader, PULONG StartingIndex) {
    return longest_run(BitMapHeader, true, StartingIndex);
}

/* The first runs, or with `longest` the longest ones in falling order. */
static ULONG find_runs(const RTL_BITMAP *map, RTL_BITMAP_RUN *runs, ULONG most, bool longest, bool value) {
    ULONG count = 0, at = 0, start;
    for (ULONG length; (length = next_run(map, at, value, &start)) != 0; at = start + length) {
        if (!longest && count == most)
            break;
        ULONG place = count;
        while (longest && place && runs[place - 1].NumberOfBits < length)
            place--;
        if (place >= most)
            continue;
        ULONG kept = count < most ? count : most - 1;
        memmove(&runs[place + 1], &runs[place], (kept - place) * sizeof *runs);
        runs[place] = (RTL_BITMAP_RUN){start, length};
        count = kept + 1;
    }
    return count;
}

API(ntdll, ULONG, RtlFindClearRuns, RTL_BITMAP *BitMapHeader, RTL_BITMAP_RUN *RunArray, ULONG SizeOfRunArray,
    BOOLEAN LocateLongestRuns) {
    return find_runs(BitMapHeader, RunArray, SizeOfRunArray, LocateLongestRuns, false);
}

API(ntdll, ULONG, RtlFindSetRuns, RTL_BITMAP *BitMapHeader, RTL_BITMAP_RUN *RunArray, ULONG SizeOfRunArray,
    BOOLEAN LocateLongestRuns) {
    return find_runs(BitMapHeader, RunArray, SizeOfRunArray, LocateLongestRuns, true);
}

/* ---- counting ---- */

static ULONG count_set(const RTL_BITMAP *map, ULONG from, ULONG count) {
    ULONG sum = 0, at = from, end = from + count;
    for (; at < end && at % 32; at++)
        sum += test(map, at);
    for (; end - at >= 32; at += 32)
        sum += (ULONG)__builtin_popcount(map->Buffer[at / 32]);
    for (; at < end; at++)
        sum += test(map, at);
    return sum;
}

API(ntdll, ULONG, RtlNumberOfSetBits, RTL_BITMAP *BitMapHeader) {
    return count_set(BitMapHeader, 0, BitMapHeader->SizeOfBitMap);
}

API(ntdll, ULONG, RtlNumberOfClearBits, RTL_BITMAP *BitMapHeader) {
    return BitMapHeader->SizeOfBitMap - count_set(BitMapHeader, 0, BitMapHeader->SizeOfBitMap);
}

API(ntdll, ULONG, RtlNumberOfSetBitsInRange, RTL_BITMAP *BitMapHeader, ULONG StartingIndex, ULONG Length) {
    bool good = StartingIndex < BitMapHeader->SizeOfBitMap && Length <= BitMapHeader->SizeOfBitMap - StartingIndex;
    return good ? count_set(BitMapHeader, StartingIndex, Length) : NOT_FOUND;
}

API(ntdll, ULONG, RtlNumberOfClearBitsInRange, RTL_BITMAP *BitMapHeader, ULONG StartingIndex, ULONG Length) {
    ULONG count = api_RtlNumberOfSetBitsInRange(BitMapHeader, StartingIndex, Length);
    return count == NOT_FOUND ? NOT_FOUND : Length - count;
}

API(ntdll, ULONG, RtlNumberOfSetBitsUlongPtr, ULONG_PTR Target) { return (ULONG)__builtin_popcountll(Target); }

/* -1 for no bit. */
API(ntdll, CHAR, RtlFindMostSignificantBit, ULONGLONG Set) { return Set ? (CHAR)(63 - __builtin_clzll(Set)) : -1; }
API(ntdll, CHAR, RtlFindLeastSignificantBit, ULONGLONG Set) { return Set ? (CHAR)__builtin_ctzll(Set) : -1; }
