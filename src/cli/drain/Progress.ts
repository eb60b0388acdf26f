/** How far it is: one line again and again on a terminal, otherwise one now and then. */
export interface Progress {
  /** `elapsed` are milliseconds since it began. */
  readonly show: (text: string, elapsed: number) => void
  readonly done: () => void
}

/** What came of it. */
export interface Ended {
  /** How many there were when it was told to end; undefined where that is not known. */
  readonly sessions: number | undefined
  readonly seconds: number
}

/** Milliseconds between two lines where they cannot be drawn over each other. */
const lineEvery = 5000

export const onStandardError = (): Progress => {
  const { env, stderr } = process
  const inPlace = stderr.isTTY && env["TERM"] !== "dumb"
  let said = 0
  return {
    show: (text, elapsed) => {
      if (inPlace) return void stderr.write(`\r${text}\u001b[K`)
      if (elapsed - said < lineEvery) return
      said = elapsed
      stderr.write(`natter: ${text}\n`)
    },
    done: () => inPlace && void stderr.write("\r\u001b[K"),
  }
}
