#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/journal.hpp"

namespace hookflow::test {

struct Operation {
  JournalHead head;
  std::string bytes;
};

inline std::vector<Operation> read_journal(const std::string& journal) {
  std::vector<Operation> operations;
  for (std::size_t at = 0; at < journal.size();) {
    Operation& operation = operations.emplace_back();
    if (journal.size() - at < sizeof operation.head) throw std::runtime_error("journal: torn");
    std::memcpy(&operation.head, journal.data() + at, sizeof operation.head);
    at += sizeof operation.head;
    operation.bytes = journal.substr(at, operation.head.size);
    at += operation.head.size;
  }
  return operations;
}

/// Files by name.
using Files = std::map<std::string, std::string>;

/// A file on a disk: what is there for sure, and what was done since, of which a power cut leaves any part. A
/// sector holds what it held after any one of the writes to it, whatever its neighbours hold.
class DiskFile {
 public:
  explicit DiskFile(std::string durable = "") : durable_(std::move(durable)) {}

  void change(const Operation& operation) { pending_.push_back(operation); }
  void sync() {
    durable_ = now();
    pending_.clear();
  }

  /// With nothing lost.
  [[nodiscard]] std::string now() const {
    std::string bytes = durable_;
    for (const Operation& operation : pending_) apply(operation, bytes, 0, ~std::size_t{0});
    return bytes;
  }

  /// `newest` of the sectors hold their last write, the others any.
  [[nodiscard]] std::string after_power_loss(std::size_t sector, double newest,
                                             std::mt19937_64& random) const {
    std::map<std::size_t, std::vector<const Operation*>> writes;  // by sector
    std::vector<std::size_t> sizes = {durable_.size()};
    for (const Operation& operation : pending_) {
      sizes.push_back(size_after(operation, sizes.back()));
      if (operation.head.did == Did::resize) continue;
      const std::size_t end = operation.head.offset + operation.bytes.size();
      for (std::size_t at = operation.head.offset / sector; at * sector < end; ++at)
        writes[at].push_back(&operation);
    }
    const auto some = [&](std::size_t most) {
      return std::bernoulli_distribution(newest)(random) ? most : random() % (most + 1);
    };
    std::string bytes = durable_;
    for (const auto& [at, all] : writes)
      for (std::size_t i = 0, kept = some(all.size()); i < kept; ++i)
        apply(*all[i], bytes, at * sector, (at + 1) * sector);
    bytes.resize(sizes[some(sizes.size() - 1)]);
    return bytes;
  }

 private:
  static std::size_t size_after(const Operation& operation, std::size_t size) {
    return operation.head.did == Did::resize
               ? operation.head.offset
               : std::max<std::size_t>(size, operation.head.offset + operation.bytes.size());
  }

  /// What the operation does to the bytes from `from` to `to`.
  static void apply(const Operation& operation, std::string& bytes, std::size_t from, std::size_t to) {
    const std::size_t first = std::max<std::size_t>(operation.head.offset, from);
    if (operation.head.did == Did::resize) return bytes.resize(operation.head.offset);
    const std::size_t end = std::min<std::size_t>(operation.head.offset + operation.bytes.size(), to);
    if (bytes.size() < end) bytes.resize(end);
    std::copy_n(operation.bytes.begin() + static_cast<std::ptrdiff_t>(first - operation.head.offset),
                end - first, bytes.begin() + static_cast<std::ptrdiff_t>(first));
  }

  std::string durable_;
  std::vector<Operation> pending_;
};

/// A folder on a disk, to which the operations of a journal are applied. Its names are durable when it is
/// synced; of what was done to them since, a power cut leaves the first so many, as file systems with a log
/// do.
class Disk {
 public:
  explicit Disk(const Files& files) {
    for (const auto& [name, bytes] : files) names_[name] = durable_[name] = std::make_shared<DiskFile>(bytes);
  }

  void apply(const Operation& operation) {
    const JournalHead& head = operation.head;
    const std::string name = operation.bytes.substr(0, operation.bytes.find('\0'));
    switch (head.did) {
      case Did::create:
        opened_[head.handle] = std::make_shared<DiskFile>();
        change_names([name, made = opened_[head.handle]](Names& names) { names[name] = made; });
        break;
      case Did::open:
        opened_[head.handle] = names_.contains(name) ? names_[name] : nullptr;  // nullptr: the folder
        break;
      case Did::write:
      case Did::resize:
        opened_.at(head.handle)->change(operation);
        break;
      case Did::sync:
        sync(opened_.at(head.handle));
        break;
      case Did::rename:
      case Did::link:
        change_names([name, to = operation.bytes.substr(name.size() + 1), did = head.did](Names& names) {
          names[to] = names.at(name);
          if (did == Did::rename) names.erase(name);
        });
        break;
      case Did::unlink:
        change_names([name](Names& names) { names.erase(name); });
        break;
    }
  }

  /// With nothing lost.
  [[nodiscard]] Files now() const {
    Files files;
    for (const auto& [name, file] : names_) files[name] = file->now();
    return files;
  }

  /// What a power cut now may leave.
  [[nodiscard]] Files after_power_loss(std::mt19937_64& random) const {
    constexpr std::array kNewest = {0.0, 0.5, 0.95};
    const double newest = kNewest.at(random() % kNewest.size());
    const std::size_t sector = random() % 2 == 0 ? 512 : 4096;
    Names names = durable_;
    for (std::size_t i = 0, kept = random() % (pending_.size() + 1); i < kept; ++i) pending_[i](names);
    Files files;
    for (const auto& [name, file] : names) files[name] = file->after_power_loss(sector, newest, random);
    return files;
  }

 private:
  using Names = std::map<std::string, std::shared_ptr<DiskFile>>;

  void change_names(const std::function<void(Names&)>& change) {
    change(names_);
    pending_.push_back(change);
  }

  void sync(const std::shared_ptr<DiskFile>& file) {
    if (file != nullptr) return file->sync();
    durable_ = names_;
    pending_.clear();
  }

  Names names_;
  Names durable_;
  std::vector<std::function<void(Names&)>> pending_;
  std::map<std::uint32_t, std::shared_ptr<DiskFile>> opened_;
};

}  // namespace hookflow::test
