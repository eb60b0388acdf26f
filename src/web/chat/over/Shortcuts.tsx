/** All that can be done by keys. */
import "../../style/dialogs.css"
import { t } from "../../language.ts"
import { useInside } from "../view/context.ts"
import { Keys } from "../view/Keys.tsx"
import { isSingle, shortcuts } from "../view/shortcuts.ts"

/** Where one writes, and among messages: these keys are of the views there. */
const others = ["Enter", "Shift+Enter", "ArrowUp", "@", "#", ":"] as const

export const Shortcuts = () => {
  const { app } = useInside()
  const words = t.value
  const { singleKeys } = app.preferences
  return (
    <div class="stack">
      <h3>{words.shortcuts.everywhere}</h3>
      <dl class="shortcuts">
        {shortcuts.map(({ command, keys }) => (
          <div key={command}>
            <dt>
              {words.commands[command]}
              {isSingle(keys) && !singleKeys.value && <span class="soft small"> ({words.shortcuts.off})</span>}
            </dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <h3>{words.shortcuts.writing}</h3>
      <dl class="shortcuts">
        {others.map((keys) => (
          <div key={keys}>
            <dt>{words.shortcuts.keys[keys]}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <h3>{words.shortcuts.lines}</h3>
      <dl class="shortcuts">
        {Object.entries(words.shortcuts.typed).map(([line, what]) => (
          <div key={line}>
            <dt>{what}</dt>
            <dd>
              <kbd>{line}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <p class="soft small">{words.shortcuts.messages}</p>
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys.value}
          onChange={(event) => app.preferences.setSingleKeys(event.currentTarget.checked)}
        />
        {words.shortcuts.single}
      </label>
    </div>
  )
}
