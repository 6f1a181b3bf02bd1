#include "pipeline/engine/graph.hpp"

#include <exception>
#include <memory>
#include <mutex>

#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/version.h>

#include "pipeline/engine/packet.hpp"

namespace hookflow::pipeline {
namespace {

namespace flow = tbb::flow;
using PacketPtr = std::shared_ptr<Packet>;

/// Asks for one part of a child lane; light, so that a queue of them costs nothing.
struct PartRequest {
  PacketPtr parent;
  std::size_t part = 0;
};

/// The graph of one run. Packets hold tickets; the last holder of a ticket to go makes room behind its
/// limiter.
class FlowGraph {
 public:
  FlowGraph(const Plan& plan, RunStore& store, const RunOptions& options, Monitor& monitor,
            const std::atomic<bool>& stop)
      : plan_(plan), store_(store), options_(options), monitor_(monitor), stop_(stop) {
    for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) states_.push_back(store.states(lane));
    const auto start = [this](std::size_t batch) { return start_packet(plan_, plan_.batches[batch]); };
    build_chain(0, limit(source_, start));
    for (std::size_t lane = 1; lane < plan_.lanes.size(); ++lane) build_child(lane);
  }

  void run() {
    source_.activate();
    graph_.wait_for_all();
    if (!failure_) attempt([&] { commit(); });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  using StageNode = flow::function_node<PacketPtr, PacketPtr>;
  using PartsNode = flow::multifunction_node<PacketPtr, std::tuple<PartRequest>>;

  [[nodiscard]] bool stopped() const { return stop_ || halted_; }

  /// Whether the prompt's part was neither done nor failed when the run began.
  [[nodiscard]] bool pending(std::size_t lane, std::size_t prompt, std::size_t part) const {
    return states_[lane][prompt * plan_.lanes[lane].parts + part] == PartState::pending;
  }

  [[nodiscard]] bool pending(std::size_t lane, const Batch& batch, std::size_t part) const {
    for (std::size_t row = 0; row < batch.count; ++row) {
      if (pending(lane, batch.first + row, part)) return true;
    }
    return false;
  }

  [[nodiscard]] bool pending(const Batch& batch) const {
    for (std::size_t lane = 0; lane < plan_.lanes.size(); ++lane) {
      for (std::size_t part = 0; part < plan_.lanes[lane].parts; ++part) {
        if (pending(lane, batch, part)) return true;
      }
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

  /// Makes the packets that `requests` asks for, as many as may be in flight: each holds a ticket.
  template <typename Request, typename Make>
  flow::sender<PacketPtr>& limit(flow::sender<Request>& requests, const Make& make) {
    auto& limiter = add<flow::limiter_node<Request>>(most_in_flight(options_.threads));
    const auto begin = [make, &limiter](const Request& request) {
      PacketPtr packet = make(request);
      packet->tickets.push_back(ticket(limiter));
      return packet;
    };
    auto& start = add<flow::function_node<Request, PacketPtr>>(flow::unlimited, begin);
    flow::make_edge(requests, limiter);
    flow::make_edge(limiter, start);
    return start;
  }

  void build_chain(std::size_t lane, flow::sender<PacketPtr>& head) {
    flow::sender<PacketPtr>* tail = &head;
    for (const std::size_t stage : plan_.lanes[lane].stages) {
      auto& node = add<StageNode>(flow::unlimited, [this, stage](PacketPtr packet) {
        if (!stopped()) {
          const Stopwatch watch(monitor_.stage_nanoseconds[stage]);
          attempt([&] { run_stage(plan_, stage, *packet); });
        }
        return packet;
      });
      flow::make_edge(*tail, node);
      tail = &node;
    }
    flow::make_edge(*tail, store_node_);
    tails_.push_back(tail);
  }

  void build_child(std::size_t lane) {
    auto& expand = add<PartsNode>(
        flow::unlimited, [this, lane](const PacketPtr& packet, PartsNode::output_ports_type& out) {
          for (std::size_t part = 0; part < plan_.lanes[lane].parts && !stopped(); ++part) {
            if (pending(lane, packet->batch, part)) std::get<0>(out).try_put({packet, part});
          }
        });
    auto& requests = add<flow::queue_node<PartRequest>>();
    flow::make_edge(*tails_[plan_.lanes[lane].parent], expand);
    flow::make_edge(flow::output_port<0>(expand), requests);
    const auto start = [this, lane](const PartRequest& request) {
      return part_packet(plan_, *request.parent, lane, request.part);
    };
    build_chain(lane, limit(requests, start));
  }

  std::size_t next_batch(tbb::flow_control& control) {
    while (next_batch_ < plan_.batches.size() && !stopped() && !pending(plan_.batches[next_batch_]))
      ++next_batch_;
    if (next_batch_ >= plan_.batches.size() || stopped()) {
      control.stop();
      return 0;
    }
    return next_batch_++;
  }

  template <typename Limiter>
  static std::shared_ptr<void> ticket(Limiter& limiter) {
    return {&limiter,
            [](void* gone) { static_cast<Limiter*>(gone)->decrementer().try_put(flow::continue_msg()); }};
  }

  /// Every packet comes here exactly once, one at a time. An exception must not leave a node: it would cancel
  /// the graph with batches half done.
  void take(const Packet& packet) {
    if (stopped()) return;  // its stages may have been skipped
    attempt([&] {
      {
        const Stopwatch watch(monitor_.store_nanoseconds);
        store_packet(plan_, packet, store_);
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
    for (std::size_t row = 0; row < packet.batch.count; ++row) {
      if (!pending(packet.lane, packet.batch.first + row, packet.part)) continue;
      ++monitor_.done;
      if (!packet.failures[row]) continue;
      monitor_.fail(packet.batch.first + row);
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

  const Plan& plan_;
  RunStore& store_;
  const RunOptions& options_;
  Monitor& monitor_;
  const std::atomic<bool>& stop_;
  std::atomic<bool> halted_{false};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  bool committed_ = false;
  Clock::time_point last_commit_ = Clock::now();
  std::vector<std::vector<PartState>> states_;  // [lane], as they were when the run began
  std::size_t next_batch_ = 0;
  std::vector<flow::sender<PacketPtr>*> tails_;  // [lane]: where its packets leave the last stage

  flow::graph graph_;
  flow::input_node<std::size_t> source_{graph_,
                                        [this](tbb::flow_control& control) { return next_batch(control); }};
  flow::function_node<PacketPtr> store_node_{graph_, flow::serial,
                                             [this](const PacketPtr& packet) { take(*packet); }};
  std::vector<std::shared_ptr<void>> nodes_;  // the others
};

}  // namespace

std::string tbb_version() { return TBB_runtime_version(); }

void run_prompts(const Plan& plan, RunStore& store, const RunOptions& options, Monitor& monitor,
                 const std::atomic<bool>& stop) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, options.threads);
  tbb::task_arena arena(static_cast<int>(options.threads));
  arena.execute([&] { FlowGraph(plan, store, options, monitor, stop).run(); });
}

}  // namespace hookflow::pipeline
