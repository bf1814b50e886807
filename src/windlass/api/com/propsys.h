/* Values of properties: what propvariant.c and the files of propsys share. */
#ifndef WINDLASS_PROPSYS_H
#define WINDLASS_PROPSYS_H

#include "path.h"
#include "variant.h"

/* Counted arrays, of vectors and blobs. */
typedef struct { ULONG cElems; void *pElems; } COUNTED_ARRAY;

HRESULT WINAPI api_PropVariantClear(VARIANT *pvar);
HRESULT WINAPI api_PropVariantCopy(VARIANT *pvarDest, const VARIANT *pvarSrc);

size_t propvariant_element_size(VARTYPE type);   /* of a vector; 0 for a type that no vector has */
ULONG propvariant_count(const VARIANT *value);
HRESULT propvariant_element(const VARIANT *value, ULONG index, VARIANT *element);
BSTR propvariant_text_copy(const VARIANT *value);
HRESULT propvariant_make_vector(VARIANT *result, VARTYPE type, const void *numbers, ULONG count, size_t size);

#endif
