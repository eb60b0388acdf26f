/** What one sets for oneself: how the page looks and calls, one's status, one's account. */
import { useState } from "preact/hooks"
import "../../style/dialogs.css"
import { languages, t } from "../../language.ts"
import { Choices } from "../../ui/Choices.tsx"
import { FormField } from "../../ui/FormField.tsx"
import { Tabs } from "../../ui/Tabs.tsx"
import { setStatus } from "../model/status.ts"
import type { Theme } from "../session/Preferences.ts"
import { useInside } from "../view/context.ts"
import { Account } from "./Account.tsx"
import { chime } from "./chime.ts"

export const Settings = () => {
  const { chat } = useInside()
  const words = t.value.settings
  const isGuest = chat.me.role === "guest"
  return (
    <Tabs
      label={words.title}
      tabs={[
        { key: "status", label: words.status, view: () => <Status /> },
        { key: "page", label: words.page, view: () => <Page /> },
        { key: "calls", label: words.calls, view: () => <Calls /> },
        ...(isGuest ? [] : [{ key: "account", label: words.account, view: () => <Account /> }]),
      ]}
    />
  )
}

type Presence = "online" | "away" | "busy"

const Status = () => {
  const { chat } = useInside()
  const { status, text } = chat.status.value
  const [chosen, setChosen] = useState<Presence>(status)
  const [words, setWords] = useState(text)
  const [said, setSaid] = useState("")
  const { settings, status: names } = t.value
  const set = async (to: Presence, about: string) => {
    setSaid("")
    const answer = await setStatus(chat, to, about)
    if (answer.ok) setSaid(settings.saved)
    else chat.note(answer.trouble)
  }
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        void set(chosen, words.trim())
      }}
    >
      <Choices
        label={names.set}
        inline
        value={chosen}
        onValue={(to) => {
          setChosen(to)
          void set(to, words.trim())
        }}
        choices={[
          { value: "online", label: names.online },
          { value: "away", label: names.away },
          { value: "busy", label: names.busy },
        ]}
      />
      <FormField label={names.text} hint={settings.statusHint} value={words} onValue={setWords} maxLength={100} />
      <div class="row">
        <button class="button primary" type="submit">
          {t.value.save}
        </button>
        {words !== "" && (
          <button
            class="button"
            type="button"
            onClick={() => {
              setWords("")
              void set(chosen, "")
            }}
          >
            {settings.clear}
          </button>
        )}
        <span role="status" class="soft">
          {said}
        </span>
      </div>
    </form>
  )
}

const nameOf = (code: string): string => new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code

const Page = () => {
  const { app } = useInside()
  const { preferences } = app
  const words = t.value.settings
  return (
    <div class="stack">
      <Choices<Theme>
        label={words.theme}
        inline
        value={preferences.theme.value}
        onValue={(theme) => preferences.setTheme(theme)}
        choices={[
          { value: "system", label: words.system },
          { value: "light", label: words.light },
          { value: "dark", label: words.dark },
        ]}
      />
      <Choices
        label={words.language}
        inline
        value={preferences.language.value ?? ""}
        onValue={(code) => preferences.setLanguage(code === "" ? undefined : code)}
        choices={[
          { value: "", label: words.system },
          ...languages.map((code) => ({ value: code, label: nameOf(code) })),
        ]}
      />
      <label class="check">
        <input
          type="checkbox"
          checked={preferences.singleKeys.value}
          onChange={(event) => preferences.setSingleKeys(event.currentTarget.checked)}
        />
        {t.value.shortcuts.single}
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={preferences.emoji.value}
          onChange={(event) => preferences.setEmoji(event.currentTarget.checked)}
        />
        {words.emoji}
      </label>
      <p class="soft small">{words.everyTab}</p>
    </div>
  )
}

const Calls = () => {
  const { app } = useInside()
  const { preferences } = app
  const words = t.value.settings
  const isThere = "Notification" in globalThis
  const [given, setGiven] = useState(preferences.words.value.join(", "))
  const [permission, setPermission] = useState(isThere ? Notification.permission : "denied")
  const on = preferences.notifies.value && permission === "granted"
  const turn = async (wanted: boolean) => {
    if (!wanted) return preferences.setNotifies(false)
    // The browser asks, and only since somebody has pressed this.
    const given = permission === "granted" ? permission : await Notification.requestPermission()
    setPermission(given)
    preferences.setNotifies(given === "granted")
  }
  return (
    <div class="stack">
      <label class="check">
        <input
          type="checkbox"
          checked={on}
          disabled={!isThere}
          onChange={(event) => void turn(event.currentTarget.checked)}
        />
        <span>
          {words.notify}
          <span class="soft small option-hint">{words.notifyHint}</span>
        </span>
      </label>
      <div role="status">
        {!isThere && <p class="alarm">{words.notifyNowhere}</p>}
        {isThere && permission === "denied" && <p class="alarm">{words.notifyDenied}</p>}
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={preferences.sounds.value}
          onChange={(event) => {
            preferences.setSounds(event.currentTarget.checked)
            if (event.currentTarget.checked) chime()
          }}
        />
        <span>
          {words.sound}
          <span class="soft small option-hint">{words.soundHint}</span>
        </span>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={preferences.quiet.value}
          onChange={(event) => preferences.setQuiet(event.currentTarget.checked)}
        />
        <span>
          {words.quiet}
          <span class="soft small option-hint">{words.quietHint}</span>
        </span>
      </label>
      <FormField
        label={words.words}
        hint={words.wordsHint}
        value={given}
        onValue={(text) => {
          setGiven(text)
          preferences.setWords(text)
        }}
        maxLength={2000}
      />
    </div>
  )
}
