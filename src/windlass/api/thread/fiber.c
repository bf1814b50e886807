/* Fibers ("Fibers"): stacks that the program switches between.
 *
 * Programs read the running fiber from TEB.FiberData, and its parameter from the first field behind it
 * (GetCurrentFiber, GetFiberData). A fiber has its own stack, its own FLS and its own calls from the host into Windows
 * code (thread->boundary); a fiber may go on on another thread than it stopped on. Microsoft's C run-time keeps errno,
 * strtok's place and the exception that a catch block handles in FLS, so these are the fiber's, too. */
#include "fiber.h"

#include <errno.h>
#include <sys/mman.h>

#include "local_storage.h"
#include "nt.h"
#include "thread_object.h"
#include "unwind.h"

enum {
    ERROR_ALREADY_FIBER = 1280,
    ERROR_ALREADY_THREAD = 1281,
    FIBER_FLAG_FLOAT_SWITCH = 1,
    HAS_FIBER_DATA = 0x4,                            /* in TEB.SameTebFlags */
    DEFAULT_STACK = 0x100000,
    HOST_STACK = 0x40000,
};

#define LARGEST_STACK ((SIZE_T)1 << 40)

typedef void(WINAPI *fiber_function)(PVOID parameter);

struct fiber {
    PVOID parameter;                                 /* GetFiberData reads it here */
    fiber_function function;                         /* NULL: a thread that was converted */
    void *stack_pointer;                             /* while it does not run */
    struct boundary *boundary;
    PVOID fls, crt, cxx, stack_base, stack_limit, deallocation_stack;
    ULONG guaranteed_bytes;
    void *mapping;                                   /* its stack with the guard page; NULL: the thread's own */
    size_t mapping_size;
    struct fiber *root;                              /* of the thread that runs it: the converted one */
};

void fiber_switch(void **saved, void *other);

static struct fiber *current_fiber(const TEB *teb) { return teb->SameTebFlags & HAS_FIBER_DATA ? teb->FiberData : NULL; }

/* ---- what of a thread belongs to the fiber ---- */

static void store(struct fiber *fiber, const struct thread *thread) {
    const TEB *teb = &thread->teb;
    fiber->boundary = thread->boundary;
    fiber->fls = teb->FlsData;
    fiber->crt = thread->crt;
    fiber->cxx = thread->cxx;
    fiber->stack_base = teb->StackBase;
    fiber->stack_limit = teb->StackLimit;
    fiber->deallocation_stack = teb->DeallocationStack;
    fiber->guaranteed_bytes = teb->GuaranteedStackBytes;
}

static void load(const struct fiber *fiber, struct thread *thread) {
    TEB *teb = &thread->teb;
    thread->boundary = fiber->boundary;
    for (struct boundary *boundary = fiber->boundary; boundary; boundary = boundary->previous)
        boundary->chain = &thread->boundary;
    teb->FlsData = fiber->fls;
    thread->crt = fiber->crt;
    thread->cxx = fiber->cxx;
    teb->StackBase = fiber->stack_base;
    teb->StackLimit = fiber->stack_limit;
    teb->DeallocationStack = fiber->deallocation_stack;
    teb->GuaranteedStackBytes = fiber->guaranteed_bytes;
    teb->FiberData = (PVOID)fiber;
}

void fiber_abandon(struct thread *thread) {
    struct fiber *fiber = current_fiber(&thread->teb);
    if (fiber && fiber->root && fiber != fiber->root)
        load(fiber->root, thread);
}

/* ---- conversion ---- */

API(kernel32 kernelbase, LPVOID, ConvertThreadToFiberEx, LPVOID lpParameter, DWORD dwFlags) {
    TEB *teb = teb_self();
    if (dwFlags & ~(DWORD)FIBER_FLAG_FLOAT_SWITCH)
        return set_last_error(ERROR_INVALID_PARAMETER), NULL;
    if (current_fiber(teb))
        return set_last_error(ERROR_ALREADY_FIBER), NULL;
    struct fiber *fiber = calloc(1, sizeof *fiber);
    if (!fiber)
        return set_last_error(ERROR_NOT_ENOUGH_MEMORY), NULL;
    fiber->parameter = lpParameter;
    fiber->root = fiber;
    teb->FiberData = fiber;
    teb->SameTebFlags |= HAS_FIBER_DATA;
    return fiber;
}

API(kernel32 kernelbase, LPVOID, ConvertThreadToFiber, LPVOID lpParameter) {
    return api_ConvertThreadToFiberEx(lpParameter, 0);
}

API(kernel32 kernelbase, BOOL, ConvertFiberToThread, void) {
    TEB *teb = teb_self();
    struct fiber *fiber = current_fiber(teb);
    if (!fiber)
        return fail(ERROR_ALREADY_THREAD);
    teb->SameTebFlags &= (USHORT)~HAS_FIBER_DATA;
    teb->FiberData = NULL;
    if (!fiber->mapping)
        free(fiber);                                 /* a fiber with a stack of its own is running on it */
    return TRUE;
}

API(kernel32 kernelbase, BOOL, IsThreadAFiber, void) { return current_fiber(teb_self()) != NULL; }

/* ---- creation ---- */

/* The first thing on a fiber's stack. When its function returns the thread ends ("CreateFiber function"); when it ends
 * by an exception, that is reported by the call that the thread itself is in. */
static void fiber_main(void) {
    struct fiber *fiber = teb_self()->FiberData;
    struct thread *thread = thread_self();
    struct call_result result;
    uint64_t slots[4] = {(uintptr_t)fiber->parameter};
    if (call_windows((const void *)fiber->function, slots, 1, &result, &thread->boundary) == 0)
        thread_exit_self(0, true);
    thread = thread_self();                          /* maybe another one by now */
    fiber_abandon(thread);
    if (!thread->boundary)
        windlass_fatal("an exception ended a fiber of a thread that no call is in");
    boundary_leave(thread->boundary);
}

/* What fiber_switch() finds on a stack that it has not left before. */
struct first_frame {
    uint32_t mxcsr, x87_control;
    uint64_t registers[6];
    void (*return_address)(void);
    uint64_t callers_return_address;
};

static bool make_stack(struct fiber *fiber, size_t size) {
    fiber->mapping_size = size + PAGE_SIZE;
    fiber->mapping = mmap(NULL, fiber->mapping_size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (fiber->mapping == MAP_FAILED)
        return false;
    forget_memory_poison(fiber->mapping, fiber->mapping_size); /* of another fiber's stack that was here */
    mprotect(fiber->mapping, PAGE_SIZE, PROT_NONE);
    char *lowest = (char *)fiber->mapping + PAGE_SIZE;
    fiber->stack_limit = fiber->deallocation_stack = lowest;
    fiber->stack_base = lowest + size;
    struct first_frame *frame = (struct first_frame *)(lowest + size - 64 - sizeof *frame); /* aligned to 16 */
    *frame = (struct first_frame){.mxcsr = 0x1f80, .x87_control = 0x27f, .return_address = fiber_main};
    fiber->stack_pointer = frame;
    return true;
}
_Static_assert(sizeof(struct first_frame) % 16 == 8, "fiber_main begins as after a call");

API(kernel32 kernelbase, LPVOID, CreateFiberEx, SIZE_T dwStackCommitSize, SIZE_T dwStackReserveSize, DWORD dwFlags,
    fiber_function lpStartAddress, LPVOID lpParameter) {
    SIZE_T size = dwStackReserveSize > dwStackCommitSize ? dwStackReserveSize : dwStackCommitSize;
    if (dwFlags & ~(DWORD)FIBER_FLAG_FLOAT_SWITCH)
        return set_last_error(ERROR_INVALID_PARAMETER), NULL;
    if (!dwStackReserveSize && size < DEFAULT_STACK)
        size = DEFAULT_STACK;
    struct fiber *fiber = calloc(1, sizeof *fiber);
    if (!fiber || size > LARGEST_STACK || !make_stack(fiber, ((size + 0xffff) & ~(SIZE_T)0xffff) + HOST_STACK)) {
        free(fiber);
        return set_last_error(ERROR_NOT_ENOUGH_MEMORY), NULL;
    }
    fiber->parameter = lpParameter;
    fiber->function = lpStartAddress;
    return fiber;
}

API(kernel32 kernelbase, LPVOID, CreateFiber, SIZE_T dwStackSize, fiber_function lpStartAddress, LPVOID lpParameter) {
    return api_CreateFiberEx(dwStackSize, 0, 0, lpStartAddress, lpParameter);
}

/* The running one: the thread ends. */
API(kernel32 kernelbase, void, DeleteFiber, LPVOID lpFiber) {
    struct fiber *fiber = lpFiber;
    if (fiber == current_fiber(teb_self()))
        thread_exit_self(1, true);
    fls_end(&fiber->fls);
    crt_thread_free(fiber->crt);
    cxx_thread_free(fiber->cxx);
    if (fiber->mapping)
        munmap(fiber->mapping, fiber->mapping_size);
    free(fiber);
}

/* ---- switching ---- */

API(kernel32 kernelbase, void, SwitchToFiber, LPVOID lpFiber) {
    struct thread *thread = thread_self();
    struct fiber *from = current_fiber(&thread->teb), *to = lpFiber;
    if (!from || from == to)
        return;
    store(from, thread);
    to->root = from->root;
    load(to, thread);
    fiber_switch(&from->stack_pointer, to->stack_pointer);
}
