#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/cli.hpp"

namespace hookflow::test {

/// The model with a position embedding that is not a number: longer prompts than that fail.
inline void write_model_without_position(const std::filesystem::path& from, const std::filesystem::path& to,
                                         std::size_t position) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
  std::fstream file(to / "model.safetensors", std::ios::binary | std::ios::in | std::ios::out);
  std::uint64_t size = 0;
  file.read(reinterpret_cast<char*>(&size), sizeof size);
  std::string text(size, ' ');
  file.read(text.data(), static_cast<std::streamsize>(size));
  const auto header = nlohmann::json::parse(text);
  const auto& tensor =
      header.contains("wpe.weight") ? header["wpe.weight"] : header.at("transformer.wpe.weight");
  const auto begin = tensor["data_offsets"][0].get<std::size_t>();
  const auto end = tensor["data_offsets"][1].get<std::size_t>();
  const std::size_t row = (end - begin) / tensor["shape"][0].get<std::size_t>();
  file.seekp(static_cast<std::streamoff>(sizeof size + size + begin + position * row));
  file << std::string(row, '\xff');  // not a number in each format of floats
}

}  // namespace hookflow::test
