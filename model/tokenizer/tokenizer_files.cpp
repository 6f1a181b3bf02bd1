#include "model/tokenizer/tokenizer_files.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "model/error.hpp"
#include "model/files/mapped_file.hpp"
#include "model/files/placed_json.hpp"

namespace hookflow {
namespace {

using Path = std::filesystem::path;

[[noreturn]] void fail(const std::string& place, const std::string& rule) {
  throw ModelError(place + ": " + rule);
}

// Far above any vocabulary: there may be ids that no token has, and each takes memory.
constexpr std::int32_t kMaxId = (1 << 24) - 1;

std::int32_t token_id(const FlatJson& value, const std::string& text, const PlacedJson& owner) {
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t{kMaxId};
  if (!fits)
    owner.fail("token '" + text + "' has id " + value.dump() + "; must be an integer from 0 to " +
               std::to_string(kMaxId));
  return value.get<std::int32_t>();
}

std::vector<TokenizerFiles::Entry> read_ids(const PlacedJson& node) {
  std::vector<TokenizerFiles::Entry> entries;
  const auto& members = node.object().value.get_ref<const FlatJson::object_t&>();
  entries.reserve(members.size());
  for (const auto& [text, id] : members) {
    entries.push_back({text, token_id(id, text, node)});
  }
  return entries;
}

// Hugging Face's description of one token that is looked for in the text itself, its id apart.
TokenizerFiles::Added read_added_token(const PlacedJson& node) {
  if (node.value.is_string()) return {{node.text(), 0}};
  for (const char* key : {"lstrip", "rstrip", "single_word"}) {
    node.object().neutral(key, {false}, "an added token matches its own text only");
  }
  return {{node.at("content").text(), 0}, node.flag("special").value_or(false), node.flag("normalized")};
}

void add_token(TokenizerFiles& files, TokenizerFiles::Added token, const FlatJson& id,
               const PlacedJson& owner) {
  token.id = token_id(id, token.text, owner);
  files.added.push_back(std::move(token));
}

// A Sequence of one is what it holds; `parts` is the key of its list.
PlacedJson without_sequence(PlacedJson node, const char* parts) {
  if (!node.value.is_object() || node.type() != "Sequence") return node;
  const PlacedJson list = node.at(parts).array();
  return list.value.size() == 1 ? without_sequence(list.at(std::size_t{0}), parts) : node;
}

std::optional<std::string> read_bos(const PlacedJson& root) {
  return root.has("bos_token") ? std::optional(read_added_token(root.at("bos_token")).text) : std::nullopt;
}

void check_pre_tokenizer(const PlacedJson& node) {
  if (node.value.is_null() || node.type() != "ByteLevel") node.refuse("must be ByteLevel, as in GPT-2");
  node.only({"type", "add_prefix_space", "trim_offsets", "use_regex"});
  static_cast<void>(node.at("add_prefix_space"));  // the library that writes the file has no default for it
  node.neutral("add_prefix_space", {false}, "text is encoded as it stands");
  node.neutral("use_regex", {true}, "text is cut by GPT-2's pattern");
}

void check_post_processor(const PlacedJson& node) {
  if (node.value.is_null() || node.type() == "ByteLevel") return;  // ByteLevel alters offsets, not ids
  constexpr const char* kRule = "no tokens are added before or after a text";
  if (node.type() == "Sequence") {
    const PlacedJson parts = node.at("processors").array();
    for (std::size_t i = 0; i < parts.value.size(); ++i) check_post_processor(parts.at(i));
    return;
  }
  if (node.type() != "TemplateProcessing") node.refuse(kRule);
  const PlacedJson single = node.at("single").array();
  if (single.value.size() != 1 || !single.value[0].contains("Sequence")) node.refuse(kRule);
}

void check_algorithm(const PlacedJson& model) {
  // Early files name no type; their merges tell.
  if (model.has("type") && model.type() != "BPE") model.at("type").refuse("must be BPE");
  model.only({"type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
              "byte_fallback", "ignore_merges", "vocab", "merges"});
  model.neutral("dropout", {0, 0.0}, "encoding is never random");
  model.neutral("continuing_subword_prefix", {""}, "tokens are bare bytes");
  model.neutral("end_of_word_suffix", {""}, "tokens are bare bytes");
  model.neutral("byte_fallback", {false}, "every byte is a token already");
  model.neutral("ignore_merges", {false}, "words are encoded by the merges alone");
}

TokenizerFiles::Merge read_merge(const PlacedJson& merges, std::size_t index) {
  const FlatJson& value = merges.value[index];
  if (value.is_array() && value.size() == 2 && value[0].is_string() && value[1].is_string()) {
    return {value[0].get<std::string>(), value[1].get<std::string>(), index};
  }
  if (value.is_string()) {
    const std::string line = value.get<std::string>();
    const std::size_t space = line.find(' ');
    if (space != std::string::npos && line.find(' ', space + 1) == std::string::npos) {
      return {line.substr(0, space), line.substr(space + 1), index};
    }
  }
  merges.at(index).fail(value.dump() + " is not a merge; must be \"left right\" or [\"left\", \"right\"]");
}

void read_tokenizer_json(const Path& path, TokenizerFiles& files) {
  const JsonDocument document = read_json_document(path);
  const PlacedJson root = document.root();
  root.only({"version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
             "post_processor", "decoder", "model"});
  const PlacedJson model = root.at("model").object();
  check_algorithm(model);
  if (root.has("normalizer")) root.at("normalizer").refuse("text is encoded as it stands");
  check_pre_tokenizer(without_sequence(root.at("pre_tokenizer"), "pretokenizers"));
  if (root.has("post_processor")) check_post_processor(root.at("post_processor"));
  if (root.has("decoder")) {
    const PlacedJson decoder = without_sequence(root.at("decoder"), "decoders");
    if (decoder.type() != "ByteLevel")
      decoder.refuse("must be ByteLevel, which joins the bytes of the tokens");
  }

  files.vocabulary_file = path;
  files.files.push_back(path);
  files.vocabulary = read_ids(model.at("vocab"));
  const PlacedJson merges = model.at("merges").array();
  files.merge_place = path.string() + ": merge ";
  for (std::size_t i = 0; i < merges.value.size(); ++i) files.merges.push_back(read_merge(merges, i));

  if (!root.has("added_tokens")) return;
  const PlacedJson added = root.at("added_tokens").array();
  for (std::size_t i = 0; i < added.value.size(); ++i) {
    const PlacedJson node = added.at(i);
    add_token(files, read_added_token(node.object()), node.at("id").value, node);
  }
}

void read_merges_txt(const Path& path, TokenizerFiles& files) {
  files.merge_place = path.string() + ":";
  files.files.push_back(path);
  const MappedFile file(path);
  std::string_view rest = file.text();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (number == 1 && line.starts_with("#version")) continue;
    if (line.empty() && rest.empty()) break;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      fail(files.merge_place + std::to_string(number),
           "'" + std::string(line) +
               "' is not a merge; a line must be two tokens with one space between them");
    }
    files.merges.push_back({std::string(line.substr(0, space)), std::string(line.substr(space + 1)), number});
  }
}

void read_vocab_json(const Path& directory, TokenizerFiles& files) {
  files.vocabulary_file = directory / "vocab.json";
  files.files.push_back(files.vocabulary_file);
  files.vocabulary = read_ids(read_json_document(files.vocabulary_file).root());
  read_merges_txt(directory / "merges.txt", files);
  const Path added = directory / "added_tokens.json";
  if (!is_there(added)) return;
  files.files.push_back(added);
  for (TokenizerFiles::Entry& token : read_ids(read_json_document(added).root()))
    files.added.push_back({std::move(token)});
}

void read_tokenizer_config(const Path& path, TokenizerFiles& files) {
  const JsonDocument document = read_json_document(path);
  const PlacedJson root = document.root().object();
  files.files.push_back(path);
  root.neutral("add_prefix_space", {false}, "text is encoded as it stands");
  files.adds_bos = root.flag("add_bos_token").value_or(false);
  root.neutral("add_eos_token", {false}, "no token is added after a text");
  files.bos = read_bos(root);
  if (!root.has("added_tokens_decoder")) return;

  const PlacedJson added = root.at("added_tokens_decoder").object();
  for (const auto& [key, token] : added.value.items()) {
    const PlacedJson node = added.at(key.c_str());
    add_token(files, read_added_token(node), FlatJson::parse(key, nullptr, false), node);
  }
}

std::optional<std::int32_t> id_in(const TokenizerFiles& files, const std::string& text) {
  const auto added = std::ranges::find(files.added, text, &TokenizerFiles::Added::text);
  if (added != files.added.end()) return added->id;
  const auto entry = std::ranges::find(files.vocabulary, text, &TokenizerFiles::Entry::text);
  return entry == files.vocabulary.end() ? std::nullopt : std::optional(entry->id);
}

// The names of special tokens; which ids they have is for the other files to say.
void read_special_tokens_map(const Path& path, TokenizerFiles& files) {
  const JsonDocument document = read_json_document(path);
  files.files.push_back(path);
  const auto mark = [&files](const PlacedJson& node) {
    TokenizerFiles::Added token = read_added_token(node);
    const auto id = id_in(files, token.text);
    if (!id) node.fail("token '" + token.text + "' has no id in the other files");
    token.id = *id;
    token.special = true;
    files.added.push_back(std::move(token));
  };
  const PlacedJson root = document.root().object();
  if (!files.bos) files.bos = read_bos(root);
  for (const auto& [role, value] : root.value.items()) {
    const PlacedJson node = root.at(role.c_str());
    if (!value.is_array()) {
      if (!value.is_null()) mark(node);
      continue;
    }
    for (std::size_t i = 0; i < value.size(); ++i) mark(node.at(i));
  }
}

}  // namespace

TokenizerFiles read_tokenizer_files(const Path& directory) {
  TokenizerFiles files;
  const bool vocab = is_there(directory / "vocab.json");
  const bool merges = is_there(directory / "merges.txt");
  if (is_there(directory / "tokenizer.json")) {
    read_tokenizer_json(directory / "tokenizer.json", files);
  } else if (vocab && merges) {
    read_vocab_json(directory, files);
  } else {
    const char* found = vocab    ? "holds vocab.json, but no merges.txt"
                        : merges ? "holds merges.txt, but no vocab.json"
                                 : "holds no tokenizer";
    throw NotThere(directory.string() + ": " + found +
                   "; a tokenizer is tokenizer.json, or vocab.json and merges.txt");
  }
  if (const Path path = directory / "tokenizer_config.json"; is_there(path))
    read_tokenizer_config(path, files);
  if (const Path path = directory / "special_tokens_map.json"; is_there(path)) {
    read_special_tokens_map(path, files);
  }
  return files;
}

}  // namespace hookflow
