/* Handles of the two cryptographic interfaces ("CryptoAPI System Architecture", "Cryptography API: Next Generation").
 * They are addresses, as on Windows, of a structure that begins with a mark of its kind; the Python side
 * (crypt_handles.py) keeps what belongs to them under that address. */
#ifndef WINDLASS_CRYPT_H
#define WINDLASS_CRYPT_H

#include "core.h"

enum crypt_mark {
    CRYPT_PROVIDER = 0x50595243,    /* HCRYPTPROV */
    CRYPT_ALGORITHM = 0x41434342,   /* BCRYPT_ALG_HANDLE, made in cng.py */
};

/* What a BCRYPT_ALG_HANDLE points at. */
struct cng_algorithm {
    DWORD mark;
    DWORD is_random;                /* a random number generator */
};

bool random_fill(void *buffer, size_t size);

/* True when `handle` points at a structure with this mark; any value is allowed. */
bool crypt_handle_is(const void *handle, enum crypt_mark mark);

#endif
