/* Memory functions of ntdll that are not the C run-time's under another name; crt_memory.c has those. */
#include "api.h"

API_USE(void *, memset, void *destination, int byte, size_t size);

API(ntdll kernel32, void, RtlFillMemory, PVOID Destination, SIZE_T Length, BYTE Fill) {
    api_memset(Destination, Fill, Length);
}

API(ntdll kernel32, void, RtlZeroMemory, PVOID Destination, SIZE_T Length) { api_memset(Destination, 0, Length); }

static void fill(PVOID destination, SIZE_T length, ULONG pattern) {
    ULONG *words = destination;
    for (SIZE_T i = 0; i < length / sizeof *words; i++)
        words[i] = pattern;
}

/* Whole words only; what is left over is not touched. */
API(ntdll, void, RtlFillMemoryUlong, PVOID Destination, SIZE_T Length, ULONG Pattern) {
    fill(Destination, Length, Pattern);
}

API(ntdll, void, RtlFillMemoryUlonglong, PVOID Destination, SIZE_T Length, ULONGLONG Pattern) {
    ULONGLONG *words = Destination;
    for (SIZE_T i = 0; i < Length / sizeof *words; i++)
        words[i] = Pattern;
}

/* The number of bytes that are equal from the beginning. */
API(ntdll kernel32 kernelbase, SIZE_T, RtlCompareMemory, LPCVOID Source1, LPCVOID Source2, SIZE_T Length) {
    const BYTE *left = Source1, *right = Source2;
    SIZE_T i = 0;
    while (i < Length && left[i] == right[i])
        i++;
    return i;
}

/* The number of bytes up to the first word that differs from the pattern. */
API(ntdll, SIZE_T, RtlCompareMemoryUlong, PVOID Source, SIZE_T Length, ULONG Pattern) {
    const ULONG *words = Source;
    SIZE_T i = 0;
    if ((uintptr_t)Source % sizeof *words || Length % sizeof *words)
        return 0;
    while (i < Length / sizeof *words && words[i] == Pattern)
        i++;
    return i * sizeof *words;
}

API(ntdll, void, RtlPrefetchMemoryNonTemporal, PVOID Source, SIZE_T Length) { (void)Source, (void)Length; }

/* Whether all of it is zero. */
API(ntdll, BOOLEAN, RtlIsZeroMemory, PVOID Buffer, SIZE_T Length) {
    const BYTE *bytes = Buffer;
    for (SIZE_T i = 0; i < Length; i++)
        if (bytes[i])
            return FALSE;
    return TRUE;
}

/* ---- checksums ("RtlCrc32", "RtlCrc64") ---- */

/* Reflected polynomials, one bit at a time: nobody checks much with them. */
static uint64_t checksum(const BYTE *bytes, size_t size, uint64_t sum, uint64_t polynomial) {
    for (size_t i = 0; i < size; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum & 1 ? sum >> 1 ^ polynomial : sum >> 1;
    }
    return sum;
}

API(ntdll, ULONG, RtlComputeCrc32, ULONG PartialCrc, LPCVOID Buffer, ULONG Length) {
    return ~(ULONG)checksum(Buffer, Length, (ULONG)~PartialCrc, 0xedb88320u);
}

API(ntdll, ULONG, RtlCrc32, LPCVOID Buffer, SIZE_T Size, ULONG InitialCrc) {
    return ~(ULONG)checksum(Buffer, Size, (ULONG)~InitialCrc, 0xedb88320u);
}

API(ntdll, ULONGLONG, RtlCrc64, LPCVOID Buffer, SIZE_T Size, ULONGLONG InitialCrc) {
    return ~checksum(Buffer, Size, ~InitialCrc, 0x9a6c9329ac4bc9b5u);
}

/* ---- pseudo-random numbers ("RtlUniform", "RtlRandomEx": from 0 to MAXLONG - 1) ---- */

enum { MAXLONG = 0x7fffffff };

API(ntdll, ULONG, RtlUniform, PULONG Seed) {
    *Seed = (ULONG)(((ULONGLONG)*Seed * 0x7fffffed + 0x7fffffc3) % MAXLONG);
    return *Seed;
}

API(ntdll, ULONG, RtlRandomEx, PULONG Seed) {
    ULONGLONG mixed = (ULONGLONG)*Seed * 0x9e3779b97f4a7c15u + 0xd1b54a32d192ed03u;
    mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u;
    *Seed = (ULONG)(mixed >> 32) & MAXLONG;
    return (ULONG)((mixed ^ mixed >> 32) % MAXLONG);
}
API_ALIAS(api_RtlRandomEx, plain, ntdll, "RtlRandom");

/* ---- byte order ---- */

API(ntdll, USHORT, RtlUshortByteSwap, USHORT Source) { return __builtin_bswap16(Source); }
API(ntdll, ULONG, RtlUlongByteSwap, ULONG Source) { return __builtin_bswap32(Source); }
API(ntdll, ULONGLONG, RtlUlonglongByteSwap, ULONGLONG Source) { return __builtin_bswap64(Source); }
