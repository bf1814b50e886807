// Compound files: storages and streams, made, changed, listed, transacted, and read again.
// flags: -lole32 -luuid
#define COBJMACROS
#include <initguid.h>
#include <windows.h>
#include <ole2.h>

#include "fixture.h"

DEFINE_GUID(CLSID_Note, 0x7d1f0c01, 0x1c2d, 0x4e3f, 0x90, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77);
enum { OPEN = STGM_READWRITE | STGM_SHARE_EXCLUSIVE };

static WCHAR path[MAX_PATH];
static char block[5000];

static void list(IStorage *storage)
{
    IEnumSTATSTG *all = NULL;
    STATSTG each;
    say("list %08x", IStorage_EnumElements(storage, 0, NULL, 0, &all));
    while (IEnumSTATSTG_Next(all, 1, &each, NULL) == S_OK) {
        say(" %ls type %u size %u", each.pwcsName, each.type, each.cbSize.LowPart);
        CoTaskMemFree(each.pwcsName);
    }
    IEnumSTATSTG_Release(all);
}

static void make(void)
{
    IStorage *root = NULL, *below = NULL;
    IStream *stream = NULL;
    LARGE_INTEGER place = {.QuadPart = 100};
    ULARGE_INTEGER at, size = {.QuadPart = 6000};
    ULONG count = 99;
    STATSTG stat;
    say("create %08x", StgCreateDocfile(path, OPEN | STGM_CREATE, 0, &root));
    say("stream %08x", IStorage_CreateStream(root, L"small", OPEN, 0, 0, &stream));
    say("write %08x", IStream_Write(stream, "hello", 5, &count));
    say("%u", count);
    say("seek %08x", IStream_Seek(stream, place, STREAM_SEEK_SET, &at));
    say("beyond %08x", IStream_Write(stream, "!", 1, NULL));
    say("stat %08x", IStream_Stat(stream, &stat, STATFLAG_DEFAULT));
    say("%ls %u %u", stat.pwcsName, stat.type, stat.cbSize.LowPart);
    CoTaskMemFree(stat.pwcsName);
    IStream_Release(stream);
    say("large %08x", IStorage_CreateStream(root, L"Large", OPEN, 0, 0, &stream));
    for (int i = 0; i < (int)sizeof block; i++)
        block[i] = (char)(i * 7);
    for (int i = 0; i < 40; i++)
        IStream_Write(stream, block, sizeof block, NULL);
    IStream_Release(stream);
    say("again %08x", IStorage_CreateStream(root, L"SMALL", OPEN, 0, 0, &stream));
    say("no share %08x", IStorage_CreateStream(root, L"x", STGM_READWRITE, 0, 0, &stream));
    say("below %08x", IStorage_CreateStorage(root, L"below", OPEN, 0, 0, &below));
    say("class %08x", IStorage_SetClass(below, &CLSID_Note));
    say("state %08x", IStorage_SetStateBits(below, 0x35, 0x0f));
    say("in it %08x", IStorage_CreateStream(below, L"inner", OPEN, 0, 0, &stream));
    IStream_Write(stream, block, 300, NULL);
    say("grow %08x", IStream_SetSize(stream, size));
    IStream_Release(stream);
    for (int i = 0; i < 20; i++) {
        WCHAR name[] = {'n', (WCHAR)('a' + i), 0};
        IStorage_CreateStream(below, name, OPEN, 0, 0, &stream);
        IStream_Write(stream, name, sizeof name, NULL);
        IStream_Release(stream);
    }
    IStorage_Release(below);
    say("rename %08x", IStorage_RenameElement(root, L"small", L"tiny"));
    say("rename to one that is %08x", IStorage_RenameElement(root, L"tiny", L"LARGE"));
    say("destroy what is not %08x", IStorage_DestroyElement(root, L"nothing"));
    list(root);
    IStorage_Release(root);
    say("is it %08x", StgIsStorageFile(path));
    say("exists %08x", StgCreateDocfile(path, OPEN, 0, &root));
}

static void read_back(void)
{
    IStorage *root = NULL, *below = NULL;
    IStream *stream = NULL, *clone = NULL;
    LARGE_INTEGER place = {.QuadPart = -3};
    char bytes[200];
    ULONG count = 0;
    STATSTG stat;
    CLSID id;
    say("open %08x", StgOpenStorage(path, NULL, STGM_READ | STGM_SHARE_DENY_WRITE, NULL, 0, &root));
    list(root);
    say("tiny %08x", IStorage_OpenStream(root, L"TINY", NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, 0, &stream));
    say("read %08x", IStream_Read(stream, bytes, sizeof bytes, &count));
    say("%u %c%c%c%c%c %d %c", count, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[50], bytes[100]);
    // Wine reports: before the start 00000000
    // documented: before the start 80030001     (Microsoft, "IStream::Seek method")
    say("before the start %08x", IStream_Seek(stream, place, STREAM_SEEK_SET, NULL));
    say("from the end %08x", IStream_Seek(stream, place, STREAM_SEEK_END, NULL));
    say("clone %08x", IStream_Clone(stream, &clone));
    IStream_Read(clone, bytes, 10, &count);
    say("%u", count);
    IStream_Release(clone);
    say("write %08x", IStream_Write(stream, "x", 1, NULL));
    IStream_Release(stream);
    say("large %08x", IStorage_OpenStream(root, L"Large", NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, 0, &stream));
    int same = 0;
    for (int i = 0; i < 40; i++) {
        char part[sizeof block];
        IStream_Read(stream, part, sizeof part, &count);
        same += count == sizeof part;
        for (int j = 0; j < (int)sizeof part; j += 97)
            check(part[j] == block[j]);
    }
    say("parts %d", same);
    IStream_Release(stream);
    say("below %08x", IStorage_OpenStorage(root, L"below", NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, NULL, 0, &below));
    say("class %08x", ReadClassStg(below, &id));
    say("is it %d", IsEqualGUID(&id, &CLSID_Note));
    say("stat %08x", IStorage_Stat(below, &stat, STATFLAG_NONAME));
    // Wine reports: type 1 state 0
    // documented: type 1 state 5     (Microsoft, "IStorage::SetStateBits method")
    say("type %u state %x", stat.type, stat.grfStateBits);
    list(below);
    say("a storage is no stream %08x", IStorage_OpenStream(root, L"below", NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, 0, &stream));
    say("not there %08x", IStorage_OpenStream(root, L"nothing", NULL, STGM_READ | STGM_SHARE_EXCLUSIVE, 0, &stream));
    say("create %08x", IStorage_CreateStream(root, L"new", OPEN, 0, 0, &stream));
    IStorage_Release(below);
    IStorage_Release(root);
}

static void transacted(void)
{
    IStorage *root = NULL;
    IStream *stream = NULL;
    say("open %08x", StgOpenStorage(path, NULL, OPEN | STGM_TRANSACTED, NULL, 0, &root));
    say("stream %08x", IStorage_CreateStream(root, L"first", OPEN, 0, 0, &stream));
    IStream_Release(stream);
    say("revert %08x", IStorage_Revert(root));
    list(root);
    say("stream %08x", IStorage_CreateStream(root, L"second", OPEN, 0, 0, &stream));
    IStream_Write(stream, "two", 3, NULL);
    IStream_Release(stream);
    say("commit %08x", IStorage_Commit(root, STGC_DEFAULT));
    say("destroy %08x", IStorage_DestroyElement(root, L"Large"));
    IStorage_Release(root);
    say("no sharing %08x", StgOpenStorage(path, NULL, STGM_READ, NULL, 0, &root));
    say("no sharing %08x", StgCreateDocfile(NULL, STGM_READWRITE, 0, &root));
    say("open %08x", StgOpenStorage(path, NULL, OPEN, NULL, 0, &root));
    list(root);
    IStorage_Release(root);
}

static void others(void)
{
    IStorage *root = NULL, *copy = NULL;
    WCHAR text[MAX_PATH], folder[MAX_PATH];
    HANDLE file;
    DWORD count;
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"stg", 0, text);
    file = CreateFileW(text, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "no storage at all", 17, &count, NULL);
    CloseHandle(file);
    say("no storage %08x", StgIsStorageFile(text));
    say("open %08x", StgOpenStorage(text, NULL, OPEN, NULL, 0, &root));
    DeleteFileW(text);
    say("no file %08x", StgIsStorageFile(text));
    say("open %08x", StgOpenStorage(text, NULL, OPEN, NULL, 0, &root));
    say("open %08x", StgOpenStorage(path, NULL, OPEN, NULL, 0, &root));
    say("copy %08x", StgCreateStorageEx(text, OPEN | STGM_CREATE, STGFMT_DOCFILE, 0, NULL, NULL, &IID_IStorage, (void **)&copy));
    say("to %08x", IStorage_CopyTo(root, 0, NULL, NULL, copy));
    list(copy);
    list(root);
    IStorage_Release(copy);
    IStorage_Release(root);
    DeleteFileW(text);
}

PROGRAM
{
    WCHAR folder[MAX_PATH];
    CoInitialize(NULL);
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"stg", 0, path);
    make();
    read_back();
    transacted();
    others();
    DeleteFileW(path);
    CoUninitialize();
    return 0;
}
