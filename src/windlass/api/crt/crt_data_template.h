/* The variables that a C run-time DLL before the Universal CRT exports; msvcrt.c and the msvcr files include this.
 *
 * The includer defines CRT_DATA_DLL, and CRT_DATA_NAMESPACE, that of the exception classes. Several DLLs have variables of these names, each its own; they follow the one C
 * run-time that stands behind them all. */
#include <math.h>

#include "crt_ctype.h"
#include "crt_data.h"
#include "crt_environment.h"
#include "crt_io.h"
#include "cxx_exception.h"

#define CRT_DATA(type_, name_) CRT_DATA_IN(CRT_DATA_DLL, type_, name_)
#define CRT_DATA_IN(dll_, type_, name_) API_DATA(dll_, type_, name_)

typedef const char *error_list[44];
typedef WORD class_table[257];
typedef BYTE byte_table[257];
typedef struct fd *record_table[FD_CHUNKS_SHOWN];
typedef struct fd fd_record_type;

CRT_DATA(char *, _acmdln);
CRT_DATA(WCHAR *, _wcmdln);
CRT_DATA(int, __argc);
CRT_DATA(char **, __argv);
CRT_DATA(WCHAR **, __wargv);
CRT_DATA(char **, _environ);
CRT_DATA(WCHAR **, _wenviron);
CRT_DATA(char **, __initenv);
CRT_DATA(WCHAR **, __winitenv);
CRT_DATA(char *, _pgmptr);
CRT_DATA(WCHAR *, _wpgmptr);
CRT_DATA(error_list, _sys_errlist);
CRT_DATA(int, _sys_nerr);
CRT_DATA(double, _HUGE);
CRT_DATA(int, __mb_cur_max);
CRT_DATA(const WORD *, _pctype);
CRT_DATA(const WORD *, _pwctype);
CRT_DATA(class_table, _wctype);
CRT_DATA(byte_table, _mbctype);
CRT_DATA(LONG, _timezone);
CRT_DATA(int, _daylight);
CRT_DATA(LONG, _dstbias);
CRT_DATA(crt_tz_names, _tzname);
CRT_DATA(int, __unguarded_readlc_active);
CRT_DATA(int, __setlc_active);
CRT_DATA(int, _fmode);
CRT_DATA(int, _commode);
CRT_DATA(record_table, __pioinfo);
CRT_DATA(fd_record_type, __badioinfo);

typedef const void *function_table[CXX_EXCEPTION_VIRTUAL_FUNCTIONS];
#define CRT_TABLE(symbol_, class_) CRT_TABLE_IN(symbol_, CRT_DATA_DLL, "??_7" class_ CRT_DATA_NAMESPACE "@@6B@")
#define CRT_TABLE_IN(symbol_, dll_, name_) API_DATA_AS(symbol_, dll_, function_table, name_)

CRT_TABLE(exception_table, "exception");
CRT_TABLE(bad_cast_table, "bad_cast");
CRT_TABLE(bad_typeid_table, "bad_typeid");
CRT_TABLE(non_rtti_object_table, "__non_rtti_object");

API_USE(const char **, __sys_errlist, void);
API_USE(const BYTE *, __p__mbctype, void);

/* The image may have gone since it was filled. */

static void environment_changed(void) {
    if (!data__environ)
        return;
    *data__environ = *crt_environ();
    *data__wenviron = *crt_wenviron();
}

static void locale_changed(void) {
    if (!data__pctype)
        return;
    const struct crt_locale *locale = crt_locale(NULL);
    *data___mb_cur_max = locale->mb_cur_max;
    *data__pctype = locale->ctype;
    memcpy(*data__mbctype, api___p__mbctype(), sizeof *data__mbctype);
}

static void time_zone_changed(void) {
    if (!data__timezone)
        return;
    const struct crt_time_zone *zone = crt_time_zone();
    *data__timezone = zone->seconds_west;
    *data__daylight = zone->has_daylight;
    *data__dstbias = zone->daylight_bias;
    (*data__tzname)[0] = (char *)zone->names[0];
    (*data__tzname)[1] = (char *)zone->names[1];
}

/* May run while the first of them is made. */
static void descriptors_changed(void) {
    for (int i = 0; data___pioinfo && i < FD_CHUNKS_SHOWN; i++)
        (*data___pioinfo)[i] = atomic_load_explicit(&fd_chunks[i], memory_order_acquire);
}

/* With the locator's address before it. */
static void fill_table(function_table *table, enum cxx_exception_class class) {
    const void *const *functions = cxx_exception_vftable(class);
    memcpy((const void **)table - 1, functions - 1, sizeof *table + sizeof *functions);
}

static void fill_data(void) {
    static struct crt_data_listener listener = {environment_changed, locale_changed, time_zone_changed, descriptors_changed,
                                                NULL};
    static struct crt_mode_place modes = {&data__fmode, &data__commode, NULL};
    const struct crt_arguments *arguments = crt_arguments();
    *data__acmdln = arguments->narrow_command_line;
    *data__wcmdln = arguments->wide_command_line;
    *data___argc = arguments->count;
    *data___argv = arguments->narrow;
    *data___wargv = arguments->wide;
    *data__pgmptr = arguments->narrow_program;
    *data__wpgmptr = arguments->wide_program;
    memcpy(*data__sys_errlist, api___sys_errlist(), sizeof *data__sys_errlist);
    *data__sys_nerr = 43;
    *data__HUGE = HUGE_VAL;
    for (unsigned i = 0; i < 256; i++)
        (*data__wctype)[i + 1] = unicode_ctype1((WCHAR)i) & 0x1FF;
    *data__pwctype = *data__wctype + 1;
    environment_changed();
    locale_changed();
    time_zone_changed();
    fd_init();
    descriptors_changed();
    data___badioinfo->handle = INVALID_HANDLE_VALUE;
    *data___initenv = *data__environ;
    *data___winitenv = *data__wenviron;
    fill_table(exception_table, CXX_CLASS_EXCEPTION);
    fill_table(bad_cast_table, CXX_CLASS_BAD_CAST);
    fill_table(bad_typeid_table, CXX_CLASS_BAD_TYPEID);
    fill_table(non_rtti_object_table, CXX_CLASS_NON_RTTI_OBJECT);
    crt_data_listen(&listener);
    crt_mode_place_add(&modes);
}
