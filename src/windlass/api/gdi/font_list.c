/* The installed fonts: where they are is font_sources.py's to say, what they are their own tables' ("OpenType
 * specification": name, OS/2, head, hhea, post). */
#include "python.h" /* first, as Python wants it */

#include "fonts.h"

#include "codepage.h"
#include "fork.h"

#include <stdio.h>

struct freetype freetype;
struct face *installed_faces;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

/* Pairs of names, in the order of preference. */
struct name_pair { WCHAR name[LF_FACESIZE], other[LF_FACESIZE]; };
struct name_table { struct name_pair *pairs; size_t count; };

static struct name_table substitutes, stand_ins;     /* read once, as the faces are */
static enum { UNREAD, READ, NO_FREETYPE } state;

bool same_face_name(const WCHAR *one, const WCHAR *other) {
    return wide_compare_no_case(one, wide_length(one), other, wide_length(other)) == 0;
}

/* ---- what the tables say ---- */

BYTE *face_table(struct face *face, unsigned tag, size_t *size) {
    FT_Face opened = face_open(face);
    unsigned long length = 0;
    if (!opened || freetype.Load_Sfnt_Table(opened, tag, 0, NULL, &length) || !length)
        return NULL;
    BYTE *bytes = malloc(length);
    if (!bytes || freetype.Load_Sfnt_Table(opened, tag, 0, bytes, &length)) {
        free(bytes);
        return NULL;
    }
    *size = length;
    return bytes;
}

/* A table of at least so many bytes, with zeros where the file's is shorter: later versions only append. */
static bool read_table(struct face *face, unsigned tag, BYTE *to, size_t size) {
    size_t length;
    BYTE *bytes = face_table(face, tag, &length);
    memset(to, 0, size);
    if (bytes)
        memcpy(to, bytes, length < size ? length : size);
    free(bytes);
    return bytes != NULL;
}

static void read_head(struct face *face) {
    BYTE head[54], hhea[36], post[32];
    struct face_facts *facts = &face->facts;
    read_table(face, FT_TAG('h', 'e', 'a', 'd'), head, sizeof head);
    facts->units = face->opened->units_per_EM;
    facts->box = (RECT){read_be16_signed(head + 36), read_be16_signed(head + 42), read_be16_signed(head + 40), read_be16_signed(head + 38)};
    facts->min_ppem = read_be16(head + 46);
    face->is_bold = head[45] & 1;
    face->is_italic = head[45] & 2;
    read_table(face, FT_TAG('h', 'h', 'e', 'a'), hhea, sizeof hhea);
    facts->ascent = read_be16_signed(hhea + 4);
    facts->descent = read_be16_signed(hhea + 6);
    facts->line_gap = read_be16_signed(hhea + 8);
    facts->max_advance = read_be16(hhea + 10);
    facts->slope_rise = read_be16_signed(hhea + 18);
    facts->slope_run = read_be16_signed(hhea + 20);
    read_table(face, FT_TAG('p', 'o', 's', 't'), post, sizeof post);
    facts->italic_angle = (LONG)((LONGLONG)(LONG)read_be32(post + 4) * 10 / 65536);
    facts->underline_position = read_be16_signed(post + 8);
    facts->underline_size = read_be16_signed(post + 10);
    face->is_fixed = read_be32(post + 12) != 0;
}

enum { PANOSE_TEXT = 2, PANOSE_SCRIPT = 3, PANOSE_DECORATIVE = 4, PANOSE_MONOSPACED = 9, PANOSE_FIRST_SANS = 11 };

/* "PANOSE structure": text faces with serif styles from "normal sans" on are FF_SWISS. */
static BYTE family_of(const struct face *face) {
    const BYTE *panose = face->facts.panose;
    if (face->is_fixed || (panose[0] == PANOSE_TEXT && panose[3] == PANOSE_MONOSPACED))
        return FF_MODERN;
    switch (panose[0]) {
    case PANOSE_TEXT: return panose[1] < 2 ? 0 : panose[1] < PANOSE_FIRST_SANS ? FF_ROMAN : FF_SWISS;
    case PANOSE_SCRIPT: return FF_SCRIPT;
    case PANOSE_DECORATIVE: return FF_DECORATIVE;
    default: return 0;
    }
}

static void read_os2_text(struct face_facts *facts, const BYTE *os2) {
    facts->average_width = read_be16_signed(os2 + 2);
    facts->type = read_be16(os2 + 8);
    for (int i = 0; i < 8; i++)
        facts->script[i] = read_be16_signed(os2 + 10 + 2 * i);
    facts->strikeout_size = read_be16_signed(os2 + 26);
    facts->strikeout_position = read_be16_signed(os2 + 28);
    memcpy(facts->panose, os2 + 32, PANOSE_SIZE);
    facts->selection = read_be16(os2 + 62);
    facts->first_char = read_be16(os2 + 64);
    facts->last_char = read_be16(os2 + 66);
    facts->typo_ascent = read_be16_signed(os2 + 68);
    facts->typo_descent = read_be16_signed(os2 + 70);
    facts->typo_gap = read_be16_signed(os2 + 72);
    facts->win_ascent = read_be16(os2 + 74);
    facts->win_descent = read_be16(os2 + 76);
    facts->x_height = read_be16_signed(os2 + 86);
    facts->cap_height = read_be16_signed(os2 + 88);
    facts->break_char = read_be16(os2 + 92);
}

/* Without a table OS/2, as in fonts for the Macintosh, hhea's heights count, and Latin 1 is taken for granted. */
static void read_os2(struct face *face) {
    BYTE os2[96];
    struct face_facts *facts = &face->facts;
    bool has_table = read_table(face, FT_TAG('O', 'S', '/', '2'), os2, sizeof os2);
    read_os2_text(facts, os2);
    if (!facts->win_ascent && !facts->win_descent) {
        facts->win_ascent = facts->ascent;
        facts->win_descent = -facts->descent;
    }
    face->weight = read_be16(os2 + 4) ? read_be16(os2 + 4) : face->is_bold ? FW_BOLD : FW_NORMAL;
    if (face->weight < 10)                           /* "usWeightClass" was 1 to 9 in version 0 of some fonts */
        face->weight *= 100;
    for (int i = 0; i < 4; i++)
        face->signature.fsUsb[i] = read_be32(os2 + 42 + 4 * i);
    face->signature.fsCsb[0] = read_be32(os2 + 78);
    face->signature.fsCsb[1] = read_be32(os2 + 82);
    if (!face->signature.fsCsb[0])                   /* version 0 has none */
        face->signature.fsCsb[0] = face->is_symbol ? 1u << 31 : 1;
    if (has_table) {
        face->is_italic = face->is_italic || (facts->selection & 1);
        face->is_bold = face->is_bold || (facts->selection & 0x20);
    } else {
        facts->typo_ascent = facts->ascent;
        facts->typo_descent = facts->descent;
        facts->last_char = 0xffff;
    }
    face->family = family_of(face);
}

enum { PLATFORM_MICROSOFT = 3, PLATFORM_MACINTOSH = 1, ENGLISH_US = 0x409 };
enum { NAME_FAMILY = 1, NAME_STYLE = 2, NAME_UNIQUE = 3, NAME_FULL = 4 };

/* How much a name is wanted: English for Windows first. */
static int name_rank(const FT_SfntName *name) {
    if (name->platform_id == PLATFORM_MICROSOFT)
        return name->language_id == ENGLISH_US ? 3 : 2;
    return name->platform_id == PLATFORM_MACINTOSH && name->language_id == 0;
}

static void copy_name(const FT_SfntName *name, WCHAR *to, unsigned capacity) {
    unsigned length = 0;
    bool is_wide = name->platform_id == PLATFORM_MICROSOFT;
    for (unsigned i = 0; i + is_wide < name->string_len && length + 1 < capacity; i += 1 + is_wide)
        to[length++] = is_wide ? read_be16(name->string + i) : name->string[i];
    to[length] = 0;
}

static void read_name(struct face *face, unsigned id, WCHAR *to, unsigned capacity) {
    int best = 0;
    for (unsigned i = 0; i < freetype.Get_Sfnt_Name_Count(face->opened); i++) {
        FT_SfntName name;
        if (freetype.Get_Sfnt_Name(face->opened, i, &name) || name.name_id != id || name_rank(&name) <= best)
            continue;
        best = name_rank(&name);
        copy_name(&name, to, capacity);
    }
}

static void choose_charmap(struct face *face) {
    FT_Face opened = face->opened;
    FT_CharMapRec *symbols = NULL;
    for (int i = 0; i < opened->num_charmaps; i++)
        if (opened->charmaps[i]->encoding == FT_ENCODING_MS_SYMBOL)
            symbols = opened->charmaps[i];
    if (symbols)
        freetype.Set_Charmap(opened, symbols);
    face->is_symbol = symbols != NULL;
}

FT_Face face_open(struct face *face) {
    if (face->opened)
        return face->opened;
    int error = face->path ? freetype.New_Face(freetype.library, face->path, face->index, &face->opened)
                           : freetype.New_Memory_Face(freetype.library, face->memory, (long)face->memory_size, face->index, &face->opened);
    if (error)
        face->opened = NULL;
    else
        choose_charmap(face);
    return face->opened;
}

static void close_face(struct face *face) {
    if (face->opened)
        freetype.Done_Face(face->opened);
    face->opened = NULL;
}

static void free_face(struct face *face) {
    close_face(face);
    free(face->path);
    free(face);
}

static bool is_usable(const struct face *face) {
    enum { NEEDED = FT_FACE_FLAG_SCALABLE | FT_FACE_FLAG_SFNT };
    return (face->opened->face_flags & NEEDED) == NEEDED && face->opened->units_per_EM && face->opened->num_glyphs < 0x10000;
}

/* The glyf table makes a TrueType font, without it the outlines are PostScript's ("CFF"). */
static void read_face(struct face *face) {
    unsigned long size = 0;
    read_head(face);
    read_os2(face);
    face->is_truetype = freetype.Load_Sfnt_Table(face->opened, FT_TAG('g', 'l', 'y', 'f'), 0, NULL, &size) == 0;
    read_name(face, NAME_FAMILY, face->family_name, LF_FACESIZE);
    read_name(face, NAME_STYLE, face->style_name, LF_FACESIZE);
    read_name(face, NAME_FULL, face->full_name, LF_FULLFACESIZE);
    read_name(face, NAME_UNIQUE, face->unique_name, LF_FULLFACESIZE);
}

/* One face of a file; *faces gets how many there are. NULL: none that GDI can use. */
static struct face *new_face(const struct face *like, long index, long *faces) {
    struct face *face = calloc(1, sizeof *face);
    if (!face)
        return NULL;
    *face = *like;
    face->index = index;
    face->path = like->path ? strdup(like->path) : NULL;
    if (!face_open(face)) {
        free_face(face);
        return NULL;
    }
    *faces = face->opened->num_faces;
    if (is_usable(face))
        read_face(face);
    if (!face->family_name[0]) {
        free_face(face);
        return NULL;
    }
    return face;
}

unsigned faces_add(const char *path, const BYTE *memory, size_t size, const void *resource, bool is_hidden) {
    struct face like = {.memory = memory, .memory_size = size, .resource = resource, .is_hidden = is_hidden};
    unsigned added = 0;
    struct face **end = &installed_faces;
    like.path = (char *)(uintptr_t)path;
    while (*end)
        end = &(*end)->next;
    for (long index = 0, faces = 1; index < faces; index++) {
        struct face *face = new_face(&like, index, &faces);
        if (!face)
            continue;
        if (!resource)
            close_face(face);                        /* of many that are installed few are used */
        *end = face;
        end = &face->next;
        added++;
    }
    if (resource)
        scaled_fonts_forget(NULL);                   /* they might be mapped otherwise now */
    return added;
}

unsigned faces_remove(const void *resource) {
    unsigned removed = 0;
    for (struct face **place = &installed_faces; *place;) {
        struct face *face = *place;
        if (face->resource != resource) {
            place = &face->next;
            continue;
        }
        *place = face->next;
        scaled_fonts_forget(face);
        free_face(face);
        removed++;
    }
    return removed;
}

/* ---- where they are ---- */

static bool copy_short_name(PyObject *text, WCHAR *to) {
    size_t length;
    WCHAR *wide = utf16_from_str(text, &length);
    if (!wide)
        return false;
    length = length < LF_FACESIZE ? length : LF_FACESIZE - 1;
    memcpy(to, wide, length * sizeof *wide);
    to[length] = 0;
    free(wide);
    return true;
}

static bool take_names(struct name_table *table, PyObject *pairs) {
    Py_ssize_t count = PyTuple_Size(pairs);
    table->pairs = calloc((size_t)count + 1, sizeof *table->pairs);
    for (Py_ssize_t i = 0; table->pairs && i < count; i++) {
        PyObject *pair = PyTuple_GetItem(pairs, i);
        if (!copy_short_name(PyTuple_GetItem(pair, 0), table->pairs[i].name) ||
            !copy_short_name(PyTuple_GetItem(pair, 1), table->pairs[i].other))
            return false;
        table->count++;
    }
    return table->pairs != NULL;
}

struct sources { char **libraries, **files; struct name_table substitutes, stand_ins; };

static void free_texts(char **texts) {
    for (char **each = texts; each && *each; each++)
        free(*each);
    free(texts);
}

static char **take_texts(PyObject *tuple) {
    Py_ssize_t count = PyTuple_Size(tuple);
    char **texts = calloc((size_t)count + 1, sizeof *texts);
    for (Py_ssize_t i = 0; texts && i < count; i++)
        texts[i] = strdup(PyBytes_AsString(PyTuple_GetItem(tuple, i)));
    return texts;
}

/* font_sources.sources(): four tuples. */
static bool take_sources(struct sources *sources, PyObject *told) {
    sources->libraries = take_texts(PyTuple_GetItem(told, 0));
    sources->files = take_texts(PyTuple_GetItem(told, 1));
    return sources->libraries && sources->files && take_names(&sources->substitutes, PyTuple_GetItem(told, 2)) &&
           take_names(&sources->stand_ins, PyTuple_GetItem(told, 3));
}

static bool ask_sources(struct sources *sources) {
    struct python_entry entry;
    if (!python_enter_for_api(&entry))
        return false;
    PyObject *module = PyImport_ImportModule("windlass.api.gdi.font_sources");
    PyObject *told = module ? PyObject_CallMethod(module, "sources", NULL) : NULL;
    bool good = told && take_sources(sources, told);
    if (!good)
        PyErr_WriteUnraisable(module);
    Py_XDECREF(told);
    Py_XDECREF(module);
    python_leave(&entry);
    return good;
}

static void free_sources(struct sources *sources) {
    free_texts(sources->libraries);
    free_texts(sources->files);
    free(sources->substitutes.pairs);
    free(sources->stand_ins.pairs);
}

/* The lock is held. Takes the names. */
static void read_fonts(struct sources *sources) {
    state = NO_FREETYPE;
    substitutes = sources->substitutes;
    stand_ins = sources->stand_ins;
    sources->substitutes = sources->stand_ins = (struct name_table){NULL, 0};
    for (char **library = sources->libraries; *library && state != READ; library++)
        if (freetype_load(*library, &freetype))
            state = READ;
    for (char **file = sources->files; *file && state == READ; file++)
        faces_add(*file, NULL, 0, NULL, false);
}

/* Python is asked without the lock: a fork there, on another thread, waits for it. */
static void ask_and_read(void) {
    struct sources sources = {.libraries = NULL};
    pthread_mutex_unlock(&lock);
    bool told = ask_sources(&sources);
    pthread_mutex_lock(&lock);
    if (told && state == UNREAD)
        read_fonts(&sources);
    free_sources(&sources);
}

bool fonts_try_lock(void) {
    pthread_mutex_lock(&lock);
    if (state == UNREAD)
        ask_and_read();
    if (state == READ)
        return true;
    pthread_mutex_unlock(&lock);
    return false;
}

void fonts_unlock(void) { pthread_mutex_unlock(&lock); }

void fonts_lock(void) {
    bool has_library = fonts_try_lock();
    if (has_library && installed_faces)
        return;
    if (has_library)
        fonts_unlock();
    fprintf(stderr, has_library ? "windlass: text needs a font: there is no TrueType or OpenType file in C:\\Windows\\Fonts, "
                                  "~/.fonts, ~/.local/share/fonts, /usr/share/fonts or /usr/local/share/fonts\n"
                                : "windlass: text needs FreeType: install libfreetype6, or windlass[fonts]\n");
    raise_from_api(EXCEPTION_PYTHON_FAILED, 1, 0, NULL);
}

/* ---- names that stand for others ---- */

static const WCHAR *other_name(const struct name_table *table, const WCHAR *name, unsigned n) {
    for (size_t i = 0; i < table->count; i++)
        if (same_face_name(table->pairs[i].name, name) && n-- == 0)
            return table->pairs[i].other;
    return NULL;
}

const WCHAR *font_substitute(const WCHAR *name) { return other_name(&substitutes, name, 0); }
const WCHAR *font_stand_in(const WCHAR *name, unsigned n) { return other_name(&stand_ins, name, n); }
