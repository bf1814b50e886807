/* The Shell's path functions that look at text only ("Shell Path Handling Functions"); what asks for files stands in
 * shell_files.py. Paths are at most MAX_PATH characters long, the zero among them, and are separated by backslashes. */
#include "api.h"
#include "codepage.h"
#include "unicode.h"

#define MAX_PATH 260

static const CHAR *narrow_next(const CHAR *at) {
    return at + (codepage_is_lead(codepage_ansi(), (BYTE)*at) && at[1] ? 2 : 1);
}

static const WCHAR *wide_next(const WCHAR *at) { return at + 1; }

static CHAR narrow_lower(CHAR unit) { return (CHAR)(unit >= 'A' && unit <= 'Z' ? unit + 32 : unit); }

static WCHAR wide_lower(WCHAR unit) { return unicode_lower(unit); }

static bool narrow_same_character(CHAR a, CHAR b) { return narrow_lower(a) == narrow_lower(b); }

static bool wide_same_character(WCHAR a, WCHAR b) { return a == b || unicode_upper(a) == unicode_upper(b); }

API_USE(int, StrToIntA, LPCSTR);
API_USE(int, StrToIntW, LPCWSTR);

static int narrow_number(const CHAR *text) { return api_StrToIntA(text); }
static int wide_number(const WCHAR *text) { return api_StrToIntW(text); }

#define CHAR_T CHAR
#define UNSIGNED_T BYTE
#define NAME(narrow_, wide_) narrow_
#include "shlwapi_path_template.h"

#define CHAR_T WCHAR
#define UNSIGNED_T WCHAR
#define NAME(narrow_, wide_) wide_
#include "shlwapi_path_template.h"
