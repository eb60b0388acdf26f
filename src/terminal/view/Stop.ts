/** Being stopped by the shell, as Ctrl+Z does with programs that do not listen to it. */
import { setTimeout } from "node:timers/promises"

/** Where no shell could let us go on, nothing stops us; then we go on after this time, in milliseconds. */
const pause = 50

/** Stops the whole job, as the terminal would; done when it is to go on. */
export const stopped = async (): Promise<void> => {
  const listeners = process.listeners("SIGTSTP")
  process.removeAllListeners("SIGTSTP")
  process.kill(0, "SIGTSTP")
  await setTimeout(pause)
  for (const listener of listeners) process.on("SIGTSTP", listener)
}
