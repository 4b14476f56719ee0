/* Runs a command and writes what it cost: wall seconds, user seconds, system seconds, peak memory in KiB, exit status.
   Usage: measure REPORT COMMAND [ARGUMENT...]

   A program of its own because the kernel hands a starter's peak memory down to the program it starts:
   measured from a large process, every small program would look large. */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: measure REPORT COMMAND [ARGUMENT...]\n");
        return 2;
    }

    double started = now();
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }

    int status;
    struct rusage used;
    while (child < 0 || wait4(child, &status, 0, &used) < 0) {
        if (child < 0 || errno != EINTR) {
            perror("measure");
            return 1;
        }
    }

    double wall = now() - started;
    FILE *report = fopen(argv[1], "w");
    if (!report) {
        perror(argv[1]);
        return 1;
    }

    fprintf(report, "%.6f %ld.%06ld %ld.%06ld %ld %d\n", wall,
            (long)used.ru_utime.tv_sec, (long)used.ru_utime.tv_usec,
            (long)used.ru_stime.tv_sec, (long)used.ru_stime.tv_usec, used.ru_maxrss,
            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return fclose(report) ? 1 : 0;
}
