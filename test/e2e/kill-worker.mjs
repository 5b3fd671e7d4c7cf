// Preloaded into a test's process and its threads: ends each worker thread two seconds after it began.
import { isMainThread } from "node:worker_threads";

if (!isMainThread) setTimeout(() => process.exit(9), 2000);
