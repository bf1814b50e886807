// flags: -ldbghelp -limagehlp
// Symbols from exports, the stack, and headers of images.
#include <windows.h>
#include <dbghelp.h>

#include "fixture.h"

EXPORT __attribute__((noinline)) int first_function(int value) { return value * 7 + 1; }
EXPORT __attribute__((noinline)) int second_function(int value) { return value * 3 + 2; }
EXPORT int exported_data = 5;

static union {
    SYMBOL_INFO info;
    char room[sizeof(SYMBOL_INFO) + 200];
} symbol;

static HANDLE process = (HANDLE)(UINT_PTR)0x1234;

static void prepare(ULONG name_size)
{
    ZeroMemory(&symbol, sizeof symbol);
    symbol.info.SizeOfStruct = sizeof(SYMBOL_INFO);
    symbol.info.MaxNameLen = name_size;
}

static BOOL CALLBACK count(PSYMBOL_INFO info, ULONG size, PVOID context)
{
    (void)size;
    if (lstrlenA(info->Name) > 9 && !lstrcmpA(info->Name + info->NameLen - 9, "_function"))
        ++*(int *)context;
    return TRUE;
}

static BOOL CALLBACK find_self(PCSTR name, DWORD64 base, PVOID context)
{
    if (!lstrcmpiA(name, "debug_symbols"))
        *(DWORD64 *)context = base;
    return TRUE;
}

/* mingw-w64 has them in its import library, not in its header. */
DWORD IMAGEAPI SymAddrIncludeInlineTrace(HANDLE, DWORD64);
BOOL IMAGEAPI SymQueryInlineTrace(HANDLE, DWORD64, DWORD, DWORD64, DWORD64, LPDWORD, LPDWORD);
BOOL IMAGEAPI SymFromInlineContext(HANDLE, DWORD64, ULONG, PDWORD64, PSYMBOL_INFO);
BOOL IMAGEAPI SymGetLineFromInlineContext(HANDLE, DWORD64, ULONG, DWORD64, PDWORD, PIMAGEHLP_LINE64);

/* Exports tell of no inlined functions: a frame's only context is that of the function itself. */
static void inlined(void)
{
    DWORD64 address = (DWORD64)(UINT_PTR)first_function, displacement = 99;
    DWORD context = 7, index = 7, column = 0;
    IMAGEHLP_LINE64 line = {sizeof line};
    say("inlined %u", SymAddrIncludeInlineTrace(process, address));
    say("trace %d", SymQueryInlineTrace(process, address, 0, address, address, &context, &index));
    prepare(200);
    // Wine reports: in context 0
    // documented: in context 1     (Microsoft, "SymFromInlineContext function")
    say("in context %d", SymFromInlineContext(process, address, 0, &displacement, &symbol.info));
    // Wine reports:   '' + 99
    // documented:   'first_function' + 0     (Microsoft, "SymFromInlineContext function")
    say("  '%s' + %u", symbol.info.Name, (unsigned)displacement);
    say("line %d", SymGetLineFromInlineContext(process, address, 0, 0, &column, &line));
}

static void symbols(HMODULE self)
{
    DWORD64 displacement = 99, base = 0;
    IMAGEHLP_MODULE64 module = {sizeof module};
    int functions = 0;
    prepare(200);
    SetLastError(0);
    // Wine reports: inside 0
    // documented: inside 1     (Microsoft, "SymFromAddr function": any address of the function)
    say("inside %d", SymFromAddr(process, (DWORD64)(UINT_PTR)first_function + 3, &displacement, &symbol.info));
    say("address %d", SymFromAddr(process, (DWORD64)(UINT_PTR)first_function, &displacement, &symbol.info));
    say("  '%s' + %u, length %u", symbol.info.Name, (unsigned)displacement, symbol.info.NameLen);
    check(symbol.info.Address == (DWORD64)(UINT_PTR)first_function && symbol.info.ModBase == (DWORD64)(UINT_PTR)self);
    prepare(6);
    say("short %d", SymFromAddr(process, (DWORD64)(UINT_PTR)second_function, &displacement, &symbol.info));
    say("  '%s', length %u", symbol.info.Name, symbol.info.NameLen);
    prepare(200);
    say("name %d", SymFromName(process, "second_function", &symbol.info));
    check(symbol.info.Address == (DWORD64)(UINT_PTR)second_function);
    say("name %d", SymFromName(process, "debug_symbols!first_function", &symbol.info));
    check(symbol.info.Address == (DWORD64)(UINT_PTR)first_function);
    say("no name %d", SymFromName(process, "no_such_function_anywhere", &symbol.info));
    SetLastError(0);
    say("no module %d, error %u", SymFromAddr(process, 16, &displacement, &symbol.info), GetLastError());
    say("enumerated %d: %d", SymEnumSymbols(process, (DWORD64)(UINT_PTR)self, "*_function", count, &functions), functions);
    functions = 0;
    say("by module %d: %d", SymEnumSymbols(process, 0, "debug_symbols!*_function", count, &functions), functions);
    say("base %d", SymGetModuleBase64(process, (DWORD64)(UINT_PTR)first_function) == (DWORD64)(UINT_PTR)self);
    SetLastError(0);
    say("no base %d, error %u", SymGetModuleBase64(process, 16) != 0, GetLastError());
    say("module %d", SymGetModuleInfo64(process, (DWORD64)(UINT_PTR)self, &module));
    check(module.BaseOfImage == (DWORD64)(UINT_PTR)self && module.ImageSize > 0x1000);
    say("  '%s'", module.ModuleName);
    SymEnumerateModules64(process, find_self, &base);
    IMAGEHLP_LINE64 line = {sizeof line};
    DWORD offset;
    SetLastError(0);
    say("line %d", SymGetLineFromAddr64(process, (DWORD64)(UINT_PTR)first_function, &offset, &line));
}

static __attribute__((noinline)) int walk(int depth)
{
    CONTEXT context;
    STACKFRAME64 frame = {0};
    int frames = 0, own = 0;
    if (depth > 0)
        return walk(depth - 1) + first_function(depth) * 0;
    RtlCaptureContext(&context);
    frame.AddrPC.Offset = context.Rip;
    frame.AddrFrame.Offset = context.Rbp;
    frame.AddrStack.Offset = context.Rsp;
    frame.AddrPC.Mode = frame.AddrFrame.Mode = frame.AddrStack.Mode = AddrModeFlat;
    while (frames < 100 && StackWalk64(IMAGE_FILE_MACHINE_AMD64, process, GetCurrentThread(), &frame, &context, NULL,
                                       SymFunctionTableAccess64, SymGetModuleBase64, NULL)) {
        DWORD64 base = SymGetModuleBase64(process, frame.AddrPC.Offset);
        if (frames == 0)
            check(base == (DWORD64)(UINT_PTR)&symbol - ((DWORD64)(UINT_PTR)&symbol - base));
        own += base != 0 && base == SymGetModuleBase64(process, (DWORD64)(UINT_PTR)first_function);
        frames++;
    }
    check(frames < 100);
    return own;
}

static void images(HMODULE self)
{
    ULONG size = 0;
    PIMAGE_NT_HEADERS headers = ImageNtHeader(self);
    check(headers && headers->Signature == IMAGE_NT_SIGNATURE);
    IMAGE_EXPORT_DIRECTORY *exports = ImageDirectoryEntryToData(self, TRUE, IMAGE_DIRECTORY_ENTRY_EXPORT, &size);
    check(exports && size >= sizeof *exports && exports->NumberOfNames >= 3);
    say("no directory %d", ImageDirectoryEntryToData(self, TRUE, IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR, &size) != NULL);
    say("not an image %d", ImageNtHeader((PVOID)"nothing of the kind") != NULL);
    PIMAGE_SECTION_HEADER section = ImageRvaToSection(headers, self, (ULONG)((char *)first_function - (char *)self));
    say("section '%s'", section ? (char *)section->Name : "none");
}

static void directories(void)
{
    char base[MAX_PATH], path[MAX_PATH];
    GetTempPathA(MAX_PATH, base);
    lstrcatA(base, "windlass-dbghelp-test");
    lstrcatA(lstrcpyA(path, base), "\\one\\file");
    say("made %d", MakeSureDirectoryPathExists(path));
    say("there %d %d", GetFileAttributesA(path) == INVALID_FILE_ATTRIBUTES, MakeSureDirectoryPathExists(path));
    lstrcatA(lstrcpyA(path, base), "\\one");
    say("removed %d %d", RemoveDirectoryA(path), RemoveDirectoryA(base));
}

PROGRAM
{
    char path[MAX_PATH];
    HMODULE self = NULL;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       (LPCWSTR)(void *)first_function, &self);
    process = GetCurrentProcess();
    prepare(200);
    SetLastError(0);
    say("before %d, error %u", SymFromAddr(process, (DWORD64)(UINT_PTR)first_function, NULL, &symbol.info), GetLastError());
    SymSetOptions(SYMOPT_DEFERRED_LOADS | SYMOPT_UNDNAME);
    say("options %x", SymGetOptions());
    say("initialize %d", SymInitialize(process, "C:\\symbols", TRUE));
    say("path %d '%s'", SymGetSearchPath(process, path, MAX_PATH), path);
    symbols(self);
    inlined();
    images(self);
    directories();
    say("%u '%s'", UnDecorateSymbolName("?f@C@@QEAAHN@Z", path, MAX_PATH, UNDNAME_COMPLETE), path);
    say("%u '%s'", UnDecorateSymbolName("?f@C@@QEAAHN@Z", path, MAX_PATH, UNDNAME_NAME_ONLY), path);
    say("%u '%s'", UnDecorateSymbolName("plain", path, MAX_PATH, UNDNAME_COMPLETE), path);
    say("frames of this DLL %d", walk(3) >= 5);
    say("cleanup %d", SymCleanup(process));
    say("again %d", SymCleanup(process));
    return 0;
}
