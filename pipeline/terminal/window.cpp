#include "pipeline/terminal/window.hpp"

#include <algorithm>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hookflow::pipeline {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 80;
  constexpr std::size_t kLeast = 40;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return std::max<std::size_t>(size.ws_col, kLeast);
}

/// ECMA-48, select graphic rendition.
std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::bold:
      return "1";
    case Ink::dim:
      return "2";
    case Ink::red:
      return "31";
    case Ink::green:
      return "32";
    case Ink::yellow:
      return "33";
    case Ink::plain:
      break;
  }
  return "0";
}

}  // namespace

std::string Window::painted(std::string_view text, Ink ink) const {
  if (!colours || ink == Ink::plain) return std::string(text);
  return "\033[" + std::string(code_of(ink)) + "m" + std::string(text) + "\033[0m";
}

std::string Window::filled(std::string_view text, int colour) const {
  if (!colours) return std::string(text);
  return "\033[48;5;" + std::to_string(colour) + "m" + std::string(text) + "\033[0m";
}

std::string Window::tinted(std::string_view text, int colour) const {
  if (!colours) return std::string(text);
  return "\033[38;5;" + std::to_string(colour) + "m" + std::string(text) + "\033[0m";
}

Window output_window() {
  if (::isatty(STDOUT_FILENO) == 0) return {};
  const std::string kind = variable("TERM");
  return {terminal_columns(), true, variable("NO_COLOR").empty() && !kind.empty() && kind != "dumb"};
}

}  // namespace hookflow::pipeline
