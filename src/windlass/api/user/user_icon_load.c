/* Icons and cursors from resources and files ("Icons", "LoadImageW function"). A resource of the type RT_GROUP_ICON or
 * RT_GROUP_CURSOR lists the sizes and depths that one picture has, and the numbers of its images. */
#include "user_icon.h"

enum { RT_CURSOR = 1, RT_ICON = 3, RT_GROUP_CURSOR = 12, RT_GROUP_ICON = 14, ICON_TYPE = 1, CURSOR_TYPE = 2 };
enum { GENERIC_READ_ACCESS = (int)0x80000000, SHARE_READ = 1, OPEN_EXISTING_FILE = 3, MAX_FILE = 64 << 20 };
enum { FIRST_VERSION = 0x20000, LAST_VERSION = 0x30000 };

API_USE(int, GetSystemMetrics, int);
API_USE(HANDLE, CreateFileW, LPCWSTR, DWORD, DWORD, LPVOID, DWORD, DWORD, HANDLE);
API_USE(BOOL, ReadFile, HANDLE, LPVOID, DWORD, LPDWORD, LPVOID);
API_USE(BOOL, GetFileSizeEx, HANDLE, LARGE_INTEGER *);
API_USE(BOOL, CloseHandle, HANDLE);

static WORD u16(const BYTE *at) { return (WORD)(at[0] | at[1] << 8); }
static DWORD u32(const BYTE *at) { return u16(at) | (DWORD)u16(at + 2) << 16; }

/* ---- one image ---- */

static bool is_png(const BYTE *data, size_t size) { return size >= 8 && memcmp(data, "\x89PNG\r\n\x1a\n", 8) == 0; }

static void take_image(struct icon *icon, const struct surface *image, const BYTE *mask, size_t mask_size) {
    size_t stride = (size_t)dib_stride(icon->width, 1);
    for (LONG y = 0; y < icon->height; y++)
        for (LONG x = 0; x < icon->width; x++) {
            size_t index = (size_t)y * (size_t)icon->width + (size_t)x;
            size_t byte = (size_t)(icon->height - 1 - y) * stride + (size_t)x / 8;
            DWORD raw = surface_get(image, x, y);
            icon->mask[index] = byte < mask_size && mask[byte] >> (7 - x % 8) & 1;
            if (icon->colours) {
                DWORD alpha = image->bits == 32 ? raw & 0xff000000 : 0;
                icon->colours[index] = surface_colour(image, raw) | alpha;
                icon->has_alpha = icon->has_alpha || alpha;
            } else {
                icon->inverse[index] = surface_colour(image, raw) != 0;
            }
        }
}

/* One bit a pixel, black and white: such an image has no colours. */
static bool is_monochrome(const struct surface *image) {
    return image->bits == 1 && image->palette[0] == 0 && (image->palette[1] & 0xffffff) == 0xffffff;
}

/* The mask follows the image; both have the width and half the height of the header. */
static struct icon *decode(const BYTE *data, size_t size, bool monochrome) {
    size_t header = 0;
    BITMAPINFO *info = dib_copy(data, size, &header);
    struct icon *icon = NULL;
    struct surface image;
    void *allocated = NULL;
    if (info && info->bmiHeader.biSize >= sizeof info->bmiHeader) {
        info->bmiHeader.biHeight /= 2;
        bool good = dib_open(&image, info, (const BYTE *)info + header, 0, NULL, &allocated);
        size_t pixels = good ? (size_t)image.stride * (size_t)image.height : 0;
        if (good && !allocated && image.width > 0 && pixels <= size - header)
            icon = icon_new(image.width, image.height, !monochrome && !is_monochrome(&image));
        if (icon)
            take_image(icon, &image, (const BYTE *)info + header + pixels, size - header - pixels);
    }
    free(allocated);
    free(info);
    if (!icon)
        set_last_error(ERROR_INVALID_PARAMETER);
    return icon;
}

/* An image as icon files and resources have it: a DIB of double height, behind the hot spot for a cursor's resource.
 * Zero sizes are the image's own. NULL with the last error. */
static struct icon *icon_from_image(const BYTE *data, size_t size, LONG width, LONG height, bool monochrome) {
    if (is_png(data, size)) {
        set_last_error(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    struct icon *icon = decode(data, size, monochrome);
    if (!icon)
        return NULL;
    width = width ? width : icon->width;
    height = height ? height : icon->height;
    if (width == icon->width && height == icon->height)
        return icon;
    struct icon *scaled = icon_scaled(icon, width, height);
    icon_free(icon);
    return scaled;
}

/* As a resource has it: the hot spot is before a cursor's image. */
static struct icon *from_resource(const BYTE *data, size_t size, bool is_cursor, LONG width, LONG height, UINT flags) {
    WORD spot[2] = {0, 0};
    if (is_cursor && size < sizeof spot) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    size_t skipped = is_cursor ? sizeof spot : 0;
    memcpy(spot, data, skipped);
    struct icon *whole = icon_from_image(data + skipped, size - skipped, 0, 0, flags & LR_MONOCHROME);
    if (!whole)
        return NULL;
    whole->is_cursor = is_cursor;
    whole->x = is_cursor ? spot[0] : (DWORD)whole->width / 2;
    whole->y = is_cursor ? spot[1] : (DWORD)whole->height / 2;
    width = width ? width : whole->width;
    height = height ? height : whole->height;
    if (width == whole->width && height == whole->height)
        return whole;
    struct icon *scaled = icon_scaled(whole, width, height);
    icon_free(whole);
    return scaled;
}

static LONG system_size(LONG size, bool is_cursor, bool is_height, UINT flags) {
    return size || !(flags & LR_DEFAULTSIZE) ? size : api_GetSystemMetrics((is_cursor ? 13 : 11) + is_height);
}

API(user32, HICON, CreateIconFromResourceEx, const BYTE *presbits, DWORD dwResSize, BOOL fIcon, DWORD dwVer, int cxDesired,
    int cyDesired, UINT Flags) {
    if (!presbits || dwVer < FIRST_VERSION || dwVer > LAST_VERSION) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return icon_add(from_resource(presbits, dwResSize, !fIcon, system_size(cxDesired, !fIcon, false, Flags),
                                  system_size(cyDesired, !fIcon, true, Flags), Flags));
}

API(user32, HICON, CreateIconFromResource, const BYTE *presbits, DWORD dwResSize, BOOL fIcon, DWORD dwVer) {
    return api_CreateIconFromResourceEx(presbits, dwResSize, fIcon, dwVer, 0, 0, LR_DEFAULTSIZE);
}

/* ---- choosing among images ---- */

/* GRPICONDIR and the directory of a file differ in what follows the sizes; count entries of this many bytes. */
struct directory {
    const BYTE *entries;
    unsigned count, entry_size;
    bool is_cursor, is_file;
};

static bool open_directory(struct directory *directory, const BYTE *data, size_t size, bool is_file) {
    if (size < 6 || u16(data) || (u16(data + 2) != ICON_TYPE && u16(data + 2) != CURSOR_TYPE))
        return false;
    *directory = (struct directory){data + 6, u16(data + 4), is_file ? 16 : 14, u16(data + 2) == CURSOR_TYPE, is_file};
    unsigned fit = (unsigned)((size - 6) / directory->entry_size);
    directory->count = directory->count < fit ? directory->count : fit;
    return directory->count > 0;
}

struct choice { LONG width, height, bits; };

static struct choice facts_of(const struct directory *directory, unsigned index) {
    const BYTE *entry = directory->entries + (size_t)index * directory->entry_size;
    if (directory->is_cursor && !directory->is_file) /* the masks' height together */
        return (struct choice){u16(entry), u16(entry + 2) / 2, u16(entry + 6)};
    return (struct choice){entry[0] ? entry[0] : 256, entry[1] ? entry[1] : 256, directory->is_cursor ? 1 : u16(entry + 6)};
}

static LONG distance(LONG one, LONG other) { return one < other ? other - one : one - other; }

/* The nearest in size; of these the one with the most colours, or the fewest where two are asked for. */
static unsigned choose(const struct directory *directory, LONG width, LONG height, UINT flags) {
    unsigned best = 0;
    LONG best_distance = 0, best_bits = 0;
    for (unsigned i = 0; i < directory->count; i++) {
        struct choice each = facts_of(directory, i);
        LONG away = distance(each.width, width) + distance(each.height, height);
        bool deeper = flags & LR_MONOCHROME ? each.bits < best_bits : each.bits > best_bits;
        if (i && (away > best_distance || (away == best_distance && !deeper)))
            continue;
        best = i;
        best_distance = away;
        best_bits = each.bits;
    }
    return best;
}

/* The size of an image to look for where none is asked for. */
static LONG wanted(LONG size, bool is_cursor, bool is_height) {
    return size ? size : api_GetSystemMetrics((is_cursor ? 13 : 11) + is_height);
}

static int lookup(const BYTE *data, size_t size, bool is_icon, LONG width, LONG height, UINT flags) {
    struct directory directory;
    if (!data || !open_directory(&directory, data, size, false) || directory.is_cursor == is_icon)
        return 0;
    unsigned chosen = choose(&directory, wanted(width, !is_icon, false), wanted(height, !is_icon, true), flags);
    return u16(directory.entries + (size_t)chosen * directory.entry_size + 12);
}

/* The directory has no length of its own but its count. */
API(user32, int, LookupIconIdFromDirectoryEx, const BYTE *presbits, BOOL fIcon, int cxDesired, int cyDesired, UINT Flags) {
    return presbits ? lookup(presbits, 6 + (size_t)u16(presbits + 4) * 14, fIcon, cxDesired, cyDesired, Flags) : 0;
}

API(user32, int, LookupIconIdFromDirectory, const BYTE *presbits, BOOL fIcon) {
    return api_LookupIconIdFromDirectoryEx(presbits, fIcon, 0, 0, 0);
}

/* ---- from modules ---- */

/* Process state, under the user lock: what LR_SHARED gave is given again. */
static struct icon *shared_icons;

static HICON find_shared(HINSTANCE module, const WCHAR *name, bool is_cursor, LONG width, LONG height) {
    user_lock();
    const struct icon *icon = shared_icons;
    while (icon && !(icon->module == module && icon->is_cursor == is_cursor && icon->asked_width == width &&
                     icon->asked_height == height && is_same_name(icon->name, name)))
        icon = icon->next_shared;
    HICON handle = icon ? icon->head.handle : NULL;
    user_unlock();
    return handle;
}

static HICON share(struct icon *icon, LONG width, LONG height) {
    HICON handle = icon_add(icon);
    user_lock();
    if (handle) {
        icon->is_shared = true;
        icon->asked_width = width;
        icon->asked_height = height;
        icon->next_shared = shared_icons;
        shared_icons = icon;
    }
    user_unlock();
    return handle;
}

/* OIC_SAMPLE ... OIC_SHIELD; OCR_NORMAL ... OCR_HELP and further ones. */
static bool is_system_number(UINT_PTR number, bool is_cursor) {
    if (!is_cursor)
        return number >= 32512 && number <= 32518;
    return (number >= 32512 && number <= 32516) || (number >= 32631 && number <= 32672 && number != 32647);
}

/* What the system has: pictures of the right size on which nothing is drawn, for there is nobody to see them. */
static struct icon *system_icon(const WCHAR *name, bool is_cursor, LONG width, LONG height) {
    if (!is_atom(name) || !is_system_number((UINT_PTR)name, is_cursor)) {
        set_last_error(ERROR_RESOURCE_NAME_NOT_FOUND);
        return NULL;
    }
    struct icon *icon = icon_new(wanted(width, is_cursor, false), wanted(height, is_cursor, true), !is_cursor);
    if (icon) {
        icon->is_cursor = is_cursor;
        icon->x = is_cursor ? 0 : (DWORD)icon->width / 2;
        icon->y = is_cursor ? 0 : (DWORD)icon->height / 2;
    }
    return icon;
}

static struct icon *module_icon(HINSTANCE module, const WCHAR *name, bool is_cursor, LONG width, LONG height, UINT flags) {
    DWORD size;
    const BYTE *data = user_resource(module, name, is_cursor ? RT_GROUP_CURSOR : RT_GROUP_ICON, &size);
    if (!data)
        return NULL;
    int id = lookup(data, size, !is_cursor, width, height, flags);
    data = id ? user_resource(module, (const WCHAR *)(uintptr_t)id, is_cursor ? RT_CURSOR : RT_ICON, &size) : NULL;
    return data ? from_resource(data, size, is_cursor, width, height, flags) : NULL;
}

static HICON load_icon(HINSTANCE module, const WCHAR *name, bool is_cursor, LONG width, LONG height, UINT flags) {
    bool is_shared = flags & LR_SHARED || !module;
    width = system_size(width, is_cursor, false, flags);
    height = system_size(height, is_cursor, true, flags);
    HICON known = is_shared ? find_shared(module, name, is_cursor, width, height) : NULL;
    if (known)
        return known;
    struct icon *icon = module ? module_icon(module, name, is_cursor, width, height, flags)
                               : system_icon(name, is_cursor, width, height);
    if (!icon)
        return NULL;
    icon->module = module;
    icon->name = is_atom(name) ? (WCHAR *)(uintptr_t)name : wide_duplicate(name);
    return is_shared ? share(icon, width, height) : icon_add(icon);
}

API(user32, HICON, LoadIconW, HINSTANCE hInstance, LPCWSTR lpIconName) {
    return load_icon(hInstance, lpIconName, false, 0, 0, LR_SHARED | LR_DEFAULTSIZE);
}
API(user32, HCURSOR, LoadCursorW, HINSTANCE hInstance, LPCWSTR lpCursorName) {
    return load_icon(hInstance, lpCursorName, true, 0, 0, LR_SHARED | LR_DEFAULTSIZE);
}
API(user32, HICON, LoadIconA, HINSTANCE hInstance, LPCSTR lpIconName) {
    WCHAR *name = user_wide_name(lpIconName);
    HICON icon = api_LoadIconW(hInstance, name);
    user_free_name(name);
    return icon;
}
API(user32, HCURSOR, LoadCursorA, HINSTANCE hInstance, LPCSTR lpCursorName) {
    WCHAR *name = user_wide_name(lpCursorName);
    HCURSOR cursor = api_LoadCursorW(hInstance, name);
    user_free_name(name);
    return cursor;
}

/* ---- from files ---- */

/* The bytes of a file, from malloc(); NULL with the last error. */
static BYTE *read_file(const WCHAR *name, size_t *size) {
    HANDLE file = api_CreateFileW(name, (DWORD)GENERIC_READ_ACCESS, SHARE_READ, NULL, OPEN_EXISTING_FILE, 0, NULL);
    LARGE_INTEGER length;
    DWORD got = 0;
    if (file == (HANDLE)(LONG_PTR)-1)
        return NULL;
    BYTE *data = NULL;
    if (api_GetFileSizeEx(file, &length) && length.QuadPart > 0 && length.QuadPart <= MAX_FILE)
        data = malloc((size_t)length.QuadPart);
    if (data && !api_ReadFile(file, data, (DWORD)length.QuadPart, &got, NULL)) {
        free(data);
        data = NULL;
    }
    api_CloseHandle(file);
    *size = got;
    return data;
}

static struct icon *icon_in_file(const BYTE *data, size_t size, LONG width, LONG height, UINT flags) {
    struct directory directory;
    if (!open_directory(&directory, data, size, true)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    bool is_cursor = directory.is_cursor;
    const BYTE *entry = directory.entries +
                        (size_t)choose(&directory, wanted(width, is_cursor, false), wanted(height, is_cursor, true),
                                       flags) * 16;
    size_t length = u32(entry + 8), offset = u32(entry + 12);
    if (offset > size || length > size - offset) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    struct icon *icon = icon_from_image(data + offset, length, 0, 0, flags & LR_MONOCHROME);
    if (!icon)
        return NULL;
    icon->is_cursor = is_cursor;
    icon->x = is_cursor ? u16(entry + 4) : (DWORD)icon->width / 2;
    icon->y = is_cursor ? u16(entry + 6) : (DWORD)icon->height / 2;
    struct icon *scaled = icon_scaled(icon, width ? width : icon->width, height ? height : icon->height);
    icon_free(icon);
    return scaled;
}

static HANDLE load_file(const WCHAR *name, UINT type, LONG width, LONG height, UINT flags) {
    size_t size;
    BYTE *data = read_file(name, &size);
    if (!data)
        return NULL;
    HANDLE image = NULL;
    if (type != IMAGE_BITMAP)
        image = icon_add(icon_in_file(data, size, width, height, flags));
    else if (size > 14 && data[0] == 'B' && data[1] == 'M') /* BITMAPFILEHEADER */
        image = bitmap_from_dib(data + 14, size - 14, width, height, flags);
    else
        set_last_error(ERROR_INVALID_PARAMETER);
    free(data);
    return image;
}

API(user32, HCURSOR, LoadCursorFromFileW, LPCWSTR lpFileName) {
    return load_file(lpFileName, IMAGE_CURSOR, api_GetSystemMetrics(13), api_GetSystemMetrics(14), 0);
}

API(user32, HCURSOR, LoadCursorFromFileA, LPCSTR lpFileName) {
    WCHAR *name = user_wide_name(lpFileName);
    HCURSOR cursor = api_LoadCursorFromFileW(name);
    user_free_name(name);
    return cursor;
}

/* ---- everything by one function ---- */

enum { RT_BITMAP = 2 };

API(user32, HANDLE, LoadImageW, HINSTANCE hInst, LPCWSTR name, UINT type, int cx, int cy, UINT fuLoad) {
    DWORD size;
    if (type > IMAGE_CURSOR || !name) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    bool is_cursor = type == IMAGE_CURSOR;
    if (fuLoad & LR_LOADFROMFILE && type != IMAGE_BITMAP)
        return load_file(name, type, system_size(cx, is_cursor, false, fuLoad),
                         system_size(cy, is_cursor, true, fuLoad), fuLoad);
    if (fuLoad & LR_LOADFROMFILE)
        return load_file(name, type, cx, cy, fuLoad);
    if (type != IMAGE_BITMAP)
        return load_icon(hInst, name, is_cursor, cx, cy, fuLoad);
    const void *dib = hInst ? user_resource(hInst, name, RT_BITMAP, &size) : NULL;
    if (!dib && !hInst)
        set_last_error(ERROR_RESOURCE_NAME_NOT_FOUND);
    return dib ? bitmap_from_dib(dib, size, cx, cy, fuLoad) : NULL;
}

API(user32, HANDLE, LoadImageA, HINSTANCE hInst, LPCSTR name, UINT type, int cx, int cy, UINT fuLoad) {
    WCHAR *wide = user_wide_name(name);
    HANDLE image = api_LoadImageW(hInst, wide, type, cx, cy, fuLoad);
    user_free_name(wide);
    return image;
}

/* ---- copies ---- */

API_USE(BOOL, DestroyIcon, HICON);

/* "LR_COPYRETURNORG" gives the original where the copy would be like it. */
static HICON copy_icon(HICON handle, LONG width, LONG height, UINT flags) {
    struct icon *copy = NULL;
    bool is_same = false;
    user_lock();
    const struct icon *icon = icon_find(handle);
    if (icon) {
        width = system_size(width, icon->is_cursor, false, flags);
        height = system_size(height, icon->is_cursor, true, flags);
        width = width ? width : icon->width;
        height = height ? height : icon->height;
        is_same = flags & LR_COPYRETURNORG && width == icon->width && height == icon->height;
        copy = is_same ? NULL : icon_scaled(icon, width, height);
    }
    user_unlock();
    if (is_same)
        return handle;
    HICON made = icon_add(copy);
    if (made && flags & LR_COPYDELETEORG)
        api_DestroyIcon(handle);
    return made;
}

API(user32, HANDLE, CopyImage, HANDLE h, UINT type, int cx, int cy, UINT flags) {
    if (type == IMAGE_BITMAP)
        return bitmap_copy(h, cx, cy, flags);
    if (type == IMAGE_ICON || type == IMAGE_CURSOR)
        return copy_icon(h, cx, cy, flags);
    set_last_error(ERROR_INVALID_PARAMETER);
    return NULL;
}
