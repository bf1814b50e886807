// Random numbers by all of their interfaces, and writing events that nobody listens to.
// flags: -ladvapi32 -lbcrypt
#include <windows.h>
#include <wincrypt.h>
#include <bcrypt.h>
#include <evntprov.h>

#include "fixture.h"

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

// Sixty-four bytes that are neither all the same nor what they were.
static int is_random(const BYTE *bytes)
{
    unsigned different = 0;
    for (unsigned i = 1; i < 64; i++)
        different += bytes[i] != bytes[0];
    return different > 40;
}

PROGRAM
{
    BYTE bytes[64] = {0}, before[64];
    check(SystemFunction036(bytes, 64) == TRUE && is_random(bytes));
    for (unsigned i = 0; i < 64; i++)
        before[i] = bytes[i];
    check(SystemFunction036(bytes, 60) == TRUE && is_random(bytes));
    check(bytes[60] == before[60] && bytes[63] == before[63]);
    check(SystemFunction036(NULL, 0) == TRUE);

    for (unsigned i = 0; i < 64; i++)
        bytes[i] = 0;
    say("system preferred %08x", BCryptGenRandom(NULL, bytes, 64, BCRYPT_USE_SYSTEM_PREFERRED_RNG));
    check(is_random(bytes));
    say("no algorithm %08x", BCryptGenRandom(NULL, bytes, 64, 0));
    say("no buffer %08x", BCryptGenRandom(NULL, NULL, 64, BCRYPT_USE_SYSTEM_PREFERRED_RNG));

    HCRYPTPROV provider = 0;
    check(CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_FULL, CRYPT_VERIFYCONTEXT));
    for (unsigned i = 0; i < 64; i++)
        bytes[i] = 0;
    check(CryptGenRandom(provider, 64, bytes) && is_random(bytes));
    check(CryptContextAddRef(provider, NULL, 0));
    check(CryptReleaseContext(provider, 0));
    check(CryptGenRandom(provider, 1, bytes));
    check(CryptReleaseContext(provider, 0));
    SetLastError(0);
    say("null provider %d %u", CryptGenRandom(0, 1, bytes), GetLastError());
    SetLastError(0);
    say("release null %d %u", CryptReleaseContext(0, 0), GetLastError());
    SetLastError(0);
    say("bad type %d %x", CryptAcquireContextA(&provider, NULL, NULL, 9999, CRYPT_VERIFYCONTEXT), GetLastError());
    SetLastError(0);
    say("no such container %d %x",
        CryptAcquireContextA(&provider, "windlass no such container", NULL, PROV_RSA_FULL, 0), GetLastError());
    SetLastError(0);
    say("no such provider %d %x",
        CryptAcquireContextA(&provider, NULL, "No Such Provider", PROV_RSA_FULL, CRYPT_VERIFYCONTEXT), GetLastError());

    static const GUID id = {0x12345678, 1, 2, {3, 4, 5, 6, 7, 8, 9, 10}};
    REGHANDLE handle = 0;
    EVENT_DESCRIPTOR event = {1, 0, 0, 4, 0, 0, 1};
    say("register %u", EventRegister(&id, NULL, NULL, &handle));
    check(handle != 0);
    say("enabled %d %d", EventEnabled(handle, &event), EventProviderEnabled(handle, 4, 1));
    say("write %u", EventWrite(handle, &event, 0, NULL));
    say("string %u", EventWriteString(handle, 4, 1, L"text"));
    say("unregister %u", EventUnregister(handle));
    return 0;
}
