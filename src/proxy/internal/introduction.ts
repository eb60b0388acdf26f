/** What a proxy says to its target before anything else, in the PROXY protocol: for whom it has opened the connection. */
import type * as Net from "node:net"
import { format, type IpAddress, parse } from "../../domain/IpAddress.ts"

/** Versions of the PROXY protocol. */
export type Introduction = "v1" | "v2"

/** Who speaks from where to where. */
interface Ends {
  readonly source: IpAddress
  readonly sourcePort: number
  readonly destination: IpAddress
  readonly destinationPort: number
}

/** Undefined where the client has gone already. */
export const endsOf = (client: Net.Socket): Ends | undefined => {
  const [source, destination] = [client.remoteAddress, client.localAddress].map((text) => parse(text ?? ""))
  const { localPort: destinationPort, remotePort: sourcePort } = client
  if (source === undefined || destination === undefined || sourcePort === undefined || destinationPort === undefined) {
    return undefined
  }
  // A socket for both families writes IPv4 as IPv6, at both ends.
  return source.width === destination.width ? { source, sourcePort, destination, destinationPort } : undefined
}

export const introduce = (version: Introduction, ends: Ends | undefined): Uint8Array =>
  version === "v1" ? Buffer.from(line(ends)) : block(ends)

const line = (ends: Ends | undefined): string => {
  if (ends === undefined) return "PROXY UNKNOWN\r\n"
  const { destination, destinationPort, source, sourcePort } = ends
  const family = source.width === 32 ? "TCP4" : "TCP6"
  return `PROXY ${family} ${format(source)} ${format(destination)} ${sourcePort} ${destinationPort}\r\n`
}

const signature = "\r\n\r\n\0\r\nQUIT\n"

const block = (ends: Ends | undefined): Uint8Array => {
  const head = (family: number, length: number) =>
    Buffer.concat([Buffer.from(signature, "latin1"), Buffer.from([0x21, family, 0, length])])
  if (ends === undefined) return head(0, 0)
  const { destination, destinationPort, source, sourcePort } = ends
  const [family, length] = source.width === 32 ? [0x11, 12] : [0x21, 36]
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(sourcePort)
  ports.writeUInt16BE(destinationPort, 2)
  return Buffer.concat([head(family, length), bytesOf(source), bytesOf(destination), ports])
}

const bytesOf = ({ value, width }: IpAddress): Uint8Array =>
  Buffer.from(value.toString(16).padStart(width / 4, "0"), "hex")
