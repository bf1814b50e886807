#include "host_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child of vfork runs here, in the parent's memory: nothing may be called that a signal handler could not call. */
static int prepare(const struct spawn *wanted, const int standard[3]) {
    for (int i = 0; i < 3; i++)
        if (dup2(standard[i], i) < 0)
            return errno;
    for (size_t i = 0; i < wanted->kept_count; i++)
        if (fcntl(wanted->kept[i], F_SETFD, 0))
            return errno;
    if (wanted->directory && chdir(wanted->directory))
        return errno;
    if (wanted->takes_terminal)
        return setsid() < 0 || ioctl(0, TIOCSCTTY, 0) ? errno : 0;
    if (wanted->new_group && setpgid(0, 0))
        return errno;
    return 0;
}

/* Handlers go with the program, but what the host ignores (Python: SIGPIPE) the child would ignore, too. */
static void reset_signals(const sigset_t *mask) {
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &by_default, NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
}

static __attribute__((noinline)) void run_child(const struct spawn *wanted, const int standard[3],
                                                const sigset_t *mask, volatile int *error) {
    *error = prepare(wanted, standard);
    if (*error == 0) {
        reset_signals(mask);
        execve(wanted->path, wanted->arguments, wanted->environment);
        *error = errno;
    }
    _exit(127);
}

/* Copies above 2, so that none is overwritten before it is used. */
static bool lift(const int from[3], int to[3]) {
    for (int i = 0; i < 3; i++) {
        to[i] = from[i] >= 0 ? fcntl(from[i], F_DUPFD_CLOEXEC, 3) : -1;
        if (to[i] < 0) {
            int null = open("/dev/null", O_RDWR | O_CLOEXEC);
            to[i] = null >= 0 ? fcntl(null, F_DUPFD_CLOEXEC, 3) : -1;
            if (null >= 0)
                close(null);
        }
        if (to[i] < 0)
            return false;
    }
    return true;
}

int spawn(const struct spawn *wanted, pid_t *child) {
    int standard[3] = {-1, -1, -1};
    volatile int error = EMFILE;
    sigset_t every, before;
    if (lift(wanted->standard, standard)) {
        sigfillset(&every);
        pthread_sigmask(SIG_SETMASK, &every, &before); /* no handler of the parent's runs in the child */
        sigset_t mask = before;
        if (wanted->holds_signals) {
            sigaddset(&mask, SIGINT);
            sigaddset(&mask, SIGQUIT);
        }
        pid_t id = vfork();
        if (id == 0)
            run_child(wanted, standard, &mask, &error);
        if (id < 0)
            error = errno;
        else if (error)
            while (waitpid(id, NULL, 0) < 0 && errno == EINTR)
                ;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        *child = id;
    }
    for (int i = 0; i < 3; i++)
        if (standard[i] >= 0)
            close(standard[i]);
    return error;
}
