#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/files/float_formats.hpp"
#include "model/files/mapped_file.hpp"

namespace hookflow {

/// One tensor of a safetensors file: what the header says of it, and its bytes in the mapped file.
struct StoredTensor {
  std::string dtype;  // as the header spells it: "F32", "BF16", "BOOL", ...
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;

  /// None for a dtype that is not one of F32, F16 and BF16.
  [[nodiscard]] std::optional<FloatFormat> float_format() const;
};

/// Float32 at an aligned address can be used where it lies. Early writers did not pad the header, so that all
/// data of their files is off by some bytes: GPT-2's own files are such.
bool usable_in_place(const StoredTensor& tensor);

/// A memory-mapped safetensors file: 8 bytes of header length, a JSON header, then the data
/// (https://huggingface.co/docs/safetensors). Every promise of the header is checked when the file is opened,
/// so the bytes of each tensor lie inside the mapping, belong to it alone and fit its dtype and shape. No
/// byte of the data is read. A dtype that is not known is let pass, its size unchecked: not every tensor is
/// needed.
class SafetensorsFile {
 public:
  /// Throws ModelError naming the file and, where one is at fault, the tensor.
  explicit SafetensorsFile(std::filesystem::path path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }

 private:
  std::filesystem::path path_;
  MappedFile file_;
  std::map<std::string, StoredTensor> tensors_;
};

/// "[2, 3]", as messages show a shape.
std::string shape_text(std::span<const std::size_t> shape);

/// "model.safetensors: tensor 'wte.weight'", as messages name a tensor and where it is.
std::string tensor_place(const std::filesystem::path& file, const std::string& tensor);

}  // namespace hookflow
