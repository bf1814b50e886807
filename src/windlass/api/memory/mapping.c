/* File mappings: sections and views of them ("File Mapping", "CreateFileMappingW function", "MapViewOfFileEx
 * function", "NtCreateSection function").
 *
 * A section is a host descriptor: of the file, or of anonymous memory. The memory of a section with a name lies in the file
 * that stands for the name, behind its state (shared.h); of a file with a name the others open the file itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codepage.h"
#include "file.h"
#include "fork.h"
#include "image_section.h"
#include "inherit.h"
#include "namespace.h"
#include "nt.h"
#include "shared.h"

#define PAGE_NOACCESS 0x01u
#define PAGE_READONLY 0x02u
#define PAGE_READWRITE 0x04u
#define PAGE_WRITECOPY 0x08u
#define PAGE_EXECUTE 0x10u
#define PAGE_EXECUTE_READ 0x20u
#define PAGE_EXECUTE_READWRITE 0x40u
#define PAGE_EXECUTE_WRITECOPY 0x80u
#define SEC_IMAGE 0x01000000u
#define MEM_RESERVE 0x2000u

#define FILE_MAP_COPY 0x01u
#define FILE_MAP_WRITE 0x02u
#define FILE_MAP_READ 0x04u
#define FILE_MAP_EXECUTE 0x20u
#define SECTION_ALL_ACCESS 0x000F001Fu

#define ERROR_MAPPED_ALIGNMENT 1132u
#define STATUS_MAPPED_FILE_SIZE_ZERO ((NTSTATUS)0xC000011E)
#define STATUS_IMAGE_NOT_AT_BASE ((NTSTATUS)0x40000003)
#define STATUS_INVALID_FILE_FOR_SECTION ((NTSTATUS)0xC0000020)
#define STATUS_SECTION_TOO_BIG ((NTSTATUS)0xC0000040)
#define STATUS_SECTION_PROTECTION ((NTSTATUS)0xC000004E)
#define STATUS_INVALID_VIEW_SIZE ((NTSTATUS)0xC000001F)
#define STATUS_MAPPED_ALIGNMENT ((NTSTATUS)0xC0000220)
#define STATUS_NOT_MAPPED_VIEW ((NTSTATUS)0xC0000019)

enum { GRANULARITY = 0x10000 };

/* Does not change once the section is made. */
struct section_state {
    uint64_t size;
    DWORD protection;
    char file[HOST_PATH_SIZE]; /* empty: memory */
};

struct section {
    struct object object;
    struct section_state state;
    int fd;                 /* -1: the shared state's, or not opened yet */
    struct file_node *node; /* of the file whose bytes these are, if it was opened here */
};

static const struct section_state *state_of(const struct section *section) {
    return section->object.shared ? (const struct section_state *)section->object.shared->cell->state : &section->state;
}

static void section_destroy(struct object *object) {
    struct section *section = (struct section *)object;
    if (section->node)
        file_section_end(section->node);
    if (section->fd >= 0)
        close(section->fd);
    free(section);
}

static struct object *section_attach(void);
static NTSTATUS section_publish(struct object *object);
static bool section_give(struct object *object, struct gift *gift);
static struct object *section_take(const struct gift *gift);

extern const struct object_type section_type;
const struct object_type section_type = {
    .name = "Section",
    .destroy = section_destroy,
    .attach = section_attach,
    .publish = section_publish,
    .state_offset = offsetof(struct section, state),
    .state_size = sizeof(struct section_state),
    .give = section_give,
    .take = section_take,
    .all_access = SECTION_ALL_ACCESS,
    .generic_read = 0x20005,
    .generic_write = 0x20002,
    .generic_execute = 0x20008,
};

/* Takes over the descriptor. */
static struct section *section_new(int fd, uint64_t size, DWORD protection) {
    struct section *section = calloc(1, sizeof *section);
    if (!section) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    object_init(&section->object, &section_type);
    section->fd = fd;
    section->state.size = size;
    section->state.protection = protection;
    return section;
}

/* ---- sections of several processes ---- */

static struct object *section_attach(void) {
    struct section *section = section_new(-1, 0, 0);
    return section ? &section->object : NULL;
}

/* The memory of a section that gets a name is the name's file, from now on. */
static NTSTATUS section_publish(struct object *object) {
    struct section *section = (struct section *)object;
    if (section->state.file[0])
        return STATUS_SUCCESS;
    if (ftruncate(object->shared->fd, (off_t)(SHARED_STATE_SIZE + section->state.size)))
        return status_from_errno(errno);
    close(section->fd);
    section->fd = -1;
    return STATUS_SUCCESS;
}

struct given_section {
    uint64_t size;
    DWORD protection;
};

static bool section_give(struct object *object, struct gift *gift) {
    struct section *section = (struct section *)object;
    struct given_section facts = {section->state.size, section->state.protection};
    if (object->shared)
        return object_give_shared(object, gift);
    GIFT_PUT(gift, facts);
    gift->fd = fcntl(section->fd, F_DUPFD_CLOEXEC, 3);
    return gift->fd >= 0;
}

static struct object *section_take(const struct gift *gift) {
    struct given_section facts;
    struct section *section = GIFT_GET(gift, facts) ? section_new(gift->fd, facts.size, facts.protection) : NULL;
    return section ? &section->object : NULL;
}

static bool is_writable(DWORD protection) { return protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE); }

/* Where the section's bytes are; -1 when another process has named a file that is not there any more. */
static int bytes_of(struct section *section, uint64_t *start) {
    const struct section_state *state = state_of(section);
    *start = 0;
    if (section->fd < 0 && !state->file[0]) {
        *start = SHARED_STATE_SIZE;
        return section->object.shared->fd;
    }
    if (section->fd < 0)
        section->fd = open(state->file, O_CLOEXEC | (is_writable(state->protection) ? O_RDWR : O_RDONLY));
    return section->fd;
}

/* ---- making sections ---- */

/* What the file's handle must allow. */
static ACCESS_MASK needed_access(DWORD protection) {
    return FILE_READ_DATA | (is_writable(protection) ? FILE_WRITE_DATA : 0);
}

/* By which others find the file of a section with a name. */
static void remember_file(struct section *section) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", section->fd);
    ssize_t length = readlink(link, section->state.file, sizeof section->state.file - 1);
    section->state.file[length > 0 ? length : 0] = 0;
}

static NTSTATUS section_of_file(HANDLE handle, uint64_t size, DWORD protection, struct section **result) {
    NTSTATUS status;
    struct stat facts;
    struct file *file = (struct file *)handle_object(handle, &file_type, 0, &status);
    if (!file)
        return status;
    int fd = -1;
    if ((file->access & needed_access(protection)) != needed_access(protection))
        status = STATUS_ACCESS_DENIED;
    else if (file->kind != FILE_KIND_DISK || fstat(file->fd, &facts))
        status = STATUS_INVALID_HANDLE;
    else if (!size && !facts.st_size)
        status = STATUS_MAPPED_FILE_SIZE_ZERO;
    else if (size > (uint64_t)facts.st_size && !is_writable(protection))
        status = STATUS_SECTION_TOO_BIG;
    else if (size > (uint64_t)facts.st_size && ftruncate(file->fd, (off_t)size))
        status = status_from_errno(errno);
    else if ((fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 3)) < 0)
        status = status_from_errno(errno);
    else
        status = (*result = section_new(fd, size ? size : (uint64_t)facts.st_size, protection)) ? STATUS_SUCCESS
                                                                                              : STATUS_NO_MEMORY;
    if (status == STATUS_SUCCESS) {
        remember_file(*result);
        (*result)->node = file_section_begin(file, (*result)->state.size);
    }
    file_release(file);
    return status;
}

static NTSTATUS section_of_image(HANDLE handle, DWORD protection, struct section **result) {
    NTSTATUS status;
    struct file *file = (struct file *)handle_object(handle, &file_type, FILE_READ_DATA, &status);
    int fd = -1;
    uint64_t size = 0;
    if (!file)
        return status;
    status = file->kind == FILE_KIND_DISK ? image_section_layout(file->fd, &fd, &size) : STATUS_INVALID_HANDLE;
    file_release(file);
    if (status)
        return status;
    *result = section_new(fd, size, protection);
    return *result ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* Such a section has whole pages: who opens it by its name finds its size by VirtualQuery, and maps as much. */
static NTSTATUS section_of_memory(uint64_t bytes, DWORD protection, struct section **result) {
    uint64_t size = (bytes + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
    int fd = memfd_create("section", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)size)) {
        NTSTATUS status = status_from_errno(errno);
        if (fd >= 0)
            close(fd);
        return status;
    }
    *result = section_new(fd, size, protection);
    return *result ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS make_section(HANDLE file, uint64_t size, DWORD protection, const WCHAR *name, size_t length,
                             DWORD flags, ACCESS_MASK access, HANDLE *handle) {
    struct section *section = NULL;
    DWORD pages = protection & 0xFF;
    if (pages != PAGE_READONLY && pages != PAGE_READWRITE && pages != PAGE_WRITECOPY && pages != PAGE_EXECUTE_READ &&
        pages != PAGE_EXECUTE_READWRITE && pages != PAGE_EXECUTE_WRITECOPY)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (protection & SEC_IMAGE && name)
        return STATUS_NOT_SUPPORTED; /* for several processes */
    if (!file && protection & SEC_IMAGE)
        return STATUS_INVALID_FILE_FOR_SECTION;
    if (!file && !size)
        return STATUS_INVALID_PARAMETER;
    if (size > INT64_MAX)
        return STATUS_SECTION_TOO_BIG;
    NTSTATUS status = protection & SEC_IMAGE ? section_of_image(file, pages | SEC_IMAGE, &section)
                      : file                 ? section_of_file(file, size, pages, &section)
                                             : section_of_memory(size, pages, &section);
    if (!NT_SUCCESS(status))
        return status;
    status = named_handle_new(&section->object, name, length, access, flags, handle);
    object_release(&section->object);
    return status;
}

/* ---- views ---- */

struct view {
    struct view *next;
    uintptr_t base;
    size_t size;
    uint64_t offset; /* of what it shows, in the section */
    struct section *section;
};

/* Process state: the views that are mapped. */
static struct view *views;
static pthread_mutex_t views_lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(views_lock);

static int host_protection(DWORD protection) {
    switch (protection & 0xFF) {
    case PAGE_NOACCESS: return PROT_NONE;
    case PAGE_READONLY: return PROT_READ;
    case PAGE_READWRITE:
    case PAGE_WRITECOPY: return PROT_READ | PROT_WRITE;
    case PAGE_EXECUTE: return PROT_EXEC;
    case PAGE_EXECUTE_READ: return PROT_READ | PROT_EXEC;
    default: return PROT_READ | PROT_WRITE | PROT_EXEC;
    }
}

static bool is_copy(DWORD protection) { return protection & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY); }

static bool may_map(const struct section_state *section, DWORD protection) {
    bool writes = protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE);
    bool executes = protection & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY);
    return !(writes && !is_writable(section->protection)) &&
           !(executes && !(section->protection & (PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)));
}

/* Address space at a multiple of 64 KiB, as all of Windows' views are; 0: none. `wanted` 0 means anywhere. */
static uintptr_t reserve(uintptr_t wanted, size_t size) {
    if (wanted) {
        void *got = mmap((void *)wanted, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
                         -1, 0);
        if (got != MAP_FAILED && (uintptr_t)got != wanted) {
            munmap(got, size);
            got = MAP_FAILED;
        }
        return got == MAP_FAILED ? 0 : wanted;
    }
    char *got = mmap(NULL, size + GRANULARITY, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        return 0;
    uintptr_t base = ((uintptr_t)got + GRANULARITY - 1) & ~(uintptr_t)(GRANULARITY - 1);
    size_t before = base - (uintptr_t)got;
    if (before)
        munmap(got, before);
    if (GRANULARITY - before)
        munmap((char *)base + size, GRANULARITY - before);
    return base;
}

static bool is_image(const struct section *section) { return state_of(section)->protection & SEC_IMAGE; }

/* Address space for a view of an image: where it would like to be, if that is free. */
static uintptr_t reserve_for_image(const struct section *section, uintptr_t wanted, size_t size) {
    uintptr_t preferred = wanted ? 0 : image_section_base(section->fd);
    uintptr_t base = preferred ? reserve(preferred, size) : 0;
    return base ? base : reserve(wanted, size);
}

/* Puts the section's bytes there. */
static NTSTATUS map_bytes(const struct section *section, uintptr_t base, size_t length, DWORD protection, int fd,
                          uint64_t offset) {
    int flags = MAP_FIXED | (is_image(section) || is_copy(protection) ? MAP_PRIVATE : MAP_SHARED);
    int host = is_image(section) ? PROT_READ | PROT_WRITE : host_protection(protection);
    if (mmap((void *)base, length, host, flags, fd, (off_t)offset) == MAP_FAILED)
        return status_from_errno(errno);
    return is_image(section) ? image_view_begin(base, length) : STATUS_SUCCESS;
}

/* `grows`: the view of a file may be larger than the section, and has the pages that the file will have ("ZwMapViewOfSection
 * function": MEM_RESERVE). */
static NTSTATUS map_view(struct section *section, uintptr_t *base, uint64_t offset, size_t *size, DWORD protection,
                         bool grows) {
    if (offset % GRANULARITY || *base % GRANULARITY)
        return STATUS_MAPPED_ALIGNMENT;
    const struct section_state *state = state_of(section);
    if (!is_image(section) && !may_map(state, protection))
        return STATUS_SECTION_PROTECTION;
    bool may_grow = grows && state->file[0] && !is_image(section);
    if (offset >= state->size || (*size > state->size - offset && !may_grow))
        return STATUS_INVALID_VIEW_SIZE;
    uint64_t start;
    int fd = bytes_of(section, &start);
    if (fd < 0)
        return status_from_errno(errno);
    size_t length = *size ? *size : state->size - offset;
    length = (length + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
    struct view *view = malloc(sizeof *view);
    uintptr_t address = !view               ? 0
                        : is_image(section) ? reserve_for_image(section, *base, length)
                                            : reserve(*base, length);
    if (!address) {
        free(view);
        return view && *base ? STATUS_CONFLICTING_ADDRESSES : STATUS_NO_MEMORY;
    }
    NTSTATUS status = map_bytes(section, address, length, protection, fd, start + offset);
    if (status) {
        munmap((void *)address, length);
        free(view);
        return status;
    }
    *view = (struct view){NULL, address, length, offset, (struct section *)object_reference(&section->object)};
    pthread_mutex_lock(&views_lock);
    view->next = views;
    views = view;
    pthread_mutex_unlock(&views_lock);
    *base = address;
    *size = length;
    return STATUS_SUCCESS;
}

static NTSTATUS unmap_view(uintptr_t address) {
    pthread_mutex_lock(&views_lock);
    struct view **at = &views;
    while (*at && (address < (*at)->base || address >= (*at)->base + (*at)->size))
        at = &(*at)->next;
    struct view *view = *at;
    if (view)
        *at = view->next;
    pthread_mutex_unlock(&views_lock);
    if (!view)
        return STATUS_NOT_MAPPED_VIEW;
    if (is_image(view->section))
        image_view_end(view->base);
    munmap((void *)view->base, view->size);
    object_release(&view->section->object);
    free(view);
    return STATUS_SUCCESS;
}

/* Makes the file large enough for a part of the view. The lock is held. */
static NTSTATUS commit_view(const struct view *view, uintptr_t end) {
    struct stat facts;
    off_t needed = (off_t)(view->offset + (end - view->base));
    if (is_image(view->section) || !state_of(view->section)->file[0])
        return STATUS_SUCCESS; /* it is there already */
    uint64_t start;
    int fd = bytes_of(view->section, &start);
    if (fd < 0 || fstat(fd, &facts) || (facts.st_size < needed && ftruncate(fd, needed)))
        return status_from_errno(errno);
    return STATUS_SUCCESS;
}

NTSTATUS mapping_commit(uintptr_t *base, size_t *size) {
    uintptr_t begin = *base & ~(uintptr_t)(PAGE_SIZE - 1);
    uintptr_t end = (*base + *size + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1);
    pthread_mutex_lock(&views_lock);
    struct view *view = views;
    while (view && (begin < view->base || end > view->base + view->size))
        view = view->next;
    NTSTATUS status = view ? commit_view(view, end) : STATUS_CONFLICTING_ADDRESSES;
    pthread_mutex_unlock(&views_lock);
    if (!status) {
        *base = begin;
        *size = end - begin;
    }
    return status;
}

/* The view that holds an address, for VirtualQuery. */
bool mapping_find_view(uintptr_t address, uintptr_t *base, size_t *size);
bool mapping_find_view(uintptr_t address, uintptr_t *base, size_t *size) {
    pthread_mutex_lock(&views_lock);
    struct view *view = views;
    while (view && (address < view->base || address >= view->base + view->size))
        view = view->next;
    if (view) {
        *base = view->base;
        *size = view->size;
    }
    pthread_mutex_unlock(&views_lock);
    return view != NULL;
}

/* ---- Win32 ---- */

API(kernel32 kernelbase, HANDLE, CreateFileMappingW, HANDLE hFile, SECURITY_ATTRIBUTES *lpFileMappingAttributes,
    DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCWSTR lpName) {
    HANDLE handle = NULL;
    uint64_t size = (uint64_t)dwMaximumSizeHigh << 32 | dwMaximumSizeLow;
    NTSTATUS status = make_section(hFile == INVALID_HANDLE_VALUE ? NULL : hFile, size, flProtect, lpName,
                                   lpName ? wide_length(lpName) : 0, handle_flags_from(lpFileMappingAttributes),
                                   SECTION_ALL_ACCESS, &handle);
    if (status == STATUS_OBJECT_NAME_EXISTS)
        set_last_error(ERROR_ALREADY_EXISTS);
    else if (status == STATUS_INVALID_PAGE_PROTECTION)
        set_last_error(ERROR_INVALID_PARAMETER);
    else
        set_last_error(status ? win32_from_status(status) : ERROR_SUCCESS);
    return NT_SUCCESS(status) ? handle : NULL;
}

API(kernel32 kernelbase, HANDLE, CreateFileMappingA, HANDLE hFile, SECURITY_ATTRIBUTES *lpFileMappingAttributes,
    DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCSTR lpName) {
    WCHAR *name = lpName ? wide_from_ansi(lpName) : NULL;
    HANDLE handle = api_CreateFileMappingW(hFile, lpFileMappingAttributes, flProtect, dwMaximumSizeHigh,
                                           dwMaximumSizeLow, name);
    free(name);
    return handle;
}

API(kernel32 kernelbase, HANDLE, OpenFileMappingW, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName) {
    HANDLE handle = NULL;
    if (!lpName)
        return (HANDLE)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    NTSTATUS status = named_handle_open(&section_type, lpName, wide_length(lpName), dwDesiredAccess,
                                        bInheritHandle ? HANDLE_FLAG_INHERIT : 0, &handle);
    return status ? (HANDLE)(LONG_PTR)fail(win32_from_status(status)) : handle;
}

API(kernel32 kernelbase, HANDLE, OpenFileMappingA, DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName) {
    WCHAR *name = lpName ? wide_from_ansi(lpName) : NULL;
    HANDLE handle = api_OpenFileMappingW(dwDesiredAccess, bInheritHandle, name);
    free(name);
    return handle;
}

static DWORD protection_from_access(DWORD access) {
    bool executes = access & FILE_MAP_EXECUTE;
    if ((access & FILE_MAP_COPY) && !(access & FILE_MAP_WRITE))
        return executes ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
    if (access & FILE_MAP_WRITE)
        return executes ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    if (access & FILE_MAP_READ)
        return executes ? PAGE_EXECUTE_READ : PAGE_READONLY;
    return PAGE_NOACCESS;
}

#define NUMA_NO_PREFERRED_NODE 0xFFFFFFFFu

/* Memory is shown as one node ("CreateFileMappingNumaW function"). */
static bool is_node(DWORD node) { return node == 0 || node == NUMA_NO_PREFERRED_NODE; }

API(kernel32 kernelbase, HANDLE, CreateFileMappingNumaW, HANDLE hFile, SECURITY_ATTRIBUTES *lpFileMappingAttributes,
    DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCWSTR lpName, DWORD nndPreferred) {
    if (!is_node(nndPreferred)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return api_CreateFileMappingW(hFile, lpFileMappingAttributes, flProtect, dwMaximumSizeHigh, dwMaximumSizeLow, lpName);
}

API(kernel32, HANDLE, CreateFileMappingNumaA, HANDLE hFile, SECURITY_ATTRIBUTES *lpFileMappingAttributes,
    DWORD flProtect, DWORD dwMaximumSizeHigh, DWORD dwMaximumSizeLow, LPCSTR lpName, DWORD nndPreferred) {
    if (!is_node(nndPreferred)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return api_CreateFileMappingA(hFile, lpFileMappingAttributes, flProtect, dwMaximumSizeHigh, dwMaximumSizeLow, lpName);
}

API(kernel32 kernelbase, LPVOID, MapViewOfFileEx, HANDLE hFileMappingObject, DWORD dwDesiredAccess,
    DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress) {
    struct section *section = (struct section *)handle_object_or_fail(hFileMappingObject, &section_type, 0);
    if (!section)
        return NULL;
    uintptr_t base = (uintptr_t)lpBaseAddress;
    size_t size = dwNumberOfBytesToMap;
    NTSTATUS status = map_view(section, &base, (uint64_t)dwFileOffsetHigh << 32 | dwFileOffsetLow, &size,
                               protection_from_access(dwDesiredAccess), false);
    object_release(&section->object);
    if (status == STATUS_INVALID_VIEW_SIZE || status == STATUS_SECTION_PROTECTION)
        set_last_error(ERROR_ACCESS_DENIED);
    else if (status)
        set_last_error(status == STATUS_CONFLICTING_ADDRESSES ? ERROR_INVALID_ADDRESS : win32_from_status(status));
    return status ? NULL : (LPVOID)base;
}

API(kernel32 kernelbase, LPVOID, MapViewOfFileExNuma, HANDLE hFileMappingObject, DWORD dwDesiredAccess,
    DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress,
    DWORD nndPreferred) {
    if (!is_node(nndPreferred)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return api_MapViewOfFileEx(hFileMappingObject, dwDesiredAccess, dwFileOffsetHigh, dwFileOffsetLow,
                               dwNumberOfBytesToMap, lpBaseAddress);
}

API(kernel32 kernelbase, LPVOID, MapViewOfFile, HANDLE hFileMappingObject, DWORD dwDesiredAccess,
    DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap) {
    return api_MapViewOfFileEx(hFileMappingObject, dwDesiredAccess, dwFileOffsetHigh, dwFileOffsetLow,
                               dwNumberOfBytesToMap, NULL);
}

API(kernel32 kernelbase, BOOL, UnmapViewOfFile, LPCVOID lpBaseAddress) {
    return unmap_view((uintptr_t)lpBaseAddress) ? fail(ERROR_INVALID_ADDRESS) : TRUE;
}

API(kernelbase, BOOL, UnmapViewOfFile2, HANDLE Process, PVOID BaseAddress, ULONG UnmapFlags) {
    (void)UnmapFlags;
    return Process == CURRENT_PROCESS ? api_UnmapViewOfFile(BaseAddress) : fail(ERROR_NOT_SUPPORTED);
}

API(kernel32 kernelbase, BOOL, UnmapViewOfFileEx, PVOID BaseAddress, ULONG UnmapFlags) {
    (void)UnmapFlags;
    return api_UnmapViewOfFile(BaseAddress);
}

API(kernel32 kernelbase, BOOL, FlushViewOfFile, LPCVOID lpBaseAddress, SIZE_T dwNumberOfBytesToFlush) {
    uintptr_t base;
    size_t size, start = (uintptr_t)lpBaseAddress & ~(uintptr_t)(PAGE_SIZE - 1);
    if (!mapping_find_view((uintptr_t)lpBaseAddress, &base, &size))
        return fail(ERROR_INVALID_ADDRESS);
    size_t rest = base + size - start;
    size_t wanted = dwNumberOfBytesToFlush ? dwNumberOfBytesToFlush + ((uintptr_t)lpBaseAddress - start) : rest;
    return msync((void *)start, wanted < rest ? wanted : rest, MS_SYNC) ? fail(win32_from_errno(errno)) : TRUE;
}

/* ---- NT ---- */

API(ntdll, NTSTATUS, NtCreateSection, PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
    LARGE_INTEGER *MaximumSize, ULONG SectionPageProtection, ULONG AllocationAttributes, HANDLE FileHandle) {
    UNICODE_STRING *name = ObjectAttributes ? ObjectAttributes->ObjectName : NULL;
    DWORD flags = ObjectAttributes && ObjectAttributes->Attributes & OBJ_INHERIT ? HANDLE_FLAG_INHERIT : 0;
    return make_section(FileHandle, MaximumSize ? (uint64_t)MaximumSize->QuadPart : 0,
                        SectionPageProtection | (AllocationAttributes & SEC_IMAGE), name ? name->Buffer : NULL,
                        name ? name->Length / sizeof(WCHAR) : 0, flags, DesiredAccess, SectionHandle);
}

API(ntdll, NTSTATUS, NtOpenSection, PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes) {
    return nt_open(&section_type, DesiredAccess, ObjectAttributes, SectionHandle);
}

API(ntdll, NTSTATUS, NtMapViewOfSection, HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
    SIZE_T CommitSize, LARGE_INTEGER *SectionOffset, PSIZE_T ViewSize, DWORD InheritDisposition, ULONG AllocationType,
    ULONG Win32Protect) {
    NTSTATUS status;
    (void)ZeroBits, (void)CommitSize, (void)InheritDisposition;
    if (ProcessHandle != CURRENT_PROCESS)
        return STATUS_NOT_SUPPORTED;
    struct section *section = (struct section *)handle_object(SectionHandle, &section_type, 0, &status);
    if (!section)
        return status;
    uintptr_t base = (uintptr_t)*BaseAddress;
    size_t size = *ViewSize;
    status = map_view(section, &base, SectionOffset ? (uint64_t)SectionOffset->QuadPart : 0, &size, Win32Protect,
                      AllocationType & MEM_RESERVE);
    if (!status) {
        *BaseAddress = (PVOID)base;
        *ViewSize = size;
        if (is_image(section) && base != image_section_base(section->fd))
            status = STATUS_IMAGE_NOT_AT_BASE;
    }
    object_release(&section->object);
    return status;
}

API(ntdll, NTSTATUS, NtUnmapViewOfSection, HANDLE ProcessHandle, PVOID BaseAddress) {
    return ProcessHandle == CURRENT_PROCESS ? unmap_view((uintptr_t)BaseAddress) : STATUS_NOT_SUPPORTED;
}
