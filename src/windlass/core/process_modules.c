#include "process_modules.h"

#include <errno.h>
#include <sys/uio.h>

enum { MODULES_MAX = 10000 };                        /* more are a list that changes while it is read */

static bool read_memory(pid_t process, uintptr_t address, void *to, size_t size) {
    struct iovec local = {to, size}, remote = {(void *)address, size};
    return process_vm_readv(process, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

static WCHAR *read_text(pid_t process, const UNICODE_STRING *text) {
    WCHAR *copy = calloc(text->Length / sizeof *copy + 1, sizeof *copy);
    if (copy && text->Length && !read_memory(process, (uintptr_t)text->Buffer, copy, text->Length))
        copy[0] = 0;
    return copy;
}

static bool append(struct module_list *list, pid_t process, const LDR_DATA_TABLE_ENTRY *entry) {
    struct module_copy *grown = realloc(list->modules, (list->count + 1) * sizeof *grown);
    if (!grown)
        return false;
    list->modules = grown;
    struct module_copy *module = &grown[list->count++];
    *module = (struct module_copy){(uintptr_t)entry->DllBase, (uintptr_t)entry->EntryPoint, entry->SizeOfImage,
                                   read_text(process, &entry->FullDllName), read_text(process, &entry->BaseDllName)};
    return module->path && module->name;
}

static NTSTATUS walk(pid_t process, uintptr_t peb, struct module_list *list) {
    PEB_LDR_DATA *ldr;
    LIST_ENTRY head;
    LDR_DATA_TABLE_ENTRY entry;
    if (!read_memory(process, peb + offsetof(PEB, Ldr), &ldr, sizeof ldr))
        return errno == EPERM ? STATUS_ACCESS_DENIED : STATUS_PARTIAL_COPY;
    uintptr_t first = (uintptr_t)ldr + offsetof(PEB_LDR_DATA, InLoadOrderModuleList);
    if (!ldr || !read_memory(process, first, &head, sizeof head))
        return STATUS_PARTIAL_COPY;
    for (uintptr_t at = (uintptr_t)head.Flink; at != first; at = (uintptr_t)entry.InLoadOrderLinks.Flink) {
        if (!read_memory(process, at, &entry, sizeof entry) || list->count == MODULES_MAX)
            return STATUS_PARTIAL_COPY;
        if (!append(list, process, &entry))
            return STATUS_NO_MEMORY;
    }
    return list->count ? STATUS_SUCCESS : STATUS_PARTIAL_COPY;
}

NTSTATUS process_modules_read(struct process_object *process, struct module_list *list) {
    uintptr_t peb = !process->id ? (uintptr_t)&process_peb : process->block ? process->block->peb : 0;
    *list = (struct module_list){NULL, 0};
    if (!peb)
        return STATUS_PARTIAL_COPY;
    if (!process->id)
        loader_lock_acquire();
    NTSTATUS status = walk(process_id(process), peb, list);
    if (!process->id)
        loader_lock_release();
    if (!NT_SUCCESS(status))
        process_modules_free(list);
    return status;
}

void process_modules_free(struct module_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->modules[i].path);
        free(list->modules[i].name);
    }
    free(list->modules);
    *list = (struct module_list){NULL, 0};
}
