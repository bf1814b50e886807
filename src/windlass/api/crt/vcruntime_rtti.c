/* dynamic_cast and typeid: the records that compilers write behind tables of virtual functions.
 *
 * A locator says where its table's part lies in the complete object and leads to the class's hierarchy: the list of
 * all base classes, each followed by its own bases ("dynamic_cast operator", "typeid operator"). */
#include "api.h"
#include "cxx.h"

struct hierarchy {
    DWORD signature, attributes, base_count, bases;
};

struct base_class {
    DWORD type;
    DWORD contained; /* how many of the following entries are bases of this one */
    struct member_displacement where;
    DWORD attributes;
    DWORD hierarchy;
};
enum { BASE_AMBIGUOUS = 2, BASE_NOT_PUBLIC_OF_COMPLETE = 4, BASE_NOT_PUBLIC = 8 };

struct locator {
    DWORD signature; /* 0: without the last field */
    DWORD offset;
    DWORD constructor_displacement;
    DWORD type, hierarchy, self;
};

/* The complete object that a pointer with virtual functions points into. */
struct complete_object {
    char *address;
    uintptr_t image;
    const struct type_descriptor *type;
    const struct hierarchy *hierarchy;
};

static struct complete_object complete_object_of(char *object) {
    const struct locator *locator = (*(const struct locator *const **)object)[-1];
    struct complete_object complete;
    if (locator->signature) {
        complete.image = (uintptr_t)locator - locator->self;
    } else {
        LDR_DATA_TABLE_ENTRY *module = module_from_address(locator);
        complete.image = module ? (uintptr_t)module->DllBase : 0;
    }
    complete.address = object - locator->offset;
    if (locator->constructor_displacement)
        complete.address -= *(const int *)(object - locator->constructor_displacement);
    complete.type = (const void *)(complete.image + locator->type);
    complete.hierarchy = (const void *)(complete.image + locator->hierarchy);
    return complete;
}

static const struct base_class *base_at(const struct complete_object *complete, DWORD index) {
    const DWORD *bases = (const DWORD *)(complete->image + complete->hierarchy->bases);
    return (const struct base_class *)(complete->image + bases[index]);
}

static char *address_of_base(const struct complete_object *complete, const struct base_class *base) {
    char *address = complete->address + base->where.mdisp;
    if (base->where.pdisp >= 0) {
        const char *table = *(const char **)(complete->address + base->where.pdisp);
        address = complete->address + base->where.pdisp + *(const int *)(table + base->where.vdisp) +
                  base->where.mdisp;
    }
    return address;
}

static bool is_type(const struct complete_object *complete, const struct base_class *base,
                    const struct type_descriptor *type) {
    const struct type_descriptor *other = (const void *)(complete->image + base->type);
    return other == type || strcmp(other->name, type->name) == 0;
}

/* True when the base at `inner` is reached from the one at `outer` through public inheritance only. */
static bool is_public_path(const struct complete_object *complete, DWORD outer, DWORD inner) {
    for (DWORD i = outer + 1; i <= inner; i++) {
        const struct base_class *base = base_at(complete, i);
        if (inner <= i + base->contained && base->attributes & BASE_NOT_PUBLIC)
            return false;
    }
    return true;
}

/* True when the part at `index`, a `source`, is the one that the pointer points to. */
static bool is_source(const struct complete_object *complete, DWORD index, const char *object,
                      const struct type_descriptor *source) {
    const struct base_class *base = base_at(complete, index);
    return is_type(complete, base, source) && address_of_base(complete, base) == object;
}

/* A target part that has the pointed-to part as a public base; NULL when there is none or more than one. */
static char *cast_down(const struct complete_object *complete, const char *object, const struct type_descriptor *source,
                       const struct type_descriptor *target) {
    char *found = NULL;
    for (DWORD i = 0; i < complete->hierarchy->base_count; i++) {
        const struct base_class *base = base_at(complete, i);
        if (!is_type(complete, base, target))
            continue;
        char *address = address_of_base(complete, base);
        for (DWORD j = i; j <= i + base->contained; j++) {
            if (!is_source(complete, j, object, source) || !is_public_path(complete, i, j))
                continue;
            if (found && found != address)
                return NULL;
            found = address;
        }
    }
    return found;
}

static bool is_public_part(const struct complete_object *complete, const char *object,
                           const struct type_descriptor *source) {
    for (DWORD i = 0; i < complete->hierarchy->base_count; i++)
        if (is_source(complete, i, object, source) && is_public_path(complete, 0, i))
            return true;
    return false;
}

/* The target as an unambiguous public base of the complete object, of which the source is one, too. */
static char *cast_across(const struct complete_object *complete, const char *object,
                         const struct type_descriptor *source, const struct type_descriptor *target) {
    char *found = NULL;
    if (!is_public_part(complete, object, source))
        return NULL;
    for (DWORD i = 0; i < complete->hierarchy->base_count; i++) {
        const struct base_class *base = base_at(complete, i);
        if (!is_type(complete, base, target) || !is_public_path(complete, 0, i))
            continue;
        char *address = address_of_base(complete, base);
        if (found && found != address)
            return NULL;
        found = address;
    }
    return found;
}

/* False when the object has no such records, and reading them faults. The pointer `vfptr` leads to them; the source is
 * the part at `object`, which may have borrowed its table from a base. */
static bool guarded_cast(char *vfptr, char *object, const struct type_descriptor *source,
                         const struct type_descriptor *target, char **result) {
    struct fault_guard guard;
    if (fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    struct complete_object complete = complete_object_of(vfptr);
    *result = cast_down(&complete, object, source, target);
    if (!*result)
        *result = cast_across(&complete, object, source, target);
    fault_guard_leave(&guard);
    return true;
}

API(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, PVOID, __RTDynamicCast, char *object,
    LONG vftable_displacement, const struct type_descriptor *source, const struct type_descriptor *target,
    BOOL is_reference) {
    char *result;
    if (!object)
        return NULL;
    if (!guarded_cast(object, object - vftable_displacement, source, target, &result)) {
        cxx_throw_non_rtti_object("Access violation - no RTTI data!");
        return NULL;
    }
    if (!result && is_reference)
        cxx_throw_bad_cast("Bad dynamic_cast!");
    return result;
}

static bool guarded_complete(char *object, struct complete_object *complete) {
    struct fault_guard guard;
    if (fault_guard_enter(&guard, &thread_self()->guard))
        return false;
    *complete = complete_object_of(object);
    fault_guard_leave(&guard);
    return true;
}

API(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, const struct type_descriptor *, __RTtypeid,
    char *object) {
    struct complete_object complete;
    if (!object) {
        cxx_throw_bad_typeid("Attempted a typeid of nullptr pointer!");
        return NULL;
    }
    if (!guarded_complete(object, &complete)) {
        cxx_throw_non_rtti_object("Access violation - no RTTI data!");
        return NULL;
    }
    return complete.type;
}

/* dynamic_cast<void *>: the complete object. */
API(vcruntime140 ucrtbase msvcrt MSVCR_DLLS, PVOID, __RTCastToVoid, char *object) {
    struct complete_object complete;
    if (!object)
        return NULL;
    if (!guarded_complete(object, &complete)) {
        cxx_throw_non_rtti_object("Access violation - no RTTI data!");
        return NULL;
    }
    return complete.address;
}

/* ---- std::type_info ---- */

/* Behind the table of virtual functions: the readable name, made when first asked for, and the decorated one. */
struct type_info_data {
    char *volatile name;
    char decorated[];
};

struct type_info_node {
    struct type_info_node *next;
};

API(vcruntime140 ucrtbase, int, __std_type_info_compare, const struct type_info_data *left,
    const struct type_info_data *right) {
    return left == right ? 0 : strcmp(left->decorated + 1, right->decorated + 1);
}

/* FNV-1a, folded. */
API(vcruntime140 ucrtbase, size_t, __std_type_info_hash, const struct type_info_data *data) {
    uint64_t hash = 14695981039346656037u;
    for (const char *at = data->decorated + 1; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* A readable name is one heap block behind a list node: a module that goes gives its list back. */
static char *readable_name(const char *decorated, struct type_info_node **node) {
    char *text = cxx_readable_type(decorated + 1);
    size_t size = strlen(text ? text : decorated) + 1;
    *node = malloc(sizeof **node + size);
    if (*node)
        memcpy(*node + 1, text ? text : decorated, size);
    free(text);
    return *node ? (char *)(*node + 1) : NULL;
}

/* `list` is an SLIST_HEADER in the module whose names these are. */
API_USE(PVOID, RtlInterlockedPushEntrySList, PVOID list, PVOID entry);
API_USE(PVOID, RtlInterlockedFlushSList, PVOID list);

API(vcruntime140 ucrtbase, const char *, __std_type_info_name, struct type_info_data *data, PVOID list) {
    struct type_info_node *node;
    char *name = __atomic_load_n(&data->name, __ATOMIC_ACQUIRE), *expected = NULL;
    if (name)
        return name;
    name = readable_name(data->decorated, &node);
    if (!name)
        return NULL;
    if (!__atomic_compare_exchange_n(&data->name, &expected, name, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        free(node);
        return expected;
    }
    if (list)
        api_RtlInterlockedPushEntrySList(list, node);
    return name;
}

API(vcruntime140 ucrtbase, VOID, __std_type_info_destroy_list, PVOID list) {
    struct type_info_node *node = api_RtlInterlockedFlushSList(list);
    while (node) {
        struct type_info_node *next = node->next;
        free(node);
        node = next;
    }
}

/* The class as older run-time libraries export it. */
API_AS(type_info_name, msvcrt MSVCR_DLLS, const char *, "?name@type_info@@QEBAPEBDXZ",
       struct type_descriptor *self) {
    return api___std_type_info_name((struct type_info_data *)&self->spare, NULL);
}
API_AS(type_info_internal_name, MSVCR_DLLS, const char *,
       "?_name_internal_method@type_info@@QEBAPEBDPEAU__type_info_node@@@Z", struct type_descriptor *self,
       PVOID node) {
    (void)node;
    return type_info_name(self);
}
API_AS(type_info_raw_name, msvcrt MSVCR_DLLS, const char *, "?raw_name@type_info@@QEBAPEBDXZ",
       struct type_descriptor *self) {
    return self->name;
}
API_AS(type_info_before, msvcrt msvcr80 msvcr90 msvcr100, int, "?before@type_info@@QEBAHAEBV1@@Z", struct type_descriptor *self,
       const struct type_descriptor *other) {
    return strcmp(self->name + 1, other->name + 1) < 0;
}
API_ALIAS(type_info_before, bool, msvcr110 msvcr120, "?before@type_info@@QEBA_NAEBV1@@Z");
API_AS(type_info_equal, msvcrt, int, "??8type_info@@QEBAHAEBV0@@Z", struct type_descriptor *self,
       const struct type_descriptor *other) {
    return strcmp(self->name + 1, other->name + 1) == 0;
}
API_ALIAS(type_info_equal, bool, MSVCR_DLLS, "??8type_info@@QEBA_NAEBV0@@Z");
API_AS(type_info_unequal, msvcrt, int, "??9type_info@@QEBAHAEBV0@@Z", struct type_descriptor *self,
       const struct type_descriptor *other) {
    return strcmp(self->name + 1, other->name + 1) != 0;
}
API_ALIAS(type_info_unequal, bool, MSVCR_DLLS, "??9type_info@@QEBA_NAEBV0@@Z");
API_AS(type_info_destroy, msvcrt MSVCR_DLLS, VOID, "??1type_info@@UEAA@XZ",
       struct type_descriptor *self) {
    (void)self;
}
API_ALIAS(type_info_destroy, method, MSVCR_DLLS, "?_type_info_dtor_internal_method@type_info@@QEAAXXZ");
API_ALIAS(type_info_destroy, static_method, MSVCR_DLLS, "?_Type_info_dtor@type_info@@CAXPEAV1@@Z");
API_ALIAS(type_info_destroy, internal, MSVCR_DLLS, "?_Type_info_dtor_internal@type_info@@CAXPEAV1@@Z");
API_ALIAS(type_info_internal_name, node, MSVCR_DLLS, "?name@type_info@@QEBAPEBDPEAU__type_info_node@@@Z");
API_ALIAS(type_info_internal_name, base, MSVCR_DLLS, "?_Name_base@type_info@@CAPEBDPEBV1@PEAU__type_info_node@@@Z");
API_ALIAS(type_info_internal_name, base_internal, MSVCR_DLLS,
          "?_Name_base_internal@type_info@@CAPEBDPEBV1@PEAU__type_info_node@@@Z");
