/* Resources of modules ("FindResourceExW function", "LoadResource function", "EnumResourceNamesW function"; "PE Format",
 * "The .rsrc Section"). A resource's handle is the address of its data entry in the image. */
#include "api.h"
#include "codepage.h"
#include "data_file.h"
#include "module.h"

#define ERROR_MUI_FILE_NOT_FOUND 15100u
#define ERROR_RESOURCE_ENUM_USER_STOP 15106u

struct directory {
    DWORD characteristics, timestamp;
    WORD major, minor, named, numbered;
    struct entry { DWORD name, offset; } entries[];
};

struct data_entry {
    DWORD rva, size, code_page, reserved;
};

/* An image's resource section. */
struct resources {
    const BYTE *section;
    DWORD size;
};

/* An image's bytes, wherever they come from: nothing beyond `size` is its own. */
struct image {
    const BYTE *base;
    size_t size;
    bool is_flat; /* the file as it is, not laid out */
};

/* A handle's low bits tell how the module was loaded: 1 for LOAD_LIBRARY_AS_DATAFILE, the file as it is; 2 for
 * LOAD_LIBRARY_AS_IMAGE_RESOURCE, laid out as modules are. NULL is the program. */
static struct image image_of(HMODULE module) {
    uintptr_t base = (uintptr_t)module & ~(uintptr_t)3;
    struct image image = {.base = (const BYTE *)base, .is_flat = (uintptr_t)module & 1};
    struct data_file file;
    if (!module)
        image.base = process_peb.ImageBaseAddress;
    const LDR_DATA_TABLE_ENTRY *loaded = module_from_base(image.base);
    if (loaded)
        image.size = loaded->SizeOfImage;
    else if (data_file_at(base, &file) && (file.handle & ~(uintptr_t)3) == base)
        image.size = file.size;
    return image;
}

/* The address of `size` bytes; NULL where the image has not so many. */
static const BYTE *at_offset(const struct image *image, size_t offset, size_t size) {
    return offset <= image->size && size <= image->size - offset ? image->base + offset : NULL;
}

struct section_header {
    char name[8];
    DWORD virtual_size, rva, raw_size, offset, unused[4];
};

struct headers {
    DWORD signature;
    WORD machine, sections;
    DWORD unused[3];
    WORD optional_size, characteristics, magic;
};

static const struct headers *headers_of(const struct image *image) {
    const DWORD *lfanew = (const DWORD *)at_offset(image, 0x3C, sizeof *lfanew);
    bool is_image = lfanew && image->base[0] == 'M' && image->base[1] == 'Z';
    return is_image ? (const struct headers *)at_offset(image, *lfanew, sizeof(struct headers)) : NULL;
}

/* The address of an RVA in a file that is mapped as it is; NULL where the file has no bytes for it. */
static const BYTE *in_file(const struct image *image, DWORD rva, size_t size) {
    const struct headers *headers = headers_of(image);
    size_t table = headers ? (size_t)((const BYTE *)&headers->magic - image->base) + headers->optional_size : 0;
    const struct section_header *section =
        headers ? (const void *)at_offset(image, table, headers->sections * sizeof *section) : NULL;
    for (unsigned i = 0; section && i < headers->sections; i++)
        if (rva - section[i].rva < section[i].raw_size)
            return at_offset(image, (size_t)section[i].offset + (rva - section[i].rva), size);
    return NULL;
}

static const BYTE *at_rva(const struct image *image, DWORD rva, size_t size) {
    return image->is_flat ? in_file(image, rva, size) : at_offset(image, rva, size);
}

/* RVA and size of the resource directory; NULL without one. */
static const DWORD *directory_entry(const struct image *image, const struct headers *headers) {
    enum { RESOURCE_DIRECTORY = 2, PE32 = 0x10B, DIRECTORIES = 112, DIRECTORIES32 = 96 };
    size_t at = (size_t)((const BYTE *)&headers->magic - image->base);
    const DWORD *count = (const DWORD *)at_offset(
        image, at + (headers->magic == PE32 ? DIRECTORIES32 : DIRECTORIES) - 4, (1 + 2 * RESOURCE_DIRECTORY + 2) * 4);
    return count && *count > RESOURCE_DIRECTORY ? count + 1 + 2 * RESOURCE_DIRECTORY : NULL;
}

static bool open_resources(HMODULE module, struct resources *resources) {
    struct image image = image_of(module);
    const struct headers *headers = headers_of(&image);
    if (!headers) {
        set_last_error(ERROR_BAD_EXE_FORMAT);
        return false;
    }
    const DWORD *place = directory_entry(&image, headers);
    bool has = place && place[0] && place[1] >= sizeof(struct directory);
    const BYTE *section = has ? at_rva(&image, place[0], place[1]) : NULL;
    if (!section) {
        set_last_error(ERROR_RESOURCE_DATA_NOT_FOUND);
        return false;
    }
    *resources = (struct resources){section, place[1]};
    return true;
}

static const struct directory *directory_at(const struct resources *resources, DWORD offset) {
    offset &= 0x7FFFFFFF;
    if (offset > resources->size - sizeof(struct directory))
        return NULL;
    const struct directory *directory = (const struct directory *)(resources->section + offset);
    size_t entries = (size_t)directory->named + directory->numbered;
    return entries * sizeof(struct entry) <= resources->size - offset - sizeof *directory ? directory : NULL;
}

static size_t entry_count(const struct directory *directory) { return (size_t)directory->named + directory->numbered; }

/* A name: its length, then UTF-16 without a zero. */
static const WCHAR *name_at(const struct resources *resources, DWORD offset, size_t *length) {
    offset &= 0x7FFFFFFF;
    if (offset > resources->size - 2)
        return NULL;
    *length = *(const WORD *)(resources->section + offset);
    return *length * 2 <= resources->size - offset - 2 ? (const WCHAR *)(resources->section + offset + 2) : NULL;
}

/* MAKEINTRESOURCE, or text "#123"; false: a name. */
static bool number_of(LPCWSTR name, WORD *number) {
    if ((ULONG_PTR)name < 0x10000) {
        *number = (WORD)(ULONG_PTR)name;
        return true;
    }
    unsigned value = 0;
    if (*name != '#')
        return false;
    for (name++; *name >= '0' && *name <= '9'; name++)
        value = value * 10 + *name - '0';
    *number = (WORD)value;
    return true;
}

static const struct entry *find_entry(const struct resources *resources, const struct directory *directory, LPCWSTR name) {
    WORD number;
    bool is_number = number_of(name, &number);
    for (size_t i = 0; i < entry_count(directory); i++) {
        const struct entry *entry = &directory->entries[i];
        size_t length;
        if (is_number != !(entry->name >> 31))
            continue;
        if (is_number && entry->name == number)
            return entry;
        const WCHAR *text = is_number ? NULL : name_at(resources, entry->name, &length);
        if (text && wide_compare_no_case(text, length, name, wide_length(name)) == 0)
            return entry;
    }
    return NULL;
}

static const struct directory *find_directory(const struct resources *resources, const struct directory *from, LPCWSTR name,
                                              DWORD error) {
    const struct entry *entry = from ? find_entry(resources, from, name) : NULL;
    const struct directory *found = entry && entry->offset >> 31 ? directory_at(resources, entry->offset) : NULL;
    if (!found)
        set_last_error(error);
    return found;
}

/* The languages of one resource. */
static const struct directory *find_languages(const struct resources *resources, LPCWSTR type, LPCWSTR name) {
    const struct directory *names = find_directory(resources, directory_at(resources, 0), type,
                                                   ERROR_RESOURCE_TYPE_NOT_FOUND);
    return names ? find_directory(resources, names, name, ERROR_RESOURCE_NAME_NOT_FOUND) : NULL;
}

/* The entry of the first of these languages that is there. */
static const struct entry *first_of(const struct directory *languages, const WORD *wanted, size_t count) {
    for (size_t choice = 0; choice < count; choice++)
        for (size_t i = 0; i < entry_count(languages); i++)
            if (languages->entries[i].name == wanted[choice])
                return &languages->entries[i];
    return NULL;
}

/* A language, else its neutral form, else the neutral language. Without a wish neutral, English (United States), then
 * whatever there is ("FindResourceExW function"; "Multilingual User Interface"). */
static const struct entry *choose_language(const struct directory *languages, WORD wanted) {
    enum { PRIMARY = 0x3FF };
    static const WORD preferred[] = {0x0000, 0x0409, 0x0009};
    const WORD asked[] = {wanted, wanted & PRIMARY, 0};
    if (wanted)
        return first_of(languages, asked, 3);
    const struct entry *found = first_of(languages, preferred, 3);
    return found || !entry_count(languages) ? found : &languages->entries[0];
}

static HANDLE find_in(const struct resources *resources, LPCWSTR type, LPCWSTR name, WORD language) {
    const struct directory *languages = find_languages(resources, type, name);
    if (!languages)
        return NULL;
    const struct entry *entry = choose_language(languages, language);
    if (!entry || entry->offset >> 31 || resources->size < sizeof(struct data_entry) ||
        entry->offset > resources->size - sizeof(struct data_entry))
        return (HANDLE)(LONG_PTR)fail(ERROR_RESOURCE_LANG_NOT_FOUND);
    return (HANDLE)(resources->section + entry->offset);
}

/* ---- translations in other files ----
 *
 * A module with a resource of type "MUI" keeps what has to be translated in files of its name and ".mui", in a folder
 * for each language beside it ("MUI Resource Management"). They come first, in the order of the languages that the
 * thread prefers; the module's own resources are the last resort. */

static bool has_translations(const struct resources *resources) {
    const struct directory *types = directory_at(resources, 0);
    return types && find_entry(resources, types, u"MUI");
}

static HANDLE find_translated(HMODULE module, LPCWSTR type, LPCWSTR name, WORD language) {
    struct resources resources;
    HMODULE satellite;
    HANDLE found = NULL;
    for (unsigned index = 0; !found; index++) {
        if (!(satellite = module_satellite_hook(module, language, PREFERRED_SATELLITES, index)))
            break;
        if (open_resources(satellite, &resources))
            found = find_in(&resources, type, name, 0);
    }
    return found;
}

API(kernel32 kernelbase, HANDLE, FindResourceExW, HMODULE hModule, LPCWSTR lpType, LPCWSTR lpName, WORD wLanguage) {
    struct resources resources;
    if (!open_resources(hModule, &resources))
        return NULL;
    HANDLE found = has_translations(&resources) ? find_translated(hModule, lpType, lpName, wLanguage) : NULL;
    return found ? found : find_in(&resources, lpType, lpName, wLanguage);
}

API(kernel32 kernelbase, HANDLE, FindResourceW, HMODULE hModule, LPCWSTR lpName, LPCWSTR lpType) {
    return api_FindResourceExW(hModule, lpType, lpName, 0);
}

/* A number stays as it is. */
static WCHAR *widen_name(LPCSTR name) { return (ULONG_PTR)name < 0x10000 ? (WCHAR *)name : wide_from_ansi(name); }
static void free_name(WCHAR *name) {
    if ((ULONG_PTR)name >= 0x10000)
        free(name);
}

API(kernel32, HANDLE, FindResourceExA, HMODULE hModule, LPCSTR lpType, LPCSTR lpName, WORD wLanguage) {
    WCHAR *type = widen_name(lpType), *name = widen_name(lpName);
    HANDLE found = api_FindResourceExW(hModule, type, name, wLanguage);
    free_name(type);
    free_name(name);
    return found;
}

API(kernel32, HANDLE, FindResourceA, HMODULE hModule, LPCSTR lpName, LPCSTR lpType) {
    return api_FindResourceExA(hModule, lpType, lpName, 0);
}

/* The image that an entry lies in: the module's own, or that of a translation. */
static const BYTE *data_of(HMODULE module, const struct data_entry *entry) {
    struct image image = image_of(module);
    struct data_file file;
    if ((uintptr_t)entry - (uintptr_t)image.base >= image.size && data_file_at((uintptr_t)entry, &file))
        image = image_of((HMODULE)file.handle);
    const BYTE *data = at_rva(&image, entry->rva, entry->size);
    if (!data)
        set_last_error(ERROR_RESOURCE_DATA_NOT_FOUND);
    return data;
}

API(kernel32 kernelbase, HANDLE, LoadResource, HMODULE hModule, HANDLE hResInfo) {
    return hResInfo ? (HANDLE)data_of(hModule, hResInfo) : NULL;
}

API(kernel32 kernelbase, LPVOID, LockResource, HANDLE hResData) { return hResData; }
API(kernel32 kernelbase, BOOL, FreeResource, HANDLE hResData) {
    (void)hResData; /* it lies in the module */
    return FALSE;
}

API(kernel32 kernelbase, DWORD, SizeofResource, HMODULE hModule, HANDLE hResInfo) {
    (void)hModule;
    return hResInfo ? ((const struct data_entry *)hResInfo)->size : 0;
}

/* ---- enumeration ---- */

typedef BOOL(WINAPI *ENUM_TYPES)(HMODULE, PVOID, LONG_PTR);
typedef BOOL(WINAPI *ENUM_NAMES)(HMODULE, LPCVOID, PVOID, LONG_PTR);
typedef BOOL(WINAPI *ENUM_LANGUAGES)(HMODULE, LPCVOID, LPCVOID, WORD, LONG_PTR);

/* The flags say which files are searched: the module's own, or those with its translations. */
enum { ENUM_LN = 1, ENUM_MUI = 2, ENUM_MUI_SYSTEM = 4, ENUM_VALIDATE = 8, ENUM_EXACT = 0x10, ENUM_FLAGS = 0x1F };

/* One call of these functions: the types of a module's resources, the names of a type, the languages of a name. */
struct enumeration {
    enum { TYPES, NAMES, LANGUAGES } what;
    HMODULE module;
    LPCWSTR type, name;
    LPCVOID shown_type, shown_name;                  /* as the caller gave them */
    PVOID callback;
    LONG_PTR parameter;
    bool ansi;
    DWORD flags;
    WORD language;                                   /* of the translations; 0: those that are preferred */
};

enum { MOST_FILES = 64 };

static bool flags_are_valid(DWORD flags) {
    if (flags & ~(DWORD)ENUM_FLAGS || (flags & ENUM_EXACT && flags & (ENUM_MUI | ENUM_MUI_SYSTEM))) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return false;
    }
    return true;
}

/* The resources of the files to search, translations first; all of these for languages, else one, as they do not differ
 * in types and names. A language that is asked for is not replaced by another ("EnumResourceNamesExW function",
 * "EnumResourceLanguagesExW function"). */
static unsigned open_files(const struct enumeration *wanted, struct resources *files) {
    enum { FILES = ENUM_LN | ENUM_MUI | ENUM_MUI_SYSTEM | ENUM_EXACT };
    DWORD flags = wanted->flags & FILES ? wanted->flags : ENUM_LN | ENUM_MUI;
    bool all = wanted->what == LANGUAGES && !wanted->language;
    int which = wanted->language ? SATELLITES_OF_LANGUAGE : all ? ALL_SATELLITES : PREFERRED_SATELLITES;
    struct resources own;
    unsigned count = 0;
    HMODULE satellite;
    if (!open_resources(wanted->module, &own))
        return 0;
    if (flags & (ENUM_MUI | ENUM_MUI_SYSTEM) && has_translations(&own))
        for (unsigned index = 0; count < (all ? MOST_FILES - 1 : 1); index++) {
            if (!(satellite = module_satellite_hook(wanted->module, wanted->language, which, index)))
                break;
            count += open_resources(satellite, &files[count]);
        }
    if (flags & (ENUM_LN | ENUM_EXACT))
        files[count++] = own;
    if (!count)
        set_last_error(ERROR_MUI_FILE_NOT_FOUND);
    return count;
}

static const struct directory *directory_for(const struct enumeration *wanted, const struct resources *resources) {
    switch (wanted->what) {
    case TYPES: return directory_at(resources, 0);
    case NAMES: return find_directory(resources, directory_at(resources, 0), wanted->type, ERROR_RESOURCE_TYPE_NOT_FOUND);
    default: return find_languages(resources, wanted->type, wanted->name);
    }
}

/* The entry's name: a number, or a copy of the text. */
static WCHAR *name_of(const struct resources *resources, const struct entry *entry) {
    size_t length;
    if (!(entry->name >> 31))
        return (WCHAR *)(ULONG_PTR)(WORD)entry->name;
    const WCHAR *text = name_at(resources, entry->name, &length);
    WCHAR *copy = text ? calloc(length + 1, sizeof *copy) : NULL;
    if (copy)
        memcpy(copy, text, length * sizeof *copy);
    return copy;
}

static BOOL call_back(const struct enumeration *wanted, PVOID name) {
    switch (wanted->what) {
    case TYPES: return ((ENUM_TYPES)wanted->callback)(wanted->module, name, wanted->parameter);
    case NAMES: return ((ENUM_NAMES)wanted->callback)(wanted->module, wanted->shown_type, name, wanted->parameter);
    default:
        return ((ENUM_LANGUAGES)wanted->callback)(wanted->module, wanted->shown_type, wanted->shown_name,
                                                  (WORD)(ULONG_PTR)name, wanted->parameter);
    }
}

static BOOL show(const struct enumeration *wanted, WCHAR *name) {
    if (!wanted->ansi || (ULONG_PTR)name < 0x10000)
        return call_back(wanted, name);
    char *narrow = ansi_from_wide(name);
    BOOL more = call_back(wanted, narrow);
    free(narrow);
    return more;
}

static bool has_any(const struct resources *files, const struct directory *const *directories, unsigned count,
                    LPCWSTR name) {
    for (unsigned i = 0; i < count; i++)
        if (directories[i] && find_entry(&files[i], directories[i], name))
            return true;
    return false;
}

/* What several files have is shown once. */
static BOOL enumerate(const struct enumeration *wanted) {
    struct resources files[MOST_FILES];
    const struct directory *directories[MOST_FILES];
    bool found = false;
    if (!flags_are_valid(wanted->flags))
        return FALSE;
    unsigned count = open_files(wanted, files);
    for (unsigned i = 0; i < count; i++)
        if ((directories[i] = directory_for(wanted, &files[i])) != NULL)
            found = true;
    if (!found)
        return FALSE;
    for (unsigned i = 0; i < count; i++)
        for (size_t k = 0; directories[i] && k < entry_count(directories[i]); k++) {
            WCHAR *name = name_of(&files[i], &directories[i]->entries[k]);
            BOOL more = has_any(files, directories, i, name) || show(wanted, name);
            free_name(name);
            if (!more)
                return fail(ERROR_RESOURCE_ENUM_USER_STOP);
        }
    return TRUE;
}

/* The A forms' names are widened for the search and shown as they came. */
static BOOL enumerate_ansi(struct enumeration wanted, LPCSTR type, LPCSTR name) {
    WCHAR *wide_type = widen_name(type), *wide_name = widen_name(name);
    wanted.type = wide_type, wanted.name = wide_name;
    wanted.shown_type = type, wanted.shown_name = name;
    wanted.ansi = true;
    BOOL result = enumerate(&wanted);
    free_name(wide_type);
    free_name(wide_name);
    return result;
}

API(kernel32 kernelbase, BOOL, EnumResourceTypesExW, HMODULE hModule, ENUM_TYPES lpEnumFunc, LONG_PTR lParam, DWORD dwFlags,
    WORD LangId) {
    return enumerate(&(struct enumeration){.what = TYPES, .module = hModule, .callback = lpEnumFunc, .parameter = lParam,
                                           .flags = dwFlags, .language = LangId});
}

API(kernel32 kernelbase, BOOL, EnumResourceTypesExA, HMODULE hModule, ENUM_TYPES lpEnumFunc, LONG_PTR lParam, DWORD dwFlags,
    WORD LangId) {
    return enumerate_ansi((struct enumeration){.what = TYPES, .module = hModule, .callback = lpEnumFunc,
                                               .parameter = lParam, .flags = dwFlags, .language = LangId}, NULL, NULL);
}

API(kernel32, BOOL, EnumResourceTypesW, HMODULE hModule, ENUM_TYPES lpEnumFunc, LONG_PTR lParam) {
    return api_EnumResourceTypesExW(hModule, lpEnumFunc, lParam, 0, 0);
}

API(kernel32, BOOL, EnumResourceTypesA, HMODULE hModule, ENUM_TYPES lpEnumFunc, LONG_PTR lParam) {
    return api_EnumResourceTypesExA(hModule, lpEnumFunc, lParam, 0, 0);
}

API(kernel32 kernelbase, BOOL, EnumResourceNamesExW, HMODULE hModule, LPCWSTR lpType, ENUM_NAMES lpEnumFunc, LONG_PTR lParam,
    DWORD dwFlags, WORD LangId) {
    return enumerate(&(struct enumeration){.what = NAMES, .module = hModule, .type = lpType, .shown_type = lpType,
                                           .callback = lpEnumFunc, .parameter = lParam, .flags = dwFlags,
                                           .language = LangId});
}

API(kernel32 kernelbase, BOOL, EnumResourceNamesExA, HMODULE hModule, LPCSTR lpType, ENUM_NAMES lpEnumFunc, LONG_PTR lParam,
    DWORD dwFlags, WORD LangId) {
    return enumerate_ansi((struct enumeration){.what = NAMES, .module = hModule, .callback = lpEnumFunc,
                                               .parameter = lParam, .flags = dwFlags, .language = LangId}, lpType, NULL);
}

API(kernel32 kernelbase, BOOL, EnumResourceNamesW, HMODULE hModule, LPCWSTR lpType, ENUM_NAMES lpEnumFunc, LONG_PTR lParam) {
    return api_EnumResourceNamesExW(hModule, lpType, lpEnumFunc, lParam, 0, 0);
}

API(kernel32, BOOL, EnumResourceNamesA, HMODULE hModule, LPCSTR lpType, ENUM_NAMES lpEnumFunc, LONG_PTR lParam) {
    return api_EnumResourceNamesExA(hModule, lpType, lpEnumFunc, lParam, 0, 0);
}

API(kernel32 kernelbase, BOOL, EnumResourceLanguagesExW, HMODULE hModule, LPCWSTR lpType, LPCWSTR lpName,
    ENUM_LANGUAGES lpEnumFunc, LONG_PTR lParam, DWORD dwFlags, WORD LangId) {
    return enumerate(&(struct enumeration){.what = LANGUAGES, .module = hModule, .type = lpType, .name = lpName,
                                           .shown_type = lpType, .shown_name = lpName, .callback = lpEnumFunc,
                                           .parameter = lParam, .flags = dwFlags, .language = LangId});
}

API(kernel32 kernelbase, BOOL, EnumResourceLanguagesExA, HMODULE hModule, LPCSTR lpType, LPCSTR lpName,
    ENUM_LANGUAGES lpEnumFunc, LONG_PTR lParam, DWORD dwFlags, WORD LangId) {
    return enumerate_ansi((struct enumeration){.what = LANGUAGES, .module = hModule, .callback = lpEnumFunc,
                                               .parameter = lParam, .flags = dwFlags, .language = LangId},
                          lpType, lpName);
}

API(kernel32, BOOL, EnumResourceLanguagesW, HMODULE hModule, LPCWSTR lpType, LPCWSTR lpName, ENUM_LANGUAGES lpEnumFunc,
    LONG_PTR lParam) {
    return api_EnumResourceLanguagesExW(hModule, lpType, lpName, lpEnumFunc, lParam, 0, 0);
}

API(kernel32, BOOL, EnumResourceLanguagesA, HMODULE hModule, LPCSTR lpType, LPCSTR lpName, ENUM_LANGUAGES lpEnumFunc,
    LONG_PTR lParam) {
    return api_EnumResourceLanguagesExA(hModule, lpType, lpName, lpEnumFunc, lParam, 0, 0);
}

/* ---- as ntdll has it ---- */

struct resource_info {
    LPCWSTR type, name;
    ULONG_PTR language;
};

static NTSTATUS status_of_last_error(void) {
    switch (teb_self()->LastErrorValue) {
    case ERROR_RESOURCE_TYPE_NOT_FOUND: return STATUS_RESOURCE_TYPE_NOT_FOUND;
    case ERROR_RESOURCE_NAME_NOT_FOUND: return STATUS_RESOURCE_NAME_NOT_FOUND;
    case ERROR_RESOURCE_LANG_NOT_FOUND: return STATUS_RESOURCE_LANG_NOT_FOUND;
    default: return STATUS_RESOURCE_DATA_NOT_FOUND;
    }
}

/* Level 3 is type, name and language; the last error stays what it was. */
API(ntdll, NTSTATUS, LdrFindResource_U, HMODULE DllHandle, const struct resource_info *ResourceInfo, ULONG Level,
    const struct data_entry **ResourceDataEntry) {
    enum { TO_LANGUAGE = 3 };
    if (!ResourceInfo || Level != TO_LANGUAGE)
        return STATUS_INVALID_PARAMETER;
    DWORD before = teb_self()->LastErrorValue;
    *ResourceDataEntry =
        api_FindResourceExW(DllHandle, ResourceInfo->type, ResourceInfo->name, (WORD)ResourceInfo->language);
    NTSTATUS status = *ResourceDataEntry ? STATUS_SUCCESS : status_of_last_error();
    set_last_error(before);
    return status;
}

API(ntdll, NTSTATUS, LdrAccessResource, HMODULE DllHandle, const struct data_entry *ResourceDataEntry, PVOID *Address,
    ULONG *Size) {
    if (!ResourceDataEntry)
        return STATUS_RESOURCE_DATA_NOT_FOUND;
    const BYTE *data = data_of(DllHandle, ResourceDataEntry);
    if (!data)
        return STATUS_RESOURCE_DATA_NOT_FOUND;
    if (Address)
        *Address = (PVOID)data;
    if (Size)
        *Size = ResourceDataEntry->size;
    return STATUS_SUCCESS;
}
