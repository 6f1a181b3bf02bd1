#include <cmath>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "model/edits/given.hpp"
#include "model/error.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/given/samples.hpp"
#include "stages/given/seeded.hpp"

namespace hookflow::stages {
namespace {

/// What decides the noise of a prompt.
struct NoiseOf {
  double std = 0;
  DrawSettings draw{};
};

/// Independent normal numbers, the same whenever and wherever they are drawn.
class NoiseRows : public RowSource {
 public:
  using Key = std::tuple<HookPoint, std::size_t, std::size_t>;  // place, head, position

  void add(const HookPoint& place, std::size_t head, std::size_t position, std::vector<float> row) {
    rows_.try_emplace({place, head, position}, std::move(row));
  }
  [[nodiscard]] std::span<const float> row(const HookPoint& place, std::size_t head,
                                           std::size_t position) const override {
    return rows_.at({place, head, position});
  }

 private:
  std::map<Key, std::vector<float>> rows_;
};

std::vector<float> drawn(const NoiseOf& noise, const std::string& where, std::size_t width) {
  Seeded random({std::to_string(noise.draw.seed), std::to_string(noise.draw.sample), where});
  std::vector<float> row(width);
  for (float& value : row) value = static_cast<float>(noise.std * random.normal());
  return row;
}

/// Standard deviation over all numbers of the token embeddings.
double embedding_std(const Model& model) {
  const View table = model.weights.token_embedding;
  double sum = 0, squares = 0;
  for (std::size_t row = 0; row < table.rows; ++row) {
    for (const float value : table.row(row)) {
      sum += double{value};
      squares += double{value} * double{value};
    }
  }
  const auto count = static_cast<double>(table.rows * table.columns);
  return std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)));
}

class NoiseOfPrompts : public RowsOfOne {
 public:
  NoiseOfPrompts(NoiseOf noise, bool times_embeddings, ModelSubject& subject,
                 const std::vector<const Intervention*>& edits)
      : noise_(noise), times_embeddings_(times_embeddings), subject_(subject) {
    for (const Intervention* edit : edits) edits_.push_back(*edit);
  }

  [[nodiscard]] std::shared_ptr<const RowSource> of(const pipeline::Inputs& inputs,
                                                    const FedPrompt& edited) const override {
    NoiseOf noise = noise_;
    if (times_embeddings_) noise.std *= std_of_embeddings();
    const Config& config = subject_.config();
    auto rows = std::make_shared<NoiseRows>();
    const std::string prompt = inputs.prompt().id;
    for (const Intervention& edit : edits_) {
      const bool heads = has_heads(edit.at.kind);
      const std::size_t first = heads ? edit.head.value_or(0) : 0;
      const std::size_t end = heads && !edit.head ? config.heads : first + 1;
      const std::size_t width = edit_place(edit.at.kind, heads, config, edited.prompt).columns.value();
      for (const std::size_t position : edit.positions.resolve(edited)) {
        for (std::size_t head = first; head < end; ++head) {
          const std::string where = prompt + "\n" + to_string(edit.at) + "\n" + std::to_string(head) + "\n" +
                                    std::to_string(position);
          rows->add(edit.at, head, position, drawn(noise, where, width));
        }
      }
    }
    return rows;
  }

 private:
  [[nodiscard]] double std_of_embeddings() const {
    std::call_once(measured_, [this] { embedding_std_ = embedding_std(subject_.model()); });
    return embedding_std_;
  }

  NoiseOf noise_;
  bool times_embeddings_;
  ModelSubject& subject_;
  std::vector<Intervention> edits_;
  mutable std::once_flag measured_;
  mutable double embedding_std_ = 0;
};

/// The activation plus independent normal noise.
class Noise : public AddedRows, public GivenKind {
 public:
  explicit Noise(std::monostate /*none*/, const EditSettings& settings) : AddedRows(1) {
    const bool absolute = settings.contains("std");
    if (absolute == settings.contains("embedding_std"))
      throw ModelError(
          "noise: must have either std or embedding_std, which is times the standard deviation "
          "of the embeddings");
    times_embeddings_ = !absolute;
    noise_.std = double{std::get<float>(settings.at(absolute ? "std" : "embedding_std"))};
    if (!(noise_.std >= 0)) throw ModelError("noise: the standard deviation must be 0 or more");
    noise_.draw = DrawSettings(settings);
  }

  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    if (place.kind == HookKind::pattern) return "noise: a pattern with noise would not add up to 1";
    return {};
  }
  [[nodiscard]] std::unique_ptr<const GivenRows> plan(const GivenPlan& plan) const override {
    return std::make_unique<NoiseOfPrompts>(noise_, times_embeddings_, *plan.base.subject, plan.edits);
  }

 private:
  NoiseOf noise_;
  bool times_embeddings_ = false;
};

const bool kNoise = register_edit_kind<Noise, std::monostate>(
    "noise", {.options = {{"std", 1.0F, "standard deviation"},
                          {"embedding_std", 1.0F, "times the standard deviation of the token embeddings"},
                          {"seed", 1.0F, "decides which noise it is; 0 if not given"},
                          {kSamples, 1.0F, "so many draws, along an axis sample"},
                          {kSample, 1.0F, "which draw it is, where there is only one; 0 if not given"}},
              .is_map = true});

}  // namespace
}  // namespace hookflow::stages
