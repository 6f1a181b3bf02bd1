#include "model/files/tensor_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/error.hpp"
#include "model/memory/float_block.hpp"
#include "model/numerics/parallel.hpp"

namespace hookflow {
namespace {

constexpr std::size_t kMaxShown = 12;

std::size_t element_count(const StoredTensor& tensor) {
  return tensor.bytes.size() / size_of(*tensor.float_format());
}

// A part of a tensor that one thread brings into its own memory.
struct Piece {
  FloatFormat format;
  std::span<const std::byte> source;
  std::span<float> destination;
};

void append_pieces(const StoredTensor& tensor, std::span<float> own, std::vector<Piece>& pieces) {
  constexpr std::size_t kPieceFloats = std::size_t{1} << 20U;
  const FloatFormat format = *tensor.float_format();
  const std::size_t size = size_of(format);
  for (std::size_t first = 0; first < own.size(); first += kPieceFloats) {
    const std::size_t count = std::min(kPieceFloats, own.size() - first);
    pieces.push_back({format, tensor.bytes.subspan(first * size, count * size), own.subspan(first, count)});
  }
}

}  // namespace

TensorTable::TensorTable(const std::vector<std::shared_ptr<const SafetensorsFile>>& files,
                         std::filesystem::path place, TensorNaming naming)
    : place_(std::move(place)), naming_(std::move(naming)) {
  for (const auto& file : files)
    for (const auto& [name, tensor] : file->tensors()) add(file, name, tensor);
}

void TensorTable::add(const std::shared_ptr<const SafetensorsFile>& file, const std::string& name,
                      const StoredTensor& tensor) {
  if (naming_.is_of_another_task(name)) {
    of_other_tasks_.insert(name);
    return;
  }
  const std::string& prefix = naming_.prefix;
  const std::string plain = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  if (naming_.is_no_parameter(plain)) return;
  if (!stored_.emplace(plain, Entry{tensor, file}).second)
    complain(plain, "is stored twice, with and without the prefix '" + prefix +
                        "' or in two shards; the second in " + file->path().string());
}

void TensorTable::matrix(const std::string& name, std::size_t rows, std::size_t columns, View& into) {
  want(name, {rows, columns},
       [&into, rows, columns](const float* data) { into = View(data, rows, columns); });
}

void TensorTable::vector(const std::string& name, std::size_t size, std::span<const float>& into) {
  want(name, {size}, [&into, size](const float* data) { into = {data, size}; });
}

void TensorTable::norm(const std::string& name, std::size_t width, LayerNormWeights& into) {
  vector(name + ".weight", width, into.weight);
  vector(name + ".bias", width, into.bias);
}

void TensorTable::linear(const std::string& name, std::size_t in, std::size_t out, LinearWeights& into) {
  matrix(name + ".weight", in, out, into.weight);
  vector(name + ".bias", out, into.bias);
}

void TensorTable::want(const std::string& name, const std::vector<std::size_t>& shape,
                       std::function<void(const float*)> assign) {
  const auto found = stored_.find(name);
  if (found == stored_.end()) return complain(name, "is missing; expected shape " + shape_text(shape));
  used_.insert(name);
  const StoredTensor& tensor = found->second.tensor;
  if (tensor.shape != shape)
    return complain(
        name, "has shape " + shape_text(tensor.shape) + ", but config.json asks for " + shape_text(shape));
  if (!tensor.float_format())
    return complain(name, "has dtype " + tensor.dtype + "; weights must be F32, F16 or BF16");
  wanted_.push_back({&found->second, std::move(assign)});
}

void TensorTable::repeats(const std::string& name, const std::string& other, const std::string& rule) {
  used_.insert(name);
  const StoredTensor& a = stored_.at(name).tensor;
  const StoredTensor& b = stored_.at(other).tensor;
  const bool same = a.dtype == b.dtype && a.shape == b.shape && a.bytes.size() == b.bytes.size() &&
                    std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
  if (!same) complain(name, "differs from '" + other + "', " + rule);
}

void TensorTable::complain(const std::string& name, const std::string& reason) {
  if (++problem_count_ > kMaxShown) return;
  const auto found = stored_.find(name);
  const std::filesystem::path place = found == stored_.end() ? place_ : found->second.file->path();
  problems_ += (problems_.empty() ? "" : "\n") + tensor_place(place, name) + " " + reason;
}

std::vector<std::shared_ptr<const void>> TensorTable::finish() {
  for (const auto& [name, entry] : stored_)
    if (!used_.contains(name)) complain(name, "is not expected: config.json describes no such parameter");
  if (problem_count_ > kMaxShown)
    problems_ += "\n" + place_.string() + ": and " + std::to_string(problem_count_ - kMaxShown) +
                 " more problems like these";
  if (problem_count_ > 0) throw ModelError(problems_);
  return fill();
}

std::vector<std::shared_ptr<const void>> TensorTable::fill() const {
  std::size_t floats = 0;
  for (const Wanted& wanted : wanted_)
    if (!usable_in_place(wanted.entry->tensor))
      floats += FloatBlock::rounded(element_count(wanted.entry->tensor));
  const auto block = std::make_shared<FloatBlock>(floats);
  std::set<std::shared_ptr<const void>> storage{block};
  std::vector<Piece> pieces;
  for (const Wanted& wanted : wanted_) {
    const StoredTensor& tensor = wanted.entry->tensor;
    if (usable_in_place(tensor)) {
      storage.insert(wanted.entry->file);
      wanted.assign(reinterpret_cast<const float*>(tensor.bytes.data()));
    } else {
      const auto own = block->take(element_count(tensor));
      append_pieces(tensor, own, pieces);
      wanted.assign(own.data());
    }
  }
  parallel_blocks(pieces.size(), [&pieces](std::size_t i) {
    widen(pieces[i].format, pieces[i].source, pieces[i].destination);
  });
  return {storage.begin(), storage.end()};
}

}  // namespace hookflow
