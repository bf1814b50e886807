/* What programs of Visual C++ 2010 to 2013 need of msvcp100, msvcp110 and msvcp120 when they use containers and strings
 * alone: their headers hold the rest. Streams and locales are not here.
 *
 * ("length_error Class" and its kin are thrown by the functions that the containers call.) */
#include <pthread.h>

#include "cxx_exception.h"

#define MSVCP_DLLS msvcp100 msvcp110 msvcp120
#define ALL_MSVCP_DLLS msvcp80 msvcp90 msvcp100 msvcp110 msvcp120

/* ---- errors of containers ---- */

API_AS(throw_bad_alloc, MSVCP_DLLS, VOID, "?_Xbad_alloc@std@@YAXXZ", void) { cxx_throw_bad_alloc(); }

API_AS(throw_length_error, MSVCP_DLLS, VOID, "?_Xlength_error@std@@YAXPEBD@Z", const char *what) {
    cxx_throw_standard(CXX_CLASS_LENGTH_ERROR, what);
}

API_AS(throw_out_of_range, MSVCP_DLLS, VOID, "?_Xout_of_range@std@@YAXPEBD@Z", const char *what) {
    cxx_throw_standard(CXX_CLASS_OUT_OF_RANGE, what);
}

API_AS(throw_invalid_argument, MSVCP_DLLS, VOID, "?_Xinvalid_argument@std@@YAXPEBD@Z", const char *what) {
    cxx_throw_standard(CXX_CLASS_INVALID_ARGUMENT, what);
}

API_AS(throw_overflow_error, MSVCP_DLLS, VOID, "?_Xoverflow_error@std@@YAXPEBD@Z", const char *what) {
    cxx_throw_standard(CXX_CLASS_OVERFLOW_ERROR, what);
}

API_AS(throw_runtime_error, MSVCP_DLLS, VOID, "?_Xruntime_error@std@@YAXPEBD@Z", const char *what) {
    cxx_throw_standard(CXX_CLASS_RUNTIME_ERROR, what);
}

API_AS(throw_bad_function_call, MSVCP_DLLS, VOID, "?_Xbad_function_call@std@@YAXXZ", void) {
    cxx_throw_standard(CXX_CLASS_BAD_FUNCTION_CALL, NULL);
}

API_USE(bool, __uncaught_exception, void);
API_AS(cxx_uncaught_exception, ALL_MSVCP_DLLS, bool, "?uncaught_exception@std@@YA_NXZ", void) {
    return api___uncaught_exception();
}

/* ---- the library's locks: for locales, streams, memory and debugging ---- */

enum { LOCKS = 4 };
static pthread_mutex_t locks[LOCKS];
static pthread_once_t locks_once = PTHREAD_ONCE_INIT;

static void make_locks(void) {
    pthread_mutexattr_t recursive;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    for (int i = 0; i < LOCKS; i++)
        pthread_mutex_init(&locks[i], &recursive);
    pthread_mutexattr_destroy(&recursive);
}

/* std::_Lockit holds the number of its lock. */
API_AS(lockit_new_kind, ALL_MSVCP_DLLS, int *, "??0_Lockit@std@@QEAA@H@Z", int *self, int kind) {
    pthread_once(&locks_once, make_locks);
    *self = kind & (LOCKS - 1);
    pthread_mutex_lock(&locks[*self]);
    return self;
}

API_AS(lockit_new, ALL_MSVCP_DLLS, int *, "??0_Lockit@std@@QEAA@XZ", int *self) { return lockit_new_kind(self, 0); }

API_AS(lockit_destroy, ALL_MSVCP_DLLS, VOID, "??1_Lockit@std@@QEAA@XZ", int *self) {
    pthread_mutex_unlock(&locks[*self & (LOCKS - 1)]);
}

/* ---- containers: their iterators are not followed, which is for debugging ---- */

struct container_base {
    PVOID proxy;
};

API_AS(container_base_new, MSVCP_DLLS, struct container_base *, "??0_Container_base12@std@@QEAA@XZ",
       struct container_base *self) {
    self->proxy = NULL;
    return self;
}

API_AS(container_base_destroy, MSVCP_DLLS, VOID, "??1_Container_base12@std@@QEAA@XZ", struct container_base *self) {
    (void)self;
}
API_ALIAS(container_base_destroy, orphans, MSVCP_DLLS, "?_Orphan_all@_Container_base12@std@@QEAAXXZ");

/* Containers of programs without iterator debugging have this base, which is empty. */
API_AS(container_base0_orphans, MSVCP_DLLS, VOID, "?_Orphan_all@_Container_base0@std@@QEAAXXZ", PVOID self) { (void)self; }
API_AS(container_base0_swap, MSVCP_DLLS, VOID, "?_Swap_all@_Container_base0@std@@QEAAXAEAU12@@Z", PVOID self, PVOID other) {
    (void)self, (void)other;
}

API_AS(container_base_swap, MSVCP_DLLS, VOID, "?_Swap_all@_Container_base12@std@@QEAAXAEAU12@@Z", struct container_base *self,
       struct container_base *other) {
    PVOID proxy = self->proxy;
    self->proxy = other->proxy;
    other->proxy = proxy;
}

/* The position that stands for an error. */
API_DATA_AS(bad_offset_100, msvcp100, int64_t, "?_BADOFF@std@@3_JB");
API_DATA_AS(bad_offset_110, msvcp110, int64_t, "?_BADOFF@std@@3_JB");
API_DATA_AS(bad_offset_120, msvcp120, int64_t, "?_BADOFF@std@@3_JB");
API_START(msvcp100) { *bad_offset_100 = -1; }
API_START(msvcp110) { *bad_offset_110 = -1; }
API_START(msvcp120) { *bad_offset_120 = -1; }
