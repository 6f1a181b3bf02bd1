#include "pipeline/report/page/page_file.hpp"

#include <iostream>

#include "pipeline/output/new_files.hpp"

namespace hookflow::pipeline {
namespace {

const Replaceable kPages = {.any = false, .beginning = "<!DOCTYPE html>\n<!-- hookflow report -->\n"};

}  // namespace

void expect_page_file(const std::filesystem::path& path) { const NewFiles checked({path}, kPages); }

void write_page(const std::filesystem::path& path, std::string_view page) {
  write_new_file(path, page, kPages);
  std::cout << path.string() << "\n";
}

}  // namespace hookflow::pipeline
