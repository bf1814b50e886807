// Event logs that are read, performance data, key security, hardware profiles, logons: what services and their users ask.
// flags: -ladvapi32
#include <windows.h>

#include "fixture.h"

static void event_log(void)
{
    DWORD count = 7, oldest = 7, read = 7, needed = 7, full = 7, size = 0;
    char buffer[1000];
    HANDLE log = OpenEventLogW(NULL, L"Application");
    check(log != NULL);
    SetLastError(0);
    // Wine reports: read: 0 38 7 7
    // documented: read: 0 38 0 0     (Microsoft, "ReadEventLogW function")
    say("read: %d %u %u %u", ReadEventLogW(log, EVENTLOG_SEQUENTIAL_READ | EVENTLOG_FORWARDS_READ, 0, buffer, 1000, &read,
                                           &needed), GetLastError(), read, needed);
    say("records: %d %u", GetNumberOfEventLogRecords(log, &count), count);
    say("oldest: %d %u", GetOldestEventLogRecord(log, &oldest), oldest);
    say("full: %d %u %u", GetEventLogInformation(log, 0, &full, sizeof full, &size), full, size);
    check(ClearEventLogW(log, NULL));
    check(CloseEventLog(log));
    SetLastError(0);
    say("closed: %d %u", GetNumberOfEventLogRecords(NULL, &count), GetLastError());
}

static void performance(void)
{
    union { PERF_DATA_BLOCK block; BYTE bytes[4000]; } data;
    DWORD size = 4, type = 0;
    say("too small: %d", RegQueryValueExW(HKEY_PERFORMANCE_DATA, L"Global", NULL, &type, data.bytes, &size));
    size = sizeof data;
    int code = RegQueryValueExW(HKEY_PERFORMANCE_DATA, L"Global", NULL, &type, data.bytes, &size);
    say("query: %d, type %u", code, type);
    say("%ls %u.%u", data.block.Signature[0] == 'P' ? L"PERF" : L"?", data.block.Version, data.block.Revision);
    check(data.block.TotalByteLength == size && data.block.HeaderLength <= size);
    check(data.block.PerfFreq.QuadPart > 0 && data.block.SystemTime.wYear > 2000);
    check(RegCloseKey(HKEY_PERFORMANCE_DATA) == 0);
}

static void keys(void)
{
    BYTE descriptor[1000];
    DWORD size = 1;
    PSID owner;
    BOOL defaulted;
    say("size: %d", RegGetKeySecurity(HKEY_CURRENT_USER, OWNER_SECURITY_INFORMATION, descriptor, &size));
    check(size > 20 && size < 200);
    check(RegGetKeySecurity(HKEY_CURRENT_USER, OWNER_SECURITY_INFORMATION, descriptor, &size) == 0);
    check(GetSecurityDescriptorOwner(descriptor, &owner, &defaulted) && IsValidSid(owner));
    say("no key: %d", RegGetKeySecurity(NULL, OWNER_SECURITY_INFORMATION, descriptor, &size));
}

static void text(const char *what, const void *bytes, int size, int wanted)
{
    int result = wanted;
    BOOL is = IsTextUnicode(bytes, size, wanted ? &result : NULL);
    say("%s: %d %x", what, is, result);
}

PROGRAM
{
    event_log();
    performance();
    keys();
    HW_PROFILE_INFOW profile;
    BOOL known = GetCurrentHwProfileW(&profile);
    // Wine reports: hardware profile: 0
    // documented: hardware profile: 1     (Microsoft, "GetCurrentHwProfileW function")
    say("hardware profile: %d", known && profile.szHwProfileGuid[0] == '{' && profile.szHwProfileGuid[37] == '}');
    HANDLE token = NULL;
    SetLastError(0);
    // Wine reports: logon: 1 0
    // documented: logon: 0 1326     (Microsoft, "LogonUserW function")
    say("logon: %d %u", LogonUserW(L"nobody at all", NULL, L"wrong", 2, 0, &token), GetLastError());
    // Wine reports: ascii: 1 1006
    // documented: ascii: 1 1007     (Microsoft, "IsTextUnicode function")
    // Wine reports: ascii alone: 0 0
    // documented: ascii alone: 1 1     (Microsoft, "IsTextUnicode function")
    // Wine reports: reversed: 0 0
    // documented: reversed: 0 10     (Microsoft, "IsTextUnicode function")
    text("ascii", u"hello world\r\n", 26, 0xFFFF);
    text("ascii alone", u"hello", 10, IS_TEXT_UNICODE_ASCII16);
    text("reversed", "\0h\0i\0!", 6, IS_TEXT_UNICODE_REVERSE_ASCII16);
    text("mark", "\xFF\xFEx\0", 4, IS_TEXT_UNICODE_SIGNATURE);
    text("reversed mark", "\xFE\xFF\0x", 4, IS_TEXT_UNICODE_REVERSE_SIGNATURE);
    text("odd", "abc", 3, IS_TEXT_UNICODE_ODD_LENGTH);
    text("no tests", u"hello", 10, 0);
    return 0;
}
