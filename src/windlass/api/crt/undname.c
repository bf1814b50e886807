/* Reads decorated names and writes them as Microsoft's tools do. What is not understood to its end stays decorated.
 *
 * A symbol is its name, innermost part first, and a code for what it is: a variable with its type, a function with its
 * own, or one of the compiler's tables. A type has a part on the left of the name and one on the right:
 * "int (__cdecl*" and ")(char)". Digits in a name stand for earlier names, and digits among parameters for earlier
 * parameters; what stands inside a template's brackets counts both anew. */
#include "undname.h"

#include <stdarg.h>
#include <stdio.h>

#include "api.h"
#include "cxx.h"

enum { ARENA_SIZE = 1 << 16, REMEMBERED = 10, DEEPEST = 64, LONGEST_TEXT = 1 << 14 };

struct type {
    const char *left, *right;
};

/* What digits refer back to. */
struct memory {
    const char *names[REMEMBERED];
    struct type parameters[REMEMBERED];
    unsigned name_count, parameter_count;
};

struct reader {
    const char *at;
    unsigned flags;
    int depth;
    bool failed;
    struct memory memory;
    char *arena;
    size_t used;
};

/* ---- text: everything is built in one piece of memory that goes as a whole ---- */

static const char *fail_reading(struct reader *reader) {
    reader->failed = true;
    return "";
}

/* The texts up to NULL, one after the other. */
static const char *join(struct reader *reader, ...) {
    va_list texts;
    char *start = reader->arena + reader->used, *end = start;
    va_start(texts, reader);
    for (const char *text; (text = va_arg(texts, const char *)) != NULL;) {
        size_t length = strlen(text);
        if ((size_t)(end - reader->arena) + length + 1 > ARENA_SIZE) {
            va_end(texts);
            return fail_reading(reader);
        }
        memcpy(end, text, length);
        end += length;
    }
    va_end(texts);
    *end = 0;
    reader->used = (size_t)(end + 1 - reader->arena);
    return start;
}

static bool has(const struct reader *reader, unsigned flags) { return (reader->flags & flags) != 0; }

static bool accept(struct reader *reader, const char *text) {
    size_t length = strlen(text);
    if (reader->failed || strncmp(reader->at, text, length) != 0)
        return false;
    reader->at += length;
    return true;
}

static void expect(struct reader *reader, const char *text) {
    if (!accept(reader, text))
        reader->failed = true;
}

/* A keyword of Microsoft's, which begins with two underscores. */
static const char *keyword(const struct reader *reader, const char *text) {
    return has(reader, UNDNAME_NO_MS_KEYWORDS) ? "" : has(reader, UNDNAME_NO_LEADING_UNDERSCORES) ? text + 2 : text;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* 0 to 9 stand for 1 to 10; others are digits A to P up to a sign. */
static const char *read_number(struct reader *reader) {
    bool negative = accept(reader, "?");
    uint64_t value = 0;
    char digits[32];
    if (*reader->at >= '0' && *reader->at <= '9') {
        value = (uint64_t)(*reader->at++ - '0') + 1;
    } else {
        while (*reader->at >= 'A' && *reader->at <= 'P')
            value = value << 4 | (uint64_t)(*reader->at++ - 'A');
        expect(reader, "@");
    }
    snprintf(digits, sizeof digits, "%s%llu", negative ? "-" : "", (unsigned long long)value);
    return join(reader, digits, NULL);
}

static const char *read_numbers(struct reader *reader, int count) {
    const char *all = read_number(reader);
    while (--count > 0)
        all = join(reader, all, ",", read_number(reader), NULL);
    return all;
}

/* ---- names ---- */

static struct type read_type(struct reader *reader);
static struct type read_pointee(struct reader *reader);
static const char *read_symbol(struct reader *reader);
static const char *read_fragment(struct reader *reader);

static const char *remember(struct reader *reader, const char *name) {
    struct memory *memory = &reader->memory;
    for (unsigned i = 0; i < memory->name_count; i++)
        if (strcmp(memory->names[i], name) == 0)
            return name;
    if (memory->name_count < REMEMBERED)
        memory->names[memory->name_count++] = name;
    return name;
}

static const char *read_plain(struct reader *reader) {
    size_t length = strcspn(reader->at, "@");
    char *start = reader->arena + reader->used;
    if (!length || !reader->at[length] || reader->used + length + 1 > ARENA_SIZE)
        return fail_reading(reader);
    memcpy(start, reader->at, length);
    start[length] = 0;
    reader->used += length + 1;
    reader->at += length + 1;
    return start;
}

static const char *declaration(struct reader *reader, struct type type, const char *name) {
    const char *blank = *type.left && *name ? " " : "";
    return join(reader, type.left, blank, name, type.right, NULL);
}

static const char *type_text(struct reader *reader) { return declaration(reader, read_type(reader), ""); }

static const char *template_argument(struct reader *reader) {
    if (accept(reader, "$0"))
        return read_number(reader);
    if (accept(reader, "$1"))
        return join(reader, "&", read_symbol(reader), NULL);
    if (accept(reader, "$E"))
        return read_symbol(reader);
    if (accept(reader, "$F"))
        return join(reader, "{", read_numbers(reader, 2), "}", NULL);
    if (accept(reader, "$G"))
        return join(reader, "{", read_numbers(reader, 3), "}", NULL);
    if (accept(reader, "$H")) {
        const char *function = read_symbol(reader);
        return join(reader, "{", function, ",", read_number(reader), "}", NULL);
    }
    if (accept(reader, "$M")) {          /* of an `auto` parameter: its type, and the value without a dollar sign */
        read_type(reader);
        if (accept(reader, "0"))
            return read_number(reader);
        expect(reader, "1");
        return join(reader, "&", read_symbol(reader), NULL);
    }
    return type_text(reader);
}

static bool empty_pack(struct reader *reader) {
    return accept(reader, "$$V") || accept(reader, "$$$V") || accept(reader, "$$Z") || accept(reader, "$S");
}

static const char *read_template_arguments(struct reader *reader) {
    const char *all = "<", *comma = "";
    while (!reader->failed && !accept(reader, "@")) {
        if (empty_pack(reader))
            continue;
        all = join(reader, all, comma, template_argument(reader), NULL);
        comma = ",";
    }
    return join(reader, all, ends_with(all, ">") ? " >" : ">", NULL);
}

static const char *operator_name(struct reader *reader);

/* "operator" alone for a conversion, whose type the function's result tells. */
static const char conversion[] = "operator";
static const char constructor[] = "{ctor}", destructor[] = "{dtor}";

/* Behind "?$". A conversion's arguments follow the word: `*arguments`. */
static const char *read_template(struct reader *reader, const char **special) {
    struct memory outer = reader->memory;
    reader->memory = (struct memory){.name_count = 0};
    const char *name = accept(reader, "?") ? operator_name(reader) : remember(reader, read_plain(reader));
    const char *arguments = read_template_arguments(reader);
    reader->memory = outer;
    if (special && (name == conversion || name == constructor || name == destructor)) {
        *special = name;
        return arguments;
    }
    return join(reader, name, arguments, NULL);
}

/* A function's own scope: "?1??f@@YAXXZ@" is `void __cdecl f(void)'::`2'. */
static const char *read_local_scope(struct reader *reader) {
    const char *number = read_number(reader);
    expect(reader, "?");
    const char *symbol = read_symbol(reader);
    return join(reader, "`", symbol, "'::`", number, "'", NULL);
}

static const char *read_fragment(struct reader *reader) {
    if (*reader->at >= '0' && *reader->at <= '9') {
        unsigned index = (unsigned)(*reader->at++ - '0');
        return index < reader->memory.name_count ? reader->memory.names[index] : fail_reading(reader);
    }
    if (accept(reader, "?$"))
        return remember(reader, read_template(reader, NULL));
    if (accept(reader, "?A")) {
        reader->at += strcspn(reader->at, "@");
        expect(reader, "@");
        return remember(reader, "`anonymous namespace'");
    }
    if (accept(reader, "?"))
        return read_local_scope(reader);
    return remember(reader, read_plain(reader));
}

/* The enclosing names up to the sign, with "::" behind them; *innermost is the nearest. */
static const char *read_scope(struct reader *reader, const char **innermost) {
    const char *scope = "";
    *innermost = "";
    while (!reader->failed && !accept(reader, "@")) {
        const char *fragment = read_fragment(reader);
        if (!*scope)
            *innermost = fragment;
        scope = join(reader, fragment, "::", scope, NULL);
    }
    return scope;
}

static const char *read_class_name(struct reader *reader) {
    const char *innermost, *name = read_fragment(reader), *scope = read_scope(reader, &innermost);
    return join(reader, scope, name, NULL);
}

/* ---- operators and the compiler's own functions and tables ---- */

static const char *const operators[36] = {
    constructor, destructor, "operator new", "operator delete", "operator=", "operator>>", "operator<<", "operator!",
    "operator==", "operator!=", "operator[]", conversion, "operator->", "operator*", "operator++", "operator--",
    "operator-", "operator+", "operator&", "operator->*", "operator/", "operator%", "operator<", "operator<=",
    "operator>", "operator>=", "operator,", "operator()", "operator~", "operator^", "operator|", "operator&&",
    "operator||", "operator*=", "operator+=", "operator-=",
};
static const char *const more_operators[36] = {
    "operator/=", "operator%=", "operator>>=", "operator<<=", "operator&=", "operator|=", "operator^=", "`vftable'",
    "`vbtable'", "`vcall'", "`typeof'", "`local static guard'", NULL, "`vbase destructor'",
    "`vector deleting destructor'", "`default constructor closure'", "`scalar deleting destructor'",
    "`vector constructor iterator'", "`vector destructor iterator'", "`vector vbase constructor iterator'",
    "`virtual displacement map'", "`eh vector constructor iterator'", "`eh vector destructor iterator'",
    "`eh vector vbase constructor iterator'", "`copy constructor closure'", NULL, NULL, NULL, "`local vftable'",
    "`local vftable constructor closure'", "operator new[]", "operator delete[]", NULL, "`placement delete closure'",
    "`placement delete[] closure'", NULL,
};
static const char *const last_operators[36] = {
    [10] = "`managed vector constructor iterator'", "`managed vector destructor iterator'",
    "`eh vector copy constructor iterator'", "`eh vector vbase copy constructor iterator'", NULL, NULL,
    "`vector copy constructor iterator'", "`vector vbase copy constructor iterator'",
    "`managed vector copy constructor iterator'", "`local static thread guard'", NULL, "operator co_await",
    "operator<=>",
};

static const char *from_table(struct reader *reader, const char *const *table) {
    char code = *reader->at;
    int index = code >= '0' && code <= '9' ? code - '0' : code >= 'A' && code <= 'Z' ? code - 'A' + 10 : -1;
    if (index < 0 || !table[index])
        return fail_reading(reader);
    reader->at++;
    return table[index];
}

static const char *rtti_name(struct reader *reader) {
    if (accept(reader, "0?A"))
        return join(reader, type_text(reader), " `RTTI Type Descriptor'", NULL);
    if (accept(reader, "1"))
        return join(reader, "`RTTI Base Class Descriptor at (", read_numbers(reader, 4), ")'", NULL);
    if (accept(reader, "2"))
        return "`RTTI Base Class Array'";
    if (accept(reader, "3"))
        return "`RTTI Class Hierarchy Descriptor'";
    expect(reader, "4");
    return "`RTTI Complete Object Locator'";
}

/* The initialiser of a variable, which is given by its name or as a whole symbol. */
static const char *dynamic_name(struct reader *reader, const char *what) {
    const char *variable;
    if (*reader->at == '?') {
        variable = read_symbol(reader);
        expect(reader, "@");
    } else {
        variable = read_plain(reader);
    }
    return join(reader, "`", what, " for '", variable, "''", NULL);
}

/* Behind the question mark. */
static const char *operator_name(struct reader *reader) {
    if (accept(reader, "_R"))
        return rtti_name(reader);
    if (accept(reader, "__E"))
        return dynamic_name(reader, "dynamic initializer");
    if (accept(reader, "__F"))
        return dynamic_name(reader, "dynamic atexit destructor");
    if (accept(reader, "__K"))
        return join(reader, "operator \"\" ", read_plain(reader), NULL);
    if (accept(reader, "__"))
        return from_table(reader, last_operators);
    if (accept(reader, "_"))
        return from_table(reader, more_operators);
    return from_table(reader, operators);
}

/* ---- types ---- */

static struct type plain_type(const char *text) { return (struct type){text, ""}; }

static const char *basic_type(struct reader *reader) {
    static const char *const plain[] = {"signed char", "char", "unsigned char", "short", "unsigned short", "int",
                                        "unsigned int", "long", "unsigned long", NULL, "float", "double",
                                        "long double"};
    static const char *const extended[26] = {
        [3] = "__int8", "unsigned __int8", "__int16", "unsigned __int16", "__int32", "unsigned __int32", "__int64",
        "unsigned __int64", "__int128", "unsigned __int128", "bool", [15] = "auto", "char8_t", NULL, "char16_t",
        "decltype(auto)", "char32_t", NULL, "wchar_t"};
    if (accept(reader, "X"))
        return "void";
    if (*reader->at >= 'C' && *reader->at <= 'O' && plain[*reader->at - 'C'])
        return plain[*reader->at++ - 'C'];
    if (*reader->at != '_' || reader->at[1] < 'A' || reader->at[1] > 'Z' || !extended[reader->at[1] - 'A'])
        return NULL;
    reader->at += 2;
    return extended[reader->at[-1] - 'A'];
}

static struct type with_suffix(struct reader *reader, struct type type, const char *suffix) {
    return (struct type){join(reader, type.left, suffix, NULL), type.right};
}

static struct type class_type(struct reader *reader, const char *kind) {
    return plain_type(join(reader, has(reader, UNDNAME_NO_ECSU | UNDNAME_NAME_ONLY) ? "" : kind, read_class_name(reader),
                           NULL));
}

/* The type below an enumeration is told when it is not int. */
static struct type enumeration_type(struct reader *reader) {
    static const char *const kinds[] = {"enum char ", "enum unsigned char ", "enum short ", "enum unsigned short ",
                                        "enum ", "enum unsigned int ", "enum long ", "enum unsigned long "};
    unsigned kind = (unsigned)(*reader->at - '0');
    if (kind > 7)
        return plain_type(fail_reading(reader));
    reader->at++;
    return class_type(reader, kinds[kind]);
}

/* const and volatile as letters, and what may stand before them. */
struct qualifiers {
    bool wide, is_restrict, unaligned, constant, is_volatile, reference, rvalue_reference, member;
    bool managed;                  /* C++/CX: "^" for "*" and "%" for "&" */
};

static struct qualifiers read_modifiers(struct reader *reader) {
    struct qualifiers all = {.wide = false};
    for (;; reader->at++) {
        if (accept(reader, "$A"))
            all.managed = true;
        switch (*reader->at) {
        case 'E': all.wide = true; break;
        case 'F': all.unaligned = true; break;
        case 'G': all.reference = true; break;
        case 'H': all.rvalue_reference = true; break;
        case 'I': all.is_restrict = true; break;
        default: return all;
        }
    }
}

/* A to D, or Q to T for members. */
static void read_const_volatile(struct reader *reader, struct qualifiers *all) {
    unsigned letter = (unsigned)(*reader->at - 'A');
    all->member = letter >= 16;
    letter -= all->member ? 16 : 0;
    if (letter > 3) {
        reader->failed = true;
        return;
    }
    reader->at++;
    all->constant = letter & 1;
    all->is_volatile = letter & 2;
}

static const char *const_volatile_text(const struct qualifiers *all) {
    return all->constant ? all->is_volatile ? " const volatile" : " const" : all->is_volatile ? " volatile" : "";
}

static const char *modifiers_text(struct reader *reader, const struct qualifiers *all) {
    bool wide = all->wide && !has(reader, UNDNAME_NO_PTR64 | UNDNAME_NO_MS_KEYWORDS);
    bool is_restrict = all->is_restrict && !has(reader, UNDNAME_NO_MS_KEYWORDS);
    return join(reader, wide ? " " : "", wide ? keyword(reader, "__ptr64") : "", is_restrict ? " " : "",
                is_restrict ? keyword(reader, "__restrict") : "", NULL);
}

/* Behind a member function's parameters. */
static const char *this_text(struct reader *reader, const struct qualifiers *all) {
    if ((reader->flags & UNDNAME_NO_THISTYPE) == UNDNAME_NO_THISTYPE)
        return "";
    const char *own = const_volatile_text(all), *modifiers = modifiers_text(reader, all);
    const char *reference = all->reference ? "& " : all->rvalue_reference ? "&& " : "";
    return join(reader, *own ? own + 1 : "", *modifiers ? modifiers : *own ? " " : "", reference, NULL);
}

static const char *calling_convention(struct reader *reader) {
    static const char *const names[] = {"__cdecl", "__pascal", "__thiscall", "__stdcall", "__fastcall", "", "__clrcall",
                                        "__eabi", "__vectorcall", "__swift_1", "__swift_2", "__swift_3"};
    unsigned code = (unsigned)(*reader->at - 'A');
    static const unsigned char of_letter[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 10, 10, 10, 11};
    if (code >= sizeof of_letter)
        return fail_reading(reader);
    reader->at++;
    return *names[of_letter[code]] ? keyword(reader, names[of_letter[code]]) : "";
}

static struct type read_parameter(struct reader *reader) {
    struct memory *memory = &reader->memory;
    if (*reader->at >= '0' && *reader->at <= '9') {
        unsigned index = (unsigned)(*reader->at++ - '0');
        return index < memory->parameter_count ? memory->parameters[index] : plain_type(fail_reading(reader));
    }
    const char *start = reader->at;
    struct type type = read_type(reader);
    if (reader->at - start > 1 && memory->parameter_count < REMEMBERED)
        memory->parameters[memory->parameter_count++] = type;
    return type;
}

/* With the parentheses; reads what a function may throw, too, which is always anything. */
static const char *read_parameters(struct reader *reader) {
    const char *all = "(", *comma = "";
    if (accept(reader, "X")) {
        all = "(void";
    } else {
        while (!reader->failed && *reader->at != '@' && *reader->at != 'Z') {
            all = join(reader, all, comma, declaration(reader, read_parameter(reader), ""), NULL);
            comma = ",";
        }
        if (accept(reader, "Z"))
            all = join(reader, all, comma, "...", NULL);
        else
            expect(reader, "@");
    }
    if (!accept(reader, "_E"))
        expect(reader, "Z");
    return join(reader, all, ")", NULL);
}

/* A result's own const comes before it. */
static struct type read_result(struct reader *reader) {
    struct qualifiers qualifiers = {.wide = false};
    if (*reader->at == '?' && reader->at[1] >= 'A' && reader->at[1] <= 'D') {
        reader->at++;
        read_const_volatile(reader, &qualifiers);
    }
    return with_suffix(reader, read_type(reader), const_volatile_text(&qualifiers));
}

/* "int (__cdecl" and ")(char)", to be filled with the star and the name; for a member with its class. */
struct function {
    const char *convention, *parameters, *this_qualifiers;
    struct type result;
    bool has_result;
};

static struct function read_function(struct reader *reader, bool member) {
    struct function function = {.this_qualifiers = "", .result = {"", ""}};
    if (member) {
        struct qualifiers all = read_modifiers(reader), own = all;
        read_const_volatile(reader, &own);
        all.constant = own.constant;
        all.is_volatile = own.is_volatile;
        function.this_qualifiers = this_text(reader, &all);
    }
    function.convention = calling_convention(reader);
    function.has_result = !accept(reader, "@");
    if (function.has_result)
        function.result = read_result(reader);
    function.parameters = read_parameters(reader);
    return function;
}

static struct type pointer_to_function(struct reader *reader, const char *star, bool member) {
    const char *class_name = member ? join(reader, " ", read_class_name(reader), "::", NULL) : "";
    struct function function = read_function(reader, member);
    const char *blank = *function.result.left && !*function.result.right ? " " : "";
    return (struct type){
        join(reader, function.result.left, blank, "(", function.convention, class_name, star, NULL),
        join(reader, ")", function.parameters, function.this_qualifiers, function.result.right, NULL)};
}

/* "[3][4]" behind the Y. */
static const char *read_dimensions(struct reader *reader) {
    const char *all = "";
    for (int count = atoi(read_number(reader)); count > 0 && !reader->failed; count--)
        all = join(reader, all, "[", read_number(reader), "]", NULL);
    return all;
}

static struct type pointer_to_array(struct reader *reader, const char *star, const char *qualifiers) {
    const char *dimensions = read_dimensions(reader);
    struct qualifiers own = {.wide = false};
    if (accept(reader, "$$C"))
        read_const_volatile(reader, &own);
    struct type element = read_type(reader);
    return (struct type){join(reader, element.left, const_volatile_text(&own), qualifiers, " (", star, NULL),
                         join(reader, ")", dimensions, element.right, NULL)};
}

static struct type pointer_to_data(struct reader *reader, const char *star, const struct qualifiers *modifiers) {
    struct qualifiers pointee = {.wide = false};
    read_const_volatile(reader, &pointee);
    const char *qualifiers = const_volatile_text(&pointee);
    const char *unaligned = modifiers->unaligned && !has(reader, UNDNAME_NO_MS_KEYWORDS) ? " " : "";
    qualifiers = join(reader, qualifiers, unaligned, *unaligned ? keyword(reader, "__unaligned") : "", NULL);
    if (pointee.member)
        star = join(reader, " ", read_class_name(reader), "::", star, NULL);
    if (accept(reader, "Y"))
        return pointer_to_array(reader, star, qualifiers);
    struct type type = read_pointee(reader);
    if (*type.right && *qualifiers)                  /* "int (__cdecl*const * __ptr64" */
        qualifiers++;
    const char *blank = pointee.member || (*type.right && !*qualifiers) ? "" : " ";
    return with_suffix(reader, type, join(reader, qualifiers, blank, star, NULL));
}

/* "* __ptr64", and with the name before it for members; `own`: " const" of the pointer itself. */
static struct type read_pointer(struct reader *reader, const char *sign, const char *own) {
    struct qualifiers modifiers = read_modifiers(reader);
    if (modifiers.managed)
        sign = *sign == '*' ? "^" : "%";
    const char *modifier_text = modifiers_text(reader, &modifiers);
    bool member = *reader->at == '8' || *reader->at == '9';
    if (member || *reader->at == '6' || *reader->at == '7') {
        reader->at++;
        return pointer_to_function(reader, join(reader, sign, *own ? own + 1 : "", modifier_text, NULL), member);
    }
    const char *star = join(reader, sign, modifier_text, own, NULL);
    return pointer_to_data(reader, star, &modifiers);
}

static struct type special_type(struct reader *reader) {
    if (accept(reader, "A6") || accept(reader, "A7")) {
        struct function function = read_function(reader, false);
        return plain_type(join(reader, function.result.left, " ", function.convention, function.parameters,
                               function.result.right, NULL));
    }
    if (accept(reader, "A8") || accept(reader, "A9")) {
        const char *class_name = read_class_name(reader);
        struct function function = read_function(reader, true);
        return plain_type(join(reader, function.result.left, *function.convention ? " " : "", function.convention, " ",
                               class_name, "::",
                               function.parameters, function.this_qualifiers, function.result.right, NULL));
    }
    if (accept(reader, "BY")) {
        const char *dimensions = read_dimensions(reader);
        return plain_type(join(reader, type_text(reader), " ", dimensions, NULL));
    }
    if (accept(reader, "B"))
        return read_type(reader);
    if (accept(reader, "C")) {
        struct qualifiers qualifiers = {.wide = false};
        read_const_volatile(reader, &qualifiers);
        const char *text = const_volatile_text(&qualifiers);
        return with_suffix(reader, read_type(reader), join(reader, text, *text ? " " : "", NULL));
    }
    if (accept(reader, "Q"))
        return read_pointer(reader, "&&", "");
    if (accept(reader, "R"))
        return read_pointer(reader, "&&", " volatile");
    if (accept(reader, "T"))
        return plain_type("std::nullptr_t");
    expect(reader, "Y");                             /* the name of an alias template */
    return plain_type(read_class_name(reader));
}

static struct type compound_type(struct reader *reader, bool shows_own) {
    static const char *const own[] = {"", " const", " volatile", " const volatile"};
    if (accept(reader, "$$"))
        return special_type(reader);
    if (accept(reader, "?<auto>@@"))
        return plain_type("<auto>");
    char code = *reader->at;
    if (code)
        reader->at++;
    switch (code) {
    case 'A': return read_pointer(reader, "&", "");
    case 'B': return read_pointer(reader, "&", " volatile");
    case 'P':
    case 'Q':
    case 'R':
    case 'S': return read_pointer(reader, "*", shows_own ? own[code - 'P'] : "");
    case 'T': return class_type(reader, "union ");
    case 'U': return class_type(reader, "struct ");
    case 'V': return class_type(reader, "class ");
    case 'W': return enumeration_type(reader);
    default: return plain_type(fail_reading(reader));
    }
}

static struct type read_type_as(struct reader *reader, bool shows_own) {
    const char *basic = reader->failed ? "" : basic_type(reader);
    if (basic)
        return plain_type(basic);
    if (++reader->depth > DEEPEST)
        reader->failed = true;
    struct type type = reader->failed ? plain_type("") : compound_type(reader, shows_own);
    reader->depth--;
    return type;
}

static struct type read_type(struct reader *reader) { return read_type_as(reader, true); }

/* A pointer's own const, where what points to it, or the variable, says the same again. */
static struct type read_pointee(struct reader *reader) { return read_type_as(reader, false); }

/* ---- symbols ---- */

struct name {
    const char *scope, *own;       /* with "::", without */
    const char *special;           /* conversion, constructor or destructor, or NULL */
};

static struct name read_name(struct reader *reader) {
    struct name name = {.special = NULL};
    const char *innermost;
    if (accept(reader, "?$"))
        name.own = read_template(reader, &name.special);
    else if (accept(reader, "?"))
        name.own = operator_name(reader);
    else
        name.own = read_fragment(reader);
    name.scope = read_scope(reader, &innermost);
    if (name.own == conversion || name.own == constructor || name.own == destructor) {
        name.special = name.own;
        name.own = "";
    }
    if (name.special == constructor)
        name.own = join(reader, innermost, name.own, NULL);
    else if (name.special == destructor)
        name.own = join(reader, "~", innermost, name.own, NULL);
    return name;
}

static const char *access_text(const struct reader *reader, int access) {
    static const char *const texts[] = {"private: ", "protected: ", "public: "};
    return has(reader, UNDNAME_NO_ACCESS_SPECIFIERS) ? "" : texts[access];
}

static const char *qualified(struct reader *reader, const struct name *name) {
    return join(reader, name->scope, name->own, NULL);
}

/* 0 to 4: static members of each access, globals, and locals of functions. */
static const char *read_variable(struct reader *reader, const struct name *name, int kind) {
    struct type type = read_pointee(reader);
    struct qualifiers storage = read_modifiers(reader);
    read_const_volatile(reader, &storage);
    const char *text = qualified(reader, name);
    if (storage.member)                              /* of the class that the pointer is for */
        read_class_name(reader);
    if (has(reader, UNDNAME_NAME_ONLY))
        return text;
    type = with_suffix(reader, type, join(reader, const_volatile_text(&storage), modifiers_text(reader, &storage), NULL));
    const char *access = kind < 3 ? access_text(reader, kind) : "";
    const char *is_static = kind < 3 && !has(reader, UNDNAME_NO_MEMBER_TYPE) ? "static " : "";
    return join(reader, access, is_static, declaration(reader, type, text), NULL);
}

/* 6 and 7: a table, and the bases it is for. */
static const char *read_table(struct reader *reader, const struct name *name) {
    struct qualifiers storage = read_modifiers(reader);
    const char *text = qualified(reader, name), *bases = "", *comma = "";
    read_const_volatile(reader, &storage);
    while (!reader->failed && !accept(reader, "@")) {
        bases = join(reader, bases, comma, "`", read_class_name(reader), "'", NULL);
        comma = "s ";
    }
    if (has(reader, UNDNAME_NAME_ONLY))
        return text;
    const char *own = const_volatile_text(&storage);
    return join(reader, *own ? own + 1 : "", *own ? " " : "", text, *bases ? "{for " : "", bases, *bases ? "}" : "", NULL);
}

/* What the letters and thunks of functions say. */
struct function_kind {
    int access;                    /* -1: no member */
    bool is_static, is_virtual, is_thunk;
    const char *adjustment;        /* "`adjustor{8}' " */
};

static void read_displacement(struct reader *reader, struct function_kind *kind) {
    bool extended = accept(reader, "R");
    unsigned code = (unsigned)(*reader->at - '0');
    if (code > 5) {
        reader->failed = true;
        return;
    }
    reader->at++;
    kind->access = (int)code / 2;
    kind->is_virtual = kind->is_thunk = true;
    const char *numbers = read_numbers(reader, extended ? 4 : 2);
    kind->adjustment = join(reader, extended ? "`vtordispex{" : "`vtordisp{", numbers, "}' ", NULL);
}

static struct function_kind read_kind(struct reader *reader) {
    struct function_kind kind = {.access = -1, .adjustment = ""};
    if (accept(reader, "$")) {
        read_displacement(reader, &kind);
    } else if (*reader->at >= 'A' && *reader->at <= 'X') {
        int code = *reader->at++ - 'A';
        kind.access = code / 8;
        kind.is_static = code % 8 / 2 == 1;
        kind.is_virtual = code % 8 / 2 >= 2;
        kind.is_thunk = code % 8 / 2 == 3;
        if (kind.is_thunk)
            kind.adjustment = join(reader, "`adjustor{", read_number(reader), "}' ", NULL);
    } else if (!accept(reader, "Y")) {
        expect(reader, "Z");
    }
    return kind;
}

/* What a vcall thunk says: "$BA@AA", where in the table, and how to call. */
static const char *read_vcall(struct reader *reader, const struct name *name) {
    const char *text = qualified(reader, name), *offset = read_number(reader);
    expect(reader, "A");
    const char *convention = calling_convention(reader);
    if (has(reader, UNDNAME_NO_ALLOCATION_LANGUAGE))
        convention = "";
    if (has(reader, UNDNAME_NAME_ONLY))
        return join(reader, text, "{", offset, "}'", NULL);
    return join(reader, "[thunk]:", *convention ? " " : "", convention, *convention ? " " : "", text, "{", offset, ",{flat}}' }'", NULL);
}

static const char *read_function_symbol(struct reader *reader, struct name *name) {
    if (accept(reader, "$B"))
        return read_vcall(reader, name);
    struct function_kind kind = read_kind(reader);
    struct function function = read_function(reader, kind.access >= 0 && !kind.is_static);
    if (name->special == conversion) {
        const char *type = declaration(reader, function.result, "");
        name->own = join(reader, conversion, name->own, " ", type, NULL);
        function.has_result = false;
    }
    const char *text = qualified(reader, name);
    if (has(reader, UNDNAME_NAME_ONLY))
        return text;
    bool shows_result = function.has_result && !has(reader, UNDNAME_NO_FUNCTION_RETURNS);
    struct type result = shows_result ? function.result : plain_type("");
    bool joins = strncmp(result.right, ")(", 2) == 0 && (ends_with(result.left, "*") || ends_with(result.left, "&"));
    const char *blank = *result.left && !joins ? " " : "";
    const char *convention = has(reader, UNDNAME_NO_ALLOCATION_LANGUAGE) ? "" : function.convention;
    const char *kind_text = has(reader, UNDNAME_NO_MEMBER_TYPE) ? "" : kind.is_static ? "static "
                            : kind.is_virtual ? "virtual " : "";
    return join(reader, kind.is_thunk ? "[thunk]:" : "", kind.access < 0 ? "" : access_text(reader, kind.access),
                kind_text, result.left, blank, convention, *convention ? " " : "", text, kind.adjustment,
                has(reader, UNDNAME_NO_ARGUMENTS) ? "" : function.parameters, function.this_qualifiers, result.right,
                NULL);
}

/* "`local static guard'{2}'" */
static const char *read_guard(struct reader *reader, const struct name *name) {
    const char *text = qualified(reader, name), *number = read_number(reader);
    return has(reader, UNDNAME_NAME_ONLY) ? text : join(reader, text, "{", number, "}'", NULL);
}

static const char *read_symbol(struct reader *reader) {
    expect(reader, "?");
    if (reader->failed || ++reader->depth > DEEPEST)
        return fail_reading(reader);
    const char *text;
    if (accept(reader, "?_C@")) {
        reader->at += strlen(reader->at);
        text = "`string'";
    } else {
        struct name name = read_name(reader);
        char code = *reader->at;
        if (reader->failed || !code)
            text = fail_reading(reader);
        else if (code >= '0' && code <= '4')
            text = read_variable(reader, &name, *reader->at++ - '0');
        else if (accept(reader, "5"))
            text = read_guard(reader, &name);
        else if (accept(reader, "6") || accept(reader, "7"))
            text = read_table(reader, &name);
        else if (accept(reader, "8") || accept(reader, "9"))
            text = qualified(reader, &name);
        else
            text = read_function_symbol(reader, &name);
    }
    reader->depth--;
    return text;
}

static const char *read_type_name(struct reader *reader) {
    accept(reader, ".");
    accept(reader, "?A");
    return type_text(reader);
}

char *undecorate(const char *decorated, unsigned flags) {
    struct reader *reader = calloc(1, sizeof *reader);
    char *arena = malloc(ARENA_SIZE), *copy = NULL;
    if (reader && arena) {
        reader->at = decorated;
        reader->flags = flags;
        reader->arena = arena;
        const char *text = flags & UNDECORATE_TYPE ? read_type_name(reader) : read_symbol(reader);
        if (!reader->failed && !*reader->at)
            copy = strdup(text);
    }
    free(arena);
    free(reader);
    return copy;
}

char *cxx_readable_type(const char *decorated) { return undecorate(decorated, UNDECORATE_TYPE); }

/* ---- the run-time's functions, which other tools' debuggers and loggers call ---- */

typedef PVOID(WINAPI *memory_getter)(SIZE_T size);
typedef void(WINAPI *memory_freer)(PVOID block);

enum { TYPE_ONLY = 0x2000 };

/* Without a buffer the result is the caller's to free. What cannot be read is given back as it is. */
API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, PSTR, __unDName, PSTR buffer, LPCSTR decorated, INT size,
    memory_getter get, memory_freer release, WORD flags) {
    unsigned asked = flags & TYPE_ONLY ? (flags & ~(unsigned)TYPE_ONLY) | UNDECORATE_TYPE : flags;
    char *text = undecorate(decorated, asked);
    const char *result = text ? text : decorated;
    size_t length = strlen(result), room = buffer && size > 0 ? (size_t)size - 1 : length;
    (void)release;
    if (!buffer)
        buffer = get(length + 1);
    if (buffer) {
        size_t copied = length < room ? length : room;
        memcpy(buffer, result, copied);
        buffer[copied] = 0;
    }
    free(text);
    return buffer;
}

API(vcruntime140 msvcrt MSVCR_DLLS ucrtbase, PSTR, __unDNameEx, PSTR buffer, LPCSTR decorated, INT size,
    memory_getter get, memory_freer release, PVOID parameter, ULONG flags) {
    (void)parameter;                                 /* asks for the names of template parameters */
    return api___unDName(buffer, decorated, size, get, release, (WORD)flags);
}
