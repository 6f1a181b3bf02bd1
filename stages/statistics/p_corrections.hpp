#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {

/// The corrections for multiple tests: none, bonferroni, holm, benjamini_hochberg.
std::vector<pipeline::Choice> p_corrections();
/// The adjusted p-values of one family of tests, as R's p.adjust gives them. Of m tests in ascending order of
/// p, counted from 1: bonferroni m p; holm the largest of (m - j + 1) p_j for j <= i (Holm 1979);
/// benjamini_hochberg the smallest of m p_j / j for j >= i (Benjamini and Hochberg 1995); at most 1. A NaN is
/// no test: it stays NaN and does not count in m.
std::vector<double> adjust_p(const std::vector<double>& p, const std::string& correction);
/// The adjusted p-values of many families, [test, correction]: `family` says to which one each test belongs.
std::vector<double> adjust_families(const std::vector<double>& p, const std::vector<std::size_t>& family,
                                    const std::vector<std::string>& corrections);

}  // namespace hookflow::stages
