#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/tokenizer/tokenizer.hpp"
#include "pipeline/stage/subject.hpp"

namespace hookflow::stages {

/// A model directory as the subject of a workflow. Its configuration and tokenizer are read when it is
/// opened, its weights when they are first asked for, and its files are hashed beside the run.
class ModelSubject : public pipeline::Subject {
 public:
  /// A name that is a relative path starts from `base`; empty: from the current folder. Throws
  /// pipeline::InputError when the model cannot be found or read.
  explicit ModelSubject(const std::string& name, const std::filesystem::path& base = {});

  [[nodiscard]] const Config& config() const { return config_; }
  /// Throws pipeline::InputError for a model without tokenizer files.
  [[nodiscard]] const Tokenizer& tokenizer() const;
  [[nodiscard]] bool has_tokenizer() const { return tokenizer_ != nullptr; }
  /// The whole model; mapped at the first call. Throws pipeline::InputError.
  [[nodiscard]] const Model& model();
  /// Bytes of the weights, stored and converted to float32, if they cannot be used as they are stored; else
  /// 0. Reads the files' headers alone.
  [[nodiscard]] double converted_bytes() const;

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> identity(std::stop_token stop) override;
  [[nodiscard]] std::vector<std::string> identity_names() const override;
  [[nodiscard]] std::map<std::string, std::string> provenance() override;
  [[nodiscard]] std::vector<pipeline::TextTable> tables() const override;
  [[nodiscard]] std::vector<pipeline::Warning> warnings() const override;
  [[nodiscard]] std::vector<std::string> own_groups() const override;
  [[nodiscard]] std::string description() const override;

 private:
  std::string name_;
  std::filesystem::path directory_;
  Config config_;
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::string no_tokenizer_;           // why there is none
  bool is_tokenizer_refused_ = false;  // it is there
  std::once_flag loaded_;
  std::unique_ptr<Model> model_;
};

/// The subject as what it is. Throws std::logic_error for another kind.
ModelSubject& model_of(pipeline::Subject& subject);

}  // namespace hookflow::stages
