#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace hookflow::pipeline {

/// The text with every byte that is not part of UTF-8, and every zero byte, spelled `\xNN`: readers of HDF5
/// text stop at zeros and fail on other encodings, and a model's vocabulary has tokens that are single bytes.
std::string spell_bytes(std::string_view text);

/// A UTF-8 text cut between characters and marked with "…", so that it has at most `bytes`.
std::string cut_text(const std::string& text, std::size_t bytes);

}  // namespace hookflow::pipeline
