/* The mount manager ("IOCTL_MOUNTMGR_QUERY_POINTS", "IOCTL_MOUNTMGR_QUERY_DOS_VOLUME_PATH"): programs turn native names of
 * files, which begin with a volume's device, into drive letters by it. Volumes are numbered by their letters, as
 * QueryDosDevice says. */
#include <fcntl.h>
#include <stdio.h>

#include "codepage.h"
#include "device_control.h"

enum { MOUNTMGR_DEVICE = 'm' };
#define IOCTL_MOUNTMGR_QUERY_POINTS CTL_CODE(MOUNTMGR_DEVICE, 2, METHOD_BUFFERED, 0)
#define IOCTL_MOUNTMGR_QUERY_DOS_VOLUME_PATH CTL_CODE(MOUNTMGR_DEVICE, 12, METHOD_BUFFERED, 0)

struct text_place { ULONG offset; USHORT length, reserved; };
struct mount_point { struct text_place link, id, device; };
struct mount_points { ULONG size, count; struct mount_point points[1]; };
struct volume_paths { ULONG length; WCHAR text[4]; };

struct file *mount_manager_open(void) {
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct file *file = fd >= 0 ? file_from_fd(fd, SYNCHRONIZE) : NULL;
    if (file)
        file->device = FILE_DEVICE_MOUNT_MANAGER;
    return file;
}

/* The letter of "\Device\HarddiskVolume26"; 0: no volume that there is. */
static char drive_of(const WCHAR *device, size_t length) {
    char text[48];
    int number, end = 0;
    size_t size = length < 40 ? utf8_from_wide(device, length, text, sizeof text - 1) : 0;
    text[size] = 0;
    if (sscanf(text, "\\Device\\HarddiskVolume%d%n", &number, &end) < 1 || text[end] || number < 1 || number > 26)
        return 0;
    char letter = (char)('A' + number - 1);
    return path_drive_root(letter) ? letter : 0;
}

static NTSTATUS query_points(const struct control_buffers *buffers, size_t *done) {
    const struct mount_point *asked = buffers->in;
    struct mount_points *out = buffers->out;
    if (buffers->in_size < sizeof *asked || asked->device.offset > buffers->in_size ||
        asked->device.length > buffers->in_size - asked->device.offset || buffers->out_size < sizeof *out)
        return STATUS_INVALID_PARAMETER;
    WCHAR device[64];
    size_t device_size = asked->device.length < sizeof device ? asked->device.length : 0;
    memcpy(device, (const char *)asked + asked->device.offset, device_size); /* in and out may be one buffer */
    char letter = drive_of(device, device_size / sizeof *device);
    if (!letter)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    WCHAR link[] = u"\\DosDevices\\?:";
    const size_t link_size = sizeof link - sizeof *link, size = sizeof *out + link_size + device_size;
    link[link_size / sizeof *link - 2] = (WCHAR)letter;
    *out = (struct mount_points){(ULONG)size, 1, {{{sizeof *out, (USHORT)link_size, 0}, {0, 0, 0},
                                                   {(ULONG)(sizeof *out + link_size), (USHORT)device_size, 0}}}};
    *done = sizeof out->size;
    if (size > buffers->out_size)
        return STATUS_BUFFER_OVERFLOW;
    memcpy((char *)out + sizeof *out, link, link_size);
    memcpy((char *)out + sizeof *out + link_size, device, device_size);
    *done = size;
    return STATUS_SUCCESS;
}

/* The input is the length of the device's name and the name. */
static NTSTATUS query_path(const struct control_buffers *buffers, size_t *done) {
    const USHORT *length = buffers->in;
    if (buffers->in_size < sizeof *length || *length > buffers->in_size - sizeof *length)
        return STATUS_INVALID_PARAMETER;
    char letter = drive_of((const WCHAR *)(length + 1), *length / sizeof(WCHAR));
    if (!letter)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    const struct volume_paths paths = {4 * sizeof(WCHAR), {(WCHAR)letter, ':', 0, 0}};
    if (buffers->out_size < sizeof paths)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(buffers->out, &paths, sizeof paths);
    *done = sizeof paths;
    return STATUS_SUCCESS;
}

NTSTATUS mount_manager_control(ULONG code, const struct control_buffers *buffers, size_t *done) {
    switch (code) {
    case IOCTL_MOUNTMGR_QUERY_POINTS: return query_points(buffers, done);
    case IOCTL_MOUNTMGR_QUERY_DOS_VOLUME_PATH: return query_path(buffers, done);
    default: return STATUS_INVALID_DEVICE_REQUEST;
    }
}
