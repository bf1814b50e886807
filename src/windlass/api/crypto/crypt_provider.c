/* Cryptographic service providers: HCRYPTPROV ("CryptAcquireContextW function"). Hashes and keys of theirs are in
 * capi_hash.py and capi_key.py. */
#include <pthread.h>
#include <stdatomic.h>
#include <strings.h>

#include "api.h"
#include "codepage.h"
#include "crypt.h"
#include "luid.h"

#define NTE_BAD_FLAGS ((DWORD)0x80090009)
#define NTE_EXISTS ((DWORD)0x8009000F)
#define NTE_BAD_TYPE ((DWORD)0x8009000A)
#define NTE_BAD_PROV_TYPE ((DWORD)0x80090014)
#define NTE_BAD_KEYSET ((DWORD)0x80090016)
#define NTE_KEYSET_NOT_DEF ((DWORD)0x80090019)
#define NTE_PROV_TYPE_NO_MATCH ((DWORD)0x8009001B)

#define CRYPT_NEWKEYSET 0x00000008u
#define CRYPT_DELETEKEYSET 0x00000010u
#define CRYPT_MACHINE_KEYSET 0x00000020u
#define CRYPT_SILENT 0x00000040u
#define CRYPT_DEFAULT_CONTAINER_OPTIONAL 0x00000080u
#define CRYPT_VERIFYCONTEXT 0xF0000000u

enum { PROV_RSA_FULL = 1, PROV_DSS = 3, PROV_RSA_SCHANNEL = 12, PROV_DSS_DH = 13, PROV_DH_SCHANNEL = 18,
       PROV_RSA_AES = 24 };

/* The first three fields are known to capi_objects.py. */
struct crypt_provider {
    DWORD mark, type;
    uint64_t serial;                /* what Python keeps the container's keys by */
    const char *name;
    atomic_uint references;
    char container[];
};

/* Microsoft's own ("Cryptographic Provider Names"); the first of a type is its default. */
static const struct { DWORD type; const char *name; } known[] = {
    {PROV_RSA_FULL, "Microsoft Strong Cryptographic Provider"},
    {PROV_RSA_FULL, "Microsoft Enhanced Cryptographic Provider v1.0"},
    {PROV_RSA_FULL, "Microsoft Base Cryptographic Provider v1.0"},
    {PROV_RSA_AES, "Microsoft Enhanced RSA and AES Cryptographic Provider"},
    {PROV_RSA_AES, "Microsoft Enhanced RSA and AES Cryptographic Provider (Prototype)"},
    {PROV_DSS, "Microsoft Base DSS Cryptographic Provider"},
    {PROV_DSS_DH, "Microsoft Enhanced DSS and Diffie-Hellman Cryptographic Provider"},
    {PROV_DSS_DH, "Microsoft Base DSS and Diffie-Hellman Cryptographic Provider"},
    {PROV_RSA_SCHANNEL, "Microsoft RSA SChannel Cryptographic Provider"},
    {PROV_DH_SCHANNEL, "Microsoft DH SChannel Cryptographic Provider"},
};
enum { KNOWN = sizeof known / sizeof *known };

static DWORD find_provider(const char *name, DWORD type, const char **found) {
    bool has_type = false, has_name = false;
    if (type == 0 || type > 999)
        return NTE_BAD_PROV_TYPE;
    for (int i = 0; i < KNOWN; i++) {
        bool same = !name || strcmp(name, known[i].name) == 0;
        has_type |= known[i].type == type;
        has_name |= same;
        if (same && known[i].type == type) {
            *found = known[i].name;
            return ERROR_SUCCESS;
        }
    }
    return !has_name ? NTE_KEYSET_NOT_DEF : has_type ? NTE_PROV_TYPE_NO_MATCH : NTE_BAD_PROV_TYPE;
}

/* Key containers that were made by name: the process's own, until it deletes them or ends. NULL is the default one,
 * whose name is empty here. */
struct container {
    struct container *next;
    uint64_t serial;
    bool is_machine;
    char name[];
};
static struct container *containers;
static pthread_mutex_t containers_lock = PTHREAD_MUTEX_INITIALIZER;

/* Names differ not by case. The lock is held. */
static struct container **find_container(const char *name, bool is_machine) {
    struct container **at = &containers;
    while (*at && ((*at)->is_machine != is_machine || strcasecmp((*at)->name, name) != 0))
        at = &(*at)->next;
    return at;
}

static DWORD make_container(struct container **at, const char *name, bool is_machine) {
    struct container *made = malloc(sizeof *made + strlen(name) + 1);
    if (!made)
        return ERROR_NOT_ENOUGH_MEMORY;
    *made = (struct container){NULL, luid_next(), is_machine};
    strcpy(made->name, name);
    *at = made;
    return ERROR_SUCCESS;
}

/* The serial number of the container that the flags ask to make, to find or to delete. */
static DWORD use_container(const char *name, DWORD flags, uint64_t *serial) {
    bool is_machine = flags & CRYPT_MACHINE_KEYSET;
    DWORD error = ERROR_SUCCESS;
    pthread_mutex_lock(&containers_lock);
    struct container **at = find_container(name, is_machine);
    if (flags & CRYPT_NEWKEYSET)
        error = *at ? NTE_EXISTS : make_container(at, name, is_machine);
    else if (!*at)
        error = NTE_BAD_KEYSET;
    if (!error)
        *serial = (*at)->serial;
    if (!error && flags & CRYPT_DELETEKEYSET) {
        struct container *deleted = *at;
        *at = deleted->next;
        free(deleted);
    }
    pthread_mutex_unlock(&containers_lock);
    return error;
}

enum { KNOWN_FLAGS = CRYPT_NEWKEYSET | CRYPT_DELETEKEYSET | CRYPT_MACHINE_KEYSET | CRYPT_SILENT | CRYPT_DEFAULT_CONTAINER_OPTIONAL };

static BOOL acquire(struct crypt_provider **result, const char *container, const char *name, DWORD type, DWORD flags) {
    const char *found = NULL;
    uint64_t serial = 0;
    if (!result)
        return fail(ERROR_INVALID_PARAMETER);
    *result = NULL;
    if (flags & ~(CRYPT_VERIFYCONTEXT | KNOWN_FLAGS))
        return fail(NTE_BAD_FLAGS);
    DWORD error = find_provider(name, type, &found);
    bool is_temporary = flags & (CRYPT_VERIFYCONTEXT | CRYPT_DEFAULT_CONTAINER_OPTIONAL);
    if (!error && !is_temporary)
        error = use_container(container ? container : "", flags, &serial);
    if (error)
        return fail(error);
    if (flags & CRYPT_DELETEKEYSET)                  /* "the value returned in phProv is undefined" */
        return TRUE;
    size_t length = container ? strlen(container) : 0;
    struct crypt_provider *provider = malloc(sizeof *provider + length + 1);
    if (!provider)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    *provider = (struct crypt_provider){CRYPT_PROVIDER, type, is_temporary ? luid_next() : serial, found, 1};
    memcpy(provider->container, container ? container : "", length + 1);
    *result = provider;
    return TRUE;
}

API(advapi32 cryptsp, BOOL, CryptAcquireContextA, struct crypt_provider **phProv, LPCSTR szContainer, LPCSTR szProvider,
    DWORD dwProvType, DWORD dwFlags) {
    return acquire(phProv, szContainer, szProvider, dwProvType, dwFlags);
}

API(advapi32 cryptsp, BOOL, CryptAcquireContextW, struct crypt_provider **phProv, LPCWSTR szContainer,
    LPCWSTR szProvider, DWORD dwProvType, DWORD dwFlags) {
    char *container = szContainer ? ansi_from_wide(szContainer) : NULL;
    char *name = szProvider ? ansi_from_wide(szProvider) : NULL;
    BOOL result = acquire(phProv, container, name, dwProvType, dwFlags);
    free(container);
    free(name);
    return result;
}

/* ---- which there are ("CryptEnumProvidersW function", "CryptGetDefaultProviderW function") ---- */

/* `*size` counts bytes, with the zero. */
static BOOL deliver_name(const char *name, bool wide, void *buffer, DWORD *size) {
    DWORD unit = wide ? sizeof(WCHAR) : 1, needed = (DWORD)(strlen(name) + 1) * unit, capacity = *size;
    *size = needed;
    if (!buffer)
        return TRUE;
    if (capacity < needed)
        return fail(ERROR_MORE_DATA);
    for (DWORD i = 0; i * unit < needed; i++) {
        if (wide)
            ((WCHAR *)buffer)[i] = (unsigned char)name[i];
        else
            ((char *)buffer)[i] = name[i];
    }
    return TRUE;
}

static BOOL enumerate(DWORD index, DWORD *reserved, DWORD flags, DWORD *type, bool wide, void *name, DWORD *size) {
    if (reserved || !type || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags)
        return fail(NTE_BAD_FLAGS);
    if (index >= KNOWN)
        return fail(ERROR_NO_MORE_ITEMS);
    *type = known[index].type;
    return deliver_name(known[index].name, wide, name, size);
}

API(advapi32 cryptsp, BOOL, CryptEnumProvidersA, DWORD dwIndex, DWORD *pdwReserved, DWORD dwFlags, DWORD *pdwProvType,
    LPSTR szProvName, DWORD *pcbProvName) {
    return enumerate(dwIndex, pdwReserved, dwFlags, pdwProvType, false, szProvName, pcbProvName);
}

API(advapi32 cryptsp, BOOL, CryptEnumProvidersW, DWORD dwIndex, DWORD *pdwReserved, DWORD dwFlags, DWORD *pdwProvType,
    LPWSTR szProvName, DWORD *pcbProvName) {
    return enumerate(dwIndex, pdwReserved, dwFlags, pdwProvType, true, szProvName, pcbProvName);
}

static BOOL default_provider(DWORD type, DWORD *reserved, DWORD flags, bool wide, void *name, DWORD *size) {
    enum { CRYPT_MACHINE_DEFAULT = 1, CRYPT_USER_DEFAULT = 2 };
    const char *found = NULL;
    if (reserved || !size)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags != CRYPT_MACHINE_DEFAULT && flags != CRYPT_USER_DEFAULT)
        return fail(NTE_BAD_FLAGS);
    DWORD error = find_provider(NULL, type, &found);
    return error ? fail(error) : deliver_name(found, wide, name, size);
}

API(advapi32 cryptsp, BOOL, CryptGetDefaultProviderA, DWORD dwProvType, DWORD *pdwReserved, DWORD dwFlags,
    LPSTR pszProvName, DWORD *pcbProvName) {
    return default_provider(dwProvType, pdwReserved, dwFlags, false, pszProvName, pcbProvName);
}

API(advapi32 cryptsp, BOOL, CryptGetDefaultProviderW, DWORD dwProvType, DWORD *pdwReserved, DWORD dwFlags,
    LPWSTR pszProvName, DWORD *pcbProvName) {
    return default_provider(dwProvType, pdwReserved, dwFlags, true, pszProvName, pcbProvName);
}

static struct crypt_provider *provider_or_fail(struct crypt_provider *provider) {
    if (!provider || !crypt_handle_is(provider, CRYPT_PROVIDER)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return provider;
}

API(advapi32 cryptsp, BOOL, CryptReleaseContext, struct crypt_provider *hProv, DWORD dwFlags) {
    if (!provider_or_fail(hProv))
        return FALSE;
    if (dwFlags)
        return fail(NTE_BAD_FLAGS);
    if (atomic_fetch_sub(&hProv->references, 1) == 1) {
        hProv->mark = 0;
        free(hProv);
    }
    return TRUE;
}

API(advapi32 cryptsp, BOOL, CryptContextAddRef, struct crypt_provider *hProv, DWORD *pdwReserved, DWORD dwFlags) {
    if (pdwReserved || dwFlags)
        return fail(ERROR_INVALID_PARAMETER);
    if (!provider_or_fail(hProv))
        return FALSE;
    atomic_fetch_add(&hProv->references, 1);
    return TRUE;
}

API(advapi32 cryptsp, BOOL, CryptGenRandom, struct crypt_provider *hProv, DWORD dwLen, BYTE *pbBuffer) {
    if (!provider_or_fail(hProv))
        return FALSE;
    if (!pbBuffer)
        return fail(ERROR_INVALID_PARAMETER);
    return random_fill(pbBuffer, dwLen) ? TRUE : fail(ERROR_GEN_FAILURE);
}

/* ---- parameters ("CryptGetProvParam function") ---- */

enum { PP_IMPTYPE = 3, PP_NAME = 4, PP_VERSION = 5, PP_CONTAINER = 6, PP_PROVTYPE = 16,
       PP_UNIQUE_CONTAINER = 36, PP_KEYSPEC = 39 };

static BOOL deliver(const void *value, size_t size, BYTE *data, DWORD *length) {
    DWORD capacity = *length;
    *length = (DWORD)size;
    if (!data)
        return TRUE;
    if (capacity < size)
        return fail(ERROR_MORE_DATA);
    memcpy(data, value, size);
    return TRUE;
}

API(advapi32 cryptsp, BOOL, CryptGetProvParam, struct crypt_provider *hProv, DWORD dwParam, BYTE *pbData,
    DWORD *pdwDataLen, DWORD dwFlags) {
    enum { CRYPT_IMPL_SOFTWARE = 2, VERSION = 0x200, AT_KEYEXCHANGE_OR_SIGNATURE = 3 };
    (void)dwFlags;
    if (!provider_or_fail(hProv))
        return FALSE;
    if (!pdwDataLen)
        return fail(ERROR_INVALID_PARAMETER);
    DWORD number;
    switch (dwParam) {
    case PP_NAME: return deliver(hProv->name, strlen(hProv->name) + 1, pbData, pdwDataLen);
    case PP_CONTAINER:
    case PP_UNIQUE_CONTAINER: return deliver(hProv->container, strlen(hProv->container) + 1, pbData, pdwDataLen);
    case PP_IMPTYPE: number = CRYPT_IMPL_SOFTWARE; break;
    case PP_VERSION: number = VERSION; break;
    case PP_PROVTYPE: number = hProv->type; break;
    case PP_KEYSPEC: number = AT_KEYEXCHANGE_OR_SIGNATURE; break;
    default: return fail(NTE_BAD_TYPE);
    }
    return deliver(&number, sizeof number, pbData, pdwDataLen);
}

API(advapi32 cryptsp, BOOL, CryptSetProvParam, struct crypt_provider *hProv, DWORD dwParam, const BYTE *pbData,
    DWORD dwFlags) {
    (void)pbData, (void)dwFlags, (void)dwParam;
    return provider_or_fail(hProv) ? fail(NTE_BAD_TYPE) : FALSE;
}
