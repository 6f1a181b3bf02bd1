#pragma once
#include <string>

namespace hookflow::pipeline {

/// What a variable is beside those of its group that name it as theirs.
enum class Relation {
  itself,       // a result by itself
  change,       // what has changed of the other one: less it, the other is as it was before
  lower,        // limits of its confidence interval
  upper,        //
  p_value,      // of a test of it
  significant,  // 1 where a test of it is, along an axis of corrections
  edges,        // of the bins in which it counts
  detail        // what else is known of it: how many values, how they spread, why there is none
};

/// As a run file spells it; nothing for a result by itself.
std::string to_string(Relation relation);
/// A detail where it is spelled in a way that is not known.
Relation relation_of(const std::string& text);

}  // namespace hookflow::pipeline
