/* Which run-time a caller means.
 *
 * All run-times are one here. Where an old one behaves otherwise than the Universal C run-time, the module that called
 * tells which one it is built for: by the DLLs that it imports. */
#include <strings.h>

#include "crt.h"
#include "unwind.h"

API_USE(PVOID, RtlImageDirectoryEntryToData, PVOID, BOOLEAN, USHORT, ULONG *);

/* "IMAGE_IMPORT_DESCRIPTOR" */
struct import_descriptor {
    DWORD names, timestamp, forwarder_chain, dll_name, addresses;
};

static bool imports(void *base, bool (*is_wanted)(const char *name)) {
    enum { IMPORT_DIRECTORY = 1 };
    ULONG size;
    const struct import_descriptor *dll = api_RtlImageDirectoryEntryToData(base, TRUE, IMPORT_DIRECTORY, &size);
    for (; dll && dll->dll_name; dll++)
        if (is_wanted((const char *)base + dll->dll_name))
            return true;
    return false;
}

/* The base of the module with the nearest Windows code on the stack; NULL: there is none. */
static void *calling_module(void) {
    enum { FRAMES = 32 };
    uintptr_t addresses[FRAMES];
    CONTEXT context;
    api_RtlCaptureContext(&context);
    unsigned count = frames_collect(&context, addresses, FRAMES, false);
    for (unsigned i = 0; i < count; i++) {
        LDR_DATA_TABLE_ENTRY *module = module_from_address((void *)addresses[i]);
        if (module)
            return module->DllBase;
    }
    return NULL;
}

static bool is_msvcrt(const char *name) { return strcasecmp(name, "msvcrt.dll") == 0; }

/* msvcrt.dll, msvcr80.dll ... msvcr120.dll */
static bool is_old(const char *name) { return strncasecmp(name, "msvcr", 5) == 0; }

static bool is_universal(const char *name) {
    return strncasecmp(name, "api-ms-win-crt-", 15) == 0 || strcasecmp(name, "ucrtbase.dll") == 0;
}

bool crt_caller_uses_msvcrt(void) {
    void *base = calling_module();
    return base && imports(base, is_msvcrt);
}

bool crt_caller_uses_old(void) {
    void *base = calling_module();
    return base && imports(base, is_old) && !imports(base, is_universal);
}
