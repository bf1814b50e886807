/* "CreatePseudoConsole function" and its kin. Programs join by PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE. What they write comes
 * out as they write it: no screen is kept between them and the reader, which knows control sequences. */
#include "pseudo_console.h"

#include <errno.h>

#include "console.h"

typedef LONG HRESULT;
typedef PVOID HPCON;

#define E_INVALIDARG ((HRESULT)0x80070057)
#define E_HANDLE ((HRESULT)0x80070006)

static HRESULT hresult_of(DWORD error) { return (HRESULT)(0x80070000u | error); }

static bool is_size(COORD size) { return size.X > 0 && size.Y > 0; }

API(kernel32 kernelbase, HRESULT, CreatePseudoConsole, COORD size, HANDLE hInput, HANDLE hOutput, DWORD dwFlags,
    HPCON *phPC) {
    enum { PSEUDOCONSOLE_INHERIT_CURSOR = 1 };
    if (!phPC || !is_size(size) || dwFlags & ~(DWORD)PSEUDOCONSOLE_INHERIT_CURSOR)
        return E_INVALIDARG;
    struct file *input = file_from_handle(hInput, FILE_READ_DATA);
    struct file *output = input ? file_from_handle(hOutput, FILE_WRITE_DATA) : NULL;
    HRESULT result = E_HANDLE;
    if (output) {
        *phPC = pseudo_console_new((unsigned short)size.X, (unsigned short)size.Y, input, output);
        result = *phPC ? 0 : hresult_of(win32_from_errno(errno));
        file_release(output);
    }
    if (input)
        file_release(input);
    return result;
}

API(kernel32 kernelbase, HRESULT, ResizePseudoConsole, HPCON hPC, COORD size) {
    if (!is_size(size) || pseudo_console_terminal(hPC) < 0)
        return E_INVALIDARG;
    return pseudo_console_resize(hPC, (unsigned short)size.X, (unsigned short)size.Y) ? 0
                                                                                     : hresult_of(win32_from_errno(errno));
}

API(kernel32 kernelbase, void, ClosePseudoConsole, HPCON hPC) {
    if (pseudo_console_terminal(hPC) >= 0)
        pseudo_console_close(hPC);
}
