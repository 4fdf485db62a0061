// With `spins` a thread waits in a loop for what does not come, without it all threads sleep for ever.
#include <pthread.h>
#include <semaphore.h>
static volatile int never;
static sem_t nobody_posts;

static void *waits(void *spins) {
    if (spins)
        while (!never) {}
    sem_wait(&nobody_posts);
    return 0;
}

int main(int count, char **arguments) {
    pthread_t thread;
    sem_init(&nobody_posts, 0, 0);
    pthread_create(&thread, 0, waits, count > 1 ? arguments : 0);
    pthread_join(thread, 0);
    return 0;
}
