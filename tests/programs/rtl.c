// build: freestanding
// ntdll's strings, numbers, bitmaps and error codes.
#include <windows.h>
#include <winternl.h>
#include "fixture.h"

typedef struct { ULONG size; ULONG *bits; } BITMAP_;
NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING, PCWSTR);
NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING, const UNICODE_STRING *);
LONG NTAPI RtlCompareUnicodeString(const UNICODE_STRING *, const UNICODE_STRING *, BOOLEAN);
BOOLEAN NTAPI RtlEqualUnicodeString(const UNICODE_STRING *, const UNICODE_STRING *, BOOLEAN);
BOOLEAN NTAPI RtlPrefixUnicodeString(const UNICODE_STRING *, const UNICODE_STRING *, BOOLEAN);
void NTAPI RtlCopyUnicodeString(PUNICODE_STRING, const UNICODE_STRING *);
NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING, const UNICODE_STRING *, BOOLEAN);
NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG, ULONG, PUNICODE_STRING);
NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG, ULONG, PUNICODE_STRING);
NTSTATUS NTAPI RtlIntegerToChar(ULONG, ULONG, ULONG, PCHAR);
NTSTATUS NTAPI RtlUnicodeStringToInteger(const UNICODE_STRING *, ULONG, PULONG);
NTSTATUS NTAPI RtlHashUnicodeString(const UNICODE_STRING *, BOOLEAN, ULONG, PULONG);
NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG, const UNICODE_STRING *, const UNICODE_STRING *, USHORT *);
NTSTATUS NTAPI RtlStringFromGUID(REFGUID, PUNICODE_STRING);
NTSTATUS NTAPI RtlGUIDFromString(const UNICODE_STRING *, GUID *);
NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG, const UNICODE_STRING *, PUNICODE_STRING);
void NTAPI RtlInitializeBitMap(BITMAP_ *, ULONG *, ULONG);
void NTAPI RtlClearAllBits(BITMAP_ *);
void NTAPI RtlSetBits(BITMAP_ *, ULONG, ULONG);
void NTAPI RtlClearBits(BITMAP_ *, ULONG, ULONG);
BOOLEAN NTAPI RtlAreBitsSet(BITMAP_ *, ULONG, ULONG);
BOOLEAN NTAPI RtlAreBitsClear(BITMAP_ *, ULONG, ULONG);
ULONG NTAPI RtlFindClearBits(BITMAP_ *, ULONG, ULONG);
ULONG NTAPI RtlFindSetBits(BITMAP_ *, ULONG, ULONG);
ULONG NTAPI RtlFindClearBitsAndSet(BITMAP_ *, ULONG, ULONG);
ULONG NTAPI RtlNumberOfSetBits(BITMAP_ *);
ULONG NTAPI RtlNumberOfClearBits(BITMAP_ *);
ULONG NTAPI RtlFindLongestRunClear(BITMAP_ *, ULONG *);
ULONG NTAPI RtlFindNextForwardRunClear(BITMAP_ *, ULONG, ULONG *);
CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG);
CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG);
ULONG NTAPI RtlNtStatusToDosError(NTSTATUS);
ULONG NTAPI RtlComputeCrc32(ULONG, const void *, ULONG);
SIZE_T NTAPI RtlCompareMemoryUlong(void *, SIZE_T, ULONG);

static void show(const char *what, NTSTATUS status, const UNICODE_STRING *string)
{
    unsigned short text[100];
    int i, length = status < 0 ? 0 : string->Length / 2;
    for (i = 0; i < length; i++)
        text[i] = string->Buffer[i];
    text[i] = 0;
    say("%s: %x '%ls' %u of %u", what, (unsigned)status, text, string->Length, string->MaximumLength);
}

static void strings(void)
{
    WCHAR buffer[12] = L"";
    UNICODE_STRING a, b, room = {0, sizeof buffer, buffer}, made;
    ANSI_STRING ansi;
    USHORT position = 0;
    ULONG hash = 0;
    NTSTATUS status;
    RtlInitUnicodeString(&a, L"Hello");
    show("made", 0, &a);
    RtlInitUnicodeString(&b, NULL);
    say("of NULL: %u %u", b.Length, b.MaximumLength);
    RtlCopyUnicodeString(&room, &a);
    show("copied", 0, &room);
    show("appended", RtlAppendUnicodeToString(&room, L" World"), &room);
    say("too long: %x", (unsigned)RtlAppendUnicodeStringToString(&room, &a));
    RtlInitUnicodeString(&b, L"HELLO");
    say("compare %d %d %d", RtlCompareUnicodeString(&a, &b, FALSE) > 0, (int)RtlCompareUnicodeString(&a, &b, TRUE),
        RtlEqualUnicodeString(&a, &b, TRUE));
    RtlInitUnicodeString(&b, L"hel");
    say("prefix %d %d %d", RtlPrefixUnicodeString(&b, &a, FALSE), RtlPrefixUnicodeString(&b, &a, TRUE),
        RtlPrefixUnicodeString(&a, &b, TRUE));
    say("order %d %d", (int)RtlCompareUnicodeString(&a, &b, TRUE), (int)RtlCompareUnicodeString(&b, &a, TRUE));
    RtlInitUnicodeString(&b, L"stra\x00dfe \x00e9 \x03b1");
    status = RtlUpcaseUnicodeString(&made, &b, TRUE);
    show("upper", status, &made);
    RtlFreeUnicodeString(&made);
    say("freed %u %u %d", made.Length, made.MaximumLength, made.Buffer != NULL);
    RtlInitAnsiString(&ansi, "narrow");
    status = RtlAnsiStringToUnicodeString(&made, &ansi, TRUE);
    show("widened", status, &made);
    status = RtlUnicodeStringToAnsiString(&ansi, &made, TRUE);
    say("narrowed %x '%s' %u %u", (unsigned)status, ansi.Buffer, ansi.Length, ansi.MaximumLength);
    RtlFreeAnsiString(&ansi);
    RtlFreeUnicodeString(&made);
    say("hash %x %x", (unsigned)RtlHashUnicodeString(&a, FALSE, 0, &hash), hash);
    say("hash %x %x", (unsigned)RtlHashUnicodeString(&a, TRUE, 1, &hash), hash);
    RtlInitUnicodeString(&b, L"lo");
    say("find %x %u", (unsigned)RtlFindCharInUnicodeString(0, &a, &b, &position), position);
    say("from end %x %u", (unsigned)RtlFindCharInUnicodeString(1, &a, &b, &position), position);
    say("others %x %u", (unsigned)RtlFindCharInUnicodeString(2, &a, &b, &position), position);
    show("duplicate", RtlDuplicateUnicodeString(1, &a, &made), &made);
    RtlFreeUnicodeString(&made);
    show("duplicate", RtlDuplicateUnicodeString(0, &a, &made), &made);
    RtlFreeUnicodeString(&made);
    say("bad flags %x", (unsigned)RtlDuplicateUnicodeString(2, &a, &made));
}

static void integer(const WCHAR *text, ULONG base)
{
    UNICODE_STRING string;
    ULONG value = 0xaaaa;
    NTSTATUS status;
    RtlInitUnicodeString(&string, text);
    status = RtlUnicodeStringToInteger(&string, base, &value);
    say("%ls in base %u: %x %x", (const unsigned short *)text, base, (unsigned)status, value);
}

static void numbers(void)
{
    WCHAR buffer[40];
    UNICODE_STRING room = {0, sizeof buffer, buffer}, guid_text;
    static const GUID guid = {0x01234567, 0x89ab, 0xcdef, {1, 2, 3, 4, 5, 6, 7, 0xf8}};
    GUID again;
    char text[12];
    show("ten", RtlIntegerToUnicodeString(10, 0, &room), &room);
    show("hex", RtlIntegerToUnicodeString(0xbeef, 16, &room), &room);
    show("binary", RtlIntegerToUnicodeString(5, 2, &room), &room);
    show("big", RtlInt64ToUnicodeString(12345678901234567890ull, 10, &room), &room);
    say("base 7: %x", (unsigned)RtlIntegerToUnicodeString(5, 7, &room));
    room.MaximumLength = 4;
    say("no room: %x", (unsigned)RtlIntegerToUnicodeString(12345, 10, &room));
    say("char: %x '%s'", (unsigned)RtlIntegerToChar(255, 16, 12, text), text);
    say("char: %x", (unsigned)RtlIntegerToChar(255, 2, 7, text));
    integer(L"  123abc", 0);
    integer(L"0x1F", 0);
    integer(L"0b101", 0);
    integer(L"0o17", 0);
    integer(L"-5", 10);
    integer(L"+7", 10);
    integer(L"ff", 16);
    integer(L"4294967297", 10);
    integer(L"", 10);
    integer(L"1", 5);
    show("guid", RtlStringFromGUID(&guid, &guid_text), &guid_text);
    say("back %x, same %d", (unsigned)RtlGUIDFromString(&guid_text, &again), again.Data1 == guid.Data1 &&
        again.Data2 == guid.Data2 && again.Data3 == guid.Data3 && again.Data4[7] == guid.Data4[7]);
    guid_text.Buffer[3] = 'x';
    say("bad %x", (unsigned)RtlGUIDFromString(&guid_text, &again));
    RtlFreeUnicodeString(&guid_text);
    say("crc %x", RtlComputeCrc32(0, "123456789", 9));
}

static void bitmaps(void)
{
    static ULONG words[4];
    BITMAP_ map;
    ULONG start = 99;
    RtlInitializeBitMap(&map, words, 100);
    RtlClearAllBits(&map);
    RtlSetBits(&map, 3, 40);
    RtlSetBits(&map, 60, 10);
    RtlClearBits(&map, 10, 5);
    say("words %x %x %x %x", words[0], words[1], words[2], words[3]);
    say("set %u clear %u", RtlNumberOfSetBits(&map), RtlNumberOfClearBits(&map));
    say("are %d %d %d %d", RtlAreBitsSet(&map, 15, 28), RtlAreBitsSet(&map, 15, 29), RtlAreBitsClear(&map, 10, 5),
        RtlAreBitsClear(&map, 95, 10));
    say("find clear %u %u %u %u", RtlFindClearBits(&map, 3, 0), RtlFindClearBits(&map, 6, 0),
        RtlFindClearBits(&map, 20, 0), RtlFindClearBits(&map, 31, 0));
    say("find from hint %u %u", RtlFindClearBits(&map, 3, 12), RtlFindSetBits(&map, 2, 65));
    say("find and set %u %u", RtlFindClearBitsAndSet(&map, 5, 0), RtlFindClearBitsAndSet(&map, 5, 0));
    say("longest %u", RtlFindLongestRunClear(&map, &start));
    say("at %u", start);
    say("next %u", RtlFindNextForwardRunClear(&map, 50, &start));
    say("at %u", start);
    say("bits %d %d %d", RtlFindMostSignificantBit(0x1000), RtlFindLeastSignificantBit(0x1000),
        RtlFindLeastSignificantBit(0));
    words[0] = words[1] = words[2] = 7;
    say("compare %u", (unsigned)RtlCompareMemoryUlong(words, 16, 7));
}

PROGRAM
{
    static const NTSTATUS statuses[] = {0, 0x102, 0x103, (NTSTATUS)0xc0000005, (NTSTATUS)0xc0000034,
        (NTSTATUS)0xc000000d, (NTSTATUS)0x80000005, (NTSTATUS)0xc0010007, (NTSTATUS)0xc0000135, (NTSTATUS)0xc0ffff00,
        (NTSTATUS)0x20000001, (NTSTATUS)0xc0000022, (NTSTATUS)0xc0000008, (NTSTATUS)0x80070005};
    unsigned i;
    strings();
    numbers();
    bitmaps();
    for (i = 0; i < sizeof statuses / sizeof *statuses; i++)
        say("%08x is error %u", (unsigned)statuses[i], RtlNtStatusToDosError(statuses[i]));
    return 0;
}
