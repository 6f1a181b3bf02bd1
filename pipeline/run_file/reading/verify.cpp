#include "pipeline/run_file/reading/verify.hpp"

#include "pipeline/run_file/checks/checksums.hpp"
#include "pipeline/run_file/format/run_lock.hpp"

namespace hookflow::pipeline {

Damage verify_run_file(const RunFile& run) {
  const auto refuse_busy = [&] {
    if (is_being_written(run.path()))
      throw InputError(run.path().string() +
                       ": is being written by another process; it can be verified after that");
  };
  refuse_busy();
  Damage damage = run.read([](const h5::File& file) {
    const Checkpoint checkpoint(file);
    return Checksums(file, checkpoint).find_damage(file, checkpoint);
  });
  if (damage.any()) refuse_busy();  // it may just have begun
  return damage;
}

}  // namespace hookflow::pipeline
