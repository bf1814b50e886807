/* GUIDs: made, compared, written and read ("CoCreateGuid function", "StringFromGUID2 function", "UuidCreate function"
 * ...). COM and RPC have each a family of their own over the same sixteen bytes. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "codepage.h"
#include "com.h"
#include "crypto/crypt.h"
#include "fork.h"

enum { RPC_S_OK = 0, RPC_S_INVALID_STRING_UUID = 1705, RPC_S_UUID_LOCAL_ONLY = 1824, GUID_TEXT = 36 };

/* Version 4 of RFC 4122. */
static void make_random(GUID *guid) {
    random_fill(guid, sizeof *guid);
    guid->Data3 = (WORD)((guid->Data3 & 0x0fff) | 0x4000);
    guid->Data4[0] = (BYTE)((guid->Data4[0] & 0x3f) | 0x80);
}

static void to_text(const GUID *guid, bool upper, char text[GUID_TEXT + 1]) {
    const char *format = upper ? "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X"
                               : "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x";
    const BYTE *last = guid->Data4;
    snprintf(text, GUID_TEXT + 1, format, guid->Data1, guid->Data2, guid->Data3, last[0], last[1], last[2], last[3],
             last[4], last[5], last[6], last[7]);
}

static int digit(WCHAR unit) {
    return unit >= '0' && unit <= '9' ? unit - '0'
         : unit >= 'a' && unit <= 'f' ? unit - 'a' + 10
         : unit >= 'A' && unit <= 'F' ? unit - 'A' + 10 : -1;
}

/* Exactly 36 units. */
static bool from_text(const WCHAR *text, GUID *guid) {
    uint64_t parts[5] = {0};
    static const unsigned digits[] = {8, 4, 4, 4, 12};
    for (unsigned part = 0; part < 5; part++) {
        if (part && *text++ != '-')
            return false;
        for (unsigned i = 0; i < digits[part]; i++) {
            int value = digit(*text++);
            if (value < 0)
                return false;
            parts[part] = parts[part] << 4 | (unsigned)value;
        }
    }
    *guid = (GUID){(DWORD)parts[0], (WORD)parts[1], (WORD)parts[2], {(BYTE)(parts[3] >> 8), (BYTE)parts[3]}};
    for (unsigned i = 0; i < 6; i++)
        guid->Data4[2 + i] = (BYTE)(parts[4] >> (40 - 8 * i));
    return true;
}

/* ---- COM ---- */

API(ole32 combase, HRESULT, CoCreateGuid, GUID *pguid) {
    if (!pguid)
        return E_INVALIDARG;
    make_random(pguid);
    return S_OK;
}

/* Units written, the zero included; 0: too small. */
API(ole32 combase, int, StringFromGUID2, const GUID *rguid, LPOLESTR lpsz, int cchMax) {
    char text[GUID_TEXT + 1];
    if (!rguid || cchMax < GUID_TEXT + 3)
        return 0;
    to_text(rguid, true, text);
    lpsz[0] = '{';
    for (int i = 0; i < GUID_TEXT; i++)
        lpsz[1 + i] = (WCHAR)text[i];
    lpsz[GUID_TEXT + 1] = '}';
    lpsz[GUID_TEXT + 2] = 0;
    return GUID_TEXT + 3;
}

API(ole32 combase, HRESULT, StringFromCLSID, const GUID *rclsid, LPOLESTR *lplpsz) {
    *lplpsz = heap_alloc((GUID_TEXT + 3) * sizeof(WCHAR));
    if (!*lplpsz)
        return E_OUTOFMEMORY;
    api_StringFromGUID2(rclsid, *lplpsz, GUID_TEXT + 3);
    return S_OK;
}
API_ALIAS(api_StringFromCLSID, interface, ole32 combase, "StringFromIID");

static bool from_braced_text(const WCHAR *text, GUID *guid) {
    return wide_length(text) == GUID_TEXT + 2 && text[0] == '{' && text[GUID_TEXT + 1] == '}' &&
           from_text(text + 1, guid);
}

API(ole32 combase, HRESULT, IIDFromString, LPCOLESTR lpsz, GUID *lpiid) {
    if (!lpiid)
        return E_INVALIDARG;
    memset(lpiid, 0, sizeof *lpiid);
    if (!lpsz)
        return S_OK; /* the null identifier */
    if (wide_length(lpsz) != GUID_TEXT + 2)
        return E_INVALIDARG;
    return from_braced_text(lpsz, lpiid) ? S_OK : CO_E_IIDSTRING;
}

/* ---- RPC ---- */

API(rpcrt4, LONG, UuidCreate, GUID *Uuid) {
    make_random(Uuid);
    return RPC_S_OK;
}

API(rpcrt4, LONG, UuidCreateNil, GUID *NilUuid) {
    memset(NilUuid, 0, sizeof *NilUuid);
    return RPC_S_OK;
}

/* Version 1: the time, a counter, and a node number; one that is no network card's has the multicast bit set and is
 * known to be unique on this machine only. */
API(rpcrt4, LONG, UuidCreateSequential, GUID *Uuid) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    SURVIVES_FORK(lock);
    static uint64_t last; /* process state: no two get the same time */
    static BYTE tail[8];
    const uint64_t epoch = 0x01B21DD213814000; /* 1582 to 1970 in units of 100 ns */
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t time = (uint64_t)now.tv_sec * 10000000 + (uint64_t)now.tv_nsec / 100 + epoch;
    pthread_mutex_lock(&lock);
    if (!last) {
        random_fill(tail, sizeof tail);
        tail[0] = (BYTE)((tail[0] & 0x3f) | 0x80);
        tail[2] |= 1;
    }
    last = time > last ? time : last + 1;
    time = last;
    *Uuid = (GUID){(DWORD)time, (WORD)(time >> 32), (WORD)((time >> 48 & 0x0fff) | 0x1000), {0}};
    memcpy(Uuid->Data4, tail, sizeof tail);
    pthread_mutex_unlock(&lock);
    return RPC_S_UUID_LOCAL_ONLY;
}
API_ALIAS(api_UuidCreateSequential, local, rpcrt4, "I_UuidCreate");

static const GUID nil;

static const GUID *or_nil(const GUID *uuid) { return uuid ? uuid : &nil; }

API(rpcrt4, int, UuidCompare, const GUID *Uuid1, const GUID *Uuid2, LONG *Status) {
    const GUID *a = or_nil(Uuid1), *b = or_nil(Uuid2);
    *Status = RPC_S_OK;
    if (a->Data1 != b->Data1)
        return a->Data1 < b->Data1 ? -1 : 1;
    if (a->Data2 != b->Data2)
        return a->Data2 < b->Data2 ? -1 : 1;
    if (a->Data3 != b->Data3)
        return a->Data3 < b->Data3 ? -1 : 1;
    int order = memcmp(a->Data4, b->Data4, sizeof a->Data4);
    return order < 0 ? -1 : order > 0;
}

API(rpcrt4, int, UuidEqual, const GUID *Uuid1, const GUID *Uuid2, LONG *Status) {
    *Status = RPC_S_OK;
    return guid_equal(or_nil(Uuid1), or_nil(Uuid2));
}

API(rpcrt4, int, UuidIsNil, const GUID *Uuid, LONG *Status) {
    *Status = RPC_S_OK;
    return guid_equal(or_nil(Uuid), &nil);
}

/* ("DCE 1.1: Remote Procedure Call", appendix A: the checksum of a UUID) */
API(rpcrt4, WORD, UuidHash, const GUID *Uuid, LONG *Status) {
    const BYTE *bytes = (const BYTE *)or_nil(Uuid);
    int16_t sum = 0, weighted = 0;
    for (unsigned i = 0; i < sizeof *Uuid; i++) {
        sum = (int16_t)(sum + bytes[i]);
        weighted = (int16_t)(weighted + sum);
    }
    *Status = RPC_S_OK;
    int x = -weighted % 255, y = (weighted - sum) % 255;
    x += x < 0 ? 255 : 0;
    y += y < 0 ? 255 : 0;
    return (WORD)(y << 8 | x);
}

API(rpcrt4, LONG, UuidToStringA, const GUID *Uuid, LPSTR *StringUuid) {
    *StringUuid = heap_alloc(GUID_TEXT + 1);
    if (!*StringUuid)
        return ERROR_OUTOFMEMORY;
    to_text(or_nil(Uuid), false, *StringUuid);
    return RPC_S_OK;
}

API(rpcrt4, LONG, UuidToStringW, const GUID *Uuid, LPWSTR *StringUuid) {
    char text[GUID_TEXT + 1];
    *StringUuid = heap_alloc(sizeof text * sizeof(WCHAR));
    if (!*StringUuid)
        return ERROR_OUTOFMEMORY;
    to_text(or_nil(Uuid), false, text);
    for (size_t i = 0; i < sizeof text; i++)
        (*StringUuid)[i] = (WCHAR)text[i];
    return RPC_S_OK;
}

/* No string is the nil UUID. */
API(rpcrt4, LONG, UuidFromStringW, LPCWSTR StringUuid, GUID *Uuid) {
    if (!StringUuid)
        return api_UuidCreateNil(Uuid);
    if (wide_length(StringUuid) != GUID_TEXT || !from_text(StringUuid, Uuid))
        return RPC_S_INVALID_STRING_UUID;
    return RPC_S_OK;
}

API(rpcrt4, LONG, UuidFromStringA, LPCSTR StringUuid, GUID *Uuid) {
    WCHAR text[GUID_TEXT + 1] = {0};
    if (!StringUuid)
        return api_UuidCreateNil(Uuid);
    if (strlen(StringUuid) != GUID_TEXT)
        return RPC_S_INVALID_STRING_UUID;
    for (int i = 0; i < GUID_TEXT; i++)
        text[i] = (BYTE)StringUuid[i];
    return from_text(text, Uuid) ? RPC_S_OK : RPC_S_INVALID_STRING_UUID;
}

API(rpcrt4, LONG, RpcStringFreeA, LPSTR *String) {
    heap_free(*String);
    *String = NULL;
    return RPC_S_OK;
}

API(rpcrt4, LONG, RpcStringFreeW, LPWSTR *String) {
    heap_free(*String);
    *String = NULL;
    return RPC_S_OK;
}
