import { contentOf, memberName } from "../Message.ts"
import { framings } from "../fanout/Framing.ts"
import { markIn, type Wire } from "./Wire.ts"

const { natter } = framings
const frame = (value: object): Buffer => natter.wrap("", JSON.stringify(value))
const channel = "bench"

/** `{"type":"Mes`: the letters of the type from the 10th byte on. */
const typeAt = 4 + 9

export const version2: Wire = {
  signIn: (index) =>
    Buffer.concat([
      frame({ type: "Connect", version: "2", client_id: "bench" }),
      frame({ type: "Login", ref: 1, username: memberName(index), password: "x" }),
    ]),
  join: frame({ type: "Join", ref: 2, channel }),
  publish: (sender, sequence) =>
    frame({
      type: "Publish",
      ref: sequence + 3,
      channel,
      id: `${sender}-${sequence}`,
      content: contentOf(sender, sequence),
    }),
  endOf: (bytes, at) => {
    if (at + 4 > bytes.length) return 0
    const end = at + 4 + natter.size(bytes, at)
    return end > bytes.length ? 0 : end
  },
  take: (bytes, at, end, heard) => {
    if (bytes.toString("latin1", at + typeAt, at + typeAt + 8) === `Message"`) {
      return heard.delivered(bytes, markIn(bytes, at))
    }
    const told = JSON.parse(bytes.toString("utf8", at + 4, end)) as { readonly type: string }
    if (told.type === "LoggedIn") heard.signedIn()
    else if (told.type === "Joined") heard.joined()
    else if (told.type === "Ping") heard.write(frame({ ...told, type: "Pong" }))
    else if (told.type === "Error" || told.type === "Disconnect") heard.fail(JSON.stringify(told))
  },
}
