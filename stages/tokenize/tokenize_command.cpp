#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "model/error.hpp"
#include "model/library/library.hpp"
#include "model/tokenizer/printable.hpp"
#include "model/tokenizer/tokenizer.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/error.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

namespace po = boost::program_options;

/// How texts are encoded, and what they are encoded to.
struct Encoder {
  Tokenizer tokenizer;
  std::vector<std::int32_t> before;  // the BOS token, if it is asked for

  [[nodiscard]] std::vector<std::int32_t> encode(const std::string& text) const {
    std::vector<std::int32_t> ids = before;
    std::ranges::copy(tokenizer.encode(text), std::back_inserter(ids));
    return ids;
  }
};

/// One JSON string a line in, one JSON array of ids a line out.
void tokenize_lines(const Encoder& encoder) {
  std::size_t number = 0;
  for (std::string line; std::getline(std::cin, line);) {
    ++number;
    const auto text = nlohmann::json::parse(line, nullptr, false);
    if (!text.is_string()) {
      throw pipeline::InputError("standard input:" + std::to_string(number) + ": not a JSON string: " + line);
    }
    std::cout << nlohmann::json(encoder.encode(text.get<std::string>())).dump() << "\n";
  }
}

void tokenize_text(const Encoder& encoder, const std::string& text) {
  const std::vector<std::int32_t> ids = encoder.encode(text);
  std::cout << ids.size() << (ids.size() == 1 ? " token\n" : " tokens\n");
  for (std::size_t position = 0; position < ids.size(); ++position) {
    std::cout << std::setw(5) << position << std::setw(8) << ids[position] << "  '"
              << printable(encoder.tokenizer.token(ids[position])) << "'\n";
  }
}

/// A directory with tokenizer files alone will do.
std::filesystem::path find_tokenizer(const std::string& name) {
  try {
    return find_model(name);
  } catch (const ModelError&) {
    if (std::filesystem::is_directory(name)) return name;
    throw;
  }
}

/// Without a config.json the tokenizer's files alone say what the BOS token is.
std::int32_t bos_token(const std::filesystem::path& directory, const Tokenizer& tokenizer) {
  if (!std::filesystem::exists(directory / "config.json")) return find_bos_token(nullptr, &tokenizer);
  const Config config = load_config(directory);
  return find_bos_token(&config, &tokenizer);
}

int tokenize(const std::vector<std::string>& arguments) {
  pipeline::Options options(
      "tokenize [--model MODEL] [--bos] TEXT ... | --json < LINES",
      "Shows the tokens of each text: position, id, token. It needs only the model's tokenizer files.\nWith "
      "--json, reads one JSON string per line and prints one array of ids per line.",
      "tokenize --model gpt2 \"Berlin is the capital of\"");
  options.positional("text", -1, "texts", "TEXT");
  options.add()("model", po::value<std::string>()->value_name("MODEL"),
                "model whose tokenizer is used; default: nano")(
      "bos", "put the model's BOS token before each text, as `tokenize: {bos: true}` of a workflow does")(
      "json", "read JSON strings from standard input");
  if (!options.parse(arguments)) return pipeline::exit_code::kDone;
  const auto texts = options.get_or("text", std::vector<std::string>());
  if (texts.empty() != options.has("json")) {
    throw pipeline::UsageError("tokenize: give texts, or --json and lines on standard input");
  }
  translate_errors([&] {
    const std::filesystem::path directory = find_tokenizer(options.get_or("model", std::string("nano")));
    Encoder encoder{Tokenizer::load(directory), {}};
    if (options.has("bos")) encoder.before = {bos_token(directory, encoder.tokenizer)};
    if (options.has("json")) tokenize_lines(encoder);
    for (const std::string& text : texts) tokenize_text(encoder, text);
  });
  return pipeline::exit_code::kDone;
}

const bool kTokenizeCommand = pipeline::register_command({"tokenize", "show the tokens of a text", tokenize});

}  // namespace
}  // namespace hookflow::stages
