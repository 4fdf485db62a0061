# For ci/real-programs: queues, locks, conditions and time-outs of Python's threads; prints a known sum.
import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor

jobs = queue.Queue(maxsize=4)
lock = threading.Lock()
ready = threading.Condition()
total = 0
finished = 0


def work():
    global total, finished
    while (job := jobs.get()) is not None:
        with lock:
            total += job
    with ready:
        finished += 1
        ready.notify()


workers = [threading.Thread(target=work) for _ in range(3)]
for worker in workers:
    worker.start()
for job in range(100):
    jobs.put(job)
for _ in workers:
    jobs.put(None)
with ready:
    while finished < 3:
        ready.wait(timeout=0.5)
for worker in workers:
    worker.join()
try:
    jobs.get(timeout=0.2)
except queue.Empty:
    time.sleep(0.1)
with ThreadPoolExecutor(3) as pool:
    squares = sum(pool.map(lambda number: number * number, range(20)))
print(total, finished, squares)
