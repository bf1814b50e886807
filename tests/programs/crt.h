/* The C run-time's functions as the programs beside this file call them; freestanding programs have no headers. */
#ifndef CRT_H
#define CRT_H

#include "fixture.h"

typedef unsigned short wide;
typedef void (*invalid_parameter_handler)(const wide *, const wide *, const wide *, unsigned, size_t);

invalid_parameter_handler _set_invalid_parameter_handler(invalid_parameter_handler);
int *_errno(void);

void *malloc(size_t), *calloc(size_t, size_t), *realloc(void *, size_t);
void free(void *);

void *memcpy(void *, const void *, size_t), *memmove(void *, const void *, size_t), *memset(void *, int, size_t);
void *memchr(const void *, int, size_t), *_memccpy(void *, const void *, int, size_t);
int memcmp(const void *, const void *, size_t), _memicmp(const void *, const void *, size_t);
int memcpy_s(void *, size_t, const void *, size_t), memmove_s(void *, size_t, const void *, size_t);

char *strcpy(char *, const char *), *strcat(char *, const char *);
char *strncpy(char *, const char *, size_t), *strncat(char *, const char *, size_t);
char *_strdup(const char *), *_strrev(char *), *_strset(char *, int), *_strnset(char *, int, size_t);
char *_strlwr(char *), *_strupr(char *);
int strcpy_s(char *, size_t, const char *), strncpy_s(char *, size_t, const char *, size_t);
int strcat_s(char *, size_t, const char *), strncat_s(char *, size_t, const char *, size_t);
int _strset_s(char *, size_t, int), _strnset_s(char *, size_t, int, size_t);
int _strlwr_s(char *, size_t), _strupr_s(char *, size_t);
size_t strlen(const char *), strnlen(const char *, size_t), __strncnt(const char *, size_t);
size_t strspn(const char *, const char *), strcspn(const char *, const char *);
char *strchr(const char *, int), *strrchr(const char *, int), *strpbrk(const char *, const char *);
char *strstr(const char *, const char *), *strtok(char *, const char *), *strtok_s(char *, const char *, char **);
int strcmp(const char *, const char *), strncmp(const char *, const char *, size_t);
int _stricmp(const char *, const char *), _strnicmp(const char *, const char *, size_t);
int strcoll(const char *, const char *), _stricoll(const char *, const char *);
size_t strxfrm(char *, const char *, size_t);

wide *wcscpy(wide *, const wide *), *wcscat(wide *, const wide *);
wide *wcsncpy(wide *, const wide *, size_t), *wcsncat(wide *, const wide *, size_t);
wide *_wcsdup(const wide *), *_wcsrev(wide *), *_wcsset(wide *, wide), *_wcsnset(wide *, wide, size_t);
wide *_wcslwr(wide *), *_wcsupr(wide *);
int wcscpy_s(wide *, size_t, const wide *), wcsncpy_s(wide *, size_t, const wide *, size_t);
int wcscat_s(wide *, size_t, const wide *), wcsncat_s(wide *, size_t, const wide *, size_t);
size_t wcslen(const wide *), wcsnlen(const wide *, size_t);
size_t wcsspn(const wide *, const wide *), wcscspn(const wide *, const wide *);
wide *wcschr(const wide *, wide), *wcsrchr(const wide *, wide), *wcspbrk(const wide *, const wide *);
wide *wcsstr(const wide *, const wide *), *wcstok(wide *, const wide *, wide **), *wcstok_s(wide *, const wide *, wide **);
int wcscmp(const wide *, const wide *), wcsncmp(const wide *, const wide *, size_t);
int _wcsicmp(const wide *, const wide *), _wcsnicmp(const wide *, const wide *, size_t);

int atoi(const char *), atol(const char *);
long long _atoi64(const char *), _strtoi64(const char *, char **, int);
unsigned long long _strtoui64(const char *, char **, int);
double atof(const char *), strtod(const char *, char **), wcstod(const wide *, wide **);
float strtof(const char *, char **);
long strtol(const char *, char **, int), wcstol(const wide *, wide **, int);
unsigned long strtoul(const char *, char **, int);
char *_itoa(int, char *, int), *_ultoa(unsigned long, char *, int), *_i64toa(long long, char *, int);
int _itoa_s(int, char *, size_t, int), _i64toa_s(long long, char *, size_t, int), _itow_s(int, wide *, size_t, int);
int _ui64tow_s(unsigned long long, wide *, size_t, int);
char *_ecvt(double, int, int *, int *), *_fcvt(double, int, int *, int *), *_gcvt(double, int, char *);
int _ecvt_s(char *, size_t, double, int, int *, int *), _fcvt_s(char *, size_t, double, int, int *, int *);
int _gcvt_s(char *, size_t, double, int), _atodbl(double *, char *), _atoflt(float *, char *);

void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
void qsort_s(void *, size_t, size_t, int (*)(void *, const void *, const void *), void *);
void *bsearch(const void *, const void *, size_t, size_t, int (*)(const void *, const void *));
void *_lfind(const void *, const void *, unsigned *, unsigned, int (*)(const void *, const void *));
void *_lsearch(const void *, void *, unsigned *, unsigned, int (*)(const void *, const void *));
int rand(void), rand_s(unsigned *), abs(int);
void srand(unsigned), _swab(char *, char *, int);
unsigned _rotl(unsigned, int), _rotr(unsigned, int);
unsigned long long _rotl64(unsigned long long, int), _byteswap_uint64(unsigned long long);

typedef int (*procedure)(void);
struct onexit_table {
    procedure *first, *last, *end;
};
void _initterm(procedure *, procedure *);
int _initterm_e(procedure *, procedure *);
int _initialize_onexit_table(struct onexit_table *), _execute_onexit_table(struct onexit_table *);
int _register_onexit_function(struct onexit_table *, procedure);
void (*signal(int, void (*)(int)))(int);
int raise(int);
char *strerror(int), *_strerror(const char *);
int strerror_s(char *, size_t, int), _strerror_s(char *, size_t, const char *), _wcserror_s(wide *, size_t, int);
wide *_wcserror(int), *__wcserror(const wide *);
unsigned _set_abort_behavior(unsigned, unsigned);
int _set_error_mode(int);

struct tm {
    int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst;
};
typedef long long time64;
struct tm *_gmtime64(const time64 *), *_localtime64(const time64 *);
int _gmtime64_s(struct tm *, const time64 *), _localtime64_s(struct tm *, const time64 *);
time64 _mkgmtime64(struct tm *), _mktime64(struct tm *), _time64(time64 *);
char *asctime(const struct tm *), *_ctime64(const time64 *), *_strdate(char *), *_strtime(char *);
int asctime_s(char *, size_t, const struct tm *), _ctime64_s(char *, size_t, const time64 *);
size_t strftime(char *, size_t, const char *, const struct tm *), wcsftime(wide *, size_t, const wide *, const struct tm *);
size_t _Strftime(char *, size_t, const char *, const struct tm *, void *);
char *_Getdays(void), *_Getmonths(void);
wide *_W_Getdays(void), *_wasctime(const struct tm *);
void *_Gettnames(void);
double _difftime64(time64, time64);
char *getenv(const char *);
wide *_wgetenv(const wide *);
int _putenv(const char *), _putenv_s(const char *, const char *), getenv_s(size_t *, char *, size_t, const char *);
int _dupenv_s(char **, size_t *, const char *);
__declspec(dllimport) void _tzset(void);

static int invalid_calls;

static inline void count_invalid_call(const wide *expression, const wide *function, const wide *file, unsigned line,
                                      size_t reserved)
{
    (void)expression, (void)function, (void)file, (void)line, (void)reserved;
    invalid_calls++;
}

/* From here on a failed validation counts in `invalid_calls` and the function fails. */
static inline void survive_invalid_parameters(void)
{
    _set_invalid_parameter_handler(count_invalid_call);
    *_errno() = 0;
}

static inline int sign(long long value)
{
    return (value > 0) - (value < 0);
}

/* " errno 22 invalid 1", and resets both; nothing where nothing failed. */
static inline const char *failure(void)
{
    static char text[40];
    static const char errno_text[] = " errno 00", invalid_text[] = " invalid 0";
    int error = *_errno();
    text[0] = 0;
    if (error != 0) {
        strcat(text, errno_text);
        text[7] = (char)('0' + error / 10 % 10);
        text[8] = (char)('0' + error % 10);
    }
    if (invalid_calls != 0) {
        strcat(text, invalid_text);
        text[strlen(text) - 1] = (char)('0' + invalid_calls);
    }
    *_errno() = 0;
    invalid_calls = 0;
    return text;
}

#endif
