/* Statuses and small arithmetic ("RtlNtStatusToDosError function", "MulDiv function"). */
#include "api.h"

/* The first also leaves the status in the thread's block. */
API(ntdll, ULONG, RtlNtStatusToDosError, NTSTATUS Status) {
    teb_self()->LastStatusValue = Status;
    return win32_from_status(Status);
}

API(ntdll, ULONG, RtlNtStatusToDosErrorNoTeb, NTSTATUS Status) { return win32_from_status(Status); }

API(advapi32, ULONG, LsaNtStatusToWinError, NTSTATUS Status) { return win32_from_status(Status); }

API(ntdll, void, RtlSetLastWin32ErrorAndNtStatusFromNtStatus, NTSTATUS Status) {
    set_last_error(api_RtlNtStatusToDosError(Status));
}

/* Rounded half away from zero; -1 when it does not fit. */
API(kernel32 kernelbase, int, MulDiv, int nNumber, int nNumerator, int nDenominator) {
    if (!nDenominator)
        return -1;
    int64_t product = (int64_t)nNumber * nNumerator, half = (nDenominator < 0 ? -(int64_t)nDenominator : nDenominator) / 2;
    int64_t result = (product < 0 ? product - half : product + half) / nDenominator;
    return result > INT32_MAX || result < INT32_MIN ? -1 : (int)result;
}
