/** While another program has the terminal, its keys are not ours. */

/** What the terminal sends to all who are in front: the program that has it knows what to do about that, and we wait. */
const quiet = ["SIGINT", "SIGQUIT"] as const

/** Leaves the keys that are signals to the other program; undone by what this returns. */
export const leaveSignals = (): (() => void) => {
  const nothing = () => {}
  // Without a listener the process stops, and is continued, with the one that has the terminal.
  const stopping = process.listeners("SIGTSTP")
  process.removeAllListeners("SIGTSTP")
  const before = quiet.map((signal) => [signal, process.listeners(signal)] as const)
  for (const signal of quiet) {
    process.removeAllListeners(signal)
    process.on(signal, nothing)
  }
  return () => {
    for (const [signal, listeners] of before) {
      process.off(signal, nothing)
      for (const listener of listeners) process.on(signal, listener)
    }
    for (const listener of stopping) process.on("SIGTSTP", listener)
  }
}
