/* Random numbers: all of Windows' generators are the host kernel's. */
#include <errno.h>
#include <sys/random.h>

#include "api.h"
#include "crypt.h"

bool random_fill(void *buffer, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t count = getrandom((char *)buffer + done, size - done, 0);
        if (count < 0 && errno != EINTR)
            return false;
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* Faults, where the program gave a bad address, are its own: the buffer is touched here first. */
static bool fill_for_program(volatile unsigned char *buffer, size_t size) {
    for (size_t i = 0; i < size; i += PAGE_SIZE)
        buffer[i] = 0;
    if (size)
        buffer[size - 1] = 0;
    return random_fill((void *)buffer, size);
}

/* "RtlGenRandom function" */
API_AS(api_RtlGenRandom, advapi32 cryptbase, BOOLEAN, "SystemFunction036", PVOID RandomBuffer,
       ULONG RandomBufferLength) {
    return fill_for_program(RandomBuffer, RandomBufferLength);
}

/* "ProcessPrng function": cannot fail. */
API(bcryptprimitives, BOOL, ProcessPrng, BYTE *pbData, SIZE_T cbData) {
    return fill_for_program(pbData, cbData) ? TRUE : FALSE;
}

#define BCRYPT_USE_SYSTEM_PREFERRED_RNG 0x00000002u
#define BCRYPT_RNG_USE_ENTROPY_IN_BUFFER 0x00000001u

/* ("CNG Algorithm Pseudo-handles") */
#define BCRYPT_RNG_ALG_HANDLE ((HANDLE)0x81)

/* What the program has in the buffer adds nothing to the kernel's entropy; Windows 8 and later ignore it, too. */
API(bcrypt ncrypt, NTSTATUS, BCryptGenRandom, HANDLE hAlgorithm, BYTE *pbBuffer, ULONG cbBuffer, ULONG dwFlags) {
    if (dwFlags & ~(BCRYPT_USE_SYSTEM_PREFERRED_RNG | BCRYPT_RNG_USE_ENTROPY_IN_BUFFER) || !pbBuffer)
        return STATUS_INVALID_PARAMETER;
    if (dwFlags & BCRYPT_USE_SYSTEM_PREFERRED_RNG) {
        if (hAlgorithm)
            return STATUS_INVALID_PARAMETER;
    } else if (hAlgorithm != BCRYPT_RNG_ALG_HANDLE &&
               (!crypt_handle_is(hAlgorithm, CRYPT_ALGORITHM) || !((struct cng_algorithm *)hAlgorithm)->is_random)) {
        return STATUS_INVALID_HANDLE;
    }
    return fill_for_program(pbBuffer, cbBuffer) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

bool crypt_handle_is(const void *handle, enum crypt_mark mark) {
    struct fault_guard guard;
    if (!handle || (uintptr_t)handle & 7)
        return false;
    if (fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    bool matches = *(const volatile DWORD *)handle == (DWORD)mark;
    fault_guard_leave(&guard);
    return matches;
}
