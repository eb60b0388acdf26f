/** Calls whoever does not look: by the desktop, by a sound, and by a mark on the page's sign. */
import { effect } from "@preact/signals"
import { shownName } from "../../../domain/PlainName.ts"
import { emoteOf, withName } from "../../../text/Emote.ts"
import { chime } from "../over/chime.ts"
import type { Call } from "../model/Chat.ts"
import { isFirst, Looks } from "../session/tabs.ts"
import type { Inside } from "./context.ts"
import { channelName, plain } from "./plain.ts"

/** Characters of a message that are shown. */
const maxLength = 240
/** Milliseconds in which there is one sound, whatever comes, in all tabs. */
const quiet = 1500

/** Begins; what is returned ends it. */
export const notify = (inside: Inside): (() => void) => {
  const { app, chat } = inside
  const { preferences } = app
  const { env } = chat
  const looks = new Looks(`natter.${chat.me.id}`, env.isSeen)
  chat.onCall = (call) => {
    if (preferences.quiet.value) return
    if (preferences.sounds.value) void isFirst(env, "natter.rang", quiet).then((first) => first && chime())
    // Whoever looks at another tab needs none.
    if (preferences.notifies.value) void looks.some().then((seen) => seen || show(inside, call))
  }
  const end = badge(inside)
  return () => {
    chat.onCall = () => {}
    looks.close()
    end()
  }
}

const show = ({ app, screen }: Inside, { channel, content, from }: Call): void => {
  if (!("Notification" in globalThis) || Notification.permission !== "granted") return
  // Who does something is named in what is done.
  const said = emoteOf(content) === undefined ? content : withName(shownName(from), content)
  const where = channel.startsWith("@") ? "" : ` (#${channelName(channel)})`
  try {
    // One for each conversation; that of another tab is replaced.
    const shown = new Notification(`${shownName(from)}${where}`, {
      body: plain(said.slice(0, maxLength).replaceAll(/\s+/g, " ")),
      tag: `natter ${channel}`,
      icon: "/favicon.svg",
    })
    shown.onclick = () => {
      shown.close()
      window.focus()
      app.goTo(channel, undefined)
      screen.focusComposer.value++
    }
  } catch {
    // Browsers of phones have them for workers only.
  }
}

/** Puts a mark on the page's sign while there is something new. */
const badge = ({ chat }: Inside): (() => void) => {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  if (link === null) return () => {}
  const { href } = link
  let sign: string | undefined
  const draw = (radius: number) => {
    if (radius === 0 || sign === undefined) {
      if (link.href !== href) link.href = href
      return
    }
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--stripe").trim()
    const edge = getComputedStyle(document.documentElement).getPropertyValue("--ink").trim()
    const mark = `<circle cx="23" cy="9" r="${radius}" fill="${colour}" stroke="${edge}" stroke-width="2"/></svg>`
    link.href = `data:image/svg+xml,${encodeURIComponent(sign.replace("</svg>", mark))}`
  }
  const size = (): number => (chat.calls.value > 0 ? 8 : chat.unread.value > 0 ? 5 : 0)
  void fetch(href)
    .then((response) => (response.ok ? response.text() : undefined))
    .then((text) => {
      sign = text
      draw(size())
    })
    .catch(() => {})
  const stop = effect(() => draw(size()))
  return () => {
    stop()
    draw(0)
  }
}
