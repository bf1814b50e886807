/* std::exception and its derived classes as the C run-times of Visual C++ 2005 to 2013 and msvcrt export them ("exception
 * Class", "bad_cast Exception", "bad_typeid Exception"). In msvcrt they are not in namespace std.
 *
 * Constructors return the object, as the compilers' do. */
#include "cxx_exception.h"

/* A member function under its name in namespace std and under msvcrt's. */
#define MEMBER(symbol_, result_, std_name_, old_name_, ...)                                    \
    API_AS(symbol_, MSVCR_DLLS, result_, std_name_, __VA_ARGS__);                              \
    API_ALIAS(symbol_, old, msvcrt, old_name_);                                                \
    result_ WINAPI symbol_(__VA_ARGS__)

static struct exception_object *construct(struct exception_object *self, enum cxx_exception_class class,
                                          const char *what, bool copy) {
    struct exception_data given = {what, copy};
    self->vftable = cxx_exception_vftable(class);
    api___std_exception_copy(&given, &self->data);
    return self;
}

static struct exception_object *copy_construct(struct exception_object *self, enum cxx_exception_class class,
                                               const struct exception_object *from) {
    self->vftable = cxx_exception_vftable(class);
    api___std_exception_copy(&from->data, &self->data);
    return self;
}

/* ---- exception ---- */

MEMBER(exception_new, struct exception_object *, "??0exception@std@@QEAA@XZ", "??0exception@@QEAA@XZ",
       struct exception_object *self) {
    return construct(self, CXX_CLASS_EXCEPTION, NULL, false);
}

MEMBER(exception_new_text, struct exception_object *, "??0exception@std@@QEAA@AEBQEBD@Z", "??0exception@@QEAA@AEBQEBD@Z",
       struct exception_object *self, const char *const *what) {
    return construct(self, CXX_CLASS_EXCEPTION, *what, true);
}

/* The number only tells this constructor from the other: the text is not copied. */
MEMBER(exception_new_literal, struct exception_object *, "??0exception@std@@QEAA@AEBQEBDH@Z",
       "??0exception@@QEAA@AEBQEBDH@Z", struct exception_object *self, const char *const *what, int number) {
    (void)number;
    return construct(self, CXX_CLASS_EXCEPTION, *what, false);
}

MEMBER(exception_copy, struct exception_object *, "??0exception@std@@QEAA@AEBV01@@Z", "??0exception@@QEAA@AEBV0@@Z",
       struct exception_object *self, const struct exception_object *from) {
    return copy_construct(self, CXX_CLASS_EXCEPTION, from);
}

MEMBER(exception_destroy, VOID, "??1exception@std@@UEAA@XZ", "??1exception@@UEAA@XZ", struct exception_object *self) {
    self->vftable = cxx_exception_vftable(CXX_CLASS_EXCEPTION);
    api___std_exception_destroy(&self->data);
}
API_ALIAS(exception_destroy, cast, MSVCR_DLLS, "??1bad_cast@std@@UEAA@XZ");
API_ALIAS(exception_destroy, cast_old, msvcrt, "??1bad_cast@@UEAA@XZ");
API_ALIAS(exception_destroy, typeid, MSVCR_DLLS, "??1bad_typeid@std@@UEAA@XZ");
API_ALIAS(exception_destroy, typeid_old, msvcrt, "??1bad_typeid@@UEAA@XZ");
API_ALIAS(exception_destroy, object, MSVCR_DLLS, "??1__non_rtti_object@std@@UEAA@XZ");
API_ALIAS(exception_destroy, object_old, msvcrt, "??1__non_rtti_object@@UEAA@XZ");

/* The class stays what it is. */
MEMBER(exception_assign, struct exception_object *, "??4exception@std@@QEAAAEAV01@AEBV01@@Z",
       "??4exception@@QEAAAEAV0@AEBV0@@Z", struct exception_object *self, const struct exception_object *from) {
    if (self == from)
        return self;
    api___std_exception_destroy(&self->data);
    api___std_exception_copy(&from->data, &self->data);
    return self;
}
API_ALIAS(exception_assign, cast, MSVCR_DLLS, "??4bad_cast@std@@QEAAAEAV01@AEBV01@@Z");
API_ALIAS(exception_assign, cast_old, msvcrt, "??4bad_cast@@QEAAAEAV0@AEBV0@@Z");
API_ALIAS(exception_assign, typeid, MSVCR_DLLS, "??4bad_typeid@std@@QEAAAEAV01@AEBV01@@Z");
API_ALIAS(exception_assign, typeid_old, msvcrt, "??4bad_typeid@@QEAAAEAV0@AEBV0@@Z");
API_ALIAS(exception_assign, object, MSVCR_DLLS, "??4__non_rtti_object@std@@QEAAAEAV01@AEBV01@@Z");
API_ALIAS(exception_assign, object_old, msvcrt, "??4__non_rtti_object@@QEAAAEAV0@AEBV0@@Z");

MEMBER(exception_what, const char *, "?what@exception@std@@UEBAPEBDXZ", "?what@exception@@UEBAPEBDXZ",
       const struct exception_object *self) {
    return self->data.what ? self->data.what : "Unknown exception";
}

API_AS(exception_tidy, MSVCR_DLLS, VOID, "?_Tidy@exception@std@@AEAAXXZ", struct exception_object *self) {
    api___std_exception_destroy(&self->data);
}

API_AS(exception_copy_text, MSVCR_DLLS, VOID, "?_Copy_str@exception@std@@AEAAXPEBD@Z", struct exception_object *self,
       const char *what) {
    struct exception_data given = {what, true};
    api___std_exception_copy(&given, &self->data);
}

/* ---- bad_cast ---- */

MEMBER(bad_cast_new, struct exception_object *, "??0bad_cast@std@@QEAA@PEBD@Z", "??0bad_cast@@QEAA@PEBD@Z",
       struct exception_object *self, const char *what) {
    return construct(self, CXX_CLASS_BAD_CAST, what, true);
}

MEMBER(bad_cast_new_text, struct exception_object *, "??0bad_cast@std@@AEAA@PEBQEBD@Z", "??0bad_cast@@AEAA@PEBQEBD@Z",
       struct exception_object *self, const char *const *what) {
    return construct(self, CXX_CLASS_BAD_CAST, *what, true);
}
API_ALIAS(bad_cast_new_text, reference, msvcrt, "??0bad_cast@@QEAA@AEBQEBD@Z");

MEMBER(bad_cast_copy, struct exception_object *, "??0bad_cast@std@@QEAA@AEBV01@@Z", "??0bad_cast@@QEAA@AEBV0@@Z",
       struct exception_object *self, const struct exception_object *from) {
    return copy_construct(self, CXX_CLASS_BAD_CAST, from);
}

/* The constructor with its default argument. */
MEMBER(bad_cast_default, VOID, "??_Fbad_cast@std@@QEAAXXZ", "??_Fbad_cast@@QEAAXXZ", struct exception_object *self) {
    construct(self, CXX_CLASS_BAD_CAST, "bad cast", true);
}

/* ---- bad_typeid ---- */

MEMBER(bad_typeid_new, struct exception_object *, "??0bad_typeid@std@@QEAA@PEBD@Z", "??0bad_typeid@@QEAA@PEBD@Z",
       struct exception_object *self, const char *what) {
    return construct(self, CXX_CLASS_BAD_TYPEID, what, true);
}

MEMBER(bad_typeid_copy, struct exception_object *, "??0bad_typeid@std@@QEAA@AEBV01@@Z",
       "??0bad_typeid@@QEAA@AEBV0@@Z", struct exception_object *self, const struct exception_object *from) {
    return copy_construct(self, CXX_CLASS_BAD_TYPEID, from);
}

MEMBER(bad_typeid_default, VOID, "??_Fbad_typeid@std@@QEAAXXZ", "??_Fbad_typeid@@QEAAXXZ",
       struct exception_object *self) {
    construct(self, CXX_CLASS_BAD_TYPEID, "bad typeid", true);
}

/* ---- __non_rtti_object ---- */

MEMBER(non_rtti_object_new, struct exception_object *, "??0__non_rtti_object@std@@QEAA@PEBD@Z",
       "??0__non_rtti_object@@QEAA@PEBD@Z", struct exception_object *self, const char *what) {
    return construct(self, CXX_CLASS_NON_RTTI_OBJECT, what, true);
}

MEMBER(non_rtti_object_copy, struct exception_object *, "??0__non_rtti_object@std@@QEAA@AEBV01@@Z",
       "??0__non_rtti_object@@QEAA@AEBV0@@Z", struct exception_object *self, const struct exception_object *from) {
    return copy_construct(self, CXX_CLASS_NON_RTTI_OBJECT, from);
}
