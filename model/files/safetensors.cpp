#include "model/files/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "model/error.hpp"
#include "model/files/strict_json.hpp"

namespace hookflow {
namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxHeaderBytes = 100'000'000;  // the reference implementation's bound

// Bytes of one element; none for a dtype that is not known.
std::optional<std::size_t> element_size(std::string_view dtype) {
  static constexpr std::pair<std::string_view, std::size_t> kSizes[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},   {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"U16", 2},
      {"I16", 2},  {"F16", 2}, {"BF16", 2}, {"U32", 4},     {"I32", 4},     {"F32", 4},
      {"U64", 8},  {"I64", 8}, {"F64", 8},  {"C64", 8}};
  for (const auto& [name, size] : kSizes)
    if (name == dtype) return size;
  return std::nullopt;
}

// Where one tensor's bytes lie, relative to the start of the data.
struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  const std::string* tensor = nullptr;
};

std::string bytes_text(std::uint64_t begin, std::uint64_t end) {
  return "bytes " + std::to_string(begin) + " to " + std::to_string(end);
}

// A value as messages show it; a hostile header may hold megabytes of it.
std::string shown(const FlatJson& value) {
  constexpr std::size_t kEnough = 80;
  const std::string text = value.dump();
  return text.size() <= kEnough ? text : text.substr(0, kEnough) + "...";
}

// Reads one header entry; `place` is the file and the tensor's name.
class EntryReader {
 public:
  EntryReader(const FlatJson& entry, std::string place, std::span<const std::byte> data)
      : entry_(entry), place_(std::move(place)), data_(data) {}

  std::pair<StoredTensor, Range> read() const {
    check_keys();
    StoredTensor tensor;
    tensor.dtype = entry_["dtype"].get<std::string>();
    for (const std::uint64_t size : numbers("shape")) tensor.shape.push_back(size);
    const Range range = read_range();
    if (const auto size = element_size(tensor.dtype)) check_size(tensor, range, *size);
    tensor.bytes = data_.subspan(range.begin, range.end - range.begin);
    return {std::move(tensor), range};
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) const { throw ModelError(place_ + ": " + reason); }

  void check_keys() const {
    if (!entry_.is_object()) refuse("must be an object with dtype, shape and data_offsets");
    for (const char* key : {"dtype", "shape", "data_offsets"})
      if (!entry_.contains(key)) refuse(std::string("has no ") + key);
    for (const auto& [key, value] : entry_.items())
      if (key != "dtype" && key != "shape" && key != "data_offsets") refuse("unknown key '" + key + "'");
    if (!entry_["dtype"].is_string()) refuse("dtype must be a string, is " + shown(entry_["dtype"]));
  }

  std::vector<std::uint64_t> numbers(const char* key) const {
    const FlatJson& list = entry_[key];
    const auto is_size = [](const FlatJson& item) { return item.is_number_unsigned(); };
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), is_size))
      refuse(std::string(key) + " must be a list of whole numbers from 0, is " + shown(list));
    return list.get<std::vector<std::uint64_t>>();
  }

  Range read_range() const {
    const auto offsets = numbers("data_offsets");
    if (offsets.size() != 2) refuse("data_offsets must be [begin, end], is " + shown(entry_["data_offsets"]));
    const Range range{offsets[0], offsets[1], nullptr};
    if (range.begin > range.end)
      refuse(bytes_text(range.begin, range.end) + ": the end is before the beginning");
    if (range.end > data_.size())
      refuse(bytes_text(range.begin, range.end) + " reach beyond the end of the file, which holds " +
             std::to_string(data_.size()) + " bytes of data: the file is truncated or its header is wrong");
    return range;
  }

  void check_size(const StoredTensor& tensor, const Range& range, std::uint64_t element) const {
    std::uint64_t needed = element;
    const bool is_empty = std::count(tensor.shape.begin(), tensor.shape.end(), 0U) > 0;
    for (const std::uint64_t size : tensor.shape) {
      if (!is_empty && needed > std::numeric_limits<std::uint64_t>::max() / size)
        refuse("shape " + shape_text(tensor.shape) + " needs more bytes than 64 bits can count");
      needed *= size;
    }
    if (range.end - range.begin != needed)
      refuse(bytes_text(range.begin, range.end) + " are " + std::to_string(range.end - range.begin) +
             " bytes, but shape " + shape_text(tensor.shape) + " of " + tensor.dtype + " needs " +
             std::to_string(needed));
    if (range.begin % element != 0)
      refuse("is misaligned: begins at byte " + std::to_string(range.begin) +
             " of the data, which is not a multiple of " + std::to_string(element) + ", the size of one " +
             tensor.dtype);
  }

  const FlatJson& entry_;
  std::string place_;
  std::span<const std::byte> data_;
};

void check_metadata(const FlatJson& metadata, const std::string& place) {
  const auto is_text = [](const FlatJson& item) { return item.is_string(); };
  if (!metadata.is_object() || !std::all_of(metadata.begin(), metadata.end(), is_text))
    throw ModelError(place + ": __metadata__ must map strings to strings");
}

// The format has each byte of the data belong to exactly one tensor.
void check_tiling(std::vector<Range> ranges, std::uint64_t data_size, const std::filesystem::path& path) {
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  Range before;
  for (const Range& range : ranges) {
    const std::string named = tensor_place(path, *range.tensor) + ": ";
    if (range.begin < before.end)
      throw ModelError(named + bytes_text(range.begin, range.end) + " overlap tensor '" + *before.tensor +
                       "', " + bytes_text(before.begin, before.end));
    if (range.begin > before.end)
      throw ModelError(named + "begins at byte " + std::to_string(range.begin) + " of the data, but " +
                       bytes_text(before.end, range.begin) + " belong to no tensor");
    before = range;
  }
  if (before.end != data_size)
    throw ModelError(path.string() + ": the last " + std::to_string(data_size - before.end) +
                     " bytes of the file do not belong to any tensor" +
                     (before.tensor == nullptr ? "" : "; the last tensor is '" + *before.tensor + "'"));
}

std::size_t read_header_size(std::span<const std::byte> bytes, const std::string& place) {
  static_assert(std::endian::native == std::endian::little, "the header length is stored little-endian");
  if (bytes.size() < kLengthBytes)
    throw ModelError(place + ": is not a safetensors file: " + std::to_string(bytes.size()) +
                     " bytes are too few for the 8-byte header length");
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  if (size > kMaxHeaderBytes)
    throw ModelError(place + ": is not a safetensors file: header length " + std::to_string(size) +
                     " exceeds the format's limit of " + std::to_string(kMaxHeaderBytes));
  if (size > bytes.size() - kLengthBytes)
    throw ModelError(place + ": header of " + std::to_string(size) +
                     " bytes reaches beyond the end of the file (" + std::to_string(bytes.size()) +
                     " bytes): the file is truncated");
  return size;
}

}  // namespace

std::optional<FloatFormat> StoredTensor::float_format() const {
  if (dtype == "F32") return FloatFormat::f32;
  if (dtype == "F16") return FloatFormat::f16;
  if (dtype == "BF16") return FloatFormat::bf16;
  return std::nullopt;
}

bool usable_in_place(const StoredTensor& tensor) {
  return tensor.float_format() == FloatFormat::f32 &&
         reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % alignof(float) == 0;
}

SafetensorsFile::SafetensorsFile(std::filesystem::path path) : path_(std::move(path)), file_(path_) {
  const std::string place = path_.string();
  const std::size_t header_size = read_header_size(file_.bytes(), place);
  const std::string_view header = file_.text().substr(kLengthBytes, header_size);
  if (!header.starts_with('{')) throw ModelError(place + ": header must begin with '{'");
  const FlatJson json = parse_json_object(header, place + ": header");

  const auto data = file_.bytes().subspan(kLengthBytes + header_size);
  std::vector<Range> ranges;
  for (const auto& [name, entry] : json.items()) {
    if (name == "__metadata__") {
      check_metadata(entry, place);
      continue;
    }
    auto [tensor, range] = EntryReader(entry, tensor_place(path_, name), data).read();
    const auto stored = tensors_.emplace(name, std::move(tensor)).first;
    range.tensor = &stored->first;
    ranges.push_back(range);
  }
  check_tiling(std::move(ranges), data.size(), path_);
}

std::string shape_text(std::span<const std::size_t> shape) {
  std::string text = "[";
  for (const std::size_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

std::string tensor_place(const std::filesystem::path& file, const std::string& tensor) {
  return file.string() + ": tensor '" + tensor + "'";
}

}  // namespace hookflow
