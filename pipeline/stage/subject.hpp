#pragma once
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/environment.hpp"
#include "pipeline/values/rows.hpp"
#include "pipeline/values/warning.hpp"

namespace hookflow::pipeline {

/// What a workflow is run on, named by its `model:` key. The engine only passes it to the stages, which know
/// what it really is, and keeps what it says of itself with the results.
class Subject {
 public:
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  virtual ~Subject() = default;

  /// What makes results on it the same: names and values, such as the SHA-256 of its files.
  /// May take as long as reading them; called from a thread of its own, and throws Stopped when that is told
  /// to stop.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> identity(std::stop_token stop) = 0;
  /// The names alone; at once, where the values may take a while.
  [[nodiscard]] virtual std::vector<std::string> identity_names() const { return {}; }
  /// What else is worth knowing of it and of the libraries it runs on.
  [[nodiscard]] virtual std::map<std::string, std::string> provenance() = 0;
  /// Texts that explain stored numbers, kept with them.
  [[nodiscard]] virtual std::vector<TextTable> tables() const { return {}; }
  /// What its user should know of it before a run, such as what was left out; of no stage and no prompt.
  [[nodiscard]] virtual std::vector<Warning> warnings() const { return {}; }
  /// The groups that its inputs and tables have in a run file, which no stage's results may have.
  [[nodiscard]] virtual std::vector<std::string> own_groups() const { return {}; }
  /// Sizes and named places, for `describe`.
  [[nodiscard]] virtual std::string description() const = 0;
};

/// How subjects are found and opened: given once, by the stages.
struct SubjectType {
  /// A name that is a relative path starts from `base`; empty: from the current folder.
  std::function<std::unique_ptr<Subject>(const std::string& name, const std::filesystem::path& base)> open;
  std::function<std::vector<std::string>()> built_in;
  std::function<bool(const std::exception&)> refuses_prompt;  // whether an error says so of its input
  std::string place_name;  // of what provenance() says, that which opens the same subject again
  std::string about;       // what they are, in the plural
  std::vector<EnvironmentVariable> environment;  // that decides where they are found
  std::string examples;  // a workflow in which those of stages stand; its last key is `stages`
};
bool register_subject_type(SubjectType type);
/// Throws std::logic_error when none is registered.
const SubjectType& subject_type();

}  // namespace hookflow::pipeline
