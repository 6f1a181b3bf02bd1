#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/files/safetensors.hpp"
#include "model/memory/tensor.hpp"
#include "model/numerics/parameters.hpp"

namespace hookflow {

/// How the files of a model family name their tensors.
struct TensorNaming {
  using Rule = bool (*)(const std::string& name);
  static bool none(const std::string& /*name*/) { return false; }

  std::string prefix;              // which some files put before every name of the model itself
  Rule is_no_parameter = none;     // by the name without the prefix
  Rule is_of_another_task = none;  // by the name as it stands: read by nothing that makes logits
};

/// Pairs a model's parameters with the tensors of its files, by name and shape. Parameters are asked for one
/// after the other; finish() then fills them all, or throws everything that did not fit at once. Names are
/// without the family's prefix.
class TensorTable {
 public:
  /// `place` names where a missing tensor is missing: the one file, or the directory of the shards.
  TensorTable(const std::vector<std::shared_ptr<const SafetensorsFile>>& files, std::filesystem::path place,
              TensorNaming naming);

  [[nodiscard]] bool has(const std::string& name) const { return stored_.contains(name); }
  /// Names of the tensors that serve other tasks, and are left out.
  [[nodiscard]] const std::set<std::string>& of_other_tasks() const { return of_other_tasks_; }

  // Each `into` must stay where it is until finish().
  void matrix(const std::string& name, std::size_t rows, std::size_t columns, View& into);
  void vector(const std::string& name, std::size_t size, std::span<const float>& into);
  void norm(const std::string& name, std::size_t width, LayerNormWeights& into);
  void linear(const std::string& name, std::size_t in, std::size_t out, LinearWeights& into);

  /// For a tensor that is not needed but must repeat another, to the byte; `rule` says why. Both must be
  /// there.
  void repeats(const std::string& name, const std::string& other, const std::string& rule);

  /// Fills every `into`, in place where the file allows, and gives what keeps them valid. Throws ModelError
  /// that lists missing, misshapen, unreadable and unexpected tensors, one a line.
  std::vector<std::shared_ptr<const void>> finish();

 private:
  struct Entry {
    StoredTensor tensor;
    std::shared_ptr<const SafetensorsFile> file;
  };
  struct Wanted {
    const Entry* entry;
    std::function<void(const float*)> assign;
  };

  void add(const std::shared_ptr<const SafetensorsFile>& file, const std::string& name,
           const StoredTensor& tensor);
  void want(const std::string& name, const std::vector<std::size_t>& shape,
            std::function<void(const float*)> assign);
  void complain(const std::string& name, const std::string& reason);
  [[nodiscard]] std::vector<std::shared_ptr<const void>> fill() const;

  std::filesystem::path place_;
  TensorNaming naming_;
  std::map<std::string, Entry> stored_;
  std::set<std::string> of_other_tasks_;
  std::set<std::string> used_;
  std::vector<Wanted> wanted_;
  std::string problems_;
  std::size_t problem_count_ = 0;
};

}  // namespace hookflow
