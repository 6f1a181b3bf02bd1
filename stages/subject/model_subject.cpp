#include "stages/subject/model_subject.hpp"

#include <algorithm>
#include <numeric>
#include <sstream>
#include <stdexcept>

#include "model/files/weight_files.hpp"
#include "model/hooks/hook.hpp"
#include "model/library/library.hpp"
#include "model/numerics/blas.hpp"
#include "pipeline/error.hpp"
#include "pipeline/hash/hash_memory.hpp"
#include "pipeline/hash/sha256.hpp"
#include "stages/subject/token_id.hpp"
#include "stages/subject/translate_errors.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

constexpr const char* kVocabularyGroup = "vocabulary";

constexpr const char* kExamples = R"(workflow: examples
model: nano
prompts:
  - {id: berlin, text: "Berlin is the capital of", target: " Germany"}
  - {id: rome, text: "Rome is the capital of", target: " Italy"}
keep: [measures, vectors]
stages:
  tokens:   {stage: tokenize}
  pass:     {stage: forward, in: tokens}
  variants: {stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]"}
  measures: {stage: measure.prediction, in: [pass, variants]}
  vectors:  {stage: gather, in: pass, at: blocks.6.attn.hook_q, position: -1}  # measures, too
)";

/// One hash for several files: that of the lines `hash  name`, as sha256sum prints them.
std::string hash_files(const pipeline::HashMemory& memory, const std::vector<std::filesystem::path>& files,
                       const std::stop_token& stop) {
  if (files.size() == 1) return memory.sha256_file(files.front(), stop);
  std::string lines;
  for (const auto& file : files)
    lines += memory.sha256_file(file, stop) + "  " + file.filename().string() + "\n";
  return pipeline::sha256(lines);
}

const bool kModelSubject = pipeline::register_subject_type(
    {[](const std::string& name, const std::filesystem::path& base) {
       return std::make_unique<ModelSubject>(name, base);
     },
     built_in_models,
     [](const std::exception& error) { return dynamic_cast<const ModelError*>(&error) != nullptr; },
     "model_path",
     "GPT-2-family models",
     {{"HOOKFLOW_MODELS", "a folder in which built-in models are looked for first"},
      {"HF_HUB_CACHE", "the Hugging Face cache, in which models are found by name"},
      {"HUGGINGFACE_HUB_CACHE", "its older name"},
      {"HF_HOME", "the folder that holds the cache as hub/"}},
     kExamples});

/// Paths in workflows once started from the current folder: says so where that would be found.
std::filesystem::path find_from(const std::filesystem::path& base, const std::string& name) {
  try {
    return find_model(name, base);
  } catch (const UnknownName& error) {
    std::error_code ignored;
    if (base.empty() || !std::filesystem::is_directory(name, ignored)) throw;
    throw UnknownName(error.problem,
                      error.rest + "\nA path in a workflow starts from the workflow's folder. '" + name +
                          "' is in the current folder: --model " + name + " takes it from there",
                      error.name, error.known);
  }
}

}  // namespace

ModelSubject::ModelSubject(const std::string& name, const std::filesystem::path& base) : name_(name) {
  translate_errors([&] {
    directory_ = find_from(base, name);
    config_ = load_config(directory_);
  });
  try {
    tokenizer_ = std::make_shared<const Tokenizer>(Tokenizer::load(directory_));
  } catch (const ModelError& error) {
    no_tokenizer_ = message_of(error);  // prompts given as token ids need none
    is_tokenizer_refused_ = dynamic_cast<const NotThere*>(&error) == nullptr;
  }
}

const Tokenizer& ModelSubject::tokenizer() const {
  if (!tokenizer_) throw pipeline::InputError(no_tokenizer_);
  return *tokenizer_;
}

const Model& ModelSubject::model() {
  std::call_once(loaded_, [&] {
    model_ = translate_errors([&] { return std::make_unique<Model>(load_model(directory_)); });
  });
  return *model_;
}

std::vector<std::string> ModelSubject::identity_names() const {
  return {"config_sha256", "model_sha256", "tokenizer_sha256"};
}

std::vector<std::pair<std::string, std::string>> ModelSubject::identity(std::stop_token stop) {
  const std::vector<std::string> names = identity_names();
  const auto memory = pipeline::HashMemory::of_user();
  return {{names[0], memory.sha256_file(directory_ / "config.json", stop)},
          {names[1], hash_files(memory, model().files, stop)},
          {names[2], tokenizer_ ? hash_files(memory, tokenizer_->files(), stop) : "none"}};
}

std::map<std::string, std::string> ModelSubject::provenance() {
  return {{"model", name_},
          {"model_path", std::filesystem::absolute(directory_).lexically_normal().string()},
          {"blas", blas_version()}};
}

std::vector<std::string> ModelSubject::own_groups() const { return {kTokens, kVocabularyGroup}; }

std::vector<pipeline::TextTable> ModelSubject::tables() const {
  if (!tokenizer_) return {};
  std::vector<std::int64_t> ids(tokenizer_->size());
  std::iota(ids.begin(), ids.end(), 0);
  const pipeline::TextRows tokens(ids.size(), [tokenizer = tokenizer_](std::size_t id) {
    return printable(tokenizer->token(static_cast<std::int32_t>(id)));
  });
  return {{kVocabularyGroup, "token", {"id", std::move(ids), kTokenId, ""}, tokens, "text of a token"}};
}

std::vector<pipeline::Warning> ModelSubject::warnings() const {
  std::vector<pipeline::Warning> warnings;
  const auto warn = [&](const char* kind, std::string text) {
    warnings.push_back({"", "", kind, std::move(text)});
  };
  try {
    for (std::string& note : notes_on_model(directory_)) warn("left out", std::move(note));
  } catch (const ModelError&) {  // said when the weights are read, which not all that is planned needs
  }
  if (is_tokenizer_refused_) warn("no tokenizer", "tokens are stored without their text: " + no_tokenizer_);
  return warnings;
}

double ModelSubject::converted_bytes() const {
  double bytes = 0;
  for (const auto& file : translate_errors([&] { return open_weight_files(directory_); })) {
    for (const auto& [name, tensor] : file->tensors()) {
      const auto format = tensor.float_format();
      if (!format || usable_in_place(tensor)) continue;
      const auto stored = static_cast<double>(tensor.bytes.size());
      bytes += stored + stored / static_cast<double>(size_of(*format)) * sizeof(float);
    }
  }
  return bytes;
}

std::string ModelSubject::description() const {
  std::ostringstream text;
  text << name_ << ": " << config_.layers << " layers, " << config_.heads << " heads of "
       << config_.head_width << ", width " << config_.width << ", MLP " << config_.mlp_width << " ("
       << to_string(config_.activation) << "), context " << config_.context << ", vocabulary "
       << config_.vocabulary << "\n\nHook points (edit: can be edited)\n";
  for (const HookKind kind : all_hook_kinds()) {
    const HookShape dims = shape(kind, config_);
    std::string sizes;
    for (std::size_t i = 0; i < dims.axes.size(); ++i) {
      sizes += (i == 0 ? "" : ", ") + dims.axes[i];
      if (dims.sizes[i] != 0) sizes += " " + std::to_string(dims.sizes[i]);
    }
    std::string name = pattern_name(kind);
    name.resize(std::max<std::size_t>(name.size() + 1, 34), ' ');
    text << "  " << name << (editable(kind) ? "edit  " : "      ") << "[" << sizes << "]\n";
  }
  return text.str();
}

ModelSubject& model_of(pipeline::Subject& subject) {
  auto* model = dynamic_cast<ModelSubject*>(&subject);
  if (model == nullptr) throw std::logic_error("the subject of this workflow is not a model");
  return *model;
}

}  // namespace hookflow::stages
