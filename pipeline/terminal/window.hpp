#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace hookflow::pipeline {

enum class Ink { plain, bold, dim, red, green, yellow };

/// What standard output is: a terminal's window, or a pipe or a file, which takes lines of any length.
struct Window {
  static constexpr std::size_t kEndless = static_cast<std::size_t>(-1);
  std::size_t columns = kEndless;
  bool terminal = false;
  bool colours = false;  // a terminal that shows them, and NO_COLOR (https://no-color.org) is not set

  /// Between the codes that colour it, where the window shows colours.
  [[nodiscard]] std::string painted(std::string_view text, Ink ink) const;
  /// On a background, or in a colour, of the 256 that terminals know: 16 + 36 r + 6 g + b, each up to 5.
  [[nodiscard]] std::string filled(std::string_view text, int colour) const;
  [[nodiscard]] std::string tinted(std::string_view text, int colour) const;
};

/// The window that standard output is by now.
Window output_window();

}  // namespace hookflow::pipeline
