// build: freestanding
// flags: -fno-builtin -lucrtbase
// Commands of the command processor: their output, input and exit codes.
// Wine reports: _popen null 0
// documented: _popen null 0 errno 22 invalid 1     (Microsoft, "_popen, _wpopen")
// Wine reports: _spawnl bad mode -1 errno 22
// documented: _spawnl bad mode -1 errno 22 invalid 1     (Microsoft, "_spawnl, _wspawnl")
// Wine reports: _spawnl no argument -1 errno 02
// documented: _spawnl no argument -1 errno 22 invalid 1     (the same)
#include "crt_stdio.h"

int system(const char *), _pclose(FILE *), _wsystem(const wide *);
FILE *_popen(const char *, const char *), *_wpopen(const wide *, const wide *);
long long _spawnl(int, const char *, const char *, ...);
int _getpid(void);

static char line[200];

PROGRAM
{
    survive_invalid_parameters();
    say("command processor %d", system(NULL) != 0);
    say("system %d", system("exit 3"));
    say("_wsystem %d", _wsystem(L"exit 0"));
    FILE *file = _popen("echo hello", "r");
    say("read [%s]", fgets(line, sizeof line, file));
    say("end %d", fgets(line, sizeof line, file) == NULL);
    say("_pclose %d", _pclose(file));
    file = _popen("echo hello", "rb");
    fgets(line, sizeof line, file);
    say("binary %d", line[5] == '\r' || line[5] == '\n');
    _pclose(file);
    file = _wpopen(L"exit 5", L"w");
    say("_pclose %d", _pclose(file));
    say("_popen bad mode %d%s", _popen("exit 0", "x") != NULL, failure());
    say("_popen null %d%s", _popen(NULL, "r") != NULL, failure());
    say("_pclose null %d%s", _pclose(NULL), failure());
    say("_spawnl missing %d%s", (int)_spawnl(0, "no such program", "no", NULL), failure());
    say("_spawnl bad mode %d%s", (int)_spawnl(17, "x", "x", NULL), failure());
    say("_spawnl no argument %d%s", (int)_spawnl(0, "x", NULL), failure());
    say("_getpid %d", _getpid() > 0);
    return 0;
}
