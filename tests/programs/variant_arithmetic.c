// Arithmetic, logic and comparison of VARIANTs: types of results, values, and what happens where they do not fit.
// flags: -loleaut32
#include <windows.h>
#include <oleauto.h>

#include "fixture.h"

#define DEC(v) (*(DECIMAL *)(v))

static const VARTYPE types[] = {VT_EMPTY, VT_I2, VT_I4, VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_BOOL, VT_DECIMAL, VT_UI1, VT_I8};
enum { TYPES = sizeof types / sizeof *types };

typedef HRESULT(WINAPI *binary)(VARIANT *, VARIANT *, VARIANT *);
typedef HRESULT(WINAPI *unary)(VARIANT *, VARIANT *);

static void make(VARIANT *v, VARTYPE type, LONG number)
{
    VARIANT source = {.vt = VT_I4, .lVal = number};
    VariantInit(v);
    V_VT(v) = type;
    if (type == VT_EMPTY || type == VT_NULL)
        return;
    V_VT(v) = VT_EMPTY;
    check(VariantChangeTypeEx(v, &source, 0x409, 0, type) == S_OK);
}

static void show(const char *what, HRESULT result, VARIANT *v)
{
    if (result != S_OK) {
        say("%s %08x", what, result);
        return;
    }
    switch (V_VT(v)) {
    case VT_BSTR: say("%s text %ls", what, V_BSTR(v)); break;
    case VT_R4: say("%s R4 %a", what, (double)V_R4(v)); break;
    case VT_R8: case VT_DATE: say("%s type %u %a", what, V_VT(v), V_R8(v)); break;
    case VT_DECIMAL: say("%s decimal %llu scale %u sign %x", what, DEC(v).Lo64, DEC(v).scale, DEC(v).sign); break;
    case VT_UI1: say("%s UI1 %u", what, V_UI1(v)); break;
    case VT_I2: case VT_BOOL: say("%s type %u %d", what, V_VT(v), V_I2(v)); break;
    case VT_I8: case VT_CY: say("%s type %u %lld", what, V_VT(v), V_I8(v)); break;
    case VT_EMPTY: case VT_NULL: say("%s type %u", what, V_VT(v)); break;
    default: say("%s type %u %d", what, V_VT(v), V_I4(v));
    }
    VariantClear(v);
}

static void pairs(const char *what, binary function, LONG left, LONG right)
{
    say("%s of %d and %d", what, left, right);
    for (unsigned i = 0; i < TYPES; i++)
        for (unsigned j = 0; j < TYPES; j++) {
            VARIANT a, b, result;
            if (types[i] == VT_EMPTY && (types[j] == VT_UI1 || function == VarDiv || function == VarMod || function == VarIdiv))
                continue;
            if (types[j] == VT_EMPTY && (function == VarDiv || function == VarMod || function == VarIdiv))
                continue;
            if ((types[i] == VT_BOOL && types[j] == VT_DECIMAL) || (types[i] == VT_DECIMAL && types[j] == VT_BOOL))
                continue; // True is -1, which Wine makes 1 there
            if (function == VarOr && (types[i] == VT_BSTR || types[j] == VT_BSTR))
                continue; // Wine takes all texts for True
            make(&a, types[i], left);
            make(&b, types[j], right);
            VariantInit(&result);
            HRESULT code = function(&a, &b, &result);
            char name[] = {(char)('a' + i), (char)('a' + j), ':', 0};
            show(name, code, &result);
            VariantClear(&a);
            VariantClear(&b);
        }
}

static void one(const char *what, binary function, VARIANT a, VARIANT b)
{
    VARIANT result;
    VariantInit(&result);
    HRESULT code = function(&a, &b, &result);
    show(what, code, &result);
}

static void limits(void)
{
    VARIANT byte = {.vt = VT_UI1, .bVal = 200}, small = {.vt = VT_I2, .iVal = 32000}, large = {.vt = VT_I4, .lVal = 2000000000};
    VARIANT huge = {.vt = VT_I8, .llVal = 9000000000000000000}, money = {.vt = VT_CY, .cyVal.int64 = 9000000000000000000};
    VARIANT single = {.vt = VT_R4, .fltVal = 3e38f}, zero = {.vt = VT_I2};
    VARIANT null = {.vt = VT_NULL}, lowest = {.vt = VT_I2, .iVal = -32768};
    one("byte and byte", VarAdd, byte, byte);
    one("byte times byte", VarMul, byte, byte);
    one("small and small", VarAdd, small, small);
    one("small times small", VarMul, small, small);
    one("large and large", VarAdd, large, large);
    one("huge and huge", VarAdd, huge, huge);
    one("money and money", VarAdd, money, money);
    one("single and single", VarAdd, single, single);
    one("by zero", VarDiv, small, zero);
    one("whole by zero", VarIdiv, small, zero);
    one("rest by zero", VarMod, small, zero);
    one("null and small", VarAdd, null, small);
    one("null joined", VarCat, null, null);
    one("null with small", VarCat, null, small);
    one("power", VarPow, small, zero);
    VARIANT result;
    show("minus lowest", VarNeg(&lowest, &result), &result);
    show("absolute lowest", VarAbs(&lowest, &result), &result);
}

static void texts(void)
{
    VARIANT a = {.vt = VT_BSTR, .bstrVal = SysAllocString(L"12")}, b = {.vt = VT_BSTR, .bstrVal = SysAllocString(L"3.5")};
    VARIANT word = {.vt = VT_BSTR, .bstrVal = SysAllocString(L"word")}, number = {.vt = VT_I4, .lVal = 5}, empty = {.vt = VT_EMPTY};
    one("joined", VarAdd, a, b);
    one("difference", VarSub, a, b);
    one("with number", VarAdd, a, number);
    one("with word", VarAdd, word, number);
    one("with empty", VarAdd, word, empty);
    one("cat", VarCat, a, number);
    say("compare %x %x %x %x", VarCmp(&a, &b, 0x409, 0), VarCmp(&b, &a, 0x409, 0), VarCmp(&a, &number, 0x409, 0),
        VarCmp(&number, &a, 0x409, 0));
    say("with empty %x %x %x", VarCmp(&empty, &a, 0x409, 0), VarCmp(&empty, &empty, 0x409, 0), VarCmp(&empty, &number, 0x409, 0));
    VariantClear(&a);
    VariantClear(&b);
    VariantClear(&word);
}

static void singles(void)
{
    static const struct { const char *name; unary function; } all[] = {
        {"abs", VarAbs}, {"neg", VarNeg}, {"fix", VarFix}, {"int", VarInt}, {"not", VarNot},
    };
    for (unsigned k = 0; k < sizeof all / sizeof *all; k++)
        for (unsigned i = 0; i < TYPES; i++) {
            VARIANT a, result;
            make(&a, types[i], types[i] == VT_UI1 ? 3 : -3);
            VariantInit(&result);
            show(all[k].name, all[k].function(&a, &result), &result);
            VariantClear(&a);
        }
    VARIANT half = {.vt = VT_R8, .dblVal = -2.567}, result;
    show("fix", VarFix(&half, &result), &result);
    show("int", VarInt(&half, &result), &result);
    show("round", VarRound(&half, 1, &result), &result);
}

static void comparisons(void)
{
    for (unsigned i = 0; i < TYPES; i++) {
        VARIANT a, b, null = {.vt = VT_NULL};
        make(&a, types[i], 1);
        for (unsigned j = 0; j < TYPES; j++) {
            make(&b, types[j], 2);
            if (types[i] == VT_DECIMAL && types[j] == VT_BOOL)
                continue;
            say("compare %u with %u: %x", types[i], types[j], VarCmp(&a, &b, 0x409, 0));
            VariantClear(&b);
        }
        say("with null %x", VarCmp(&a, &null, 0x409, 0));
        VariantClear(&a);
    }
}

PROGRAM
{
    pairs("sum", VarAdd, 7, 2);
    pairs("difference", VarSub, 7, 2);
    pairs("product", VarMul, 7, 2);
    pairs("quotient", VarDiv, 7, 2);
    pairs("whole quotient", VarIdiv, 7, 2);
    pairs("rest", VarMod, 7, 2);
    pairs("power", VarPow, 7, 2);
    pairs("and", VarAnd, 6, 3);
    pairs("or", VarOr, 6, 3);
    pairs("xor", VarXor, 6, 3);
    pairs("eqv", VarEqv, 6, 3);
    pairs("imp", VarImp, 6, 3);
    limits();
    texts();
    singles();
    comparisons();
    return 0;
}
