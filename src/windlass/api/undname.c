/* Readable names of types, as type_info::name() gives them: classes, enumerations, templates with types and numbers,
 * pointers and references. A name with anything else in it stays decorated ("Decorated names"). */
#include <stdio.h>

#include "api.h"
#include "cxx.h"

enum { MAX_TEXT = 2048, MAX_NAMES = 10, MAX_DEPTH = 32 };

struct text {
    char bytes[MAX_TEXT];
};

struct reader {
    const char *at;
    bool failed;
    int depth;
    unsigned name_count;
    char names[MAX_NAMES][256]; /* what digits refer back to */
};

static void read_type(struct reader *reader, struct text *out);

static void append(struct reader *reader, struct text *out, const char *more) {
    size_t length = strlen(out->bytes), added = strlen(more);
    if (length + added >= MAX_TEXT)
        reader->failed = true;
    else
        memcpy(out->bytes + length, more, added + 1);
}

static void remember(struct reader *reader, const char *name) {
    if (reader->name_count < MAX_NAMES && strlen(name) < sizeof reader->names[0])
        strcpy(reader->names[reader->name_count++], name);
}

/* 0 to 9 stand for 1 to 10; other numbers are digits A to P up to a sign. */
static void read_number(struct reader *reader, struct text *out) {
    bool negative = *reader->at == '?';
    unsigned long long value = 0;
    char digits[32];
    reader->at += negative;
    if (*reader->at >= '0' && *reader->at <= '9') {
        value = (unsigned)(*reader->at++ - '0') + 1u;
    } else {
        while (*reader->at >= 'A' && *reader->at <= 'P')
            value = value << 4 | (unsigned)(*reader->at++ - 'A');
        reader->failed |= *reader->at++ != '@';
    }
    snprintf(digits, sizeof digits, "%s%llu", negative ? "-" : "", value);
    append(reader, out, digits);
}

static void read_plain(struct reader *reader, struct text *out) {
    size_t length = strcspn(reader->at, "@");
    if (!length || reader->at[length] != '@' || length >= 256) {
        reader->failed = true;
        return;
    }
    memcpy(out->bytes, reader->at, length);
    out->bytes[length] = 0;
    reader->at += length + 1;
}

/* Names within a template count anew. */
static void read_template(struct reader *reader, struct text *out) {
    struct reader inner = {.at = reader->at, .depth = reader->depth + 1};
    read_plain(&inner, out);
    remember(&inner, out->bytes);
    append(&inner, out, "<");
    for (bool first = true; !inner.failed && *inner.at != '@'; first = false) {
        struct text argument = {""};
        if (!first)
            append(&inner, out, ",");
        if (strncmp(inner.at, "$0", 2) == 0) {
            inner.at += 2;
            read_number(&inner, &argument);
        } else {
            read_type(&inner, &argument);
        }
        append(&inner, out, argument.bytes);
    }
    append(&inner, out, out->bytes[0] && out->bytes[strlen(out->bytes) - 1] == '>' ? " >" : ">");
    reader->failed |= inner.failed;
    reader->at = inner.at + !inner.failed;
}

static void read_fragment(struct reader *reader, struct text *out) {
    if (*reader->at >= '0' && *reader->at <= '9') {
        unsigned index = (unsigned)(*reader->at++ - '0');
        reader->failed |= index >= reader->name_count;
        append(reader, out, reader->failed ? "" : reader->names[index]);
        return;
    }
    if (strncmp(reader->at, "?$", 2) == 0) {
        reader->at += 2;
        read_template(reader, out);
    } else if (strncmp(reader->at, "?A", 2) == 0) {
        reader->at += strcspn(reader->at, "@");
        reader->failed |= !*reader->at++;
        append(reader, out, "`anonymous namespace'");
    } else {
        reader->failed |= *reader->at == '?';
        read_plain(reader, out);
    }
    remember(reader, out->bytes);
}

/* Innermost name first, the enclosing ones after it. */
static void read_name(struct reader *reader, struct text *out) {
    struct text name = {""};
    read_fragment(reader, &name);
    while (!reader->failed && *reader->at != '@') {
        struct text scope = {""};
        read_fragment(reader, &scope);
        append(reader, &scope, "::");
        append(reader, &scope, name.bytes);
        name = scope;
    }
    reader->at += !reader->failed;
    append(reader, out, name.bytes);
}

static const char *basic_type(const char **at) {
    static const char *const plain[] = {"signed char", "char", "unsigned char", "short", "unsigned short", "int",
                                        "unsigned int", "long", "unsigned long", NULL, "float", "double",
                                        "long double"};
    static const char extended[] = "JKNWSUQ";
    static const char *const extended_names[] = {"__int64", "unsigned __int64", "bool", "wchar_t", "char16_t",
                                                 "char32_t", "char8_t"};
    if (**at == 'X')
        return ++*at, "void";
    if (**at >= 'C' && **at <= 'O')
        return plain[*(*at)++ - 'C'];
    if (**at != '_' || !(*at)[1] || !strchr(extended, (*at)[1]))
        return NULL;
    *at += 2;
    return extended_names[strchr(extended, (*at)[-1]) - extended];
}

static void read_pointer(struct reader *reader, struct text *out) {
    static const char *const qualifiers[] = {"", " const", " volatile", " const volatile"};
    char kind = *reader->at++;
    bool wide = *reader->at == 'E';
    reader->at += wide;
    unsigned qualifier = (unsigned)(*reader->at - 'A');
    if (qualifier > 3) {
        reader->failed = true;
        return;
    }
    reader->at++;
    bool is_pointer = *reader->at >= 'P' && *reader->at <= 'S'; /* which says its own qualifiers itself */
    read_type(reader, out);
    append(reader, out, is_pointer ? "" : qualifiers[qualifier]);
    append(reader, out, kind == 'A' ? " &" : " *");
    append(reader, out, wide ? " __ptr64" : "");
    append(reader, out, kind == 'A' ? "" : qualifiers[(unsigned)(kind - 'P') & 3]);
}

static void read_type(struct reader *reader, struct text *out) {
    const char *basic = basic_type(&reader->at);
    if (basic) {
        append(reader, out, basic);
        return;
    }
    if (reader->depth > MAX_DEPTH) {
        reader->failed = true;
        return;
    }
    reader->depth++;
    switch (*reader->at) {
    case 'T': reader->at++; append(reader, out, "union "); read_name(reader, out); break;
    case 'U': reader->at++; append(reader, out, "struct "); read_name(reader, out); break;
    case 'V': reader->at++; append(reader, out, "class "); read_name(reader, out); break;
    case 'W':
        reader->failed |= reader->at[1] != '4';
        reader->at += reader->failed ? 0 : 2;
        append(reader, out, "enum ");
        read_name(reader, out);
        break;
    case 'A':
    case 'P':
    case 'Q':
    case 'R':
    case 'S': read_pointer(reader, out); break;
    default: reader->failed = true;
    }
    reader->depth--;
}

char *cxx_readable_type(const char *decorated) {
    struct reader *reader = calloc(1, sizeof *reader);
    struct text out = {""};
    if (!reader)
        return NULL;
    reader->at = strncmp(decorated, "?A", 2) == 0 ? decorated + 2 : decorated;
    read_type(reader, &out);
    bool complete = !reader->failed && !*reader->at;
    free(reader);
    return complete ? strdup(out.bytes) : NULL;
}
