// What stands behind a recurrent layer: a cell, run over a sequence. Internal to the recurrent layers.
#pragma once

#include "candor/nn/layers/recurrent.h"
#include "candor/nn/layers/recurrent_cell_body.h"

namespace candor::detail {

class RecurrentBody : public LayerBody {
 public:
  /// `kind` other than "RNN": a layer that has its cell's options as its own. rank: of the input, with batch and time.
  RecurrentBody(std::string kind, Layer cell, RNNOptions options, int rank = 3);
  std::string kind() const override { return kind_; }
  Config options() const override;
  void build(std::span<const TensorType> in) override;
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override;
  std::vector<std::string> call_arguments() const override { return {"initial_state"}; }
  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override;
  std::vector<Layer> children() const override { return {cell_}; }

  const RNNOptions& settings() const { return options_; }
  void set_zero_output_for_mask(bool zero) { options_.zero_output_for_mask = zero; }
  void reset_state() { kept_.clear(); }
  std::vector<Variable> carried_state() const override { return kept_; }
  std::vector<Tensor> states() const;

 private:
  struct Run {
    Tensor outputs, last;  ///< all outputs in the order of time, undefined when not asked for; the last one
    std::vector<Tensor> states;
  };
  Run run_steps(const Tensor& projected, const std::vector<Tensor>& states, const std::vector<Tensor>& drawn, const Tensor& mask) const;
  Run masked_outputs(std::vector<Tensor> all, const Tensor& mask, bool from_zeros) const;
  std::vector<Tensor> first_states(std::span<const Tensor> xs, const std::vector<Shape>& shapes, std::int64_t batch, bool& from_zeros);
  void keep(const std::vector<Tensor>& states) const;
  Tensor checked_mask(const Tensor& x) const;

  std::string kind_;
  Layer cell_;
  CellBody* body_;
  RNNOptions options_;
  int rank_;
  std::vector<Variable> kept_;
};

/// The body of a recurrent layer, null for other layers.
RecurrentBody* recurrent_body(const Layer& layer);

/// While it lives, this layer gives its outputs in the order of time though it goes backwards; for Bidirectional, which would turn them again.
class InTimeOrder {
 public:
  explicit InTimeOrder(const RecurrentBody* body);
  ~InTimeOrder();
  InTimeOrder(const InTimeOrder&) = delete;
  InTimeOrder& operator=(const InTimeOrder&) = delete;
  static bool holds(const RecurrentBody* body);

 private:
  const RecurrentBody* before_;
};

}  // namespace candor::detail
