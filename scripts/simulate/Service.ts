/** The simulated service: one process, or the nodes that are one service together. */
import { ChannelName } from "../../src/domain/ChannelName.ts"
import type { ServerSettings } from "../../src/server/ServerSettings.ts"
import type { Disk } from "../../src/testing/simulation/Disk.ts"
import { Server } from "../../src/testing/simulation/Server.ts"
import { SimulatedNodes } from "../../src/testing/simulation/SimulatedNodes.ts"
import type { Trace } from "../../src/testing/simulation/Trace.ts"
import type { VirtualTime } from "../../src/testing/simulation/VirtualTime.ts"
import type { NodeFault } from "./Step.ts"

interface Options {
  readonly time: VirtualTime
  readonly disk: Disk
  readonly trace: Trace
  readonly seed: number
  readonly settings: ServerSettings
  readonly nodes: number
}

/** The time that a service has to stop. */
export const stopping = 15_000

export class Service {
  readonly servers: ReadonlyArray<Server>
  private readonly time: VirtualTime
  private readonly disk: Disk
  private readonly nodes: SimulatedNodes | undefined

  constructor({ disk, nodes: count, seed, settings, time, trace }: Options) {
    this.time = time
    this.disk = disk
    const nodes = count === 1 ? undefined : new SimulatedNodes(time, trace, disk.fences, seed * 19 + 3, count)
    this.nodes = nodes
    this.servers = Array.from({ length: count }, (_, number) => {
      const place = nodes && { nodes, number }
      return new Server(time, disk, trace, seed * 13 + 2 + number * 104_729, settings, place)
    })
  }

  start(): void {
    for (const server of this.servers) server.start()
  }

  stop(): void {
    for (const server of this.servers) server.stop()
  }

  crash(machineLives: boolean, down: number, node: number | undefined): void {
    for (const server of this.those(node)) {
      server.crash(machineLives)
      this.time.after(down, () => server.start())
    }
  }

  restart(down: number, node: number | undefined): void {
    for (const server of this.those(node)) {
      server.stop()
      this.time.after(down + stopping, () => server.start())
    }
  }

  /** Sets the clock of a node, or all clocks. */
  setClock(by: number, node?: number): void {
    for (const server of this.those(node)) server.setClock(by)
    if (this.nodes !== undefined && node === undefined) this.disk.wall.set(by)
  }

  suffer(fault: NodeFault): void {
    const { nodes } = this
    if (nodes === undefined) return
    switch (fault.type) {
      case "cut":
        return nodes.cut(fault.one, fault.other, fault.way, fault.millis)
      case "isolate":
        return nodes.isolate(fault.node, fault.millis)
      case "move":
        return nodes.move(meant(fault.what), fault.to)
      case "seize":
        return nodes.seize(meant(fault.what), fault.to, fault.millis)
    }
  }

  private those(node: number | undefined): ReadonlyArray<Server> {
    return node === undefined ? this.servers : [this.servers[node]!]
  }
}

const meant = (what: string | number): ChannelName | number =>
  typeof what === "number" ? what : ChannelName.make(what)
