#include "pseudo_console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "service.h"

struct pseudo_console {
    uint64_t mark;
    int master, slave; /* the slave is kept open, so that the terminal stays between its programs */
    int stop;          /* readable: it is being closed */
    struct file *input, *output;
    atomic_uint users; /* the two threads, and whoever closes it */
};

static const uint64_t console_mark = 0x6C6F736E6F636F64;

static void leave(struct pseudo_console *console) {
    if (atomic_fetch_sub(&console->users, 1) != 1)
        return;
    close(console->stop);
    free(console);
}

static bool write_all(int fd, const char *data, ssize_t size) {
    while (size > 0) {
        ssize_t count = write(fd, data, (size_t)size);
        if (count < 0 && errno == EAGAIN) {
            struct pollfd room = {fd, POLLOUT, 0};
            poll(&room, 1, -1);
        } else if (count < 0 && errno != EINTR) {
            return false;
        } else if (count > 0) {
            data += count;
            size -= count;
        }
    }
    return true;
}

/* Passes on what there is to read; false at the end. */
static bool pass(int from, int to) {
    char data[4096];
    ssize_t count = read(from, data, sizeof data);
    if (count < 0)
        return errno == EINTR || errno == EAGAIN;
    return count > 0 && write_all(to, data, count);
}

/* Until the console is closed, or one end is. True: it is being closed. */
static bool pump(struct pseudo_console *console, int from, int to) {
    struct pollfd wanted[] = {{from, POLLIN, 0}, {console->stop, POLLIN, 0}};
    for (;;) {
        if (poll(wanted, 2, -1) < 0)
            continue;
        if (wanted[1].revents)
            return true;
        if (wanted[0].revents && !pass(from, to))
            return false;
    }
}

static void *run_input(void *context) {
    struct pseudo_console *console = context;
    pump(console, console->input->fd, console->master);
    file_release(console->input);
    leave(console);
    return NULL;
}

/* The end: what is still there goes to the program, and the terminal hangs up with its master. */
static void *run_output(void *context) {
    struct pseudo_console *console = context;
    struct pollfd rest = {console->master, POLLIN, 0};
    if (pump(console, console->master, console->output->fd))
        while (poll(&rest, 1, 0) > 0 && rest.revents & POLLIN && pass(console->master, console->output->fd))
            ;
    close(console->master);
    file_release(console->output);
    leave(console);
    return NULL;
}

static bool open_terminal(struct pseudo_console *console) {
    char name[64];
    int unlock = 0;
    console->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (console->master < 0 || ioctl(console->master, TIOCSPTLCK, &unlock) ||
        ptsname_r(console->master, name, sizeof name))
        return false;
    console->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    console->stop = eventfd(0, EFD_CLOEXEC);
    return console->slave >= 0 && console->stop >= 0;
}

static void close_terminal(struct pseudo_console *console) {
    const int fds[] = {console->master, console->slave, console->stop};
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(console);
}

struct pseudo_console *pseudo_console_new(unsigned short columns, unsigned short rows, struct file *input,
                                          struct file *output) {
    struct pseudo_console *console = malloc(sizeof *console);
    if (!console)
        return NULL;
    *console = (struct pseudo_console){.mark = console_mark, .master = -1, .slave = -1, .stop = -1, .input = input,
                                       .output = output};
    if (!open_terminal(console) || !pseudo_console_resize(console, columns, rows)) {
        int error = errno;
        close_terminal(console);
        errno = error;
        return NULL;
    }
    atomic_init(&console->users, 3);
    object_reference(&input->object);
    object_reference(&output->object);
    if (service_thread_create(run_output, console))
        run_output(console); /* without threads nothing is passed on, and what waits for it sees the end */
    if (service_thread_create(run_input, console)) {
        file_release(input);
        leave(console);
    }
    return console;
}

int pseudo_console_terminal(const void *console) {
    const struct pseudo_console *given = console;
    return given && ((uintptr_t)given & 7) == 0 && given->mark == console_mark ? given->slave : -1;
}

bool pseudo_console_resize(struct pseudo_console *console, unsigned short columns, unsigned short rows) {
    const struct winsize size = {.ws_row = rows, .ws_col = columns};
    return ioctl(console->slave, TIOCSWINSZ, &size) == 0;
}

void pseudo_console_close(struct pseudo_console *console) {
    console->mark = 0;
    close(console->slave);
    eventfd_write(console->stop, 2);
    leave(console);
}
