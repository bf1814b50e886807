/* msvcrt.dll: its variables. The functions are the C run-time's, declared with the others. */
#define CRT_DATA_DLL msvcrt
#define CRT_DATA_NAMESPACE ""
#include "crt_data_template.h"

API_DATA(msvcrt, unsigned, _osplatform);
API_DATA(msvcrt, unsigned, _osver);
API_DATA(msvcrt, unsigned, _winver);
API_DATA(msvcrt, unsigned, _winmajor);
API_DATA(msvcrt, unsigned, _winminor);

API_START(msvcrt) {
    fill_data();
    *data__osplatform = process_peb.OSPlatformId;
    *data__osver = process_peb.OSBuildNumber;
    *data__winmajor = process_peb.OSMajorVersion;
    *data__winminor = process_peb.OSMinorVersion;
    *data__winver = process_peb.OSMajorVersion << 8 | process_peb.OSMinorVersion;
}
