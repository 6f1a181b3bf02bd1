#include "pipeline/plugin/build_mark.hpp"

#include <bit>
#include <cstddef>
#include <cstring>
#include <elf.h>
#include <optional>

#include "pipeline/plugin/built_with.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::string_view kSection = ".hookflow.built_with";
constexpr const char* kHowToBuild =
    "a plugin is built with find_package(hookflow) and target_link_libraries(NAME PRIVATE "
    "hookflow::hookflow)";

/// A copy of what stands there; nothing where the file is too short.
template <typename T>
std::optional<T> read_at(std::string_view bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

bool is_shared_library(std::string_view bytes) {
  const auto header = read_at<Elf64_Ehdr>(bytes, 0);
  constexpr int kElfOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  return header && bytes.starts_with(ELFMAG) && header->e_ident[EI_CLASS] == ELFCLASS64 &&
         header->e_ident[EI_DATA] == kElfOrder && header->e_type == ET_DYN;
}

/// The contents of the section of that name; nothing where there is none.
std::string_view section_of(std::string_view bytes, std::string_view name) {
  const auto header = read_at<Elf64_Ehdr>(bytes, 0);
  const auto section = [&](std::size_t index) {
    return read_at<Elf64_Shdr>(bytes, header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  const auto contents = [&](const Elf64_Shdr& of) {
    return of.sh_offset > bytes.size() ? std::string_view() : bytes.substr(of.sh_offset, of.sh_size);
  };
  const auto name_section = section(header->e_shstrndx);
  if (!name_section) return {};
  const std::string_view names = contents(*name_section);
  for (std::size_t i = 0; i < header->e_shnum; ++i) {
    const auto found = section(i);
    if (!found || found->sh_name >= names.size()) continue;
    const std::string_view rest = names.substr(found->sh_name);
    if (rest.substr(0, rest.find('\0')) == name) return contents(*found);
  }
  return {};
}

/// The first text of a section that is not `expected`; between texts stand zeros.
std::string_view other_text(std::string_view section, std::string_view expected) {
  while (!section.empty()) {
    const std::string_view text = section.substr(0, section.find('\0'));
    if (!text.empty() && text != expected) return text;
    section.remove_prefix(text.size() < section.size() ? text.size() + 1 : section.size());
  }
  return {};
}

}  // namespace

std::string build_problem(std::string_view library) {
  if (!is_shared_library(library)) return std::string("is no shared library; ") + kHowToBuild;
  const std::string_view marks = section_of(library, kSection);
  if (marks.empty()) return std::string("does not say for which hookflow it was built; ") + kHowToBuild;
  const std::string_view other = other_text(marks, kBuiltWith);
  if (other.empty()) return "";
  return "was built for " + std::string(other) + "; this is " + kBuiltWith +
         ", for which it has to be built again";
}

}  // namespace hookflow::pipeline
