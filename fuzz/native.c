/* Fuzzes the C code that reads what a file or its author chose: with libFuzzer, AddressSanitizer and
 * UndefinedBehaviorSanitizer, without Python.
 *
 *     CC=clang meson setup build-fuzz -Dfuzzing=true -Db_sanitize=address,undefined -Db_lundef=false
 *     ninja -C build-fuzz fuzz_native
 *     mkdir corpus; ASAN_OPTIONS=detect_leaks=0 build-fuzz/fuzz_native corpus fuzz/native_seeds -max_len=4096
 *
 * An input's first byte chooses what reads the rest; fuzz/native_seeds has one for each. A file that is reported is
 * read again by `build-fuzz/fuzz_native FILE`. */
#include <stdio.h>
#include <sys/mman.h>

#include "api.h"
#include "codepage.h"
#include "data_file.h"
#include "map.h"
#include "module.h"
#include "path.h"
#include "unwind.h"

/* The interpreter of call frame information is all static; its entry points exist once already. */
#define host_frames_init fuzzed_host_frames_init
#define host_code_contains fuzzed_host_code_contains
#define host_code_is_python fuzzed_host_code_is_python
#define host_function_begin fuzzed_host_function_begin
#define host_frame_unwind fuzzed_host_frame_unwind
#include "dwarf.c"

API_USE(HANDLE, FindResourceExW, HMODULE, LPCWSTR, LPCWSTR, WORD);
API_USE(HANDLE, LoadResource, HMODULE, HANDLE);
API_USE(DWORD, SizeofResource, HMODULE, HANDLE);
API_USE(INT, LoadStringW, HINSTANCE, UINT, LPWSTR, INT);
API_USE(BOOL, EnumResourceTypesW, HMODULE, PVOID, LONG_PTR);
API_USE(BOOL, EnumResourceNamesW, HMODULE, LPCWSTR, PVOID, LONG_PTR);
API_USE(BOOL, EnumResourceLanguagesW, HMODULE, LPCWSTR, LPCWSTR, PVOID, LONG_PTR);
API_USE(PSTR, __unDName, PSTR, LPCSTR, INT, PVOID, PVOID, WORD);
API_USE(int, MultiByteToWideChar, UINT, DWORD, LPCSTR, int, LPWSTR, int);
API_USE(int, WideCharToMultiByte, UINT, DWORD, LPCWSTR, int, LPSTR, int, LPCSTR, BOOL *);

static volatile unsigned seen;

/* Reads all of it, so that the sanitizer has its say. */
static void touch(const void *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        seen += ((const uint8_t *)data)[i];
}

/* A copy of exactly this size, and one with a zero behind it. */
static uint8_t *copy_of(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, data, size);
    return copy;
}

static char *text_of(const uint8_t *data, size_t size) {
    char *text = calloc(size + 1, 1);
    memcpy(text, data, size);
    return text;
}

static WCHAR *wide_of(const uint8_t *data, size_t size) {
    WCHAR *text = calloc(size / 2 + 1, sizeof *text);
    memcpy(text, data, size / 2 * 2);
    return text;
}

/* ---- base relocations ---- */

static void relocations(const uint8_t *data, size_t size) {
    uint8_t *image = copy_of(data, size);
    uint16_t place[2] = {0};
    size_t bad;
    memcpy(place, data, size < sizeof place ? size : sizeof place);
    image_relocate(image, size, place[0], place[1], 0x10000, &bad);
    free(image);
}

/* ---- resources ---- */

static BOOL WINAPI on_language(HMODULE module, LPCVOID type, LPCVOID name, WORD language, LONG_PTR parameter) {
    HANDLE found = api_FindResourceExW(module, type, name, language);
    (void)parameter;
    const void *at = found ? api_LoadResource(module, found) : NULL;
    if (at)
        touch(at, api_SizeofResource(module, found));
    return TRUE;
}

static BOOL WINAPI on_name(HMODULE module, LPCVOID type, PVOID name, LONG_PTR parameter) {
    return api_EnumResourceLanguagesW(module, type, name, (PVOID)(uintptr_t)on_language, parameter), TRUE;
}

static BOOL WINAPI on_type(HMODULE module, PVOID type, LONG_PTR parameter) {
    return api_EnumResourceNamesW(module, type, (PVOID)(uintptr_t)on_name, parameter), TRUE;
}

static void resources_of(const uint8_t *data, size_t size, unsigned kind) {
    uint8_t *file = copy_of(data, size);
    HMODULE module = (HMODULE)((uintptr_t)file | kind);
    WCHAR buffer[32];
    data_file_add((uintptr_t)module, size);
    api_EnumResourceTypesW(module, (PVOID)(uintptr_t)on_type, 0);
    for (UINT number = 0; number < 32; number += 5)
        api_LoadStringW(module, number, buffer, sizeof buffer / sizeof *buffer);
    data_file_remove((uintptr_t)module);
    free(file);
}

static void resources(const uint8_t *data, size_t size) {
    resources_of(data, size, 1);
    resources_of(data, size, 2);
}

static void *no_satellite(const void *handle, WORD language, unsigned index) {
    return (void)handle, (void)language, (void)index, NULL;
}

/* ---- exports ---- */

static void *no_forwarder(const void *base, const char *forwarder) {
    (void)base;
    touch(forwarder, strlen(forwarder));
    return NULL;
}

/* In an image that has been loaded: its headers have been found good. */
static void exports(const uint8_t *data, size_t size) {
    enum { IMAGE = 0x4000, HEADERS = 0x200 };
    static const char *const names[] = {"f", "alpha", "", "zzzz"};
    static uint8_t *image;
    struct module_facts facts = {.size = IMAGE, .path = u"C:\\fuzzed.dll", .path_length = 13};
    NTSTATUS status;
    if (!image)
        image = mmap(NULL, IMAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(image, 0, IMAGE);
    memcpy(image, "MZ", 2);
    *(DWORD *)(image + 0x3c) = 0x40;
    *(DWORD *)(image + 0x40) = 0x4550;
    *(WORD *)(image + 0x58) = 0x20b;
    *(DWORD *)(image + 0x40 + 24 + 56) = IMAGE;
    *(DWORD *)(image + 0x40 + 24 + 108) = 16;
    *(DWORD *)(image + 0x40 + 24 + 112) = HEADERS;
    *(DWORD *)(image + 0x40 + 24 + 116) = size > 4 ? *(const WORD *)data : 40;
    memcpy(image + HEADERS, data, size < IMAGE - HEADERS ? size : IMAGE - HEADERS);
    facts.base = image;
    struct module *module = module_add(&facts);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        module_export(image, names[i], 0, &status);
    for (DWORD ordinal = 0; ordinal < 8; ordinal++)
        module_export(image, NULL, ordinal, &status);
    module_remove(module);
}

/* ---- names, texts, paths ---- */

static PVOID WINAPI get_memory(SIZE_T size) { return malloc(size); }
static void WINAPI release_memory(PVOID block) { free(block); }

static void names(const uint8_t *data, size_t size) {
    if (size < 2)
        return;
    char *name = text_of(data + 2, size - 2), room[40];
    api___unDName(room, name, sizeof room, (PVOID)(uintptr_t)get_memory, (PVOID)(uintptr_t)release_memory,
                  (WORD)(data[0] | data[1] << 8));
    free(api___unDName(NULL, name, 0, (PVOID)(uintptr_t)get_memory, (PVOID)(uintptr_t)release_memory, 0));
    free(name);
}

static void texts(const uint8_t *data, size_t size) {
    static const UINT pages[] = {0, 437, 932, 936, 949, 950, 1252, 1255, 20127, 28591, 54936, 65000, 65001};
    if (size < 3)
        return;
    UINT page = pages[data[0] % (sizeof pages / sizeof *pages)];
    int count = (int)(size - 2), room = data[1];
    uint8_t *narrow = copy_of(data + 2, size - 2), *wide = copy_of(data + 2, (size - 2) / 2 * 2);
    WCHAR *to_wide = malloc(room * sizeof *to_wide + 1);
    char *to_narrow = malloc(room + 1);
    api_MultiByteToWideChar(page, 0, (LPCSTR)narrow, count, to_wide, room);
    api_MultiByteToWideChar(page, 8, (LPCSTR)narrow, count, NULL, 0);
    if (count / 2) {
        api_WideCharToMultiByte(page, 0, (LPCWSTR)(void *)wide, count / 2, to_narrow, room, NULL, NULL);
        api_WideCharToMultiByte(page, 0, (LPCWSTR)(void *)wide, count / 2, NULL, 0, NULL, NULL);
    }
    free(narrow);
    free(wide);
    free(to_wide);
    free(to_narrow);
}

static void paths(const uint8_t *data, size_t size) {
    WCHAR *path = wide_of(data, size);
    struct host_path host;
    size_t length;
    DWORD error;
    free(path_full(path, &length, &error));
    if (!path_to_host(path, &host) && host.kind == PATH_FILE)
        touch(host.text, strlen(host.text));
    free(path);
}

/* ---- frames ----
 *
 * Unwind data may lead to any RVA, which is readable here, and to a stack anywhere, which is let go. What is left to go
 * wrong is where results are written, and whether it ends. */

enum { SPAN_BITS = 34 };

static uint8_t *wide_open(void) {
    static uint8_t *span;
    if (!span)
        span = mmap(NULL, (size_t)1 << SPAN_BITS, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return span;
}

/* A stack in the middle of it that is full of pointers to itself. */
static uintptr_t stack_of_pointers(void) {
    enum { REACH = 0x8000 };
    static uintptr_t *middle;
    if (!middle) {
        middle = (uintptr_t *)(void *)(wide_open() + ((size_t)1 << (SPAN_BITS - 1)));
        for (ptrdiff_t i = -REACH; i < REACH; i++)
            middle[i] = (uintptr_t)middle;
    }
    return (uintptr_t)middle;
}

static void frames(const uint8_t *data, size_t size) {
    uint8_t *image = wide_open();
    uintptr_t stack = stack_of_pointers();
    CONTEXT context = {0};
    PVOID handler_data;
    ULONG64 frame;
    if (size < sizeof(RUNTIME_FUNCTION) + 2)
        return;
    memcpy(image, data, size);
    for (unsigned number = 0; number < 16; number++)
        *context_register(&context, number) = stack + 0x1000 * number;
    RUNTIME_FUNCTION *function = (RUNTIME_FUNCTION *)image;
    uintptr_t pc = (uintptr_t)image + function->BeginAddress + data[size - 1];
    struct fault_guard guard;
    if (!fault_guard_enter(&guard, &thread_self()->guard)) { /* a frame may have put its stack anywhere */
        windows_frame_unwind(3, (uintptr_t)image, pc, function, &context, &handler_data, &frame, NULL);
        function_primary((uintptr_t)image, function);
        fault_guard_leave(&guard);
    }
    memset(image, 0, size);
}

static void call_frame_information(const uint8_t *data, size_t size) {
    uint8_t *at = wide_open();
    if (size < 4)
        return;
    memcpy(at, data + 4, size - 4);
    struct description description = {
        .initial = at, .initial_end = at + data[0], .program = at + data[0], .program_end = at + size - 4,
        .begin = 0x1000, .end = 0x2000, .code_alignment = data[1], .data_alignment = (int8_t)data[2]};
    struct row row;
    row_at(&description, 0x1000 + data[3], &row);
    memset(at, 0, size);
}

/* ---- the choice ---- */

static void (*const targets[])(const uint8_t *, size_t) = {
    relocations, resources, exports, names, texts, paths, frames, call_frame_information,
};

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count, (void)arguments;
    peb_init();
    modules_init();
    forwarder_hook = no_forwarder;
    module_satellite_hook = no_satellite;
    thread_self();
    fault_handlers_install();                        /* a search among exports goes on behind a fault guard */
    return 0;
}

void __asan_handle_no_return(void);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    __asan_handle_no_return();                       /* frames that a fault guard left are no more */
    if (size && data[0] < sizeof targets / sizeof *targets)
        targets[data[0]](data + 1, size - 1);
    return 0;
}
