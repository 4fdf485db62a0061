// A lock of Power without the isync after its atomic add: reads inside may be done before the lock is taken. Both
// sides give up and try again while the other one is in, so a run of other choices may spin for long.
// With an argument it appends a byte to that file in each run.
#include <pthread.h>
#include <stdio.h>
#define WRITER (1 << 20)
static int lock;
static long apart[32];
static volatile long one[64], other[64];
static int torn;

static inline int add(int *to, int number) {
    int sum;
    __asm__ volatile("lwsync\n1: lwarx %0,0,%1\n add %0,%0,%2\n stwcx. %0,0,%1\n bne- 1b\n"
                     : "=&r"(sum)
                     : "r"(to), "r"(number)
                     : "memory", "cr0");
    return sum;
}

static void *writes(void *unused) {
    for (int i = 0; i < 300;) {
        if (add(&lock, -WRITER) != -WRITER) {
            add(&lock, WRITER);
            continue;
        }
        __asm__ volatile("isync" ::: "memory");
        one[0] = one[0] + 1;
        other[0] = other[0] + 1;
        add(&lock, WRITER);
        i++;
    }
    return 0;
}

static void *reads(void *unused) {
    for (int i = 0; i < 300;) {
        if (add(&lock, 1) < 0) {
            add(&lock, -1);
            continue;
        }
        long first = one[0];
        long second = other[0];
        add(&lock, -1);
        if (first != second) torn++;
        i++;
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count > 1) {
        FILE *runs = fopen(arguments[1], "a");
        if (!runs || fputc('.', runs) == EOF || fclose(runs)) return 2;
    }
    pthread_t threads[2];
    pthread_create(threads, 0, writes, 0);
    pthread_create(threads + 1, 0, reads, 0);
    pthread_join(threads[0], 0);
    pthread_join(threads[1], 0);
    return torn != 0;
}
