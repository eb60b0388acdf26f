// What is loaded into a node before it: ways in which a machine can be wrong that a process cannot be told from outside.
// They touch nothing of the service itself.

/**
 * The wall clock of the process jumps back by so many milliseconds at SIGUSR2, and forth again at the next. The clock that
 * measures what lasts goes on, as it does on a machine whose date is set.
 */
export const clock = (back: number): string => {
  const module = `
    import { isMainThread } from "node:worker_threads"
    const Right = Date
    let shift = 0
    const now = () => Right.now() - shift
    globalThis.Date = new Proxy(Right, {
      construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
      apply: () => new Right(now()).toString(),
      get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
    })
    if (isMainThread) process.on("SIGUSR2", () => (shift = shift === 0 ? ${back} : 0))`
  return `data:text/javascript,${encodeURIComponent(module)}`
}

/** Who dials one of these ports of this machine is connected to another. */
export const detour = (ports: ReadonlyMap<number, number>): string => {
  const module = `
    import net from "node:net"
    const ports = new Map(${JSON.stringify([...ports])})
    const { connect } = net.Socket.prototype
    net.Socket.prototype.connect = function (...given) {
      const options = Array.isArray(given[0]) ? given[0][0] : given[0]
      const other = ports.get(Number(options?.port))
      if (other !== undefined) options.port = other
      return connect.apply(this, given)
    }`
  return `data:text/javascript,${encodeURIComponent(module)}`
}
