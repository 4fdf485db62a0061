// For ci/real-programs: a pool, a queue, an atomic, a concurrent map and a monitor of Java; prints a known sum.
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

class Threads {
    static int locked = 0;

    static synchronized void lock() {
        locked++;
    }

    public static void main(String[] arguments) throws Exception {
        var sum = new AtomicLong();
        var map = new ConcurrentHashMap<Integer, Integer>();
        var queue = new ArrayBlockingQueue<Integer>(8);
        var pool = Executors.newFixedThreadPool(3);
        for (int thread = 0; thread < 3; thread++) {
            pool.execute(() -> {
                try {
                    for (int job = queue.take(); job >= 0; job = queue.take()) {
                        sum.addAndGet(job);
                        map.merge(job % 7, 1, Integer::sum);
                        lock();
                    }
                } catch (InterruptedException error) {
                    throw new RuntimeException(error);
                }
            });
        }
        for (int job = 0; job < 500; job++) {
            queue.put(job);
        }
        for (int thread = 0; thread < 3; thread++) {
            queue.put(-1);
        }
        pool.shutdown();
        boolean ended = pool.awaitTermination(60, TimeUnit.SECONDS);
        int entries = map.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println(sum + " " + entries + " " + locked + " " + ended);
    }
}
