/* Virtual memory ("Virtual Memory Functions"): core/memory.c does it, in another process as well (core/exchange.c). */
#include "memory.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "exchange.h"
#include "memory_elsewhere.h"
#include "nt.h"
#include "process_object.h"

/* STATUS_SUCCESS when the handle is for this process and grants the access. */
static NTSTATUS check_process(HANDLE process, ACCESS_MASK access) {
    NTSTATUS status;
    struct object *object = handle_object(process, &process_type, access, &status);
    if (object && object != current_process_object())
        status = STATUS_ACCESS_DENIED;
    object_release(object);
    return status;
}

/* Commits what lies in a view; STATUS_CONFLICTING_ADDRESSES: in none (mapping.c). */
NTSTATUS mapping_commit(uintptr_t *base, size_t *size);

enum { PROCESS_VM_OPERATION = 8, PROCESS_VM_READ = 0x10, PROCESS_VM_WRITE = 0x20 };

static NTSTATUS perform_here(struct memory_request *request) {
    NTSTATUS status = memory_perform(request);
    bool may_be_view = request->operation == MEMORY_ALLOCATE && request->type == MEM_COMMIT && request->base;
    return status == STATUS_CONFLICTING_ADDRESSES && may_be_view ? mapping_commit(&request->base, &request->size) : status;
}

/* In the process that the handle is for; what has come of it in the request. */
static NTSTATUS perform(HANDLE handle, struct memory_request *request) {
    NTSTATUS status;
    struct object *process = handle_object(handle, &process_type, PROCESS_VM_OPERATION, &status);
    if (process)
        status = process == current_process_object() ? perform_here(request)
                                                     : exchange_memory((struct process_object *)process, request);
    object_release(process);
    return status;
}

/* ---- NT ---- */

API(ntdll, NTSTATUS, NtAllocateVirtualMemory, HANDLE ProcessHandle, PVOID *BaseAddress, ULONG_PTR ZeroBits,
    PSIZE_T RegionSize, ULONG AllocationType, ULONG Protect) {
    struct memory_request request = {.operation = MEMORY_ALLOCATE, .base = (uintptr_t)*BaseAddress,
                                     .size = *RegionSize, .type = AllocationType, .protect = Protect};
    if (ZeroBits > 21 && ZeroBits < 32)
        return STATUS_INVALID_PARAMETER_3;
    if (ZeroBits)                                    /* high bits that must be zero, or a mask of usable ones */
        request.high = ZeroBits < 32 ? (uintptr_t)1 << (32 - ZeroBits) : ZeroBits + 1;
    NTSTATUS status = perform(ProcessHandle, &request);
    if (NT_SUCCESS(status)) {
        *BaseAddress = (PVOID)request.base;
        *RegionSize = request.size;
    }
    return status;
}

API(ntdll, NTSTATUS, NtFreeVirtualMemory, HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
    ULONG FreeType) {
    struct memory_request request = {.operation = MEMORY_FREE, .base = (uintptr_t)*BaseAddress, .size = *RegionSize,
                                     .type = FreeType};
    NTSTATUS status = perform(ProcessHandle, &request);
    if (NT_SUCCESS(status)) {
        *BaseAddress = (PVOID)request.base;
        *RegionSize = request.size;
    }
    return status;
}

API(ntdll, NTSTATUS, NtProtectVirtualMemory, HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
    ULONG NewProtect, PULONG OldProtect) {
    if (!OldProtect)
        return STATUS_ACCESS_VIOLATION;
    struct memory_request request = {.operation = MEMORY_PROTECT, .base = (uintptr_t)*BaseAddress, .size = *RegionSize,
                                     .protect = NewProtect};
    NTSTATUS status = perform(ProcessHandle, &request);
    if (NT_SUCCESS(status)) {
        *BaseAddress = (PVOID)request.base;
        *RegionSize = request.size;
        *OldProtect = request.was;
    }
    return status;
}

enum { MemoryBasicInformation, MemoryWorkingSetList, MemoryMappedFilenameInformation, MemoryRegionInformation,
       MemoryWorkingSetExInformation };

typedef struct { PVOID AllocationBase; ULONG AllocationProtect, RegionType; SIZE_T RegionSize; } MEMORY_REGION_INFORMATION;

static NTSTATUS query_region(uintptr_t address, MEMORY_REGION_INFORMATION *information) {
    MEMORY_BASIC_INFORMATION part;
    if (!memory_query(address, &part) || part.State == MEM_FREE)
        return STATUS_INVALID_ADDRESS;
    uintptr_t base = (uintptr_t)part.AllocationBase, end = (uintptr_t)part.BaseAddress + part.RegionSize;
    *information = (MEMORY_REGION_INFORMATION){part.AllocationBase, part.AllocationProtect, 0, 0};
    while (memory_query(end, &part) && (uintptr_t)part.AllocationBase == base)
        end = (uintptr_t)part.BaseAddress + part.RegionSize;
    information->RegionSize = end - base;
    return STATUS_SUCCESS;
}

static NTSTATUS query_basic(HANDLE handle, uintptr_t address, MEMORY_BASIC_INFORMATION *information) {
    enum { PROCESS_QUERY_INFORMATION = 0x400 };
    NTSTATUS status;
    struct object *object = handle_object(handle, &process_type, PROCESS_QUERY_INFORMATION, &status);
    if (!object)
        return status;
    pid_t other = ((struct process_object *)object)->id;
    object_release(object);
    if (other)
        return memory_query_elsewhere(other, address, information);
    return memory_query(address, information) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

API_USE(BOOL, K32QueryWorkingSet, HANDLE, PVOID, DWORD);

/* MEMORY_WORKING_SET_INFORMATION is what QueryWorkingSet gives. */
static NTSTATUS query_working_set(HANDLE process, PVOID information, SIZE_T size) {
    if (api_K32QueryWorkingSet(process, information, size < UINT32_MAX ? (DWORD)size : UINT32_MAX))
        return STATUS_SUCCESS;
    DWORD error = teb_self()->LastErrorValue;
    return error == ERROR_BAD_LENGTH      ? STATUS_INFO_LENGTH_MISMATCH
           : error == ERROR_NOT_SUPPORTED ? STATUS_NOT_SUPPORTED
                                          : STATUS_ACCESS_DENIED;
}

API(ntdll, NTSTATUS, NtQueryVirtualMemory, HANDLE ProcessHandle, PVOID BaseAddress, ULONG MemoryInformationClass,
    PVOID MemoryInformation, SIZE_T MemoryInformationLength, PSIZE_T ReturnLength) {
    size_t size;
    switch (MemoryInformationClass) {
    case MemoryBasicInformation: size = sizeof(MEMORY_BASIC_INFORMATION); break;
    case MemoryWorkingSetList: size = sizeof(ULONG_PTR); break;
    case MemoryRegionInformation: size = sizeof(MEMORY_REGION_INFORMATION); break;
    default: return STATUS_INVALID_INFO_CLASS;
    }
    if (MemoryInformationLength < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status;
    if (MemoryInformationClass == MemoryWorkingSetList)
        return query_working_set(ProcessHandle, MemoryInformation, MemoryInformationLength);
    if (MemoryInformationClass == MemoryBasicInformation)
        status = query_basic(ProcessHandle, (uintptr_t)BaseAddress, MemoryInformation);
    else if (NT_SUCCESS(status = check_process(ProcessHandle, 0)))
        status = query_region((uintptr_t)BaseAddress, MemoryInformation);
    if (NT_SUCCESS(status) && ReturnLength)
        *ReturnLength = size;
    return status;
}

/* ---- Win32 ---- */

API(kernel32 kernelbase, LPVOID, VirtualAllocEx, HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
    DWORD flAllocationType, DWORD flProtect) {
    PVOID base = lpAddress;
    if (lpAddress && (uintptr_t)lpAddress < USER_SPACE_BEGIN)
        return set_last_error(ERROR_INVALID_PARAMETER), NULL;
    NTSTATUS status = api_NtAllocateVirtualMemory(hProcess, &base, 0, &dwSize, flAllocationType, flProtect);
    return succeed_or_fail(status) ? base : NULL;
}

API(kernel32 kernelbase, LPVOID, VirtualAlloc, LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType,
    DWORD flProtect) {
    return api_VirtualAllocEx(CURRENT_PROCESS, lpAddress, dwSize, flAllocationType, flProtect);
}

API(kernel32 kernelbase, LPVOID, VirtualAllocExNuma, HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize,
    DWORD flAllocationType, DWORD flProtect, DWORD nndPreferred) {
    (void)nndPreferred;
    return api_VirtualAllocEx(hProcess, lpAddress, dwSize, flAllocationType, flProtect);
}

API(kernelbase, LPVOID, VirtualAllocFromApp, LPVOID lpAddress, SIZE_T dwSize, ULONG flAllocationType,
    ULONG flProtect) {
    return api_VirtualAlloc(lpAddress, dwSize, flAllocationType, flProtect);
}

/* MEM_EXTENDED_PARAMETER; of its types only the address requirements mean something here. */
typedef struct { DWORD64 Type; PVOID Pointer; } MEM_EXTENDED_PARAMETER;
typedef struct { PVOID LowestStartingAddress, HighestEndingAddress; SIZE_T Alignment; } MEM_ADDRESS_REQUIREMENTS;
enum { MemExtendedParameterAddressRequirements = 1, TYPE_MASK = 0xff };

static bool are_good(const MEM_ADDRESS_REQUIREMENTS *wanted) {
    SIZE_T alignment = wanted->Alignment;
    return (alignment & (alignment - 1)) == 0 && (!alignment || alignment >= ALLOCATION_GRANULARITY) &&
           (uintptr_t)wanted->LowestStartingAddress % ALLOCATION_GRANULARITY == 0;
}

API(ntdll, NTSTATUS, NtAllocateVirtualMemoryEx, HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
    ULONG AllocationType, ULONG PageProtection, const MEM_EXTENDED_PARAMETER *ExtendedParameters,
    ULONG ExtendedParameterCount) {
    MEM_ADDRESS_REQUIREMENTS wanted = {NULL, NULL, 0};
    for (ULONG i = 0; i < ExtendedParameterCount; i++)
        if ((ExtendedParameters[i].Type & TYPE_MASK) == MemExtendedParameterAddressRequirements)
            wanted = *(const MEM_ADDRESS_REQUIREMENTS *)ExtendedParameters[i].Pointer;
    if (!are_good(&wanted))
        return STATUS_INVALID_PARAMETER;
    struct memory_request request = {.operation = MEMORY_ALLOCATE, .base = (uintptr_t)*BaseAddress,
                                     .size = *RegionSize, .type = AllocationType, .protect = PageProtection,
                                     .low = (uintptr_t)wanted.LowestStartingAddress, .alignment = wanted.Alignment};
    if (wanted.HighestEndingAddress)
        request.high = (uintptr_t)wanted.HighestEndingAddress + 1;
    NTSTATUS status = perform(ProcessHandle, &request);
    if (NT_SUCCESS(status)) {
        *BaseAddress = (PVOID)request.base;
        *RegionSize = request.size;
    }
    return status;
}

API(kernelbase, LPVOID, VirtualAlloc2, HANDLE Process, PVOID BaseAddress, SIZE_T Size, ULONG AllocationType,
    ULONG PageProtection, MEM_EXTENDED_PARAMETER *ExtendedParameters, ULONG ParameterCount) {
    PVOID base = BaseAddress;
    NTSTATUS status = api_NtAllocateVirtualMemoryEx(Process ? Process : CURRENT_PROCESS, &base, &Size, AllocationType,
                                                    PageProtection, ExtendedParameters, ParameterCount);
    return succeed_or_fail(status) ? base : NULL;
}
API_ALIAS(api_VirtualAlloc2, from_app, kernelbase, "VirtualAlloc2FromApp");

/* "VirtualFree function": with MEM_RELEASE the size must be 0. */
API(kernel32 kernelbase, BOOL, VirtualFreeEx, HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType) {
    if (dwFreeType == MEM_RELEASE && dwSize)
        return fail(ERROR_INVALID_PARAMETER);
    return succeed_or_fail(api_NtFreeVirtualMemory(hProcess, &lpAddress, &dwSize, dwFreeType));
}

API(kernel32 kernelbase, BOOL, VirtualFree, LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType) {
    return api_VirtualFreeEx(CURRENT_PROCESS, lpAddress, dwSize, dwFreeType);
}

API(kernel32 kernelbase, BOOL, VirtualProtectEx, HANDLE hProcess, LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
    PDWORD lpflOldProtect) {
    return succeed_or_fail(api_NtProtectVirtualMemory(hProcess, &lpAddress, &dwSize, flNewProtect, lpflOldProtect));
}

API(kernel32 kernelbase, BOOL, VirtualProtect, LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
    PDWORD lpflOldProtect) {
    return api_VirtualProtectEx(CURRENT_PROCESS, lpAddress, dwSize, flNewProtect, lpflOldProtect);
}
API_ALIAS(api_VirtualProtect, from_app, kernelbase, "VirtualProtectFromApp");

API(kernel32 kernelbase, SIZE_T, VirtualQueryEx, HANDLE hProcess, LPCVOID lpAddress,
    MEMORY_BASIC_INFORMATION *lpBuffer, SIZE_T dwLength) {
    SIZE_T size = 0;
    succeed_or_fail(api_NtQueryVirtualMemory(hProcess, (PVOID)lpAddress, MemoryBasicInformation, lpBuffer, dwLength,
                                             &size));
    return size;
}

API(kernel32 kernelbase, SIZE_T, VirtualQuery, LPCVOID lpAddress, MEMORY_BASIC_INFORMATION *lpBuffer,
    SIZE_T dwLength) {
    return api_VirtualQueryEx(CURRENT_PROCESS, lpAddress, lpBuffer, dwLength);
}

API(kernel32 kernelbase, SIZE_T, GetLargePageMinimum, void) { return 0x200000; }

/* ---- resident pages ---- */

static bool page_range(LPVOID address, SIZE_T size, uintptr_t *begin, size_t *length) {
    uintptr_t end = (uintptr_t)address + size;
    *begin = (uintptr_t)address & ~(uintptr_t)(PAGE_SIZE - 1);
    *length = ((end + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1)) - *begin;
    return size != 0 && end > (uintptr_t)address;
}

API(kernel32 kernelbase, BOOL, VirtualLock, LPVOID lpAddress, SIZE_T dwSize) {
    enum { ERROR_WORKING_SET_QUOTA = 1453 };
    uintptr_t begin;
    size_t length;
    if (!page_range(lpAddress, dwSize, &begin, &length))
        return fail(ERROR_INVALID_PARAMETER);
    if (mlock((void *)begin, length) == 0)
        return TRUE;
    return fail(errno == ENOMEM && msync((void *)begin, length, MS_ASYNC) ? ERROR_NOACCESS : ERROR_WORKING_SET_QUOTA);
}

API(kernel32 kernelbase, BOOL, VirtualUnlock, LPVOID lpAddress, SIZE_T dwSize) {
    uintptr_t begin;
    size_t length;
    if (!page_range(lpAddress, dwSize, &begin, &length))
        return fail(ERROR_INVALID_PARAMETER);
    return munlock((void *)begin, length) == 0 ? TRUE : fail(ERROR_NOT_LOCKED);
}

enum { MAP_PROCESS = 1, MAP_SYSTEM = 2 };

static NTSTATUS lock_pages(HANDLE process, PVOID *address, PSIZE_T size, ULONG kind, bool lock) {
    uintptr_t begin;
    size_t length;
    NTSTATUS status = check_process(process, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (!(kind & (MAP_PROCESS | MAP_SYSTEM)) || !page_range(*address, *size, &begin, &length))
        return STATUS_INVALID_PARAMETER;
    *address = (PVOID)begin;
    *size = length;
    if (lock ? mlock((void *)begin, length) : munlock((void *)begin, length))
        return lock ? (NTSTATUS)0xC00000A1 /* STATUS_WORKING_SET_QUOTA */ : STATUS_NOT_LOCKED;
    return STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtLockVirtualMemory, HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize, ULONG MapType) {
    return lock_pages(ProcessHandle, BaseAddress, RegionSize, MapType, true);
}

API(ntdll, NTSTATUS, NtUnlockVirtualMemory, HANDLE ProcessHandle, PVOID *BaseAddress, PSIZE_T RegionSize,
    ULONG MapType) {
    return lock_pages(ProcessHandle, BaseAddress, RegionSize, MapType, false);
}

typedef struct { PVOID VirtualAddress; SIZE_T NumberOfBytes; } MEMORY_RANGE;

/* A hint: what cannot be fetched is none of the caller's worries. */
/* Ranges of this process; the information is flags, of which there are none ("PrefetchVirtualMemory function"). */
static NTSTATUS prefetch(HANDLE process, ULONG_PTR count, const MEMORY_RANGE *ranges, ULONG flags) {
    NTSTATUS status = check_process(process, 0);
    if (!NT_SUCCESS(status))
        return status;
    if (flags || !count)
        return STATUS_INVALID_PARAMETER;
    for (ULONG_PTR i = 0; i < count; i++) {
        uintptr_t begin;
        size_t length;
        if (page_range(ranges[i].VirtualAddress, ranges[i].NumberOfBytes, &begin, &length))
            madvise((void *)begin, length, MADV_WILLNEED);
    }
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, PrefetchVirtualMemory, HANDLE hProcess, ULONG_PTR NumberOfEntries,
    MEMORY_RANGE *VirtualAddresses, ULONG Flags) {
    return succeed_or_fail(prefetch(hProcess, NumberOfEntries, VirtualAddresses, Flags));
}

API(ntdll, NTSTATUS, NtSetInformationVirtualMemory, HANDLE ProcessHandle, int VmInformationClass,
    ULONG_PTR NumberOfEntries, MEMORY_RANGE *VirtualAddresses, PVOID VmInformation, ULONG VmInformationLength) {
    enum { VmPrefetchInformation = 0 };
    if (VmInformationClass != VmPrefetchInformation)
        return STATUS_INVALID_PARAMETER_2;
    if (!VmInformation)
        return STATUS_INVALID_PARAMETER_5;
    if (VmInformationLength != sizeof(ULONG))
        return STATUS_INVALID_PARAMETER_6;
    return prefetch(ProcessHandle, NumberOfEntries, VirtualAddresses, *(const ULONG *)VmInformation);
}

static bool is_committed(LPVOID address, SIZE_T size) {
    MEMORY_BASIC_INFORMATION information;
    return memory_query((uintptr_t)address, &information) && information.State == MEM_COMMIT &&
           information.Type == MEM_PRIVATE && (char *)information.BaseAddress + information.RegionSize >=
           (char *)address + size;
}

static bool is_page_range(LPVOID address, SIZE_T size) {
    return (uintptr_t)address % PAGE_SIZE == 0 && size % PAGE_SIZE == 0 && size;
}

/* The contents may go, and are indeterminate from now on. */
API(kernel32 kernelbase, DWORD, DiscardVirtualMemory, PVOID VirtualAddress, SIZE_T Size) {
    if (!is_page_range(VirtualAddress, Size) || !is_committed(VirtualAddress, Size))
        return ERROR_INVALID_PARAMETER;
    return madvise(VirtualAddress, Size, MADV_DONTNEED) == 0 ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

/* Offered memory is kept: reclaiming always finds its contents. */
API(kernel32 kernelbase, DWORD, OfferVirtualMemory, PVOID VirtualAddress, SIZE_T Size, DWORD Priority) {
    enum { VmOfferPriorityVeryLow = 1, VmOfferPriorityNormal = 4 };
    if (Priority < VmOfferPriorityVeryLow || Priority > VmOfferPriorityNormal ||
        !is_page_range(VirtualAddress, Size) || !is_committed(VirtualAddress, Size))
        return ERROR_INVALID_PARAMETER;
    return ERROR_SUCCESS;
}

API(kernel32 kernelbase, DWORD, ReclaimVirtualMemory, const void *VirtualAddress, SIZE_T Size) {
    if (!is_page_range((LPVOID)VirtualAddress, Size) || !is_committed((LPVOID)VirtualAddress, Size))
        return ERROR_INVALID_PARAMETER;
    return ERROR_SUCCESS;
}

/* ---- write watch ----
 *
 * "GetWriteWatch function". Writes are not observed: every committed page counts as written to. Garbage collectors,
 * which use this, then scan more than they need to and stay correct. */

API(kernel32 kernelbase, UINT, GetWriteWatch, DWORD dwFlags, PVOID lpBaseAddress, SIZE_T dwRegionSize,
    PVOID *lpAddresses, ULONG_PTR *lpdwCount, LPDWORD lpdwGranularity) {
    uintptr_t at = (uintptr_t)lpBaseAddress, end = at + dwRegionSize;
    ULONG_PTR count = 0;
    if (dwFlags > 1 || !lpAddresses || !lpdwCount || !lpdwGranularity || !memory_region_base(at, MEM_PRIVATE)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return (UINT)-1;
    }
    while (at < end && count < *lpdwCount) {
        MEMORY_BASIC_INFORMATION part;
        if (!memory_query(at, &part))
            break;
        uintptr_t part_end = (uintptr_t)part.BaseAddress + part.RegionSize;
        for (; part.State == MEM_COMMIT && at < part_end && at < end && count < *lpdwCount; at += PAGE_SIZE)
            lpAddresses[count++] = (PVOID)at;
        at = part.State == MEM_COMMIT ? at : part_end;
    }
    *lpdwCount = count;
    *lpdwGranularity = PAGE_SIZE;
    return 0;
}

API(kernel32 kernelbase, UINT, ResetWriteWatch, LPVOID lpBaseAddress, SIZE_T dwRegionSize) {
    (void)dwRegionSize;
    if (memory_region_base((uintptr_t)lpBaseAddress, MEM_PRIVATE))
        return 0;
    set_last_error(ERROR_INVALID_PARAMETER);
    return (UINT)-1;
}

API(ntdll, NTSTATUS, NtGetWriteWatch, HANDLE ProcessHandle, ULONG Flags, PVOID BaseAddress, SIZE_T RegionSize,
    PVOID *UserAddressArray, ULONG_PTR *EntriesInUserAddressArray, PULONG Granularity) {
    (void)ProcessHandle; /* the caller's own alone can be watched */
    return api_GetWriteWatch(Flags, BaseAddress, RegionSize, UserAddressArray, EntriesInUserAddressArray, Granularity)
               ? STATUS_INVALID_PARAMETER
               : STATUS_SUCCESS;
}

API(ntdll, NTSTATUS, NtResetWriteWatch, HANDLE ProcessHandle, PVOID BaseAddress, SIZE_T RegionSize) {
    (void)ProcessHandle;
    return api_ResetWriteWatch(BaseAddress, RegionSize) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

/* ---- memory of processes ---- */

/* Copies as far as the memory can be reached; the kernel checks both sides. */
static ssize_t copy_from(pid_t process, const void *from, void *to, size_t size) {
    struct iovec local = {to, size}, remote = {(void *)from, size};
    return process_vm_readv(process, &local, 1, &remote, 1, 0);
}

static ssize_t copy_to(pid_t process, void *to, const void *from, size_t size) {
    struct iovec local = {(void *)from, size}, remote = {to, size};
    return process_vm_writev(process, &local, 1, &remote, 1, 0);
}

/* Whose memory is meant, and whether Windows code runs there. */
struct memory_owner {
    pid_t id;
    bool is_windows;
};

static NTSTATUS process_of(HANDLE handle, ACCESS_MASK access, struct memory_owner *owner) {
    NTSTATUS status;
    struct object *object = handle_object(handle, &process_type, access, &status);
    if (object) {
        const struct process_object *process = (struct process_object *)object;
        *owner = (struct memory_owner){process_id(process), !process->id || process->block};
    }
    object_release(object);
    return status;
}

/* A process of the host's has no PEB to begin from: it is refused like the system's own processes are, so that programs
 * ask in other ways, and do not take the process for one that is still starting. */
static NTSTATUS copied(const struct memory_owner *owner, ssize_t done, SIZE_T wanted, PSIZE_T count) {
    if (count)
        *count = done > 0 ? (SIZE_T)done : 0;
    if (done == (ssize_t)wanted)
        return STATUS_SUCCESS;
    bool is_refused = done < 0 && (errno == EPERM || errno == ESRCH || !owner->is_windows);
    return is_refused ? STATUS_ACCESS_DENIED : STATUS_PARTIAL_COPY;
}

API(ntdll, NTSTATUS, NtReadVirtualMemory, HANDLE ProcessHandle, LPCVOID BaseAddress, PVOID Buffer, SIZE_T BufferSize,
    PSIZE_T NumberOfBytesRead) {
    struct memory_owner owner = {0};
    NTSTATUS status = process_of(ProcessHandle, PROCESS_VM_READ, &owner);
    if (!NT_SUCCESS(status))
        return status;
    return copied(&owner, copy_from(owner.id, BaseAddress, Buffer, BufferSize), BufferSize, NumberOfBytesRead);
}

API(ntdll, NTSTATUS, NtWriteVirtualMemory, HANDLE ProcessHandle, PVOID BaseAddress, LPCVOID Buffer, SIZE_T BufferSize,
    PSIZE_T NumberOfBytesWritten) {
    struct memory_owner owner = {0};
    NTSTATUS status = process_of(ProcessHandle, PROCESS_VM_WRITE, &owner);
    if (!NT_SUCCESS(status))
        return status;
    return copied(&owner, copy_to(owner.id, BaseAddress, Buffer, BufferSize), BufferSize, NumberOfBytesWritten);
}

API(kernel32 kernelbase, BOOL, ReadProcessMemory, HANDLE hProcess, LPCVOID lpBaseAddress, LPVOID lpBuffer,
    SIZE_T nSize, PSIZE_T lpNumberOfBytesRead) {
    return succeed_or_fail(api_NtReadVirtualMemory(hProcess, lpBaseAddress, lpBuffer, nSize, lpNumberOfBytesRead));
}

/* Pages that are read-only are made writable for the moment ("WriteProcessMemory function" leaves that to the caller;
 * Windows does it for code). */
API(kernel32 kernelbase, BOOL, WriteProcessMemory, HANDLE hProcess, LPVOID lpBaseAddress, LPCVOID lpBuffer,
    SIZE_T nSize, PSIZE_T lpNumberOfBytesWritten) {
    NTSTATUS status = api_NtWriteVirtualMemory(hProcess, lpBaseAddress, lpBuffer, nSize, lpNumberOfBytesWritten);
    DWORD was;
    if (status == STATUS_PARTIAL_COPY && api_VirtualProtectEx(hProcess, lpBaseAddress, nSize, PAGE_EXECUTE_READWRITE,
                                                              &was)) {
        status = api_NtWriteVirtualMemory(hProcess, lpBaseAddress, lpBuffer, nSize, lpNumberOfBytesWritten);
        api_VirtualProtectEx(hProcess, lpBaseAddress, nSize, was, &was);
    }
    return NT_SUCCESS(status) ? TRUE : fail(ERROR_NOACCESS);
}

API(ntdll, NTSTATUS, NtFlushInstructionCache, HANDLE ProcessHandle, PVOID BaseAddress, SIZE_T Length) {
    NTSTATUS status;
    (void)BaseAddress, (void)Length;                 /* x86 processors see to it */
    struct object *object = handle_object(ProcessHandle, &process_type, 0, &status);
    object_release(object);
    return status;
}

API(kernel32 kernelbase, BOOL, FlushInstructionCache, HANDLE hProcess, LPCVOID lpBaseAddress, SIZE_T dwSize) {
    return succeed_or_fail(api_NtFlushInstructionCache(hProcess, (PVOID)lpBaseAddress, dwSize));
}

/* ---- IsBadReadPtr and its like ("TRUE": the memory is bad) ---- */

/* Whether each page of the range can be read, or also written. */
static bool can_access(const volatile char *from, size_t size, bool write) {
    struct fault_guard guard;
    if (size == 0)
        return true;
    if ((uintptr_t)from + size - 1 < (uintptr_t)from)
        return false;
    if (fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    const volatile char *last = from + size - 1;
    for (const volatile char *at = from;; at += PAGE_SIZE) {
        if (at > last)
            at = last;
        char value = *at;
        if (write)
            __atomic_fetch_or((volatile char *)at, 0, __ATOMIC_RELAXED);
        (void)value;
        if (at == last)
            break;
    }
    fault_guard_leave(&guard);
    return true;
}

API(kernel32 kernelbase, BOOL, IsBadReadPtr, LPCVOID lp, UINT_PTR ucb) { return !can_access(lp, ucb, false); }
API_ALIAS(api_IsBadReadPtr, huge, kernel32, "IsBadHugeReadPtr");
API(kernel32 kernelbase, BOOL, IsBadWritePtr, LPVOID lp, UINT_PTR ucb) { return !can_access(lp, ucb, true); }
API_ALIAS(api_IsBadWritePtr, huge, kernel32, "IsBadHugeWritePtr");
API(kernel32 kernelbase, BOOL, IsBadCodePtr, LPCVOID lpfn) { return !can_access(lpfn, 1, false); }

static bool can_read_string(const volatile char *text, size_t most, size_t unit) {
    struct fault_guard guard;
    if (fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    for (size_t i = 0; i < most; i++) {
        const volatile char *at = text + i * unit;
        if (unit == 1 ? *at == 0 : *(const volatile WCHAR *)at == 0)
            break;
    }
    fault_guard_leave(&guard);
    return true;
}

API(kernel32 kernelbase, BOOL, IsBadStringPtrA, LPCSTR lpsz, UINT_PTR ucchMax) {
    return !can_read_string(lpsz, ucchMax, sizeof(CHAR));
}

API(kernel32 kernelbase, BOOL, IsBadStringPtrW, LPCWSTR lpsz, UINT_PTR ucchMax) {
    return !can_read_string((const volatile char *)lpsz, ucchMax, sizeof(WCHAR));
}

/* ---- working sets: what the program wishes is noted, what Linux does is its own affair ---- */

static SIZE_T minimum_working_set = 0x32000, maximum_working_set = 0x159000; /* Windows' defaults */

API(kernel32 kernelbase, BOOL, GetProcessWorkingSetSizeEx, HANDLE hProcess, PSIZE_T lpMinimumWorkingSetSize,
    PSIZE_T lpMaximumWorkingSetSize, PDWORD Flags) {
    enum { MIN_DISABLE = 2, MAX_DISABLE = 8 };
    NTSTATUS status = check_process(hProcess, 0);
    if (!NT_SUCCESS(status))
        return fail(win32_from_status(status));
    *lpMinimumWorkingSetSize = minimum_working_set;
    *lpMaximumWorkingSetSize = maximum_working_set;
    if (Flags)
        *Flags = MIN_DISABLE | MAX_DISABLE;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, GetProcessWorkingSetSize, HANDLE hProcess, PSIZE_T lpMinimumWorkingSetSize,
    PSIZE_T lpMaximumWorkingSetSize) {
    return api_GetProcessWorkingSetSizeEx(hProcess, lpMinimumWorkingSetSize, lpMaximumWorkingSetSize, NULL);
}

API(kernel32 kernelbase, BOOL, SetProcessWorkingSetSizeEx, HANDLE hProcess, SIZE_T dwMinimumWorkingSetSize,
    SIZE_T dwMaximumWorkingSetSize, DWORD Flags) {
    NTSTATUS status = check_process(hProcess, 0);
    (void)Flags;
    if (!NT_SUCCESS(status))
        return fail(win32_from_status(status));
    if (dwMinimumWorkingSetSize == (SIZE_T)-1 && dwMaximumWorkingSetSize == (SIZE_T)-1)
        return TRUE;                                 /* empty it */
    if (dwMinimumWorkingSetSize > dwMaximumWorkingSetSize)
        return fail(ERROR_INVALID_PARAMETER);
    minimum_working_set = dwMinimumWorkingSetSize;
    maximum_working_set = dwMaximumWorkingSetSize;
    return TRUE;
}

API(kernel32 kernelbase, BOOL, SetProcessWorkingSetSize, HANDLE hProcess, SIZE_T dwMinimumWorkingSetSize,
    SIZE_T dwMaximumWorkingSetSize) {
    return api_SetProcessWorkingSetSizeEx(hProcess, dwMinimumWorkingSetSize, dwMaximumWorkingSetSize, 0);
}

API_AS(api_K32EmptyWorkingSet, kernel32 kernelbase, BOOL, "K32EmptyWorkingSet", HANDLE hProcess) {
    return succeed_or_fail(check_process(hProcess, 0));
}
API_ALIAS(api_K32EmptyWorkingSet, psapi_name, psapi kernelbase, "EmptyWorkingSet");

/* "FlushProcessWriteBuffers function": every other thread of the process has passed a barrier when it returns. */
API(kernel32 kernelbase, void, FlushProcessWriteBuffers, void) {
    static atomic_bool is_registered;
    if (!atomic_load(&is_registered)) {
        syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
        atomic_store(&is_registered, true);
    }
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
        syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}
API_ALIAS(api_FlushProcessWriteBuffers, nt, ntdll, "NtFlushProcessWriteBuffers");
