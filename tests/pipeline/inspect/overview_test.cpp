#include "pipeline/inspect/overview.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "pipeline/inspect/own_sheets.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "tests/support/toy_run.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::names;
using testing_support::toy_plan;
using testing_support::ToyRun;

TEST(Overview, TellsHowFarPromptsAreBehindWhatWasFoundOverAll) {
  ToyRun toy(toy_plan(6, R"(
  numbers: {stage: toy.source}
  ns: {stage: toy.number, in: numbers}
  mean: {stage: aggregate.moments, in: ns, over: prompt, statistics: [mean]}
  shifted: {stage: toy.shift, in: [numbers, mean]}
  shifted_ns: {stage: toy.number, in: shifted}
  variants: {stage: toy.expand, in: [numbers, mean]}
  xs: {stage: toy.rows, in: variants}
)",
                      "[shifted_ns, xs]"));
  toy.run();
  for (std::size_t prompt = 3; prompt < 6; ++prompt) toy.store->mark(1, prompt, 0, PartState::pending);
  for (std::size_t prompt = 0; prompt < 6; ++prompt) toy.store->mark(2, prompt, 0, PartState::pending);
  toy.store->commit();
  const RunFileView view = read_run_file(toy.path());
  std::ostringstream out;
  print_overview(view, toy.path(), out, {});
  EXPECT_TRUE(names(out.str(), {"  prompts: 0 done, 6 pending\n", "  prompts of shifted: 3 done, 3 pending\n",
                                "  variants of variants: 6 done, 18 pending\n",
                                "  results over all prompts: 1 of 1 stage done\n"}))
      << out.str();
  std::ostringstream sheet;
  checkpoint_sheet(view).print_csv(sheet, 1);
  EXPECT_TRUE(names(sheet.str(), {"prompt,state,variants_done_variants,failed_stage"}));
}

}  // namespace
}  // namespace hookflow::pipeline
