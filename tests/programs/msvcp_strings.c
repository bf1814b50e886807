// std::string and std::wstring of Visual C++ 2008's library, by the names that its compiler gives them.
#include <windows.h>

#include "fixture.h"

#define TRAITS(code) code "U?$char_traits@" code "@std@@V?$allocator@" code
#define CLASS(code) "?$basic_string@" TRAITS(code) "@2@@std@@"

static HMODULE library;

static void *find(const char *name)
{
    void *found = (void *)GetProcAddress(library, name);
    if (!found)
        say("no %s", name);
    return found;
}

#define N(name, rest) find(name CLASS("D") rest)
#define W(name, rest) find(name CLASS("_W") rest)

struct string { void *allocator; union { char small[16]; char *large; }; size_t size, capacity; };
struct wide_string { void *allocator; union { WCHAR small[8]; WCHAR *large; }; size_t size, capacity; };
struct iterator { const struct string *container; char *at; };

typedef struct string *(*text_function)(struct string *, const char *);
typedef size_t (*search_function)(const struct string *, const char *, size_t);

static const char *text(const struct string *s) { return s->capacity >= 16 ? s->large : s->small; }
static void show(const char *what, const struct string *s)
{
    say("%s: %s, %u of %u, own %d", what, text(s), (unsigned)s->size, (unsigned)s->capacity, s->capacity >= 16);
}

static void building(void)
{
    struct string s, copy, part, filled, sum;
    ((struct string *(*)(struct string *))N("??0", "QEAA@XZ"))(&s);
    show("empty", &s);
    text_function assign = N("??4", "QEAAAEAV01@PEBD@Z"), append = N("??Y", "QEAAAEAV01@PEBD@Z");
    say("itself %d", assign(&s, "some text") == &s);
    show("assigned", &s);
    append(&s, " and more");
    show("appended", &s);
    for (int i = 0; i < 4; i++)
        append(&s, " and more and more");
    show("grown", &s);
    ((struct string *(*)(struct string *, const struct string *))N("??0", "QEAA@AEBV01@@Z"))(&copy, &s);
    show("copied", &copy);
    ((struct string *(*)(struct string *, const struct string *, size_t, size_t))N("??0", "QEAA@AEBV01@_K1@Z"))(&part, &s, 5, 4);
    show("part", &part);
    ((struct string *(*)(struct string *, size_t, char))N("??0", "QEAA@_KD@Z"))(&filled, 3, 'x');
    show("filled", &filled);
    ((void (*)(struct string *, char))N("?push_back@", "QEAAXD@Z"))(&filled, 'y');
    show("pushed", &filled);
    ((struct string *(*)(struct string *, size_t, const char *))N("?insert@", "QEAAAEAV12@_KPEBD@Z"))(&filled, 1, "abc");
    show("inserted", &filled);
    ((struct string *(*)(struct string *, size_t, size_t, const char *))N("?replace@", "QEAAAEAV12@_K0PEBD@Z"))(&filled, 2, 3, "-----");
    show("replaced", &filled);
    ((struct string *(*)(struct string *, size_t, size_t))N("?erase@", "QEAAAEAV12@_K0@Z"))(&filled, 1, 4);
    show("erased", &filled);
    ((struct string *(*)(struct string *, const char *, size_t))N("?append@", "QEAAAEAV12@PEBD_K@Z"))(&filled, text(&filled) + 1, 2);
    show("of itself", &filled);
    ((struct string *(*)(struct string *, size_t, size_t, const char *, size_t))N("?replace@", "QEAAAEAV12@_K0PEBD0@Z"))(&filled, 0, 1, text(&filled) + 1, 4);
    show("of itself", &filled);
    ((struct string *(*)(struct string *, const struct string *, const char *))find(
        "??$?H" TRAITS("D") "@1@@std@@YA?AV?$basic_string@" TRAITS("D") "@2@@0@AEBV10@PEBD@Z"))(&sum, &part, " and a sum");
    show("sum", &sum);
    ((void (*)(struct string *, struct string *))N("?swap@", "QEAAXAEAV12@@Z"))(&sum, &part);
    show("swapped", &sum);
    ((void (*)(struct string *, size_t))N("?resize@", "QEAAX_K@Z"))(&sum, 2);
    show("resized", &sum);
    ((void (*)(struct string *, size_t, char))N("?resize@", "QEAAX_KD@Z"))(&sum, 5, '+');
    show("resized", &sum);
    ((void (*)(struct string *, size_t))N("?reserve@", "QEAAX_K@Z"))(&sum, 40);
    show("reserved", &sum);
    ((void (*)(struct string *))N("?clear@", "QEAAXXZ"))(&copy);
    show("cleared", &copy);
    void (*destroy)(struct string *) = N("??1", "QEAA@XZ");
    destroy(&s);
    show("destroyed", &s);
    destroy(&copy), destroy(&part), destroy(&filled), destroy(&sum);
}

static void searching(void)
{
    struct string s, result;
    ((struct string *(*)(struct string *, const char *))N("??0", "QEAA@PEBD@Z"))(&s, "one two one two");
    search_function find_text = N("?find@", "QEBA_KPEBD_K@Z"), rfind = N("?rfind@", "QEBA_KPEBD_K@Z");
    say("find %d %d %d, empty %d, behind %d %d", (int)find_text(&s, "two", 0), (int)find_text(&s, "two", 5), (int)find_text(&s, "three", 0),
        (int)find_text(&s, "", 3), (int)find_text(&s, "", 15), (int)find_text(&s, "", 16));
    say("rfind %d %d %d, empty %d", (int)rfind(&s, "one", (size_t)-1), (int)rfind(&s, "one", 7), (int)rfind(&s, "three", 99), (int)rfind(&s, "", 99));
    search_function first = N("?find_first_of@", "QEBA_KPEBD_K@Z"), not_first = N("?find_first_not_of@", "QEBA_KPEBD_K@Z"),
                    last = N("?find_last_of@", "QEBA_KPEBD_K@Z"), not_last = N("?find_last_not_of@", "QEBA_KPEBD_K@Z");
    say("of %d %d, not %d %d", (int)first(&s, "wt", 0), (int)first(&s, "x", 0), (int)not_first(&s, "eno", 0), (int)not_first(&s, "", 2));
    say("last of %d %d, not %d %d", (int)last(&s, "en", 99), (int)last(&s, "x", 5), (int)not_last(&s, "two", 99), (int)not_last(&s, "one", 2));
    size_t (*find_one)(const struct string *, char, size_t) = N("?find@", "QEBA_KD_K@Z");
    say("one %d %d", (int)find_one(&s, 't', 0), (int)find_one(&s, 't', 5));
    int (*compare)(const struct string *, const char *) = N("?compare@", "QEBAHPEBD@Z");
    say("compare %d %d %d", compare(&s, "one two one two"), compare(&s, "one two one twp") < 0, compare(&s, "one two") > 0);
    int (*compare_part)(const struct string *, size_t, size_t, const char *, size_t) = N("?compare@", "QEBAH_K0PEBD0@Z");
    say("part %d %d", compare_part(&s, 4, 3, "two three", 3), compare_part(&s, 0, 3, "two", 3) < 0);
    typedef _Bool (*relation)(const struct string *, const char *);
    say("equal %d, not %d", ((relation)find("??$?8" TRAITS("D") "@1@@std@@YA_NAEBV?$basic_string@" TRAITS("D") "@2@@0@PEBD@Z"))(&s, "one"),
        ((relation)find("??$?9" TRAITS("D") "@1@@std@@YA_NAEBV?$basic_string@" TRAITS("D") "@2@@0@PEBD@Z"))(&s, "one"));
    ((struct string *(*)(const struct string *, struct string *, size_t, size_t))N("?substr@", "QEBA?AV12@_K0@Z"))(&s, &result, 8, 99);
    show("substr", &result);
    struct iterator begin, end;
    typedef struct iterator *(*place)(const struct string *, struct iterator *);
    ((place)N("?begin@", "QEBA?AV?$_String_const_iterator@" TRAITS("D") "@2@@2@XZ"))(&s, &begin);
    ((place)N("?end@", "QEBA?AV?$_String_const_iterator@" TRAITS("D") "@2@@2@XZ"))(&s, &end);
    say("from begin to end %d, of it %d %d", (int)(end.at - begin.at), begin.container == &s, end.container == &s);
    struct iterator from = {&s, begin.at + 4}, to = {&s, begin.at + 7};
    ((struct string *(*)(struct string *, const struct iterator *, const struct iterator *))N("?assign@",
        "QEAAAEAV12@V?$_String_const_iterator@" TRAITS("D") "@2@@2@0@Z"))(&result, &from, &to);
    show("between", &result);
    char out[8] = "";
    size_t count = ((size_t (*)(const struct string *, char *, size_t, size_t))N("?copy@", "QEBA_KPEAD_K1@Z"))(&s, out, 3, 8);
    say("copied %d %s", (int)count, out);
    say("no place %d", *(size_t *)N("?npos@", "2_KB") == (size_t)-1);
}

static void wide(void)
{
    struct wide_string s;
    ((struct wide_string *(*)(struct wide_string *, const WCHAR *))W("??0", "QEAA@PEB_W@Z"))(&s, L"wide");
    ((struct wide_string *(*)(struct wide_string *, const WCHAR *))W("??Y", "QEAAAEAV01@PEB_W@Z"))(&s, L" text");
    say("%ls, %d of %d", s.large, (int)s.size, (int)s.capacity);
    say("find %d", (int)((size_t (*)(const struct wide_string *, WCHAR, size_t))W("?find@", "QEBA_K_W_K@Z"))(&s, 't', 0));
    say("%d", ((int (*)(const struct wide_string *, const WCHAR *))W("?compare@", "QEBAHPEB_W@Z"))(&s, L"wide text"));
    ((void (*)(struct wide_string *))W("??1", "QEAA@XZ"))(&s);
    say("%d of %d", (int)s.size, (int)s.capacity);
}

/* Infinite: no finite number is larger. What is no number is not even itself. */
static void constants(void)
{
    static const char *const libraries[] = {"msvcp90.dll", "msvcp100.dll", "msvcp120.dll"};
    for (int i = 0; i < 3; i++) {
        HMODULE module = LoadLibraryA(libraries[i]);
        double infinite = *(double *)GetProcAddress(module, "_Inf"), none = *(double *)GetProcAddress(module, "_Nan");
        float small_infinite = *(float *)GetProcAddress(module, "_FInf");
        say("%s: %d %d %d", libraries[i], infinite > 1.7e308, none != none, small_infinite > 3.4e38f);
    }
}

PROGRAM
{
    constants();
    library = LoadLibraryA("msvcp90.dll");
    if (!library)
        return 1;
    building();
    searching();
    wide();
    return 0;
}
