/** Stopping the process, as Ctrl+Z does with programs that do not handle that key. */
import { setTimeout } from "node:timers/promises"

/** Milliseconds after which we go on if nothing has stopped us: without a shell to continue us, the signal is ignored. */
const pause = 50

/** Stops the whole job, as the terminal would; resolves when it is continued. */
export const stopJob = async (): Promise<void> => {
  const listeners = process.listeners("SIGTSTP")
  process.removeAllListeners("SIGTSTP")
  process.kill(0, "SIGTSTP")
  // Of another size only those are told who are in front: Node asks for it again when it thinks that it was told.
  process.kill(process.pid, "SIGWINCH")
  await setTimeout(pause)
  for (const listener of listeners) process.on("SIGTSTP", listener)
}
