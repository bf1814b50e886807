/* msvcr100.dll: its variables. The functions are the C run-time's, declared with the others. */
#define CRT_DATA_DLL msvcr100
#define CRT_DATA_NAMESPACE "@std"
#include "crt_data_template.h"

API_START(msvcr100) { fill_data(); }
