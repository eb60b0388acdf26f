/** The content of the messages that members send: who sent it, its number and when it was due, for any member to read. */

export interface Payload {
  /** Distinguishes this run's messages from those of other runs. */
  readonly run: string
  readonly member: number
  /** Counts up with each message of the member. */
  readonly number: number
  /** Milliseconds of the monotonic clock, which all processes of a machine share. */
  readonly due: number
}

export const write = ({ due, member, number, run }: Payload, size: number): string =>
  `~${run} ${member} ${number} ${due.toFixed(3)} `.padEnd(size, ".")

/** Undefined where the content is not of this run. */
export const read = (content: string, run: string): Payload | undefined => {
  if (!content.startsWith(`~${run} `)) return undefined
  const [, member, number, due] = content.split(" ", 4)
  return { run, member: Number(member), number: Number(number), due: Number(due) }
}

/** A number that no other message of the run has. */
export const keyOf = ({ member, number }: Pick<Payload, "member" | "number">): number => member * 0x1000000 + number
