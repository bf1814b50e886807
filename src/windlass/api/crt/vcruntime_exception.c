/* std::exception's data, and exceptions of std that the run-time library itself throws.
 *
 * A class that windlass throws must look like the compiler's: a table of virtual functions behind a locator, type
 * descriptors, conversions. RVAs in them count from the start of windlass's own ELF image. */
#include <pthread.h>
#include <stdio.h>

#include "api.h"
#include "cxx_exception.h"
#include "heap.h"

API(vcruntime140 ucrtbase, VOID, __std_exception_copy, const struct exception_data *from, struct exception_data *to) {
    *to = (struct exception_data){from->what, false};
    if (!from->owned || !from->what)
        return;
    size_t size = strlen(from->what) + 1;
    char *copy = heap_alloc(size);
    *to = (struct exception_data){copy, copy != NULL};
    if (copy)
        memcpy(copy, from->what, size);
}

API(vcruntime140 ucrtbase, VOID, __std_exception_destroy, struct exception_data *data) {
    if (data->owned)
        heap_free((void *)data->what);
    *data = (struct exception_data){NULL, false};
}

/* ---- classes ---- */

static const char *WINAPI own_what(const struct exception_object *self) {
    return self->data.what ? self->data.what : "Unknown exception";
}

static void WINAPI own_destroy(struct exception_object *self) { api___std_exception_destroy(&self->data); }

/* The virtual destructor, as `delete` calls it: bit 0 says to free the memory, too. */
static struct exception_object *WINAPI own_delete(struct exception_object *self, unsigned flags) {
    own_destroy(self);
    if (flags & 1)
        heap_free(self);
    return self;
}

static struct exception_object *WINAPI own_copy(struct exception_object *self, const struct exception_object *from) {
    self->vftable = from->vftable;
    api___std_exception_copy(&from->data, &self->data);
    return self;
}

struct named_type {
    const void *vftable;
    void *spare;
    char name[40];
};

enum { CLASSES = CXX_EXCEPTION_CLASSES, MAX_BASES = 3 };

static const struct {
    const char *name;
    const char *what;
    int bases[MAX_BASES]; /* the class itself first; -1 ends */
} class_facts[CLASSES] = {
#define ROW(class_, name_, what_, ...) [CXX_CLASS_##class_] = {".?AV" name_ "@std@@", what_, {CXX_CLASS_##class_, __VA_ARGS__}}
    ROW(EXCEPTION, "exception", "Unknown exception", -1, -1),
    ROW(BAD_ALLOC, "bad_alloc", "bad allocation", CXX_CLASS_EXCEPTION, -1),
    ROW(BAD_EXCEPTION, "bad_exception", "bad exception", CXX_CLASS_EXCEPTION, -1),
    ROW(BAD_CAST, "bad_cast", "bad cast", CXX_CLASS_EXCEPTION, -1),
    ROW(BAD_TYPEID, "bad_typeid", "bad typeid", CXX_CLASS_EXCEPTION, -1),
    ROW(NON_RTTI_OBJECT, "__non_rtti_object", "no RTTI data", CXX_CLASS_BAD_TYPEID, CXX_CLASS_EXCEPTION),
    ROW(LOGIC_ERROR, "logic_error", "logic error", CXX_CLASS_EXCEPTION, -1),
    ROW(LENGTH_ERROR, "length_error", "length error", CXX_CLASS_LOGIC_ERROR, CXX_CLASS_EXCEPTION),
    ROW(OUT_OF_RANGE, "out_of_range", "out of range", CXX_CLASS_LOGIC_ERROR, CXX_CLASS_EXCEPTION),
    ROW(INVALID_ARGUMENT, "invalid_argument", "invalid argument", CXX_CLASS_LOGIC_ERROR, CXX_CLASS_EXCEPTION),
    ROW(RUNTIME_ERROR, "runtime_error", "runtime error", CXX_CLASS_EXCEPTION, -1),
    ROW(OVERFLOW_ERROR, "overflow_error", "overflow error", CXX_CLASS_RUNTIME_ERROR, CXX_CLASS_EXCEPTION),
    ROW(BAD_FUNCTION_CALL, "bad_function_call", "bad function call", CXX_CLASS_EXCEPTION, -1),
#undef ROW
};

/* What a compiler would emit for one class ("Run-Time Type Information"; the layout is the compilers'). */
struct class_record {
    struct named_type type;
    struct throw_info throw;
    struct { DWORD count, types[MAX_BASES]; } conversions;
    struct catchable_type conversion;
    struct { DWORD signature, offset, constructor_displacement, type, hierarchy, self; } locator;
    struct { DWORD signature, attributes, base_count, bases; } hierarchy;
    DWORD base_list[MAX_BASES];
    struct { DWORD type, contained; struct member_displacement where; DWORD attributes, hierarchy; } base;
    const void *vftable[3]; /* behind the locator's address */
};

static struct {
    const void *type_info_vftable[2];
    struct class_record classes[CLASSES];
} own;
static pthread_once_t own_once = PTHREAD_ONCE_INIT;

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static DWORD rva_of(const void *address) { return (DWORD)((uintptr_t)address - (uintptr_t)__ehdr_start); }

static int count_bases(int class) {
    int count = 0;
    while (count < MAX_BASES && class_facts[class].bases[count] >= 0)
        count++;
    return count;
}

static void fill_class(int index) {
    enum { HAS_HIERARCHY = 0x40 };
    struct class_record *record = &own.classes[index];
    int bases = count_bases(index);
    record->type.vftable = &own.type_info_vftable[1];
    snprintf(record->type.name, sizeof record->type.name, "%s", class_facts[index].name);
    record->conversion = (struct catchable_type){
        .properties = index == CXX_CLASS_BAD_ALLOC ? CATCHABLE_BAD_ALLOC : 0, .type = rva_of(&record->type),
        .displacement = {0, -1, 0}, .size = sizeof(struct exception_object), .copy = rva_of(own_copy)};
    record->throw.destructor = rva_of(own_destroy);
    record->throw.types = rva_of(&record->conversions);
    record->conversions.count = record->hierarchy.base_count = (DWORD)bases;
    for (int i = 0; i < bases; i++) {
        const struct class_record *base = &own.classes[class_facts[index].bases[i]];
        record->conversions.types[i] = rva_of(&base->conversion);
        record->base_list[i] = rva_of(&base->base);
    }
    record->hierarchy.bases = rva_of(record->base_list);
    record->base.type = rva_of(&record->type);
    record->base.contained = (DWORD)bases - 1;
    record->base.where.pdisp = -1;
    record->base.attributes = HAS_HIERARCHY;
    record->base.hierarchy = rva_of(&record->hierarchy);
    record->locator.signature = 1;
    record->locator.type = rva_of(&record->type);
    record->locator.hierarchy = rva_of(&record->hierarchy);
    record->locator.self = rva_of(&record->locator);
    record->vftable[0] = &record->locator;
    record->vftable[1] = own_delete;
    record->vftable[2] = own_what;
}

static void fill_classes(void) {
    for (int i = 0; i < CLASSES; i++)
        fill_class(i);
}

const void *const *cxx_exception_vftable(enum cxx_exception_class class) {
    pthread_once(&own_once, fill_classes);
    return &own.classes[class].vftable[1];
}

static void throw_class(int class, const char *what) {
    struct exception_object object = {.vftable = cxx_exception_vftable((enum cxx_exception_class)class),
                                      .data = {what ? what : class_facts[class].what, false}};
    cxx_throw_own(&object, &own.classes[class].throw, (uintptr_t)__ehdr_start);
}

/* The object owns a copy, for the caller's words may go with its frame. */
void cxx_throw_standard(enum cxx_exception_class class, const char *what) {
    struct exception_data given = {what ? what : class_facts[class].what, true};
    struct exception_object object = {.vftable = cxx_exception_vftable(class)};
    api___std_exception_copy(&given, &object.data);
    cxx_throw_own(&object, &own.classes[class].throw, (uintptr_t)__ehdr_start);
}

void cxx_throw_bad_alloc(void) { throw_class(CXX_CLASS_BAD_ALLOC, NULL); }
void cxx_throw_bad_exception(void) { throw_class(CXX_CLASS_BAD_EXCEPTION, NULL); }
void cxx_throw_bad_cast(const char *what) { throw_class(CXX_CLASS_BAD_CAST, what); }
void cxx_throw_bad_typeid(const char *what) { throw_class(CXX_CLASS_BAD_TYPEID, what); }
void cxx_throw_non_rtti_object(const char *what) { throw_class(CXX_CLASS_NON_RTTI_OBJECT, what); }
