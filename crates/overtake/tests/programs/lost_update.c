// An update under a lock beside an atomic update that does not take the lock. It fails on every machine.
#include <pthread.h>
static long counter;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *adds(void *unused) {
    for (int i = 0; i < 200; i++) {
        __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
        pthread_mutex_lock(&lock);
        counter += 2;
        pthread_mutex_unlock(&lock);
    }
    return 0;
}

int main(void) {
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(threads + i, 0, adds, 0);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], 0);
    return counter != 1800;
}
