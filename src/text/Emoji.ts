/** Emoji by the names that people type, `:tada:`, and by groups to choose from. */

import * as Markdown from "./Markdown.ts"

/** Each name stands before its emoji. */
const table = {
  faces:
    "smile😄 grin😁 joy😂 rofl🤣 slight_smile🙂 wink😉 blush😊 innocent😇 heart_eyes😍 star_struck🤩 yum😋 tongue😛 zany🤪 hug🤗 thinking🤔 shush🤫 salute🫡 neutral😐 expressionless😑 smirk😏 unamused😒 eyeroll🙄 grimace😬 relieved😌 sleepy😪 sleeping😴 mask😷 sick🤢 dizzy😵 mind_blown🤯 cowboy🤠 partying🥳 cool😎 nerd🤓 confused😕 worried😟 open_mouth😮 flushed😳 pleading🥺 scared😨 sweat😅 cry😢 sob😭 scream😱 tired😫 yawn🥱 angry😠 rage😡 melting🫠 upside_down🙃 devil😈 skull💀 clown🤡 ghost👻 robot🤖",
  hands:
    "+1👍 -1👎 ok👌 clap👏 wave👋 pray🙏 raised_hand✋ raised_hands🙌 muscle💪 fist👊 crossed_fingers🤞 victory✌️ call_me🤙 point_up☝️ point_left👈 point_right👉 handshake🤝 writing✍️ pinch🤏 shrug🤷 facepalm🤦 eyes👀 brain🧠",
  hearts:
    "heart❤️ orange_heart🧡 yellow_heart💛 green_heart💚 blue_heart💙 purple_heart💜 black_heart🖤 white_heart🤍 broken_heart💔 sparkling_heart💖",
  nature:
    "dog🐶 cat🐱 fox🦊 bear🐻 panda🐼 unicorn🦄 bee🐝 bug🐛 butterfly🦋 turtle🐢 snake🐍 octopus🐙 penguin🐧 owl🦉 sheep🐑 tree🌳 cactus🌵 clover🍀 rose🌹 sunflower🌻 sun☀️ moon🌙 star⭐ rainbow🌈 cloud☁️ rain🌧️ snowflake❄️ zap⚡ fire🔥 ocean🌊",
  food: "apple🍎 banana🍌 lemon🍋 strawberry🍓 avocado🥑 bread🍞 cheese🧀 pizza🍕 burger🍔 taco🌮 sushi🍣 popcorn🍿 cookie🍪 cake🍰 birthday🎂 chocolate🍫 coffee☕ tea🍵 beer🍺 wine🍷 cheers🥂",
  things:
    "tada🎉 balloon🎈 gift🎁 trophy🏆 medal🥇 dart🎯 game🎮 art🎨 music🎵 guitar🎸 soccer⚽ rocket🚀 car🚗 bike🚲 train🚆 plane✈️ house🏠 alarm⏰ hourglass⏳ bulb💡 computer💻 phone📱 camera📷 book📖 memo📝 calendar📅 chart📈 pin📌 link🔗 lock🔒 key🔑 wrench🔧 hammer🔨 gear⚙️ bell🔔 mega📣 package📦 money💰 test_tube🧪 ship🚢",
  signs:
    "yes✅ no❌ 100💯 question❓ exclamation❗ warning⚠️ stop⛔ sos🆘 sparkles✨ boom💥 speech💬 zzz💤 recycle♻️ infinity♾️ red_circle🔴 yellow_circle🟡 green_circle🟢 new🆕 checkered_flag🏁 white_flag🏳️",
}

/** Other names that people know them by. */
const others: Readonly<Record<string, string>> = {
  party: "tada",
  sunglasses: "cool",
  thumbsup: "+1",
  thumbsdown: "-1",
  white_check_mark: "yes",
  x: "no",
}

export type EmojiGroup = keyof typeof table

export interface Emoji {
  readonly name: string
  readonly emoji: string
}

const read = (group: string): ReadonlyArray<Emoji> =>
  group.split(" ").map((entry) => {
    const [name = ""] = /^[\w+-]+/.exec(entry) ?? []
    return { name, emoji: entry.slice(name.length) }
  })

/** In the order in which they are offered. */
export const groups: ReadonlyArray<{ readonly group: EmojiGroup; readonly emoji: ReadonlyArray<Emoji> }> = (
  ["hands", "faces", "hearts", "nature", "food", "things", "signs"] as const
).map((group) => ({ group, emoji: read(table[group]) }))

const named = new Map(groups.flatMap(({ emoji }) => emoji).map(({ emoji, name }) => [name, emoji]))
for (const [other, name] of Object.entries(others)) named.set(other, named.get(name)!)

export const names: ReadonlyArray<string> = [...named.keys()]

/** The emoji of a name; undefined where there is none. */
export const emojiOf = (name: string): string | undefined => named.get(name.toLowerCase())

/** What is sent of a draft: emoji for their names, wherever they would be shown so. */
export const withEmoji = (draft: string): string =>
  /:[\w+-]+:/.test(draft) ? Markdown.withEmoji(draft, emojiOf) : draft

/** The emoji of a name between colons, or the text itself; undefined for a name that is none. */
export const reactionOf = (text: string): string | undefined => {
  const [, name] = /^:([^:\s]+):$/.exec(text) ?? []
  return name === undefined ? text : emojiOf(name)
}
