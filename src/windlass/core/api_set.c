/* API sets: names that stand for builtin DLLs ("Windows API sets"). */
#include "module.h"
#include "unicode.h"

/* The first prefix that fits decides. */
static const struct {
    const char *prefix, *hosts[MAX_API_SET_HOSTS + 1];
} api_sets[] = {
    {"api-ms-win-crt-", {"ucrtbase.dll", NULL}},
    {"api-ms-win-core-com-", {"ole32.dll", "combase.dll", NULL}},
    {"api-ms-win-core-winrt-", {"combase.dll", "ole32.dll", NULL}},
    {"api-ms-win-core-registry-", {"advapi32.dll", NULL}},
    {"api-ms-win-core-shlwapi-", {"shlwapi.dll", "kernelbase.dll", NULL}},
    {"api-ms-win-core-version-", {"version.dll", "kernelbase.dll", NULL}},
    {"api-ms-win-core-path-", {"kernelbase.dll", "shlwapi.dll", NULL}},
    {"api-ms-win-core-url-", {"shlwapi.dll", NULL}},
    {"api-ms-win-core-psapi-", {"kernel32.dll", "psapi.dll", NULL}},
    {"api-ms-win-core-", {"kernelbase.dll", "kernel32.dll", "ntdll.dll", NULL}},
    {"api-ms-win-security-", {"advapi32.dll", NULL}},
    {"api-ms-win-eventing-", {"advapi32.dll", NULL}},
    {"api-ms-win-service-", {"advapi32.dll", NULL}},
    {"api-ms-win-mm-", {"winmm.dll", NULL}},
    {"api-ms-win-shcore-", {"shcore.dll", "shlwapi.dll", NULL}},
    {"api-ms-win-downlevel-advapi32-", {"advapi32.dll", NULL}},
    {"api-ms-win-downlevel-normaliz-", {"normaliz.dll", NULL}},
    {"api-ms-win-downlevel-ole32-", {"ole32.dll", NULL}},
    {"api-ms-win-downlevel-shell32-", {"shell32.dll", NULL}},
    {"api-ms-win-downlevel-shlwapi-", {"shlwapi.dll", NULL}},
    {"api-ms-win-downlevel-user32-", {"user32.dll", NULL}},
    {"api-ms-win-downlevel-version-", {"version.dll", NULL}},
    {"api-ms-win-rtcore-ntuser-", {"user32.dll", NULL}},
    {"api-ms-win-", {"kernelbase.dll", "kernel32.dll", "ntdll.dll", "advapi32.dll", NULL}},
    {"ext-ms-win-", {"user32.dll", "gdi32.dll", NULL}},
    {"ext-ms-", {"kernel32.dll", NULL}},
};

static bool has_prefix(const WCHAR *name, size_t length, const char *prefix) {
    for (size_t i = 0; prefix[i]; i++)
        if (i == length || unicode_lower(name[i]) != (unsigned char)prefix[i])
            return false;
    return true;
}

const char *const *api_set_hosts(const WCHAR *name, size_t length) {
    for (size_t i = 0; i < sizeof api_sets / sizeof *api_sets; i++)
        if (has_prefix(name, length, api_sets[i].prefix))
            return api_sets[i].hosts;
    return NULL;
}
