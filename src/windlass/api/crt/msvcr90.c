/* msvcr90.dll: its variables. The functions are the C run-time's, declared with the others. */
#define CRT_DATA_DLL msvcr90
#define CRT_DATA_NAMESPACE "@std"
#include "crt_data_template.h"

API_START(msvcr90) { fill_data(); }
