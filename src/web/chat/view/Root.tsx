/** The view of what the page is at. */
import { useMemo } from "preact/hooks"
import { t } from "../../language.ts"
import { useSeconds } from "../../ui/Countdown.ts"
import type { App } from "../App.ts"
import type { Chat } from "../model/Chat.ts"
import { InsideProvider, Screen } from "./context.ts"
import { Door } from "./Door.tsx"
import { Inside } from "./Inside.tsx"
import { Skeleton } from "./Skeleton.tsx"

export const Root = ({ app }: { readonly app: App }) => {
  const { value: phase } = app.phase
  switch (phase.tag) {
    case "Loading":
      return <Skeleton />
    case "Unreachable":
      return <Unreachable app={app} at={phase.at} />
    case "Door":
      return <Door app={app} because={phase.because} />
    case "Inside":
      return <SignedIn app={app} chat={phase.chat} />
  }
}

const SignedIn = ({ app, chat }: { readonly app: App; readonly chat: Chat }) => {
  const inside = useMemo(() => ({ app, chat, screen: new Screen() }), [chat])
  return (
    <InsideProvider value={inside}>
      <Inside />
    </InsideProvider>
  )
}

const Unreachable = ({ app, at }: { readonly app: App; readonly at: number }) => {
  const seconds = useSeconds(at, app.env.now)
  const words = t.value.unreachable
  return (
    <main class="door">
      <div class="door-sheet stack" role="alert">
        <p class="brand">Natter</p>
        <h1>{words.title}</h1>
        <p>{words.text}</p>
        <p class="soft">{words.again(seconds)}</p>
        <button class="button primary" type="button" onClick={() => app.retry()}>
          {t.value.tryNow}
        </button>
      </div>
    </main>
  )
}
