// build: freestanding
// flags: -fno-builtin -lucrtbase
// Sorting, searching, random numbers and arithmetic.
// Wine reports: qsort without order
// documented: qsort without order errno 22 invalid 1     (Microsoft, "Parameter Validation")
// Wine reports: rand_s null: 22 errno 22
// documented: rand_s null: 22 errno 22 invalid 1     (Microsoft, "Parameter Validation")
#include "crt.h"

struct pair {
    int key, position;
};

static int by_key(const void *a, const void *b)
{
    return ((const struct pair *)a)->key - ((const struct pair *)b)->key;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static int descending(void *context, const void *a, const void *b)
{
    ++*(int *)context;
    return *(const short *)b - *(const short *)a;
}

static void sorting(void)
{
    static struct pair pairs[1000];
    static int numbers[2000];
    short shorts[] = {3, -1, 7, 0, 7, 2};
    int calls = 0, i, unsorted = 0;
    unsigned state = 1;
    for (i = 0; i < 1000; i++) {
        state = state * 1103515245 + 12345;
        pairs[i].key = (int)(state >> 16 & 0xfff) * 1000 + i;
        pairs[i].position = i;
    }
    qsort(pairs, 1000, sizeof *pairs, by_key);
    for (i = 1; i < 1000; i++)
        unsorted += pairs[i - 1].key > pairs[i].key || pairs[i].key % 1000 != pairs[i].position;
    for (i = 0; i < 2000; i++)
        numbers[i] = (int)((i * 7919u) % 2000);
    qsort(numbers, 2000, sizeof *numbers, by_number);
    for (i = 0; i < 2000; i++)
        unsorted += numbers[i] != i;
    say("qsort: %d out of order", unsorted);
    qsort_s(shorts, 6, sizeof *shorts, descending, &calls);
    say("qsort_s: %d %d %d %d %d %d", shorts[0], shorts[1], shorts[2], shorts[3], shorts[4], shorts[5]);
    check(calls >= 5);
    qsort(numbers, 0, 4, by_number);
    qsort(NULL, 0, 4, by_number);
    say("qsort of nothing%s", failure());
    qsort(NULL, 1, 4, by_number);
    say("qsort null%s", failure());
    qsort(numbers, 1, 4, NULL);
    say("qsort without order%s", failure());
}

static void searching(void)
{
    int numbers[20] = {1, 3, 5, 7, 9, 11}, key = 7, missing = 4;
    unsigned count = 6;
    int *found = bsearch(&key, numbers, 6, sizeof *numbers, by_number);
    say("bsearch: %d %d", found ? *found : -1, bsearch(&missing, numbers, 6, sizeof *numbers, by_number) == NULL);
    check(bsearch(&key, numbers, 0, sizeof *numbers, by_number) == NULL);
    found = _lfind(&key, numbers, &count, sizeof *numbers, by_number);
    say("_lfind: %d %u", (int)(found - numbers), count);
    check(_lfind(&missing, numbers, &count, sizeof *numbers, by_number) == NULL);
    found = _lsearch(&missing, numbers, &count, sizeof *numbers, by_number);
    say("_lsearch: %d %u %d", (int)(found - numbers), count, *found);
}

static void numbers(void)
{
    unsigned value = 0;
    char swapped[7] = "......";
    int i;
    say("rand: %d %d %d", rand(), rand(), rand());
    srand(12345);
    say("srand(12345): %d %d %d", rand(), rand(), rand());
    srand(1);
    for (i = 0; i < 999; i++)
        rand();
    say("the thousandth: %d", rand());
    say("rand_s: %d%s", rand_s(&value), failure());
    say("rand_s null: %d%s", rand_s(NULL), failure());
    say("rotations: %x %x %x", _rotl(0x80000001u, 4), _rotr(0x80000001u, 4), _rotl(0x12345678u, 32));
    say("_rotl64: %llx", _rotl64(0x8000000000000001ULL, 8));
    say("_byteswap_uint64: %llx", _byteswap_uint64(0x0102030405060708ULL));
    _swab("abcdef", swapped, 6);
    say("_swab: %s", swapped);
    say("abs: %d %d", abs(-5), abs(-2147483647 - 1));
}

PROGRAM
{
    survive_invalid_parameters();
    sorting();
    searching();
    numbers();
    return 0;
}
