/* VARIANT and what it can hold ("VARIANT structure", "VARENUM enumeration", "SAFEARRAY structure", "DECIMAL
 * structure"). */
#ifndef WINDLASS_VARIANT_H
#define WINDLASS_VARIANT_H

#include "com.h"

typedef WORD VARTYPE;
typedef SHORT VARIANT_BOOL;
typedef double DATE;
typedef union { struct { ULONG Lo; LONG Hi; }; LONGLONG int64; } CY;

enum {
    VT_EMPTY = 0, VT_NULL = 1, VT_I2 = 2, VT_I4 = 3, VT_R4 = 4, VT_R8 = 5, VT_CY = 6, VT_DATE = 7, VT_BSTR = 8,
    VT_DISPATCH = 9, VT_ERROR = 10, VT_BOOL = 11, VT_VARIANT = 12, VT_UNKNOWN = 13, VT_DECIMAL = 14, VT_I1 = 16,
    VT_UI1 = 17, VT_UI2 = 18, VT_UI4 = 19, VT_I8 = 20, VT_UI8 = 21, VT_INT = 22, VT_UINT = 23, VT_VOID = 24,
    VT_HRESULT = 25, VT_PTR = 26, VT_SAFEARRAY = 27, VT_CARRAY = 28, VT_USERDEFINED = 29, VT_LPSTR = 30, VT_LPWSTR = 31,
    VT_RECORD = 36, VT_INT_PTR = 37, VT_UINT_PTR = 38, VT_FILETIME = 64, VT_BLOB = 65, VT_STREAM = 66, VT_STORAGE = 67,
    VT_STREAMED_OBJECT = 68, VT_STORED_OBJECT = 69, VT_BLOB_OBJECT = 70, VT_CF = 71, VT_CLSID = 72,
    VT_VERSIONED_STREAM = 73, VT_TYPEMASK = 0xfff,
    VT_VECTOR = 0x1000, VT_ARRAY = 0x2000, VT_BYREF = 0x4000, VT_RESERVED = 0x8000,
};

#define VARIANT_TRUE ((VARIANT_BOOL)-1)
#define VARIANT_FALSE ((VARIANT_BOOL)0)

/* Over the whole VARIANT: wReserved is its type. The value is (Hi32 Lo64) / 10 ^ scale. */
typedef struct {
    USHORT wReserved;
    BYTE scale, sign; /* sign: 0x80 for negative */
    ULONG Hi32;
    union { struct { ULONG Lo32, Mid32; }; ULONGLONG Lo64; };
} DECIMAL;
_Static_assert(sizeof(DECIMAL) == 16, "DECIMAL");

typedef struct { ULONG cElements; LONG lLbound; } SAFEARRAYBOUND;
typedef struct {
    USHORT cDims, fFeatures;
    ULONG cbElements, cLocks;
    PVOID pvData;
    SAFEARRAYBOUND rgsabound[1]; /* the rightmost dimension first */
} SAFEARRAY;
_Static_assert(sizeof(SAFEARRAY) == 32, "SAFEARRAY");

enum {
    FADF_AUTO = 0x1, FADF_STATIC = 0x2, FADF_EMBEDDED = 0x4, FADF_FIXEDSIZE = 0x10, FADF_RECORD = 0x20,
    FADF_HAVEIID = 0x40, FADF_HAVEVARTYPE = 0x80, FADF_BSTR = 0x100, FADF_UNKNOWN = 0x200, FADF_DISPATCH = 0x400,
    FADF_VARIANT = 0x800, FADF_CREATEVECTOR = 0x2000,
};

typedef struct VARIANT {
    union {
        struct {
            VARTYPE vt;
            WORD wReserved1, wReserved2, wReserved3;
            union {
                LONGLONG llVal;
                ULONGLONG ullVal;
                LONG lVal;
                ULONG ulVal;
                SHORT iVal;
                USHORT uiVal;
                signed char cVal;
                BYTE bVal;
                float fltVal;
                double dblVal;
                VARIANT_BOOL boolVal;
                HRESULT scode;
                CY cyVal;
                DATE date;
                BSTR bstrVal;
                IUnknown *punkVal;
                SAFEARRAY *parray;
                PVOID byref;
                struct { PVOID pvRecord; IUnknown *pRecInfo; };
            };
        };
        DECIMAL decVal;
    };
} VARIANT;
_Static_assert(sizeof(VARIANT) == 24, "VARIANT");

/* IRecordInfo's methods that are needed here. */
typedef struct {
    IUnknownVtbl unknown;
    HRESULT(WINAPI *RecordInit)(void *, void *);
    HRESULT(WINAPI *RecordClear)(void *, void *);
    HRESULT(WINAPI *RecordCopy)(void *, void *, void *);
    HRESULT(WINAPI *GetGuid)(void *, GUID *);
    HRESULT(WINAPI *GetName)(void *, BSTR *);
    HRESULT(WINAPI *GetSize)(void *, ULONG *);
} RecordInfoVtbl;

static inline const RecordInfoVtbl *record_table(const IUnknown *record) {
    return (const RecordInfoVtbl *)(const void *)record->lpVtbl;
}

/* Bytes of a value of this type in an array or behind VT_BYREF; 0 for a type that is neither. */
size_t variant_type_size(VARTYPE type);

/* A value of type `type` at `address` into *variant, without a copy of what it refers to. */
void variant_from_memory(VARIANT *variant, VARTYPE type, const void *address);

/* A conversion of a scalar (no VT_BYREF, no array) that is not of type `type` yet (variant_convert.c). */
HRESULT variant_convert(VARIANT *target, VARTYPE type, const VARIANT *source, LCID locale, DWORD flags);

enum { VARIANT_NOVALUEPROP = 0x1, VARIANT_ALPHABOOL = 0x2, VARIANT_NOUSEROVERRIDE = 0x4, VARIANT_LOCALBOOL = 0x10 };

HRESULT WINAPI api_VariantClear(VARIANT *pvarg);
HRESULT WINAPI api_VariantCopy(VARIANT *pvargDest, const VARIANT *pvargSrc);
HRESULT WINAPI api_SafeArrayDestroy(SAFEARRAY *psa);
HRESULT WINAPI api_SafeArrayCopy(SAFEARRAY *psa, SAFEARRAY **ppsaOut);
HRESULT WINAPI api_VectorFromBstr(BSTR bstr, SAFEARRAY **ppsa);
HRESULT WINAPI api_BstrFromVector(SAFEARRAY *psa, BSTR *pbstr);
UINT WINAPI api_SysStringByteLen(BSTR bstr);
UINT WINAPI api_SysStringLen(BSTR pbstr);
BSTR WINAPI api_SysAllocStringByteLen(LPCSTR psz, UINT len);

#endif
