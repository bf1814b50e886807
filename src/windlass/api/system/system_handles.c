/* The handles of the system, as NtQuerySystemInformation lists them: those of this process, since the tables of other
 * processes are their own. */
#include <unistd.h>

#include "handle.h"
#include "system_information.h"

/* One form for small numbers, and one for all. */
typedef struct {
    USHORT UniqueProcessId, CreatorBackTraceIndex;
    BYTE ObjectTypeIndex, HandleAttributes;
    USHORT HandleValue;
    PVOID Object;
    ULONG GrantedAccess;
} SYSTEM_HANDLE_TABLE_ENTRY_INFO;
_Static_assert(sizeof(SYSTEM_HANDLE_TABLE_ENTRY_INFO) == 24, "SYSTEM_HANDLE_TABLE_ENTRY_INFO");

typedef struct {
    PVOID Object;
    ULONG_PTR UniqueProcessId, HandleValue;
    ULONG GrantedAccess;
    USHORT CreatorBackTraceIndex, ObjectTypeIndex;
    ULONG HandleAttributes, Reserved;
} SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX;
_Static_assert(sizeof(SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX) == 40, "SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX");

struct list {
    struct system_answer *answer;
    ULONG count;
};

/* OBJ_PROTECT_CLOSE and OBJ_INHERIT. */
static BYTE attributes_from(DWORD flags) {
    return (BYTE)((flags & HANDLE_FLAG_PROTECT_FROM_CLOSE ? 1 : 0) | (flags & HANDLE_FLAG_INHERIT ? OBJ_INHERIT : 0));
}

static bool add(HANDLE handle, struct object *object, ACCESS_MASK access, DWORD flags, void *context) {
    struct list *list = context;
    SYSTEM_HANDLE_TABLE_ENTRY_INFO *to = system_take(list->answer, sizeof *to);
    list->count++;
    if (to)
        *to = (SYSTEM_HANDLE_TABLE_ENTRY_INFO){(USHORT)getpid(), 0, object_type_index(object->type),
                                               attributes_from(flags), (USHORT)(uintptr_t)handle, object, access};
    return true;
}

static bool add_extended(HANDLE handle, struct object *object, ACCESS_MASK access, DWORD flags, void *context) {
    struct list *list = context;
    SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX *to = system_take(list->answer, sizeof *to);
    list->count++;
    if (to)
        *to = (SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX){object, (ULONG_PTR)getpid(), (ULONG_PTR)handle, access, 0,
                                                  object_type_index(object->type), attributes_from(flags), 0};
    return true;
}

NTSTATUS system_put_handles(struct system_answer *answer) {
    struct list list = {answer, 0};
    ULONGLONG *count = system_take(answer, sizeof *count);
    handle_each(add, &list);
    if (count)
        *count = list.count;
    return answer->needed <= answer->size ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

NTSTATUS system_put_extended_handles(struct system_answer *answer) {
    struct list list = {answer, 0};
    ULONG_PTR *header = system_take(answer, 2 * sizeof *header);
    handle_each(add_extended, &list);
    if (header) {
        header[0] = list.count;
        header[1] = 0;
    }
    return answer->needed <= answer->size ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}
