/* Control codes for devices and file systems; see device_control.c. */
#ifndef WINDLASS_DEVICE_CONTROL_H
#define WINDLASS_DEVICE_CONTROL_H

#include "file.h"

/* "CTL_CODE macro": device type, access, function and method. */
#define CTL_CODE(device_, function_, method_, access_) \
    ((ULONG)(device_) << 16 | (ULONG)(access_) << 14 | (ULONG)(function_) << 2 | (method_))

enum { METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT, METHOD_NEITHER };
enum { FILE_DEVICE_FILE_SYSTEM = 9, FILE_DEVICE_NAMED_PIPE = 0x11, FILE_DEVICE_DISK = 7, FILE_DEVICE_MASS_STORAGE = 0x2d };

struct control_buffers {
    const void *in;
    void *out;
    ULONG in_size, out_size;
};

/* What pipes are asked for (pipe.c). STATUS_PENDING when the request was started. */
NTSTATUS pipe_control(struct file *file, ULONG code, const struct control_buffers *buffers,
                      const struct io_request *request, size_t *done);

/* What the mount manager is asked for: which drives a volume has (mount_manager.c). */
struct file *mount_manager_open(void);
NTSTATUS mount_manager_control(ULONG code, const struct control_buffers *buffers, size_t *done);

/* The device of Winsock's own driver (winsock_afd.c), and sockets: readiness of sockets, told to a completion port. */
enum { FSCTL_AFD_BASE = 0x12 };                      /* codes >> 12 */
struct file *afd_open(void);
NTSTATUS afd_control(struct file *file, ULONG code, const struct control_buffers *buffers,
                     const struct io_request *request, size_t *done);

#endif
