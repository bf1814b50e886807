/* Strings of msvcp80 and msvcp90 ("basic_string Class"): programs of Visual C++ 2005 and 2008 have all of the class from
 * the DLL. Those of later versions compile it into themselves. */
#include "crt.h"
#include "crt_memory.h"
#include "cxx_exception.h"

#define MSVCP_STRING_DLLS msvcp80 msvcp90
#define NPOS SIZE_MAX

static void throw_too_long(void) { cxx_throw_standard(CXX_CLASS_LENGTH_ERROR, "string too long"); }
static void throw_position(void) { cxx_throw_standard(CXX_CLASS_OUT_OF_RANGE, "invalid string position"); }

API_AS(string_too_long, MSVCP_STRING_DLLS, VOID, "?_Xlen@_String_base@std@@SAXXZ", void) { throw_too_long(); }
API_AS(string_position, MSVCP_STRING_DLLS, VOID, "?_Xran@_String_base@std@@SAXXZ", void) { throw_position(); }
API_AS(string_argument, MSVCP_STRING_DLLS, VOID, "?_Xinvarg@_String_base@std@@SAXXZ", void) {
    cxx_throw_standard(CXX_CLASS_INVALID_ARGUMENT, "invalid string argument");
}

static unsigned char narrow_string_unsigned(char value) { return (unsigned char)value; }
static WCHAR wide_string_unsigned(WCHAR value) { return value; }
static WCHAR short_string_unsigned(WCHAR value) { return value; }

#define CHAR_T char
#define NAME(name_) narrow_string_##name_
#define CODE "D"
#include "msvcp_string_template.h"

#define CHAR_T WCHAR
#define NAME(name_) wide_string_##name_
#define CODE "_W"
#include "msvcp_string_template.h"

/* Without /Zc:wchar_t a wide character is an unsigned short. */
#define CHAR_T WCHAR
#define NAME(name_) short_string_##name_
#define CODE "G"
#include "msvcp_string_template.h"

#define NPOS_DATA(symbol_, dll_, code_) \
    API_DATA_AS(symbol_, dll_, size_t, \
                "?npos@?$basic_string@" code_ "U?$char_traits@" code_ "@std@@V?$allocator@" code_ "@2@@std@@2_KB")
NPOS_DATA(char_npos_80, msvcp80, "D");
NPOS_DATA(wide_npos_80, msvcp80, "_W");
NPOS_DATA(short_npos_80, msvcp80, "G");
NPOS_DATA(char_npos_90, msvcp90, "D");
NPOS_DATA(wide_npos_90, msvcp90, "_W");
NPOS_DATA(short_npos_90, msvcp90, "G");

API_START(msvcp80) { *char_npos_80 = *wide_npos_80 = *short_npos_80 = NPOS; }
API_START(msvcp90) { *char_npos_90 = *wide_npos_90 = *short_npos_90 = NPOS; }
