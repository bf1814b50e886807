/* msvcr110.dll: its variables. The functions are the C run-time's, declared with the others. */
#define CRT_DATA_DLL msvcr110
#define CRT_DATA_NAMESPACE "@std"
#include "crt_data_template.h"

API_START(msvcr110) { fill_data(); }
