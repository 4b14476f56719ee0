/* The naive recursion, TIMES times, on THREADS threads that take the next item from a shared counter.
   Usage: fib N TIMES THREADS
   Prints one JSON object: seconds in the program, items, and the sum of the results.

   gcc -O2 inlines the recursion into itself, many levels deep, so that most calls are never made.
   With -DCALLED it may not. One of the two calls still becomes a loop. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int n, times;
static atomic_int next_item;
static atomic_long sum;

#ifdef CALLED
__attribute__((noinline))
#endif
static long fib(int k)
{
    return k < 2 ? k : fib(k - 1) + fib(k - 2);
}

static void *work(void *unused)
{
    while (atomic_fetch_add(&next_item, 1) < times)
        atomic_fetch_add(&sum, fib(n));
    return unused;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: fib N TIMES THREADS\n");
        return 2;
    }

    n = atoi(argv[1]);
    times = atoi(argv[2]);
    int threads = atoi(argv[3]);
    pthread_t handles[64];
    if (threads < 1 || threads > 64) {
        fprintf(stderr, "THREADS is 1 to 64\n");
        return 2;
    }

    double started = now();
    for (int i = 1; i < threads; i++)
        pthread_create(&handles[i], NULL, work, NULL);
    work(NULL);
    for (int i = 1; i < threads; i++)
        pthread_join(handles[i], NULL);
    printf("{\"seconds\":%.6f,\"items\":%d,\"sum\":%ld}\n", now() - started, times, atomic_load(&sum));
    return 0;
}
