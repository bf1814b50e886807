/* Addresses as text, for messages and tracebacks: module!export+0x1c. */
#include <dlfcn.h>
#include <stdio.h>

#include "module.h"
#include "registry.h"
#include "unwind.h"

static size_t copy_base_name(char *text, size_t size, const char *path) {
    const char *slash = strrchr(path, '/');
    return (size_t)snprintf(text, size, "%s", slash ? slash + 1 : path);
}

static size_t put_name(char *text, size_t size, const UNICODE_STRING *name) {
    size_t count = 0;
    for (size_t i = 0; i < name->Length / 2u && count + 1 < size; i++)
        text[count++] = name->Buffer[i] < 0x80 ? (char)name->Buffer[i] : '?';
    text[count] = 0;
    return count;
}

static void describe_in_module(const LDR_DATA_TABLE_ENTRY *module, uintptr_t address, char *text, size_t size) {
    DWORD rva = (DWORD)(address - (uintptr_t)module->DllBase), start;
    const char *name;
    unsigned ordinal;
    size_t count = put_name(text, size, &module->BaseDllName);
    if (!module_nearest_export(module->DllBase, rva, &start, &name, &ordinal))
        snprintf(text + count, size - count, "+0x%x", (unsigned)rva);
    else if (name)
        snprintf(text + count, size - count, "!%s+0x%x", name, (unsigned)(rva - start));
    else
        snprintf(text + count, size - count, "!#%u+0x%x", ordinal, (unsigned)(rva - start));
}

/* The function of the Windows API, written in C, that the address lies in. */
static const struct api_record *api_function_at(uintptr_t address) {
    uintptr_t begin = host_function_begin(address);
    for (size_t i = 0; begin && i < api_record_count(); i++)
        if ((uintptr_t)api_record_at(i)->address == begin && api_record_at(i)->result)
            return api_record_at(i);
    return NULL;
}

static bool is_own(uintptr_t address) {
    Dl_info info, own;
    return dladdr((void *)address, &info) && dladdr((void *)(uintptr_t)is_own, &own) &&
           info.dli_fbase == own.dli_fbase;
}

static void describe_in_library(uintptr_t address, char *text, size_t size) {
    Dl_info info;
    if (!dladdr((void *)address, &info) || !info.dli_fname) {
        snprintf(text, size, "0x%llx", (unsigned long long)address);
        return;
    }
    size_t count = copy_base_name(text, size, info.dli_fname);
    if (count >= size)
        return;
    if (info.dli_sname)
        snprintf(text + count, size - count, "!%s+0x%x", info.dli_sname,
                 (unsigned)(address - (uintptr_t)info.dli_saddr));
    else
        snprintf(text + count, size - count, "+0x%llx", (unsigned long long)(address - (uintptr_t)info.dli_fbase));
}

static void describe_in_host(uintptr_t address, char *text, size_t size) {
    const struct api_record *record = is_own(address) ? api_function_at(address) : NULL;
    if (!record) {
        describe_in_library(address, text, size);
        return;
    }
    snprintf(text, size, "%.*s.dll!%s+0x%x", (int)strcspn(record->dlls, " "), record->dlls, record->name,
             (unsigned)(address - (uintptr_t)record->address));
}

bool address_is_internal(uintptr_t address) {
    return !module_from_address((void *)address) && is_own(address) && !api_function_at(address);
}

void address_describe(uintptr_t address, char *text, size_t size) {
    const LDR_DATA_TABLE_ENTRY *module = module_from_address((void *)address);
    if (module)
        describe_in_module(module, address, text, size);
    else
        describe_in_host(address, text, size);
}
