#pragma once
typedef unsigned long long size_t;
typedef long long ptrdiff_t;
typedef long long ssize_t;
#ifndef __cplusplus
typedef unsigned short wchar_t;
#endif
#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
