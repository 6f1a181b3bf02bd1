#include "pipeline/run_file/marks/failure_texts.hpp"

#include <algorithm>
#include <string_view>

#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kStageBytes = 64;
constexpr std::size_t kReasonBytes = 256;

}  // namespace

void FailureTexts::create(h5::Group& checkpoint, const Axis& prompt) {
  create_text_rows(checkpoint, "failed_stage", kStageBytes, {prompt}, "Stage that failed");
  create_text_rows(checkpoint, "failed_reason", kReasonBytes, {prompt}, "Why it failed");
}

FailureTexts::FailureTexts(const h5::Group& checkpoint)
    : stages_(checkpoint.open_dataset("failed_stage")), reasons_(checkpoint.open_dataset("failed_reason")) {}

void FailureTexts::write(const Failure& failure) {
  stages_.write_row_text(failure.prompt, spell_bytes(failure.stage));
  reasons_.write_row_text(failure.prompt, spell_bytes(failure.reason));
}

std::vector<Failure> FailureTexts::read(const std::function<bool(std::size_t prompt)>& wanted) const {
  std::vector<Failure> failures;  // read one by one: their rows are wide, and few of many prompts have one
  for (std::size_t prompt = 0; prompt < prompts(); ++prompt)
    if (wanted(prompt))
      failures.push_back({prompt, stages_.read_row_text(prompt), reasons_.read_row_text(prompt)});
  return failures;
}

void FailureTexts::keep(const std::function<bool(std::size_t prompt)>& wanted) {
  for (h5::Dataset* texts : {&stages_, &reasons_}) {
    const std::size_t width = texts->extents().at(1);
    const std::size_t rows_at_once = (std::size_t{1} << 20) / width;
    for (std::size_t first = 0; first < prompts(); first += rows_at_once) {
      const std::size_t count = std::min(rows_at_once, prompts() - first);
      std::string bytes(count * width, '\0');
      texts->read_stored(texts->rows(first, count), bytes);
      for (std::size_t row = 0; row < count; ++row) {
        const std::string_view text = std::string_view(bytes).substr(row * width, width);
        const bool written = text.find_first_not_of('\0') != std::string_view::npos;
        if (written && !wanted(first + row)) texts->write_row_text(first + row, "");
      }
    }
  }
}

}  // namespace hookflow::pipeline
