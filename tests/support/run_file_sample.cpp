// Writes the sample run, of which one prompt fails, to the path it is given: for programs other than ours to
// read. With `wait`, it stops half way until its input ends.
#include <exception>
#include <iostream>

#include "tests/support/run_sample.hpp"

int main(int count, char** arguments) try {
  using namespace hookflow::pipeline;
  if (count < 2 || count > 3) {
    std::cerr << "usage: run_file_sample FILE.h5 [wait]\n";
    return 2;
  }
  RunStore store =
      RunStore::create({arguments[1], true}, sample::layout(), sample::identity(), sample::provenance());
  store.begin_session(2, "1.2.3", "kernel");
  for (const std::size_t prompt : {0U, 2U}) {
    store.write_cells("scores", "log_prob", prompt, 0, sample::row(prompt));
    store.write_cells("scores", "argmax", prompt, 0, std::vector<std::int64_t>(sample::kRow, 5));
    store.write_cells("scores", "clean", prompt, 0, std::vector<double>{-0.25});
    store.mark(sample::kItems, prompt, 0, PartState::done);
    for (std::size_t part = 0; part < 4; ++part) store.mark(sample::kSilenced, prompt, part, PartState::done);
  }
  store.record_failure({1, "tokens", "the prompt is longer than the model's context — 2 > 1"});
  store.mark(sample::kItems, 1, 0, PartState::failed);
  for (std::size_t part = 0; part < 4; ++part) store.mark(sample::kSilenced, 1, part, PartState::failed);
  store.commit();
  if (count == 3) {
    std::cout << "half done" << std::endl;
    std::cin.get();
  }
  store.write_rows("by_layer", "mean", 0, std::vector<double>{1, 2});
  store.finish_fold(0);
  store.finish({{"ended", "2024-01-01T01:00:00Z"}});
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
