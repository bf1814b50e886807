/* One declaration per Windows API function.
 *
 *     API(kernel32 kernelbase, ULONGLONG, GetTickCount64, void) { ... }
 *
 * names the DLLs that export the function, its result, its name and its parameters, and registers it: the builtin
 * images, the trace, import libraries, coverage tables and documentation are derived from these records.
 * Other C files call it as api_GetTickCount64 after repeating its prototype (API_USE).
 *
 * API_AS(symbol, dlls, result, name, ...)   for a name that means different functions in different DLLs,
 *                                           and for decorated C++ names: API_AS(type_info_dtor, ..., "??1type_info@@UEAA@XZ")
 * API_ALIAS(symbol, dlls, name)             a further export of a function that is declared elsewhere in the same file
 * API_ASM(dlls, result, name, ...)          a function whose body is in an assembler file, under api_name
 * API_DATA(dll, type, name)                 an exported variable: *data_name, storage inside the builtin image,
 *                                           NULL while the image is not mapped
 * API_START(dll) { ... }                    runs once when the builtin image has been mapped (fills its data) */
#ifndef WINDLASS_API_H
#define WINDLASS_API_H

#include "core.h"

struct api_record {
    const char *dlls;       /* separated by blanks, without ".dll" */
    const char *name;
    const char *result;     /* NULL for data and start hooks */
    const char *parameters;
    const char *file;
    void *address;          /* function; for data: address of the pointer to the storage */
    size_t size;            /* data: bytes; 0 for functions */
};

/* The linker section holds pointers: gcc pads records placed there directly. */
#define API_RECORD(symbol_, kind_, ...)                                                        \
    static const struct api_record symbol_##_##kind_ = {__VA_ARGS__};                          \
    static const struct api_record *const symbol_##_##kind_##_entry                            \
        __attribute__((used, section("windlass_api"))) = &symbol_##_##kind_

/* `dlls` may be a macro that names several. */
#define API_AS(symbol_, dlls_, result_, name_, ...) API_DECLARE(symbol_, dlls_, result_, name_, __VA_ARGS__)
#define API_DECLARE(symbol_, dlls_, result_, name_, ...)                                       \
    result_ WINAPI symbol_(__VA_ARGS__);                                                       \
    API_RECORD(symbol_, record, #dlls_, name_, #result_, #__VA_ARGS__, __FILE__, (void *)symbol_, 0); \
    result_ WINAPI symbol_(__VA_ARGS__)
#define API(dlls_, result_, name_, ...) API_AS(api_##name_, dlls_, result_, #name_, __VA_ARGS__)
#define API_ALIAS(symbol_, id_, dlls_, name_) API_DECLARE_ALIAS(symbol_, id_, dlls_, name_)
#define API_DECLARE_ALIAS(symbol_, id_, dlls_, name_)                                          \
    API_RECORD(symbol_, id_, #dlls_, name_, "=", #symbol_, __FILE__, (void *)symbol_, 0)
#define API_ASM(dlls_, result_, name_, ...) API_DECLARE_ASM(dlls_, result_, name_, __VA_ARGS__)
#define API_DECLARE_ASM(dlls_, result_, name_, ...)                                            \
    result_ WINAPI api_##name_(__VA_ARGS__);                                                   \
    API_RECORD(api_##name_, record, #dlls_, #name_, #result_, #__VA_ARGS__, __FILE__, (void *)api_##name_, 0)
/* An exported variable whose name is no name in C: *symbol_. A table of virtual functions ("??_7...") has room for the
 * address of its locator before it. */
#define API_DATA_AS(symbol_, dll_, type_, name_)                                               \
    static type_ *symbol_;                                                                     \
    API_RECORD(symbol_, record, #dll_, name_, NULL, #type_, __FILE__, (void *)&symbol_, sizeof(type_))
#define API_DATA(dll_, type_, name_) API_DATA_AS(data_##name_, dll_, type_, #name_)
#define API_START(dll_)                                                                        \
    static void start_##dll_(void);                                                            \
    API_RECORD(start_##dll_, record, #dll_, NULL, NULL, NULL, __FILE__, (void *)start_##dll_, 0); \
    static void start_##dll_(void)

/* The C run-times of Visual C++ 2005 to 2013, which export the same functions for the most part. */
#define MSVCR_DLLS msvcr80 msvcr90 msvcr100 msvcr110 msvcr120

/* A call of an API function that is declared in another file. */
#define API_USE(result_, name_, ...) result_ WINAPI api_##name_(__VA_ARGS__)

#endif
