#include "pipeline/render/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {

void expect_replaceable(const std::filesystem::path& path, std::string_view beginning) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return;
  if (std::filesystem::is_directory(path, ignored))
    throw InputError(path.string() + ": is a folder; must be a file");
  if (!std::filesystem::is_regular_file(path, ignored)) return;  // such as /dev/stdout
  std::string found(beginning.size(), '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(found.data(), static_cast<std::streamsize>(found.size()));
  if (in.gcount() > 0 && found != beginning)
    throw InputError(path.string() +
                     ": is there already, and is not what would be written over it; choose another name, or "
                     "remove it");
}

void write_output(const std::filesystem::path& path, std::string_view bytes, std::string_view beginning) {
  expect_replaceable(path, beginning);
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw InputError(path.string() + ": cannot be written: " + std::strerror(errno));
}

}  // namespace hookflow::pipeline
