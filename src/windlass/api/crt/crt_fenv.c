/* The floating-point environment ("_control87, _controlfp, __control87_2", "fegetenv", "fesetround").
 *
 * x64 code computes in SSE registers, so everything is MXCSR. Microsoft's control word has its own bits for the same
 * settings; the x87 unit's precision cannot be changed on x64. */
#include "crt.h"

/* Microsoft's bits (float.h). */
enum {
    SW_INEXACT = 0x01, SW_UNDERFLOW = 0x02, SW_OVERFLOW = 0x04, SW_ZERODIVIDE = 0x08, SW_INVALID = 0x10,
    SW_DENORMAL = 0x80000, SW_ALL = 0x8001F,
    MCW_EM = 0x8001F, MCW_RC = 0x300, MCW_PC = 0x30000, MCW_IC = 0x40000, MCW_DN = 0x3000000,
    DN_FLUSH = 0x1000000, DN_FLUSH_OPERANDS = 0x2000000, DN_FLUSH_RESULTS = 0x3000000,
    CW_DEFAULT = MCW_EM,
};

/* The processor's. */
enum {
    MXCSR_FLAGS = 0x3F, MXCSR_DAZ = 0x40, MXCSR_MASK_SHIFT = 7, MXCSR_ROUND_SHIFT = 13, MXCSR_FTZ = 0x8000,
    MXCSR_SETTINGS = 0xFFC0,
};

/* The exceptions in the processor's order: invalid, denormal, zero divide, overflow, underflow, inexact. */
static const unsigned exceptions[6] = {
    SW_INVALID, SW_DENORMAL, SW_ZERODIVIDE, SW_OVERFLOW, SW_UNDERFLOW, SW_INEXACT,
};

static unsigned exceptions_from_bits(unsigned bits) {
    unsigned result = 0;
    for (int i = 0; i < 6; i++)
        if (bits >> i & 1)
            result |= exceptions[i];
    return result;
}

static unsigned exceptions_to_bits(unsigned word) {
    unsigned bits = 0;
    for (int i = 0; i < 6; i++)
        if (word & exceptions[i])
            bits |= 1u << i;
    return bits;
}

static inline unsigned read_mxcsr(void) { return __builtin_ia32_stmxcsr(); }
static inline void write_mxcsr(unsigned value) { __builtin_ia32_ldmxcsr(value); }

/* Rounding modes have the same order in both words. */
static unsigned control_of(unsigned mxcsr) {
    unsigned word = exceptions_from_bits(mxcsr >> MXCSR_MASK_SHIFT) | (mxcsr >> MXCSR_ROUND_SHIFT & 3) << 8;
    switch (mxcsr & (MXCSR_DAZ | MXCSR_FTZ)) {
    case MXCSR_DAZ | MXCSR_FTZ: return word | DN_FLUSH;
    case MXCSR_DAZ: return word | DN_FLUSH_OPERANDS;
    case MXCSR_FTZ: return word | DN_FLUSH_RESULTS;
    default: return word;
    }
}

static unsigned settings_of(unsigned word) {
    unsigned mxcsr = exceptions_to_bits(word) << MXCSR_MASK_SHIFT | (word >> 8 & 3) << MXCSR_ROUND_SHIFT;
    switch (word & MCW_DN) {
    case DN_FLUSH: return mxcsr | MXCSR_DAZ | MXCSR_FTZ;
    case DN_FLUSH_OPERANDS: return mxcsr | MXCSR_DAZ;
    case DN_FLUSH_RESULTS: return mxcsr | MXCSR_FTZ;
    default: return mxcsr;
    }
}

static unsigned change_control(unsigned word, unsigned mask) {
    unsigned before = read_mxcsr();
    mask &= MCW_EM | MCW_RC | MCW_DN;
    unsigned control = (control_of(before) & ~mask) | (word & mask);
    if (mask)
        write_mxcsr((before & ~(unsigned)MXCSR_SETTINGS) | settings_of(control));
    return control;
}

/* ---- the control word ---- */

API(CRT_DLLS, unsigned, _control87, unsigned word, unsigned mask) { return change_control(word, mask); }

/* As _control87(), but the denormal exception stays masked or not. */
API(CRT_DLLS, unsigned, _controlfp, unsigned word, unsigned mask) {
    return change_control(word, mask & ~(unsigned)SW_DENORMAL);
}

API(CRT_DLLS, errno_t, _controlfp_s, unsigned *current, unsigned word, unsigned mask) {
    unsigned known = MCW_EM | MCW_RC | MCW_PC | MCW_IC | MCW_DN;
    if (word & mask & ~known) {
        if (current)
            *current = change_control(0, 0);
        return crt_invalid(CRT_EINVAL);
    }
    word = change_control(word, mask & ~(unsigned)SW_DENORMAL);
    if (current)
        *current = word;
    return 0;
}

API(CRT_DLLS, VOID, _set_controlfp, unsigned word, unsigned mask) { api__controlfp(word, mask); }

API(CRT_DLLS, unsigned, _statusfp, void) { return exceptions_from_bits(read_mxcsr()); }

API(CRT_DLLS, unsigned, _clearfp, void) {
    unsigned mxcsr = read_mxcsr();
    write_mxcsr(mxcsr & ~(unsigned)MXCSR_FLAGS);
    return exceptions_from_bits(mxcsr);
}

API(CRT_DLLS, VOID, _fpreset, void) {
    __asm__ volatile("fninit");
    write_mxcsr(settings_of(CW_DEFAULT));
}

/* FLT_ROUNDS: 1 nearest, 3 down, 2 up, 0 toward zero. */
API(CRT_DLLS, int, __fpe_flt_rounds, void) { return "\1\3\2\0"[read_mxcsr() >> MXCSR_ROUND_SHIFT & 3]; }

/* ---- fenv.h: FE_ flags are the status bits, rounding modes those of the control word ---- */

struct fenv {
    ULONG control, status;
};

enum { FE_ALL_EXCEPT = 0x1F };

API(CRT_C99_DLLS, int, fegetenv, struct fenv *env) {
    unsigned mxcsr = read_mxcsr();
    *env = (struct fenv){control_of(mxcsr), exceptions_from_bits(mxcsr)};
    return 0;
}

/* FE_DFL_ENV stands in the program and holds bits that no control word has. */
static bool is_default(const struct fenv *env) { return env->control & ~(ULONG)(MCW_EM | MCW_RC | MCW_DN); }

API(CRT_C99_DLLS, int, fesetenv, const struct fenv *env) {
    unsigned control = is_default(env) ? CW_DEFAULT : env->control;
    write_mxcsr(settings_of(control) | exceptions_to_bits(env->status));
    return 0;
}

API(CRT_C99_DLLS, int, feholdexcept, struct fenv *env) {
    api_fegetenv(env);
    write_mxcsr((read_mxcsr() & ~(unsigned)MXCSR_FLAGS) | MXCSR_FLAGS << MXCSR_MASK_SHIFT);
    return 0;
}

API(CRT_C99_DLLS, int, feclearexcept, int flags) {
    write_mxcsr(read_mxcsr() & ~exceptions_to_bits((unsigned)flags & FE_ALL_EXCEPT));
    return 0;
}

API(CRT_C99_DLLS, int, fetestexcept, int flags) {
    return (int)(exceptions_from_bits(read_mxcsr()) & (unsigned)flags & FE_ALL_EXCEPT);
}

API(CRT_C99_DLLS, int, fegetexceptflag, ULONG *saved, int flags) {
    *saved = (ULONG)api_fetestexcept(flags);
    return 0;
}

API(CRT_C99_DLLS, int, fesetexceptflag, const ULONG *saved, int flags) {
    unsigned mxcsr = read_mxcsr() & ~exceptions_to_bits((unsigned)flags & FE_ALL_EXCEPT);
    write_mxcsr(mxcsr | exceptions_to_bits(*saved & (unsigned)flags & FE_ALL_EXCEPT));
    return 0;
}

/* Raises what is not masked, as an operation would ("feraiseexcept"). */
API(msvcr120, int, feraiseexcept, int flags) {
    static const volatile double zero = 0, one = 1, largest = 0x1.fffffffffffffp1023, smallest = 0x1p-1022;
    volatile double result = 0;
    if (flags & SW_INVALID)
        result = zero / zero;
    if (flags & SW_ZERODIVIDE)
        result = one / zero;
    if (flags & SW_OVERFLOW)
        result = largest * largest;
    if (flags & SW_UNDERFLOW)
        result = smallest * smallest;
    if (flags & SW_INEXACT)
        result = one / largest;
    (void)result;
    return 0;
}

API(msvcr120, int, feupdateenv, const struct fenv *env) {
    int raised = api_fetestexcept(FE_ALL_EXCEPT);
    api_fesetenv(env);
    return api_feraiseexcept(raised);
}

API(CRT_C99_DLLS, int, fegetround, void) { return (int)(control_of(read_mxcsr()) & MCW_RC); }

API(CRT_C99_DLLS, int, fesetround, int mode) {
    if (mode & ~MCW_RC)
        return 1;
    change_control((unsigned)mode, MCW_RC);
    return 0;
}
