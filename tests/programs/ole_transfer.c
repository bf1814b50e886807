// OLE's clipboard with a data object of the program's own, media, and drop targets.
// flags: -lole32 -luuid -luser32
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <ole2.h>

#include "fixture.h"

static UINT format;
static LONG references = 1;

static HGLOBAL block(const char *text)
{
    HGLOBAL made = GlobalAlloc(GMEM_MOVEABLE, 8);
    char *at = GlobalLock(made);
    for (int i = 0; i < 8; i++)
        at[i] = text[i];
    GlobalUnlock(made);
    return made;
}

// ---- a data object with one format ----

static HRESULT STDMETHODCALLTYPE query(IDataObject *self, REFIID id, void **result)
{
    *result = NULL;
    if (!IsEqualIID(id, &IID_IUnknown) && !IsEqualIID(id, &IID_IDataObject))
        return E_NOINTERFACE;
    *result = self;
    references++;
    return S_OK;
}
static ULONG STDMETHODCALLTYPE add_ref(IDataObject *self)
{
    (void)self;
    return (ULONG)++references;
}
static ULONG STDMETHODCALLTYPE let_go(IDataObject *self)
{
    (void)self;
    return (ULONG)--references;
}
static HRESULT STDMETHODCALLTYPE get_data(IDataObject *self, FORMATETC *wanted, STGMEDIUM *medium)
{
    (void)self;
    if (wanted->cfFormat != format)
        return DV_E_FORMATETC;
    medium->tymed = TYMED_HGLOBAL;
    medium->hGlobal = block("windlass");
    medium->pUnkForRelease = NULL;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE query_data(IDataObject *self, FORMATETC *wanted)
{
    (void)self;
    return wanted->cfFormat == format ? S_OK : DV_E_FORMATETC;
}
static HRESULT STDMETHODCALLTYPE enumerate(IDataObject *self, DWORD direction, IEnumFORMATETC **result);
static IDataObjectVtbl table = {.QueryInterface = query, .AddRef = add_ref, .Release = let_go, .GetData = get_data,
                                .QueryGetData = query_data, .EnumFormatEtc = enumerate};
static IDataObject data = {&table};

static LONG position;
static HRESULT STDMETHODCALLTYPE formats_query(IEnumFORMATETC *self, REFIID id, void **result)
{
    (void)id;
    *result = self;
    return S_OK;
}
static ULONG STDMETHODCALLTYPE formats_count(IEnumFORMATETC *self)
{
    (void)self;
    return 1;
}
static HRESULT STDMETHODCALLTYPE formats_next(IEnumFORMATETC *self, ULONG count, FORMATETC *result, ULONG *fetched)
{
    FORMATETC only = {(CLIPFORMAT)format, NULL, DVASPECT_CONTENT, -1, TYMED_HGLOBAL};
    (void)self;
    if (fetched)
        *fetched = position == 0;
    if (!count || position++)
        return S_FALSE;
    *result = only;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE formats_skip(IEnumFORMATETC *self, ULONG count)
{
    (void)self;
    position += (LONG)count;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE formats_reset(IEnumFORMATETC *self)
{
    (void)self;
    position = 0;
    return S_OK;
}
static HRESULT STDMETHODCALLTYPE formats_clone(IEnumFORMATETC *self, IEnumFORMATETC **result)
{
    *result = self;
    return S_OK;
}
static IEnumFORMATETCVtbl formats_table = {formats_query, formats_count, formats_count, formats_next, formats_skip,
                                           formats_reset, formats_clone};
static IEnumFORMATETC formats = {&formats_table};

static HRESULT STDMETHODCALLTYPE enumerate(IDataObject *self, DWORD direction, IEnumFORMATETC **result)
{
    (void)self;
    (void)direction;
    position = 0;
    *result = &formats;
    return S_OK;
}

static void clipboard(void)
{
    IDataObject *found = NULL;
    FORMATETC wanted = {0, NULL, DVASPECT_CONTENT, -1, TYMED_HGLOBAL};
    STGMEDIUM medium = {0};
    format = RegisterClipboardFormatA("windlass test format");
    wanted.cfFormat = (CLIPFORMAT)format;
    say("set %08x", OleSetClipboard(&data));
    say("current %08x %08x", OleIsCurrentClipboard(&data), OleIsCurrentClipboard(NULL));
    say("get %08x", OleGetClipboard(&found));
    say("query %08x", IDataObject_QueryGetData(found, &wanted));
    say("data %08x", IDataObject_GetData(found, &wanted, &medium));
    say("medium %u", medium.tymed);
    char *bytes = GlobalLock(medium.hGlobal);
    say("%c%c%c%c", bytes[0], bytes[1], bytes[2], bytes[7]);
    GlobalUnlock(medium.hGlobal);
    ReleaseStgMedium(&medium);
    say("released %u", medium.tymed);
    wanted.lindex = 5;
    wanted.cfFormat = CF_WAVE;
    say("other %d", IDataObject_QueryGetData(found, &wanted) != S_OK);
    IDataObject_Release(found);
    say("flush %08x", OleFlushClipboard());
    say("current %08x", OleIsCurrentClipboard(&data));
    say("there %d", IsClipboardFormatAvailable(format));
    say("empty %08x", OleSetClipboard(NULL));
    say("there %d references %d", IsClipboardFormatAvailable(format), references);
}

// ---- drop targets ----

static void dropping(void)
{
    HWND window = CreateWindowExA(0, "STATIC", "", 0, 0, 0, 10, 10, HWND_MESSAGE, NULL, NULL, NULL);
    say("no window %08x", RegisterDragDrop((HWND)12345, (IDropTarget *)&data));
    say("no target %08x", RegisterDragDrop(window, NULL));
    say("not registered %08x", RevokeDragDrop(window));
    DestroyWindow(window);
}

PROGRAM
{
    say("ole %08x", OleInitialize(NULL));
    clipboard();
    dropping();
    OleUninitialize();
    return 0;
}
