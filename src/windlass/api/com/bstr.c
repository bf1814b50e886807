/* BSTR: text with its length in bytes before it ("BSTR"). The length stands in the four bytes before the first unit,
 * and a zero behind the last that it does not count. */
#include "com.h"

struct block {
    DWORD unused;
    DWORD bytes;
    WCHAR text[];
};

static struct block *block_of(const WCHAR *text) {
    return (struct block *)((char *)(uintptr_t)text - offsetof(struct block, text));
}

static size_t block_size(size_t bytes) { return sizeof(struct block) + bytes + sizeof(WCHAR) + 1; }

static BSTR finish(struct block *block, size_t bytes) {
    if (!block)
        return NULL;
    block->bytes = (DWORD)bytes;
    memset((char *)block->text + bytes, 0, sizeof(WCHAR));
    return block->text;
}

static BSTR allocate(const void *data, size_t bytes) {
    if (bytes > 0x7fffffff - sizeof(struct block) - sizeof(WCHAR))
        return NULL;
    struct block *block = heap_alloc(block_size(bytes));
    if (block && data)
        memcpy(block->text, data, bytes);
    return finish(block, bytes);
}

BSTR bstr_from_units(const WCHAR *text, size_t length) { return allocate(text, length * sizeof *text); }

void bstr_free(BSTR text) {
    if (text)
        heap_free(block_of(text));
}

static size_t length_of(const WCHAR *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

API(oleaut32, BSTR, SysAllocString, LPCOLESTR psz) {
    return psz ? bstr_from_units(psz, length_of(psz)) : NULL;
}

API(oleaut32, BSTR, SysAllocStringLen, LPCOLESTR strIn, UINT ui) {
    return ui < 0x80000000 / sizeof(WCHAR) ? bstr_from_units(strIn, ui) : NULL;
}

API(oleaut32, BSTR, SysAllocStringByteLen, LPCSTR psz, UINT len) { return allocate(psz, len); }

API(oleaut32, void, SysFreeString, BSTR bstrString) { bstr_free(bstrString); }

/* The new text may lie within the old one. */
API(oleaut32, INT, SysReAllocStringLen, BSTR *pbstr, LPCOLESTR psz, UINT len) {
    size_t bytes = (size_t)len * sizeof(WCHAR);
    if (len >= 0x80000000 / sizeof(WCHAR))
        return FALSE;
    BSTR old = *pbstr;
    if (!old || psz) {
        BSTR made = allocate(psz, bytes);
        if (!made)
            return FALSE;
        *pbstr = made;
        bstr_free(old);
        return TRUE;
    }
    BSTR grown = finish(heap_realloc(block_of(old), block_size(bytes)), bytes);
    if (!grown)
        return FALSE;
    *pbstr = grown;
    return TRUE;
}

API(oleaut32, INT, SysReAllocString, BSTR *pbstr, LPCOLESTR psz) {
    if (psz)
        return api_SysReAllocStringLen(pbstr, psz, (UINT)length_of(psz));
    bstr_free(*pbstr);
    *pbstr = NULL;
    return TRUE;
}

API(oleaut32, UINT, SysStringByteLen, BSTR bstr) { return bstr ? block_of(bstr)->bytes : 0; }
API(oleaut32, UINT, SysStringLen, BSTR pbstr) { return pbstr ? block_of(pbstr)->bytes / (UINT)sizeof(WCHAR) : 0; }

API(oleaut32, HRESULT, VarBstrCat, BSTR bstrLeft, BSTR bstrRight, BSTR *pbstrResult) {
    if (!pbstrResult)
        return E_INVALIDARG;
    UINT left = api_SysStringByteLen(bstrLeft), right = api_SysStringByteLen(bstrRight);
    BSTR result = allocate(NULL, (size_t)left + right);
    if (!result)
        return E_OUTOFMEMORY;
    if (left)
        memcpy(result, bstrLeft, left);
    if (right)
        memcpy((char *)result + left, bstrRight, right);
    *pbstrResult = result;
    return S_OK;
}

API_USE(int, CompareStringW, LCID, DWORD, LPCWSTR, int, LPCWSTR, int);

/* VARCMP_LT 0, VARCMP_EQ 1, VARCMP_GT 2. Locale 0 compares units, as binary data are compared. */
API(oleaut32, HRESULT, VarBstrCmp, BSTR bstrLeft, BSTR bstrRight, LCID lcid, ULONG dwFlags) {
    UINT left = api_SysStringLen(bstrLeft), right = api_SysStringLen(bstrRight);
    if (!left || !right)
        return left == right ? 1 : left ? 2 : 0;
    if (!lcid) {
        UINT bytes_left = api_SysStringByteLen(bstrLeft), bytes_right = api_SysStringByteLen(bstrRight);
        int order = memcmp(bstrLeft, bstrRight, bytes_left < bytes_right ? bytes_left : bytes_right);
        return order < 0 ? 0 : order > 0 ? 2 : bytes_left < bytes_right ? 0 : bytes_left > bytes_right ? 2 : 1;
    }
    int order = api_CompareStringW(lcid, dwFlags, bstrLeft, (int)left, bstrRight, (int)right);
    return order ? order - 1 : E_INVALIDARG;
}
