#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/marks/history.hpp"
#include "pipeline/run_file/marks/part_state.hpp"
#include "pipeline/run_file/reading/run_file.hpp"
#include "pipeline/values/warning.hpp"

namespace hookflow::pipeline {

/// How far a lane has come, in variants: of one that adds none, in prompts.
struct LaneProgress {
  LaneLayout lane;                // without its variables
  std::vector<PartState> states;  // of each prompt, part by part
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t pending = 0;
};

/// What a run file says of itself, without the values of its variables.
struct RunFileView {
  Attributes root;  // provenance, identity (names begin with `identity_`) and the rest
  bool complete = false;
  std::string share;      // of a run, that the file has: "3/8"; empty: the whole run
  std::size_t phase = 0;  // of that run, from 0, that it is a share of
  std::size_t prompts = 0;
  Axis prompt;                      // their ids
  std::vector<PartState> states;    // of the prompts: failed, where something of it is; done, where all is
  std::vector<GroupLayout> groups;  // in alphabetical order, as HDF5 keeps them
  std::vector<TextTable> texts;
  std::optional<std::vector<Warning>> warnings;  // none: its format keeps none
  std::vector<LaneProgress> lanes;
  std::vector<std::string> folds;
  std::vector<bool> fold_done;
  std::vector<Failure> failures;
  std::vector<Session> sessions;  // in order
  bool being_written = false;     // now, by the last session
};

/// A root attribute; empty where the file does not have it.
std::string root_text(const RunFileView& view, const std::string& name);

/// The command by which a file that has a share of a run goes on: that which began it, resuming.
std::string how_share_goes_on(const std::string& command_line);

/// What a run was made from, as its file keeps it.
struct StoredInputs {
  std::string workflow;              // JSON, with every default stated
  std::vector<std::string> prompts;  // JSON, one each
  std::string folder;                // where the workflow's relative paths begin; empty: it has none
  std::string subject_place;         // what opens its subject again; empty: unknown
  std::string command_line;
  std::string share;  // of a run, that the file has; empty: the whole run
};

/// Reads a run file, finished or not, also while it is being written.
RunFileView read_run_file(const RunFile& file);
/// `place_name`: the root attribute that says where the subject was. Throws InputError for a file of a format
/// that cannot be gone on with.
StoredInputs read_stored_inputs(const RunFile& file, const std::string& place_name);
/// How many of them are so.
std::size_t count_of(const std::vector<PartState>& states, PartState state);
/// All values of a variable, row-major. Throws InputError when it is not there.
std::vector<double> read_variable(const RunFile& file, const std::string& group, const std::string& variable);

}  // namespace hookflow::pipeline
