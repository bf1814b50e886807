/* Windows' types, structures and constants for x64, declared from Microsoft's documentation.
 *
 * Only what more than one source file needs stands here; constants of one topic stand in that topic's file. */
#ifndef WINDLASS_WIN_H
#define WINDLASS_WIN_H

#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

#define WINAPI __attribute__((ms_abi))

typedef void VOID;
typedef char CHAR;
typedef unsigned char BYTE, UCHAR, BOOLEAN;
typedef char16_t WCHAR;
typedef int16_t SHORT;
typedef uint16_t WORD, USHORT, ATOM;
typedef int32_t INT, LONG, BOOL, NTSTATUS, HRESULT;
typedef uint32_t UINT, ULONG, DWORD, LCID, LCTYPE, ACCESS_MASK;
typedef int64_t LONGLONG, LONG64, INT_PTR, LONG_PTR, SSIZE_T, LPARAM, LRESULT;
typedef uint64_t ULONGLONG, ULONG64, DWORD64, DWORDLONG, UINT_PTR, ULONG_PTR, DWORD_PTR, SIZE_T, WPARAM;
typedef float FLOAT;
typedef void *PVOID, *LPVOID, *HANDLE, *HMODULE, *HINSTANCE;
typedef const void *LPCVOID;
typedef CHAR *PSTR, *LPSTR;
typedef const CHAR *PCSTR, *LPCSTR;
typedef WCHAR *PWSTR, *LPWSTR;
typedef const WCHAR *PCWSTR, *LPCWSTR;
typedef BYTE *PBYTE, *LPBYTE;
typedef BOOL *PBOOL, *LPBOOL;
typedef LONG *PLONG, *LPLONG;
typedef ULONG *PULONG;
typedef WORD *PWORD, *LPWORD;
typedef DWORD *PDWORD, *LPDWORD;
typedef SIZE_T *PSIZE_T;
typedef HANDLE *PHANDLE, *LPHANDLE;
typedef LONG_PTR(WINAPI *FARPROC)(void);

#define TRUE 1
#define FALSE 0
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define INFINITE 0xFFFFFFFFu
#define PAGE_SIZE 4096

typedef union { struct { DWORD LowPart; LONG HighPart; }; LONGLONG QuadPart; } LARGE_INTEGER;
typedef union { struct { DWORD LowPart; DWORD HighPart; }; ULONGLONG QuadPart; } ULARGE_INTEGER;
typedef struct { DWORD dwLowDateTime, dwHighDateTime; } FILETIME;
typedef struct { WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds; } SYSTEMTIME;
typedef struct { DWORD Data1; WORD Data2, Data3; BYTE Data4[8]; } GUID;
typedef struct _LIST_ENTRY { struct _LIST_ENTRY *Flink, *Blink; } LIST_ENTRY;
typedef struct { USHORT Length, MaximumLength; PWSTR Buffer; } UNICODE_STRING;
typedef struct { USHORT Length, MaximumLength; PSTR Buffer; } ANSI_STRING;
typedef struct { DWORD nLength; LPVOID lpSecurityDescriptor; BOOL bInheritHandle; } SECURITY_ATTRIBUTES;

/* RTL_CRITICAL_SECTION: programs initialise it statically and read its fields. */
typedef struct _RTL_CRITICAL_SECTION {
    PVOID DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} CRITICAL_SECTION;

/* ---- exceptions ("EXCEPTION_RECORD", "CONTEXT structure") ---- */

#define EXCEPTION_MAXIMUM_PARAMETERS 15
typedef struct _EXCEPTION_RECORD {
    DWORD ExceptionCode;
    DWORD ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    DWORD NumberParameters;
    ULONG_PTR ExceptionInformation[EXCEPTION_MAXIMUM_PARAMETERS];
} EXCEPTION_RECORD;

typedef struct __attribute__((aligned(16))) { ULONGLONG Low; LONGLONG High; } M128A;
typedef struct __attribute__((aligned(16))) {
    WORD ControlWord, StatusWord;
    BYTE TagWord, Reserved1;
    WORD ErrorOpcode;
    DWORD ErrorOffset;
    WORD ErrorSelector, Reserved2;
    DWORD DataOffset;
    WORD DataSelector, Reserved3;
    DWORD MxCsr, MxCsr_Mask;
    M128A FloatRegisters[8];
    M128A XmmRegisters[16];
    BYTE Reserved4[96];
} XMM_SAVE_AREA32;

#define CONTEXT_AMD64 0x00100000u
#define CONTEXT_CONTROL (CONTEXT_AMD64 | 1u)
#define CONTEXT_INTEGER (CONTEXT_AMD64 | 2u)
#define CONTEXT_SEGMENTS (CONTEXT_AMD64 | 4u)
#define CONTEXT_FLOATING_POINT (CONTEXT_AMD64 | 8u)
#define CONTEXT_DEBUG_REGISTERS (CONTEXT_AMD64 | 16u)
#define CONTEXT_FULL (CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_FLOATING_POINT)
#define CONTEXT_ALL (CONTEXT_FULL | CONTEXT_SEGMENTS | CONTEXT_DEBUG_REGISTERS)

typedef struct __attribute__((aligned(16))) _CONTEXT {
    DWORD64 P1Home, P2Home, P3Home, P4Home, P5Home, P6Home;
    DWORD ContextFlags, MxCsr;
    WORD SegCs, SegDs, SegEs, SegFs, SegGs, SegSs;
    DWORD EFlags;
    DWORD64 Dr0, Dr1, Dr2, Dr3, Dr6, Dr7;
    DWORD64 Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15;
    DWORD64 Rip;
    XMM_SAVE_AREA32 FltSave;
    M128A VectorRegister[26];
    DWORD64 VectorControl, DebugControl;
    DWORD64 LastBranchToRip, LastBranchFromRip, LastExceptionToRip, LastExceptionFromRip;
} CONTEXT;
_Static_assert(sizeof(CONTEXT) == 1232, "CONTEXT");

/* ---- process and thread blocks; fields that are documented or that run-time libraries read ---- */

typedef struct _PEB_LDR_DATA {
    ULONG Length;
    BOOLEAN Initialized;
    PVOID SsHandle;
    LIST_ENTRY InLoadOrderModuleList;
    LIST_ENTRY InMemoryOrderModuleList;
    LIST_ENTRY InInitializationOrderModuleList;
    PVOID EntryInProgress;
    BOOLEAN ShutdownInProgress;
    HANDLE ShutdownThreadId;
} PEB_LDR_DATA;

#define LDRP_IMAGE_DLL 0x00000004u
#define LDRP_LOAD_IN_PROGRESS 0x00001000u
#define LDRP_ENTRY_PROCESSED 0x00004000u
#define LDRP_DONT_CALL_FOR_THREADS 0x00040000u
#define LDRP_PROCESS_ATTACH_CALLED 0x00080000u

/* LDR_DATA_TABLE_ENTRY as of Windows 8.1 up to TimeDateStamp; what windlass keeps beside it lies in struct module. */
typedef struct _LDR_DATA_TABLE_ENTRY {
    LIST_ENTRY InLoadOrderLinks;
    LIST_ENTRY InMemoryOrderLinks;
    LIST_ENTRY InInitializationOrderLinks;
    PVOID DllBase;
    PVOID EntryPoint;
    ULONG SizeOfImage;
    UNICODE_STRING FullDllName;
    UNICODE_STRING BaseDllName;
    ULONG Flags;
    USHORT ObsoleteLoadCount;
    USHORT TlsIndex;
    LIST_ENTRY HashLinks;
    ULONG TimeDateStamp;
    PVOID EntryPointActivationContext;
    PVOID Lock;
    PVOID DdagNode;
    LIST_ENTRY NodeModuleLink;
    PVOID LoadContext;
    PVOID ParentDllBase;
    PVOID SwitchBackContext;
    BYTE BaseAddressIndexNode[24];
    BYTE MappingInfoIndexNode[24];
    ULONG_PTR OriginalBase;
    LARGE_INTEGER LoadTime;
    ULONG BaseNameHashValue;
    ULONG LoadReason;
    BYTE Reserved[24];
} LDR_DATA_TABLE_ENTRY;

typedef struct _RTL_USER_PROCESS_PARAMETERS {
    ULONG MaximumLength, Length, Flags, DebugFlags;
    HANDLE ConsoleHandle;
    ULONG ConsoleFlags;
    HANDLE StandardInput, StandardOutput, StandardError;
    struct current_directory { UNICODE_STRING DosPath; HANDLE Handle; } CurrentDirectory;
    UNICODE_STRING DllPath, ImagePathName, CommandLine;
    PWSTR Environment;
    ULONG StartingX, StartingY, CountX, CountY, CountCharsX, CountCharsY, FillAttribute, WindowFlags, ShowWindowFlags;
    UNICODE_STRING WindowTitle, DesktopInfo, ShellInfo, RuntimeData;
    BYTE CurrentDirectories[32 * 24];
    SIZE_T EnvironmentSize, EnvironmentVersion;
} RTL_USER_PROCESS_PARAMETERS;

typedef struct _PEB {
    BOOLEAN InheritedAddressSpace, ReadImageFileExecOptions, BeingDebugged, BitField;
    HANDLE Mutant;
    PVOID ImageBaseAddress;                              /* 010 */
    PEB_LDR_DATA *Ldr;                                   /* 018 */
    RTL_USER_PROCESS_PARAMETERS *ProcessParameters;      /* 020 */
    PVOID SubSystemData;
    HANDLE ProcessHeap;                                  /* 030 */
    CRITICAL_SECTION *FastPebLock;                       /* 038 */
    BYTE Reserved1[0x78];
    ULONG NumberOfProcessors;                            /* 0b8 */
    ULONG NtGlobalFlag;                                  /* 0bc */
    LARGE_INTEGER CriticalSectionTimeout;                /* 0c0: in units of 100 ns, negative */
    SIZE_T HeapSegmentReserve, HeapSegmentCommit;        /* 0c8 */
    SIZE_T HeapDeCommitTotalFreeThreshold, HeapDeCommitFreeBlockThreshold;
    ULONG NumberOfHeaps, MaximumNumberOfHeaps;           /* 0e8 */
    HANDLE *ProcessHeaps;                                /* 0f0 */
    BYTE Reserved2[0x18];
    CRITICAL_SECTION *LoaderLock;                        /* 110 */
    ULONG OSMajorVersion, OSMinorVersion;                /* 118 */
    USHORT OSBuildNumber, OSCSDVersion;                  /* 120 */
    ULONG OSPlatformId, ImageSubsystem;                  /* 124 */
    ULONG ImageSubsystemMajorVersion, ImageSubsystemMinorVersion;
    ULONG_PTR ActiveProcessAffinityMask;                 /* 138 */
    BYTE Reserved3[0x180];
    ULONG SessionId;                                     /* 2c0 */
    BYTE Reserved4[0x504];
} PEB;
_Static_assert(offsetof(PEB, ProcessHeap) == 0x30, "PEB");
_Static_assert(offsetof(PEB, NumberOfProcessors) == 0xb8, "PEB");
_Static_assert(offsetof(PEB, LoaderLock) == 0x110, "PEB");
_Static_assert(offsetof(PEB, OSPlatformId) == 0x124, "PEB");
_Static_assert(offsetof(PEB, SessionId) == 0x2c0, "PEB");
_Static_assert(sizeof(PEB) == 0x7c8, "PEB");

typedef struct _TEB {
    PVOID ExceptionList;                                 /* 0000: unused on x64 */
    PVOID StackBase;                                     /* 0008 */
    PVOID StackLimit;                                    /* 0010 */
    PVOID SubSystemTib;
    PVOID FiberData;                                     /* 0020 */
    PVOID ArbitraryUserPointer;
    struct _TEB *Self;                                   /* 0030 */
    PVOID EnvironmentPointer;
    HANDLE ProcessId, ThreadId;                          /* 0040, 0048 */
    PVOID ActiveRpcHandle;
    PVOID *ThreadLocalStoragePointer;                    /* 0058 */
    PEB *ProcessEnvironmentBlock;                        /* 0060 */
    DWORD LastErrorValue;                                /* 0068 */
    DWORD CountOfOwnedCriticalSections;                  /* 006c */
    BYTE Reserved1[0x98];
    LCID CurrentLocale;                                  /* 0108 */
    BYTE Reserved2[0x1144];
    NTSTATUS LastStatusValue;                            /* 1250 */
    BYTE Reserved3[4];
    UNICODE_STRING StaticUnicodeString;                  /* 1258 */
    WCHAR StaticUnicodeBuffer[261];                      /* 1268 */
    PVOID DeallocationStack;                             /* 1478 */
    PVOID TlsSlots[64];                                  /* 1480 */
    LIST_ENTRY TlsLinks;                                 /* 1680 */
    BYTE Reserved4[0xB8];
    ULONG GuaranteedStackBytes;                          /* 1748 */
    BYTE Reserved5[0x34];
    PVOID *TlsExpansionSlots;                            /* 1780 */
    BYTE Reserved6[0x40];
    PVOID FlsData;                                       /* 17c8 */
    BYTE Reserved7[0x1e];
    USHORT SameTebFlags;                                 /* 17ee */
    BYTE Reserved8[0x48];
} TEB;
_Static_assert(offsetof(TEB, LastErrorValue) == 0x68, "TEB");
_Static_assert(offsetof(TEB, CurrentLocale) == 0x108, "TEB");
_Static_assert(offsetof(TEB, LastStatusValue) == 0x1250, "TEB");
_Static_assert(offsetof(TEB, DeallocationStack) == 0x1478, "TEB");
_Static_assert(offsetof(TEB, TlsSlots) == 0x1480, "TEB");
_Static_assert(offsetof(TEB, GuaranteedStackBytes) == 0x1748, "TEB");
_Static_assert(offsetof(TEB, TlsExpansionSlots) == 0x1780, "TEB");
_Static_assert(offsetof(TEB, FlsData) == 0x17c8, "TEB");
_Static_assert(offsetof(TEB, SameTebFlags) == 0x17ee, "TEB");
_Static_assert(sizeof(TEB) == 0x1838, "TEB");

#define DLL_PROCESS_DETACH 0
#define DLL_PROCESS_ATTACH 1
#define DLL_THREAD_ATTACH 2
#define DLL_THREAD_DETACH 3

#include "codes.h"

#endif
