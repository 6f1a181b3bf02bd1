#pragma once
#include <cstddef>
#include <span>

#include "model/memory/tensor.hpp"
#include "model/numerics/parameters.hpp"

namespace hookflow {

// The transformer's operations: free functions on views, output last. All divide their work over the cores,
// in blocks that depend on the shapes alone, except those of one attention head, which callers run side by
// side.

/// in · weight + bias: (n, in) -> (n, out)
void linear(View in, const LinearWeights& weights, MutableView out);

/// in · weightᵀ + bias, as the unembedding is stored: (n, d), (vocabulary, d) -> (n, vocabulary). No bias:
/// empty.
void linear_transposed(View in, View weight, std::span<const float> bias, MutableView out);

/// Some of a linear layer's outputs: columns [first, first + count).
LinearWeights output_range(const LinearWeights& weights, std::size_t first, std::size_t count);

/// (n, d) -> (n, d): x / scale * weight + bias of the centred x; scale (n, 1) = sqrt(variance + epsilon).
void layer_norm(View in, const LayerNormWeights& weights, float epsilon, MutableView scale, MutableView out);

/// In place, any shape. gelu_new is GPT-2's approximation by tanh, gelu the exact one by erf.
void activate(Activation activation, MutableView values);

/// sum += term, of equal shapes.
void add(View term, MutableView sum);

/// rows[i] of the table into row i: (n, d)
void gather_rows(View table, std::span<const std::size_t> rows, MutableView out);

/// One head: q·kᵀ, (n, e), (p, e) -> (n, p)
void attention_scores(View q, View k, MutableView scores);

/// One head, in place: times `factor`, -inf for keys behind the query. positions (n): of the queries.
void scale_and_mask(float factor, std::span<const std::size_t> positions, MutableView scores);

/// One head, in place: -inf for keys behind the query.
void causal_mask(std::span<const std::size_t> positions, MutableView scores);

/// One head, in place: each row's softmax over the keys up to the query's own position, 0 beyond it.
void causal_softmax(std::span<const std::size_t> positions, MutableView scores);

/// One head: the pattern's mean of the values, (n, p), (p, e) -> (n, e)
void mix_values(View pattern, View v, MutableView z);

}  // namespace hookflow
