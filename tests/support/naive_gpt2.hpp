#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <stdexcept>
#include <variant>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/pass/forward.hpp"

namespace hookflow::testing {

/// The same model written as plainly as can be, one prompt at a time, in double: every place whole, every
/// edit made where it is, nothing shared and nothing left out.
class NaiveGpt2 {
 public:
  using Matrix = std::vector<std::vector<double>>;

  NaiveGpt2(const Model& model, std::vector<std::int32_t> tokens, Variant variant = {})
      : model_(model), config_(model.config), tokens_(std::move(tokens)), variant_(std::move(variant)) {
    run();
  }

  // (p, w), heads side by side; the square places one matrix (p, p) a head below the other
  std::map<HookPoint, Matrix> at;

 private:
  Matrix reach(HookKind kind, std::size_t layer, Matrix values) {
    const HookPoint point{kind, layer};
    const Matrix original = values;
    for (const Intervention& intervention : variant_) {
      if (intervention.at == point) {
        edit(intervention, original, values);
      }
    }
    // Keys behind a query stay hidden, whatever is put there.
    for (std::size_t row = 0; kind == HookKind::attn_scores && row < values.size(); ++row)
      for (std::size_t j = row % tokens_.size() + 1; j < tokens_.size(); ++j) values[row][j] = -INFINITY;
    return at[point] = values;
  }

  // One block of columns (or, at a square place, of rows) after the other: every head that is meant, or all
  // there is.
  void edit(const Intervention& intervention, const Matrix& original, Matrix& values) const {
    const std::size_t p = tokens_.size();
    const bool square = is_square(intervention.at.kind);
    const PositionSet keys(intervention.keys.value_or(Positions()).resolve(p));
    const std::size_t blocks = has_heads(intervention.at.kind) ? config_.heads : 1;
    const std::size_t width = square ? p : values[0].size() / blocks;
    for (std::size_t block = 0; block < blocks; ++block) {
      if (intervention.head.value_or(block) != block) {
        continue;
      }
      const std::size_t top = square ? block * p : 0;
      const std::size_t left = square ? 0 : block * width;
      double mean = 0;
      std::vector<double> means(width);
      for (std::size_t i = 0; i < p; ++i) {
        for (std::size_t j = 0; j < width; ++j) {
          means[j] += original[top + i][left + j] / static_cast<double>(p);
          mean += original[top + i][left + j] / static_cast<double>(p * width);
        }
      }
      for (const std::size_t i : intervention.positions.resolve(p)) {
        for (std::size_t j = 0; j < width; ++j) {
          if (square && !keys.contains(j)) continue;
          double& value = values[top + i][left + j];
          const Replacement& with = intervention.with;
          // Without a head a vector goes over all heads, a pattern's over each head's keys.
          const std::size_t place = !intervention.head && !square ? left + j : j;
          const auto number = [&] {
            const auto* vector = std::get_if<std::vector<float>>(&with.argument());
            return static_cast<double>(vector != nullptr ? (*vector)[place]
                                                         : std::get<float>(with.argument()));
          };
          if (with.key() == "zero") {
            value = 0;
          } else if (with.key() == "value") {
            value = number();
          } else if (with.key() == "mean") {
            value = with.label() == "mean_head" ? mean : means[j];
          } else if (with.key() == "add") {
            value += number();
          } else if (with.key() == "scale") {
            value *= number();
          } else if (with.key() == "masked") {
            value = -INFINITY;
          } else {
            throw std::logic_error("the plain model does not know the edit " + with.label());
          }
        }
      }
    }
  }

  static Matrix linear(const Matrix& in, View weight, std::span<const float> bias) {
    Matrix out;
    for (const auto& row : in) {
      std::vector<double> sums(weight.columns);
      for (std::size_t j = 0; j < weight.columns; ++j) {
        sums[j] = bias.empty() ? 0.0 : static_cast<double>(bias[j]);
        for (std::size_t i = 0; i < weight.rows; ++i) {
          sums[j] += row[i] * static_cast<double>(weight.row(i)[j]);
        }
      }
      out.push_back(sums);
    }
    return out;
  }

  Matrix norm(const Matrix& in, const LayerNormWeights& weights, HookKind scale_kind, std::size_t layer) {
    Matrix out = in;
    Matrix scales;
    for (auto& row : out) {
      const auto d = static_cast<double>(row.size());
      const double mean = std::accumulate(row.begin(), row.end(), 0.0) / d;
      double variance = 0;
      for (const double value : row) {
        variance += (value - mean) * (value - mean) / d;
      }
      const double scale = std::sqrt(variance + static_cast<double>(config_.layer_norm_epsilon));
      scales.push_back({scale});
      for (std::size_t j = 0; j < row.size(); ++j) {
        row[j] = (row[j] - mean) / scale * static_cast<double>(weights.weight[j]);
        row[j] += weights.bias.empty() ? 0.0 : static_cast<double>(weights.bias[j]);
      }
    }
    reach(scale_kind, layer, scales);
    return out;
  }

  [[nodiscard]] double activation(double x) const {
    switch (config_.activation) {
      case Activation::gelu_new:
        return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
      case Activation::gelu:
        return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
      case Activation::relu:
        break;
    }
    return x < 0 ? 0 : x;
  }

  static Matrix columns(const Matrix& in, std::size_t first, std::size_t count) {
    Matrix out;
    for (const auto& row : in) {
      const auto begin = row.begin() + static_cast<std::ptrdiff_t>(first);
      out.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(count));
    }
    return out;
  }

  static Matrix sum(Matrix a, const Matrix& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; j < a[i].size(); ++j) {
        a[i][j] += b[i][j];
      }
    }
    return a;
  }

  Matrix attention(std::size_t layer, const Matrix& normalized) {
    const LayerWeights& weights = model_.weights.layers[layer];
    const std::size_t p = tokens_.size();
    const std::size_t e = config_.head_width;
    const std::size_t a = config_.heads * e;
    const Matrix qkv = linear(normalized, weights.qkv.weight, weights.qkv.bias);
    const Matrix q = reach(HookKind::q, layer, columns(qkv, 0, a));
    const Matrix k = reach(HookKind::k, layer, columns(qkv, a, a));
    const Matrix v = reach(HookKind::v, layer, columns(qkv, 2 * a, a));
    Matrix raw(config_.heads * p, std::vector<double>(p));
    Matrix masked = raw;
    for (std::size_t head = 0; head < config_.heads; ++head) {
      for (std::size_t i = 0; i < p; ++i) {
        for (std::size_t j = 0; j < p; ++j) {
          for (std::size_t c = head * e; c < (head + 1) * e; ++c) {
            raw[head * p + i][j] += q[i][c] * k[j][c];
          }
          const double divisor = config_.inverse_layer_scale ? static_cast<double>(layer) + 1 : 1;
          const double scaled = raw[head * p + i][j] / std::sqrt(static_cast<double>(e)) / divisor;
          masked[head * p + i][j] = j > i ? -INFINITY : scaled;
        }
      }
    }
    reach(HookKind::scores_raw, layer, raw);
    masked = reach(HookKind::attn_scores, layer, masked);
    Matrix pattern = masked;
    for (std::size_t row = 0; row < pattern.size(); ++row) {
      double total = 0;
      for (std::size_t j = 0; j < p; ++j) total += pattern[row][j] = std::exp(masked[row][j]);
      for (double& weight : pattern[row]) weight /= total;
    }
    pattern = reach(HookKind::pattern, layer, pattern);
    Matrix z(p, std::vector<double>(a));
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t c = 0; c < a; ++c) {
        for (std::size_t j = 0; j < p; ++j) {
          z[i][c] += pattern[c / e * p + i][j] * v[j][c];
        }
      }
    }
    z = reach(HookKind::z, layer, z);
    Matrix result(p);
    for (std::size_t head = 0; head < config_.heads; ++head) {
      const Matrix part =
          linear(columns(z, head * e, e), weights.attention_out.weight.row_range(head * e, e), {});
      for (std::size_t i = 0; i < p; ++i) {
        result[i].insert(result[i].end(), part[i].begin(), part[i].end());
      }
    }
    reach(HookKind::result, layer, result);
    return reach(HookKind::attn_out, layer,
                 linear(z, weights.attention_out.weight, weights.attention_out.bias));
  }

  void run() {
    const Weights& weights = model_.weights;
    Matrix embed;
    Matrix pos_embed;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const auto token = weights.token_embedding.row(static_cast<std::size_t>(tokens_[i]));
      const auto position = weights.position_embedding.row(i);
      embed.emplace_back(token.begin(), token.end());
      pos_embed.emplace_back(position.begin(), position.end());
    }
    embed = reach(HookKind::embed, 0, embed);
    pos_embed = reach(HookKind::pos_embed, 0, pos_embed);
    Matrix x = sum(embed, pos_embed);
    for (std::size_t layer = 0; layer < config_.layers; ++layer) {
      const LayerWeights& of_layer = weights.layers[layer];
      x = reach(HookKind::resid_pre, layer, x);
      Matrix normalized = norm(x, of_layer.attention_norm, HookKind::ln1_scale, layer);
      normalized = reach(HookKind::ln1_normalized, layer, normalized);
      x = reach(HookKind::resid_mid, layer, sum(x, attention(layer, normalized)));
      normalized = norm(x, of_layer.mlp_norm, HookKind::ln2_scale, layer);
      normalized = reach(HookKind::ln2_normalized, layer, normalized);
      Matrix hidden =
          reach(HookKind::mlp_pre, layer, linear(normalized, of_layer.mlp_in.weight, of_layer.mlp_in.bias));
      for (auto& row : hidden) {
        for (double& value : row) {
          value = activation(value);
        }
      }
      hidden = reach(HookKind::mlp_post, layer, hidden);
      const Matrix out = linear(hidden, of_layer.mlp_out.weight, of_layer.mlp_out.bias);
      x = reach(HookKind::resid_post, layer, sum(x, reach(HookKind::mlp_out, layer, out)));
    }
    Matrix normalized = norm(x, weights.final_norm, HookKind::ln_final_scale, 0);
    normalized = reach(HookKind::ln_final_normalized, 0, normalized);
    Matrix logits(tokens_.size());
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      for (std::size_t token = 0; token < config_.vocabulary; ++token) {
        const auto row = weights.unembedding.row(token);
        logits[i].push_back(std::inner_product(row.begin(), row.end(), normalized[i].begin(), 0.0));
      }
    }
    reach(HookKind::logits, 0, logits);
  }

  const Model& model_;
  const Config& config_;
  std::vector<std::int32_t> tokens_;
  Variant variant_;
};

}  // namespace hookflow::testing
