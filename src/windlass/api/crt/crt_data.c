/* Tells the older C run-time DLLs that are in the process when their exported variables change. */
#include "crt_data.h"

/* Added when a DLL is mapped for the first time, never removed. */
static struct crt_data_listener *listeners;

/* Under the loader lock. */
void crt_data_listen(struct crt_data_listener *listener) {
    for (struct crt_data_listener *each = listeners; each; each = each->next)
        if (each == listener)
            return;
    listener->next = __atomic_load_n(&listeners, __ATOMIC_ACQUIRE);
    __atomic_store_n(&listeners, listener, __ATOMIC_RELEASE);
}

#define TELL(what_)                                                                            \
    for (struct crt_data_listener *each = __atomic_load_n(&listeners, __ATOMIC_ACQUIRE); each; each = each->next) \
        each->what_()

void crt_environment_changed(void) { TELL(environment_changed); }
void crt_locale_changed(void) { TELL(locale_changed); }
void crt_time_zone_changed(void) { TELL(time_zone_changed); }
void crt_descriptors_changed(void) { TELL(descriptors_changed); }
