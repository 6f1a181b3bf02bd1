#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::test {

/// A tensor to be written; `bytes` are its numbers as the file holds them.
struct NewTensor {
  std::string name;
  std::string dtype;
  std::vector<std::size_t> shape;
  std::string bytes;
};

template <typename Number>
std::string bytes_of(std::span<const Number> numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

inline NewTensor f32(std::string name, std::vector<std::size_t> shape, std::span<const float> values) {
  return {std::move(name), "F32", std::move(shape), bytes_of(values)};
}

/// The upper halves of float32 numbers: exact for values of at most 8 significant bits.
inline NewTensor bf16(std::string name, std::vector<std::size_t> shape, std::span<const float> values) {
  std::vector<std::uint16_t> halves;
  for (const float value : values)
    halves.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U));
  return {std::move(name), "BF16", std::move(shape), bytes_of<std::uint16_t>(halves)};
}

/// A whole file from a header as it stands and the data: for headers that lie, too.
inline std::string safetensors(std::string_view header, std::string_view data) {
  const std::uint64_t size = header.size();
  std::string file(sizeof size, '\0');
  std::memcpy(file.data(), &size, sizeof size);
  return file.append(header).append(data);
}

inline std::string header_entry(const NewTensor& tensor, std::size_t begin) {
  std::string shape;
  for (const std::size_t size : tensor.shape) shape += (shape.empty() ? "" : ",") + std::to_string(size);
  return "\"" + tensor.name + "\":{\"dtype\":\"" + tensor.dtype + "\",\"shape\":[" + shape +
         "],\"data_offsets\":[" + std::to_string(begin) + "," + std::to_string(begin + tensor.bytes.size()) +
         "]}";
}

/// A valid file of these tensors in this order. The header is padded with blanks so that the data starts at a
/// multiple of 8, plus `shift`: early writers did not pad, and their data starts anywhere.
inline std::string safetensors(const std::vector<NewTensor>& tensors, std::size_t shift = 0) {
  std::string header = R"({"__metadata__":{"format":"pt"})";
  std::string data;
  for (const NewTensor& tensor : tensors) {
    header += "," + header_entry(tensor, data.size());
    data += tensor.bytes;
  }
  header += "}";
  while (header.size() % 8 != shift) header += ' ';
  return safetensors(std::string_view(header), std::string_view(data));
}

}  // namespace hookflow::test
