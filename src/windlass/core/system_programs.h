/* Programs that every Windows has on its system drive (system_programs.c). */
#ifndef WINDLASS_SYSTEM_PROGRAMS_H
#define WINDLASS_SYSTEM_PROGRAMS_H

/* Puts them into the folder of the host's that is C:\windows\system32, where they are missing. */
void system_programs_install(const char *folder);

#endif
