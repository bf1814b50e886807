// Queries of performance counters.
// build: freestanding
// flags: -lpdh
#include "fixture.h"

typedef struct { unsigned status; unsigned pad; union { int number; double real; long long large; }; } VALUE;
typedef struct { unsigned status, time[2]; unsigned pad; long long first, second; unsigned multi; } RAW;
typedef struct { wchar_t *machine, *object, *instance, *parent; unsigned index; wchar_t *counter; } ELEMENTS;

#define PDH __declspec(dllimport) int
PDH PdhOpenQueryW(const wchar_t *, unsigned long long, void **);
PDH PdhCloseQuery(void *);
PDH PdhAddCounterW(void *, const wchar_t *, unsigned long long, void **);
PDH PdhAddEnglishCounterW(void *, const wchar_t *, unsigned long long, void **);
PDH PdhAddEnglishCounterA(void *, const char *, unsigned long long, void **);
PDH PdhRemoveCounter(void *);
PDH PdhCollectQueryData(void *);
PDH PdhGetFormattedCounterValue(void *, unsigned, unsigned *, VALUE *);
PDH PdhGetRawCounterValue(void *, unsigned *, RAW *);
PDH PdhCalculateCounterFromRawValue(void *, unsigned, RAW *, RAW *, VALUE *);
PDH PdhSetCounterScaleFactor(void *, int);
PDH PdhGetCounterTimeBase(void *, long long *);
PDH PdhValidatePathW(const wchar_t *);
PDH PdhLookupPerfNameByIndexW(const wchar_t *, unsigned, wchar_t *, unsigned *);
PDH PdhLookupPerfIndexByNameW(const wchar_t *, const wchar_t *, unsigned *);
PDH PdhMakeCounterPathW(const ELEMENTS *, wchar_t *, unsigned *, unsigned);
PDH PdhCollectQueryDataEx(void *, unsigned, void *);
__declspec(dllimport) void *CreateEventW(void *, int, int, const wchar_t *);
__declspec(dllimport) unsigned WaitForSingleObject(void *, unsigned);

enum { LONG = 0x100, DOUBLE = 0x200, LARGE = 0x400, NOSCALE = 0x1000, TIMES_1000 = 0x2000 };

static void queries(void)
{
    void *query = 0, *counter = 0;
    say("query %08x", PdhOpenQueryW(0, 7, &query));
    say("no place %08x", PdhOpenQueryW(0, 7, 0));
    say("nothing to collect %08x", PdhCollectQueryData(query));
    // Wine reports: no such object c0000bb9
    // documented: no such object c0000bb8     (Microsoft, "PdhAddCounter function")
    say("no such object %08x", PdhAddCounterW(query, L"\\Nothing\\Nothing", 0, &counter));
    say("no such counter %08x", PdhAddCounterW(query, L"\\System\\Nothing", 0, &counter));
    say("no path %08x", PdhAddCounterW(query, 0, 0, &counter));
    say("no counter %08x", PdhAddCounterW(query, L"\\System\\System Up Time", 0, 0));
    say("no query %08x", PdhAddCounterW(0, L"\\System\\System Up Time", 0, &counter));
    say("counter %08x", PdhAddCounterW(query, L"\\System\\System Up Time", 0, &counter));
    say("removed %08x", PdhRemoveCounter(counter));
    say("closed %08x", PdhCloseQuery(query));
    say("closed already %08x", PdhCloseQuery(query));
    say("none %08x", PdhRemoveCounter(0));
}

static void up_time(void)
{
    void *query, *counter;
    unsigned type = 0;
    VALUE value = {0};
    RAW raw;
    long long base = 0;
    PdhOpenQueryW(0, 0, &query);
    say("english %08x", PdhAddEnglishCounterA(query, "\\System\\System Up Time", 0, &counter));
    // Wine reports: too early 00000000
    // documented: too early c0000bc6     (Microsoft, "PdhGetFormattedCounterValue function")
    say("too early %08x", PdhGetFormattedCounterValue(counter, DOUBLE, &type, &value));
    say("collect %08x", PdhCollectQueryData(query));
    say("value %08x", PdhGetFormattedCounterValue(counter, DOUBLE, &type, &value));
    say("type %x, status %u, positive %d", type, value.status, value.real > 0);
    double seconds = value.real;
    say("as a number %08x", PdhGetFormattedCounterValue(counter, LARGE | NOSCALE, 0, &value));
    // Wine reports: the same 0
    // documented: the same 1     (Microsoft, "PdhGetFormattedCounterValue function")
    say("the same %d", value.large == (long long)seconds);
    say("without a format %08x", PdhGetFormattedCounterValue(counter, 0, 0, &value));
    say("without a place %08x", PdhGetFormattedCounterValue(counter, DOUBLE, 0, 0));
    say("scale %08x %08x", PdhSetCounterScaleFactor(counter, 8), PdhSetCounterScaleFactor(counter, -1));
    say("raw %08x, status %u", PdhGetRawCounterValue(counter, &type, &raw), raw.status);
    say("time base %08x", PdhGetCounterTimeBase(counter, &base));
    PdhCloseQuery(query);
}

static void paths(void)
{
    wchar_t text[200];
    unsigned size = 0, number = 0;
    say("path %08x", PdhValidatePathW(L"\\Processor(_Total)\\% Processor Time"));
    say("no path %08x", PdhValidatePathW(0));
    // Wine reports: no object c0000bb9
    // documented: no object c0000bb8     (Microsoft, "PdhValidatePath function")
    say("no object %08x", PdhValidatePathW(L"\\Nothing\\Nothing"));
    say("bad path %08x", PdhValidatePathW(L"System Up Time"));
    say("number %08x", PdhLookupPerfIndexByNameW(0, L"System Up Time", &number));
    say("is %u", number);
    say("no such name %08x", PdhLookupPerfIndexByNameW(0, L"Nothing", &number));
    // Wine reports: name's size c0000bbd
    // documented: name's size c0000bc2     (Microsoft, "PdhLookupPerfNameByIndex function")
    say("name's size %08x", PdhLookupPerfNameByIndexW(0, 6, 0, &size));
    // Wine reports: needs 0
    // documented: needs 17     (Microsoft, "PdhLookupPerfNameByIndex function")
    say("needs %u", size);
    size = 200;
    say("name %08x", PdhLookupPerfNameByIndexW(0, 6, text, &size));
    say("is %ls, %u", text, size);
    size = 3;
    // Wine reports: short 800007d2
    // documented: short c0000bc2     (Microsoft, "PdhLookupPerfNameByIndex function")
    say("short %08x", PdhLookupPerfNameByIndexW(0, 6, text, &size));
    ELEMENTS elements = {0, L"Processor", L"_Total", 0, 0, L"% Processor Time"};
    size = 0;
    say("made's size %08x", PdhMakeCounterPathW(&elements, 0, &size, 0));
    say("is %u", size);
    size = 200;
    say("made %08x", PdhMakeCounterPathW(&elements, text, &size, 0));
    say("is %ls, %u", text, size);
    elements.counter = 0;
    say("without counter %08x", PdhMakeCounterPathW(&elements, text, &size, 0));
}

typedef struct {
    unsigned length, type, version, status;
    int scale, default_scale;
    unsigned long long user_data, query_user_data;
    wchar_t *path;
    ELEMENTS elements;
    wchar_t *explanation;
    unsigned data;
} INFO;

PDH PdhGetCounterInfoW(void *, unsigned char, unsigned *, INFO *);

static void info(void)
{
    static union { INFO info; char room[4096]; } all;
    void *query, *counter;
    unsigned size = 0;
    PdhOpenQueryW(0, 11, &query);
    PdhAddEnglishCounterW(query, L"\\System\\System Up Time", 22, &counter);
    say("info's size %08x, more %d", PdhGetCounterInfoW(counter, 0, &size, 0), size >= sizeof(INFO));
    size = sizeof all;
    say("info %08x", PdhGetCounterInfoW(counter, 0, &size, &all.info));
    say("type %x, scale %d, of the user %llu, of the query's %llu", all.info.type, all.info.scale, all.info.user_data,
        all.info.query_user_data);
    PdhCloseQuery(query);
}

static void collects_by_itself(void)
{
    void *query, *counter, *event = CreateEventW(0, 0, 0, 0);
    VALUE value = {0};
    PdhOpenQueryW(0, 0, &query);
    PdhAddEnglishCounterW(query, L"\\Processor(_Total)\\% Processor Time", 0, &counter);
    say("collect each second %08x", PdhCollectQueryDataEx(query, 1, event));
    say("event %u", WaitForSingleObject(event, 60000));
    say("again %u", WaitForSingleObject(event, 60000));
    say("value %08x", PdhGetFormattedCounterValue(counter, DOUBLE, 0, &value));
    say("is a share %d", value.real >= 0 && value.real <= 100);
    say("closed %08x", PdhCloseQuery(query));
}

PROGRAM
{
    queries();
    up_time();
    paths();
    info();
    collects_by_itself();
    return 0;
}
