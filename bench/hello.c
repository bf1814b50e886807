// The least that a program can say, for bench/run.py.
#include <stdio.h>

int main(void)
{
    puts("hello");
    return 0;
}
