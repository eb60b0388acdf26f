/** The networks of this machine in which servers may be announced and looked for: never one that is public. */
import * as Result from "effect/Result"
import type { NetworkInterfaceInfo } from "node:os"
import * as IpAddress from "../domain/IpAddress.ts"
import { isLoopback } from "../domain/Network.ts"
import { TrustedNetworks } from "../domain/TrustedNetworks.ts"

/** A network, and where this machine is found in it. */
export interface LocalNetwork {
  /** Of IPv4: that is how it is spoken to. */
  readonly address: string
  readonly netmask: string
  /** The addresses that lead to this machine there, `address` first. */
  readonly addresses: ReadonlyArray<string>
}

type Interfaces = Readonly<Record<string, ReadonlyArray<NetworkInterfaceInfo> | undefined>>

const local = Result.getOrThrow(TrustedNetworks.parse("loopback, private, 169.254.0.0/16"))

/** Of the interfaces that a machine has, those that are local; the machine's own among them. */
export const among = (interfaces: Interfaces): ReadonlyArray<LocalNetwork> =>
  Object.values(interfaces).flatMap((infos = []) => {
    const others = infos.filter(({ address, family }) => family === "IPv6" && local.trusts(address))
    return infos
      .filter(({ address, family }) => family === "IPv4" && local.trusts(address))
      .map(({ address, netmask }) => ({
        address,
        netmask,
        addresses: [address, ...others.map(({ address }) => address)],
      }))
  })

/** Of these, those in which a service is found that listens on `host`, each with the addresses at which it is. */
export const reaching = (networks: ReadonlyArray<LocalNetwork>, host: string): ReadonlyArray<LocalNetwork> => {
  if (host === "::") return networks
  if (host === "0.0.0.0") return networks.map((network) => ({ ...network, addresses: [network.address] }))
  if (isLoopback(host)) {
    return networks
      .filter(({ address }) => isLoopback(address))
      .map((network) => ({ ...network, addresses: [host === "::1" ? host : network.address] }))
  }
  return networks
    .filter(({ addresses }) => addresses.includes(host))
    .map((network) => ({ ...network, addresses: [host] }))
}

/** Whether an address is in that network: what comes from elsewhere is of no interest here (RFC 6762, 11). */
export const isIn = ({ address, netmask }: Pick<LocalNetwork, "address" | "netmask">, other: string): boolean => {
  const [own, mask, theirs] = [address, netmask, other].map((text) => IpAddress.parse(text))
  if (own?.width !== 32 || mask?.width !== 32 || theirs?.width !== 32) return false
  return (own.value & mask.value) === (theirs.value & mask.value)
}
