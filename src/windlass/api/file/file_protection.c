/* Windows File Protection, which watches over the files of Windows itself: none here are under it. */
#include "api.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

/* "SfcIsFileProtected function" */
API(sfc sfc_os, BOOL, SfcIsFileProtected, HANDLE RpcHandle, LPCWSTR ProtFileName) {
    return fail(ProtFileName ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER);
}

/* "SfcIsKeyProtected function" */
API(sfc sfc_os, BOOL, SfcIsKeyProtected, HANDLE KeyHandle, LPCWSTR SubKeyName, DWORD KeySam) {
    return fail(ERROR_FILE_NOT_FOUND);
}

/* "SfcGetNextProtectedFile function" */
API(sfc sfc_os, BOOL, SfcGetNextProtectedFile, HANDLE RpcHandle, PVOID ProtFileData) {
    return fail(ProtFileData ? ERROR_NO_MORE_FILES : ERROR_INVALID_PARAMETER);
}
