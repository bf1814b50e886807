/* Variables of the older C run-time DLLs follow the C run-time's own. */
#ifndef WINDLASS_CRT_DATA_H
#define WINDLASS_CRT_DATA_H

#include "crt_time.h"

/* What one DLL does when something changes that it exports as data. */
struct crt_data_listener {
    void (*environment_changed)(void);
    void (*locale_changed)(void);
    void (*time_zone_changed)(void);
    void (*descriptors_changed)(void);  /* there are more records */
    struct crt_data_listener *next;
};

/* Where a DLL exports _fmode and _commode; NULL while its image is not mapped. */
struct crt_mode_place {
    int **mode, **commit;
    struct crt_mode_place *next;
};

void crt_mode_place_add(struct crt_mode_place *place);

void crt_data_listen(struct crt_data_listener *listener);

void crt_environment_changed(void);
void crt_locale_changed(void);
void crt_time_zone_changed(void);
void crt_descriptors_changed(void);

#endif
