/**
 * What the tabs of a browser agree on, by locks: what one asks is answered by the browser and not by the other tabs, of which
 * one may be slow, and a tab that ends holds none, however it ends.
 */
import type { Environment } from "../model/Environment.ts"

/** Pages have them that came over TLS or from the same machine, as it is with notifications. */
const locks = (): LockManager | undefined => navigator.locks as LockManager | undefined

/** Lets the other tabs know whether somebody looks at this one. */
export class Looks {
  private readonly name: string
  private readonly isSeen: () => boolean
  /** Set while it is held, or on its way. */
  private letGo: (() => void) | undefined

  constructor(name: string, isSeen: () => boolean) {
    this.name = `${name}.seen`
    this.isSeen = isSeen
    addEventListener("focus", this.look)
    addEventListener("blur", this.look)
    document.addEventListener("visibilitychange", this.look)
    this.look()
  }

  /** Whether somebody looks at this tab or another. */
  async some(): Promise<boolean> {
    if (this.isSeen()) return true
    const held = await locks()
      ?.query()
      .catch(() => undefined)
    // One may have come here meanwhile.
    return this.isSeen() || held?.held?.some(({ name }) => name === this.name) === true
  }

  close(): void {
    removeEventListener("focus", this.look)
    removeEventListener("blur", this.look)
    document.removeEventListener("visibilitychange", this.look)
    this.letGo?.()
    this.letGo = undefined
  }

  private readonly look = (): void => {
    if (this.isSeen() === (this.letGo !== undefined)) return
    this.letGo?.()
    this.letGo = undefined
    if (this.isSeen()) this.letGo = hold(this.name)
  }
}

/** Holds a lock that any number of tabs may hold; what is returned lets go of it. */
const hold = (name: string): (() => void) => {
  let letGo = () => {}
  const held = new Promise<void>((resolve) => (letGo = resolve))
  void locks()
    ?.request(name, { mode: "shared" }, () => held)
    .catch(() => {})
  return () => letGo()
}

/** Whether this is the first of all tabs to ask in so many milliseconds. */
export const isFirst = (env: Environment, name: string, millis: number): Promise<boolean> => {
  const manager = locks()
  if (manager === undefined) return Promise.resolve(isFirstByTime(env, name, millis))
  return new Promise((resolve) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      resolve(lock !== null)
      return lock === null ? undefined : new Promise((letGo) => env.later(millis, letGo))
    }
    manager.request(name, { ifAvailable: true }, held).catch(() => resolve(true))
  })
}

/** Without locks two that ask at the same moment are both the first. */
const isFirstByTime = ({ keep, kept, now }: Environment, name: string, millis: number): boolean => {
  const at = now()
  if (Math.abs(at - Number(kept(name) ?? 0)) < millis) return false
  keep(name, String(at))
  return true
}
