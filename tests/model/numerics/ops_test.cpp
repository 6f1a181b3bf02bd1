#include "model/numerics/ops.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "model/numerics/vectorized.hpp"

namespace hookflow {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Tensor random_tensor(std::vector<std::size_t> shape, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Tensor tensor(std::move(shape));
  std::generate(tensor.values.begin(), tensor.values.end(), [&] { return normal(random); });
  return tensor;
}

float activated(Activation activation, float x) {
  activate(activation, MutableView(&x, 1, 1));
  return x;
}

// Many rows and columns, so that whole vectors are computed as well as what is left over.
template <typename Function>
void expect_activation(Activation activation, const Function& exact, double tolerance) {
  Tensor x({97, 203});
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    x.values[i] = -9.0F + 18.0F * static_cast<float>(i) / static_cast<float>(x.values.size());
  }
  Tensor y = x;
  activate(activation, y.matrix());
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const double expected = exact(static_cast<double>(x.values[i]));
    ASSERT_NEAR(static_cast<double>(y.values[i]), expected, tolerance * std::fabs(expected)) << x.values[i];
  }
}

TEST(FastExp, IsCloseToTheExponential) {
  for (float x = -86.9F; x < 88.7F; x += 0.0137F) {
    const double exact = std::exp(static_cast<double>(x));
    ASSERT_NEAR(static_cast<double>(fast_exp(x)), exact, 2e-7 * exact) << x;
  }
  EXPECT_EQ(fast_exp(0), 1.0F);
  EXPECT_EQ(fast_exp(-kInfinity), 0.0F);
  EXPECT_EQ(fast_exp(-1e30F), 0.0F);
  EXPECT_EQ(fast_exp(kInfinity), kInfinity);
  EXPECT_EQ(fast_exp(100), kInfinity);
  EXPECT_TRUE(std::isnan(fast_exp(kNaN)));
}

TEST(Activate, ComputesGeluByTanh) {
  // The exponent 2u reaches 65 where the result is 1e-28; its rounding is most of the error.
  expect_activation(
      Activation::gelu_new,
      [](double x) {
        const double u = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
        return x / (1 + std::exp(-2 * u));
      },
      3e-5);
}

TEST(Activate, ComputesGeluByErf) {
  expect_activation(
      Activation::gelu, [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }, 4e-6);
}

TEST(Activate, ComputesRelu) {
  EXPECT_EQ(activated(Activation::relu, -2), 0);
  EXPECT_EQ(activated(Activation::relu, 2), 2);
}

TEST(Activate, PassesOnWhatIsNotFinite) {
  for (const Activation activation : {Activation::gelu_new, Activation::gelu, Activation::relu}) {
    EXPECT_TRUE(std::isnan(activated(activation, kNaN)));
    EXPECT_EQ(activated(activation, kInfinity), kInfinity);
    EXPECT_EQ(activated(activation, -1e30F), 0);
    EXPECT_EQ(activated(activation, 1e30F), 1e30F);
  }
}

TEST(LayerNorm, CentresScalesAndGivesTheScale) {
  const Tensor x = random_tensor({50, 19}, 1);
  const Tensor weight = random_tensor({19}, 2);
  const Tensor bias = random_tensor({19}, 3);
  Tensor y({50, 19});
  Tensor scale({50, 1});
  layer_norm(x.matrix(), {weight.values, bias.values}, 0.5F, scale.matrix(), y.matrix());
  for (std::size_t row = 0; row < 50; ++row) {
    double mean = 0;
    double variance = 0;
    for (const float value : x.matrix().row(row)) {
      mean += static_cast<double>(value) / 19;
    }
    for (const float value : x.matrix().row(row)) {
      variance += std::pow(static_cast<double>(value) - mean, 2) / 19;
    }
    const double expected_scale = std::sqrt(variance + 0.5);
    EXPECT_NEAR(static_cast<double>(scale.values[row]), expected_scale, 1e-6);
    for (std::size_t i = 0; i < 19; ++i) {
      const double normalized = (static_cast<double>(x.matrix().row(row)[i]) - mean) / expected_scale;
      EXPECT_NEAR(static_cast<double>(y.matrix().row(row)[i]),
                  normalized * static_cast<double>(weight.values[i]) + static_cast<double>(bias.values[i]),
                  2e-6);
    }
  }
}

TEST(LayerNorm, GivesTheBiasForAConstantRow) {
  const std::vector<float> ones(21, 1.0F);
  const std::vector<float> bias(21, 0.5F);
  const std::vector<float> x(21, 0.4F);
  std::vector<float> y(21);
  float scale = 0;
  layer_norm(View(x.data(), 1, 21), {ones, bias}, 1e-5F, MutableView(&scale, 1, 1),
             MutableView(y.data(), 1, 21));
  EXPECT_EQ(y, bias);
}

double exact_product(View in, View weight, std::size_t row, std::size_t column) {
  double sum = 0;
  for (std::size_t i = 0; i < in.columns; ++i) {
    sum += static_cast<double>(in.row(row)[i]) * static_cast<double>(weight.row(i)[column]);
  }
  return sum;
}

// Sizes below, at and above a tile's.
TEST(Linear, MultipliesAndAddsTheBias) {
  for (const std::size_t rows : {1U, 5U, 288U, 300U}) {
    for (const std::size_t columns : {1U, 384U, 900U}) {
      const Tensor in = random_tensor({rows, 33}, 1);
      const Tensor weight = random_tensor({33, columns}, 2);
      const Tensor bias = random_tensor({columns}, 3);
      Tensor out = random_tensor({rows, columns}, 4);
      linear(in.matrix(), {weight.matrix(), bias.values}, out.matrix());
      for (std::size_t row = 0; row < rows; row += 7) {
        for (std::size_t column = 0; column < columns; column += 11) {
          const double sum = exact_product(in.matrix(), weight.matrix(), row, column);
          EXPECT_NEAR(static_cast<double>(out.matrix().row(row)[column]),
                      sum + static_cast<double>(bias.values[column]), 1e-4);
        }
      }
    }
  }
}

TEST(Linear, TakesPartsOfWiderMatrices) {
  const Tensor in = random_tensor({4, 10}, 1);
  const Tensor weight = random_tensor({5, 12}, 2);
  const Tensor bias = random_tensor({12}, 3);
  Tensor out({4, 9});
  const LinearWeights part = output_range({weight.matrix(), bias.values}, 7, 4);
  linear(in.matrix().column_range(2, 5), part, out.matrix().column_range(3, 4));
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t column = 0; column < 9; ++column) {
      const bool inside = column >= 3 && column < 7;
      const double expected =
          inside ? exact_product(in.matrix().column_range(2, 5), part.weight, row, column - 3) +
                       static_cast<double>(bias.values[column + 4])
                 : 0;
      EXPECT_NEAR(static_cast<double>(out.matrix().row(row)[column]), expected, 1e-5);
    }
  }
}

TEST(LinearTransposed, MultipliesByRowsOfTheWeight) {
  const Tensor in = random_tensor({3, 20}, 1);
  const Tensor weight = random_tensor({500, 20}, 2);
  const Tensor bias = random_tensor({500}, 3);
  for (const bool biased : {false, true}) {
    Tensor out = random_tensor({3, 500}, 4);
    linear_transposed(in.matrix(), weight.matrix(),
                      biased ? std::span<const float>(bias.values) : std::span<const float>(), out.matrix());
    for (std::size_t row = 0; row < 3; ++row) {
      for (std::size_t column = 0; column < 500; ++column) {
        double sum = biased ? static_cast<double>(bias.values[column]) : 0;
        for (std::size_t i = 0; i < 20; ++i) {
          sum += static_cast<double>(in.matrix().row(row)[i]) *
                 static_cast<double>(weight.matrix().row(column)[i]);
        }
        EXPECT_NEAR(static_cast<double>(out.matrix().row(row)[column]), sum, 1e-4);
      }
    }
  }
}

TEST(ScaleAndMask, ScalesWhatTheQuerySeesAndHidesTheRest) {
  std::vector<float> scores(6, 8.0F);
  const std::array<std::size_t, 2> positions = {0, 2};  // rows need not be neighbours
  scale_and_mask(0.25F, positions, MutableView(scores.data(), 2, 3));
  EXPECT_EQ(scores, (std::vector<float>{2, -kInfinity, -kInfinity, 2, 2, 2}));
}

TEST(CausalSoftmax, SumsToOneOverWhatTheQuerySees) {
  Tensor scores = random_tensor({40, 40}, 5);
  std::vector<std::size_t> positions(40);
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  const Tensor before = scores;
  causal_softmax(positions, scores.matrix());
  EXPECT_EQ(scores.values[0], 1.0F);
  for (std::size_t query = 0; query < 40; ++query) {
    double total = 0;
    for (std::size_t key = 0; key <= query; ++key) {
      total += std::exp(static_cast<double>(before.matrix().row(query)[key]));
    }
    for (std::size_t key = 0; key < 40; ++key) {
      const double weight = std::exp(static_cast<double>(before.matrix().row(query)[key])) / total;
      EXPECT_NEAR(static_cast<double>(scores.matrix().row(query)[key]), key <= query ? weight : 0, 1e-6);
    }
  }
}

TEST(CausalSoftmax, StandsLargeScoresAndPassesNaNOn) {
  std::vector<float> scores = {3e38F, -3e38F, 0, kNaN};
  const std::array<std::size_t, 2> positions = {1, 1};
  causal_softmax(positions, MutableView(scores.data(), 2, 2));
  EXPECT_EQ(scores[0], 1.0F);
  EXPECT_EQ(scores[1], 0.0F);
  EXPECT_TRUE(std::isnan(scores[2]));
  EXPECT_TRUE(std::isnan(scores[3]));
}

TEST(GatherRows, CopiesRowsOfTheTable) {
  const Tensor table = random_tensor({5, 3}, 1);
  Tensor out({3, 3});
  const std::array<std::size_t, 3> rows = {4, 0, 4};
  gather_rows(table.matrix(), rows, out.matrix());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::ranges::equal(out.matrix().row(i), table.matrix().row(rows[i])));
  }
}

TEST(Add, AddsInPlace) {
  const Tensor term = random_tensor({70, 300}, 1);
  Tensor sum = random_tensor({70, 300}, 2);
  const Tensor before = sum;
  add(term.matrix(), sum.matrix());
  for (std::size_t i = 0; i < sum.values.size(); ++i) {
    ASSERT_EQ(sum.values[i], before.values[i] + term.values[i]);
  }
}

}  // namespace
}  // namespace hookflow
