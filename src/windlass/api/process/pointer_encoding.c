/* EncodePointer and DecodePointer: pointers kept in memory are disguised with a secret of the process, so that who
 * overwrites one cannot choose where it leads. */
#include <pthread.h>
#include <sys/random.h>

#include "api.h"

static uint64_t secret;                              /* chosen once */
static unsigned rotation;

static void choose(void) {
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        random = (uintptr_t)&random * 0x9e3779b97f4a7c15u;
    rotation = 1 + (unsigned)(random >> 58) % 63;
    secret = random;
}

static void choose_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, choose);
}

API(ntdll, PVOID, RtlEncodePointer, PVOID Ptr) {
    choose_once();
    uint64_t value = (uintptr_t)Ptr ^ secret;
    return (PVOID)(value >> rotation | value << (64 - rotation));
}
API_ALIAS(api_RtlEncodePointer, kernel32_name, kernel32 kernelbase, "EncodePointer");
API_ALIAS(api_RtlEncodePointer, system, ntdll, "RtlEncodeSystemPointer");
API_ALIAS(api_RtlEncodePointer, kernel32_system, kernel32 kernelbase, "EncodeSystemPointer");

API(ntdll, PVOID, RtlDecodePointer, PVOID Ptr) {
    choose_once();
    uint64_t value = (uintptr_t)Ptr;
    return (PVOID)((value << rotation | value >> (64 - rotation)) ^ secret);
}
API_ALIAS(api_RtlDecodePointer, kernel32_name, kernel32 kernelbase, "DecodePointer");
API_ALIAS(api_RtlDecodePointer, system, ntdll, "RtlDecodeSystemPointer");
API_ALIAS(api_RtlDecodePointer, kernel32_system, kernel32 kernelbase, "DecodeSystemPointer");
