#include "api.h"
#include "cxx.h"
char *cxx_readable_type(const char *decorated) { return strdup(decorated); }
