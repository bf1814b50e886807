/* msvcrt.dll: its variables. The functions are the C run-time's, declared with the others. */
#define CRT_DATA_DLL msvcrt
#define CRT_DATA_NAMESPACE ""
#include "crt_data_template.h"

API_DATA(msvcrt, class_table, _ctype);
API_DATA(msvcrt, UINT, __lc_codepage);
API_DATA(msvcrt, UINT, __lc_collate_cp);
API_DATA(msvcrt, unsigned, _osplatform);
API_DATA(msvcrt, unsigned, _osver);
API_DATA(msvcrt, unsigned, _winver);
API_DATA(msvcrt, unsigned, _winmajor);
API_DATA(msvcrt, unsigned, _winminor);

static void code_pages_changed(void) {
    if (!data___lc_codepage)
        return;
    *data___lc_codepage = crt_locale(NULL)->codepage;
    *data___lc_collate_cp = crt_locale(NULL)->collate_codepage;
}

static void nothing_changed(void) {}

API_START(msvcrt) {
    static struct crt_data_listener listener = {nothing_changed, code_pages_changed, nothing_changed, nothing_changed, NULL};
    fill_data();
    code_pages_changed();
    crt_data_listen(&listener);
    memcpy(*data__ctype, crt_c_locale.ctype - 1, sizeof *data__ctype); /* the "C" locale's, whichever is set */
    *data__osplatform = process_peb.OSPlatformId;
    *data__osver = process_peb.OSBuildNumber;
    *data__winmajor = process_peb.OSMajorVersion;
    *data__winminor = process_peb.OSMinorVersion;
    *data__winver = process_peb.OSMajorVersion << 8 | process_peb.OSMinorVersion;
}
