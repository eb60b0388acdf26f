/** What counts as unread, and as meant for the reader, in a conversation that is not shown: one table for the terminal and the page. */
interface Step {
  readonly type: "Message" | "Edited" | "Deleted" | "Reacted" | "ReadMarker"
  readonly [field: string]: unknown
}

interface CountCase {
  readonly what: string
  readonly channel: "ops" | "@bob"
  readonly steps: ReadonlyArray<Step>
  readonly unread: number
  readonly mentions: number
}

const message = (seq: number, content: string, fields: Record<string, unknown> = {}): Step => ({
  type: "Message",
  seq,
  from: "bob",
  content,
  ...fields,
})
const edited = (seq: number, target: number, content: string): Step => ({ type: "Edited", seq, target, content })
const deleted = (seq: number, target: number): Step => ({ type: "Deleted", seq, target })

const inOps = (what: string, unread: number, mentions: number, ...steps: ReadonlyArray<Step>): CountCase => ({
  what,
  channel: "ops",
  steps,
  unread,
  mentions,
})

/** Who reads it is ann. */
export const countCases: ReadonlyArray<CountCase> = [
  inOps("what others say, and that it names one", 3, 2, message(1, "hi"), message(2, "ann: hi"), message(3, "(@Ann)")),
  inOps("nothing of one's own", 0, 0, message(1, "ann is here", { from: "ann" })),
  inOps("no part of another name", 3, 0, message(1, "annabel"), message(2, "x@ann.example"), message(3, "@ann-b")),
  inOps("a name in which something is that nobody sees", 1, 1, message(1, "an\u00adn?")),
  inOps(
    "a name in code and in an address, which is in what was said",
    2,
    2,
    message(1, "`ann`"),
    message(2, "**ann**"),
  ),
  inOps("no more of what is deleted, once", 1, 0, message(1, "ann"), message(2, "x"), deleted(3, 1), deleted(4, 1)),
  inOps("what an edit makes of it", 2, 1, message(1, "ann"), message(2, "x"), edited(3, 1, "bob"), edited(4, 2, "ann")),
  inOps(
    "no reaction, and no edit as something new",
    1,
    0,
    message(1, "x"),
    { type: "Reacted", seq: 2, target: 1, reaction: "👍", on: true },
    edited(3, 1, "y"),
  ),
  inOps(
    "only what is behind what one has read elsewhere",
    1,
    1,
    message(1, "ann"),
    message(2, "x"),
    message(3, "ann"),
    { type: "ReadMarker", username: "ann", seq: 2 },
  ),
  inOps("all the same where somebody else has read it", 1, 0, message(1, "x"), {
    type: "ReadMarker",
    username: "bob",
    seq: 1,
  }),
  {
    what: "all of what is said to one alone as meant for one",
    channel: "@bob",
    steps: [message(1, "hi"), message(2, "well?"), deleted(3, 1)],
    unread: 1,
    mentions: 1,
  },
]

/** With what every event of its kind has. */
export const eventOf = ({ channel }: CountCase, { type, ...fields }: Step) => {
  const { seq } = fields
  const entry = { id: `m${String(seq)}`, from: "bob", timestamp: 1_800_000_000_000 }
  return { type, fields: { channel, ...(type === "ReadMarker" ? {} : entry), ...fields } }
}
