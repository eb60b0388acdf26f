/** The settings of a service that is several nodes. */
import * as NodeAddress from "../../cluster/NodeAddress.ts"
import { setting } from "./field.ts"
import { hidden, type Kind, onOff, optional, optionalFile, text } from "./kind.ts"

const nodeAddress = "HOST:PORT, as 10.0.0.5:7001 or [fd00::5]:7001"

/** Where a node is reached, or listens; the empty text stands for nowhere. */
const address: Kind<string> = optional(nodeAddress, {
  ...text(nodeAddress),
  parse: (text) => (NodeAddress.parse(text) === undefined ? undefined : text),
})

export const clusterSettings = {
  "cluster.enabled": setting(
    "cluster.enabled",
    onOff,
    "Whether the service is several nodes, which share what is in `postgres.url`; each of them has a `cluster.address` of its own",
  ),
  "cluster.address": setting(
    "cluster.address",
    address,
    "Where the other nodes reach this one, as HOST:PORT; for nodes alone, on a network of their own",
  ),
  "cluster.listen": setting(
    "cluster.listen",
    address,
    "Where this node listens for the others, where that is not `cluster.address`: behind a proxy, or in a container",
  ),
  "cluster.secret": setting(
    "cluster.secret",
    hidden("a text that nobody can guess, the same for all nodes"),
    "What nodes prove to each other that they know, so that no stranger comes in; without one they use a text that the first of them makes and keeps in the database",
    { secret: true },
  ),
  "cluster.tls-cert": setting(
    "cluster.tls.cert",
    optionalFile,
    "This node's certificate, for its host in `cluster.address`, and behind it those between it and `cluster.tls-ca` (PEM); with it nodes talk over TLS alone, and show their certificates to each other",
  ),
  "cluster.tls-key": setting("cluster.tls.key", optionalFile, "The private key of `cluster.tls-cert` (PEM)"),
  "cluster.tls-ca": setting("cluster.tls.ca", optionalFile, "The authority that certifies the nodes (PEM)"),
}
