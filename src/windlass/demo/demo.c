/* The DLL of `windlass demo`: a little of everything that a DLL can hold, without a C runtime.
 *
 * demo.dll beside this file is made of it by
 *
 *     python -m ziglang cc -target x86_64-windows-gnu -O1 -s -shared -nostdlib -fno-stack-protector
 *         -fno-sanitize=undefined -Wall -Wextra demo.c -lkernel32 -o demo.dll
 */
#define EXPORT __declspec(dllexport)
#define LINKER(option) __asm__(".section .drectve,\"yn\"\n\t.ascii \" " option " \"\n\t.text")

/* An export by ordinal only, and one that is found in another DLL. */
LINKER("-export:secret,@100,NONAME");
LINKER("-export:process_id=KERNEL32.GetCurrentProcessId");

__declspec(dllimport) unsigned long GetCurrentThreadId(void);
__declspec(dllimport) void SetLastError(unsigned long code);

enum { DLL_PROCESS_DETACH = 0, DLL_PROCESS_ATTACH = 1 };

typedef int (*int_function)(int);

/* Data. Each process that loads the DLL has its own. */
EXPORT int turns = 0;
EXPORT char label[32] = "made for Windows";
/* Addresses: the loader adjusts them when the DLL does not lie at its preferred base. */
EXPORT const char *const parts[] = {"drum", "rope", "crank", "pawl", 0};

static unsigned long attached_by;
static void (*farewell)(void);

EXPORT int add(int a, int b)
{
    return a + b;
}

EXPORT double mean(const double *values, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i];
    return count > 0 ? sum / count : 0;
}

/* Wind the rope up; the state is in `turns`. */
EXPORT int wind(int by)
{
    turns += by;
    return turns;
}

/* The sum of function(1) ... function(count). */
EXPORT int sum_of(int_function function, int count)
{
    int sum = 0;
    for (int i = 1; i <= count; i++)
        sum += function(i);
    return sum;
}

/* The thread that DllMain ran on when the DLL was attached; 0 if it never ran. */
EXPORT unsigned long attached_by_thread(void)
{
    return attached_by;
}

/* Sets the error that GetLastError gives. */
EXPORT int fail_with(unsigned long code)
{
    SetLastError(code);
    return 0;
}

/* Writes where no program may. */
EXPORT void crash(void)
{
    *(volatile int *)0x10 = 1;
}

/* `function` is called when the DLL is detached. */
EXPORT void at_detach(void (*function)(void))
{
    farewell = function;
}

int secret(void)
{
    return 42;
}

int __stdcall DllMainCRTStartup(void *module, unsigned long reason, void *reserved)
{
    (void)module, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        attached_by = GetCurrentThreadId();
    if (reason == DLL_PROCESS_DETACH && farewell)
        farewell();
    return 1;
}
