// What the workflow of all layers finds of a layer is what the one of that layer alone finds, to the bit.
#include <cstring>

#include "pipeline/run_file/reading/view.hpp"
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

TEST_F(Cli, ALayerOfQkvLayersIsQkvSimilarity) {
  const std::filesystem::path workflows = std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "workflows";
  for (const std::string name : {"qkv_layers", "qkv_similarity"})
    succeed({"run", (workflows / (name + ".yaml")).string(), "--quiet"});
  const pipeline::RunFile all(folder.path() / "qkv_layers.h5"), one(folder.path() / "qkv_similarity.h5");
  for (const std::string group : {"her_neurons", "before_neurons", "shuffled_neurons"}) {
    for (const std::string variable : {"cosine_count", "cosine_density", "cosine_pairs", "cosine_mean",
                                       "cosine_std", "correlation_count", "correlation_mean"}) {
      const std::vector<double> wanted = read_variable(one, group, variable);
      const std::vector<double> layers = read_variable(all, group, variable);
      const auto begin = layers.begin() + static_cast<std::ptrdiff_t>(6 * wanted.size());
      ASSERT_EQ(layers.size(), 8 * wanted.size());
      EXPECT_TRUE(same_bits({begin, begin + static_cast<std::ptrdiff_t>(wanted.size())}, wanted))
          << group << "/" << variable;
    }
  }
}

}  // namespace
}  // namespace hookflow::test
