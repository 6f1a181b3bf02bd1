#include "pipeline/verify.hpp"

#include "pipeline/read_file.hpp"
#include "pipeline/run_lock.hpp"
#include "pipeline/unit_checks.hpp"

namespace hookflow::pipeline {

Damage verify_run_file(const std::filesystem::path& path) {
  const auto refuse_busy = [&] {
    if (is_being_written(path))
      throw InputError(path.string() +
                       ": is being written by another process; it can be verified after that");
  };
  refuse_busy();
  Damage damage = read_file(path, [](const h5::File& file) {
    const Checkpoint checkpoint(file);
    return UnitChecks(file, checkpoint).find_damage(file, checkpoint);
  });
  if (damage.any()) refuse_busy();  // it may just have begun
  return damage;
}

}  // namespace hookflow::pipeline
