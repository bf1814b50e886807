#pragma once
#include <windows.h>
#define _T(text) TEXT(text)
#define _TEXT(text) TEXT(text)
typedef TCHAR _TCHAR;
