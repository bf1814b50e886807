// A file's image as a section: laid out and protected as in memory, but not loaded.
#include <windows.h>

#include "fixture.h"

static int data = 5;
static int *volatile pointer = &data;

static HANDLE open_image(HMODULE module)
{
    WCHAR path[MAX_PATH];
    check(GetModuleFileNameW(module, path, MAX_PATH));
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    check(file != INVALID_HANDLE_VALUE);
    return file;
}

static HMODULE own_module(void)
{
    HMODULE module = NULL;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       (LPCWSTR)(void *)own_module, &module);
    return module;
}

static void look(char *view, void *in_module, const char *what)
{
    MEMORY_BASIC_INFORMATION information;
    char *there = view + ((char *)in_module - (char *)own_module());
    check(VirtualQuery(there, &information, sizeof information));
    say("%s: type %lx, of the view %d, protection %lx, was %lx", what, information.Type,
        information.AllocationBase == view, information.Protect, information.AllocationProtect);
}

PROGRAM
{
    HMODULE module = own_module();
    HANDLE file = open_image(module);
    HANDLE section = CreateFileMappingW(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    check(section && CloseHandle(file));
    char *view = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    check(view && view != (char *)module);
    IMAGE_NT_HEADERS *headers = (IMAGE_NT_HEADERS *)(view + ((IMAGE_DOS_HEADER *)view)->e_lfanew);
    BOOL at_base = headers->OptionalHeader.ImageBase == (ULONG_PTR)view;
    say("signature %lx", headers->Signature);
    say("not a module %d", GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (LPCWSTR)(void *)view, &module));
    look(view, (void *)own_module, "code");
    look(view, own_module(), "header");
    char *base = (char *)own_module();
    int *theirs = (int *)(view + ((char *)&data - base));
    int **pointers = (int **)(view + ((char *)&pointer - base));
    say("data %d, pointers as in the file %d", *theirs, (*pointers == theirs) == at_base);
    *theirs = 6;
    char *second = MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0);
    say("written %d, another view %d, the module's %d", *theirs, *(int *)(second + ((char *)&data - base)), *pointer);
    check(UnmapViewOfFile(view) && UnmapViewOfFile(second));
    say("again: %d %lu", UnmapViewOfFile(view), GetLastError());
    CloseHandle(section);

    WCHAR path[MAX_PATH], folder[MAX_PATH];
    DWORD done;
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"img", 0, path);
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    check(WriteFile(file, "this is no image, but text", 26, &done, NULL));
    SetLastError(0);
    section = CreateFileMappingW(file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL);
    say("text: %d %lu", section != NULL, GetLastError());
    SetLastError(0);
    section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0x1000, NULL);
    say("no file: %d %lu", section != NULL, GetLastError());
    CloseHandle(file);
    return 0;
}
