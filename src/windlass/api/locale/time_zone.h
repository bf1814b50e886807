/* The time zone as Windows describes it ("TIME_ZONE_INFORMATION structure", "DYNAMIC_TIME_ZONE_INFORMATION structure"). */
#ifndef WINDLASS_TIME_ZONE_H
#define WINDLASS_TIME_ZONE_H

#include "api.h"

typedef struct {
    LONG Bias;
    WCHAR StandardName[32];
    SYSTEMTIME StandardDate;
    LONG StandardBias;
    WCHAR DaylightName[32];
    SYSTEMTIME DaylightDate;
    LONG DaylightBias;
} TIME_ZONE_INFORMATION;

typedef struct {
    TIME_ZONE_INFORMATION zone;
    WCHAR TimeZoneKeyName[128];
    BOOLEAN DynamicDaylightTimeDisabled;
} DYNAMIC_TIME_ZONE_INFORMATION;

API_USE(DWORD, GetTimeZoneInformation, TIME_ZONE_INFORMATION *information);

#endif
