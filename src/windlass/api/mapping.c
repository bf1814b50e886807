/* File mappings: sections and views of them ("File Mapping", "CreateFileMappingW function", "MapViewOfFileEx
 * function", "NtCreateSection function").
 *
 * A section is a host descriptor: of the file, of anonymous memory (memfd), or, for a name without a file, of a file
 * in /dev/shm that other processes of this user find by the name. Each of its users holds a shared lock on that; who
 * can get it exclusively is alone, so a forgotten file is emptied by the next creator and the last user removes it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codepage.h"
#include "file.h"
#include "fork.h"
#include "namespace.h"
#include "nt.h"

#define PAGE_NOACCESS 0x01u
#define PAGE_READONLY 0x02u
#define PAGE_READWRITE 0x04u
#define PAGE_WRITECOPY 0x08u
#define PAGE_EXECUTE 0x10u
#define PAGE_EXECUTE_READ 0x20u
#define PAGE_EXECUTE_READWRITE 0x40u
#define PAGE_EXECUTE_WRITECOPY 0x80u
#define SEC_IMAGE 0x01000000u

#define FILE_MAP_COPY 0x01u
#define FILE_MAP_WRITE 0x02u
#define FILE_MAP_READ 0x04u
#define FILE_MAP_EXECUTE 0x20u
#define SECTION_ALL_ACCESS 0x000F001Fu

#define ERROR_MAPPED_ALIGNMENT 1132u
#define STATUS_MAPPED_FILE_SIZE_ZERO ((NTSTATUS)0xC000011E)
#define STATUS_SECTION_TOO_BIG ((NTSTATUS)0xC0000040)
#define STATUS_SECTION_PROTECTION ((NTSTATUS)0xC000004E)
#define STATUS_INVALID_VIEW_SIZE ((NTSTATUS)0xC000001F)
#define STATUS_MAPPED_ALIGNMENT ((NTSTATUS)0xC0000220)
#define STATUS_NOT_MAPPED_VIEW ((NTSTATUS)0xC0000019)

enum { GRANULARITY = 0x10000 };

struct section {
    struct object object;
    int fd;
    uint64_t size;
    DWORD protection;
    char *shared_path; /* in /dev/shm; NULL: not shared by a name */
};

static void section_destroy(struct object *object) {
    struct section *section = (struct section *)object;
    if (section->shared_path && flock(section->fd, LOCK_EX | LOCK_NB) == 0)
        unlink(section->shared_path);
    free(section->shared_path);
    if (section->fd >= 0)
        close(section->fd);
    free(section);
}

static const struct object_type section_type = {
    .name = "Section",
    .destroy = section_destroy,
    .all_access = SECTION_ALL_ACCESS,
    .generic_read = 0x20005,
    .generic_write = 0x20002,
    .generic_execute = 0x20008,
};

static struct section *section_new(int fd, uint64_t size, DWORD protection) {
    struct section *section = calloc(1, sizeof *section);
    if (!section) {
        close(fd);
        return NULL;
    }
    object_init(&section->object, &section_type);
    section->fd = fd;
    section->size = size;
    section->protection = protection;
    return section;
}

/* ---- making sections ---- */

static bool is_writable(DWORD protection) { return protection & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE); }

/* What the file's handle must allow. */
static ACCESS_MASK needed_access(DWORD protection) {
    return FILE_READ_DATA | (is_writable(protection) ? FILE_WRITE_DATA : 0);
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
    file_release(file);
    return status;
}

static NTSTATUS section_of_memory(uint64_t size, DWORD protection, struct section **result) {
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

/* /dev/shm/windlass-UID-NAME; bytes that a file's name cannot have as %XX. */
static char *shared_path(const WCHAR *name, size_t length) {
    static const char *const prefixes[] = {"Global\\", "Local\\"};
    for (size_t i = 0; i < 2; i++) {
        size_t skip = strlen(prefixes[i]), same = 0;
        while (same < skip && same < length && name[same] == (WCHAR)prefixes[i][same])
            same++;
        if (same == skip)
            name += skip, length -= skip;
    }
    char path[256];
    int count = snprintf(path, sizeof path, "/dev/shm/windlass-%u-", (unsigned)getuid());
    for (size_t i = 0; i < length; i++) {
        bool plain = name[i] < 0x80 && name[i] > 0x20 && name[i] != '/' && name[i] != '%' && name[i] != '\\';
        count += snprintf(path + count, sizeof path - (size_t)count, plain ? "%c" : "%%%04X", name[i]);
        if ((size_t)count + 8 > sizeof path)
            return NULL;
    }
    return strdup(path);
}

/* Opens the shared file with this user's lock on it; *exists: somebody else uses it. */
static int open_shared(const char *path, bool create, bool *exists) {
    for (;;) {
        struct stat opened, named;
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0), 0600);
        if (fd < 0)
            return -1;
        *exists = flock(fd, LOCK_EX | LOCK_NB) != 0;
        if (*exists)
            flock(fd, LOCK_SH);
        /* The last user may have removed it meanwhile. */
        if (fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino) {
            if (!*exists && !create) { /* forgotten by a process that was killed */
                unlink(path);
                close(fd);
                errno = ENOENT;
                return -1;
            }
            return fd;
        }
        close(fd);
        if (!create)
            return -1;
    }
}

static NTSTATUS section_of_name(const WCHAR *name, size_t length, uint64_t size, DWORD protection, bool create,
                                struct section **result) {
    bool exists;
    char *path = shared_path(name, length);
    int fd = path ? open_shared(path, create, &exists) : -1;
    NTSTATUS status = !path ? STATUS_OBJECT_NAME_INVALID : fd < 0 ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_SUCCESS;
    struct stat facts;
    if (!status && !exists && (ftruncate(fd, 0) || ftruncate(fd, (off_t)size)))
        status = status_from_errno(errno);
    if (!status && !exists)
        flock(fd, LOCK_SH);
    if (!status && fstat(fd, &facts))
        status = status_from_errno(errno);
    if (!status && !(*result = section_new(fd, (uint64_t)facts.st_size, protection)))
        status = STATUS_NO_MEMORY;
    if (status) {
        if (fd >= 0)
            close(fd);
        free(path);
        return status;
    }
    (*result)->shared_path = path;
    return exists ? STATUS_OBJECT_NAME_EXISTS : STATUS_SUCCESS;
}

static NTSTATUS make_section(HANDLE file, uint64_t size, DWORD protection, const WCHAR *name, size_t length,
                             DWORD flags, ACCESS_MASK access, HANDLE *handle) {
    struct section *section = NULL;
    DWORD pages = protection & 0xFF;
    if (pages != PAGE_READONLY && pages != PAGE_READWRITE && pages != PAGE_WRITECOPY && pages != PAGE_EXECUTE_READ &&
        pages != PAGE_EXECUTE_READWRITE && pages != PAGE_EXECUTE_WRITECOPY)
        return STATUS_INVALID_PAGE_PROTECTION;
    if (protection & SEC_IMAGE)
        return STATUS_NOT_SUPPORTED;
    if (!file && !size)
        return STATUS_INVALID_PARAMETER;
    if (size > INT64_MAX)
        return STATUS_SECTION_TOO_BIG;
    NTSTATUS status = file ? section_of_file(file, size, pages, &section)
                    : length ? section_of_name(name, length, size, pages, true, &section)
                             : section_of_memory(size, pages, &section);
    if (!NT_SUCCESS(status))
        return status;
    if (file && length) {
        status = named_handle_new(&section->object, name, length, access, flags, handle);
    } else {
        *handle = handle_new(&section->object, access, flags);
        if (!*handle)
            status = STATUS_NO_MEMORY;
    }
    object_release(&section->object);
    return status;
}

static NTSTATUS open_section(const WCHAR *name, size_t length, ACCESS_MASK access, DWORD flags, HANDLE *handle) {
    struct section *section = NULL;
    NTSTATUS status = named_handle_open(&section_type, name, length, access, flags, handle);
    if (status != STATUS_OBJECT_NAME_NOT_FOUND)
        return status;
    status = section_of_name(name, length, 0, PAGE_READWRITE, false, &section);
    if (!NT_SUCCESS(status))
        return status;
    *handle = handle_new(&section->object, access, flags);
    object_release(&section->object);
    return *handle ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

/* ---- views ---- */

struct view {
    struct view *next;
    uintptr_t base;
    size_t size;
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

static bool may_map(const struct section *section, DWORD protection) {
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

static NTSTATUS map_view(struct section *section, uintptr_t *base, uint64_t offset, size_t *size, DWORD protection) {
    if (offset % GRANULARITY || *base % GRANULARITY)
        return STATUS_MAPPED_ALIGNMENT;
    if (!may_map(section, protection))
        return STATUS_SECTION_PROTECTION;
    if (offset >= section->size || *size > section->size - offset)
        return STATUS_INVALID_VIEW_SIZE;
    size_t length = *size ? *size : section->size - offset;
    length = (length + PAGE_SIZE - 1) & ~(size_t)(PAGE_SIZE - 1);
    struct view *view = malloc(sizeof *view);
    uintptr_t address = view ? reserve(*base, length) : 0;
    if (!address) {
        free(view);
        return view && *base ? STATUS_CONFLICTING_ADDRESSES : STATUS_NO_MEMORY;
    }
    int flags = MAP_FIXED | (is_copy(protection) ? MAP_PRIVATE : MAP_SHARED);
    if (mmap((void *)address, length, host_protection(protection), flags, section->fd, (off_t)offset) == MAP_FAILED) {
        NTSTATUS status = status_from_errno(errno);
        munmap((void *)address, length);
        free(view);
        return status;
    }
    *view = (struct view){NULL, address, length, (struct section *)object_reference(&section->object)};
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
    munmap((void *)view->base, view->size);
    object_release(&view->section->object);
    free(view);
    return STATUS_SUCCESS;
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
    NTSTATUS status = open_section(lpName, wide_length(lpName), dwDesiredAccess,
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

API(kernel32 kernelbase, LPVOID, MapViewOfFileEx, HANDLE hFileMappingObject, DWORD dwDesiredAccess,
    DWORD dwFileOffsetHigh, DWORD dwFileOffsetLow, SIZE_T dwNumberOfBytesToMap, LPVOID lpBaseAddress) {
    struct section *section = (struct section *)handle_object_or_fail(hFileMappingObject, &section_type, 0);
    if (!section)
        return NULL;
    uintptr_t base = (uintptr_t)lpBaseAddress;
    size_t size = dwNumberOfBytesToMap;
    NTSTATUS status = map_view(section, &base, (uint64_t)dwFileOffsetHigh << 32 | dwFileOffsetLow, &size,
                               protection_from_access(dwDesiredAccess));
    object_release(&section->object);
    if (status == STATUS_INVALID_VIEW_SIZE || status == STATUS_SECTION_PROTECTION)
        set_last_error(ERROR_ACCESS_DENIED);
    else if (status)
        set_last_error(status == STATUS_CONFLICTING_ADDRESSES ? ERROR_INVALID_ADDRESS : win32_from_status(status));
    return status ? NULL : (LPVOID)base;
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
ZW(CreateSection);

API(ntdll, NTSTATUS, NtOpenSection, PHANDLE SectionHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes) {
    if (!ObjectAttributes || !ObjectAttributes->ObjectName)
        return STATUS_INVALID_PARAMETER;
    return open_section(ObjectAttributes->ObjectName->Buffer, ObjectAttributes->ObjectName->Length / sizeof(WCHAR),
                        DesiredAccess, 0, SectionHandle);
}
ZW(OpenSection);

API(ntdll, NTSTATUS, NtMapViewOfSection, HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
    SIZE_T CommitSize, LARGE_INTEGER *SectionOffset, PSIZE_T ViewSize, DWORD InheritDisposition, ULONG AllocationType,
    ULONG Win32Protect) {
    NTSTATUS status;
    (void)ZeroBits, (void)CommitSize, (void)InheritDisposition, (void)AllocationType;
    if (ProcessHandle != CURRENT_PROCESS)
        return STATUS_NOT_SUPPORTED;
    struct section *section = (struct section *)handle_object(SectionHandle, &section_type, 0, &status);
    if (!section)
        return status;
    uintptr_t base = (uintptr_t)*BaseAddress;
    size_t size = *ViewSize;
    status = map_view(section, &base, SectionOffset ? (uint64_t)SectionOffset->QuadPart : 0, &size, Win32Protect);
    object_release(&section->object);
    if (!status) {
        *BaseAddress = (PVOID)base;
        *ViewSize = size;
    }
    return status;
}
ZW(MapViewOfSection);

API(ntdll, NTSTATUS, NtUnmapViewOfSection, HANDLE ProcessHandle, PVOID BaseAddress) {
    return ProcessHandle == CURRENT_PROCESS ? unmap_view((uintptr_t)BaseAddress) : STATUS_NOT_SUPPORTED;
}
ZW(UnmapViewOfSection);
