#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/h5.hpp"
#include "pipeline/run_store.hpp"

/// What a run file says of itself, and holds besides its checkpoint, group by group: as a layout plans it,
/// and as a file has it.
namespace hookflow::pipeline {

struct GroupContents {
  std::string name;
  std::string about;
  std::vector<Variable> variables;
  std::map<std::string, NumberCells> constants;  // variable -> its values; only where planned
  std::vector<TextTable> texts;
};

/// A layout's groups, each name once. Throws std::logic_error for names that a file cannot hold or that meet
/// in one group, an axis whose coordinates differ within a group, and constants or texts that do not fit
/// their axes.
std::vector<GroupContents> plan_contents(const RunLayout& layout);
/// Spells out bytes of an axis's labels that are not UTF-8.
void spell_labels(Axis& axis);
/// The coordinates of the prompts: of any axis `prompt` of the layout's size, or else numbers from 0.
Axis prompt_axis(const RunLayout& layout);

/// Writes the groups: every dataset allocated, filled and joined to its axes. The axes are written again in
/// each group, so that a group can be opened by itself.
void write_contents(h5::File& file, const std::vector<GroupContents>& groups);
/// Tells viewers that look for it (NeXus) which variable to draw first.
void write_default_plot(h5::File& file, const std::string& group, const Variable& variable);
/// All texts of a dataset, some at a time.
void write_texts(h5::Dataset& dataset, const TextRows& texts);
/// One axis as a dimension scale of a group; two lines of every dataset that has it.
h5::Dataset write_scale(h5::Group& group, const Axis& axis);
void describe(h5::Dataset& dataset, const std::string& long_name, const std::string& units,
              const std::vector<Axis>& axes);

/// Texts of limited length, one a row and to be overwritten in place, the way netCDF has them: an axis of
/// characters. Its library crashes on HDF5's. The rows' scale must be there.
void write_text_rows(h5::Group& group, const std::string& name, std::size_t bytes, const Axis& rows,
                     const std::string& long_name);

/// The groups of results and inputs: all but the program's own, /checkpoint and /history.
std::vector<GroupContents> read_contents(const h5::File& file);
Axis read_axis(const h5::Group& group, const std::string& name);

/// What a file has otherwise than planned, a line each with both values.
std::vector<std::string> differences(const h5::File& file, const std::vector<GroupContents>& planned);

/// The root's attributes. Those without a value get `kReservedBytes` of room for one.
void write_root(h5::File& file, const Identity& identity, const Attributes& provenance);
inline constexpr std::size_t kReservedBytes = 512;
/// Fills in what the identity left open when the file was made.
void replace_identity(h5::File& file, const Identity& identity);
/// Throws InputError unless the file is hookflow's and of this format.
void check_format(const h5::File& file, const std::string& path);
/// The prompts as they were given, in JSON.
std::vector<std::string> stored_prompt_rows(const h5::File& file);
/// What the file was made from otherwise than `layout` and `identity` say: workflow keys, prompts by id,
/// hashes; a line each with both values. When those are equal, what it holds otherwise.
std::vector<std::string> mismatches(const h5::File& file, const RunLayout& layout,
                                    const std::vector<GroupContents>& planned, const Identity& identity);
/// What to throw when HDF5 cannot read what a run file must have.
InputError damaged(const std::string& path, const std::exception& error);

h5::Kind kind_of(Dtype dtype);
inline constexpr const char* kCheckpointGroup = "checkpoint";
inline constexpr const char* kHistoryGroup = "history";
inline constexpr const char* kSealGroup = "seal";
/// A group that no stage and no input fills.
inline bool is_own_group(std::string_view name) {
  return name == kCheckpointGroup || name == kHistoryGroup || name == kSealGroup;
}
inline constexpr const char* kIdentityPrefix = "identity_";  // of root attributes
inline constexpr const char* kPromptRows = "prompt_rows";    // in the checkpoint: the prompts in JSON

}  // namespace hookflow::pipeline
