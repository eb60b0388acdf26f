/** What members say: whose message it is, its number and when it was due, readable by every member anywhere. */

export interface Saying {
  /** Tells this run's messages from those of others. */
  readonly run: string
  readonly member: number
  /** Counts the member's messages. */
  readonly number: number
  /** Milliseconds by a clock that the load's processes share. */
  readonly due: number
}

export const write = ({ due, member, number, run }: Saying, size: number): string =>
  `~${run} ${member} ${number} ${due.toFixed(3)} `.padEnd(size, ".")

/** Undefined where it is nobody's of this run. */
export const read = (content: string, run: string): Saying | undefined => {
  if (!content.startsWith(`~${run} `)) return undefined
  const [, member, number, due] = content.split(" ", 4)
  return { run, member: Number(member), number: Number(number), due: Number(due) }
}

/** One message among all of a run. */
export const keyOf = ({ member, number }: Pick<Saying, "member" | "number">): number => member * 0x1000000 + number
