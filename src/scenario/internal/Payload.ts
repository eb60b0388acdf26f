/** The content of the messages that members send: who sent it, its number and when it was due, for any member to read. */

export interface Payload {
  /** Distinguishes this run's messages from those of other runs. */
  readonly run: string
  readonly member: number
  /** Counts up with each message of the member. */
  readonly number: number
  /** Milliseconds of the monotonic clock, which all processes of a machine share. */
  readonly due: number
  /** It answers something that was heard: nobody answers that in turn. */
  readonly reply?: true
}

/** The token of a reply, behind the time. */
const mark = "re"

/** Of `size` bytes of ASCII; with a text it is as long as that makes it. */
export const write = ({ due, member, number, reply, run }: Payload, size: number, text?: string): string => {
  const head = `~${run} ${member} ${number} ${due.toFixed(3)} ${reply === undefined ? "" : `${mark} `}`
  return text === undefined ? head.padEnd(size, ".") : head + text
}

/** Undefined where the content is not of this run. */
export const read = (content: string, run: string): Payload | undefined => {
  if (!content.startsWith(`~${run} `)) return undefined
  const [, member, number, due, behind] = content.split(" ", 5)
  const payload = { run, member: Number(member), number: Number(number), due: Number(due) }
  return behind === mark ? { ...payload, reply: true } : payload
}

/** A number that no other message of the run has. */
export const keyOf = ({ member, number }: Pick<Payload, "member" | "number">): number => member * 0x1000000 + number
