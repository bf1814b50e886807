// The registry: keys, values, enumeration, errors.
// flags: -ladvapi32
#include <windows.h>

#include "fixture.h"

#define PLACE "Software\\Windlass Test"

static void data(const char *what, LONG error, DWORD type, const BYTE *bytes, DWORD size)
{
    char text[200] = "";
    char *at = text;
    for (DWORD i = 0; i < size && i < 60; i++) {
        *at++ = "0123456789abcdef"[bytes[i] >> 4];
        *at++ = "0123456789abcdef"[bytes[i] & 15];
    }
    *at = 0;
    say("%s: %d type %u size %u %s", what, error, type, size, text);
}

static void query(HKEY key, const WCHAR *name, DWORD capacity)
{
    BYTE bytes[100];
    DWORD type = 99, size = capacity;
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = 0xee;
    LONG error = RegQueryValueExW(key, name, NULL, &type, bytes, &size);
    data("W", error, type, bytes, error ? 0 : capacity < 100 ? capacity : 100);
    say("  size %u", size);
}

static void query_ansi(HKEY key, const char *name, DWORD capacity)
{
    BYTE bytes[100];
    DWORD type = 99, size = capacity;
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = 0xee;
    LONG error = RegQueryValueExA(key, name, NULL, &type, bytes, &size);
    data("A", error, type, bytes, error ? 0 : capacity < 100 ? capacity : 100);
    say("  size %u", size);
}

static void get(HKEY key, const char *path, const char *name, DWORD flags, DWORD capacity)
{
    BYTE bytes[100];
    DWORD type = 99, size = capacity;
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = 0xee;
    LONG error = RegGetValueA(key, path, name, flags, &type, bytes, &size);
    if (error)
        say("get %s %x: %d", name, flags, error);
    else
        data("get", error, type, bytes, size);
}

static void keys_and_handles(void)
{
    HKEY key, other, again;
    DWORD disposition = 0;
    say("open nothing %d", RegOpenKeyExA(HKEY_CURRENT_USER, PLACE, 0, KEY_READ, &key));
    say("create %d", RegCreateKeyExA(HKEY_CURRENT_USER, PLACE "\\One\\Two", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key,
                                     &disposition));
    say("disposition %u", disposition);
    say("again %d", RegCreateKeyExW(HKEY_CURRENT_USER, L"SOFTWARE\\windlass test\\ONE\\two", 0, NULL, 0, KEY_READ, NULL,
                                    &again, &disposition));
    say("disposition %u", disposition);
    say("read-only: set %d", RegSetValueExA(again, "x", 0, REG_SZ, (const BYTE *)"x", 2));
    say("read-only: create %d", RegCreateKeyExA(again, "sub", 0, NULL, 0, KEY_READ, NULL, &other, NULL));
    RegCloseKey(other);
    say("delete by handle %d", RegDeleteKeyA(again, "sub"));
    RegCloseKey(again);
    say("open above %d", RegOpenKeyExA(HKEY_CURRENT_USER, PLACE, 0, KEY_READ, &again));
    say("relative %d", RegOpenKeyExA(again, "one\\two\\", 0, KEY_READ, &other));
    RegCloseKey(other);
    say("null path %d", RegOpenKeyExA(again, NULL, 0, KEY_READ, &other));
    check(other != again);
    RegCloseKey(other);
    say("empty path %d", RegOpenKeyExA(again, "", 0, KEY_READ, &other));
    RegCloseKey(other);
    say("leading backslash %d", RegOpenKeyExA(again, "\\one", 0, KEY_READ, &other));
    say("no handle %d", RegOpenKeyExA((HKEY)0x123, "one", 0, KEY_READ, &other));
    say("null handle %d", RegOpenKeyExA(NULL, "one", 0, KEY_READ, &other));
    say("reserved %d", RegCreateKeyExA(again, "x", 1, NULL, 0, KEY_READ, NULL, &other, NULL));
    say("delete with subkeys %d", RegDeleteKeyA(HKEY_CURRENT_USER, PLACE "\\One"));
    say("delete nothing %d", RegDeleteKeyA(HKEY_CURRENT_USER, PLACE "\\Nope"));
    say("delete %d", RegDeleteKeyA(HKEY_CURRENT_USER, PLACE "\\One\\Two"));
    say("deleted: set %d", RegSetValueExA(key, "x", 0, REG_SZ, (const BYTE *)"x", 2));
    say("deleted: query %d", RegQueryValueExA(key, "x", NULL, NULL, NULL, NULL));
    say("close %d", RegCloseKey(key));
    say("close again %d", RegCloseKey(key) == ERROR_INVALID_HANDLE);
    say("close predefined %d", RegCloseKey(HKEY_CURRENT_USER));
    say("close null %d", RegCloseKey(NULL));
    RegCloseKey(again);
    say("volatile %d", RegCreateKeyExA(HKEY_CURRENT_USER, PLACE "\\Volatile", 0, NULL, REG_OPTION_VOLATILE,
                                       KEY_ALL_ACCESS, NULL, &key, NULL));
    say("permanent below %d", RegCreateKeyExA(key, "sub", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &other, NULL));
    RegCloseKey(key);
}

static void values(void)
{
    static const BYTE binary[] = {1, 2, 3, 0xff};
    HKEY key;
    DWORD number = 0x12345678, size, type;
    RegCreateKeyExA(HKEY_CURRENT_USER, PLACE "\\Values", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    say("sz %d", RegSetValueExW(key, L"Text", 0, REG_SZ, (const BYTE *)L"h\xe9llo", 12));
    say("unterminated %d", RegSetValueExW(key, L"Bare", 0, REG_SZ, (const BYTE *)L"abcdef", 6));
    say("almost %d", RegSetValueExW(key, L"Almost", 0, REG_SZ, (const BYTE *)L"abc", 6));
    say("dword %d", RegSetValueExA(key, "Number", 0, REG_DWORD, (const BYTE *)&number, 4));
    say("binary %d", RegSetValueExA(key, "Binary", 0, REG_BINARY, binary, 4));
    say("multi %d", RegSetValueExA(key, "Multi", 0, REG_MULTI_SZ, (const BYTE *)"one\0two\0", 9));
    say("expand %d", RegSetValueExA(key, "Expand", 0, REG_EXPAND_SZ, (const BYTE *)"<%ProgramData%>", 16));
    say("default %d", RegSetValueExA(key, NULL, 0, REG_SZ, (const BYTE *)"unnamed", 8));
    say("none %d", RegSetValueExA(key, "None", 0, REG_NONE, NULL, 0));
    say("odd type %d", RegSetValueExA(key, "Odd", 0, 77, binary, 3));
    say("ansi %d", RegSetValueExA(key, "Ansi", 0, REG_SZ, (const BYTE *)"plain", 6));
    say("ansi bare %d", RegSetValueExA(key, "Ansi bare", 0, REG_SZ, (const BYTE *)"plain", 5));
    query(key, L"TEXT", 100);
    query(key, L"Text", 12);
    query(key, L"Text", 11);
    query(key, L"Text", 0);
    query(key, L"Bare", 6);
    query(key, L"Bare", 7);
    query(key, L"Bare", 8);
    query(key, L"Almost", 8);
    query(key, L"Number", 4);
    query(key, L"Number", 3);
    query(key, L"Binary", 100);
    query(key, L"Multi", 100);
    query(key, L"None", 100);
    query(key, L"Odd", 100);
    query(key, L"", 100);
    query(key, NULL, 100);
    query(key, L"Absent", 100);
    query_ansi(key, "ansi", 100);
    query_ansi(key, "ansi", 6);
    query_ansi(key, "ansi", 5);
    query_ansi(key, "ansi bare", 100);
    query_ansi(key, "Bare", 3);
    query_ansi(key, "Bare", 4);
    query_ansi(key, "Multi", 100);
    query_ansi(key, "Number", 100);
    size = 5;
    say("no data %d", RegQueryValueExW(key, L"Text", NULL, &type, NULL, &size));
    say("  type %u size %u", type, size);
    say("no data, no size %d", RegQueryValueExW(key, L"Text", NULL, &type, NULL, NULL));
    say("data, no size %d", RegQueryValueExW(key, L"Text", NULL, &type, (BYTE *)&size, NULL));
    say("reserved %d", RegQueryValueExW(key, L"Text", &type, NULL, NULL, NULL));
    get(key, NULL, "Ansi", RRF_RT_REG_SZ, 100);
    get(key, NULL, "Ansi", RRF_RT_REG_SZ, 6);
    get(key, NULL, "Ansi", RRF_RT_REG_SZ, 5);
    get(key, NULL, "Ansi", RRF_RT_REG_DWORD, 100);
    get(key, NULL, "Ansi", RRF_RT_ANY, 100);
    get(key, NULL, "Number", RRF_RT_REG_DWORD, 100);
    get(key, NULL, "Number", RRF_RT_DWORD, 100);
    get(key, NULL, "Number", RRF_RT_QWORD, 100);
    get(key, NULL, "Binary", RRF_RT_DWORD, 100);
    get(key, NULL, "Binary", RRF_RT_QWORD, 100);
    get(key, NULL, "Binary", RRF_RT_REG_BINARY, 100);
    get(key, NULL, "Multi", RRF_RT_REG_MULTI_SZ, 100);
    get(key, NULL, "Expand", RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, 100);
    get(key, NULL, "Expand", RRF_RT_REG_EXPAND_SZ, 100);
    get(key, NULL, "Expand", RRF_RT_REG_SZ, 100);
    get(key, NULL, "Expand", RRF_RT_ANY, 100);
    get(key, NULL, NULL, RRF_RT_REG_SZ, 100);
    get(key, NULL, "Absent", RRF_RT_ANY, 100);
    get(HKEY_CURRENT_USER, PLACE "\\Values", "Number", RRF_RT_REG_DWORD, 100);
    get(HKEY_CURRENT_USER, PLACE "\\Nowhere", "Number", RRF_RT_REG_DWORD, 100);
    say("delete %d", RegDeleteValueA(key, "NUMBER"));
    say("delete again %d", RegDeleteValueA(key, "Number"));
    say("delete default %d", RegDeleteValueA(key, NULL));
    say("delete default again %d", RegDeleteValueA(key, NULL));
    say("set key value %d", RegSetKeyValueA(key, "Deeper", "v", REG_DWORD, &number, 4));
    get(key, "Deeper", "v", RRF_RT_REG_DWORD, 100);
    say("delete key value %d", RegDeleteKeyValueA(key, "Deeper", "v"));
    get(key, "Deeper", "v", RRF_RT_REG_DWORD, 100);
    RegCloseKey(key);
}

static void enumeration(void)
{
    static const char *const names[] = {"beta", "Alpha", "gamma", "ALPHA2"};
    HKEY key, sub;
    char name[20];
    BYTE bytes[20];
    DWORD length, size, type, index, total = 0;
    LONG error;
    RegCreateKeyExA(HKEY_CURRENT_USER, PLACE "\\Enum", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    for (unsigned i = 0; i < 4; i++) {
        RegCreateKeyExA(key, names[i], 0, i == 2 ? "a class" : NULL, 0, KEY_ALL_ACCESS, NULL, &sub, NULL);
        RegCloseKey(sub);
        RegSetValueExA(key, names[i], 0, REG_SZ, (const BYTE *)names[i], i + 2);
    }
    for (index = 0;; index++) {
        char class[20];
        DWORD class_length = 20;
        length = sizeof name;
        error = RegEnumKeyExA(key, index, name, &length, NULL, class, &class_length, NULL);
        if (error)
            break;
        say("key %u %s %u class '%s' %u", index, name, length, class, class_length);
    }
    say("end %d", error);
    length = 5;
    say("small %d", RegEnumKeyExA(key, 0, name, &length, NULL, NULL, NULL, NULL));
    length = 6;
    say("just %d", RegEnumKeyExA(key, 0, name, &length, NULL, NULL, NULL, NULL));
    say("plain %d", RegEnumKeyA(key, 1, name, sizeof name));
    say("plain small %d", RegEnumKeyA(key, 1, name, 4));
    say("plain end %d", RegEnumKeyA(key, 4, name, sizeof name));
    for (index = 0;; index++) {
        length = sizeof name, size = sizeof bytes;
        error = RegEnumValueA(key, index, name, &length, NULL, &type, bytes, &size);
        if (error)
            break;
        total += length * 1000 + size; /* in no documented order */
    }
    say("%u values, total %u", index, total);
    say("end %d", error);
    length = 4;
    say("small name %d", RegEnumValueA(key, 0, name, &length, NULL, NULL, NULL, NULL));
    length = 20, size = 1;
    say("small data %d", RegEnumValueA(key, 0, name, &length, NULL, &type, bytes, &size));
    DWORD subkeys, longest_subkey, longest_class, values, longest_name, longest_data;
    say("info %d", RegQueryInfoKeyA(key, NULL, NULL, NULL, &subkeys, &longest_subkey, &longest_class, &values,
                                    &longest_name, &longest_data, NULL, NULL));
    say("  %u %u %u %u %u %u", subkeys, longest_subkey, longest_class, values, longest_name, longest_data);
    say("info W %d", RegQueryInfoKeyW(key, NULL, NULL, NULL, &subkeys, &longest_subkey, &longest_class, &values,
                                      &longest_name, &longest_data, NULL, NULL));
    say("  %u %u %u %u %u %u", subkeys, longest_subkey, longest_class, values, longest_name, longest_data);
    say("copy %d", RegCreateKeyExA(HKEY_CURRENT_USER, PLACE "\\Copy", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &sub, NULL));
    say("tree %d", RegCopyTreeW(key, NULL, sub));
    RegQueryInfoKeyA(sub, NULL, NULL, NULL, &subkeys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    say("copied %u %u", subkeys, values);
    say("empty %d", RegDeleteTreeA(sub, NULL));
    RegQueryInfoKeyA(sub, NULL, NULL, NULL, &subkeys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    say("left %u %u", subkeys, values);
    RegCloseKey(sub);
    RegCloseKey(key);
}

static void notification(void)
{
    HKEY key, sub;
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    RegCreateKeyExA(HKEY_CURRENT_USER, PLACE "\\Watched", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    say("watch %d", RegNotifyChangeKeyValue(key, TRUE, REG_NOTIFY_CHANGE_NAME | REG_NOTIFY_CHANGE_LAST_SET, event, TRUE));
    say("before %u", WaitForSingleObject(event, 0));
    RegCreateKeyExA(key, "new", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &sub, NULL);
    say("after %u", WaitForSingleObject(event, 1000));
    RegNotifyChangeKeyValue(key, TRUE, REG_NOTIFY_CHANGE_LAST_SET, event, TRUE);
    RegSetValueExA(sub, "v", 0, REG_DWORD, (const BYTE *)"\1\0\0", 4);
    say("below %u", WaitForSingleObject(event, 1000));
    RegCloseKey(key); /* a handle keeps what it was first asked to watch */
    RegOpenKeyExA(HKEY_CURRENT_USER, PLACE "\\Watched", 0, KEY_ALL_ACCESS, &key);
    RegNotifyChangeKeyValue(key, FALSE, REG_NOTIFY_CHANGE_LAST_SET, event, TRUE);
    RegSetValueExA(sub, "v", 0, REG_DWORD, (const BYTE *)"\2\0\0", 4);
    say("not the subtree %u", WaitForSingleObject(event, 0));
    RegSetValueExA(key, "v", 0, REG_DWORD, (const BYTE *)"\2\0\0", 4);
    say("itself %u", WaitForSingleObject(event, 1000));
    RegCloseKey(sub);
    RegCloseKey(key);
    CloseHandle(event);
}

static void well_known(void)
{
    static const struct { HKEY root; const char *path, *name; } known[] = {
        {HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "ProductName"},
        {HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "CurrentBuildNumber"},
        {HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Windows\\CurrentVersion", "ProgramFilesDir"},
        {HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Cryptography", "MachineGuid"},
        {HKEY_LOCAL_MACHINE, "HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0", "ProcessorNameString"},
        {HKEY_LOCAL_MACHINE, "HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0", "~MHz"},
        {HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName", "ComputerName"},
        {HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment", "OS"},
        {HKEY_LOCAL_MACHINE, "SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage", "ACP"},
        {HKEY_CURRENT_USER, "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Shell Folders", "AppData"},
    };
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
        DWORD type = 0, size = 0;
        LONG error = RegGetValueA(known[i].root, known[i].path, known[i].name, RRF_RT_ANY, &type, NULL, &size);
        say("%s: %d type %u %s", known[i].name, error, type, size ? "has data" : "empty");
    }
}

PROGRAM
{
    RegDeleteTreeA(HKEY_CURRENT_USER, PLACE);
    keys_and_handles();
    values();
    enumeration();
    notification();
    well_known();
    say("delete tree %d", RegDeleteTreeA(HKEY_CURRENT_USER, PLACE));
    say("again %d", RegDeleteTreeA(HKEY_CURRENT_USER, PLACE));
    return 0;
}
