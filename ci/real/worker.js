// For ci/real-programs: one worker of Node; messages, shared memory, Atomics; prints a known sum.
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

if (isMainThread) {
  const cells = new Int32Array(new SharedArrayBuffer(16));
  const worker = new Worker(__filename, { workerData: cells });
  let sum = 0;
  worker.on('message', (number) => { sum += number; });
  worker.on('exit', (code) => { console.log(cells[0], sum, code); });
  for (let i = 0; i < 2000; i++) Atomics.add(cells, 0, 1);
  Atomics.store(cells, 1, 1);
  Atomics.notify(cells, 1);
} else {
  const cells = workerData;
  for (let i = 0; i < 2000; i++) Atomics.add(cells, 0, 1);
  Atomics.wait(cells, 1, 0);
  for (let i = 0; i < 100; i++) parentPort.postMessage(i);
}
