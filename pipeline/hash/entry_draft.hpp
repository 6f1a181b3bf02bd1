#pragma once
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string_view>

namespace hookflow::pipeline {

/// What will become an entry of a folder that processes share. One of them holds it and finds out what
/// belongs into it; the others wait for that one, whose lock goes with its process, however that ends.
class EntryDraft {
 public:
  /// Takes a turn once nobody else has it, or after `patience`, or at once where no file can be made or none
  /// can be locked: then several may write the entry, all the same. Throws Stopped when it is told to stop.
  EntryDraft(std::filesystem::path entry, std::chrono::duration<double> patience,
             const std::stop_token& stop);
  EntryDraft(const EntryDraft&) = delete;
  EntryDraft& operator=(const EntryDraft&) = delete;
  ~EntryDraft();

  /// Makes it the entry. What goes wrong costs time at the next run, nothing else.
  void finish(std::string_view text) const;
  /// To be called when the entry is there already.
  void discard() const;

 private:
  std::filesystem::path entry_, path_;
  int descriptor_;  // -1: it cannot be written
};

}  // namespace hookflow::pipeline
