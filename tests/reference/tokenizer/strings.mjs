// The strings that the tokenizers are compared on: the same ones every time.

// Ranges that hold letters, marks, numbers and symbols known to every library compared here (Unicode 14 or older;
// what later versions added inside them is in kNewer). Characters that are unassigned stay unassigned for all.
const kRanges = {
  ascii: [0x20, 0x7e],
  latin_1: [0xa0, 0xff],
  latin_extended: [0x100, 0x24f],
  phonetic: [0x250, 0x2ff],
  combining_marks: [0x300, 0x36f],
  greek: [0x370, 0x3ff],
  cyrillic: [0x400, 0x52f],
  armenian: [0x531, 0x58f],
  hebrew: [0x591, 0x5f4],
  arabic: [0x600, 0x6ff],
  syriac: [0x700, 0x74f],
  thaana: [0x780, 0x7b1],
  nko: [0x7c0, 0x7fa],
  devanagari: [0x900, 0x97f],
  bengali: [0x980, 0x9fe],
  gurmukhi: [0xa01, 0xa76],
  gujarati: [0xa81, 0xaff],
  tamil: [0xb82, 0xbfa],
  telugu: [0xc00, 0xc7f],
  kannada: [0xc80, 0xcf2],
  malayalam: [0xd00, 0xd7f],
  sinhala: [0xd81, 0xdf4],
  thai: [0xe01, 0xe5b],
  lao: [0xe81, 0xecd],
  tibetan: [0xf00, 0xfda],
  myanmar: [0x1000, 0x109f],
  georgian: [0x10a0, 0x10ff],
  hangul_jamo: [0x1100, 0x11ff],
  ethiopic: [0x1200, 0x139f],
  cherokee: [0x13a0, 0x13fd],
  canadian: [0x1400, 0x167f],
  ogham_runic: [0x1680, 0x16f8],
  khmer: [0x1780, 0x17f9],
  mongolian: [0x1800, 0x18aa],
  latin_additional: [0x1e00, 0x1fff],
  punctuation: [0x2000, 0x206f],
  super_subscripts: [0x2070, 0x20c0],
  letterlike_numbers: [0x2100, 0x218b],
  arrows_mathematics: [0x2190, 0x23ff],
  enclosed_boxes: [0x2440, 0x27bf],
  braille: [0x2800, 0x28ff],
  cjk_punctuation: [0x3000, 0x303f],
  kana: [0x3041, 0x30ff],
  bopomofo: [0x3105, 0x312f],
  cjk: [0x4e00, 0x9ffc],
  yi: [0xa000, 0xa4c6],
  hangul: [0xac00, 0xd7a3],
  private_use: [0xe000, 0xf8ff],
  presentation_forms: [0xfb00, 0xfdc7],
  half_full_width: [0xff01, 0xffee],
  specials: [0xfff9, 0xffff],
  gothic: [0x10330, 0x1034a],
  cuneiform: [0x12000, 0x12399],
  hieroglyphs: [0x13000, 0x1342e],
  mathematical_letters: [0x1d400, 0x1d7ff],
  adlam: [0x1e900, 0x1e95f],
  emoji: [0x1f300, 0x1f64f],
  transport: [0x1f680, 0x1f6d7],
  cjk_extension_b: [0x20000, 0x2a6dd],
  tags: [0xe0020, 0xe007f],
  last_plane: [0x10ff00, 0x10ffff],
};
const kNewer = new Set([0xc5c, 0xcdc]);

const kWhiteSpace = Array.from(
  "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000",
);
// These look like white space, but have not the property.
const kNotQuiteSpace = ["\u180e", "\u200b", "\u2060", "\ufeff", "\u001c", "\u001f", "\u200d", "\u00ad"];

const kEmoji = [
  "😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🏴‍☠️", "🇩🇪", "🇫🇷🇮🇹", "1️⃣", "#️⃣", "❤️", "🧑🏿‍🚀", "👨‍❤️‍💋‍👨", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🫶", "☕︎", "✊🏻✊🏿",
];

const kContractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'RE", "'", "''", "’s", "'l", "'v", "'sd"];

const kSpecial = ["<|endoftext|>", "<|endoftext|", "|endoftext|>", "<|", "<|endoftext|><|endoftext|>", "<|startoftext|>"];

const kWords = [
  "the", " Berlin", "capital", " of", "Germany", " don", "naïve", "Straße", " ÅNGSTRÖM", "x", " 2024", "3.14", "\n", "\n\n",
  "  ", "\t", ".", ", ", "?!", "(", ")", " {", "};", "//", "==", "https://", "@", "#", "_", "__init__", "-", " — ", "…", "“", "”",
  "don't", " I'll", "we've", "SolidGoldMagikarp", " petertodd", "日本語", "中文", "한국어", "Привет", "שלום", "مرحبا", "नमस्ते",
  "สวัสดี", "e\u0301", "ﬁ", "Ⅷ", "½", "²", "٣", "१२", "\u0000", "\u007f", "\ufffd", "İ", "ǆ", "\r\n", "a\u0300\u0301\u0302",
];

const kWritten = [
  "", " ", "  ", "   a", "a ", "a  ", " a  b   c", "\n", "\n\n\n", " \n ", "\r\n\r\n", "\t\tif (x) {\n\t\t\treturn;\n\t\t}\n",
  "Berlin is the capital of", "Hello, world!", "I'm here; they'll've gone, isn't it? O'Neil's 'quoted' IT'S",
  "1234567890 12,345.67 0x1F 1e-9 ½ ² Ⅷ", "def f(x):\n    return x ** 2  # square\n", "a".repeat(1500), " ".repeat(1500), "\n".repeat(700),
  "ab".repeat(600), "!?".repeat(500), "1".repeat(900), "é".repeat(500), "字".repeat(400), "😀".repeat(250), "-=".repeat(300),
  "The quick brown fox jumps over the lazy dog. ".repeat(20), "<|endoftext|>", "a<|endoftext|>b", " <|endoftext|> ", "  <|endoftext|>  \n",
];

export function make_random(seed) {
  // mulberry32: small, and the same on every machine
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  const pick = (list) => list[below(list.length)];
  const repeat = (n, make) => Array.from({ length: n }, make).join("");
  return { next, below, pick, repeat };
}

export function* reference_strings() {
  const random = make_random(20190214);
  const ranges = Object.values(kRanges);
  const letter = ([first, last]) => {
    const code = first + random.below(last - first + 1);
    return kNewer.has(code) ? letter([first, last]) : String.fromCodePoint(code);
  };
  const word = (range) => random.repeat(1 + random.below(8), () => letter(range));
  const run = (list, longest) => random.repeat(1 + random.below(longest), () => random.pick(list));
  const control = () => String.fromCodePoint(random.pick([random.below(0x20), 0x7f, 0x80 + random.below(0x20)]));
  // Half of them mostly ASCII, so that valid and invalid sequences stand beside each other.
  const bytes = (length, high) =>
    Uint8Array.from({ length }, () => (random.next() < high ? random.below(256) : 0x20 + random.below(0x5f)));
  const lossy = (data) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);

  const anything = [
    () => random.pick(kWords),
    () => word(random.pick(ranges)),
    () => " " + word(random.pick(ranges)),
    () => run(kWhiteSpace, 4),
    () => random.pick(kNotQuiteSpace),
    () => random.pick(kEmoji),
    () => random.pick(kContractions),
    () => " ".repeat(random.below(12)),
    () => "\n".repeat(random.below(5)),
    () => String(random.below(10 ** (1 + random.below(9)))),
    control,
    () => random.pick(kSpecial),
    () => lossy(bytes(random.below(6), 1)),
  ];
  const mixed = (longest) => random.repeat(1 + random.below(longest), () => random.pick(anything)());
  const times = function* (n, make) {
    for (let i = 0; i < n; ++i) yield make();
  };

  yield* kWritten;
  yield* kWords;
  for (let code = 0; code < 0x250; ++code) yield `a ${String.fromCodePoint(code)}b`;
  for (const space of [...kWhiteSpace, ...kNotQuiteSpace]) {
    for (const around of [["", ""], ["a", "b"], ["a ", "b"], ["a", " b"], ["a  ", "  b"], ["1\n", "?"]]) {
      yield around[0] + space + around[1];
      yield around[0] + space + space + around[1];
    }
  }
  for (const range of ranges) yield* times(30, () => random.repeat(6, () => random.pick(["", " ", "  ", "'s"]) + word(range)));
  yield* times(400, () => random.repeat(4, () => random.pick(["", " ", "a", "!"]) + random.pick(kEmoji)));
  yield* times(600, () => random.repeat(5, () => random.pick(["I", "they", " it", "X", "", " ", "é"]) + random.pick(kContractions)));
  yield* times(600, () => random.pick(["", "a", "1", "."]) + run(kWhiteSpace, 8) + random.pick(["", "a", "1", "."]));
  yield* times(300, () => random.repeat(4, () => run([" ", "\n", "\t", "\r\n"], 20) + random.pick(["a", "}", "7", ""])));
  yield* times(400, () => random.repeat(8, () => random.pick([control, () => random.pick(["a", " ", "1", "-"])])()));
  yield* times(600, () => lossy(bytes(1 + random.below(60), random.pick([0.1, 0.5, 1]))));
  yield* times(600, () => random.repeat(1 + random.below(12), () => random.pick(["a", " a", " "]) + random.pick(kSpecial)));
  yield* times(3000, () => mixed(25));
  yield* times(20, () => mixed(300));
}
