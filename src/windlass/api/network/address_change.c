/* Telling programs that addresses or routes have changed ("NotifyAddrChange function", "NotifyRouteChange function",
 * "CancelIPChangeNotify function"). The host says so on a netlink socket, of which each request has its own. */
#include "winsock.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fork.h"

enum { ADDRESS_GROUPS = RTMGRP_IPV4_IFADDR, ROUTE_GROUPS = RTMGRP_IPV4_ROUTE };

/* What requests are made on; programs get its handle and never close it. Process state. */
static struct file *requests;
static HANDLE requests_handle;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

static struct file *requests_file(HANDLE *handle) {
    pthread_mutex_lock(&lock);
    if (!requests) {
        int fd = eventfd(0, EFD_CLOEXEC);
        requests = fd >= 0 ? file_from_fd(fd, FILE_GENERIC_READ) : NULL;
        requests_handle = requests ? handle_new(&requests->object, requests->access, 0) : NULL;
        if (requests)
            requests->is_overlapped = true;
    }
    *handle = requests_handle;
    pthread_mutex_unlock(&lock);
    return requests;
}

static int changes(unsigned groups) {
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof address)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static NTSTATUS attempt(struct io_operation *operation, short ready) {
    (void)operation;
    return ready ? STATUS_SUCCESS : STATUS_PENDING;
}

static void release(struct io_operation *operation) { close(operation->fd); }

static DWORD wait_for_change(int fd) {
    struct pollfd change = {fd, POLLIN, 0};
    while (poll(&change, 1, -1) < 0 && errno == EINTR) {
    }
    close(fd);
    return ERROR_SUCCESS;
}

static DWORD notify(HANDLE *handle, OVERLAPPED *overlapped, unsigned groups) {
    HANDLE own;
    struct file *file = requests_file(&own);
    int fd = file ? changes(groups) : -1;
    if (fd < 0)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!handle || !overlapped)
        return wait_for_change(fd);
    const struct io_operation model = {.file = file, .request = io_request_from(overlapped, NULL), .fd = fd, .events = POLLIN,
                                       .deadline = INT64_MAX, .attempt = attempt, .release = release};
    *handle = own;
    io_begin(file, &model.request);
    NTSTATUS status = io_start(&model);
    if (status != STATUS_PENDING)
        close(fd);
    return win32_from_status(status);
}

API(iphlpapi, DWORD, NotifyAddrChange, PHANDLE Handle, OVERLAPPED *overlapped) {
    return notify(Handle, overlapped, ADDRESS_GROUPS);
}

API(iphlpapi, DWORD, NotifyRouteChange, PHANDLE Handle, OVERLAPPED *overlapped) {
    return notify(Handle, overlapped, ROUTE_GROUPS);
}

API(iphlpapi, BOOL, CancelIPChangeNotify, OVERLAPPED *notifyOverlapped) {
    HANDLE own;
    struct file *file = requests_file(&own);
    if (!notifyOverlapped || !file)
        return fail(ERROR_INVALID_PARAMETER);
    return io_cancel(file, notifyOverlapped, NULL) ? TRUE : fail(ERROR_NOT_FOUND);
}
