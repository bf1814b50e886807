// build: freestanding
// Wine reports: delete with a subkey c0000022
// documented: delete with a subkey c0000121     (Microsoft, "ZwDeleteKey function": STATUS_CANNOT_DELETE)
#include "fixture.h"

typedef unsigned short WCHAR;
typedef void *HANDLE;
typedef struct { unsigned short length, maximum; WCHAR *text; } UNICODE_STRING;
typedef struct { unsigned length; HANDLE root; UNICODE_STRING *name; unsigned attributes; void *security[2]; } ATTRIBUTES;

#define IMPORT __declspec(dllimport)
IMPORT int NtOpenKey(HANDLE *, unsigned, ATTRIBUTES *);
IMPORT int NtOpenKeyEx(HANDLE *, unsigned, ATTRIBUTES *, unsigned);
IMPORT int NtCreateKey(HANDLE *, unsigned, ATTRIBUTES *, unsigned, UNICODE_STRING *, unsigned, unsigned *);
IMPORT int NtQueryKey(HANDLE, unsigned, void *, unsigned, unsigned *);
IMPORT int NtEnumerateKey(HANDLE, unsigned, unsigned, void *, unsigned, unsigned *);
IMPORT int NtSetValueKey(HANDLE, UNICODE_STRING *, unsigned, unsigned, const void *, unsigned);
IMPORT int NtQueryValueKey(HANDLE, UNICODE_STRING *, unsigned, void *, unsigned, unsigned *);
IMPORT int NtEnumerateValueKey(HANDLE, unsigned, unsigned, void *, unsigned, unsigned *);
IMPORT int NtDeleteValueKey(HANDLE, UNICODE_STRING *);
IMPORT int NtDeleteKey(HANDLE);
IMPORT int NtRenameKey(HANDLE, UNICODE_STRING *);
IMPORT int NtFlushKey(HANDLE);
IMPORT int NtClose(HANDLE);
IMPORT int RtlOpenCurrentUser(unsigned, HANDLE *);
IMPORT int RtlFormatCurrentUserKeyPath(UNICODE_STRING *);
IMPORT void RtlInitUnicodeString(UNICODE_STRING *, const WCHAR *);
IMPORT void RtlFreeUnicodeString(UNICODE_STRING *);

static UNICODE_STRING name_storage;

static ATTRIBUTES below(HANDLE root, const WCHAR *name)
{
    ATTRIBUTES attributes = {sizeof attributes, root, &name_storage, 0x40, {0}};
    RtlInitUnicodeString(&name_storage, name);
    return attributes;
}

static UNICODE_STRING *named(const WCHAR *text)
{
    static UNICODE_STRING string;
    RtlInitUnicodeString(&string, text);
    return &string;
}

static const char *narrow(const WCHAR *text, unsigned bytes)
{
    static char buffer[200];
    unsigned i = 0;
    for (; i < bytes / 2 && i < 199; i++)
        buffer[i] = (char)(text[i] | (text[i] >= 'A' && text[i] <= 'Z') << 5);
    buffer[i] = 0;
    return buffer;
}

static union { unsigned number[100]; WCHAR text[200]; } data;

PROGRAM
{
    HANDLE user, key, inner, other;
    unsigned disposition = 0, size = 0;
    ATTRIBUTES attributes = below(0, u"\\Registry\\Machine\\Software");
    UNICODE_STRING path;

    say("open %x", NtOpenKey(&key, 0x20019, &attributes));
    say("query name %x", NtQueryKey(key, 3, &data, sizeof data, &size));
    say("%s", narrow(data.text + 2, data.number[0]));
    NtClose(key);
    attributes = below(0, u"\\Registry\\Machine\\Software\\No such key");
    say("missing %x", NtOpenKeyEx(&key, 0x20019, &attributes, 0));
    attributes = below(0, u"Machine\\Software");
    say("relative %x", NtOpenKey(&key, 0x20019, &attributes));

    check(RtlFormatCurrentUserKeyPath(&path) == 0);
    say("%s", narrow(path.text, 44));
    attributes = (ATTRIBUTES){sizeof attributes, 0, &path, 0x40, {0}};
    say("by path %x", NtOpenKey(&key, 0x20019, &attributes));
    NtClose(key);
    RtlFreeUnicodeString(&path);

    say("user %x", RtlOpenCurrentUser(0xf003f, &user));
    attributes = below(user, u"windlass nt test");
    say("create %x", NtCreateKey(&key, 0xf003f, &attributes, 0, named(u"a class"), 0, &disposition));
    say("disposition %u", disposition);
    attributes = below(key, u"second");
    say("create below %x", NtCreateKey(&inner, 0xf003f, &attributes, 0, 0, 0, 0));
    attributes = below(key, u"third\\deep");
    say("create deep %x", NtCreateKey(&other, 0xf003f, &attributes, 0, 0, 0, 0) != 0);

    say("set %x", NtSetValueKey(key, named(u"text"), 0, 1, u"some text", 20));
    disposition = 77;
    say("set %x", NtSetValueKey(key, named(u"number"), 0, 4, &disposition, 4));
    say("set default %x", NtSetValueKey(key, named(u""), 0, 3, "abc", 3));

    say("partial %x %u", NtQueryValueKey(key, named(u"TEXT"), 2, &data, sizeof data, &size), size);
    say("type %u length %u %s", data.number[1], data.number[2], narrow(data.text + 6, data.number[2]));
    say("full %x %u", NtQueryValueKey(key, named(u"number"), 1, &data, sizeof data, &size), size);
    say("type %u offset %u length %u value %u", data.number[1], data.number[2], data.number[3],
        data.number[data.number[2] / 4]);
    say("basic %x %u", NtQueryValueKey(key, named(u"number"), 0, &data, sizeof data, &size), size);
    say("too small for the head %x %u", NtQueryValueKey(key, named(u"text"), 2, &data, 5, &size), size);
    say("too small for the data %x %u", NtQueryValueKey(key, named(u"text"), 2, &data, 14, &size), size);
    say("no such value %x", NtQueryValueKey(key, named(u"nothing"), 2, &data, sizeof data, &size));

    int values = 0;
    while (NtEnumerateValueKey(key, (unsigned)values, 0, &data, sizeof data, &size) == 0)
        values++;
    say("%d values, then %x", values, NtEnumerateValueKey(key, (unsigned)values, 0, &data, sizeof data, &size));
    say("subkey %x %u", NtEnumerateKey(key, 0, 0, &data, sizeof data, &size), size);
    say("%s", narrow(data.text + 8, data.number[3]));
    say("basic, too small %x %u", NtEnumerateKey(key, 0, 0, &data, 18, &size), size);
    say("no more %x", NtEnumerateKey(key, 9, 0, &data, sizeof data, &size));
    say("full %x %u", NtQueryKey(key, 2, &data, sizeof data, &size), size);
    say("class at %u, %u bytes, subkeys %u of %u, values %u of %u with %u", data.number[3], data.number[4],
        data.number[5], data.number[6], data.number[8], data.number[9], data.number[10]);
    say("%s", narrow(data.text + 22, data.number[4]));

    say("flush %x", NtFlushKey(key));
    say("delete value %x", NtDeleteValueKey(key, named(u"number")));
    say("again %x", NtDeleteValueKey(key, named(u"number")));
    say("delete with a subkey %x", NtDeleteKey(key));
    say("delete subkey %x", NtDeleteKey(inner));
    say("a deleted key %x", NtQueryKey(inner, 0, &data, sizeof data, &size));
    say("delete %x", NtDeleteKey(key));
    say("close %x", NtClose(key) | NtClose(inner) | NtClose(user));
    say("a closed key %x", NtQueryKey(key, 0, &data, sizeof data, &size));
    return 0;
}
