#include "pipeline/engine/graph.hpp"

#include <deque>
#include <exception>
#include <memory>
#include <mutex>

#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/version.h>

#include "pipeline/engine/gate.hpp"
#include "pipeline/engine/memory_in_flight.hpp"
#include "pipeline/engine/packet.hpp"

namespace hookflow::pipeline {
namespace {

namespace flow = tbb::flow;
using PacketPtr = std::shared_ptr<Packet>;

/// The graph of one phase. Packets hold tickets; the last holder of a ticket to go makes room behind its
/// gate.
class FlowGraph {
 public:
  FlowGraph(const Phase& phase, RunStore& store, const RunOptions& options, Monitor& monitor,
            const std::atomic<bool>& stop)
      : phase_(phase), store_(store), options_(options), monitor_(monitor), stop_(stop) {
    const InFlight limits{options.threads, options.memory_bytes};
    for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane) {
      states_.push_back(store.states(lane));
      memory_.emplace_back(phase, lane);
      gates_.emplace_back(limits.most_packets(), limits.bytes_of_lane(phase));
      heads_.push_back(&add<HeadNode>());
      tails_.push_back(build_chain(lane));
    }
    for (std::size_t lane = 1; lane < phase.lanes.size(); ++lane)
      if (phase.runs[lane]) connect_to_parent(lane);
  }

  void run() {
    attempt([&] { start_next_batch(); });
    graph_.wait_for_all();
    if (!failure_) attempt([&] { commit(); });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  using HeadNode = flow::broadcast_node<PacketPtr>;
  using StageNode = flow::function_node<PacketPtr, PacketPtr>;
  using ExpandNode = flow::function_node<PacketPtr>;

  [[nodiscard]] bool stopped() const { return stop_ || halted_; }

  /// Whether the prompt's part was neither done nor failed when the phase began.
  [[nodiscard]] bool pending(std::size_t lane, std::size_t prompt, std::size_t part) const {
    return states_[lane][prompt * phase_.lanes[lane].parts + part] == PartState::pending;
  }

  /// Whether any of these parts of any prompt of the batch is left to do, or anything in the lanes below that
  /// comes of them.
  [[nodiscard]] bool wanted(std::size_t lane, const Batch& batch, std::size_t first,
                            std::size_t parts) const {
    if (!phase_.runs[lane]) return false;
    if (!phase_.again(lane))
      for (const std::size_t prompt : batch.prompts)
        for (std::size_t part = first; part < first + parts; ++part)
          if (pending(lane, prompt, part)) return true;
    for (std::size_t below = 1; below < phase_.lanes.size(); ++below) {
      const Lane& of = phase_.lanes[below];
      if (of.parent != lane) continue;
      if (of.continues ? wanted(below, batch, first, parts) : wanted(below, batch, 0, of.parts)) return true;
    }
    return false;
  }

  /// A node of the graph, which lives as long as this.
  template <typename Node, typename... Arguments>
  Node& add(Arguments&&... arguments) {
    auto node = std::make_shared<Node>(graph_, std::forward<Arguments>(arguments)...);
    nodes_.push_back(node);
    return *node;
  }

  /// The stages of a lane, one after the other, and the store. Returns where its packets leave the last
  /// stage.
  flow::sender<PacketPtr>* build_chain(std::size_t lane) {
    flow::sender<PacketPtr>* tail = heads_[lane];
    for (const std::size_t stage : phase_.lanes[lane].stages) {
      auto& node = add<StageNode>(flow::unlimited, [this, stage](PacketPtr packet) {
        if (!stopped()) {
          const Stopwatch watch(monitor_.stage_nanoseconds[stage]);
          attempt([&] { run_stage(phase_, stage, *packet); });
        }
        return packet;
      });
      flow::make_edge(*tail, node);
      tail = &node;
    }
    if (!phase_.again(lane)) flow::make_edge(*tail, store_node_);
    return tail;
  }

  void connect_to_parent(std::size_t lane) {
    auto& expand = add<ExpandNode>(flow::unlimited, [this, lane](const PacketPtr& packet) {
      attempt([&] { start_chunks(lane, packet); });
    });
    flow::make_edge(*tails_[phase_.lanes[lane].parent], expand);
  }

  /// Sends what `make` makes through a lane, once there is room for it behind the lane's gate.
  template <typename Make>
  void start(std::size_t lane, const Work& work, const Make& make) {
    gates_[lane].enter(memory_[lane].packet(work).peak, [this, lane, make](const Gate::Ticket& ticket) {
      attempt([&] {
        const PacketPtr packet = make();
        packet->tickets.push_back(ticket);
        heads_[lane]->try_put(packet);
      });
    });
  }

  /// The next that has something left to do; the one behind it comes to the gate once this one is in.
  void start_next_batch() {
    const std::vector<Batch>& batches = phase_.plan.batches;
    while (next_batch_ < batches.size() && !stopped() && !wanted(0, batches[next_batch_], 0, 1))
      ++next_batch_;
    if (next_batch_ >= batches.size() || stopped()) return;
    const Batch& batch = batches[next_batch_++];
    start(0, {batch}, [this, &batch] {
      start_next_batch();
      return start_packet(phase_, batch);
    });
  }

  void start_chunks(std::size_t lane, const PacketPtr& parent) {
    const Batch& batch = *parent->batch;
    const bool continues = phase_.lanes[lane].continues;
    for (const Chunk& chunk : continues ? std::vector{parent->chunk} : chunks_of(phase_, lane, batch)) {
      if (stopped()) return;
      if (!wanted(lane, batch, chunk.first_part, chunk.parts)) continue;
      start(lane, {batch, chunk.variants},
            [this, lane, parent, chunk] { return chunk_packet(phase_, *parent, lane, chunk); });
    }
  }

  /// Every packet comes here exactly once, one at a time. An exception must not leave a node: it would cancel
  /// the graph with batches half done.
  void take(const Packet& packet) {
    if (stopped()) return;  // its stages may have been skipped
    attempt([&] {
      {
        const Stopwatch watch(monitor_.store_nanoseconds);
        store_packet(phase_, packet, store_);
      }
      count(packet);
      if (Clock::now() - last_commit_ >= options_.commit_every) commit();
    });
  }

  void commit() {
    if (!committed_ && options_.before_commit) {
      const Stopwatch watch(monitor_.read_nanoseconds);
      options_.before_commit();
    }
    committed_ = true;
    const Stopwatch watch(monitor_.commit_nanoseconds);
    store_.commit();
    last_commit_ = Clock::now();
  }

  /// A batch that goes on where another run stopped passes again what that one had done already.
  void count(const Packet& packet) {
    const Chunk& chunk = packet.chunk;
    for (std::size_t row = 0; row < packet.batch->prompts.size(); ++row) {
      const std::size_t prompt = packet.batch->prompts[row];
      std::size_t parts = 0;
      for (std::size_t part = chunk.first_part; part < chunk.first_part + chunk.parts; ++part)
        parts += pending(packet.lane, prompt, part) ? 1 : 0;
      monitor_.done += parts;
      if (parts == 0 || !packet.failures[row]) continue;
      monitor_.failed_parts += parts;
      if (phase_.failed.contains(prompt)) continue;
      monitor_.fail(prompt);
      if (options_.fail_fast) halted_ = monitor_.failed_fast = true;
    }
  }

  /// Keeps the first exception for run() to throw.
  template <typename Action>
  void attempt(Action action) {
    try {
      action();
    } catch (...) {
      const std::lock_guard lock(failure_mutex_);
      if (!failure_) failure_ = std::current_exception();
      halted_ = true;
    }
  }

  const Phase& phase_;
  RunStore& store_;
  const RunOptions& options_;
  Monitor& monitor_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> halted_{false};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  bool committed_ = false;
  Clock::time_point last_commit_ = Clock::now();
  std::size_t next_batch_ = 0;
  // One a lane:
  std::vector<std::vector<PartState>> states_;  // as they were when the run began
  std::vector<LaneMemory> memory_;
  std::deque<Gate> gates_;
  std::vector<HeadNode*> heads_;  // where its packets come in
  std::vector<flow::sender<PacketPtr>*> tails_;

  flow::graph graph_;
  flow::function_node<PacketPtr> store_node_{graph_, flow::serial,
                                             [this](const PacketPtr& packet) { take(*packet); }};
  std::vector<std::shared_ptr<void>> nodes_;  // the others
};

}  // namespace

std::string tbb_version() { return TBB_runtime_version(); }

void on_threads(std::size_t threads, const std::function<void()>& action) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  tbb::task_arena arena(static_cast<int>(threads));
  arena.execute(action);
}

void run_prompts(const Phase& phase, RunStore& store, const RunOptions& options, Monitor& monitor,
                 const std::atomic<bool>& stop) {
  on_threads(options.threads, [&] { FlowGraph(phase, store, options, monitor, stop).run(); });
}

}  // namespace hookflow::pipeline
