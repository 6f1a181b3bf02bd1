// Added tokens that overlap each other and GPT-2's own, and strings in which they meet.
import { make_random } from "./strings.mjs";

const kFlags = { single_word: false, lstrip: false, rstrip: false };

// Content, none of GPT-2's own tokens, and whether it is looked for in the text as it stands, before those that are normalized
const kTokens = [
  ["<a>", true],
  ["x<a", false],
  ["<b><a>", false],
  ["<a>x", true],
  [" q<a", false],
  ["q<", true],
  ["er>", false],
  ["<|endo", false],
  ["text|>", true],
  ["é<", false],
];

/** For a tokenizer.json: ids from the first that is free on. */
export function added_tokens(first_id) {
  return kTokens.map(([content, as_is], i) => ({ id: first_id + i, content, ...kFlags, normalized: !as_is, special: as_is }));
}

export function* added_token_strings() {
  const random = make_random(20220119);
  const parts = [...kTokens.map(([content]) => content), "<|endoftext|>", "<", "a", ">", "x", " ", " leader>", "q", "<b>", "é", "Berlin is", "\n"];
  for (let i = 0; i < 3000; ++i) yield random.repeat(1 + random.below(8), () => random.pick(parts));
}
