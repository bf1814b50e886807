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

/* The program may close its own handles as soon as it has the console: a pipe that no client has come to stays. */
struct console_pipe {
    struct file *file;
    HANDLE handle;
};

struct pseudo_console {
    uint64_t mark;
    int master, slave; /* the slave is kept open, so that the terminal stays between its programs */
    int begin;         /* readable: its first program starts */
    int stop;          /* readable: it is being closed */
    struct console_pipe input, output;
    atomic_uint users; /* the two threads, and whoever closes it */
};

static const uint64_t console_mark = 0x6C6F736E6F636F64;

static void leave(struct pseudo_console *console) {
    if (atomic_fetch_sub(&console->users, 1) != 1)
        return;
    close(console->begin);
    close(console->stop);
    free(console);
}

static void give_up(struct console_pipe *pipe) {
    handle_close(pipe->handle);
    file_release(pipe->file);
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

/* False: the console is being closed, and there is nothing to read. */
static bool await(const struct pseudo_console *console, int fd) {
    struct pollfd wanted[] = {{fd, POLLIN, 0}, {console->stop, POLLIN, 0}};
    while (poll(wanted, 2, -1) < 0) {
    }
    return wanted[0].revents;
}

/* Until a program has come, and the pipe has another end: nothing reads or writes before, so that the program can open
 * and connect its pipes after CreatePseudoConsole. False: the console is being closed. */
static bool await_begin(const struct pseudo_console *console, struct file *pipe) {
    int awaited = console->begin;
    while (awaited >= 0 && await(console, awaited))
        awaited = pipe_awaited(pipe);
    return awaited < 0;
}

static void end_input(struct pseudo_console *console) {
    give_up(&console->input);
    leave(console);
}

static void *run_input(void *context) {
    struct pseudo_console *console = context;
    struct file *input = console->input.file;
    if (await_begin(console, input))
        pump(console, input->fd, console->master);
    end_input(console);
    return NULL;
}

static void end_output(struct pseudo_console *console) {
    close(console->master);
    give_up(&console->output);
    leave(console);
}

/* The end: what is still there goes to the program, and the terminal hangs up with its master. */
static void *run_output(void *context) {
    struct pseudo_console *console = context;
    struct file *output = console->output.file;
    struct pollfd rest = {console->master, POLLIN, 0};
    if (await_begin(console, output) && pump(console, console->master, output->fd))
        while (poll(&rest, 1, 0) > 0 && rest.revents & POLLIN && pass(console->master, output->fd))
            ;
    end_output(console);
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
    console->begin = eventfd(0, EFD_CLOEXEC);
    console->stop = eventfd(0, EFD_CLOEXEC);
    return console->slave >= 0 && console->begin >= 0 && console->stop >= 0;
}

static void close_terminal(struct pseudo_console *console) {
    const int fds[] = {console->master, console->slave, console->begin, console->stop};
    for (int i = 0; i < 4; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    handle_close(console->input.handle);
    handle_close(console->output.handle);
    free(console);
}

static struct console_pipe pipe_of(struct file *file) {
    return (struct console_pipe){file, handle_new(&file->object, file->access, 0)};
}

struct pseudo_console *pseudo_console_new(unsigned short columns, unsigned short rows, struct file *input,
                                          struct file *output) {
    struct pseudo_console *console = malloc(sizeof *console);
    if (!console)
        return NULL;
    *console = (struct pseudo_console){.mark = console_mark, .master = -1, .slave = -1, .begin = -1, .stop = -1,
                                       .input = pipe_of(input), .output = pipe_of(output)};
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
        end_output(console); /* without threads nothing is passed on, and what waits for it sees the end */
    if (service_thread_create(run_input, console))
        end_input(console);
    return console;
}

int pseudo_console_terminal(const void *console) {
    const struct pseudo_console *given = console;
    return given && ((uintptr_t)given & 7) == 0 && given->mark == console_mark ? given->slave : -1;
}

int pseudo_console_join(const void *console) {
    const struct pseudo_console *given = console;
    int terminal = pseudo_console_terminal(console);
    if (terminal >= 0)
        eventfd_write(given->begin, 1);
    return terminal;
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
