/* PDB files: functions, public names and source lines.
 *
 * A PDB is a file of streams, each spread over blocks: 1 says for which image it is, and where the stream of names is; 3
 * (DBI) lists the compiled files with a stream of symbols and lines each, and has the stream of public symbols. Whatever
 * is in the file, nothing outside it is read. (LLVM, "The PDB File Format"; Microsoft, "microsoft-pdb") */
#include "dbghelp_pdb.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"

/* Bytes, and how many. */
struct span {
    const uint8_t *at;
    size_t size;
};

static struct span part(struct span span, size_t offset, size_t size) {
    return offset > span.size || size > span.size - offset ? (struct span){NULL, 0} : (struct span){span.at + offset, size};
}

static struct span rest(struct span span, size_t offset) {
    return offset > span.size ? (struct span){NULL, 0} : (struct span){span.at + offset, span.size - offset};
}

/* Zero beyond the end. */
static uint32_t u32(struct span span, size_t offset) {
    uint32_t value = 0;
    struct span four = part(span, offset, sizeof value);
    if (four.at)
        memcpy(&value, four.at, sizeof value);
    return value;
}

static uint16_t u16(struct span span, size_t offset) {
    uint16_t value = 0;
    struct span two = part(span, offset, sizeof value);
    if (two.at)
        memcpy(&value, two.at, sizeof value);
    return value;
}

/* A zero-terminated text, NULL where it does not end. */
static const char *text_at(struct span span, size_t offset) {
    struct span left = rest(span, offset);
    return left.size && memchr(left.at, 0, left.size) ? (const char *)left.at : NULL;
}

/* ---- the file of streams ---- */

struct file {
    struct span data;
    uint32_t block_size;
    struct span directory; /* from malloc() */
};

static struct span block(const struct file *file, uint32_t number) {
    return part(file->data, (size_t)number * file->block_size, file->block_size);
}

/* `size` bytes of the blocks that `list` numbers, from malloc(). */
static struct span joined(const struct file *file, struct span list, size_t size) {
    uint8_t *made = size <= file->data.size ? malloc(size ? size : 1) : NULL;
    for (size_t done = 0, i = 0; made && done < size; i++) {
        struct span each = block(file, u32(list, 4 * i));
        size_t count = size - done < each.size ? size - done : each.size;
        if (!count) {
            free(made);
            return (struct span){NULL, 0};
        }
        memcpy(made + done, each.at, count);
        done += count;
    }
    return (struct span){made, made ? size : 0};
}

static bool open_streams(struct file *file) {
    static const char signature[32] = "Microsoft C/C++ MSF 7.00\r\n\x1a" "DS\0\0";
    struct span head = part(file->data, 0, 56);
    if (!head.at || memcmp(head.at, signature, sizeof signature) != 0)
        return false;
    file->block_size = u32(head, 32);
    uint32_t size = u32(head, 44);
    if (file->block_size < 512 || file->block_size > 65536)
        return false;
    size_t blocks = (size + (size_t)file->block_size - 1) / file->block_size;
    struct span map = part(file->data, (size_t)u32(head, 52) * file->block_size, 4 * blocks);
    file->directory = map.at ? joined(file, map, size) : (struct span){NULL, 0};
    return file->directory.at != NULL;
}

/* From malloc(); without bytes if there is none. */
static struct span stream(const struct file *file, uint32_t wanted) {
    uint32_t count = u32(file->directory, 0);
    if (wanted >= count)
        return (struct span){NULL, 0};
    size_t list = 4 + 4 * (size_t)count, size = 0;
    for (uint32_t i = 0; i <= wanted; i++) {
        list += 4 * ((size + file->block_size - 1) / file->block_size);
        size = u32(file->directory, 4 + 4 * (size_t)i);
        size = size == 0xFFFFFFFF ? 0 : size;
    }
    return joined(file, rest(file->directory, list), size);
}

static void drop(struct span span) { free((void *)(uintptr_t)span.at); }

/* ---- lists that grow ---- */

struct builder {
    struct pdb *pdb;
    size_t symbol_room, line_room;
    const void *image;
};

static void *grown(void *list, size_t count, size_t *room, size_t size) {
    if (count < *room)
        return list;
    size_t more = *room ? 2 * *room : 256;
    void *made = realloc(list, more * size);
    if (made)
        *room = more;
    return made;
}

static void add_symbol(struct builder *to, struct pdb_symbol symbol) {
    struct pdb *pdb = to->pdb;
    void *list = symbol.name ? grown(pdb->symbols, pdb->symbol_count, &to->symbol_room, sizeof symbol) : NULL;
    char *name = list ? strdup(symbol.name) : NULL;
    if (list)
        pdb->symbols = list;
    if (!name)
        return;
    symbol.name = name;
    pdb->symbols[pdb->symbol_count++] = symbol;
}

static void add_line(struct builder *to, struct pdb_line line) {
    struct pdb *pdb = to->pdb;
    void *list = grown(pdb->lines, pdb->line_count, &to->line_room, sizeof line);
    if (!list)
        return;
    pdb->lines = list;
    pdb->lines[pdb->line_count++] = line;
}

/* The address of a place in a section, whose number counts from 1; 0 if there is none. */
static DWORD rva_of(const void *image, unsigned section, DWORD offset) {
    const BYTE *base = image;
    DWORD headers = *(const DWORD *)(const void *)(base + 0x3C);
    unsigned count = *(const WORD *)(const void *)(base + headers + 6);
    unsigned optional = *(const WORD *)(const void *)(base + headers + 20);
    if (!section || section > count)
        return 0;
    return *(const DWORD *)(const void *)(base + headers + 24 + optional + 40 * (section - 1) + 12) + offset;
}

/* ---- symbols ---- */

enum { S_PUB32 = 0x110E, S_LPROC32 = 0x110F, S_GPROC32 = 0x1110, S_LPROC32_ID = 0x1146, S_GPROC32_ID = 0x1147 };

static bool is_procedure(unsigned kind) {
    return kind == S_LPROC32 || kind == S_GPROC32 || kind == S_LPROC32_ID || kind == S_GPROC32_ID;
}

static void read_symbols(struct builder *to, struct span records) {
    for (size_t at = 0; at + 4 <= records.size;) {
        size_t length = u16(records, at);
        unsigned kind = u16(records, at + 2);
        struct span record = part(records, at + 4, length - 2);
        if (length < 2 || !record.at)
            return;
        if (kind == S_PUB32)
            add_symbol(to, (struct pdb_symbol){rva_of(to->image, u16(record, 8), u32(record, 4)), 0, true,
                                               text_at(record, 10)});
        else if (is_procedure(kind))
            add_symbol(to, (struct pdb_symbol){rva_of(to->image, u16(record, 32), u32(record, 28)), u32(record, 12), false,
                                               text_at(record, 35)});
        at += length + 2;
    }
}

/* ---- lines ---- */

enum { DEBUG_S_LINES = 0xF2, DEBUG_S_FILECHKSMS = 0xF4 };

/* A part of a compiled file's lines; `wanted` says of which kind. */
static struct span subsection(struct span lines, size_t *at, unsigned wanted) {
    while (*at + 8 <= lines.size) {
        unsigned kind = u32(lines, *at);
        size_t size = u32(lines, *at + 4);
        struct span found = part(lines, *at + 8, size);
        if (!found.at)
            break;
        *at += 8 + (size + 3) / 4 * 4;
        if (kind == wanted)
            return found;
    }
    *at = lines.size;
    return (struct span){NULL, 0};
}

/* Of one source file: its name is kept by the names' stream, which stays. */
static void read_block(struct builder *to, struct span block, DWORD start, const char *name) {
    uint32_t count = u32(block, 4);
    for (uint32_t i = 0; i < count && 12 + 8 * ((size_t)i + 1) <= block.size; i++) {
        DWORD number = u32(block, 12 + 8 * (size_t)i + 4) & 0xFFFFFF;
        bool is_hidden = number == 0xFEEFEE || number == 0xF00F00;
        add_line(to, (struct pdb_line){start + u32(block, 12 + 8 * (size_t)i), is_hidden ? 0 : number, name});
    }
}

static void read_function_lines(struct builder *to, struct span of_function, struct span checksums, struct span names) {
    DWORD start = rva_of(to->image, u16(of_function, 4), u32(of_function, 0)), size = u32(of_function, 8);
    for (size_t at = 12; at + 12 <= of_function.size;) {
        size_t length = u32(of_function, at + 8);
        struct span block = part(of_function, at, length);
        if (length < 12 || !block.at)
            break;
        const char *name = text_at(names, 12 + (size_t)u32(checksums, u32(block, 0)));
        if (name && start)
            read_block(to, block, start, name);
        at += length;
    }
    if (start)
        add_line(to, (struct pdb_line){start + size, 0, ""});
}

static void read_lines(struct builder *to, struct span lines, struct span names) {
    size_t at = 0;
    struct span checksums = subsection(lines, &at, DEBUG_S_FILECHKSMS);
    for (at = 0; at < lines.size;) {
        struct span of_function = subsection(lines, &at, DEBUG_S_LINES);
        if (of_function.at)
            read_function_lines(to, of_function, checksums, names);
    }
}

/* ---- the whole ---- */

/* The number of the stream that stream 1 has under this name; 0 if there is none. It keeps a hash table: the names, the
 * numbers of entries and of slots, two sets of bits, and the pairs (offset of the name, stream). */
static uint32_t named_stream(struct span info, const char *wanted) {
    struct span texts = part(info, 32, u32(info, 28));
    size_t at = 32 + texts.size;
    uint32_t entries = u32(info, at);
    at += 8;
    at += 4 + 4 * (size_t)u32(info, at);
    at += 4 + 4 * (size_t)u32(info, at);
    for (uint32_t i = 0; i < entries && at + 8 <= info.size; i++, at += 8) {
        const char *name = text_at(texts, u32(info, at));
        if (name && strcmp(name, wanted) == 0)
            return u32(info, at + 4);
    }
    return 0;
}

static void read_module(struct builder *to, const struct file *file, struct span record, struct span names) {
    if (u16(record, 34) == 0xFFFF)
        return;
    struct span data = stream(file, u16(record, 34));
    size_t symbols = u32(record, 36), old_lines = u32(record, 40), lines = u32(record, 44);
    if (symbols >= 4)
        read_symbols(to, part(data, 4, symbols - 4));
    read_lines(to, part(data, symbols + old_lines, lines), names);
    drop(data);
}

static void read_modules(struct builder *to, const struct file *file, struct span modules, struct span names) {
    for (size_t at = 0; at + 64 < modules.size;) {
        struct span record = rest(modules, at);
        const char *name = text_at(record, 64);
        const char *object = name ? text_at(record, 64 + strlen(name) + 1) : NULL;
        if (!object)
            return;
        read_module(to, file, record, names);
        at += (64 + strlen(name) + 1 + strlen(object) + 1 + 3) / 4 * 4;
    }
}

static int by_address(const void *a, const void *b) {
    const struct pdb_symbol *one = a, *other = b;
    if (one->rva != other->rva)
        return one->rva < other->rva ? -1 : 1;
    return one->is_public - other->is_public;
}

/* Where a function ends and the next begins, the beginning counts. */
static int by_line_address(const void *a, const void *b) {
    const struct pdb_line *one = a, *other = b;
    if (one->rva != other->rva)
        return one->rva < other->rva ? -1 : 1;
    return (one->number != 0) - (other->number != 0);
}

static void read_all(struct builder *to, const struct file *file, struct span info) {
    struct span header = stream(file, 3);
    struct span names = stream(file, named_stream(info, "/names")); /* lines refer to it: it stays */
    struct span publics = u16(header, 20) == 0xFFFF ? (struct span){NULL, 0} : stream(file, u16(header, 20));
    read_modules(to, file, part(header, 64, u32(header, 24)), names);
    read_symbols(to, publics);
    qsort(to->pdb->symbols, to->pdb->symbol_count, sizeof *to->pdb->symbols, by_address);
    qsort(to->pdb->lines, to->pdb->line_count, sizeof *to->pdb->lines, by_line_address);
    drop(publics);
    drop(header);
}

/* What the image says of its PDB: "RSDS", a GUID, an age, a path. */
static struct span codeview(const void *image) {
    const BYTE *base = image;
    DWORD headers = *(const DWORD *)(const void *)(base + 0x3C);
    DWORD image_size = *(const DWORD *)(const void *)(base + headers + 24 + 56);
    struct span all = {base, image_size};
    struct span directory = part(all, u32(all, headers + 24 + 112 + 8 * 6), u32(all, headers + 24 + 112 + 8 * 6 + 4));
    for (size_t at = 0; at + 28 <= directory.size; at += 28) {
        struct span data = part(all, u32(directory, at + 20), u32(directory, at + 16));
        if (u32(directory, at + 12) == 2 && data.size > 24 && memcmp(data.at, "RSDS", 4) == 0 && text_at(data, 24))
            return data;
    }
    return (struct span){NULL, 0};
}

static struct pdb *read_file(const char *path, const void *image, struct span wanted) {
    struct stat facts;
    struct pdb *pdb = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &facts) != 0 || !facts.st_size) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    void *map = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return NULL;
    struct file file = {{map, (size_t)facts.st_size}, 0, {NULL, 0}};
    if (open_streams(&file)) {
        struct span info = stream(&file, 1);
        if (info.size >= 28 && memcmp(info.at + 12, wanted.at + 4, sizeof(GUID)) == 0)
            pdb = calloc(1, sizeof *pdb);
        if (pdb) {
            struct builder builder = {pdb, 0, 0, image};
            read_all(&builder, &file, info);
            pdb->path = strdup(path);
        }
        drop(info);
    }
    drop(file.directory);
    munmap(map, (size_t)facts.st_size);
    return pdb;
}

static const char *last_part(const char *path) {
    const char *last = path;
    for (; *path; path++)
        if (*path == '/' || *path == '\\')
            last = path + 1;
    return last;
}

/* In a folder, or at a path as Windows spells it where `folder` is NULL. */
static struct pdb *try_path(const char *folder, size_t length, const char *name, const void *image, struct span wanted) {
    char path[4096];
    int size = folder ? snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, name)
                      : snprintf(path, sizeof path, "%s", name);
    if (size < 0 || (size_t)size >= sizeof path)
        return NULL;
    struct host_path host;
    return path_to_host_ansi(path, &host) == ERROR_SUCCESS ? read_file(host.text, image, wanted) : NULL;
}

static struct pdb *find(const void *base, const char *image_path, const char *search_path) {
    struct span wanted = codeview(base);
    if (!wanted.at)
        return NULL;
    const char *named = (const char *)wanted.at + 24, *name = last_part(named);
    struct pdb *found = try_path(NULL, 0, named, base, wanted);
    const char *last = last_part(image_path);
    if (!found && last > image_path)
        found = try_path(image_path, (size_t)(last - image_path - 1), name, base, wanted);
    for (const char *at = search_path; !found && at && *at;) {
        size_t length = strcspn(at, ";");
        if (length)
            found = try_path(at, length, name, base, wanted);
        at += length + (at[length] == ';');
    }
    return found;
}

/* ---- those that were read, found or not ---- */

struct known {
    struct known *next;
    const void *base;
    DWORD stamp;
    char *searched;             /* the search path, which may be changed until the file is found */
    struct pdb *pdb;
};

static bool is_same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

/* The lock is held. */
static void look(struct known *image, const char *image_path, const char *search_path, bool is_new) {
    if (image->pdb || (!is_new && is_same_text(image->searched, search_path)))
        return;
    free(image->searched);
    image->searched = search_path ? strdup(search_path) : NULL;
    image->pdb = find(image->base, image_path, search_path);
}

const struct pdb *pdb_of_image(const void *base, const char *image_path, const char *search_path) {
    static struct known *all;
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    DWORD headers = *(const DWORD *)(const void *)((const BYTE *)base + 0x3C);
    DWORD stamp = *(const DWORD *)(const void *)((const BYTE *)base + headers + 8);
    pthread_mutex_lock(&lock);
    struct known *each = all;
    while (each && (each->base != base || each->stamp != stamp))
        each = each->next;
    bool is_new = !each;
    if (is_new && (each = malloc(sizeof *each)) != NULL) {
        *each = (struct known){all, base, stamp, NULL, NULL};
        all = each;
    }
    if (each)
        look(each, image_path, search_path, is_new);
    const struct pdb *pdb = each ? each->pdb : NULL;
    pthread_mutex_unlock(&lock);
    return pdb;
}

/* ---- look-ups ---- */

const struct pdb_symbol *pdb_symbol_at(const struct pdb *pdb, DWORD rva) {
    size_t low = 0, high = pdb->symbol_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pdb->symbols[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    const struct pdb_symbol *found = &pdb->symbols[low - 1];
    while (found > pdb->symbols && found[-1].rva == found->rva)
        found--;
    return found;
}

const struct pdb_symbol *pdb_symbol_named(const struct pdb *pdb, const char *name, bool any_case) {
    for (size_t i = 0; i < pdb->symbol_count; i++) {
        const char *each = pdb->symbols[i].name;
        if (any_case ? strcasecmp(each, name) == 0 : strcmp(each, name) == 0)
            return &pdb->symbols[i];
    }
    return NULL;
}

const struct pdb_line *pdb_line_at(const struct pdb *pdb, DWORD rva) {
    size_t low = 0, high = pdb->line_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pdb->lines[middle].rva <= rva)
            low = middle + 1;
        else
            high = middle;
    }
    return low && pdb->lines[low - 1].number ? &pdb->lines[low - 1] : NULL;
}
