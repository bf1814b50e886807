/* Lists of item identifiers ("ITEMIDLIST structure", "IL functions"): items, each with its size before it, and a size of
 * zero behind them. The empty list is the desktop. What stands in an item is the business of shell_items.py. */
#include "com/com.h"

typedef struct __attribute__((packed)) {  /* items of odd sizes occur */
    USHORT cb;
    BYTE abID[];
} SHITEMID;

static SHITEMID *next_item(const SHITEMID *item) { return (SHITEMID *)((uintptr_t)item + item->cb); }

/* The bytes of the items, without the zero. */
static UINT items_size(const SHITEMID *list) {
    const SHITEMID *at = list;
    while (at && at->cb)
        at = next_item(at);
    return (UINT)((uintptr_t)at - (uintptr_t)list);
}

/* A list of two pieces, each of whole items. */
static SHITEMID *join(const void *first, UINT first_size, const void *second, UINT second_size) {
    BYTE *list = heap_alloc(first_size + second_size + sizeof(USHORT));
    if (!list)
        return NULL;
    memcpy(list, first, first_size);
    memcpy(list + first_size, second, second_size);
    memset(list + first_size + second_size, 0, sizeof(USHORT));
    return (SHITEMID *)(void *)list;
}

API(shell32, UINT, ILGetSize, const SHITEMID *pidl) { return pidl ? items_size(pidl) + (UINT)sizeof(USHORT) : 0; }

API(shell32, SHITEMID *, ILGetNext, const SHITEMID *pidl) { return pidl && pidl->cb ? next_item(pidl) : NULL; }

/* The last item; of the empty list its end. */
API(shell32, SHITEMID *, ILFindLastID, const SHITEMID *pidl) {
    const SHITEMID *last = pidl;
    for (const SHITEMID *at = pidl; at && at->cb; at = next_item(at))
        last = at;
    return (SHITEMID *)(uintptr_t)last;
}

API(shell32, BOOL, ILRemoveLastID, SHITEMID *pidl) {
    if (!pidl || !pidl->cb)
        return FALSE;
    api_ILFindLastID(pidl)->cb = 0;
    return TRUE;
}

API(shell32, SHITEMID *, ILClone, const SHITEMID *pidl) { return pidl ? join(pidl, items_size(pidl), "", 0) : NULL; }

API(shell32, SHITEMID *, ILCloneFirst, const SHITEMID *pidl) { return pidl ? join(pidl, pidl->cb, "", 0) : NULL; }

API(shell32, SHITEMID *, ILCombine, const SHITEMID *pidl1, const SHITEMID *pidl2) {
    return pidl1 || pidl2 ? join(pidl1 ? (const void *)pidl1 : "", items_size(pidl1), pidl2 ? (const void *)pidl2 : "",
                                 items_size(pidl2))
                          : NULL;
}

/* Takes over the list and returns the longer one. */
API(shell32, SHITEMID *, ILAppendID, SHITEMID *pidl, const SHITEMID *pmkid, BOOL fAppend) {
    if (!pmkid)
        return pidl;
    const void *list = pidl ? (const void *)pidl : "";
    UINT size = items_size(pidl);
    SHITEMID *longer = fAppend ? join(list, size, pmkid, pmkid->cb) : join(pmkid, pmkid->cb, list, size);
    heap_free(pidl);
    return longer;
}

static bool same_item(const SHITEMID *a, const SHITEMID *b) { return a->cb == b->cb && memcmp(a, b, a->cb) == 0; }

API(shell32, BOOL, ILIsEqual, const SHITEMID *pidl1, const SHITEMID *pidl2) {
    if (!pidl1 || !pidl2)
        return pidl1 == pidl2;
    UINT size = items_size(pidl1);
    return size == items_size(pidl2) && memcmp(pidl1, pidl2, size) == 0;
}

/* What follows the parent's items in the child; NULL when it is no parent of it. The child may be the parent itself. */
API(shell32, SHITEMID *, ILFindChild, const SHITEMID *pidlParent, const SHITEMID *pidlChild) {
    if (!pidlParent || !pidlChild)
        return NULL;
    for (; pidlParent->cb; pidlParent = next_item(pidlParent), pidlChild = next_item(pidlChild)) {
        if (!pidlChild->cb || !same_item(pidlParent, pidlChild))
            return NULL;
    }
    return (SHITEMID *)(uintptr_t)pidlChild;
}

API(shell32, BOOL, ILIsParent, const SHITEMID *pidl1, const SHITEMID *pidl2, BOOL fImmediate) {
    const SHITEMID *rest = api_ILFindChild(pidl1, pidl2);
    return rest && (!fImmediate || (rest->cb && !next_item(rest)->cb));
}
