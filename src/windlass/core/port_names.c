/* Names of ports; see port_names.h. */
#include "port_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Whether "COM3=" or "LPT1=" begins here: the host's device names may have colons themselves. */
static bool begins_entry(const char *text) {
    if (strncasecmp(text, "COM", 3) != 0 && strncasecmp(text, "LPT", 3) != 0)
        return false;
    size_t digits = strspn(text + 3, "0123456789");
    return digits && text[3 + digits] == '=';
}

static size_t entry_length(const char *entry) {
    const char *end = entry;
    while (*end && !(*end == ':' && begins_entry(end + 1)))
        end++;
    return (size_t)(end - entry);
}

/* What the user has said; false: nothing. */
static bool chosen_device(const char *kind, unsigned number, char out[HOST_PATH_SIZE]) {
    char name[16];
    size_t size = (size_t)snprintf(name, sizeof name, "%s%u=", kind, number);
    const char *entry = getenv("WINDLASS_PORTS");
    while (entry && *entry) {
        size_t length = entry_length(entry);
        if (strncasecmp(entry, name, size) == 0 && length - size < HOST_PATH_SIZE) {
            memcpy(out, entry + size, length - size);
            out[length - size] = 0;
            return true;
        }
        entry += length + (entry[length] == ':');
    }
    return false;
}

void port_device(const char *kind, unsigned number, char out[HOST_PATH_SIZE]) {
    if (!chosen_device(kind, number, out))
        snprintf(out, HOST_PATH_SIZE, strcmp(kind, "LPT") == 0 ? "/dev/lp%u" : "/dev/ttyS%u", number - 1);
}

/* The host makes names for more ports than there are; the type of those that are not is 0 (PORT_UNKNOWN). */
static bool is_hardware(unsigned number) {
    char path[64];
    int type = 0;
    snprintf(path, sizeof path, "/sys/class/tty/ttyS%u/type", number - 1);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool found = fscanf(file, "%d", &type) == 1 && type;
    fclose(file);
    return found;
}

bool port_exists(unsigned number) {
    char device[HOST_PATH_SIZE];
    struct stat facts;
    bool chosen = chosen_device("COM", number, device);
    if (!chosen)
        port_device("COM", number, device);
    return stat(device, &facts) == 0 && S_ISCHR(facts.st_mode) && (chosen || is_hardware(number));
}
