// Piscina as its own documentation uses it, measured inside the program, a round for each line read.
//
// Usage: node node_pool.mjs JOB WORKERS FOLDER      (FOLDER: where npm has put piscina)
// Reads the number of items of a round from each line; prints one JSON object for it: seconds in the program, items.
// The pool is made and warmed before the first line, so that no round pays for it.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const gatheredTogether = 5_000;
const argumentBytes = 100_000_000;
const [job, workers, folder] = process.argv.slice(2);
const { Piscina } = createRequire(`${folder}/`)('piscina');

const pool = new Piscina({
  filename: new URL(job === 'argument' ? 'node_weigh.mjs' : 'node_same.mjs', import.meta.url).href,
  minThreads: Number(workers),
  maxThreads: Number(workers),
});
const argument = job === 'argument' ? new Uint8Array(argumentBytes).fill(1) : null;

const jobs = {
  async gather(items) {
    let done = 0;
    for (let batch = 0; batch < items / gatheredTogether; batch++) {
      const calls = [];
      for (let i = 0; i < gatheredTogether; i++) {
        calls.push(pool.run(1));
      }
      for (const one of await Promise.all(calls)) {
        done += one;
      }
    }
    return done;
  },

  async roundtrip(items) {
    let done = 0;
    for (let i = 0; i < items; i++) {
      done += await pool.run(1);
    }
    return done;
  },

  async argument(items) {
    let bytes = 0;
    for (let i = 0; i < items; i++) {
      bytes += await pool.run(argument);
    }
    return bytes / (argumentBytes + 2);
  },
};

await Promise.all(Array.from({ length: 100 }, () => pool.run(argument?.slice(0, 1) ?? 1)));
for await (const line of createInterface({ input: process.stdin })) {
  const items = Number(line);
  const started = performance.now();
  const done = await jobs[job](items);
  const seconds = (performance.now() - started) / 1000;
  console.log(JSON.stringify({ seconds, items: done }));
}
await pool.destroy();
