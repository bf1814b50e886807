/* std::exception_ptr as the C run-times of Visual C++ 2005 to 2013 keep it for their libraries ("exception_ptr",
 * "Transporting exceptions between threads"). The pointer is two words, which only these functions look into. */
#include "cxx.h"

#include <stdatomic.h>

#include "api.h"
#include "heap.h"

/* A copy of an exception; its object, if it is a C++ exception, comes behind it. */
struct captured {
    atomic_uint references;
    EXCEPTION_RECORD record;
    _Alignas(16) char object[];
};

struct exception_ptr {
    struct captured *captured, *again;
};

API_USE(VOID, RaiseException, DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments);
API_USE(EXCEPTION_RECORD **, __current_exception, void);

static void set(struct exception_ptr *pointer, struct captured *captured) {
    *pointer = (struct exception_ptr){captured, captured};
}

static struct captured *capture(const EXCEPTION_RECORD *record) {
    size_t size = cxx_object_size(record);
    struct captured *captured = heap_alloc(sizeof *captured + size);
    if (!captured)
        cxx_throw_bad_alloc();
    atomic_init(&captured->references, 1);
    captured->record = *record;
    if (size) {
        cxx_object_copy(captured->object, record);
        captured->record.ExceptionInformation[1] = (ULONG_PTR)captured->object;
    }
    return captured;
}

static struct captured *share(struct captured *captured) {
    if (captured)
        atomic_fetch_add(&captured->references, 1);
    return captured;
}

static void let_go(struct captured *captured) {
    if (!captured || atomic_fetch_sub(&captured->references, 1) != 1)
        return;
    cxx_object_destroy(&captured->record);
    heap_free(captured);
}

API_AS(exception_ptr_create, MSVCR_DLLS, VOID, "?__ExceptionPtrCreate@@YAXPEAX@Z", struct exception_ptr *pointer) {
    set(pointer, NULL);
}

API_AS(exception_ptr_destroy, MSVCR_DLLS, VOID, "?__ExceptionPtrDestroy@@YAXPEAX@Z", struct exception_ptr *pointer) {
    let_go(pointer->captured);
}

API_AS(exception_ptr_copy, MSVCR_DLLS, VOID, "?__ExceptionPtrCopy@@YAXPEAXPEBX@Z", struct exception_ptr *pointer,
       const struct exception_ptr *from) {
    set(pointer, share(from->captured));
}

API_AS(exception_ptr_assign, MSVCR_DLLS, VOID, "?__ExceptionPtrAssign@@YAXPEAXPEBX@Z", struct exception_ptr *pointer,
       const struct exception_ptr *from) {
    struct captured *before = pointer->captured;
    set(pointer, share(from->captured));
    let_go(before);
}

API_AS(exception_ptr_swap, MSVCR_DLLS, VOID, "?__ExceptionPtrSwap@@YAXPEAX0@Z", struct exception_ptr *one,
       struct exception_ptr *other) {
    struct exception_ptr kept = *one;
    *one = *other;
    *other = kept;
}

API_AS(exception_ptr_compare, MSVCR_DLLS, bool, "?__ExceptionPtrCompare@@YA_NPEBX0@Z", const struct exception_ptr *one,
       const struct exception_ptr *other) {
    return one->captured == other->captured;
}

API_AS(exception_ptr_to_bool, MSVCR_DLLS, bool, "?__ExceptionPtrToBool@@YA_NPEBX@Z",
       const struct exception_ptr *pointer) {
    return pointer->captured != NULL;
}

/* std::current_exception: what the innermost catch block has caught. */
API_AS(exception_ptr_current, MSVCR_DLLS, VOID, "?__ExceptionPtrCurrentException@@YAXPEAX@Z",
       struct exception_ptr *pointer) {
    const EXCEPTION_RECORD *current = *api___current_exception();
    set(pointer, current ? capture(current) : NULL);
}

/* std::make_exception_ptr */
API_AS(exception_ptr_copy_exception, MSVCR_DLLS, VOID, "?__ExceptionPtrCopyException@@YAXPEAXPEBX1@Z",
       struct exception_ptr *pointer, void *object, const struct throw_info *info) {
    EXCEPTION_RECORD record;
    cxx_fill_record(&record, object, info);
    set(pointer, capture(&record));
}

/* std::rethrow_exception: of a copy, since the handler ends what it has caught. The copy lies here, on the stack, and
 * the handler runs above it. */
API_AS(exception_ptr_rethrow, MSVCR_DLLS, VOID, "?__ExceptionPtrRethrow@@YAXPEBX@Z",
       const struct exception_ptr *pointer) {
    if (!pointer->captured)
        cxx_throw_bad_exception();
    EXCEPTION_RECORD record = pointer->captured->record;
    size_t size = cxx_object_size(&record);
    char *object = __builtin_alloca_with_align(size + 16, 128);
    if (size) {
        cxx_object_copy(object, &record);
        record.ExceptionInformation[1] = (ULONG_PTR)object;
    }
    api_RaiseException(record.ExceptionCode, record.ExceptionFlags, record.NumberParameters,
                       record.ExceptionInformation);
}
