// What a case of cases.json asks for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/tensor/shape.h"

namespace candor::bench {

struct LayerSpec {
  enum class Kind { dense, conv, max_pool };
  Kind kind = Kind::dense;
  std::int64_t size = 0;    ///< units, filters, or the pool's side
  std::int64_t kernel = 0;  ///< side of a convolution
  bool same = false;        ///< padding
  bool relu = false, tanh = false;
};

/// A transformer; width 0: the case is none.
struct GptSpec {
  std::string form;  ///< "bert", "gpt2", "decode" (of GPT-2, token by token); empty: the language model of characters
  std::int64_t blocks = 0, width = 0, inner = 0, heads = 0, context = 0, vocabulary = 0;
  std::string weights;     ///< decode: "", "bf16" or "i8", as Candor reads them; others: "" or "bf16", in which products are computed
  std::int64_t prompt = 0; ///< decode: tokens that were before
};

/// A recurrent layer over sequences before a dense one; units 0: the case is none.
struct RecurrentSpec {
  std::string cell;           ///< "lstm", "gru" or "simple"
  bool both = false;          ///< in both directions
  std::int64_t units = 0, time = 0, inputs = 0, outputs = 0;
  std::int64_t vocabulary = 0;  ///< of the embedding before it; 0: none, the steps are vectors
};

/// A network for pictures of bench/vision.h; an empty name: the case is none.
struct VisionSpec {
  std::string net;             ///< "resnet18", "resnet50" or "mobilenet_v2"
  std::int64_t classes = 0;
  bool small = false;          ///< begins with 3 x 3 and no pooling, for pictures of 32 x 32
  std::string weights;         ///< "" or "bf16", in which products are computed
};

struct Case {
  std::string name;
  std::string kind;  ///< "train", "infer", "process", "vmap", "custom_loop", "resume_cost", "checks_cost", "extra"
  std::string unit;  ///< "s/epoch", "us/step", "ms/step", "us", "ms", "images/s", "tokens/s", "s", ...
  std::string data;  ///< "mnist", "tiny", "points" (`rows` of them, else batch times steps), "random", "text", "sequences", "pictures"
  std::string fixture;
  double must = 0;  ///< how many times faster than the best peer; for an extra the largest value
  std::int64_t batch = 1, steps = 0, calls = 0, checked = 0, rows = 0;
  double epoch_steps = 0;
  std::uint64_t seed = 0;
  Shape features;
  std::vector<LayerSpec> layers;
  GptSpec gpt;
  RecurrentSpec recurrent;
  VisionSpec vision;
  std::vector<std::string> peers;  ///< "script" or "script:variant"

  bool higher_is_better() const { return unit == "images/s" || unit == "tokens/s"; }
  /// The value in `unit` of a repetition that took so long.
  double value(double seconds) const;
  bool has_convolution() const;
  /// Computed in fewer bits than its peers' f32: results need not agree to the last digits.
  bool narrow() const { return !gpt.weights.empty() || !vision.weights.empty(); }
  /// One number a row, judged by binary cross-entropy.
  bool binary() const { return !layers.empty() && layers.back().size == 1; }
};

/// Reads cases.json. Throws Error (corrupt) for what it does not understand.
std::vector<Case> read_cases(const std::string& path);

/// Shapes of kernels and biases in Keras's layout, in order.
std::vector<Shape> weight_shapes(const Case& c);

}  // namespace candor::bench
