#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "model/error.hpp"
#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"

/// Stages that know no model, to test the engine with: toy.source -> toy.map -> toy.expand -> toy.rows, where
/// toy.number measures what the first two give.
namespace hookflow::pipeline::toy {

/// How many of a kind of value there are now, and were at most.
struct Census {
  std::atomic<int> live{0};
  std::atomic<int> most{0};
  void born() {
    const int now = ++live;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
  }
};
inline Census numbers_census;
inline Census rows_census;
inline std::function<void()> on_expand;  // called before every run of toy.expand
inline std::function<void()> on_fold;    // called after every read of toy.long_fold
inline std::function<void()> on_map;     // called before every run of toy.map
inline std::function<void()> on_shift;   // called before every run of toy.shift
inline std::atomic<int> expand_runs{0};

struct Number : Value {
  explicit Number(double number) : value(number) { numbers_census.born(); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() override { --numbers_census.live; }
  double value;
};

/// Variants [first, first + values.size()).
struct Rows : Value {
  Rows() { rows_census.born(); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows() override { --rows_census.live; }
  std::size_t first = 0;
  std::vector<double> values;
};

inline void fail_if_listed(const std::vector<std::string>& ids, const Prompt& prompt) {
  if (std::find(ids.begin(), ids.end(), prompt.id) != ids.end())
    throw PromptFailure("no luck with " + prompt.id);
}

/// Throws what its name says, for every prompt.
inline void throw_named(const std::string& name) {
  if (name == "bad_alloc") throw std::bad_alloc();
  if (name == "logic_error") throw std::logic_error("a bug");
  if (name == "model_error") throw ModelError("not for this model");
}

/// A number of each prompt; its weight is that of its ids. Prompts are put together as they stand or, where
/// `last_first`, in batches of the last and the first, the one before the last and the second ...
class Source : public PromptStage {
 public:
  bool last_first = false;

  Output plan(const PlanContext& context) override {
    Output output;
    const std::size_t count = context.prompts.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t prompt = !last_first ? i : i % 2 == 0 ? count - 1 - i / 2 : i / 2;
      const std::size_t weight = context.prompts[prompt].ids->size();
      auto& batches = output.batches;
      if (batches.empty() || batches.back().weight() + weight > context.batch_weight) batches.emplace_back();
      batches.back().add(prompt, weight);
    }
    return output;
  }
  ValuePtr run(const Inputs& inputs) const override {
    return std::make_shared<Number>(static_cast<double>(inputs.index()) + 0.1);
  }
};

class Map : public PromptStage {
 public:
  std::vector<std::string> fail;
  std::string throws;
  Output plan(const PlanContext& /*context*/) override { return {}; }
  ValuePtr run(const Inputs& inputs) const override {
    if (on_map) on_map();
    fail_if_listed(fail, inputs.prompt());
    throw_named(throws);
    return std::make_shared<Number>(inputs.get<Number>(0).value / 3);
  }
};

/// The sum of all results over all prompts at a port.
struct Sum : Value {
  double value = 0;
};
inline std::atomic<int> results_read{0};
inline ValuePtr read_sum(std::span<const std::unique_ptr<StoredRows>> variables) {
  ++results_read;
  auto sum = std::make_shared<Sum>();
  for (const auto& variable : variables)
    for (const double value : read_all(*variable)) sum->value += value;
  return sum;
}

/// Variants of each prompt in chunks. A value also depends on which prompts and variants were run with it, as
/// sums in a matrix product do: whatever makes chunks depend on timing, or on what is left to do, changes it.
class Expand : public BatchStage {
 public:
  std::int64_t variants = 4;
  std::int64_t part = 3;
  std::vector<std::int64_t> together;  // parts a chunk
  std::int64_t held = 0;               // bytes, a variant of a prompt
  std::vector<std::string> fail;
  bool fails_hard = false;
  std::string throws;

  Output plan(const PlanContext& /*context*/) override {
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < variants; ++i) labels.push_back(i);
    Output output;
    output.expands = {{"variant", std::move(labels), "variant", ""}};
    output.parts = static_cast<std::size_t>((variants + part - 1) / part);
    output.variants_a_part = static_cast<std::size_t>(part);
    return output;
  }
  std::vector<std::size_t> chunks(const Batch& /*batch*/) const override {
    return {together.begin(), together.end()};
  }
  std::vector<Bytes> bytes(const Batch& batch, std::span<const VariantRange> ranges) const override {
    std::vector<Bytes> bytes;
    for (const VariantRange& range : ranges)
      bytes.push_back(
          {0, static_cast<double>(held) * static_cast<double>(batch.prompts.size() * range.count)});
    return bytes;
  }
  ValuePtr read_results(std::size_t /*port*/,
                        std::span<const std::unique_ptr<StoredRows>> variables) const override {
    return read_sum(variables);
  }
  std::vector<ValuePtr> run(std::span<const Inputs> prompts, VariantRange of) const override {
    ++expand_runs;
    if (on_expand) on_expand();
    if (fails_hard) throw 7;  // what no stage should throw
    throw_named(throws);
    double company = 0;
    for (const Inputs& inputs : prompts) {
      fail_if_listed(fail, inputs.prompt());
      company += inputs.get<Number>(0).value;
    }
    std::vector<ValuePtr> values;
    for (const Inputs& inputs : prompts) {
      auto rows = std::make_shared<Rows>();
      rows->first = of.first;
      const std::size_t end = of.first + of.count;
      const auto* shift = inputs.find<Sum>(1);
      for (std::size_t v = rows->first; v < end; ++v) {
        rows->values.push_back(inputs.get<Number>(0).value * static_cast<double>(v + 1) + company * 1e-3 +
                               static_cast<double>(end) * 1e-6 + static_cast<double>(of.count) * 1e-9 +
                               (shift == nullptr ? 0 : shift->value));
      }
      values.push_back(std::move(rows));
    }
    return values;
  }
};

/// What expands further. Gives nothing: the engine refuses it.
class ExpandAgain : public Expand {};

class MeasureRows : public PromptStage {
 public:
  std::vector<std::string> fail;
  bool broken = false;
  Output plan(const PlanContext& /*context*/) override {
    Output output;
    output.variables = {{"x", Dtype::float64, {}, "1", "an x"}};
    return output;
  }
  ValuePtr run(const Inputs& inputs) const override {
    fail_if_listed(fail, inputs.prompt());
    const auto& rows = inputs.get<Rows>(0);
    auto measures = std::make_shared<Measures>();
    measures->first = rows.first;
    measures->count = rows.values.size();
    std::vector<double> values = rows.values;
    if (const auto* number = inputs.find<Number>(1)) {
      for (double& value : values) value -= number->value;
    }
    if (broken) values.pop_back();
    measures->columns.emplace_back(std::move(values));
    return measures;
  }
};

class MeasureNumber : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override {
    Output output;
    output.variables = {{"n", Dtype::float64, {}, "1", "an n"}};
    return output;
  }
  ValuePtr run(const Inputs& inputs) const override {
    auto measures = std::make_shared<Measures>();
    measures->columns.emplace_back(std::vector<double>{inputs.get<Number>(0).value});
    return measures;
  }
};

/// A number and what was found over all prompts. It also depends on which prompts are run with it.
class Shift : public BatchStage {
 public:
  std::vector<std::string> fail;
  Output plan(const PlanContext& /*context*/) override { return {}; }
  [[nodiscard]] Cost cost() const override { return {10, 100, 1, 1, 0}; }
  ValuePtr read_results(std::size_t /*port*/,
                        std::span<const std::unique_ptr<StoredRows>> variables) const override {
    return read_sum(variables);
  }
  std::vector<ValuePtr> run(std::span<const Inputs> prompts, VariantRange /*variants*/) const override {
    if (on_shift) on_shift();
    double company = 0;
    for (const Inputs& inputs : prompts) {
      fail_if_listed(fail, inputs.prompt());
      company += inputs.get<Number>(0).value;
    }
    std::vector<ValuePtr> values;
    for (const Inputs& inputs : prompts)
      values.push_back(
          std::make_shared<Number>(inputs.get<Number>(0).value + inputs.get<Sum>(1).value + company * 1e-3));
    return values;
  }
};

/// A stage of each prompt that reads measures of it.
class Stored : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override { return {}; }
  ValuePtr run(const Inputs& /*inputs*/) const override { return nullptr; }
};

/// Aggregates and makes variants, as no stage can.
class ExpandingFold : public FoldStage {
 public:
  Output plan(const PlanContext& /*context*/) override {
    Output output;
    output.expands = {{"variant", std::vector<std::int64_t>{0}, "variant", ""}};
    return output;
  }
  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> /*inputs*/,
            FoldSink& /*sink*/) const override {}
};

/// Reads for a minute, unless it is stopped.
class LongFold : public FoldStage {
 public:
  Output plan(const PlanContext& /*context*/) override {
    Output output;
    end_ = output.add({"end", Dtype::float64, {}, "1", "an end"});
    return output;
  }
  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::chrono::steady_clock::now() < end) {
      static_cast<void>(inputs[0][0]->read(0, 1));
      if (on_fold) on_fold();
    }
    sink.write(end_, 0, std::vector<double>{1});
  }

 private:
  VariableId end_;
};

inline const bool kRegistered = [] {
  constexpr const char* kNumber = "toy_number";
  constexpr const char* kRows = "toy_rows";
  register_stage(Declaration<Source>("toy.source", "A number of each prompt")
                     .output(kNumber, "")
                     .param("last_first", &Source::last_first, "batches of the last and the first prompts"));
  register_stage(Declaration<Map>("toy.map", "A third")
                     .input("number", kNumber, "")
                     .output(kNumber, "")
                     .param("fail", &Map::fail, "prompts to fail for")
                     .param("throws", &Map::throws, "what to throw"));
  register_stage(Declaration<Shift>("toy.shift", "More by what was found over all prompts")
                     .input("number", kNumber, "")
                     .input("by", kMeasures, "")
                     .aggregated()
                     .output(kNumber, "")
                     .param("fail", &Shift::fail, "prompts to fail for"));
  register_stage(Declaration<Expand>("toy.expand", "Variants")
                     .input("number", kNumber, "")
                     .optional_input("by", kMeasures, "")
                     .aggregated()
                     .output(kRows, "")
                     .param("variants", &Expand::variants, "how many")
                     .param("part", &Expand::part, "how many are committed at once")
                     .param("together", &Expand::together, "how many parts are run at once")
                     .param("held", &Expand::held, "bytes that a variant takes")
                     .param("fail", &Expand::fail, "prompts to fail for")
                     .param("fails_hard", &Expand::fails_hard, "throw what is no exception")
                     .param("throws", &Expand::throws, "what to throw"));
  register_stage(Declaration<ExpandAgain>("toy.expand_again", "Variants of variants")
                     .input("rows", kRows, "")
                     .output(kRows, ""));
  register_stage(Declaration<MeasureRows>("toy.rows", "Keeps variants")
                     .input("rows", kRows, "")
                     .optional_input("from", kNumber, "")
                     .optional_input("other", kRows, "")
                     .output(kMeasures, "")
                     .param("fail", &MeasureRows::fail, "prompts to fail for")
                     .param("broken", &MeasureRows::broken, "give a value too few"));
  register_stage(Declaration<Stored>("toy.stored", "Reads measures")
                     .input("measures", kMeasures, "")
                     .output(kMeasures, ""));
  register_stage(Declaration<MeasureNumber>("toy.number", "Keeps a number")
                     .input("number", kNumber, "")
                     .output(kMeasures, ""));
  register_stage(Declaration<ExpandingFold>("toy.expanding_fold", "Aggregates and makes variants")
                     .input("measures", kMeasures, "")
                     .output(kMeasures, ""));
  register_stage(Declaration<LongFold>("toy.long_fold", "Reads for long")
                     .input("measures", kMeasures, "")
                     .output(kMeasures, ""));
  return true;
}();

}  // namespace hookflow::pipeline::toy
