/** `kdf` as a study runs it (`task-process.ts`): where the process that started it is gone, it saves and ends. */
import { processTerminal, run } from "../run.js";

process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
// Only the work keeps this process alive.
process.channel?.unref();
process.exitCode = await run(process.argv.slice(2), processTerminal());
