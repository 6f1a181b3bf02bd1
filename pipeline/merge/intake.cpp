#include "pipeline/merge/intake.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/run_file/checks/checksums.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kBegun = std::size_t{1} << 24;  // bytes that the disk may begin with

}  // namespace

/// Of one shard, run by run: parts that follow each other in it and in the whole file, whose cells then do,
/// too.
class Intake::OfShard {
 public:
  OfShard(Intake& intake, const ShardFile& shard, const h5::File& file)
      : intake_(intake), whole_(intake.whole_), shard_(shard), file_(file), checkpoint_(file) {
    for (Failure& failure : checkpoint_.failures()) failures_.emplace(failure.prompt, std::move(failure));
  }

  Damage take() {
    const auto take = [this](std::size_t lane, const Compared& compared) { this->take(lane, compared); };
    return Checksums(file_, checkpoint_).find_damage(file_, checkpoint_, take);
  }

 private:
  using Compared = Checksums::Compared;

  void take(std::size_t lane, const Compared& compared) {
    if (intake_.stop_) throw Stopped();
    forget_failures(lane, compared);
    const std::vector<MarkedPart>& parts = compared.window.parts();
    std::size_t first = 0;  // of a run of parts
    const auto end_run = [&](std::size_t end, std::size_t next) {
      if (first < end) copy(lane, compared, first, end);
      first = next;
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const MarkedPart& part = parts[i];
      const PartState there = whole_.marked(lane, run_prompt(part), part.part);
      const bool fits = compared.sound[i] && there != PartState::done;
      if (!fits || part.state == PartState::failed) {
        end_run(i, i + 1);
        if (fits && there == PartState::pending) take_failure(lane, part);
      } else if (first < i && !follows(parts[i - 1], part, checkpoint_.parts(lane))) {
        end_run(i, i);
      }
    }
    end_run(parts.size(), parts.size());
  }

  /// What had failed and is done now is pending before it is written over: its checksum would not fit else.
  void forget_failures(std::size_t lane, const Compared& compared) {
    bool any = false;
    for (std::size_t i = 0; i < compared.sound.size(); ++i) {
      const MarkedPart& part = compared.window.parts()[i];
      if (!compared.sound[i] || part.state != PartState::done ||
          whole_.marked(lane, run_prompt(part), part.part) != PartState::failed)
        continue;
      whole_.mark(lane, run_prompt(part), part.part, PartState::pending);
      any = true;
    }
    if (any) whole_.commit();
  }

  [[nodiscard]] std::size_t run_prompt(const MarkedPart& part) const {
    return shard_.share.prompts[part.prompt];
  }
  [[nodiscard]] bool follows(const MarkedPart& before, const MarkedPart& part, std::size_t parts) const {
    if (part.prompt == before.prompt) return part.part == before.part + 1;
    return part.part == 0 && before.part + 1 == parts && part.prompt == before.prompt + 1 &&
           run_prompt(part) == run_prompt(before) + 1;
  }

  void take_failure(std::size_t lane, const MarkedPart& part) {
    Failure failure = failures_.at(part.prompt);
    failure.prompt = run_prompt(part);
    whole_.fail_merged(lane, failure, part.part, kernel_);
    intake_.count(0, 1);
  }

  void copy(std::size_t lane, const Compared& compared, std::size_t first, std::size_t end) {
    const MarkedPart& from = compared.window.parts()[first];
    const MarkedPart& last = compared.window.parts()[end - 1];
    const LaneCells& cells = compared.window.lane();
    std::size_t bytes = 0;
    for (std::size_t variable = 0; variable < cells.variables().size(); ++variable) {
      const std::string& name = cells.variables()[variable];
      const std::size_t slash = name.find('/');
      const std::size_t row = cells.row_cells(variable);
      compared.window.for_cells(variable, from, last, [&](std::size_t cell, std::string_view stretch) {
        whole_.write_stored(name.substr(0, slash), name.substr(slash + 1), cells.dataset(variable).kind(),
                            run_prompt(from) * row + (cell - from.prompt * row), stretch);
        bytes += stretch.size();
      });
    }
    whole_.mark_merged(lane, run_prompt(from), from.part,
                       std::span(compared.checksums).subspan(first, end - first), kernel_);
    intake_.count(bytes, end - first);
  }

  Intake& intake_;
  RunStore& whole_;
  const ShardFile& shard_;
  const std::string kernel_ = shard_.kernel();
  const h5::File& file_;
  Checkpoint checkpoint_;
  std::map<std::size_t, Failure> failures_;  // by row
};

void Intake::count(std::size_t bytes, std::size_t parts) {
  if ((bytes_ + bytes) / kBegun > bytes_ / kBegun) whole_.begin_commit();
  bytes_ += bytes;
  parts_ += parts;
  if (bytes_ < commit_every_.bytes && parts_ < commit_every_.parts) return;
  whole_.commit();
  bytes_ = parts_ = 0;
}

Damage Intake::take(const ShardFile& shard) {
  return RunFile(shard.path).read([&](const h5::File& file) { return OfShard(*this, shard, file).take(); });
}

}  // namespace hookflow::pipeline
