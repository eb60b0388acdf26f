import { contentBytes, contentOf, memberName } from "../Message.ts"
import type { Door } from "./Plan.ts"
import type { Wire } from "./Wire.ts"

const topic = Buffer.from("natter/bench")

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}
const packet = (first: number, ...parts: ReadonlyArray<Buffer>): Buffer => {
  const body = Buffer.concat(parts)
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
  return Buffer.concat([Buffer.from([first, ...length]), body])
}

export const mqtt = ({ qos, version }: Door & { readonly protocol: "mqtt" }): Wire => {
  const noProperties = Buffer.alloc(version === 5 ? 1 : 0)
  const acknowledgements: Array<number> = []
  return {
    signIn: (index) =>
      packet(
        0x10,
        text("MQTT"),
        Buffer.from([version, 0xc2, 0, 0]),
        noProperties,
        text(`c${index}`),
        text(memberName(index)),
        text("x"),
      ),
    join: packet(0x82, Buffer.from([0, 1]), noProperties, text(topic), Buffer.from([qos])),
    publish: (sender, sequence) => {
      const id = (sequence % 60_000) + 1
      return packet(
        0x30 | (qos << 1),
        text(topic),
        Buffer.from(qos === 0 ? [] : [id >> 8, id & 255]),
        noProperties,
        Buffer.from(contentOf(sender, sequence)),
      )
    },
    endOf: (bytes, at) => {
      if (at + 2 > bytes.length) return 0
      let [length, head] = [bytes[at + 1]! & 127, 2]
      if (bytes[at + 1]! >= 128) {
        if (at + 3 > bytes.length) return 0
        length += bytes[at + 2]! << 7
        head = 3
      }
      const end = at + head + length
      return end > bytes.length ? 0 : end
    },
    take: (bytes, at, end, heard) => {
      const head = bytes[at + 1]! >= 128 ? 3 : 2
      switch (bytes[at]! >> 4) {
        case 3: {
          const ackAt = at + head + 2 + topic.length
          if (bytes[at]! & 6) acknowledgements.push(0x40, 2, bytes[ackAt]!, bytes[ackAt + 1]!)
          return heard.delivered(bytes, end - contentBytes)
        }
        case 2:
          if (bytes[at + head + 1] !== 0) heard.fail(`refused: ${bytes[at + head + 1]}`)
          return heard.signedIn()
        case 9:
          if (bytes[end - 1] !== qos) heard.fail(`not granted QoS ${qos}: ${bytes[end - 1]}`)
          return heard.joined()
        case 4:
          return
        default:
          heard.fail(`a packet of type ${bytes[at]! >> 4}`)
      }
    },
    afterRead: ({ write }) => {
      if (acknowledgements.length > 0) write(Buffer.from(acknowledgements.splice(0)))
    },
  }
}
