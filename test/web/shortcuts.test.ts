import { describe, expect, test } from "vitest"
import { commandOf, isSingle, labelsOf, type Press, shortcuts } from "../../src/web/chat/view/shortcuts.ts"

const press = (key: string, ...held: ReadonlyArray<"ctrl" | "meta" | "alt" | "shift">): Press => ({
  key,
  ctrlKey: held.includes("ctrl"),
  metaKey: held.includes("meta"),
  altKey: held.includes("alt"),
  shiftKey: held.includes("shift"),
})

const elsewhere = (given: Press) => commandOf(given, false, true)

describe("what is meant by a key", () => {
  test("is told from the keys that are held with it", () => {
    expect(elsewhere(press("k", "ctrl"))).toBe("palette")
    expect(elsewhere(press("k"))).toBeUndefined()
    expect(elsewhere(press("k", "ctrl", "alt"))).toBeUndefined()
    expect(elsewhere(press("k", "meta"))).toBeUndefined()
    expect(elsewhere(press("ArrowUp", "alt"))).toBe("previous")
    expect(elsewhere(press("ArrowUp", "alt", "shift"))).toBe("previousUnread")
    expect(elsewhere(press("ArrowUp"))).toBeUndefined()
  })

  test("is the same with a capital, and where a sign takes Shift", () => {
    expect(elsewhere(press("F", "ctrl", "shift"))).toBe("search")
    expect(elsewhere(press("?", "shift"))).toBe("shortcuts")
    // On a German keyboard `/` is Shift and 7.
    expect(elsewhere(press("/", "ctrl", "shift"))).toBe("write")
    expect(elsewhere(press("/", "ctrl"))).toBe("write")
    expect(elsewhere(press("J", "shift"))).toBeUndefined()
  })

  test("is with the key of a Mac where there is one", () => {
    expect(commandOf(press("k", "meta"), true, true)).toBe("palette")
    expect(commandOf(press("k", "ctrl"), true, true)).toBeUndefined()
  })

  test("is nothing for a letter alone where somebody writes", () => {
    expect(elsewhere(press("j"))).toBe("end")
    const letters = shortcuts.filter(({ keys }) => isSingle(keys))
    expect(letters.map(({ keys }) => commandOf(press(keys), false, false))).toEqual(letters.map(() => undefined))
    expect(commandOf(press("k", "ctrl"), false, false)).toBe("palette")
    expect(commandOf(press("Escape"), false, false)).toBe("escape")
  })

  test("is one thing", () => {
    expect(new Set(shortcuts.map(({ keys }) => keys)).size).toBe(shortcuts.length)
    expect(new Set(shortcuts.map(({ command }) => command)).size).toBe(shortcuts.length)
  })

  test("is written as on the key", () => {
    expect(labelsOf("Mod+Shift+f", false)).toEqual(["Ctrl", "Shift", "F"])
    expect(labelsOf("Mod+Shift+f", true)).toEqual(["⌘", "⇧", "F"])
    expect(labelsOf("Alt+ArrowUp", false)).toEqual(["Alt", "↑"])
    expect(labelsOf("Escape", false)).toEqual(["Esc"])
  })
})
