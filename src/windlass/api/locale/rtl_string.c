/* Counted strings ("RtlInitUnicodeString function" and others). Lengths are in bytes. What a function allocates lies on
 * the process heap, where RtlFreeUnicodeString gives it back. */
#include "codepage.h"
#include "heap.h"
#include "nt.h"
#include "unicode.h"

enum { LONGEST_BYTES = 0xfffe, LONGEST_ANSI = 0xffff };

static size_t units(const UNICODE_STRING *string) { return string->Length / sizeof(WCHAR); }

/* ---- making ---- */

API(ntdll, void, RtlInitUnicodeString, UNICODE_STRING *DestinationString, PCWSTR SourceString) {
    size_t bytes = SourceString ? wide_length(SourceString) * sizeof(WCHAR) : 0;
    if (bytes > LONGEST_BYTES - sizeof(WCHAR))
        bytes = LONGEST_BYTES - sizeof(WCHAR);
    *DestinationString = (UNICODE_STRING){(USHORT)bytes, (USHORT)(SourceString ? bytes + sizeof(WCHAR) : 0),
                                          (PWSTR)SourceString};
}

API(ntdll, NTSTATUS, RtlInitUnicodeStringEx, UNICODE_STRING *DestinationString, PCWSTR SourceString) {
    if (SourceString && wide_length(SourceString) * sizeof(WCHAR) > LONGEST_BYTES - sizeof(WCHAR))
        return STATUS_NAME_TOO_LONG;
    api_RtlInitUnicodeString(DestinationString, SourceString);
    return STATUS_SUCCESS;
}

API(ntdll, void, RtlInitAnsiString, ANSI_STRING *DestinationString, PCSTR SourceString) {
    size_t bytes = SourceString ? strlen(SourceString) : 0;
    if (bytes > LONGEST_ANSI - 1)
        bytes = LONGEST_ANSI - 1;
    *DestinationString = (ANSI_STRING){(USHORT)bytes, (USHORT)(SourceString ? bytes + 1 : 0), (PSTR)SourceString};
}
API_ALIAS(api_RtlInitAnsiString, plain, ntdll, "RtlInitString");
API_ALIAS(api_RtlInitAnsiString, utf8, ntdll, "RtlInitUTF8String");

API(ntdll, NTSTATUS, RtlInitAnsiStringEx, ANSI_STRING *DestinationString, PCSTR SourceString) {
    if (SourceString && strlen(SourceString) > LONGEST_ANSI - 1)
        return STATUS_NAME_TOO_LONG;
    api_RtlInitAnsiString(DestinationString, SourceString);
    return STATUS_SUCCESS;
}

API(ntdll, void, RtlFreeUnicodeString, UNICODE_STRING *UnicodeString) {
    heap_free(UnicodeString->Buffer);
    *UnicodeString = (UNICODE_STRING){0, 0, NULL};
}
API_ALIAS(api_RtlFreeUnicodeString, ansi, ntdll, "RtlFreeAnsiString"); /* the same layout */
API_ALIAS(api_RtlFreeUnicodeString, oem, ntdll, "RtlFreeOemString");
API_ALIAS(api_RtlFreeUnicodeString, utf8, ntdll, "RtlFreeUTF8String");

/* A new buffer with room for `bytes` and a zero. */
static bool allocate(UNICODE_STRING *string, size_t bytes) {
    WCHAR *buffer = heap_alloc(bytes + sizeof(WCHAR));
    if (!buffer)
        return false;
    *string = (UNICODE_STRING){(USHORT)bytes, (USHORT)(bytes + sizeof(WCHAR)), buffer};
    buffer[bytes / sizeof(WCHAR)] = 0;
    return true;
}

API(ntdll, BOOLEAN, RtlCreateUnicodeString, UNICODE_STRING *DestinationString, PCWSTR SourceString) {
    size_t bytes = wide_length(SourceString) * sizeof(WCHAR);
    if (bytes > LONGEST_BYTES - sizeof(WCHAR) || !allocate(DestinationString, bytes))
        return FALSE;
    memcpy(DestinationString->Buffer, SourceString, bytes);
    return TRUE;
}

enum { NULL_TERMINATE = 1, ALLOCATE_NULL_STRING = 2 };

API(ntdll, NTSTATUS, RtlDuplicateUnicodeString, ULONG Flags, const UNICODE_STRING *StringIn,
    UNICODE_STRING *StringOut) {
    if (!StringIn || !StringOut || Flags & ~(ULONG)(NULL_TERMINATE | ALLOCATE_NULL_STRING) ||
        (Flags & ALLOCATE_NULL_STRING && !(Flags & NULL_TERMINATE)))
        return STATUS_INVALID_PARAMETER;
    if (StringIn->Length > LONGEST_BYTES - (Flags & NULL_TERMINATE ? sizeof(WCHAR) : 0))
        return STATUS_NAME_TOO_LONG;
    *StringOut = (UNICODE_STRING){0, 0, NULL};
    if (!StringIn->Length && !(Flags & ALLOCATE_NULL_STRING))
        return STATUS_SUCCESS;
    if (!allocate(StringOut, StringIn->Length))
        return STATUS_NO_MEMORY;
    memcpy(StringOut->Buffer, StringIn->Buffer, StringIn->Length);
    if (!(Flags & NULL_TERMINATE))
        StringOut->MaximumLength = StringOut->Length;
    return STATUS_SUCCESS;
}

API(ntdll, void, RtlEraseUnicodeString, UNICODE_STRING *String) {
    if (String->Buffer)
        memset(String->Buffer, 0, String->MaximumLength);
    String->Length = 0;
}

API(ntdll, NTSTATUS, RtlValidateUnicodeString, ULONG Flags, const UNICODE_STRING *String) {
    if (Flags)
        return STATUS_INVALID_PARAMETER;
    bool good = !String || (String->Length % 2 == 0 && String->MaximumLength % 2 == 0 &&
                            String->Length <= String->MaximumLength &&
                            (String->Buffer || (!String->Length && !String->MaximumLength)));
    return good ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/* ---- copying and appending ---- */

/* As much as there is room for. */
API(ntdll, void, RtlCopyUnicodeString, UNICODE_STRING *DestinationString, const UNICODE_STRING *SourceString) {
    USHORT bytes = SourceString ? SourceString->Length : 0;
    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    if (bytes)
        memcpy(DestinationString->Buffer, SourceString->Buffer, bytes);
    DestinationString->Length = bytes;
    if (bytes + sizeof(WCHAR) <= DestinationString->MaximumLength)
        DestinationString->Buffer[bytes / sizeof(WCHAR)] = 0;
}

API(ntdll, void, RtlCopyString, ANSI_STRING *DestinationString, const ANSI_STRING *SourceString) {
    USHORT bytes = SourceString ? SourceString->Length : 0;
    if (bytes > DestinationString->MaximumLength)
        bytes = DestinationString->MaximumLength;
    if (bytes)
        memcpy(DestinationString->Buffer, SourceString->Buffer, bytes);
    DestinationString->Length = bytes;
}

static NTSTATUS append(UNICODE_STRING *to, const void *from, size_t bytes) {
    if (bytes + to->Length > to->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memmove((char *)to->Buffer + to->Length, from, bytes);
    to->Length = (USHORT)(to->Length + bytes);
    if (to->Length + sizeof(WCHAR) <= to->MaximumLength)
        to->Buffer[units(to)] = 0;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlAppendUnicodeStringToString, UNICODE_STRING *Destination, const UNICODE_STRING *Source) {
    return append(Destination, Source->Buffer, Source->Length);
}

API(ntdll, NTSTATUS, RtlAppendUnicodeToString, UNICODE_STRING *Destination, PCWSTR Source) {
    return Source ? append(Destination, Source, wide_length(Source) * sizeof(WCHAR)) : STATUS_SUCCESS;
}

static NTSTATUS append_ansi(ANSI_STRING *to, const char *from, size_t bytes) {
    if (bytes + to->Length > to->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(to->Buffer + to->Length, from, bytes);
    to->Length = (USHORT)(to->Length + bytes);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlAppendStringToString, ANSI_STRING *Destination, const ANSI_STRING *Source) {
    return append_ansi(Destination, Source->Buffer, Source->Length);
}

API(ntdll, NTSTATUS, RtlAppendAsciizToString, ANSI_STRING *Destination, PCSTR Source) {
    return Source ? append_ansi(Destination, Source, strlen(Source)) : STATUS_SUCCESS;
}

/* ---- case ---- */

API(ntdll, WCHAR, RtlUpcaseUnicodeChar, WCHAR SourceCharacter) { return unicode_upper(SourceCharacter); }
API(ntdll, WCHAR, RtlDowncaseUnicodeChar, WCHAR SourceCharacter) { return unicode_lower(SourceCharacter); }

API(ntdll, CHAR, RtlUpperChar, CHAR Character) {
    return Character >= 'a' && Character <= 'z' ? (CHAR)(Character - 32) : Character;
}

static NTSTATUS map_case(UNICODE_STRING *to, const UNICODE_STRING *from, BOOLEAN allocates, WCHAR (*map)(WCHAR)) {
    if (allocates && !allocate(to, from->Length))
        return STATUS_NO_MEMORY;
    if (from->Length > to->MaximumLength)
        return STATUS_BUFFER_OVERFLOW;
    for (size_t i = 0; i < units(from); i++)
        to->Buffer[i] = map(from->Buffer[i]);
    to->Length = from->Length;
    if (allocates)
        to->MaximumLength = to->Length;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlUpcaseUnicodeString, UNICODE_STRING *DestinationString, const UNICODE_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return map_case(DestinationString, SourceString, AllocateDestinationString, unicode_upper);
}

API(ntdll, NTSTATUS, RtlDowncaseUnicodeString, UNICODE_STRING *DestinationString, const UNICODE_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return map_case(DestinationString, SourceString, AllocateDestinationString, unicode_lower);
}

API(ntdll, void, RtlUpperString, ANSI_STRING *DestinationString, const ANSI_STRING *SourceString) {
    USHORT length = SourceString->Length < DestinationString->MaximumLength ? SourceString->Length
                                                                            : DestinationString->MaximumLength;
    for (USHORT i = 0; i < length; i++)
        DestinationString->Buffer[i] = api_RtlUpperChar(SourceString->Buffer[i]);
    DestinationString->Length = length;
}

/* ---- comparing ---- */

static LONG compare(const WCHAR *a, size_t a_units, const WCHAR *b, size_t b_units, BOOLEAN ignore_case) {
    size_t shorter = a_units < b_units ? a_units : b_units;
    for (size_t i = 0; i < shorter; i++) {
        WCHAR left = ignore_case ? unicode_upper(a[i]) : a[i], right = ignore_case ? unicode_upper(b[i]) : b[i];
        if (left != right)
            return left - right;
    }
    return (LONG)a_units - (LONG)b_units;
}

API(ntdll, LONG, RtlCompareUnicodeStrings, PCWSTR String1, SIZE_T String1Length, PCWSTR String2, SIZE_T String2Length,
    BOOLEAN CaseInSensitive) {
    return compare(String1, String1Length, String2, String2Length, CaseInSensitive);
}

API(ntdll, LONG, RtlCompareUnicodeString, const UNICODE_STRING *String1, const UNICODE_STRING *String2,
    BOOLEAN CaseInSensitive) {
    return compare(String1->Buffer, units(String1), String2->Buffer, units(String2), CaseInSensitive);
}

API(ntdll, BOOLEAN, RtlEqualUnicodeString, const UNICODE_STRING *String1, const UNICODE_STRING *String2,
    BOOLEAN CaseInSensitive) {
    return String1->Length == String2->Length && !api_RtlCompareUnicodeString(String1, String2, CaseInSensitive);
}

API(ntdll, BOOLEAN, RtlPrefixUnicodeString, const UNICODE_STRING *String1, const UNICODE_STRING *String2,
    BOOLEAN CaseInSensitive) {
    return String1->Length <= String2->Length &&
           !compare(String1->Buffer, units(String1), String2->Buffer, units(String1), CaseInSensitive);
}

API(ntdll, BOOLEAN, RtlSuffixUnicodeString, const UNICODE_STRING *String1, const UNICODE_STRING *String2,
    BOOLEAN CaseInSensitive) {
    return String1->Length <= String2->Length &&
           !compare(String1->Buffer, units(String1), String2->Buffer + units(String2) - units(String1),
                    units(String1), CaseInSensitive);
}

API(ntdll, LONG, RtlCompareString, const ANSI_STRING *String1, const ANSI_STRING *String2, BOOLEAN CaseInSensitive) {
    USHORT shorter = String1->Length < String2->Length ? String1->Length : String2->Length;
    for (USHORT i = 0; i < shorter; i++) {
        CHAR a = String1->Buffer[i], b = String2->Buffer[i];
        if (CaseInSensitive) {
            a = api_RtlUpperChar(a);
            b = api_RtlUpperChar(b);
        }
        if (a != b)
            return (BYTE)a - (BYTE)b;
    }
    return String1->Length - String2->Length;
}

API(ntdll, BOOLEAN, RtlEqualString, const ANSI_STRING *String1, const ANSI_STRING *String2, BOOLEAN CaseInSensitive) {
    return String1->Length == String2->Length && !api_RtlCompareString(String1, String2, CaseInSensitive);
}

API(ntdll, BOOLEAN, RtlPrefixString, const ANSI_STRING *String1, const ANSI_STRING *String2, BOOLEAN CaseInSensitive) {
    ANSI_STRING beginning = {String1->Length, String1->Length, String2->Buffer};
    return String1->Length <= String2->Length && !api_RtlCompareString(String1, &beginning, CaseInSensitive);
}

enum { HASH_DEFAULT, HASH_X65599 };

API(ntdll, NTSTATUS, RtlHashUnicodeString, const UNICODE_STRING *String, BOOLEAN CaseInSensitive, ULONG HashAlgorithm,
    PULONG HashValue) {
    ULONG hash = 0;
    if (!String || !HashValue || HashAlgorithm > HASH_X65599)
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < units(String); i++)
        hash = hash * 65599 + (CaseInSensitive ? unicode_upper(String->Buffer[i]) : String->Buffer[i]);
    *HashValue = hash;
    return STATUS_SUCCESS;
}

enum { FIND_FROM_END = 1, FIND_COMPLEMENT = 2, FIND_IGNORE_CASE = 4 };

static bool contains(const UNICODE_STRING *set, WCHAR unit, bool ignore_case) {
    for (size_t i = 0; i < units(set); i++)
        if (set->Buffer[i] == unit || (ignore_case && unicode_upper(set->Buffer[i]) == unicode_upper(unit)))
            return true;
    return false;
}

/* The position, in bytes, behind the first character of the set (before it when searching from the end). */
API(ntdll, NTSTATUS, RtlFindCharInUnicodeString, ULONG Flags, const UNICODE_STRING *StringToSearch,
    const UNICODE_STRING *CharSet, USHORT *NonInclusivePrefixLength) {
    size_t count = units(StringToSearch);
    *NonInclusivePrefixLength = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = Flags & FIND_FROM_END ? count - 1 - i : i;
        bool found = contains(CharSet, StringToSearch->Buffer[at], Flags & FIND_IGNORE_CASE);
        if (found != !!(Flags & FIND_COMPLEMENT)) {
            *NonInclusivePrefixLength = (USHORT)((Flags & FIND_FROM_END ? at : at + 1) * sizeof(WCHAR));
            return STATUS_SUCCESS;
        }
    }
    return STATUS_NOT_FOUND;
}

/* ---- code pages ---- */

static size_t wide_size(struct codepage *page, const char *text, size_t bytes) {
    return codepage_to_wide(page, 0, text, bytes, NULL, 0, NULL) * sizeof(WCHAR);
}

static NTSTATUS to_unicode(struct codepage *page, UNICODE_STRING *to, const ANSI_STRING *from, BOOLEAN allocates) {
    size_t bytes = wide_size(page, from->Buffer, from->Length);
    if (bytes > LONGEST_BYTES - sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER_2;
    if (allocates && !allocate(to, bytes))
        return STATUS_NO_MEMORY;
    if (bytes + sizeof(WCHAR) > to->MaximumLength)
        return STATUS_BUFFER_OVERFLOW;
    codepage_to_wide(page, 0, from->Buffer, from->Length, to->Buffer, bytes / sizeof(WCHAR), NULL);
    to->Length = (USHORT)bytes;
    to->Buffer[bytes / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlAnsiStringToUnicodeString, UNICODE_STRING *DestinationString, const ANSI_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return to_unicode(codepage_ansi(), DestinationString, SourceString, AllocateDestinationString);
}

API(ntdll, NTSTATUS, RtlOemStringToUnicodeString, UNICODE_STRING *DestinationString, const ANSI_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return to_unicode(codepage_oem(), DestinationString, SourceString, AllocateDestinationString);
}

API(ntdll, NTSTATUS, RtlUTF8StringToUnicodeString, UNICODE_STRING *DestinationString, const ANSI_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return to_unicode(codepage_find(CP_UTF8), DestinationString, SourceString, AllocateDestinationString);
}

API(ntdll, BOOLEAN, RtlCreateUnicodeStringFromAsciiz, UNICODE_STRING *DestinationString, PCSTR SourceString) {
    ANSI_STRING source;
    return api_RtlInitAnsiStringEx(&source, SourceString) == STATUS_SUCCESS &&
           NT_SUCCESS(api_RtlAnsiStringToUnicodeString(DestinationString, &source, TRUE));
}

static size_t narrow_size(struct codepage *page, const WCHAR *text, size_t count) {
    return codepage_from_wide(page, 0, text, count, NULL, 0, NULL, NULL, NULL);
}

/* What does not fit is cut off, with STATUS_BUFFER_OVERFLOW. */
static NTSTATUS from_unicode(struct codepage *page, ANSI_STRING *to, const UNICODE_STRING *from, BOOLEAN allocates) {
    size_t bytes = narrow_size(page, from->Buffer, units(from));
    NTSTATUS status = STATUS_SUCCESS;
    if (bytes > LONGEST_ANSI - 1)
        return STATUS_INVALID_PARAMETER_2;
    if (allocates) {
        *to = (ANSI_STRING){0, (USHORT)(bytes + 1), heap_alloc(bytes + 1)};
        if (!to->Buffer)
            return STATUS_NO_MEMORY;
    } else if (to->MaximumLength == 0) {
        return STATUS_BUFFER_OVERFLOW;
    } else if (bytes >= to->MaximumLength) {
        bytes = to->MaximumLength - 1u;
        status = STATUS_BUFFER_OVERFLOW;
    }
    codepage_from_wide(page, 0, from->Buffer, units(from), to->Buffer, bytes, NULL, NULL, NULL);
    to->Buffer[bytes] = 0;
    to->Length = (USHORT)bytes;
    return status;
}

API(ntdll, NTSTATUS, RtlUnicodeStringToAnsiString, ANSI_STRING *DestinationString, const UNICODE_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return from_unicode(codepage_ansi(), DestinationString, SourceString, AllocateDestinationString);
}

API(ntdll, NTSTATUS, RtlUnicodeStringToOemString, ANSI_STRING *DestinationString, const UNICODE_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return from_unicode(codepage_oem(), DestinationString, SourceString, AllocateDestinationString);
}

/* The same in upper case. */
static NTSTATUS from_unicode_upper(struct codepage *page, ANSI_STRING *to, const UNICODE_STRING *from,
                                   BOOLEAN allocates) {
    UNICODE_STRING upper;
    NTSTATUS status = api_RtlUpcaseUnicodeString(&upper, from, TRUE);
    if (!NT_SUCCESS(status))
        return status;
    status = from_unicode(page, to, &upper, allocates);
    api_RtlFreeUnicodeString(&upper);
    return status;
}

API(ntdll, NTSTATUS, RtlUpcaseUnicodeStringToAnsiString, ANSI_STRING *DestinationString,
    const UNICODE_STRING *SourceString, BOOLEAN AllocateDestinationString) {
    return from_unicode_upper(codepage_ansi(), DestinationString, SourceString, AllocateDestinationString);
}

API(ntdll, NTSTATUS, RtlUpcaseUnicodeStringToOemString, ANSI_STRING *DestinationString,
    const UNICODE_STRING *SourceString, BOOLEAN AllocateDestinationString) {
    return from_unicode_upper(codepage_oem(), DestinationString, SourceString, AllocateDestinationString);
}

API(ntdll, NTSTATUS, RtlUnicodeStringToUTF8String, ANSI_STRING *DestinationString, const UNICODE_STRING *SourceString,
    BOOLEAN AllocateDestinationString) {
    return from_unicode(codepage_find(CP_UTF8), DestinationString, SourceString, AllocateDestinationString);
}

/* Sizes with the zero. */
API(ntdll, ULONG, RtlxAnsiStringToUnicodeSize, const ANSI_STRING *AnsiString) {
    return (ULONG)(wide_size(codepage_ansi(), AnsiString->Buffer, AnsiString->Length) + sizeof(WCHAR));
}
API_ALIAS(api_RtlxAnsiStringToUnicodeSize, plain, ntdll, "RtlAnsiStringToUnicodeSize");

API(ntdll, ULONG, RtlxOemStringToUnicodeSize, const ANSI_STRING *OemString) {
    return (ULONG)(wide_size(codepage_oem(), OemString->Buffer, OemString->Length) + sizeof(WCHAR));
}
API_ALIAS(api_RtlxOemStringToUnicodeSize, plain, ntdll, "RtlOemStringToUnicodeSize");

API(ntdll, ULONG, RtlxUnicodeStringToAnsiSize, const UNICODE_STRING *UnicodeString) {
    return (ULONG)narrow_size(codepage_ansi(), UnicodeString->Buffer, units(UnicodeString)) + 1;
}
API_ALIAS(api_RtlxUnicodeStringToAnsiSize, plain, ntdll, "RtlUnicodeStringToAnsiSize");

API(ntdll, ULONG, RtlxUnicodeStringToOemSize, const UNICODE_STRING *UnicodeString) {
    return (ULONG)narrow_size(codepage_oem(), UnicodeString->Buffer, units(UnicodeString)) + 1;
}
API_ALIAS(api_RtlxUnicodeStringToOemSize, plain, ntdll, "RtlUnicodeStringToOemSize");

/* ---- numbers ---- */

static bool is_base(ULONG base) { return base == 0 || base == 2 || base == 8 || base == 10 || base == 16; }

/* Upper-case digits, without sign; the first character is returned. */
static char *digits_of(ULONGLONG value, ULONG base, char buffer[65]) {
    char *at = buffer + 64;
    *at = 0;
    if (base == 0)
        base = 10;
    do {
        *--at = "0123456789ABCDEF"[value % base];
        value /= base;
    } while (value);
    return at;
}

static NTSTATUS number_to_string(ULONGLONG value, ULONG base, UNICODE_STRING *string) {
    char buffer[65], *digits;
    if (!is_base(base))
        return STATUS_INVALID_PARAMETER;
    digits = digits_of(value, base, buffer);
    size_t count = strlen(digits);
    if (count * sizeof(WCHAR) > string->MaximumLength)
        return STATUS_BUFFER_OVERFLOW;
    for (size_t i = 0; i < count; i++)
        string->Buffer[i] = (WCHAR)digits[i];
    string->Length = (USHORT)(count * sizeof(WCHAR));
    if (string->Length + sizeof(WCHAR) <= string->MaximumLength)
        string->Buffer[count] = 0;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlIntegerToUnicodeString, ULONG Value, ULONG Base, UNICODE_STRING *String) {
    return number_to_string(Value, Base, String);
}

API(ntdll, NTSTATUS, RtlInt64ToUnicodeString, ULONGLONG Value, ULONG Base, UNICODE_STRING *String) {
    return number_to_string(Value, Base, String);
}

/* A zero at the end only if there is room. */
API(ntdll, NTSTATUS, RtlIntegerToChar, ULONG Value, ULONG Base, ULONG Length, PSTR String) {
    char buffer[65], *digits;
    if (!is_base(Base))
        return STATUS_INVALID_PARAMETER;
    digits = digits_of(Value, Base, buffer);
    size_t count = strlen(digits);
    if (count > Length)
        return STATUS_BUFFER_OVERFLOW;
    if (!String)
        return STATUS_ACCESS_VIOLATION;
    memcpy(String, digits, count < Length ? count + 1 : count);
    return STATUS_SUCCESS;
}

static int digit_value(WCHAR unit) {
    if (unit >= '0' && unit <= '9')
        return unit - '0';
    unit |= 0x20;
    return unit >= 'a' && unit <= 'f' ? unit - 'a' + 10 : 99;
}

/* "RtlUnicodeStringToInteger function": blanks, a sign, and for base 0 a prefix 0x, 0o or 0b; ends at what is no
 * digit. */
static ULONG number_from(const WCHAR *text, size_t count, ULONG base) {
    size_t i = 0;
    bool minus = false;
    while (i < count && text[i] <= ' ')
        i++;
    if (i < count && (text[i] == '+' || text[i] == '-'))
        minus = text[i++] == '-';
    if (base == 0) {
        base = 10;
        if (i + 1 < count && text[i] == '0') {
            WCHAR prefix = text[i + 1] | 0x20;
            base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : prefix == 'b' ? 2 : 10;
            i += base == 10 ? 0 : 2;
        }
    }
    ULONG value = 0;
    for (; i < count && (ULONG)digit_value(text[i]) < base; i++)
        value = value * base + (ULONG)digit_value(text[i]);
    return minus ? -value : value;
}

API(ntdll, NTSTATUS, RtlUnicodeStringToInteger, const UNICODE_STRING *String, ULONG Base, PULONG Value) {
    if (!is_base(Base))
        return STATUS_INVALID_PARAMETER;
    if (!Value)
        return STATUS_ACCESS_VIOLATION;
    *Value = number_from(String->Buffer, units(String), Base);
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlCharToInteger, PCSTR String, ULONG Base, PULONG Value) {
    WCHAR text[80];
    size_t count = 0;
    if (!is_base(Base))
        return STATUS_INVALID_PARAMETER;
    if (!Value)
        return STATUS_ACCESS_VIOLATION;
    while (*String && *String <= ' ')
        String++;
    for (; count < 80 && String[count]; count++)
        text[count] = (BYTE)String[count];
    *Value = number_from(text, count, Base);
    return STATUS_SUCCESS;
}

/* ---- GUIDs as text ---- */

API(ntdll, NTSTATUS, RtlStringFromGUID, const GUID *Guid, UNICODE_STRING *GuidString) {
    static const signed char bytes[] = {3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15};
    const BYTE *raw = (const BYTE *)Guid;
    if (!allocate(GuidString, 38 * sizeof(WCHAR)))
        return STATUS_NO_MEMORY;
    WCHAR *out = GuidString->Buffer;
    *out++ = '{';
    for (size_t i = 0; i < sizeof bytes; i++) {
        if (bytes[i] < 0) {
            *out++ = '-';
            continue;
        }
        *out++ = (WCHAR)"0123456789ABCDEF"[raw[bytes[i]] >> 4];
        *out++ = (WCHAR)"0123456789ABCDEF"[raw[bytes[i]] & 15];
    }
    *out = '}';
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, RtlGUIDFromString, const UNICODE_STRING *GuidString, GUID *Guid) {
    static const char shape[] = "{33221100-5544-7766-8899-aabbccddeeff}"; /* which byte each digit belongs to */
    BYTE raw[16] = {0};
    if (units(GuidString) < sizeof shape - 1)
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        WCHAR unit = GuidString->Buffer[i];
        int byte = digit_value((WCHAR)shape[i]), digit = digit_value(unit);
        if (byte == 99 ? unit != (WCHAR)shape[i] : digit == 99)
            return STATUS_INVALID_PARAMETER;
        if (byte != 99)
            raw[byte] = (BYTE)(raw[byte] << 4 | digit);
    }
    memcpy(Guid, raw, sizeof raw);
    return STATUS_SUCCESS;
}
