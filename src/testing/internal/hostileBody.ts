/** Bodies of frames made from the schemas, then bent and damaged. */
import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { ConnectReply, ConnectRequest } from "../../protocol/Connect.ts"
import * as V1 from "../../protocol/v1/Message.ts"
import * as Client from "../../protocol/v2/ClientFrame.ts"
import * as Server from "../../protocol/v2/ServerFrame.ts"
import type { Dice } from "../Dice.ts"
import * as Hostile from "./hostile.ts"

type Frames = ReadonlyArray<Arbitrary.Arbitrary<object>>

const generators = (frames: ReadonlyArray<Schema.Schema<object>>): Frames =>
  frames.map((frame) => Arbitrary.schema(frame))

const frames1 = generators([...V1.all, ConnectRequest])
const frames2 = generators(Client.all)
// What the other side says is as wrong as what nobody says, and looks more like it.
const others = generators([...Server.all, ConnectReply])

const sample = (frames: Frames, dice: Dice): object => {
  const options = { count: 1, size: dice.pick([1, 5, 20, 60]), seed: dice.bits() }
  return Effect.runSync(Effect.orElseSucceed(Arbitrary.sampleEffect(dice.pick(frames), options), () => [{}]))[0]!
}

/** What a client could have meant in a version of the protocol, and in a format that most of the time is the right one. */
export const hostileBody = (version: 1 | 2, format: Hostile.Format, dice: Dice): Uint8Array => {
  const frames = dice.once(10) ? others : version === 1 ? frames1 : frames2
  const other = format === "json" ? "msgpack" : "json"
  const written = dice.once(20) ? other : format
  return Hostile.damage(Hostile.write(Hostile.bend(sample(frames, dice), dice), written), dice)
}
