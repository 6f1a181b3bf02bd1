#pragma once
#include <atomic>
#include <memory>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "pipeline/stage/stored_rows.hpp"

namespace hookflow::pipeline {

/// The run file as a stage sees it that reads what is stored: every read and write throws Stopped once `stop`
/// is true.
struct StoppableFile {
  RunStore& store;
  const std::atomic<bool>& stop;

  [[nodiscard]] RunStore& get() const {
    if (stop) throw Stopped();
    return store;
  }
};

/// The variables that come to a port of a stage, which is wired. They read the file, which must outlive them.
std::vector<std::unique_ptr<StoredRows>> stored_results(const Plan& plan, const PlannedStage& stage,
                                                        std::size_t port, const StoppableFile& file);

}  // namespace hookflow::pipeline
