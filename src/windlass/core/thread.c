/* Windows threads are host threads with a TEB.
 *
 * glibc owns FS; Windows code finds its TEB through GS, which nothing on Linux uses. A thread gets its TEB when it first
 * enters Windows code, whoever created it. A new pthread and a fork child inherit their creator's GS base, so "GS is
 * set" proves nothing: the thread-local pointer below does. */
#include <asm/prctl.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "local_storage.h"
#include "memory.h"
#include "thread_object.h"

__thread struct thread *current_thread_or_null;

/* All threads that have a TEB: static TLS is given to each when a module is loaded. */
static pthread_mutex_t thread_list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct thread *thread_list;

void (*activation_hook)(uint64_t handle, bool begins);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;

void windlass_fatal(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("windlass: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

void thread_list_acquire(void) { pthread_mutex_lock(&thread_list_lock); }
void thread_list_release(void) { pthread_mutex_unlock(&thread_list_lock); }
struct thread *thread_list_head(void) { return thread_list; }

void thread_list_remove(struct thread *thread) {
    thread_list_acquire();
    if (thread->next)
        thread->next->previous = thread->previous;
    if (thread->previous)
        thread->previous->next = thread->next;
    else
        thread_list = thread->next;
    thread_list_release();
}

static void set_gs(void *base) {
    if (getauxval(AT_HWCAP2) & 2)                   /* the kernel lets user code write the GS base */
        __asm__ volatile("wrgsbase %0" ::"r"(base));
    else if (syscall(SYS_arch_prctl, ARCH_SET_GS, base))
        windlass_fatal("arch_prctl(ARCH_SET_GS): %s", strerror(errno));
}

/* The main thread's stack as the kernel lays it out: strings at its top, among them the program's name, and a limit to
 * its size. */
static bool main_stack(void **lowest, size_t *size) {
    enum { PAGE = 4096, USUAL = 8 << 20, LARGEST = 1 << 30 };
    const char *name = (const char *)getauxval(AT_EXECFN);
    struct rlimit limit;
    if (getpid() != syscall(SYS_gettid) || !name)
        return false;
    bool known = getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur <= LARGEST;
    *size = known ? limit.rlim_cur & -PAGE : USUAL;
    *lowest = (char *)(((uintptr_t)name + strlen(name) + PAGE) & -PAGE) - *size;
    return true;
}

/* The C library reads /proc/self/maps for the main thread, which a container may not have. */
static bool stack_of_thread(void **lowest, size_t *size) {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes))
        return main_stack(lowest, size);
    pthread_attr_getstack(&attributes, lowest, size);
    pthread_attr_destroy(&attributes);
    return true;
}

/* The real bounds: __chkstk and unwinders read them. */
static void set_stack_bounds(TEB *teb) {
    void *lowest;
    size_t size;
    if (!stack_of_thread(&lowest, &size))
        windlass_fatal("the system does not tell where this thread's stack lies");
    teb->StackBase = (char *)lowest + size;
    teb->StackLimit = lowest;
    teb->DeallocationStack = lowest;
}

static void set_identity(TEB *teb) {
    teb->ProcessId = (HANDLE)(uintptr_t)getpid();
    teb->ThreadId = (HANDLE)(uintptr_t)syscall(SYS_gettid);
}

/* In a fork child the only thread keeps its memory, stack and GS; the others' records are dead weight that static TLS
 * must not visit. */
static void after_fork_in_child(void) {
    struct thread *self = current_thread_or_null;
    pthread_mutex_init(&thread_list_lock, NULL);
    for (struct thread *thread = thread_list; thread; thread = thread->next)
        if (thread != self)
            thread_object_end(thread);
    thread_list = self;
    if (!self)
        return;
    self->next = self->previous = NULL;
    set_identity(&self->teb);
    if (self->object)
        self->object->id = (DWORD)(uintptr_t)self->teb.ThreadId;
}

static void thread_exit(void *value) {
    struct thread *thread = value;
    loader_lock_release_all(thread);
    if (thread->in_python)
        loader_lock_abandon();
    if (!thread->terminated && !thread->in_python) { /* Python, at its end, ends threads that come back to it */
        fls_end(&thread->teb.FlsData);
        modules_notify_thread(DLL_THREAD_DETACH);
        /* What the DLLs stored meanwhile; but a DLL may have terminated a thread that waited for the loader lock here,
         * and be gone with its callbacks. */
        if (!thread->object || !thread->object->terminate)
            fls_end(&thread->teb.FlsData);
    }
    thread_list_remove(thread);
    if (thread->has_activations)
        activation_hook(thread->first_activation, false);
    message_queue_free(thread->messages);            /* and its windows: gone when others see that the thread is */
    thread_object_end(thread);
    tls_thread_free(thread);
    tls_slots_free(thread);
    crt_thread_free(thread->crt);
    cxx_thread_free(thread->cxx);
    current_thread_or_null = NULL;
    fault_thread_free(thread);
    memory_end_stack((uintptr_t)thread->teb.DeallocationStack, (uintptr_t)thread->teb.StackBase);
    munmap(thread, sizeof *thread);
}

void thread_leave(void) {
    struct thread *thread = current_thread_or_null;
    if (!thread)
        return;
    pthread_setspecific(exit_key, NULL);
    thread_exit(thread);
}

static void initialise(void) {
    if (pthread_key_create(&exit_key, thread_exit))
        windlass_fatal("no thread key left");
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

struct thread *thread_begin(struct thread_object *object) {
    pthread_once(&once, initialise);
    struct thread *thread = mmap(NULL, sizeof *thread, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (thread == MAP_FAILED)
        windlass_fatal("out of memory for a thread block");
    TEB *teb = &thread->teb;
    teb->Self = teb;
    thread->unaligned_entry = unaligned_entry;
    teb->ProcessEnvironmentBlock = &process_peb;
    teb->StaticUnicodeString = (UNICODE_STRING){0, sizeof teb->StaticUnicodeBuffer, teb->StaticUnicodeBuffer};
    teb->CurrentLocale = 0x409;
    set_stack_bounds(teb);
    set_identity(teb);
    set_gs(teb);
    fault_thread_init(thread);
    thread->object = object;
    if (object) {
        thread->created_here = true;
        object->id = (DWORD)(uintptr_t)teb->ThreadId;
        object->thread = thread;
    }
    current_thread_or_null = thread;
    pthread_setspecific(exit_key, thread);

    /* A module that is just being loaded either finds this thread here or is found by it. Not under the loader lock:
     * an entry point, which runs under it, may create threads. */
    thread_list_acquire();
    thread->next = thread_list;
    if (thread_list)
        thread_list->previous = thread;
    thread_list = thread;
    tls_thread_init(thread);
    thread_list_release();
    return thread;
}

void thread_attach(void) { modules_notify_thread(DLL_THREAD_ATTACH); }

struct thread *thread_enter(void) {
    loader_lock_acquire();
    struct thread *thread = thread_begin(NULL);
    thread_attach();
    loader_lock_release();
    return thread;
}
